"""The command on the estate of a study: what there is, what is not known, dates, planning replies, the national return."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show

if TYPE_CHECKING:
    from chesil.core.figure import Figure


def estate(
    study: StudyFolder,
    planning: Annotated[
        str, typer.Option(help="A development of the table of housing: print the parts of a reply.")
    ] = "",
    to_return: Annotated[
        Path | None, typer.Option("--return", help="Fill the neighbourhood health centre return: a file .xlsx or .md.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the sites of a study's place against its patients, what is not known, the calendar, and what closing would save."""
    from chesil.setting_up.estates import estate_settings, estates_alone
    from chesil.study import read_study

    read = read_study(study)
    with err.status("assessing the estate"):
        place, found, notes = estates_alone(read)
    if to_return is not None:
        from chesil.blueprint.centre_return import return_parts, write_return

        parts = return_parts(read, place, found)
        path = write_return(parts, read.title, to_return)
        out.print(f"Wrote {path}: {sum(p.gaps for p in parts)} cells are not known and are marked.", highlight=False)
        return
    if planning:
        from chesil.analyses.estates import planning_reply

        figures = planning_reply(place, planning, estate_settings(read))
        deadline = place.homes.filter(place.homes["development"] == planning)["comment_deadline"][0]
    else:
        figures = [f for f in found.figures if f.unit_code.split(":")[0] == place.code and "reply" not in f.measure]
        deadline = None
    if as_json:
        print(json.dumps([f.as_dict() for f in figures], ensure_ascii=False, indent=1))
        return
    from chesil.blueprint.words import figure_text
    from chesil.measures.card import load_measure

    cards = {f.measure: load_measure(f.measure) for f in figures}

    def apart(figure: "Figure") -> bool:
        return figure.unit_code != place.code and not planning

    rows: list[tuple[object, ...]] = [
        (
            cards[f.measure].title + (f" ({f.unit_name.removeprefix(place.name).strip(' ,:')})" if apart(f) else ""),
            figure_text(f, cards[f.measure]) if f.is_known else f.reason,
            " ".join(f.notes),
        )
        for f in figures
    ]
    show(("", "value", "rests on"), rows, False)
    if planning:
        out.print(f"Last day to comment: {deadline or 'not in the table of housing'}.", highlight=False)
        return
    unknown = [(r["fact"], f"{r['unknown']} of {r['sites']}") for r in found.tables["unknown"].iter_rows(named=True)]
    show(("fact", "open sites without it"), unknown, False)
    ahead = found.tables["calendar"].filter(~found.tables["calendar"]["is_past"])
    dates: list[tuple[object, ...]] = [
        (
            r["on"],
            r["about"],
            r["what"],
            f"£{r['cost_of_missing_gbp']:,.0f}" if r["cost_of_missing_gbp"] is not None else r["how"],
        )
        for r in ahead.head(20).iter_rows(named=True)
    ]
    if dates:
        show(("date", "", "what", "missing it would cost"), dates, False)
    past = found.tables["calendar"].height - ahead.height
    if past:
        out.print(f"{past} date{' is' if past == 1 else 's are'} past: a lease may be holding over.", highlight=False)
    for note in (*notes, *found.warnings):
        out.print(f"  {note}", highlight=False, markup=False)
