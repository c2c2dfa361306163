"""The command that proposes sites, and keeps the answer in the study with its proof."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show
from chesil.core.errors import ChesilError


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """A `stop` that says True once the person presses Ctrl-C; pressed twice, it stops at once."""
    pressed: list[int] = []

    def press(*_: Any) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(1)
        err.print(
            "Stopping after this step; what has been found so far is kept. Press again to drop it.", style="yellow"
        )

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def propose_sites(
    study: StudyFolder,
    sites: Annotated[int, typer.Option(help="How many sites the illustrated plan keeps; else the study's rule.")] = 0,
    demand: Annotated[str, typer.Option(help="residents or registered; else the study's.")] = "",
    mode: Annotated[str, typer.Option(help="drive, cycle or walk; else the study's.")] = "",
    reach: Annotated[float, typer.Option(help="Longest journey, minutes.")] = 0.0,
    longer_by: Annotated[float, typer.Option(help="Most by which a journey may grow, minutes.")] = 0.0,
    fixed: Annotated[list[str] | None, typer.Option(help="Code of a site that stays; may be given again.")] = None,
    forbidden: Annotated[list[str] | None, typer.Option(help="Code of a site that must close or stay closed.")] = None,
    name: Annotated[str, typer.Option(help="Name of the proposal.")] = "sites",
    title: Annotated[str, typer.Option(help="Title of the proposal.")] = "Proposed sites",
    as_json: Json = False,
) -> None:
    """Find which sites to keep for every number of sites, place and localities, and keep it in STUDY/proposals."""
    import json
    from dataclasses import asdict

    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from chesil.place.place import plain_name
    from chesil.registers.proposals import write_proposal
    from chesil.setting_up.siting import propose_for, siting_settings
    from chesil.study import read_study

    read = read_study(study)
    if plain_name(name) != name:
        way = f"Use small letters, digits and hyphens: {plain_name(name)}"
        raise ChesilError(f"`{name}` cannot name a proposal", [], way)
    said: dict[str, object] = {
        k: v
        for k, v in {
            "sites": sites, "demand": demand, "mode": mode, "reach_minutes": reach, "longer_by_minutes": longer_by,
            "fixed": fixed, "forbidden": forbidden,
        }.items()
        if v
    }  # fmt: skip
    settings = siting_settings(read, said)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with _stopping() as stop, Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("reading the study", total=None)

        def tell(step: str, done: float, of: float) -> None:
            progress.update(task, description=step, completed=done, total=of or None)

        proposal, found, inputs = propose_for(read, settings, name, title, tell=tell, stop=stop, clock=time.monotonic)
    if not found.steps:
        raise ChesilError("No plan of sites could be made", [], " ".join(found.notes) or "Ease a rule and try again")
    path = write_proposal(proposal, study / "proposals")
    if as_json:
        print(json.dumps(asdict(proposal), ensure_ascii=False, indent=1))
        return
    _print(proposal, found, inputs, str(path))


def _print(proposal: Any, found: Any, inputs: Any, path: str) -> None:
    from chesil.analyses.siting.proposing import mean_minutes

    own = [s for s in found.steps if not s["locality"]]
    shown = own[:: max(1, len(own) // 10)]
    rows: list[tuple[object, ...]] = [
        (s["sites"], f"{mean_minutes(inputs, s['open']):.1f}", "proved" if s["is_proved"] else f"gap {s['gap']:.2%}")
        for s in shown
    ]
    show(("sites", "mean minutes to the nearest", ""), rows, False)
    if found.plan["open"]:
        today = {c for c, was in inputs.sites.select("code", "is_open").iter_rows() if was}
        closed = sorted(today - set(found.plan["open"]))
        opened = sorted(set(found.plan["open"]) - today)
        names = dict(inputs.sites.select("code", "site_name").iter_rows())
        out.print(f"The illustrated plan has {found.plan['sites']} of {len(today)} sites.", highlight=False)
        for word, codes in (("It closes", closed), ("It opens", opened)):
            if codes:
                listed = "; ".join(f"{names[c]} ({c})" for c in codes)
                out.print(f"  {word}: {listed}.", highlight=False, markup=False)
    for note in found.notes:
        out.print(f"  {note}", highlight=False, markup=False)
    unproved = sum(not s["is_proved"] for s in found.steps)
    proof = "every point proved" if not unproved else f"{unproved} points unproved"
    stopped = " Stopped before the end: what follows is missing." if found.ended == "interrupted" else ""
    out.print(
        f"{len(found.steps)} points, {proof}, in {proposal.seconds:.1f} s. Kept in {path}.{stopped}", highlight=False
    )
    out.print("A proposal is an illustration until those whom it concerns have decided.", highlight=False)
