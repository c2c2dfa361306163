"""The command that prints who is on a study's lists and lives there, how ill they are likely to be, and what is to come."""

import json
from typing import Annotated

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show

FIRST = ("resident_share_", "need_level_", "list_", "projected_", "life_expectancy_", "registered_minus_residents")


def need(
    study: StudyFolder,
    unit: Annotated[str, typer.Option(help="Code of a practice or network; else the whole place.")] = "",
    as_json: Json = False,
) -> None:
    """Print the need of a study's place, or of one of its practices or networks, beside England."""
    from chesil.blueprint.words import figure_text, limits_text
    from chesil.core.errors import NotFound, did_you_mean
    from chesil.measures.card import load_measure
    from chesil.setting_up.need import need_alone
    from chesil.study import read_study

    with err.status("assessing need"):
        place, found = need_alone(read_study(study))
    code = unit.strip().upper() or place.code
    mine = [f for f in found.figures if f.unit_code == code]
    if not mine:
        known = {f.unit_code for f in found.figures if ":" not in f.unit_code}
        raise NotFound(f"{unit} has no figure of need in {place.name}", [], did_you_mean(code, known))
    if as_json:
        print(json.dumps([f.as_dict() for f in mine], ensure_ascii=False, indent=1))
        return
    england = {f.measure: f for f in found.figures if f.unit_code == "ENGLAND"}
    rows = []
    for f in sorted((f for f in mine if f.measure.startswith(FIRST)), key=lambda f: f.measure):
        card = load_measure(f.measure)
        other = england.get(f.measure)
        limits = limits_text(f, card) if f.lower is not None else ""
        rows.append((card.title, figure_text(f, card), limits, figure_text(other, card) if other else "", f.period))
    show(("what", mine[0].unit_name, "95% limits", "England", "as of"), rows, False)
    out.print("Levels of need are modelled from open data; no patient record is read.", highlight=False)
    for warning in found.warnings:
        out.print(warning, highlight=False, markup=False)
