"""The section on money: what practices are paid and depend on, the gap, the ledger, a fair split, forms."""

import polars as pl

from chesil.analyses.money import ALL_COMPARED, EFFECT
from chesil.blueprint.charts import VEGA_LITE
from chesil.blueprint.document import Block, Chart, Paragraph, Row, Section, Shown, Subheading, Table, Words
from chesil.blueprint.words import counted, place_name, pounds
from chesil.definitions import load_definition
from chesil.measures.computing import Unit
from chesil.plan import Plan
from chesil.setting_up.money import money_settings

KEY, NAME = "money", "Money"
BLUE = "#005eb8"
OVER_YEARS = (
    "payments_per_weighted_patient_in", "payments_per_registered_patient_in", "real_payments_per_weighted_patient",
)  # fmt: skip


def of_place(plan: Plan) -> Section | None:
    """Payments over the years, dependence, and whatever the study gives of gap, ledger and allocation."""
    found = plan.assessments.get("money")
    if found is None:
        return None
    years = sorted({f.period for (m, _), f in plan.figures.items() if m == "payments_per_weighted_patient_in"})
    if not years:
        return None
    blocks: list[Block] = [
        *_over_years(plan, years),
        *_dependence(plan),
        *_beside_similar(plan, _networks_and_place(plan)),
        *_gap(plan),
        *_ledger(plan),
        *_split(plan),
        *_forms(plan),
    ]
    return Section(KEY, NAME, _heading(plan, years), _lead(plan, years), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """What the practices of a group depend on."""
    if plan.assessments.get("money") is None or ("share_from_core", unit.code) not in plan.figures:
        return None
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    units = [(place_name(names[p]), p) for p in unit.practices if p in names] + [(place_name(unit.name), unit.code)]
    table = _table_of_shares(plan, units, f"Where the payments of {place_name(unit.name)} come from")
    core = plan.figures["share_from_core", unit.code]
    if not core.is_known:
        return None
    lead: Words = ("Of its practices’ payments ", Shown(core), " is for the contract itself.")
    beside = _beside_similar(plan, units)
    return Section(KEY, NAME, f"{place_name(unit.name)}’s payments", (lead,), (table, *beside))


def _heading(plan: Plan, years: list[str]) -> str:
    first, last = (
        plan.figures["payments_per_weighted_patient_in", f"{plan.place.code}@{y}"] for y in (years[0], years[-1])
    )
    change = 100 * ((last.value or 0) / (first.value or 1) - 1)
    name = place_name(plan.place.name)
    way = "rose" if change > 0 else "fell"
    return f"Payments to {name}’s practices per weighted patient {way} {abs(change):.0f}% in cash, {years[0]} to {years[-1]}"


def _lead(plan: Plan, years: list[str]) -> tuple[Words, ...]:
    code = plan.place.code
    first, last = (plan.figures["payments_per_weighted_patient_in", f"{code}@{y}"] for y in (years[0], years[-1]))
    real = [plan.figures.get(("real_payments_per_weighted_patient", f"{code}@{y}")) for y in (years[0], years[-1])]
    sentences: list[Words] = [
        (f"In {years[0]} practices were paid ", Shown(first), " for each weighted patient, without drugs and networks’ money; in "
         f"{years[-1]} ", Shown(last), "."),
    ]  # fmt: skip
    if real[0] is not None and real[1] is not None:
        sentences.append(("At one year’s prices that is ", Shown(real[0]), " and ", Shown(real[1]), "."))
    else:
        sentences.append(
            ("These are the pounds of each year: prices rose meanwhile, and no index of prices is given in the study, so "
             "nothing is said of real terms.",)
        )  # fmt: skip
    core = plan.figures["share_from_core", code]
    if core.is_known:
        sentences.append(("The contract itself makes up ", Shown(core), " of payments."))
    return tuple(sentences)


def _over_years(plan: Plan, years: list[str]) -> list[Block]:
    code = plan.place.code
    values = [{"year": y, "gbp": plan.figures["payments_per_weighted_patient_in", f"{code}@{y}"].value} for y in years]
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}}
    y = {"field": "gbp", "type": "quantitative", "title": "£ per weighted patient", "scale": {"zero": True}}
    chart = {
        "$schema": VEGA_LITE, "width": 620, "height": 220, "data": {"values": values},
        "mark": {"type": "line", "point": True, "color": BLUE}, "encoding": {"x": x, "y": y},
    }  # fmt: skip
    measures = [m for m in OVER_YEARS if (m, f"{code}@{years[-1]}") in plan.figures]
    rows = tuple(Row(y, tuple(Shown(plan.figures[m, f"{code}@{y}"]) for m in measures)) for y in years)
    return [
        Subheading("Nine years of payments"),
        Chart(chart, "Line of payments per weighted patient by year; the values are in the table below",
              "Without drugs and dispensing, networks’ money, coronavirus and deductions; in the pounds of each year. Source: "
              "NHS Payments to General Practice."),
        Table("Payments to practices by year", ("Year", *(plan.cards[m].title for m in measures)), rows),
    ]  # fmt: skip


def _dependence(plan: Plan) -> list[Block]:
    units = _networks_and_place(plan)
    if ("share_from_core", plan.place.code) not in plan.figures:
        return []
    return [
        Subheading("What practices depend on"),
        *_shares_chart(plan, units),
        _table_of_shares(plan, units, "Share of payments from each group of streams, last published year"),
    ]


def _networks_and_place(plan: Plan) -> list[tuple[str, str]]:
    return [*((place_name(u.name), u.code) for u in plan.pcns), (place_name(plan.place.name), plan.place.code)]


SHOWN_GROUPS = ("core", "quality", "enhanced", "premises", "network", "drugs")
HUES = ("#003087", "#41b6e6", "#006747", "#c27b00", "#7c2855", "#aeb7bd")


def _title_of(group: str) -> str:
    titles = load_definition(".", "payment_streams")["groups"]
    return str(titles[group]["title"].split(":")[0].split(" (")[0])


def _shares_chart(plan: Plan, units: list[tuple[str, str]]) -> list[Block]:
    """Bars of the share of payments from each group of streams, a network to a bar; the table beneath has the values."""
    values = [
        {"unit": name, "from": _title_of(g), "share": plan.figures[f"share_from_{g}", code].value}
        for name, code in units for g in SHOWN_GROUPS
        if ("share_from_core", code) in plan.figures and plan.figures[f"share_from_{g}", code].is_known
    ]  # fmt: skip
    if not values:
        return []
    colours = {"domain": [_title_of(g) for g in SHOWN_GROUPS], "range": list(HUES)}
    chart = {
        "$schema": VEGA_LITE, "width": 480, "height": {"step": 18}, "data": {"values": values}, "mark": "bar",
        "encoding": {
            "y": {"field": "unit", "type": "nominal", "title": None, "sort": None},
            "x": {"field": "share", "type": "quantitative", "title": "% of payments", "scale": {"domain": [0, 100]}},
            "color": {"field": "from", "type": "nominal", "title": None, "scale": colours,
                      "legend": {"orient": "top", "labelLimit": 0, "columns": 3}},
        },
    }  # fmt: skip
    words = "Bars of the share of payments from each group of streams by network; the values are in the table below"
    return [Chart(chart, words, "Deductions are left out; small groups make up what is missing to a hundred.")]


def _table_of_shares(plan: Plan, units: list[tuple[str, str]], caption: str) -> Table:
    rows = tuple(
        Row(
            name,
            tuple(Shown(plan.figures[f"share_from_{g}", code]) for g in SHOWN_GROUPS),
            is_total=code == plan.place.code,
        )
        for name, code in units
        if ("share_from_core", code) in plan.figures
    )
    return Table(caption, ("", *map(_title_of, SHOWN_GROUPS)), rows,
                 note="Groups that are small everywhere are left out of the table; all are on the page of figures.")  # fmt: skip


def _beside_similar(plan: Plan, units: list[tuple[str, str]]) -> list[Block]:
    """Payments per weighted patient beside similar practices of England, and in which stream most of a difference lies."""
    table = plan.assessments["money"].tables["beside_similar"]
    known = [(n, c) for n, c in units if ("payments_from_similar", c) in plan.figures]
    if not any(plan.figures["payments_from_similar", c].is_known for _, c in known):
        return []
    rows = []
    for name, code in known:
        difference = plan.figures["payments_from_similar", code]
        own = table.filter((pl.col("unit_code") == code) & (pl.col("group") != ALL_COMPARED))
        rows.append(
            Row(name, (Shown(plan.figures["payments_of_similar", code]), Shown(difference), _mostly(own)),
                is_total=code == plan.place.code)
        )  # fmt: skip
    return [
        Subheading("Beside similar practices"),
        Paragraph(("Each practice is set beside the practices of England that are most like it in the people they serve. A "
                   "difference is a question to ask, not money owed or owing: local schemes, premises and mergers differ.",)),
        Table("Payments per weighted patient beside similar practices, last published year",
              ("", "Similar practices", "Difference from them", "Where it differs most"), tuple(rows), text_columns=(0, 3),
              note="A group is compared by its practices, each counting by its weighted patients. Without drugs and dispensing, "
                   "networks’ money, coronavirus and deductions."),
    ]  # fmt: skip


def _mostly(own: pl.DataFrame) -> str:
    """The group of streams that differs most from similar practices, in words with its pounds."""
    if own.is_empty():
        return "not known"
    gaps = own.with_columns((pl.col("own") - pl.col("similar_median")).alias("gap"))
    most = gaps.sort(pl.col("gap").abs(), "group", descending=[True, False]).row(0, named=True)
    way = "more" if most["gap"] > 0 else "less"
    return f"{_title_of(most['group'])}: {pounds(abs(most['gap']))} {way}"


def _gap(plan: Plan) -> list[Block]:
    table = plan.assessments["money"].tables["gap"]
    if table.is_empty():
        return []
    code = plan.place.code
    measures = ("income_path", "cost_path", "gap_if_nothing", "gap_after_savings")
    rows = tuple(Row(y, tuple(Shown(plan.figures[m, f"{code}@{y}"]) for m in measures)) for y in table["year"])
    return [
        Subheading("The gap if nothing is done"),
        Paragraph((_growth(plan),), is_quiet=True),
        Table("Income, cost and gap by year", ("Year", "Income", "Cost", "Gap", "Gap after savings"), rows),
    ]


def _growth(plan: Plan) -> str:
    said = money_settings(plan.study)
    income, cost = f"{said.income_growth_pct:g}%", f"{said.cost_growth_pct:g}%"
    return f"Income and cost as the study states them; it says that income grows by {income} a year and cost by {cost}."


def _ledger(plan: Plan) -> list[Block]:
    tables = plan.assessments["money"].tables
    if "savings" not in tables:
        return []
    code = plan.place.code
    total, once, cash = (plan.figures[m, code] for m in ("savings_total", "savings_counted_once", "savings_cashable"))
    words: Words = (
        f"The ledger’s {counted(tables['savings'].height, 'line')} come to ", Shown(total), "; counted once where lines may hold "
        "the same money, ", Shown(once), "; of all lines ", Shown(cash), " would release cash.",
    )  # fmt: skip
    rows = tuple(
        Row(r["line"], (pounds(r["amount_gbp"]), r["year"], r["owner"] or "not said",
                        {True: "yes", False: "no", None: "not said"}[r["cashable"]], r["confidence"] or "not said",
                        r["also_counted_in"] or ""))
        for r in tables["savings"].iter_rows(named=True)
    )  # fmt: skip
    difference = plan.figures.get(("savings_difference_from_stated", code))
    check: list[Block] = (
        [Paragraph(("Less the total that is stated it leaves ", Shown(difference), f": {difference.notes[0]}."))]
        if difference
        else []
    )
    heads = ("Line", "Amount", "Year", "Owner", "Cash", "Confidence", "May also be in")
    return [Subheading("The ledger of savings"), Paragraph(words), *check,
            Table("Savings as entered in the study", heads, rows, text_columns=(0, 2, 3, 4, 5, 6))]  # fmt: skip


def _split(plan: Plan) -> list[Block]:
    table = plan.assessments["money"].tables.get("split")
    if table is None:
        return []
    effects = [c for c in table.columns if c.startswith(EFFECT)]
    shared, by_factor = [], []
    for r in table.iter_rows(named=True):
        name, given = place_name(r["name"]), Shown(plan.figures["fair_share", r["group"]])
        by_people, by_need, now = (pounds(r[c]) for c in ("by_people", "target", "now"))
        shared.append(Row(name, (f"{r['people']:,.0f}", by_people, by_need, given, now)))
        by_factor.append(Row(name, (by_people, *(pounds(r[e]) for e in effects), by_need)))
    names = tuple(e.removeprefix(EFFECT).capitalize() for e in effects)
    notes = plan.figures["fair_share", table["group"][0]].notes
    explained = "".join(f" {n.capitalize()}." for n in notes if n.startswith("the open weighting explains"))
    return [
        Subheading("A fair split of the allocation"),
        Paragraph(("Shared by people and need; floors and ceilings on change are those of the study. Those who would get less "
                   "than their share of payments now stand beside those who would get more.",)),
        Table("The allocation shared among groups", ("Group", "People", "By people", "By need", "Given", "Share of payments now"),
              tuple(shared), note="Every column of pounds adds up to the allocation, to the penny."),
        Table("What each factor adds or takes", ("Group", "By people", *names, "By need"), tuple(by_factor),
              note="Every column of a factor adds up to nought. Factors go with the published weights; they need not be what "
                   f"those were made of.{explained}"),
    ]  # fmt: skip


def _forms(plan: Plan) -> list[Block]:
    table = plan.assessments["money"].tables.get("forms")
    if table is None:
        return []
    forms = table["form"].unique(maintain_order=True).to_list()
    rows = []
    for (code, name), own in table.group_by("group", "name", maintain_order=True):
        fits = dict(own.select("form", "fits").iter_rows())
        cells = (f"{own['people'][0]:,}", Shown(plan.figures["capitated_budget", str(code)]), *(fits[f] for f in forms))
        rows.append(Row(place_name(str(name)), cells))
    return [
        Subheading("Which form each group is large enough for"),
        Table("Groups against the sizes stated for each form", ("Group", "People", "Payments it would hold", *forms), tuple(rows),
              text_columns=(0, *range(3, 3 + len(forms))), note="Sizes and their sources are in the definitions of forms."),
    ]  # fmt: skip
