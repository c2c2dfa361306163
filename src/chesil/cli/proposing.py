"""Commands that solve for something and keep the answer in the study, with its proof."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show
from chesil.core.errors import ChesilError

if TYPE_CHECKING:
    from chesil.analyses.grouping import GroupingSettings
    from chesil.analyses.grouping.proposing import GroupsFound
    from chesil.place.place import Place
    from chesil.registers.proposals import Proposal
    from chesil.study import Study

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
    of: Annotated[str, typer.Option(help="Group whole `practices`, or small `areas` by their residents.")] = "",
    low: Annotated[int, typer.Option(help="Fewest people of a group; else the study's, or 30,000.")] = 0,
    high: Annotated[int, typer.Option(help="Most people of a group; else the study's, or 50,000.")] = 0,
    about: Annotated[
        list[int] | None, typer.Option(help="Groups of about so many people: within a fifth. Say it again for another.")
    ] = None,
    groups: Annotated[int, typer.Option(help="How many groups; else any number.")] = 0,
    together: Annotated[
        list[str] | None, typer.Option(help='Two practices (or areas) to keep together: "J81001 J81002".')
    ] = None,
    apart: Annotated[list[str] | None, typer.Option(help="Two practices (or areas) to keep apart.")] = None,
    flows_weight: Annotated[
        float, typer.Option(help="Kilometres that parting a patient from a neighbour is worth.")
    ] = -1.0,
    change_weight: Annotated[float, typer.Option(help="Kilometres that leaving the present network is worth.")] = -1.0,
    council_weight: Annotated[float, typer.Option(help="Kilometres that grouping across councils is worth.")] = -1.0,
    ensemble: Annotated[int, typer.Option(help="Random plans to draw beside it; 0 for none.")] = -1,
    seconds: Annotated[
        float, typer.Option(help="Longest time to search where the groups are too many to list.")
    ] = 300.0,
    name: Annotated[str, typer.Option(help="Name of the proposal; else `groups`, `areas` and what it is about.")] = "",
    title: Annotated[str, typer.Option(help="Title of the proposal; else one that says what it is.")] = "",
    as_json: Json = False,
) -> None:
    """Draw groups of whole practices, or of small areas, within bounds and each in one piece, and keep them in STUDY/proposals.

    With --about 50000 --about 250000, one proposal for each size.
    """
    from chesil.place.place import plain_name
    from chesil.setting_up.grouping import bounds_about, grouping_settings, name_and_title
    from chesil.study import read_study

    read = read_study(study)
    if name and plain_name(name) != name:
        raise ChesilError(
            f"`{name}` cannot name a proposal", [], f"Use small letters, digits and hyphens: {plain_name(name)}"
        )
    if about and (low or high or groups):
        raise ChesilError("--about sets the bounds, and so do --low, --high and --groups", [], "Use one or the other")
    said: dict[str, object] = {n: v for n, v in (("of", of), ("low", low), ("high", high), ("groups", groups)) if v}
    weights = (("flows_weight", flows_weight), ("change_weight", change_weight), ("council_weight", council_weight))
    said |= {n: v for n, v in (*weights, ("ensemble", ensemble)) if v >= 0}
    said |= {n: v for n, v in (("together", together), ("apart", apart)) if v}
    asked = [(grouping_settings(read, said | bounds_about(size)), size) for size in about or ()]
    printed = []
    for settings, size in asked or [(grouping_settings(read, said), 0)]:
        made_name, made_title = name_and_title(settings, size)
        named = f"{name}-{size}" if name and len(asked) > 1 else name or made_name
        printed.append(_draw(study, read, settings, named, title or made_title, seconds, as_json))
    if as_json:
        print(json.dumps(printed if len(printed) > 1 else printed[0], ensure_ascii=False, indent=1))
        return
    out.print("A proposal is an illustration until those whom it concerns have decided.", highlight=False)


def _draw(
    folder: Path, study: "Study", settings: "GroupingSettings", name: str, title: str, seconds: float, as_json: bool
) -> dict[str, Any]:
    """Solve for one set of bounds, keep the proposal, and print its groups unless it is wanted as JSON."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from chesil.registers.proposals import write_proposal
    from chesil.setting_up.grouping import propose_for

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with stopping_on_interrupt(seconds) as stop, Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("reading the study")

        def tell(step: str, cost: float, bound: float) -> None:
            known = 0 < cost < float("inf") and bound > 0
            gap = f"; within {(cost - bound) / cost:.1%} of the best possible" if known else ""
            progress.update(task, description=step + gap)

        proposal, found, place = propose_for(study, settings, name, title, tell=tell, stop=stop, clock=time.monotonic)
    path = write_proposal(proposal, folder / "proposals")
    if not as_json:
        _print_groups(proposal, found, place, settings.of)
        proof = "proved best" if proposal.is_proved else (
            f"within {proposal.gap:.1%} of the best possible, not proved" if proposal.gap is not None else "unproved"
        )  # fmt: skip
        out.print(
            f"{len(found.groups)} groups of {place.name}: {proof}, in {proposal.seconds:.1f} s. Kept in {path}.",
            highlight=False,
        )
        for note in proposal.notes:
            out.print(f"  {note}", highlight=False, markup=False)
    return asdict(proposal)


def _print_groups(proposal: "Proposal", found: "GroupsFound", place: "Place", of: str) -> None:
    by_area = of == "areas"
    people = dict(
        place.areas.select("lsoa11", "residents_2020").iter_rows()
        if by_area
        else place.practices.select("practice_code", "list_size").iter_rows()
    )
    key, words = ("lsoa11", ("residents", "areas")) if by_area else ("practice_code", ("patients", "practices"))
    row_of = {r[key]: r for r in proposal.assignments}
    rows: list[tuple[object, ...]] = []
    for group, hub in sorted(zip(found.groups, found.hubs, strict=True), key=lambda g: -sum(people[c] for c in g[0])):
        mark = "exception: above the upper bound" if row_of[group[0]]["is_exception"] else ""
        rows.append((row_of[group[0]]["group"], f"{sum(people[c] for c in group):,}", len(group), hub, mark))
    show(("group", *words, "hub", ""), rows, False)
