"""The section on a strategy's own figures: what the strategy says, and what the sums say."""

from chesil.analyses.audit import CONFLICTS, UNRESOLVED, VERDICTS
from chesil.blueprint.document import Block, Bullets, Paragraph, Row, Section, Shown, Subheading, Table
from chesil.blueprint.sections.delivery import then_and_now
from chesil.blueprint.words import counted
from chesil.measures.computing import Unit
from chesil.plan import Plan

KEY, NAME = "audit", "The strategy’s sums"


def of_place(plan: Plan) -> Section | None:
    """What the strategy says beside what its sums say, check by check."""
    found = plan.assessments.get("audit")
    if found is None:
        return None
    table, code = found.tables["checks"], plan.place.code
    conflicts, unresolved = (table.filter(table["verdict"] == v)["check"].to_list() for v in (CONFLICTS, UNRESOLVED))
    passing, conflicting, open_ones = (
        plan.figures[f"checks_{w}", code] for w in ("passing", "conflicting", "unresolved")
    )
    lead = (
        ("Of ", Shown(passing, counted(table.height, "check")), " of the strategy’s figures, ", Shown(passing),
         f" {'passes' if passing.value == 1 else 'pass'}, ", Shown(conflicting),
         f" {'conflicts' if conflicting.value == 1 else 'conflict'} and ", Shown(open_ones),
         " cannot be resolved from its text."),
        ("A check passes where the sum and the printed figure could be roundings of one number. Nothing is said here of "
         "whether a figure was right, or of figures that nobody has checked.",),
    )  # fmt: skip
    blocks: list[Block] = []
    for title, names in (("What conflicts", conflicts), ("What cannot be resolved", unresolved)):
        if names:
            blocks += [Subheading(title), Bullets(tuple(_point(plan, c) for c in names))]
    blocks += [Subheading("Every check"), _table(plan), *_statements(plan), *_since(plan)]
    heading = (
        f"What the strategy says, and what the sums say: {counted(len(conflicts), 'conflict')} and "
        f"{counted(len(unresolved), 'open question')} in {counted(table.height, 'check')}"
    )
    return Section(KEY, NAME, heading, lead, tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """Nothing: a strategy is of a whole place."""
    return None


def _since(plan: Plan) -> list[Block]:
    """What became of the place since the strategy, as far as open data tell."""
    found = then_and_now(plan)
    said = "What happened since is no verdict on the strategy. How its ambitions stand is on the page of delivery."
    return [*found, Paragraph((said,), is_quiet=True)] if found else []


def _point(plan: Plan, check: str) -> tuple[str | Shown, ...]:
    table = plan.assessments["audit"].tables["checks"]
    row = next(r for r in table.iter_rows(named=True) if r["check"] == check)
    figure = plan.figures["strategy_sums", check]
    words: list[str | Shown] = [f"{row['question']} "]
    for k, name in enumerate(row["statements"]):
        said = plan.figures["strategy_says", name]
        words += ["; " if k else "The strategy says: ", f"{said.unit_name}, ", Shown(said)]
    words += [". The sum gives ", Shown(figure), ". "] if figure.is_known else [". "]
    return (*words, row["note"])


def _table(plan: Plan) -> Table:
    checks = plan.assessments["audit"].tables["checks"]
    rows = []
    for r in sorted(checks.iter_rows(named=True), key=lambda r: -VERDICTS.index(r["verdict"])):
        figure = plan.figures["strategy_sums", r["check"]]
        rows.append(Row(r["question"], (Shown(figure) if figure.is_known else "no sum", r["verdict"], r["because"])))
    return Table(
        caption="Each check: what the sum gives, and whether it passes",
        heads=("Question", "The sum gives", "Result", "Because"),
        rows=tuple(rows),
        text_columns=(0, 2, 3),
    )


def _statements(plan: Plan) -> list[Block]:
    figures = [f for (m, _), f in plan.figures.items() if m == "strategy_says"]
    rows = tuple(Row(f.unit_name, (Shown(f), f.notes[0])) for f in figures)
    return [
        Subheading("What the strategy states"),
        Paragraph(("Typed out from the document.",)),
        Paragraph(("Press a figure to see where it stands.",), is_for_screen=True),
        Table("Statements that the checks rest on", ("Statement", "Figure", "Where"), rows, text_columns=(0, 2)),
    ]
