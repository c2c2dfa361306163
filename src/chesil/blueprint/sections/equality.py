"""The section on equality: for every option, who would travel further, group by group, and what people must be asked."""

import math
from collections.abc import Sequence

from chesil.appraisal.appraising import BUSINESS_AS_USUAL
from chesil.appraisal.equality import LONGER_BY, GroupImpact
from chesil.appraisal.results import AppraisedOptions, OptionResult, option_unit
from chesil.blueprint.disclosure import SmallNumberRule
from chesil.blueprint.document import Block, Lookup, Paragraph, Row, Section, Shown, Subheading, Table, Words
from chesil.blueprint.sections.options import KEPT_BACK, is_kept_back
from chesil.blueprint.words import place_name
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.plan import Plan
from chesil.scenario.involving import closes_something, involvement_steps, steps_done

KEY, NAME = "equality", "Equality"
RATIO = 3
"""Which of the measures is the ratio, whose limits stand beside it."""
SLOPE_NOTE = (
    "Along a straight line through the fifths of areas by deprivation (IMD 2025). Below nought, people in the most deprived "
    "areas travel longer. No limits: the error of modelled times moves before and after alike."
)
NEARER_NOTE = "People in areas where each group lives; groups for whom nothing shortens are left out."
STEPS_NOTE = (
    "A study cannot be marked approved while any of these is empty or the assessment is unsigned. The law is cited, not "
    "advised on."
)
HEAVIER = 1.0
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
    "People in areas where each group lives. A ratio above one falls on the group more than on others; its limits take areas, "
    "not people, as the units, since people of an area share a change. A dash: too few areas change for limits."
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
    blocks += _questions(plan, found)
    return Section(KEY, NAME, _heading(found), _lead(plan, found), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """Nothing: options are of the whole place."""
    return None


def burdened(option: OptionResult, mode: str) -> list[GroupImpact]:
    """Groups on whom an option falls more than on everybody, beyond chance: the ratio's lower limit is above one."""
    return [i for i in option.impacts[mode] if i.ratio_lower is not None and i.ratio_lower > HEAVIER]


def _heading(found: AppraisedOptions) -> str:
    moved = [o for o in found.options[1:] if any(i.further for i in o.impacts["drive"])]
    if not moved:
        return "No option makes anybody’s journey longer by more than a minute"
    worst = max(moved, key=lambda o: o.impacts["drive"][0].further)
    groups = burdened(worst, "drive")
    if groups:
        named = ", ".join(_people_of(g) for g in groups[:3])
        return f"“{worst.title}” lengthens the most journeys, and falls hardest on {named}"
    return f"“{worst.title}” lengthens the most journeys; no group bears more than its share beyond chance"


def _people_of(impact: GroupImpact) -> str:
    """A group in words, such as "people of town and fringe areas"."""
    words = {
        "age": "people aged {}", "rurality": "people of {} areas", "ethnicity": "people of the ethnic group {}",
        "deprivation": "people of the fifth of areas called {} by deprivation",
        "carlessness": "people of the fifth of areas called {} by cars",
        "illness": "people of the fifth of areas called {} by illness",
        "disability": "people who are {}",
    }  # fmt: skip
    return words.get(impact.kind, f"{impact.kind}: {{}}").format(impact.group)


def _lead(plan: Plan, found: AppraisedOptions) -> tuple[Words, ...]:
    sentences: list[Words] = []
    for option in found.options[1:]:
        further = _figure(plan, "equality_further", option, "drive", "all", "everybody")
        tail = " people live in areas whose journey by car would lengthen by more than a minute."
        sentences.append((f"“{option.title}”: ", Shown(further), tail))
    asked = (
        f"{len(found.unassessed)} groups have no data and are not assessed: people must be asked, and until somebody answers the "
        "assessments cannot be signed. Software does not sign them."
    )
    sentences.append((asked,))
    return tuple(sentences)


def _figure(plan: Plan, measure: str, option: OptionResult, mode: str, kind: str, group: str) -> Figure:
    return plan.figures[measure, f"{option_unit(plan.place.code, option.name)}:{mode}:{kind}:{group}"]


def _option(plan: Plan, found: AppraisedOptions, option: OptionResult) -> list[Block]:
    state = found.signed[option.name].words
    blocks: list[Block] = [Subheading(option.title), Paragraph((f"This assessment {state}.",))]
    if not any(i.further or i.nearer for m in MODES for i in option.impacts[m]):
        said = "Nobody’s journey changes by more than a minute, as far as the model can tell."
        return [*blocks, Paragraph((said,)), *_involvement(plan, option)]
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
            shown: list[str | Shown] = [Shown(_figure(plan, m, option, mode, i.kind, i.group)) for m in MEASURES]
            if i.kind == "all":
                shown[RATIO] = "–"
            cells = (*shown[: RATIO + 1], _ratio_limits(i), *shown[RATIO + 1 :])
            name = "Everybody" if i.kind == "all" else f"{i.kind.capitalize()}: {i.group}"
            rows.append(Row(name, cells, is_total=i.kind == "all"))
        blocks.append(Table(f"{option.title}: journeys {words}, by group", GROUP_HEADS, tuple(rows), note=GROUP_NOTE))
    return [
        *blocks, _public(plan, option), _slopes(plan, option), _rural(plan, option), *_bounds(plan, option),
        *_areas(plan, option), *_involvement(plan, option),
    ]  # fmt: skip


def _nearer(plan: Plan, option: OptionResult, words: str, impacts: Sequence[GroupImpact]) -> Table:
    """Who comes nearer, where nobody's journey lengthens by more than a minute."""
    rows = tuple(
        Row("Everybody" if i.kind == "all" else f"{i.kind.capitalize()}: {i.group}",
            (_people(plan, i.people), _people(plan, i.nearer)), is_total=i.kind == "all")
        for i in impacts if i.nearer
    )  # fmt: skip
    caption = f"{option.title}: journeys {words} lengthen for nobody by more than a minute, and shorten for these"
    return Table(caption, (*GROUP_HEADS[:2], "Shorter by more than a minute"), rows, note=NEARER_NOTE)


def _public(plan: Plan, option: OptionResult) -> Table:
    """By public transport or walking to the nearest surgery: a likely range where the study has no routed times."""
    rows = []
    for i in option.impacts["public_most"]:
        low, high = (
            _figure(plan, "equality_mean_change", option, m, i.kind, i.group) for m in ("public_least", "public_most")
        )
        held = (_figure(plan, m, option, "public_most", i.kind, i.group) for m in PUBLIC_MEASURES)
        name = "Everybody" if i.kind == "all" else f"{i.kind.capitalize()}: {i.group}"
        rows.append(Row(name, (*map(Shown, held), Shown(low), Shown(high)), is_total=i.kind == "all"))
    caption = f"{option.title}: journeys by public transport or on foot to the nearest surgery, by group"
    return Table(caption, PUBLIC_HEADS, tuple(rows), note=PUBLIC_NOTE)


def _rural(plan: Plan, option: OptionResult) -> Table:
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
    return Table(f"{option.title}: the rural test", heads, tuple(rows), note=RURAL_NOTE)


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


def _involvement(plan: Plan, option: OptionResult) -> list[Block]:
    """For an option that closes something: the steps on record, and the facts for whoever decides on consultation."""
    if option.record is None or not closes_something(option.record):
        return []
    done = steps_done(option.name, plan.study.registers)
    rows = []
    for step in involvement_steps():
        entry = done.get(step.step)
        said = (
            f"{entry['found']} ({entry['by']}, {entry['done_on']:%-d %B %Y}; {entry['evidence']})"
            if entry
            else "not on record"
        )
        rows.append(Row(step.title, (step.ask, said, f"{step.source} ({step.standing})")))
    heads = ("Step", "What to put on record", "On record", "Authority")
    steps = Table(
        f"{option.title}: steps before it can be approved",
        heads,
        tuple(rows),
        text_columns=(0, 1, 2, 3),
        note=STEPS_NOTE,
    )
    return [steps, _facts(plan, option)]


def _facts(plan: Plan, option: OptionResult) -> Table:
    drive, walk = option.impacts["drive"][0], option.impacts["walk"][0]
    touched = float(option.changes["drive"].affected.sum())
    lost = drive.lost + walk.lost
    worst = max((c for c in option.changes["drive"].change if math.isfinite(c)), default=0.0)
    by_car, on_foot = (
        Shown(_figure(plan, "equality_further", option, m, "all", "everybody")) for m in ("drive", "walk")
    )
    heavier = ", ".join(_people_of(i) for i in burdened(option, "drive")) or "none beyond chance"
    rows = (
        Row("Patients of practices whose surgeries change", (_people(plan, touched),)),
        Row("People in areas whose journey by car lengthens by more than a minute", (by_car,)),
        Row("People in areas whose walk lengthens by more than a minute", (on_foot,)),
        Row("The longest lengthening of an area’s journey by car, minutes", (f"{worst:.1f}",)),
        Row("People who would lose every way there", (_people(plan, lost),)),
        Row("Groups on whom it falls more than on others", (heavier,)),
        Row("Is it a substantial variation? Is formal consultation needed?", ("a person decides, with the councils",)),
    )  # fmt: skip
    return Table(f"{option.title}: facts for whoever decides on consultation", ("Fact", "Figure"), rows)


def _people(plan: Plan, count: float) -> str:
    """A count of people; in the public edition not one so small that people could be told by it."""
    rule = SmallNumberRule()
    if plan.study.edition == "public" and rule.hides(round(count)):
        return rule.words
    return f"{count:,.0f}"


def _ratio_limits(impact: GroupImpact) -> str:
    if impact.ratio_lower is None or impact.ratio_upper is None:
        return "–"
    return f"{impact.ratio_lower:.2f} to {impact.ratio_upper:.2f}"


def _bounds(plan: Plan, option: OptionResult) -> list[Block]:
    impacts = [i for i in option.impacts["drive"] if i.kind in ("disability", "ethnicity", "age") and i.most_affected]
    rows = tuple(
        Row(f"{i.kind.capitalize()}: {i.group}", (_people(plan, i.least_affected), _people(plan, i.most_affected)))
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


def _questions(plan: Plan, found: AppraisedOptions) -> list[Block]:
    table = plan.study.registers.get("equality_answers")
    answered = {(r["option"], r["group"]): r for r in table.iter_rows(named=True)} if table is not None else {}
    rows = []
    for option in found.options[1:]:
        for group, ask in found.unassessed.items():
            row = answered.get((option.name, group))
            said = (
                f"{row['answer']} ({row['answered_by']}, {row['answered_on']:%-d %B %Y})"
                if row
                else "not assessed: ask"
            )
            rows.append(Row(group.capitalize(), (option.title, ask, said)))
    heads = ("Group", "Option", "What to ask", "What people answered")
    note = f"For {place_name(plan.place.name)}; answers come from the study’s table equality_answers."
    table_of_questions = Table(
        "Groups without data, for each option", heads, tuple(rows), text_columns=(0, 1, 2, 3), note=note
    )
    return [Subheading("Not assessed: ask"), table_of_questions]
