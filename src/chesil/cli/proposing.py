"""Commands that solve for something and keep the answer in the study, with its proof."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show
from chesil.core.errors import ChesilError

propose = typer.Typer(
    no_args_is_help=True, help="Solve for groups or sites, and keep the answer in the study with its proof."
)


@contextmanager
def stopping_on_interrupt(seconds: float) -> Iterator[Callable[[], bool]]:
    """A `stop` that says True once the person presses Ctrl-C or the seconds are over; pressed twice, it stops at once."""
    pressed: list[int] = []
    begun = time.monotonic()

    def press(*_: Any) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(1)
        err.print("Stopping after this step; the best so far is kept.", style="yellow")

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed) or time.monotonic() - begun > seconds
    finally:
        signal.signal(signal.SIGINT, before)


@propose.command("groups")
def propose_groups(
    study: StudyFolder,
    low: Annotated[int, typer.Option(help="Fewest patients of a group; else the study's, or 30,000.")] = 0,
    high: Annotated[int, typer.Option(help="Most patients of a group; else the study's, or 50,000.")] = 0,
    groups: Annotated[int, typer.Option(help="How many groups; else any number.")] = 0,
    together: Annotated[list[str] | None, typer.Option(help='Two practices to keep together: "J81001 J81002".')] = None,
    apart: Annotated[list[str] | None, typer.Option(help="Two practices to keep apart.")] = None,
    flows_weight: Annotated[
        float, typer.Option(help="Kilometres that parting a patient from a neighbour is worth.")
    ] = -1.0,
    change_weight: Annotated[float, typer.Option(help="Kilometres that leaving the present network is worth.")] = -1.0,
    council_weight: Annotated[float, typer.Option(help="Kilometres that grouping across councils is worth.")] = -1.0,
    ensemble: Annotated[int, typer.Option(help="Random plans to draw beside it; 0 for none.")] = -1,
    seconds: Annotated[
        float, typer.Option(help="Longest time to search where the groups are too many to list.")
    ] = 300.0,
    name: Annotated[str, typer.Option(help="Name of the proposal.")] = "groups",
    title: Annotated[str, typer.Option(help="Title of the proposal.")] = "Proposed groups",
    as_json: Json = False,
) -> None:
    """Draw groups of whole practices within bounds, contiguous by where patients live, and keep them in STUDY/proposals."""
    import json
    from dataclasses import asdict

    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from chesil.place.place import plain_name
    from chesil.registers.proposals import write_proposal
    from chesil.setting_up.grouping import grouping_settings, propose_for
    from chesil.study import read_study

    read = read_study(study)
    if plain_name(name) != name:
        raise ChesilError(
            f"`{name}` cannot name a proposal", [], f"Use small letters, digits and hyphens: {plain_name(name)}"
        )
    said: dict[str, object] = {n: v for n, v in (("low", low), ("high", high), ("groups", groups)) if v}
    weights = (("flows_weight", flows_weight), ("change_weight", change_weight), ("council_weight", council_weight))
    said |= {n: v for n, v in (*weights, ("ensemble", ensemble)) if v >= 0}
    said |= {n: v for n, v in (("together", together), ("apart", apart)) if v}
    settings = grouping_settings(read, said)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with stopping_on_interrupt(seconds) as stop, Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("reading the study")

        def tell(step: str, cost: float, bound: float) -> None:
            gap = (
                f"; within {(cost - bound) / cost:.1%} of the best possible"
                if 0 < cost < float("inf") and bound > 0
                else ""
            )
            progress.update(task, description=step + gap)

        proposal, found, place = propose_for(read, settings, name, title, tell=tell, stop=stop, clock=time.monotonic)
    path = write_proposal(proposal, study / "proposals")
    if as_json:
        print(json.dumps(asdict(proposal), ensure_ascii=False, indent=1))
        return
    lists = dict(place.practices.select("practice_code", "list_size").iter_rows())
    rows: list[tuple[object, ...]] = []
    for group, hub in sorted(zip(found.groups, found.hubs, strict=True), key=lambda g: -sum(lists[c] for c in g[0])):
        named = next(r["group"] for r in proposal.assignments if r["practice_code"] == group[0])
        mark = (
            "exception: above the upper bound"
            if next(r for r in proposal.assignments if r["practice_code"] == group[0])["is_exception"]
            else ""
        )
        rows.append((named, f"{sum(lists[c] for c in group):,}", len(group), hub, mark))
    show(("group", "patients", "practices", "hub", ""), rows, False)
    proof = "proved best" if proposal.is_proved else (
        f"within {proposal.gap:.1%} of the best possible, not proved" if proposal.gap is not None else "unproved"
    )  # fmt: skip
    out.print(
        f"{len(found.groups)} groups of {place.name}: {proof}, in {proposal.seconds:.1f} s. Kept in {path}.",
        highlight=False,
    )
    for note in proposal.notes:
        out.print(f"  {note}", highlight=False, markup=False)
    out.print("A proposal is an illustration until those whom it concerns have decided.", highlight=False)
