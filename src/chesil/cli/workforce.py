"""Commands on the workforce of a study: who works there, who will, and what earlier home visits do."""

import json
from typing import Annotated

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show
from chesil.core.errors import ChesilError
from chesil.core.figure import Figure
from chesil.study import Study

VISIT_MEASURES = ("home_visits_peak", "home_visits_peak_share", "home_visits_wait", "home_visits_ambulance_wait")


def workforce(
    study: StudyFolder,
    home_visits: Annotated[
        bool, typer.Option("--home-visits", help="Simulate days of home visits instead: when ambulances are asked for.")
    ] = False,
    days: Annotated[int, typer.Option(help="Days to simulate, with --home-visits.", min=5, max=5000)] = 50,
    crews: Annotated[int, typer.Option(help="Ambulance crews, with --home-visits; 0 for no queue.", min=0)] = 0,
    option: Annotated[
        str, typer.Option(help="An option of the study: what its edits do to skill mix and the gap.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Print who works in a study's place against England, what rules of need ask for, and GPs in the years ahead."""
    from chesil.setting_up.workforce import home_visits_alone, workforce_alone
    from chesil.study import read_study

    read = read_study(study)
    if crews and not home_visits:
        raise ChesilError("`--crews` is for `--home-visits`", [], "Add --home-visits")
    if home_visits:
        with err.status(f"simulating {days} days in four ways"):
            figures = list(home_visits_alone(read, days, crews))
        _visits(figures, as_json)
        return
    if option:
        _skill_mix(read, option, as_json)
        return
    with err.status("assessing the workforce"):
        place, found = workforce_alone(read)
    if as_json:
        print(json.dumps([f.as_dict() for f in found.figures], ensure_ascii=False, indent=1))
        return
    years: list[int] = found.tables["projection"]["year"].to_list() if "projection" in found.tables else []
    ends = {f"{place.code}:{year}" for year in (years[:1] + years[-1:])}
    mine = [f for f in found.figures if f.unit_code in (place.code, *ends)]
    mine += [f for f in found.figures if f.measure == "workforce_local_rule_short"]
    out.print(f"[bold]Workforce of {place.name}[/bold]", highlight=False)
    _figures(mine, {f.measure: f for f in found.figures if f.unit_code == "ENGLAND"})
    for warning in found.warnings:
        out.print(f"  {warning}", highlight=False)


def _skill_mix(study: Study, option: str, as_json: bool) -> None:
    from chesil.setting_up.workforce import skill_mix_alone

    with err.status(f"applying {option} to the staff as last returned"):
        table, effects, gap = skill_mix_alone(study, option)
    changed = table.filter(table["change"] != 0)
    if as_json:
        print(json.dumps({"roles": changed.to_dicts(), **effects, "gap": gap.value}, ensure_ascii=False, indent=1))
        return
    show(
        ("role", "before, FTE", "after, FTE", "change"),
        changed.select("title", "before", "after", "change").rows(),
        False,
    )
    each = effects["release_to_close"]
    out.print(
        f"  Against a gap of {gap.value or 0:,.1f} GPs ({gap.period}) it adds {effects['gps_added']:+,.1f} GPs and "
        f"{effects['clinicians_added']:+,.1f} other clinicians; {effects['gap_left']:,.1f} are left.",
        highlight=False,
    )
    if each is not None:
        out.print(
            f"  For the gap to close, each added clinician would have to free {each:.2f} of a GP’s time; how much they do "
            "free was not found published.",
            highlight=False,
        )


def _figures(figures: list[Figure], england: dict[str, Figure]) -> None:
    from chesil.blueprint.words import figure_text, limits_text
    from chesil.measures.card import load_measure

    rows: list[tuple[object, ...]] = []
    for f in figures:
        card = load_measure(f.measure)
        there = england.get(f.measure)
        title = card.title + (f", {f.period}" if ":" in f.unit_code else "")
        rows.append(
            (
                title,
                figure_text(f, card) if f.is_known else f.reason,
                limits_text(f, card) if f.lower is not None else "",
                figure_text(there, card) if there is not None else "",
                card.unit if card.unit not in ("%", "GBP") else "",
            )
        )
    show(("measure", "value", "95%", "England", "unit"), rows, False)


def _visits(figures: list[Figure], as_json: bool) -> None:
    if as_json:
        print(json.dumps([f.as_dict() for f in figures], ensure_ascii=False, indent=1))
        return
    made = {(f.unit_name, f.measure): f for f in figures}
    rows: list[tuple[object, ...]] = []
    for name in dict.fromkeys(f.unit_name for f in figures):
        cells = [made.get((name, m)) for m in VISIT_MEASURES]
        peak = made[name, "home_visits_peak"]
        values = [f"{f.value:,.1f}" if f is not None and f.value is not None else "" for f in cells]
        rows.append((name.split(": ", 1)[1], values[0], f"{peak.lower:,.1f} to {peak.upper:,.1f}", *values[1:]))
    heads = ("arrangement", "busiest hour", "95% of days", "its share, %", "wait for visit, min", "for ambulance, min")
    show(heads, rows, False)
    for note in dict.fromkeys(n for f in figures for n in f.notes[1:]):
        out.print(f"  {note}", highlight=False)
