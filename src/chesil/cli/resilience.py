"""The command on resilience: one practice by the rule of 2015, or a place's counts; never a ranked list."""

import json
from pathlib import Path
from typing import Annotated

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show
from chesil.core.assessment import Assessment
from chesil.core.errors import ChesilError, NotFound, did_you_mean
from chesil.place.place import Place
from chesil.study import Study


def resilience(
    study: StudyFolder,
    code: Annotated[str, typer.Argument(help="Code of a practice of the study's place; without it, counts only.")] = "",
    endings: Annotated[
        bool, typer.Option("--endings", help="Also the model of endings, if the practice's own study switched it on.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print the twelve criteria of 2015 for a practice, its neighbours and support that fits; or counts of a place."""
    from chesil.setting_up.resilience import resilience_alone
    from chesil.study import read_study

    read = read_study(Path(study))
    if code and read.edition == "public":
        raise ChesilError(
            "The public edition holds no flag about a named practice",
            [],
            "Use a study of the board's or practice's edition",
        )
    if endings:
        _may_show_endings(read, code)
    with err.status("assessing resilience"):
        place, found = resilience_alone(read)
    practice = code.strip().upper()
    if practice and practice not in set(place.practices["practice_code"]):
        near = did_you_mean(practice, place.practices["practice_code"])
        raise NotFound(f"`{code}` is not a practice of {place.name} at {place.vintage}", [], near)
    if as_json:
        mine = [f for f in found.figures if not practice or f.unit_code == practice]
        print(json.dumps([f.as_dict() for f in mine], ensure_ascii=False, indent=1))
    elif practice:
        _practice(read, place, found, practice)
        if endings:
            _endings(place, practice)
    else:
        _place(place, found)
    if not as_json:
        for warning in found.warnings:
            out.print(f"  {warning}", highlight=False, markup=False)


def _practice(study: Study, place: Place, found: Assessment, code: str) -> None:
    from chesil.analyses.resilience import all_offers, exposure_of, match_support
    from chesil.analyses.resilience.rule import all_criteria, flags_of, threshold_words
    from chesil.setting_up.resilience import resilience_settings

    names = dict(place.practices.select("practice_code", "practice_name").iter_rows())
    criteria = {c.code: c for c in all_criteria()}
    rows = flags_of(found.tables["flags"], code)
    flags, unknown = (found.figure(m, code).value or 0 for m in ("resilience_flags", "resilience_unknown"))
    out.print(
        f"[bold]{names[code]} ({code})[/bold]: {flags:.0f} flags, {unknown:.0f} of {len(rows)} unknown", highlight=False
    )
    show(
        ("criterion", "state", "value", "threshold", "source"),
        [
            (
                criteria[r["criterion"]].title,
                r["state"],
                r["value"],
                threshold_words(criteria[r["criterion"]], resilience_settings(study)),
                r["source"],
            )
            for r in rows
        ],
        False,
    )
    signs = found.tables["spectrum"].filter(found.tables["spectrum"]["practice_code"] == code)
    out.print("[bold]Pressures[/bold], with the share of England's practices less pressed")
    show(("pressure", "value", "worse than, %", "pressed"), [r[1:] for r in signs.iter_rows()], False)
    out.print("[bold]If a neighbour closed[/bold], the share of this practice's list that would arrive (modelled)")
    near = exposure_of(found, code).head(8)
    show(
        ("neighbour", "patients", "% of own list"),
        [
            (f"{names[r['closing']]} ({r['closing']})", f"{r['patients']:,.0f}", f"{r['share_pct']:.0f}")
            for r in near.to_dicts()
        ],
        False,
    )
    flagged = [r["criterion"] for r in rows if r["state"] == "flag"]
    matched = match_support(flagged, all_offers(resilience_settings(study)), study.as_at)
    out.print("[bold]Support that fits[/bold]")
    for offer, fits, is_open in matched:
        state = "open" if is_open else f"ended {offer.until}" if offer.until else "not open yet"
        out.print(f"  {offer.name} ({state}): {', '.join(fits)}", highlight=False)
    if not any(is_open for _, _, is_open in matched):
        out.print("  None is open: add local offers in [resilience] of study.toml", highlight=False, markup=False)


def _may_show_endings(study: Study, code: str) -> None:
    from chesil.analyses.resilience.endings import may_be_shown
    from chesil.setting_up.resilience import resilience_settings

    may_be_shown(resilience_settings(study).endings_model, study.edition)
    if not code:
        raise ChesilError(
            "The model of endings speaks of one practice at a time, never of a list", [], "Name a practice"
        )


def _endings(place: Place, code: str) -> None:
    from chesil.analyses.resilience.endings import outlook
    from chesil.setting_up.endings import ending_factors

    size = place.practices.filter(place.practices["practice_code"] == code)["list_size"][0]
    found = outlook(ending_factors(place, code), size)
    out.print("[bold]The model of endings[/bold] (for the practice itself; not for publication)", highlight=False)
    out.print(
        f"  Of 1,000 practice codes like this, about {10 * found.chance_pct:,.0f} have ended (closed or merged) three years on; "
        f"of codes of its list size alone, {10 * found.same_size_pct:,.0f}.",
        highlight=False,
    )
    if found.unknown:
        out.print(f"  Not known, England's mean stands in: {', '.join(found.unknown)}.", highlight=False)
    out.print(f"  {found.reference}. How well it does: docs/manual/endings.md.", highlight=False)


def _place(place: Place, found: Assessment) -> None:
    from chesil.measures.card import load_measure

    out.print(f"[bold]Resilience of {place.name}[/bold]: counts", highlight=False)
    rows: list[tuple[object, ...]] = []
    for figure in found.figures:
        if figure.unit_code == place.code or figure.unit_code.startswith(f"{place.code}:"):
            what = figure.unit_name.split(": ", 1)[1] if ":" in figure.unit_code else ""
            shown = f"{figure.value:,.0f}" if figure.value is not None else figure.reason
            rows.append((load_measure(figure.measure).title, what, shown))
    show(("measure", "of", "value"), rows, False)
