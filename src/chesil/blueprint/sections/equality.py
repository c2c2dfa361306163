"""The section on equality: for every option, who would travel further, group by group, and what people must be asked."""

from chesil.appraisal.equality import GroupImpact
from chesil.appraisal.results import AppraisedOptions, OptionResult, option_unit
from chesil.blueprint.document import Block, Paragraph, Row, Section, Shown, Subheading, Table, Words
from chesil.blueprint.words import place_name
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.plan import Plan

KEY, NAME = "equality", "Equality"
HEAVIER = 1.0
MOST_AREAS = 50
MODES = {"drive": "by car to their own practice", "walk": "on foot to the nearest surgery"}
GROUP_HEADS = (
    "Group",
    "People in such areas",
    "Further",
    "Share",
    "Times everybody’s",
    "Mean change",
    "Beyond the limit",
)
GROUP_NOTE = (
    "People in areas where each group lives. A ratio above one falls on the group more than on others; its limits take areas, "
    "not people, as the units, since people of an area share a change."
)
BOUNDS_NOTE = (
    "Only the share of each area is known, not which of its patients belong to a group: both ends are possible."
)
MEASURES = (
    "equality_people", "equality_further", "equality_share_further", "equality_ratio", "equality_mean_change", "equality_beyond",
)  # fmt: skip


def of_place(plan: Plan) -> Section | None:
    """A draft assessment of every option: groups, areas, and questions that no figure answers."""
    found = plan.appraised
    if found is None or len(found.options) < 2:
        return None
    blocks: list[Block] = []
    for option in found.options[1:]:
        blocks += _option(plan, option)
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
        return f"{worst.title} would fall hardest on people in areas with: {', '.join(f'{g.kind} {g.group}' for g in groups[:3])}"
    return f"{worst.title} would lengthen the most journeys; no group bears more than its share beyond chance"


def _lead(plan: Plan, found: AppraisedOptions) -> tuple[Words, ...]:
    sentences: list[Words] = []
    for option in found.options[1:]:
        further = _figure(plan, "equality_further", option, "drive", "all", "everybody")
        tail = " people live in areas whose journey by car would lengthen by more than a minute."
        sentences.append((f"{option.title}: ", Shown(further), tail))
    asked = (
        f"{len(found.unassessed)} groups have no data and are not assessed: people must be asked, and until somebody answers the "
        "assessment cannot be signed. Software does not sign it."
    )
    sentences.append((asked,))
    return tuple(sentences)


def _figure(plan: Plan, measure: str, option: OptionResult, mode: str, kind: str, group: str) -> Figure:
    return plan.figures[measure, f"{option_unit(plan.place.code, option.name)}:{mode}:{kind}:{group}"]


def _option(plan: Plan, option: OptionResult) -> list[Block]:
    blocks: list[Block] = [Subheading(option.title)]
    if not any(i.further or i.nearer for m in MODES for i in option.impacts[m]):
        return [*blocks, Paragraph(("Nobody’s journey changes by more than a minute.",))]
    for mode, words in MODES.items():
        impacts = option.impacts[mode]
        if not impacts[0].further and not impacts[0].nearer:
            blocks.append(Paragraph((f"Journeys {words}: none changes by more than a minute.",)))
            continue
        rows = []
        for i in impacts:
            cells = tuple(Shown(_figure(plan, m, option, mode, i.kind, i.group)) for m in MEASURES)
            name = "Everybody" if i.kind == "all" else f"{i.kind.capitalize()}: {i.group}"
            rows.append(Row(name, cells, is_total=i.kind == "all"))
        blocks.append(Table(f"{option.title}: journeys {words}, by group", GROUP_HEADS, tuple(rows), note=GROUP_NOTE))
    return [*blocks, *_bounds(option), *_areas(plan, option)]


def _bounds(option: OptionResult) -> list[Block]:
    impacts = [i for i in option.impacts["drive"] if i.kind in ("disability", "ethnicity", "age") and i.most_affected]
    rows = tuple(
        Row(f"{i.kind.capitalize()}: {i.group}", (f"{i.least_affected:,.0f}", f"{i.most_affected:,.0f}"))
        for i in impacts
    )
    if not rows:
        return []
    caption = f"{option.title}: how many of each group could be among the patients it touches"
    return [Table(caption, ("Group", "At least", "At most"), rows, note=BOUNDS_NOTE)]


def _areas(plan: Plan, option: OptionResult) -> list[Block]:
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
