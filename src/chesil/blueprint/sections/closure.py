"""The section on closures: how many would strain a neighbour, counted in public and named for the board."""

from chesil.blueprint.charts import BLUE, CONFIG, INK, VEGA_LITE
from chesil.blueprint.document import Block, Bullets, Chart, Paragraph, Row, Section, Shown, Subheading, Table, Words
from chesil.blueprint.words import counted, part_text, place_name
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.plan import Plan

KEY, NAME = "closure", "If a practice closes"
MOST_NAMED = 20
FEW = 10
"""Of fewer practices the public edition shows no bands: one alone in a band could be told by its list."""
BANDS = (0, 5, 10, 20, 50, 100)
"""Where the largest growth of one neighbour's list is cut into bands (%)."""
WORKING: tuple[Words, ...] = (
    ("Patients go where their neighbours of the same small area are registered. In a back-test on England’s endings since "
     "2022 no other way tried was shown to err less; what a single closure brings is far from certain.",),
    ("It is a stress test, one closure at a time with all else as it is. It says nothing of whether any practice will "
     "close, and no patient is bound by it.",),
    ("Staff are not taken to move with patients. A practice whose GPs are not known is tested on its list alone.",),
)  # fmt: skip


def of_place(plan: Plan) -> Section | None:
    """How many closures would push a neighbour past a threshold; counts by band; the board's edition names them."""
    found = plan.assessments.get("closure")
    found_over = plan.figures.get(("closures_over_threshold", plan.place.code))
    if found is None or found_over is None:
        return None
    is_public = plan.study.edition == "public"
    few = found.tables["closures"].height < FEW
    bands = [] if is_public and few else _bands(plan, is_public)
    blocks: list[Block] = [*bands, Subheading("How this was worked out"), Bullets(WORKING)]
    if plan.study.edition == "board":
        blocks.insert(2, _named(plan, list(found.tables["closures"]["practice_code"]), MOST_NAMED))
    blocks += [Paragraph((w,), True) for w in found.warnings] if plan.study.edition == "board" else []
    return Section(KEY, NAME, _heading(plan, found_over), _lead(plan, found_over), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """The group's practices, in the board's edition alone."""
    if "closure" not in plan.assessments or plan.study.edition != "board":
        return None
    mine = [p for p in unit.practices if ("closure_receivers_over", p) in plan.figures]
    if not mine:
        return None
    over = [p for p in mine if (plan.figures["closure_receivers_over", p].value or 0) > 0]
    name = place_name(unit.name)
    heading = (
        f"Closing one of {name}’s practices could push a neighbour past a threshold" if over
        else f"No closure in {name} would push a neighbour past a threshold"
    )  # fmt: skip
    return Section(KEY, NAME, heading, (_terms(plan),), (_named(plan, mine), Bullets(WORKING)))


def _heading(plan: Plan, found_over: Figure) -> str:
    name, share = place_name(plan.place.name), (found_over.value or 0) / (found_over.denominator or 1)
    if not found_over.is_known:
        return f"Where patients of {name} would go if a practice closed"
    if not found_over.value:
        return f"No single closure in {name} would push a neighbour past a threshold"
    if share > 0.5:
        return f"Most closures in {name} would push a neighbour past a threshold"
    return f"Some closures in {name} would push a neighbour past a threshold"


def _lead(plan: Plan, found_over: Figure) -> tuple[Words, ...]:
    name = place_name(plan.place.name)
    return (
        ("Closed one at a time, ", Shown(found_over), f" of {name}’s ", Shown(found_over, part_text(found_over.denominator)),
         f" {'practice' if found_over.denominator == 1 else 'practices'} would push one neighbour or more past a threshold.")
        if found_over.is_known else
        (f"How many closures in {name} would push a neighbour past a threshold is not shown: {found_over.reason}.",),
        _terms(plan),
        ("This counts where one ending would be felt next door; it is no forecast of any ending. Where patients of any one "
         "practice would go is far from certain, and the range of a single closure is wide.",),
    )  # fmt: skip


def _terms(plan: Plan) -> Words:
    row = plan.assessments["closure"].tables["thresholds"].row(0, named=True)
    return (
        f"A neighbour passes if its list grows by {_spoken(row['list_growth_pct'])}% or more, or if it comes to have more than "
        f"{_spoken(row['patients_per_gp'])} patients to a fully qualified GP (FTE). Both thresholds are assumptions of this "
        "study, to be agreed locally.",
    )  # fmt: skip


def _spoken(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,g}"


def _bands(plan: Plan, is_public: bool) -> list[Block]:
    table = plan.assessments["closure"].tables["closures"]
    rows, values = [], []
    for n, low in enumerate(BANDS):
        high = BANDS[n + 1] if n + 1 < len(BANDS) else None
        growth = table["largest_growth_pct"].fill_null(0.0)
        inside = (growth >= low) & (growth < high) if high is not None else growth >= low
        label = f"{low}% to {high}%" if high is not None else f"{low}% and over"
        count, moved = int(inside.sum()), int(table.filter(inside)["moved"].sum())
        rows.append(Row(label, (str(count),) if is_public else (str(count), f"{moved:,}")))
        values.append({"growth": label, "practices": count})
    total = (str(table.height),) if is_public else (str(table.height), f"{int(table['moved'].sum()):,}")
    rows.append(Row("All", total, is_total=True))
    heads = ("Largest growth of a neighbour", "Practices", *(() if is_public else ("Patients who would move",)))
    caption = "Practices by the largest growth that closing them would bring one neighbour’s list"
    chart = Chart(
        {
            "$schema": VEGA_LITE, "config": CONFIG, "width": 560, "height": {"step": 26}, "data": {"values": values},
            "encoding": {
                "y": {"field": "growth", "type": "ordinal", "sort": None, "title": None},
                "x": {"field": "practices", "type": "quantitative", "title": "practices", "axis": {"tickMinStep": 1}},
            },
            "layer": [
                {"mark": {"type": "bar", "color": BLUE}},
                {"mark": {"type": "text", "align": "left", "dx": 4, "color": INK}, "encoding": {"text": {"field": "practices"}}},
            ],
        },
        "Bars of " + "; ".join(f"{v['growth']}: {counted(int(str(v['practices'])), 'practice')}" for v in values),
        f"{caption}. Modelled, one closure at a time.",
    )  # fmt: skip
    return [
        chart,
        Table(caption, heads, tuple(rows)),
    ]


def _named(plan: Plan, codes: list[str], most: int = 1000) -> Table:
    figures = plan.figures
    ranked = sorted(codes, key=lambda c: (-(figures["closure_receivers_over", c].value or 0), c))
    names = dict(plan.assessments["closure"].tables["closures"].select("practice_code", "practice_name").iter_rows())
    receivers = dict(plan.assessments["closure"].tables["closures"].select("practice_code", "receivers").iter_rows())
    rows = tuple(
        Row(
            f"{place_name(names[c])} ({c})",
            (
                Shown(figures["closure_receivers_over", c]),
                Shown(figures["closure_largest_growth", c]),
                ", ".join(receivers[c]) or "–",
            ),
        )
        for c in ranked[:most]
    )  # fmt: skip
    return Table(
        "If this practice closed: neighbours past a threshold",
        ("Practice", "Neighbours past", "Largest growth of one list, %", "Which"),
        rows,
        text_columns=(3,),
        note="Board edition. In order of neighbours past a threshold: how hard others would be hit, not how likely it is."
        + (" The rest stand on the pages of their networks." if len(ranked) > most else ""),
    )
