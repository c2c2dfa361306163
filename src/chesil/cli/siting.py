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
        words = "Stopping after this step; what has been found so far is kept. Press again to stop in the middle of it."
        err.print(words, style="yellow")

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
    aim: Annotated[str, typer.Option(help="travel, cost, worst or sites; else the study's.")] = "",
    other_mode: Annotated[str, typer.Option(help="A second mode, such as walk or public_transport.")] = "",
    other_reach: Annotated[float, typer.Option(help="Longest way to some site by the second mode, minutes.")] = 0.0,
    most_changes: Annotated[int, typer.Option(help="Most closures, openings and extensions.")] = 0,
    rooms_per_1000: Annotated[float, typer.Option(help="Rooms that 1,000 people need.")] = 0.0,
    m2_per_1000: Annotated[float, typer.Option(help="Floor space that 1,000 people need, m2.")] = 0.0,
    most_gbp: Annotated[float, typer.Option(help="Most cost a year, pounds.")] = 0.0,
    least_in: Annotated[list[str] | None, typer.Option(help="Fewest sites of a locality: CODE=NUMBER.")] = None,
    most_in: Annotated[list[str] | None, typer.Option(help="Most sites of a locality: CODE=NUMBER.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="Any setting of [siting]: NAME=VALUE; may be given again.")
    ] = None,
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
            "fixed": fixed, "forbidden": forbidden, "aim": aim, "other_mode": other_mode, "other_reach_minutes": other_reach,
            "most_changes": most_changes, "rooms_per_1000": rooms_per_1000, "m2_per_1000": m2_per_1000, "most_gbp": most_gbp,
            "locality_least_in": least_in, "locality_most_in": most_in,
        }.items()
        if v
    }  # fmt: skip
    settings = siting_settings(read, {**said, **_said_otherwise(setting or [])})
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


def _said_otherwise(words: list[str]) -> dict[str, object]:
    """Settings from NAME=VALUE, the value as a study.toml would have it (text may go without quotes)."""
    import tomllib

    found: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ChesilError(f"`--set {word}` has no value", [], "Write --set NAME=VALUE, such as --set draws=5")
        try:
            found[name.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            found[name.strip()] = value
    return found


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
    _print_aims(found, inputs)
    _print_firmness(found.robustness, inputs)
    for note in found.notes:
        out.print(f"  {note}", highlight=False, markup=False)
    unproved = sum(not s["is_proved"] for s in (*found.steps, *found.aims))
    proof = "every point proved" if not unproved else f"{unproved} points unproved"
    stopped = " Stopped before the end: what follows is missing." if found.ended == "interrupted" else ""
    points = f"{len(found.steps)} points and {len(found.aims)} of several aims, {proof}, in {proposal.seconds:.1f} s."
    out.print(f"{points} Kept in {path}.{stopped}", highlight=False)
    out.print("A proposal is an illustration until those whom it concerns have decided.", highlight=False)


def _print_aims(found: Any, inputs: Any) -> None:
    """The points of several aims that no other beats, most sites first."""
    total = float(inputs.weights.sum())
    rows: list[tuple[object, ...]] = [
        (p["sites"], f"{p['travel'] / total:.1f}", f"{p['worst']:.0f}", f"{p['cost']:,.0f}" if p["cost"] else "not known",
         f"{100 * p['gap']:.3f}%")
        for p in found.aims if p.get("is_best_at_something", True)
    ]  # fmt: skip
    if rows:
        out.print("Several aims: no other point found is as good by all of them.", highlight=False)
        show(("sites", "mean minutes", "longest way", "GBP a year", "gap at most"), rows, False)


def _print_firmness(firm: Any, inputs: Any) -> None:
    """How often the plan is chosen again, and what it would cost to decide otherwise."""
    if not firm.get("runs"):
        return
    always = sum(share >= 1 for share in firm["kept_in"].values())
    out.print(
        f"{always} of its {len(firm['kept_in'])} sites are chosen in each of {len(firm['runs'])} other ways of counting.",
        highlight=False,
    )
    for name in dict.fromkeys(firm.get("no_plan_in", ())):
        out.print(f"  No plan meets the rules counted so: {name}.", highlight=False, markup=False)
    prices = {c: v for c, v in firm.get("otherwise", {}).items() if v is not None}
    names = dict(inputs.sites.select("code", "site_name").iter_rows())
    nothing = sum(v == 0 for v in prices.values())
    if nothing:
        out.print(
            f"  {nothing} sites could be decided otherwise and nothing be lost: others stand beside them.",
            highlight=False,
        )
    close = sorted((c for c in prices if prices[c] > 0), key=lambda c: (prices[c], c))[:5]
    if close:
        listed = "; ".join(f"{names[c]} ({c}): {prices[c]:,.0f}" for c in close)
        out.print(
            f"  Next nearest to being decided otherwise, in {firm['unit']}: {listed}.", highlight=False, markup=False
        )
