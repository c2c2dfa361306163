"""What stands before an option can be approved: steps of involvement, facts for whoever decides, questions for people."""

import math

from chesil.appraisal.equality import GroupImpact
from chesil.appraisal.results import AppraisedOptions, OptionResult, option_unit
from chesil.blueprint.document import Block, Row, Shown, Subheading, Table
from chesil.blueprint.editions import SmallNumberRule
from chesil.blueprint.words import place_name
from chesil.core.figure import Figure
from chesil.plan import Plan
from chesil.scenario.involving import changes_services, involvement_steps, steps_done

HEAVIER = 1.0
STEPS_NOTE = (
    "A study cannot be marked approved while any of these is empty or the assessment is unsigned. The law is cited, not "
    "advised on."
)


def equality_figure(plan: Plan, measure: str, option: OptionResult, mode: str, kind: str, group: str) -> Figure:
    return plan.figures[measure, f"{option_unit(plan.place.code, option.name)}:{mode}:{kind}:{group}"]


def burdened(option: OptionResult, mode: str) -> list[GroupImpact]:
    """Groups on whom an option falls more than on everybody, beyond chance: the ratio's lower limit is above one."""
    return [i for i in option.impacts[mode] if i.ratio_lower is not None and i.ratio_lower > HEAVIER]


FIFTHS = {
    "deprivation": {
        "most deprived": "the most deprived fifth of areas", "second": "the second most deprived fifth of areas",
        "middle": "the middle fifth of areas by deprivation", "fourth": "the second least deprived fifth of areas",
        "least deprived": "the least deprived fifth of areas",
    },
    "carlessness": {
        "most without a car": "the fifth of areas with most homes without a car",
        "second": "the fifth of areas with second most homes without a car",
        "middle": "the middle fifth of areas by homes without a car",
        "fourth": "the fifth of areas with second fewest homes without a car",
        "fewest": "the fifth of areas with fewest homes without a car",
    },
    "illness": {
        "most long-term illness": "the fifth of areas with most long-term illness",
        "second": "the fifth of areas with second most long-term illness",
        "middle": "the middle fifth of areas by long-term illness",
        "fourth": "the fifth of areas with second least long-term illness",
        "least": "the fifth of areas with least long-term illness",
    },
}  # fmt: skip


def people_of_group(impact: GroupImpact) -> str:
    """A group in words, such as "people of town and fringe areas"."""
    if impact.kind in FIFTHS:
        return f"people of {FIFTHS[impact.kind].get(impact.group, impact.group)}"
    words = {
        "age": "people aged {}", "rurality": "people of {} areas", "ethnicity": "people of the ethnic group {}",
        "disability": "people who are {}",
    }  # fmt: skip
    return words.get(impact.kind, f"{impact.kind}: {{}}").format(impact.group)


def people_shown(plan: Plan, count: float) -> str:
    """A count of people; in the public edition not one so small that people could be told by it."""
    rule = SmallNumberRule()
    if plan.study.edition == "public" and rule.hides(round(count)):
        return rule.words
    return f"{count:,.0f}"


def involvement_blocks(plan: Plan, option: OptionResult) -> list[Block]:
    """For an option that closes something: the steps on record, and the facts for whoever decides on consultation."""
    if option.record is None or not changes_services(option.record):
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
        Shown(equality_figure(plan, "equality_further", option, m, "all", "everybody")) for m in ("drive", "walk")
    )
    heavier = ", ".join(people_of_group(i) for i in burdened(option, "drive")) or "none beyond chance"
    rows = (
        Row("Patients of practices whose surgeries change", (people_shown(plan, touched),)),
        Row("People in areas whose journey by car lengthens by more than a minute", (by_car,)),
        Row("People in areas whose walk lengthens by more than a minute", (on_foot,)),
        Row("The longest lengthening of an area’s journey by car, minutes", (f"{worst:.1f}",)),
        Row("People who would lose every way there", (people_shown(plan, lost),)),
        Row("Groups on whom it falls more than on others", (heavier,)),
        Row("Is it a substantial variation? Is formal consultation needed?", ("a person decides, with the councils",)),
    )  # fmt: skip
    return Table(f"{option.title}: facts for whoever decides on consultation", ("Fact", "Figure"), rows)


def questions(plan: Plan, found: AppraisedOptions) -> list[Block]:
    table = plan.study.registers.get("equality_answers")
    answered = {(r["option"], r["group"]): r for r in table.iter_rows(named=True)} if table is not None else {}
    rows = []
    for group, ask in found.unassessed.items():
        together: dict[str, list[str]] = {}  # what is said alike of several options is said once
        for option in found.options[1:]:
            row = answered.get((option.name, group))
            said = (
                f"{row['answer']} ({row['answered_by']}, {row['answered_on']:%-d %B %Y})"
                if row
                else "not assessed: ask"
            )
            together.setdefault(said, []).append(option.title)
        every = len(together) == 1 and len(found.options) > 2
        rows += [
            Row(group.capitalize(), ("every option" if every else "; ".join(titles), ask, said))
            for said, titles in together.items()
        ]
    heads = ("Group", "Option", "What to ask", "What people answered")
    note = f"For {place_name(plan.place.name)}; answers come from the study’s table equality_answers."
    table_of_questions = Table(
        "Groups without data, for each option", heads, tuple(rows), text_columns=(0, 1, 2, 3), note=note
    )
    return [Subheading("Not assessed: ask"), table_of_questions]
