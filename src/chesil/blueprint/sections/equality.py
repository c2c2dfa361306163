"""The section on equality: for every option, who would travel further, group by group, and what people must be asked."""

import math
from collections.abc import Sequence

from chesil.appraisal.appraising import BUSINESS_AS_USUAL
from chesil.appraisal.equality import BANDS, LONGER_BY, GroupImpact
from chesil.appraisal.results import AppraisedOptions, OptionResult, option_unit
from chesil.blueprint.document import Block, Lookup, Paragraph, Row, Section, Shown, Subheading, Table, Words
from chesil.blueprint.editions import SmallNumberRule
from chesil.blueprint.sections.equality_sign_off import (
    burdened,
    equality_figure,
    involvement_blocks,
    people_of_group,
    people_shown,
    questions,
)
from chesil.blueprint.sections.options import KEPT_BACK, is_kept_back
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.plan import Plan

KEY, NAME = "equality", "Equality"
RATIO = 3
"""Which of the measures is the ratio, whose limits stand beside it."""
SLOPE_NOTE = (
    "Along a straight line through the fifths of areas by deprivation (IMD 2025). Below nought, people in the most deprived "
    "areas travel longer. No limits: the error of modelled times moves before and after alike."
)
NEARER_NOTE = "People in areas where each group lives; groups for whom nothing shortens are left out."
MOST_AREAS = 50
MODES = {"drive": "by car to their own practice", "walk": "on foot to the nearest surgery"}
GROUP_HEADS = (
    "Group",
    "People in such areas",
    "Further",
    "Share",
    "Times everybody’s",
    "Its 95% limits",
    "Mean change, minutes",
    "More beyond the limit",
)
GROUP_NOTE = (
    "People in areas where each group lives, those who use other practices too. A ratio above one falls on the group more "
    "than on others; its limits take areas, not people, as the units, since people of an area share a change. A dash: too "
    "few areas change for limits."
)
BANDS_NOTE = (
    "People in areas where each group lives, by the change of the area’s mean. Left out: bands with nobody, groups whom "
    "nothing changes, and to the public those with a number too small to print."
)
BOUNDS_NOTE = (
    "Only the share of each area is known, not which of its patients belong to a group: both ends are possible."
)
MEASURES = (
    "equality_people", "equality_further", "equality_share_further", "equality_ratio", "equality_mean_change", "equality_beyond",
)  # fmt: skip


PUBLIC_MEASURES = ("equality_people", "equality_further", "equality_share_further", "equality_beyond")
PUBLIC_HEADS = (*GROUP_HEADS[:4], "More beyond the limit", "Mean change, least", "Mean change, most")
PUBLIC_NOTE = (
    "Without a timetable only a likely range of minutes is known: the two means are of its ends, and who travels further is "
    "counted at its slow end. With routed times (`chesil routes`) both ends are those. It is no claim that a bus goes."
)
LAND = {"rural": "Rural areas", "urban": "Urban areas", "urban_deprived": "The most deprived fifth of urban areas"}
RURAL_NOTE = (
    "Asked of every option: whether people in rural areas, those without a car most of all, bear more of it. Rural as in 2011; "
    "deprived by IMD 2025; cars in 2011. People’s own practice is in the tables above, by kind of land."
)


def of_place(plan: Plan) -> Section | None:
    """A draft assessment of every option: groups, areas, and questions that no figure answers."""
    found = plan.appraised
    if found is None or len(found.options) < 2:
        return None
    blocks: list[Block] = [] if is_kept_back(plan) else [_own_area(plan, found)]
    for option in found.options[1:]:
        blocks += _option(plan, found, option)
    blocks += questions(plan, found)
    return Section(KEY, NAME, _heading(found), _lead(plan, found), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """Nothing: options are of the whole place."""
    return None


def _heading(found: AppraisedOptions) -> str:
    moved = [o for o in found.options[1:] if any(i.further for i in o.impacts["drive"])]
    if not moved:
        return "No option makes anybody’s journey longer by more than a minute"
    worst = max(moved, key=lambda o: o.impacts["drive"][0].further)
    groups = burdened(worst, "drive")
    if groups:
        named = ", ".join(people_of_group(g) for g in groups[:3])
        return f"“{worst.title}” lengthens the most journeys, and falls hardest on {named}"
    return f"“{worst.title}” lengthens the most journeys; no group bears more than its share beyond chance"


def _lead(plan: Plan, found: AppraisedOptions) -> tuple[Words, ...]:
    sentences: list[Words] = []
    for option in found.options[1:]:
        further = equality_figure(plan, "equality_further", option, "drive", "all", "everybody")
        tail = " people live in areas whose journey by car would lengthen by more than a minute."
        sentences.append((f"“{option.title}”: ", Shown(further), tail))
    asked = (
        f"{len(found.unassessed)} groups have no data and are not assessed: people must be asked, and until somebody answers the "
        "assessments cannot be signed. Software does not sign them."
    )
    sentences.append((asked,))
    return tuple(sentences)


def _option(plan: Plan, found: AppraisedOptions, option: OptionResult) -> list[Block]:
    state = found.signed[option.name].words
    blocks: list[Block] = [Subheading(option.title), Paragraph((f"This assessment {state}.",))]
    if not any(i.further or i.nearer for m in MODES for i in option.impacts[m]):
        said = "Nobody’s journey changes by more than a minute, as far as the model can tell."
        return [*blocks, Paragraph((said,)), *involvement_blocks(plan, option)]
    for mode, words in MODES.items():
        impacts = option.impacts[mode]
        if not impacts[0].further and not impacts[0].nearer:
            blocks.append(Paragraph((f"Journeys {words}: none changes by more than a minute.",)))
            continue
        if not impacts[0].further:
            blocks.append(_nearer(plan, option, words, impacts))
            continue
        rows = []
        for i in impacts:
            shown: list[str | Shown] = [
                Shown(equality_figure(plan, m, option, mode, i.kind, i.group)) for m in MEASURES
            ]
            if i.kind == "all":
                shown[RATIO] = "–"
            cells = (*shown[: RATIO + 1], _ratio_limits(i), *shown[RATIO + 1 :])
            rows.append(Row(_group_name(i), cells, is_total=i.kind == "all"))
        blocks.append(Table(f"{option.title}: journeys {words}, by group", GROUP_HEADS, tuple(rows), note=GROUP_NOTE))
        blocks.append(_bands(plan, option, words, impacts))
    return [
        *blocks, *_public(plan, option), _slopes(plan, option), *_rural(plan, option), *_bounds(plan, option),
        *_areas(plan, option), *involvement_blocks(plan, option),
    ]  # fmt: skip


def _nearer(plan: Plan, option: OptionResult, words: str, impacts: Sequence[GroupImpact]) -> Table:
    """Who comes nearer, where nobody's journey lengthens by more than a minute."""
    rows = tuple(
        Row(_group_name(i), (people_shown(plan, i.people), people_shown(plan, i.nearer)), is_total=i.kind == "all")
        for i in impacts if i.nearer
    )  # fmt: skip
    caption = f"{option.title}: journeys {words} lengthen for nobody by more than a minute, and shorten for these"
    return Table(caption, (*GROUP_HEADS[:2], "Shorter by more than a minute"), rows, note=NEARER_NOTE)


def _bands(plan: Plan, option: OptionResult, words: str, impacts: Sequence[GroupImpact]) -> Table:
    """How much further: people of each group by band of change, since a mean hides the few who bear much."""
    held = [k for k, count in enumerate(impacts[0].bands) if count]
    shown = [(i, [people_shown(plan, i.bands[k]) for k in held]) for i in impacts if i.further or i.nearer]
    whole = [
        (i, cells) for i, cells in shown if SmallNumberRule().words not in cells
    ]  # one hidden cell would be told by the rest
    rows = tuple(Row(_group_name(i), tuple(cells), is_total=i.kind == "all") for i, cells in whole)
    caption = f"{option.title}: journeys {words}, people by how much longer (minutes)"
    return Table(caption, ("Group", *(BANDS[k] for k in held)), rows, note=BANDS_NOTE)


def _group_name(impact: GroupImpact) -> str:
    return "Everybody" if impact.kind == "all" else f"{impact.kind.capitalize()}: {impact.group}"


def _public(plan: Plan, option: OptionResult) -> list[Block]:
    """By public transport or walking to the nearest surgery: a likely range where the study has no routed times."""
    ends = [option.impacts[m][0] for m in ("public_least", "public_most")]
    if not any(i.further or i.nearer for i in ends):
        said = "Journeys by public transport or on foot: none changes by more than a minute at either end of their likely range."
        return [Paragraph((said,))]
    rows = []
    for i in option.impacts["public_most"]:
        low, high = (
            equality_figure(plan, "equality_mean_change", option, m, i.kind, i.group)
            for m in ("public_least", "public_most")
        )
        held = (equality_figure(plan, m, option, "public_most", i.kind, i.group) for m in PUBLIC_MEASURES)
        rows.append(Row(_group_name(i), (*map(Shown, held), Shown(low), Shown(high)), is_total=i.kind == "all"))
    caption = f"{option.title}: journeys by public transport or on foot to the nearest surgery, by group"
    return [Table(caption, PUBLIC_HEADS, tuple(rows), note=PUBLIC_NOTE)]


def _rural(plan: Plan, option: OptionResult) -> list[Block]:
    """The rural test of the option: minutes to the nearest surgery of people in rural areas beside others, now and then."""
    rows = []
    for group, words in LAND.items():
        people, no_car, *minutes = (
            plan.figures[measure, f"{option_unit(plan.place.code, name)}:{group}"]
            for measure, name in (
                ("access_test_people", BUSINESS_AS_USUAL), ("access_test_no_car", BUSINESS_AS_USUAL),
                ("access_test_minutes", BUSINESS_AS_USUAL), ("access_test_minutes", option.name),
            )
        )  # fmt: skip
        rows.append(Row(words, tuple(map(Shown, (people, no_car, *minutes)))))
    heads = (
        "People in",
        "Residents",
        "Households without a car",
        "Minutes by car to the nearest, now",
        "Under the option",
    )
    lost = plan.figures["option_dispensing_lost", option_unit(plan.place.code, option.name)]
    medicines = ("People who could no longer have medicines from a dispensing practice: ", Shown(lost), ".")
    return [Table(f"{option.title}: the rural test", heads, tuple(rows), note=RURAL_NOTE), Paragraph(medicines)]


def _slopes(plan: Plan, option: OptionResult) -> Table:
    """The slope of minutes over fifths of areas by deprivation, before and after."""
    rows = tuple(
        Row(
            words[:1].upper() + words[1:],
            tuple(Shown(_slope(plan, name, mode)) for name in (BUSINESS_AS_USUAL, option.name)),
        )
        for mode, words in MODES.items()
    )
    caption = f"{option.title}: minutes longer for the least deprived areas than for the most"
    return Table(caption, ("Journeys", "Now", "Under the option"), rows, note=SLOPE_NOTE)


def _slope(plan: Plan, option: str, mode: str) -> Figure:
    return plan.figures["equality_slope", f"{option_unit(plan.place.code, option)}:{mode}"]


def _ratio_limits(impact: GroupImpact) -> str:
    if impact.ratio_lower is None or impact.ratio_upper is None:
        return "–"
    return f"{impact.ratio_lower:.2f} to {impact.ratio_upper:.2f}"


def _bounds(plan: Plan, option: OptionResult) -> list[Block]:
    impacts = [i for i in option.impacts["drive"] if i.kind in ("disability", "ethnicity", "age") and i.most_affected]
    rows = tuple(
        Row(
            f"{i.kind.capitalize()}: {i.group}",
            (people_shown(plan, i.least_affected), people_shown(plan, i.most_affected)),
        )
        for i in impacts
    )
    if not rows:
        return []
    caption = f"{option.title}: how many of each group could be among the patients it touches"
    return [Table(caption, ("Group", "At least", "At most"), rows, note=BOUNDS_NOTE)]


def _areas(plan: Plan, option: OptionResult) -> list[Block]:
    if is_kept_back(plan):
        return [Paragraph((f"The worst-affected areas are not listed here. {KEPT_BACK}",), is_quiet=True)]
    change = option.changes["drive"]
    names = {r["lsoa11"]: f"{r['msoa_name'] or ''} ({r['area_name']})".strip()
             for r in plan.place.areas.select("lsoa11", "msoa_name", "area_name").iter_rows(named=True)}  # fmt: skip
    every = zip(change.change, change.areas, change.people, change.before, change.after, strict=True)
    found = sorted(every, key=lambda r: (-r[0], r[1]))
    rows = tuple(
        Row(names.get(code, code), (f"{people:,.0f}", f"{before:.1f}", "no way" if after == float("inf") else f"{after:.1f}",
                                    "" if gain == float("inf") else f"{gain:.1f}"))
        for gain, code, people, before, after in found[:MOST_AREAS] if gain > 1.0
    )  # fmt: skip
    if not rows:
        return []
    return [Table(f"{option.title}: the worst-affected areas, journeys by car to people’s own practice",
                  ("Small area", "Residents", "Minutes before", "Minutes after", "Longer by"), rows)]  # fmt: skip


def _own_area(plan: Plan, found: AppraisedOptions) -> Lookup:
    """Every area under every option by both modes, for a reader to look up the one they live in."""
    columns = ("lsoa11", "msoa_name", "area_name")
    names = {c: f"{m or ''} ({a})".strip() for c, m, a in plan.place.areas.select(columns).iter_rows()}
    rows = []
    for option in found.options[1:]:
        by_mode = [option.changes[m] for m in MODES]
        for k, area in enumerate(by_mode[0].areas):
            cells = (_then(float(c.before[k]), float(c.after[k])) for c in by_mode)
            rows.append((names.get(area, area), option.title, *cells))
    rows.sort(key=lambda r: r[0])
    heads = ("Small area", "Option", *(f"{m[:1].upper()}{m[1:]}" for m in MODES.values()))
    return Lookup(
        "Who travels further where you live", "Neighbourhood or small area", heads, tuple(rows),
        "Minutes as modelled, from the middle of the area’s people; a change of less than a minute is within the model’s grain.",
    )  # fmt: skip


def _then(before: float, after: float) -> str:
    if before == after:
        return f"{_way(before)}, as now"
    change = after - before
    if not math.isfinite(change):
        return f"{_way(before)}, then {_way(after)}"
    if abs(change) < LONGER_BY:
        return f"{_way(before)}, changing by less than one"
    return f"{_way(before)}, then {after:.0f}: {abs(change):.0f} {'longer' if change > 0 else 'shorter'}"


def _way(minutes: float) -> str:
    return "no way" if math.isinf(minutes) else f"{minutes:.0f} minutes"
