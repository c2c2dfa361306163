"""The section on variation: what practices record beside what is expected, what the gap goes with, and what chance shows."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from chesil.analyses.variation import FURTHEST, SHOWN_PARTS, largest_gaps, of_register, register_words
from chesil.blueprint.document import Block, Bullets, Chart, Paragraph, Row, Section, Shown, Subheading, Table, Words
from chesil.blueprint.sections.variation_charts import (
    PART_WORDS,
    funnel_chart,
    parts_chart,
    run_charts,
    strips_chart,
)
from chesil.blueprint.words import counted, part_text, place_name
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.plan import ENGLAND, Plan

KEY, NAME = "variation", "Variation"
MOST_NAMED = 8
CLEARLY_MORE = 3
"""More than three times what chance would put outside, and one, is called more: chance reaches it less than once in twenty."""
RULES = (
    ("rule_outside_95", "Outside 95% limits of chance about England’s rate"),
    ("rule_outside_998", "Outside 99.8% limits of chance about England’s rate"),
    ("rule_best_five", "Recorded less than the best five of ten similar practices"),
    ("rule_extreme_fifth", "In England’s highest or lowest fifth"),
    ("rule_outside_widened", "Outside 99.8% limits widened for how practices differ"),
    ("variation_furthest", "Outside 99.8% limits about the expected count (drawn here)"),
    ("variation_flags", "Ours: told apart with at most one flag in twenty false"),
)
TRENDS = (
    ("list_change", "Registered patients"),
    ("gp_fte_change", "Fully qualified GPs (FTE)"),
    ("payments_per_patient_change", "Payments per patient (£)"),
)
DIABETES = (("diabetes_blood_pressure", "Blood pressure"), ("diabetes_hba1c", "Blood sugar"))
SOURCE = (
    "Source: NHS Digital, Quality and Outcomes Framework 2021/22; expected counts modelled by Chesil on all England’s "
    "practices."
)


def of_place(plan: Plan) -> Section | None:
    """The gap split, registers as strips and table, a funnel, who lies furthest, control of diabetes, rules and trends."""
    found = plan.assessments.get(KEY)
    if found is None or found.tables["registers"].is_empty():
        return None
    code, name = plan.place.code, place_name(plan.place.name)
    rows = found.tables["registers"]
    blocks: list[Block] = [
        *_gap(plan, code, name, rows),
        *_registers(plan, code, name, rows),
        *_funnel(plan, rows),
        *_furthest(plan, rows),
        *_diabetes_of_groups(plan, code, name),
        *_rules(plan, code),
        *_trends(plan, Unit(code, name, tuple(found.tables["trends"]["practice_code"].unique().sort())), whole=True),
        _how_to_read(plan),
    ]
    return Section(KEY, NAME, _heading(plan, code, name), _lead(plan, code, rows, name), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """The same for one group: its gap, its practices' strips, who lies furthest, control of diabetes and trends."""
    found = plan.assessments.get(KEY)
    if found is None or ("variation_flags", unit.code) not in plan.figures:
        return None
    rows = _rows_of(plan, unit)
    if rows.is_empty():
        return None
    name = place_name(unit.name)
    blocks: list[Block] = [
        *_gap(plan, unit.code, name, rows),
        *_registers(plan, unit.code, name, rows),
        *(_furthest(plan, rows)),
        *_diabetes_of_practices(plan, unit, name),
        *_trends(plan, unit, whole=False),
    ]
    return Section(KEY, NAME, _heading(plan, unit.code, name), _lead(plan, unit.code, rows, name), tuple(blocks))


def _rows_of(plan: Plan, unit: Unit) -> pl.DataFrame:
    """The rows of the practices behind a unit's figures: those it had when the registers were taken."""
    rows: pl.DataFrame = plan.assessments[KEY].tables["registers"]
    held = plan.places.get("2022/23", plan.place).groups
    members = held.filter((pl.col("group_code") == unit.code) & (pl.col("member_type") == "practice"))["member_code"]
    codes = sorted(set(members)) or list(unit.practices)
    return rows.filter(pl.col("practice_code").is_in(codes))


def _heading(plan: Plan, code: str, name: str) -> str:
    flags, furthest = plan.figures["variation_flags", code], plan.figures["variation_furthest", code]
    by_chance = plan.figures["variation_by_chance", code]
    if flags.value:
        return (
            f"What {name}’s practices record stands apart from what is expected in {_none_or(flags)} of its comparisons"
        )
    if furthest.value and by_chance.value is not None and furthest.value > CLEARLY_MORE * by_chance.value + 1:
        return f"No one practice of {name} can be told apart, but more lie far off than chance would put there"
    return f"What {name}’s practices record differs no more than practices across England do"


def _lead(plan: Plan, code: str, rows: pl.DataFrame, name: str) -> tuple[Words, ...]:
    figures = plan.figures
    flags, furthest = figures["variation_flags", code], figures["variation_furthest", code]
    by_chance, few = figures["variation_by_chance", code], figures["variation_too_few", code]
    sentences: list[Words] = [
        (
            f"Of {part_text(flags.denominator)} comparisons of a practice’s register with what is expected of it, ",
            Shown(flags, _none_or(flags)),
            " can be told apart once the number of comparisons, and how far practices usually differ, are allowed for; ",
            Shown(furthest, _none_or(furthest)),
            f" {'lies' if furthest.value == 1 else 'lie'} outside the 99.8% limits, where chance alone would put ",
            Shown(
                by_chance,
                ""
                if by_chance.value is None
                else "less than one"
                if by_chance.value < 1
                else f"about {by_chance.value:,.0f}",
            ),
            ".",
        ),
    ]
    for register in largest_gaps(rows, 1):
        sentences.append(_in_words(plan, code, register, name))
    sentences.append(
        (
            Shown(few, _none_or(few).capitalize()),
            f" {'is' if few.value == 1 else 'are'} too few to say: chance alone could hide a difference of half as much again.",
        )
    )
    sentences.append(
        ("This is expected recording, not expected illness: what a factor goes with is not thereby warranted, and nothing "
         "follows for any one person. The registers are of 2021/22, over two years old: not for contract action.",)
    )  # fmt: skip
    return tuple(sentences)


def _none_or(figure: Figure) -> str:
    """A count as people say it: none, one, or the number."""
    value = round(figure.value or 0)
    return {0: "none", 1: "one"}.get(value, f"{value:,}")


def _in_words(plan: Plan, code: str, register: str, name: str) -> Words:
    """ "Of 34 more than England's rate would give, 29 go with age and sex, ..." """
    composite = of_register(code, register)
    gap = plan.figures.get(("recording_gap", composite))
    what = register_words()[register].lower() if register_words()[register].split()[0] != "COPD" else "COPD"
    if gap is None or gap.value is None:
        return (f"{name}: {what} has no expected count.",)
    more = "more" if gap.value > 0 else "fewer"
    words: list[str | Shown] = [
        f"{name} has ", Shown(gap, _signed(abs(gap.value))),
        f" {more} people on its registers of {what} than England’s rate would give: ",
    ]  # fmt: skip
    parts = []
    for part in SHOWN_PARTS:
        figure = plan.figures["recording_gap_" + part, composite]
        parts.append((figure, f"go with {PART_WORDS[part]}"))
    told = sorted((p for p in parts if abs(round(p[0].value or 0)) > 0), key=lambda p: -abs(p[0].value or 0))
    for figure, phrase in told:
        words += [Shown(figure, _signed(figure.value)), f" {phrase}, "]
    rest = plan.figures["recording_gap_rest", composite]
    words += ["and ", Shown(rest, _signed(rest.value)), " with none of what can be seen."]
    return tuple(words)


def _signed(value: float | None) -> str:
    # Modelled people are given to the nearest ten once there are a thousand.
    rounded = round(value or 0, -1 if abs(value or 0) >= 1000 else 0)
    rounded = round(rounded)
    return f"{rounded:,}" if rounded >= 0 else f"−{abs(rounded):,}"


def _gap(plan: Plan, code: str, name: str, rows: pl.DataFrame) -> list[Block]:
    """The registers with the largest gaps from England's rate, split into parts, as bars and as a table."""
    shown = [r for r in largest_gaps(rows, 6) if ("recording_gap", of_register(code, r)) in plan.figures]
    if not shown:
        return []
    bars: list[dict[str, Any]] = []
    body = []
    for register in shown:
        composite, words = of_register(code, register), register_words()[register]
        gap = plan.figures["recording_gap", composite]
        own = {p: plan.figures[f"recording_gap_{p}", composite] for p in (*SHOWN_PARTS, "rest")}
        bars.append({"register": words, "part": "gap", "people": gap.value})
        bars += [{"register": words, "part": p, "people": f.value, "at": k} for k, (p, f) in enumerate(own.items())]
        body.append(Row(words, (Shown(gap), *(Shown(f) for f in own.values()))))
    title = f"{name}: what the largest gaps from England’s rate go with"
    return [
        Subheading("Most of a gap may follow who the patients are, and some does not"),
        Chart(
            parts_chart(
                bars, title, "people on the register more (right) or fewer (left) than at England’s rate, 2021/22"
            ),
            f"Bars for {len(shown)} registers split by what the gap from England goes with; the table holds the values",
            "The black mark is the whole gap. Parts are averaged over all orders in which factors could be set to England’s. "
            + SOURCE,
        ),
        Table(
            caption=f"People on the register beyond England’s rate, and what they go with: {name}, 2021/22 (modelled parts)",
            heads=("Register", "Gap", "Age and sex", "Deprivation", "Ethnicity", "Rurality, list change", "The rest"),
            rows=tuple(body),
            note="One person can be on several registers: gaps are not added up across them. The rest holds recording, care, "
            "what the model cannot see, and chance.",
        ),
    ]


def _registers(plan: Plan, code: str, name: str, rows: pl.DataFrame) -> list[Block]:
    """Every register: a strip of practices, and a table with England and the answer with two factors left out."""
    words = register_words()
    known = rows.filter(pl.col("expected").is_not_null())
    dots = [
        {"register": words[r["register"]], "ratio": r["patients_on_register"] / r["expected"],
         "outside": r["chance"] < FURTHEST}
        for r in known.iter_rows(named=True)
    ]  # fmt: skip
    body, wholes = [], []
    for register, title in sorted(words.items(), key=lambda w: w[1]):
        lower = register.lower()
        ratio = plan.figures.get((f"recorded_to_expected_{lower}", code))
        if ratio is None or ratio.value is None:
            continue
        wholes.append({"register": title, "ratio": ratio.value})
        without = plan.figures.get(("recorded_to_expected_without", of_register(code, register)))
        body.append(
            Row(title, (
                Shown(plan.figures[f"recorded_{lower}", code]), Shown(plan.figures[f"recorded_{lower}", ENGLAND.upper()]),
                Shown(ratio), _range(ratio), Shown(without) if without else "–",
            ))
        )  # fmt: skip
    practices = known["practice_code"].n_unique()
    return [
        Subheading(f"Each register of {name}, beside what is expected"),
        Chart(
            strips_chart(dots, wholes, f"{name}: recorded to expected recording, register by register",
                         f"{practices} practices as dots, dark triangles outside 99.8% limits, blue diamond all together"),
            "A strip of dots for every register; the table holds the whole’s values",
            "One is what England’s practices record for the same patients by what can be seen of them. " + SOURCE,
        ),
        Table(
            caption=f"Recorded, England, and the ratio to expected recording: {name}, 2021/22",
            heads=("Register", "Recorded", "England", "To expected", "95% limits of the count",
                   "Deprivation and ethnicity left out"),
            rows=tuple(body),
            note="The last column answers the same question without adjusting for deprivation and ethnicity. The limits are of "
            "the count alone; how far practices usually differ is in the funnel.",
        ),
    ]  # fmt: skip


def _range(figure: Figure) -> str:
    if figure.lower is None or figure.upper is None:
        return "–"
    return f"{figure.lower:.2f} to {figure.upper:.2f}"


def _funnel(plan: Plan, rows: pl.DataFrame) -> list[Block]:
    """One register as a funnel: the one with most practices outside the limits; names on editions that may hold them."""
    known = rows.filter(pl.col("expected").is_not_null())
    outside = (
        known.with_columns((pl.col("chance") < FURTHEST).alias("outside"))
        .group_by("register").agg(pl.col("outside").sum(), pl.col("chance").min())
        .sort(["outside", "chance", "register"], descending=[True, False, False])
    )  # fmt: skip
    if outside.is_empty():
        return []
    register = str(outside["register"][0])
    names, title = _names(plan), register_words()[register]
    named = plan.study.edition != "public"
    points = [
        {"expected": r["expected"], "ratio": r["patients_on_register"] / r["expected"], "outside": r["chance"] < FURTHEST,
         "name": names.get(r["practice_code"], r["practice_code"]) if named else ""}
        for r in known.filter(pl.col("register") == register).iter_rows(named=True)
    ]  # fmt: skip
    limits = plan.assessments[KEY].tables["funnels"].filter(pl.col("register") == register)
    count = int(outside["outside"][0])
    many = "No practice" if count == 0 else "One practice" if count == 1 else f"{count} practices"
    return [
        Subheading(f"{title}: {many.lower()} outside the 99.8% limits"),
        Chart(
            funnel_chart(points, limits, f"{title}: recorded to expected recording by size",
                         "lines: 95% (dashed) and 99.8% limits, as wide as practices across England differ"),
            f"A funnel of {counted(len(points), 'practice')}; those outside are in the list below",
            "A practice outside is worth a conversation, not a verdict. The list may be kept differently. " + SOURCE,
        ),
    ]  # fmt: skip


def _furthest(plan: Plan, rows: pl.DataFrame) -> list[Block]:
    """The practices furthest from what is expected, in words; counted but not named on the public edition."""
    far = rows.filter(pl.col("chance") < FURTHEST).sort("chance", "practice_code", "register").head(MOST_NAMED)
    if far.is_empty() or plan.study.edition == "public":
        return []
    names = _names(plan)
    items: list[Words] = []
    for r in far.iter_rows(named=True):
        code, register = r["practice_code"], r["register"]
        ratio = plan.figures[f"recorded_to_expected_{register.lower()}", code]
        told = _in_words(plan, code, register, names.get(code, code))
        least = Shown(plan.figures["recorded_to_expected_without", of_register(code, register)])
        items.append((
            *told, " That is ", Shown(ratio), " times what is expected (", least,
            f" with deprivation and ethnicity left out); a true ratio of {r['detectable']:.1f} would have been found four "
            "times in five.",
        ))  # fmt: skip
    return [
        Subheading("Furthest from what is expected: where to start a conversation"),
        Bullets(tuple(items)),
        Paragraph(("The practice’s reply, where the study holds one, is printed with its figures.",), True),
    ]


def _names(plan: Plan) -> dict[str, str]:
    place = plan.places.get("2022/23", plan.place)
    return {c: place_name(n) for c, n in place.practices.select("practice_code", "practice_name").iter_rows()}


def _diabetes_of_groups(plan: Plan, code: str, name: str) -> list[Block]:
    """Control of blood pressure and sugar in diabetes by network."""
    units = [(place_name(u.name), u.code, f"networks/{u.code}.html") for u in plan.pcns]
    rows = [
        Row(n, tuple(x for m, _ in DIABETES for x in (Shown(plan.figures[m, c]), _range_pct(plan.figures[m, c]))),
            is_total=not href, href=href)
        for n, c, href in [*units, (name, code, ""), ("England", ENGLAND.upper(), "")]
        if all((m, c) in plan.figures and plan.figures[m, c].is_known for m, _ in DIABETES)
    ]  # fmt: skip
    heads = ("Network", *(x for _, words in DIABETES for x in (f"{words} in control", "95% limits")))
    return [
        Subheading("Diabetes: blood pressure and blood sugar in control"),
        Table("People with diabetes whose last reading was in control, 2021/22", heads, tuple(rows),
              note="Cholesterol by practice is not in the pack. The pandemic made 2021/22 unlike other years."),
        *_diabetes_furthest(plan),
    ]  # fmt: skip


def _range_pct(figure: Figure) -> str:
    if figure.lower is None or figure.upper is None:
        return "–"
    return f"{figure.lower:.0f}% to {figure.upper:.0f}%"


def _diabetes_furthest(plan: Plan) -> list[Block]:
    """Practices whose share in control lies below their similar ten’s median beyond 99.8% limits; not named in public."""
    if plan.study.edition == "public":
        return []
    names = _names(plan)
    items: list[Words] = []
    for measure, words in DIABETES:
        low = []
        for (m, composite), median in plan.figures.items():
            code = composite.partition(":")[0]
            own = plan.figures.get((measure, code))
            if m != "similar_median" or composite != of_register(code, measure) or own is None or median.value is None:
                continue
            if own.upper998 is not None and own.upper998 < median.value:
                low.append((own, median, composite, code))
        for own, median, composite, code in sorted(low, key=lambda x: (x[0].value or 0.0) - (x[1].value or 0.0))[
            :MOST_NAMED
        ]:
            items.append((
                f"{names.get(code, code)}, {words.lower()}: ", Shown(own), f" in control ({_range_pct(own)}), its similar ten ",
                Shown(median), "; ", Shown(plan.figures["to_similar_median", composite]), " people to their median where chance "
                "alone would show ", Shown(plan.figures["to_similar_median_by_chance", composite]), ".",
            ))  # fmt: skip
    if not items:
        return [Paragraph(("No practice lies below its similar ten’s median beyond 99.8% limits.",), True)]
    return [
        Paragraph(("Below their similar ten’s median beyond 99.8% limits, the furthest first:",)),
        Bullets(tuple(items)),
    ]


def _diabetes_of_practices(plan: Plan, unit: Unit, name: str) -> list[Block]:
    """Control by practice beside its similar ten, and the people to two targets beside what chance alone shows."""
    if plan.study.edition == "public":
        return []
    names = _names(plan)
    codes = sorted(set(_rows_of(plan, unit)["practice_code"]))
    blocks: list[Block] = []
    for measure, words in DIABETES:
        rows = []
        for code in codes:
            composite = of_register(code, measure)
            if ("similar_median", composite) not in plan.figures:
                continue
            cells = [plan.figures[measure, code], *(plan.figures[m, composite] for m in (
                "similar_median", "to_similar_median", "to_similar_median_by_chance", "to_similar_best_five",
                "to_similar_best_five_by_chance"))]  # fmt: skip
            rows.append(Row(names.get(code, code), tuple(Shown(f) for f in cells)))
        if rows:
            blocks.append(Table(
                f"{words} in control in diabetes, practices of {name} beside ten similar practices of England, 2021/22",
                ("Practice", "In control", "Similar ten", "People to their median", "by chance alone",
                 "People to best five", "by chance alone"),
                tuple(rows),
                note="" if blocks else "Where nothing truly differs, best five of ten still shows a gap for three practices in "
                "four: read each gap beside what chance alone shows. Gaps are not added up.",
            ))  # fmt: skip
    return [Subheading("Diabetes: practices beside ten that serve like people"), *blocks] if blocks else []


def _rules(plan: Plan, code: str) -> list[Block]:
    """How many of the same comparisons each rule in use would flag."""
    rows = []
    for measure, words in RULES:
        figure = plan.figures[measure, code]
        rows.append(Row(words, (Shown(figure), part_text(figure.denominator)), is_total=measure == "variation_flags"))
    return [
        Subheading("The same comparisons by other rules in use"),
        Table("Comparisons flagged by rule, 2021/22", ("Rule", "Flags", "Of"), tuple(rows),
              note="Limits of chance alone flag most practices, because lists differ in age. A rule is no better for flagging "
              "more: the manual shows what each flags where nothing differs."),
    ]  # fmt: skip


def _trends(plan: Plan, unit: Unit, *, whole: bool) -> list[Block]:
    """Nine years as run charts, without rules, with the change from first to last year."""
    series = plan.assessments[KEY].tables["trends"]
    codes = list(unit.practices) if whole else sorted(set(_rows_of(plan, unit)["practice_code"]))
    mine = series.filter(pl.col("practice_code").is_in(codes))
    if mine.is_empty() or (not whole and plan.study.edition == "public"):
        return []
    names = _names(plan)
    lines = [(place_name(unit.name), unit.code)] if whole else [(names.get(c, c), c) for c in codes]
    rows = [
        Row(n, tuple(_with_years(plan.figures.get((m, c))) for m, _ in TRENDS)) for n, c in lines
        if any((m, c) in plan.figures for m, _ in TRENDS)
    ]  # fmt: skip
    panels = [(words, _yearly(mine.filter(pl.col("measure") == m), m)) for m, words in TRENDS]
    blocks: list[Block] = [Subheading("Nine years, as points without rules")]
    if whole:
        blocks.append(Chart(
            run_charts([p for p in panels if p[1]], f"{unit.name}: lists, GPs and payments by year",
                       "each from nought; too few points for a rule to be applied"),
            "Three small charts of yearly points; the changes are in the table",
            "Sources: NHS Payments to General Practice 2014/15 to 2022/23; General Practice Workforce, yearly means. Payments "
            "are in pounds of the day, without drugs and dispensing.",
        ))  # fmt: skip
    blocks.append(Table(
        "Change from the first year published under the code to the last",
        ("Practice" if not whole else "Place", *(w for _, w in TRENDS)), tuple(rows),
        note="A rise beside a merger is not growth: the working marks where a list took over an ended code. Over two years "
        "old: not for contract action.",
    ))  # fmt: skip
    return blocks


def _with_years(figure: Figure | None) -> str | Shown:
    return Shown(figure) if figure is not None else "–"


def _yearly(rows: pl.DataFrame, measure: str) -> Sequence[dict[str, Any]]:
    """Totals by year (payments over the patients of the year), and whether any list took over another."""
    summed = rows.group_by("year").agg(pl.col("value").sum(), pl.col("over").sum()).sort("year")
    value = pl.col("value") / pl.col("over") if measure.startswith("payments") else pl.col("value")
    return summed.select("year", value.alias("value"), pl.lit(False).alias("begins")).to_dicts()


def _how_to_read(plan: Plan) -> Paragraph:
    return Paragraph(
        ("How it was worked out: a count model of each register on all England’s practices (age, sex, deprivation, ethnic "
         "groups of the areas where patients live, rurality, change of the list), fitted when the data were packed, with its "
         "fit in the manual. " + " ".join(plan.assessments[KEY].warnings),),
        True,
    )  # fmt: skip
