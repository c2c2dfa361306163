"""The section on delivery: targets then and now, milestones, and what became of the place since the first vintage."""

from chesil.analyses.delivery import MET, NOT_MET, NOT_SAID, THEN_AND_NOW, TOO_CLOSE
from chesil.blueprint.document import Block, Paragraph, Row, Section, Shown, Subheading, Table
from chesil.blueprint.words import counted, place_name
from chesil.measures.computing import Unit
from chesil.plan import Plan

KEY, NAME = "delivery", "Delivery"


def of_place(plan: Plan) -> Section | None:
    """Targets and milestones with their verdicts, and the place at each vintage."""
    found = plan.assessments.get("delivery")
    if found is None:
        return None
    targets = found.tables["targets"]
    verdicts = targets["verdict"].to_list()
    judged = [v for v in verdicts if v in (MET, NOT_MET, TOO_CLOSE)]
    met = verdicts.count(MET)
    heading = "No target can be judged by open figures: how each stands must be said locally"
    if judged:
        many = f"{met} {'is' if met == 1 else 'are'}" if met else "none is"
        heading = f"Of {counted(len(judged), 'target')} that open figures can judge, {many} met"
    blocks: list[Block] = [*then_and_now(plan)]
    for (title,), rows in targets.group_by("set_title", maintain_order=True):
        first = rows.row(0, named=True)
        blocks += [
            Subheading(str(title)),
            Table(
                caption=f"{title}: what each says, and how it stands",
                heads=("Target", "It says", "By", "Figure", "How it stands"),
                rows=tuple(_row(plan, r) for r in rows.iter_rows(named=True)),
                text_columns=(0, 1, 2, 4),
                note=f"Source: {first['reference']}. Standing: {first['standing']}.",
            ),
        ]
    blocks += _how_each_is_reached(plan)
    blocks += _milestones(plan)
    return Section(KEY, NAME, heading, _lead(plan, verdicts), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """Nothing: targets are of the whole place."""
    return None


def _lead(plan: Plan, verdicts: list[str]) -> tuple[tuple[str | Shown, ...], ...]:
    code, name = plan.place.code, place_name(plan.place.name)
    scale = plan.figures["share_at_scale", code]
    sentences: list[tuple[str | Shown, ...]] = []
    if scale.is_known:
        sentences.append(
            (
                "In ",
                name,
                " ",
                Shown(scale),
                " of patients are with practices in networks of the size that counts as at scale.",
            )
        )
    unsaid = sum(v == NOT_SAID for v in verdicts)
    if unsaid:
        sentences.append(
            (f"No open figure can judge {counted(unsaid, 'target')}, and nobody has said how any stands: say so in the study’s "
             "table of milestones, with evidence.",)
        )  # fmt: skip
    sentences.append(("Nothing here is forecast: a trend needs more points than these targets have.",))
    return tuple(sentences)


def _row(plan: Plan, row: dict[str, object]) -> Row:
    key = (str(row["measure"]), plan.place.code)
    figure: str | Shown = Shown(plan.figures[key]) if row["measure"] and key in plan.figures else "none"
    by = f"{row['by']:%B %Y}"
    return Row(str(row["title"]), (str(row["says"]), by, figure, f"{row['verdict']}: {row['because']}"))


def then_and_now(plan: Plan) -> list[Block]:
    """The place at each vintage: practices, lists, staff and payments, with how many practices fewer or more as the finding."""
    vintages = sorted({f.vintage for (m, _), f in plan.figures.items() if m == "practices_held"})
    if len(vintages) < 2:
        return []
    code, cards = plan.place.code, plan.cards
    rows = []
    for measure in ("practices_held", *THEN_AND_NOW):
        shown = [plan.figures.get((measure, f"{code}@{v}")) for v in vintages]
        if any(f is not None and f.is_known for f in shown):
            rows.append(Row(cards[measure].title, tuple("not known" if f is None else Shown(f) for f in shown)))
    first, last = (plan.figures["practices_held", f"{code}@{v}"] for v in (vintages[0], vintages[-1]))
    change = (last.value or 0) - (first.value or 0)
    word = "fewer" if change < 0 else "more"
    finding = (
        f"{abs(change):,.0f} {word} practices than in {vintages[0]}"
        if change
        else f"As many practices as in {vintages[0]}"
    )
    return [
        Subheading(finding),
        Table("The place at each date for which practices are held", ("", *vintages), tuple(rows),
              note="Payments are in the pounds of their year, not corrected for prices."),
    ]  # fmt: skip


def _how_each_is_reached(plan: Plan) -> list[Block]:
    """From what was to be done to what would show it, a line a target, with what is missing between."""
    logic = plan.assessments["delivery"].tables["logic"]
    if logic.is_empty():
        return []
    rows = tuple(
        Row(r["title"], (r["means"], r["milestones"] or "none", r["verdict"], r["gaps"] or "none"))
        for r in logic.iter_rows(named=True)
    )
    whole = sum(not r["gaps"] for r in logic.iter_rows(named=True))
    return [
        Subheading(f"Of {counted(logic.height, 'ambition')}, {whole or 'none'} can be followed from means to result"),
        Table("How each ambition was to be reached, and what is missing on the way",
              ("Ambition", "By means of", "Milestones on the way", "How it stands", "What is missing"), rows,
              text_columns=(0, 1, 2, 3, 4),
              note="Means are the document’s, in our words. Which milestones serve which ambition is our reading."),
    ]  # fmt: skip


def _milestones(plan: Plan) -> list[Block]:
    table = plan.assessments["delivery"].tables["milestones"]
    if table.is_empty():
        return []
    rows = tuple(
        Row(
            r["milestone"],
            (r["owner"] or "not said", f"{r['due']:%-d %B %Y}", r["status"], r["evidence"] or "none given"),
        )
        for r in table.sort("due", "milestone").iter_rows(named=True)
    )
    return [
        Subheading("The study’s own milestones"),
        Paragraph(("As entered in the study’s table; the status is what its owner says.",), is_quiet=True),
        Table("Milestones of the study", ("Milestone", "Owner", "Due", "Status", "Evidence"), rows,
              text_columns=(0, 1, 2, 3, 4)),
    ]  # fmt: skip
