"""Commands to appraise a study's options and to draft the equality assessment of one."""

from math import inf
from pathlib import Path
from typing import Annotated, Any

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show
from chesil.core.errors import ChesilError

MODES = {
    "drive": "car, own",
    "walk": "foot, nearest",
    "public_least": "public, least",
    "public_most": "public, most",
}
SHOWN = 10


def appraise(
    study: StudyFolder,
    weights: Annotated[Path | None, typer.Option(help="A file of weights to use instead of the study's.")] = None,
    case: Annotated[str, typer.Option(help="Write a business case instead: justification or outline.")] = "",
    option: Annotated[str, typer.Option(help="The option that the case is for.")] = "",
    to: Annotated[Path | None, typer.Option("--out", help="File of the case, ending in .md or .docx.")] = None,
    as_json: Json = False,
) -> None:
    """Judge a study's options on its criteria: scores, order under each weighting, stability, what would change it."""
    if case:
        _case(study, weights, case, option, to)
        return
    from chesil.appraisal.saying import notes_of

    _, found = _appraised(study, weights)
    rows: list[tuple[object, ...]] = []
    for r in found.appraisal.rankings:
        names = found.appraisal.ranked_options
        for place, name in enumerate(r.order, start=1):
            k = names.index(name)
            scores = ", ".join(f"{c} {s:.0f}" for c, s in zip(r.criteria, r.scores[k], strict=True))
            first = 100 * r.over_all_weights.ranks[k, 0]
            rows.append((r.who, place, found.option(name).title, f"{r.totals[k]:.1f}", f"{first:.0f}%", scores))
    show(("weights of", "place", "option", "total", "first, any weights", "scores of 100"), rows, as_json)
    if as_json:
        return
    for r in found.appraisal.rankings:
        if r.nearest_switch is not None:
            _, moved, option = r.nearest_switch
            out.print(
                f"{r.who}: moving {100 * moved:.0f} of 100 points puts {found.option(option).title} level.",
                highlight=False,
            )
    for line in notes_of(found):
        out.print(f"Mind: {line}", highlight=False)
    out.print(
        "How often an option comes first is a share of weightings, not the chance that it is right.", highlight=False
    )


def equality(
    study: StudyFolder, option: Annotated[str, typer.Argument(help="Name of an option.")], as_json: Json = False
) -> None:
    """Draft the equality assessment of an option: who would travel further, and what people must be asked."""
    from chesil.scenario.involving import what_blocks_approval
    from chesil.setting_up.appraisal import option_of
    from chesil.study import read_study

    option_of(read_study(study), option)
    read, found = _appraised(study, None)
    result = found.option(option)
    impacts = [(MODES[mode], i) for mode, found_by_mode in result.impacts.items() for i in found_by_mode]
    heads = ("journeys", "group", "people there", "further", "share, %", "beyond limit")
    rows: list[tuple[object, ...]] = [
        (mode, f"{i.kind}: {i.group}", round(i.people), round(i.further), i.share_further, round(i.beyond))
        for mode, i in impacts
    ]
    if as_json:
        more = [(i.mean_change, i.ratio, i.ratio_lower, i.ratio_upper) for _, i in impacts]
        show(
            (*heads, "mean minutes", "times everybody's", "from", "to"),
            [(*r, *m) for r, m in zip(rows, more, strict=True)],
            True,
        )
        return
    show((*heads, "mean minutes", "times everybody's"),
         [(*r, _mean(i), _times(i)) for r, (_, i) in zip(rows, impacts, strict=True)], False)  # fmt: skip
    for line in _worst(result):
        out.print(line, highlight=False)
    state = found.signed[option]
    for group in state.unanswered:
        out.print(f"Not assessed, ask: {group}. {found.unassessed[group]}", highlight=False)
    out.print(f"The assessment {state.words}.", highlight=False)
    for problem in what_blocks_approval({option: read.options[option]}, read.registers):
        out.print(f"Before approval: {problem.what}. {problem.why}".strip(), highlight=False)
    out.print(
        "Areas by name, bands of change and facts for a decision on consultation: the page on equality.",
        highlight=False,
    )


def _times(impact: Any) -> str:
    """The disproportion with its limits in one cell."""
    if impact.kind == "all" or impact.ratio is None:
        return "–"
    limits = "" if impact.ratio_lower is None else f" ({impact.ratio_lower:.2f} to {impact.ratio_upper:.2f})"
    return f"{impact.ratio:.2f}{limits}"


def _mean(impact: Any) -> str:
    return "no way" if impact.mean_change is None else f"{impact.mean_change + 0.0:+.2f}".replace("-0.00", "+0.00")


def _worst(result: Any) -> list[str]:
    """The worst-affected areas with their people, by car to people's own practice; the page names up to fifty."""
    change = result.changes["drive"]
    rows = zip(change.change, change.areas, change.people, change.before, change.after, strict=True)
    worst = [r for r in sorted(rows, key=lambda r: (-r[0], r[1])) if r[0] > 1.0]
    return [
        f"{code}, {people:,.0f} people: {before:.1f} minutes by car now, {f'{after:.1f}' if after < inf else 'no way'} then"
        for _, code, people, before, after in worst[:SHOWN]
    ] + ([f"and {len(worst) - SHOWN} areas more"] if len(worst) > SHOWN else [])


def _case(study: Path, weights: Path | None, case: str, option: str, to: Path | None) -> None:
    from chesil.appraisal.business_case import CASES, write_case
    from chesil.blueprint.case_files import write_case_file

    if to is None or not option or case not in CASES:
        way = "Write --case justification (or outline) --option NAME --out FILE.docx (or FILE.md)"
        raise ChesilError("A case needs its shape, an option and a file", [], way)
    read, found = _appraised(study, weights)
    written = write_case(case, found, option, read.title, read.as_at)
    write_case_file(written, to, read.as_at)
    out.print(f"Wrote {to} with {len(written.gaps)} gaps for people to fill.", highlight=False)


def _appraised(folder: Path, weights: Path | None) -> tuple[Any, Any]:
    from dataclasses import replace

    from chesil.measures.asking import newest_vintage
    from chesil.measures.card import load_measure
    from chesil.place.assembling import assemble_place
    from chesil.place.site_register import with_registers
    from chesil.setting_up.appraisal import appraisal_of
    from chesil.study import read_study

    read = read_study(folder)
    if weights is not None:
        if not weights.exists():
            raise ChesilError(f"There is no file {weights}")
        read = replace(read, weights=weights)
    vintages = {read.vintage, newest_vintage(load_measure("patients_per_gp_fte"), read.as_at)}
    with err.status("reading the study") as status:
        places = {
            v: with_registers(assemble_place(read.wanted, vintage=v, as_at=read.as_at), read.registers)
            for v in vintages
        }
        england = {v: assemble_place("England", vintage=v, as_at=read.as_at) for v in vintages}
        found = appraisal_of(read, places, england, lambda step: status.update(step))
    if found is None:
        raise ChesilError(
            f"The study {folder} has no options",
            [],
            "Write one as options/NAME.toml: a title, edits with reasons, costs with years",
        )
    return read, found
