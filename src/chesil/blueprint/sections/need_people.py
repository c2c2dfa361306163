"""The part of the section on need that tells of people: ages, registered and resident, profile, length of life."""

from typing import Any

from chesil.blueprint.document import Block, Bullets, Chart, Paragraph, Row, Shown, Subheading, Table
from chesil.blueprint.sections import need_charts as draw
from chesil.blueprint.sections.need_words import (
    ENGLAND,
    figure_of,
    first_up,
    known,
)
from chesil.blueprint.words import limits_text, people, period_text, place_name
from chesil.core.figure import Figure
from chesil.definitions import load_definition, load_parameter
from chesil.measures.computing import Unit
from chesil.plan import Plan

PROFILE = (
    "share_under_5",
    "share_65_plus",
    "share_75_plus",
    "share_85_plus",
    "deprivation",
    "deprivation_2019",
    "share_most_deprived_fifth",
    "share_fuel_poor",
    "share_no_car",
    "share_disabled",
    "share_long_term_illness",
    "share_minority_ethnic",
    "share_rural",
    "years_of_life_lost",
)


def age_blocks(plan: Plan, code: str, name: str) -> list[Block]:
    starts = [k.split(":")[1] for m, k in plan.figures if m == "age_band_share" and k.startswith(f"{ENGLAND}:")]
    here = [plan.figures.get(("age_band_share", f"{code}:{s}")) for s in starts]
    found = [(f, plan.figures["age_band_share", f"{ENGLAND}:{s}"]) for f, s in zip(here, starts, strict=True) if f]
    if not found:
        return []
    rows = [{"band": _band(f), "here": f.value, "england": e.value} for f, e in found]
    order = [_band(f) for f, _ in reversed(found)]
    period = period_text(found[0][0].period)
    lead = max(found, key=lambda p: (p[0].value or 0) - (p[1].value or 0))[0]
    title = f"The band furthest above England's share is {_band(lead)}"
    sexes = {
        s: [figure_of(plan, "age_sex_share", f"{code}:{s}:{start}") for start in starts] for s in ("female", "male")
    }
    by_sex = all(f is not None for parts in sexes.values() for f in parts)
    if by_sex:
        spec = draw.sexes_chart(
            title,
            f"{name}, patients by age and sex, {period}; black: England",
            _sex_rows(plan, code, found, starts),
            order,
        )
    else:
        spec = draw.ages_chart(title, f"{name}, patients by age, {period}; black: England", rows, order)
    split = " by sex" if by_sex else ""
    heads = ("Women", "Men") if by_sex else ()
    columns = [
        tuple(Shown(f, people(f.numerator or 0)) for f in pair if f is not None) if by_sex else ()
        for pair in zip(sexes["female"], sexes["male"], strict=True)
    ]
    return [
        Subheading("Ages"),
        Chart(
            spec,
            f"Bars of the share of {name}'s patients in ten age bands{split} beside England's; the table below holds the values",
            "Bands differ in width. Source: NHS England, Patients registered at a GP practice.",
        ),
        Table(
            f"Patients of {name} by age, {period}",
            ("Age", "Patients", *heads, "Share", "95% limits", "England"),
            tuple(
                Row(
                    _band(f).capitalize(),
                    (
                        Shown(f, people(f.numerator or 0)),
                        *split_by_sex,
                        Shown(f),
                        limits_text(f, plan.cards[f.measure]),
                        Shown(e),
                    ),
                )
                for (f, e), split_by_sex in zip(found, columns, strict=True)
            ),
        ),
    ]


def _sex_rows(plan: Plan, code: str, found: list[tuple[Figure, Figure]], starts: list[str]) -> list[dict[str, Any]]:
    """Rows of the pyramid by sex: women below nought."""
    rows = []
    for (band, _), start in zip(found, starts, strict=True):
        for sex, words, sign in (("female", "women", -1), ("male", "men", 1)):
            here, england = (plan.figures["age_sex_share", f"{c}:{sex}:{start}"].value or 0.0 for c in (code, ENGLAND))
            rows.append({"band": _band(band), "sex": words, "here": sign * here, "england": sign * england})
    return rows


def _band(figure: Figure) -> str:
    return figure.unit_name.rsplit(", ", 1)[1].removeprefix("aged ")


def registered_blocks(plan: Plan) -> list[Block]:
    code = plan.place.code
    if not known(plan, "list_inside", code):
        return []
    lines = [
        ("Patients on the lists", "list_size", code),
        ("… who live in its areas", "list_inside", code),
        ("… elsewhere in England", "list_beyond", code),
        ("… in Wales or Scotland", "list_outside_england", code),
        ("… in no known area", "list_unknown", code),
        ("Residents of mid-2020", "residents", code),
        ("Residents on lists of other places", "residents_elsewhere", code),
        ("Registered residents less residents", "registered_minus_residents", code),
        ("… of that in areas where far fewer are registered", "registered_minus_residents_low_areas", code),
        ("… of that in areas where far more are registered", "registered_minus_residents_high_areas", code),
    ]
    rows = tuple(
        Row(words, (Shown(plan.figures[m, c]), period_text(plan.figures[m, c].period)))
        for words, m, c in lines
        if (m, c) in plan.figures
    )
    old = tuple(
        Row(
            f"{a} and over",
            (
                Shown(plan.figures[f"share_{a}_plus", code]),
                Shown(plan.figures[f"resident_share_{a}_plus", code]),
                Shown(plan.figures[f"share_{a}_plus", ENGLAND]),
                Shown(plan.figures[f"resident_share_{a}_plus", ENGLAND]),
            ),
        )
        for a in (65, 75, 85)
        if ("resident_share_65_plus", code) in plan.figures
    )
    blocks: list[Block] = [
        Subheading("Registered and resident"),
        Table("Lists and residents reconciled", ("What", "People", "As of"), rows, text_columns=(0, 2)),
    ]
    if old:
        blocks.append(
            Table(
                "Age, registered beside resident",
                ("Share aged", "Registered", "Resident", "England, registered", "England, resident"),
                old,
            )
        )
    return blocks + _odd(plan)


def _odd(plan: Plan) -> list[Block]:
    odd = plan.assessments["need"].tables["odd_areas"]
    if odd.is_empty():
        return []
    rows = []
    for r in odd.iter_rows(named=True):
        ratio = plan.figures.get(("registered_to_resident", r["lsoa11"]))
        cell: str | Shown = Shown(ratio) if ratio else f"{r['ratio']:.2f}"
        gap = r["registered"] - r["residents_2020"]
        rows.append(
            Row(
                f"{r['msoa_name'] or r['area_name']} ({r['area_name']})",
                (cell, f"{gap:+,}".replace("-", "−"), r["standing"], first_up(r["says"]) + "."),
            )
        )
    named = sum(1 for s in odd["standing"] if s != "unknown")
    return [
        Table(
            f"Small areas far from one registered person a resident: a cause is named or suspected for {named} of {odd.height}",
            ("Area", "Ratio", "People", "Standing", "Cause"),
            tuple(rows),
            text_columns=(0, 3, 4),
            note="Causes are rules on published ages, borders and the Census of 2021 (definitions/area_causes.toml); a study "
            "names those it knows in its settings of need.",
        )
    ]


def profile_blocks(plan: Plan, code: str, name: str) -> list[Block]:
    rows = []
    for measure in PROFILE:
        if (measure, code) not in plan.figures:
            continue
        card = plan.cards[measure]
        own = sorted(
            (plan.figures[measure, u.code] for u in plan.pcns if known(plan, measure, u.code)),
            key=lambda f: f.value or 0,
        )
        ends: tuple[str | Shown, ...] = (Shown(own[0]), Shown(own[-1])) if len(own) > 1 else ("–", "–")
        rows.append(
            Row(
                f"{card.title}{'' if card.unit == '%' else f', {card.unit}'}",
                (Shown(plan.figures[measure, code]), Shown(plan.figures[measure, ENGLAND]), *ends),
            )
        )
    return [
        Subheading("The people and where they live"),
        Table(
            f"Profile of {name}",
            ("What", first_up(name), "England", "Least of its networks", "Most of its networks"),
            tuple(rows),
            note="Shares “where patients live” describe areas, not persons.",
        ),
    ]


def practice_blocks(plan: Plan, unit: Unit) -> list[Block]:
    """A network's practices: growth and the registers' factor; counted, not named, in the public edition."""
    if plan.study.edition == "public":
        return []
    measures = (
        "need_register_factor",
        "projected_list_change",
        "projected_75_plus_change",
        "registered_to_resident",
        "practice_life_expectancy_female",
        "practice_life_expectancy_male",
    )
    held = [m for m in measures if any(known(plan, m, p) for p in unit.practices)]
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    rows = tuple(
        Row(place_name(names[p]), tuple(Shown(plan.figures[m, p]) if (m, p) in plan.figures else "–" for m in held))
        for p in unit.practices
    )
    heads = {
        "need_register_factor": "Registers to ages",
        "projected_list_change": "List to come",
        "projected_75_plus_change": "75 and over to come",
        "registered_to_resident": "Registered a resident",
        "practice_life_expectancy_female": "Women's life expectancy",
        "practice_life_expectancy_male": "Men's life expectancy",
    }
    return (
        [
            Table(
                "Its practices",
                ("Practice", *(heads[m] for m in held)),
                rows,
                note="Registers to ages: below one can be health or recording. Life expectancy: a published model of where "
                "patients live, 2016 to 2020.",
            )
        ]
        if held
        else []
    )


def life_blocks(plan: Plan) -> list[Block]:
    table = plan.assessments["need"].tables["districts"]
    rows: list[dict[str, Any]] = []
    body: list[Row] = []
    for r in table.sort("name").iter_rows(named=True):
        pair = [figure_of(plan, f"life_expectancy_{s}", r["code"]) for s in ("female", "male")]
        if r["code"] == ENGLAND or not all(pair):
            continue
        for word, sex, figure in zip(("Women", "Men"), ("female", "male"), pair, strict=True):
            if figure and figure.is_known:
                rows.append(
                    {
                        "sex": word,
                        "name": place_name(r["name"]),
                        "value": figure.value,
                        "lower": figure.lower,
                        "upper": figure.upper,
                        "england": plan.figures[f"life_expectancy_{sex}", ENGLAND].value,
                    }
                )
        cells = [c for f in pair if f for c in (Shown(f), limits_text(f, plan.cards[f.measure]) if f.is_known else "–")]
        body.append(
            Row(place_name(r["name"]), (*cells, f"{100 * r['share_inside']:.0f}%"), r["code"] == plan.place.code)
        )
    if not rows:
        return []
    cells = [
        c
        for s in ("female", "male")
        for f in [plan.figures[f"life_expectancy_{s}", ENGLAND]]
        for c in (Shown(f), limits_text(f, plan.cards[f.measure]))
    ]
    order = sorted({r["name"] for r in rows}, key=lambda n: -next(r["value"] for r in rows if r["name"] == n))
    beside = [r for r in rows if None not in (r["lower"], r["upper"], r["england"])]
    apart = sum(1 for r in beside if r["lower"] > r["england"] or r["upper"] < r["england"])
    return [
        Subheading("How long people live"),
        Chart(
            draw.lives_chart(
                f"{apart} of {len(beside)} values lie outside chance of England's",
                "Years expected at birth, 2014, with 95% limits; black: England",
                rows,
                order,
            ),
            "Life expectancy at birth of women and men by district of 2014 with limits; the table below holds the values",
            "Districts as they were in 2014. Deaths and residents of 2014, ONS; Chiang's and Silcocks' methods.",
        ),
        Table(
            "Life expectancy at birth, 2014",
            ("District of 2014", "Women", "95% limits", "Men", "95% limits", "Of it in this place"),
            (*body, Row("England", (*cells, "–"), True)),
            note="Newer deaths by district, and deaths by small area, are not in the pack. Deaths of one year: limits are wide.",
        ),
    ]


def diagnosis_blocks(plan: Plan) -> list[Block]:
    """Rates of diagnosis where the study supplies the expected numbers; else one line that says they are not published."""
    codes = sorted(k for m, k in plan.figures if m == "diagnosis_rate")
    if not codes:
        words = (
            "Dementia diagnosis rate and the like: not shown, because how many people are expected to have a condition is "
            "not in open data that Chesil holds. Bring it, with its source, in the study’s table of expected people."
        )
        return [Paragraph((words,), is_quiet=True)]
    target = load_parameter("dementia_diagnosis_target").on(plan.study.as_at).value
    card, rows = plan.cards["diagnosis_rate"], []
    for code in codes:
        figure = plan.figures["diagnosis_rate", code]
        against = _against(figure, target) if code.endswith(":DEM") else "–"
        source = figure.notes[0] if figure.notes else "–"
        rows.append(Row(figure.unit_name, (Shown(figure), limits_text(figure, card), against, source)))
    heads = ("Where and what", "Recorded of expected", "95% limits", "Against two thirds (dementia)", "Expected by")
    return [Table("People recorded with a condition, of those expected to have it", heads, tuple(rows), (0, 3, 4))]


def _against(figure: Figure, target: float) -> str:
    if figure.lower is None or figure.upper is None:
        return "cannot be said"
    return "below" if figure.upper < target else "above" if figure.lower > target else "too close to tell"


def context_blocks(plan: Plan) -> list[Block]:
    """What the strategy of 2016 said of need and demand, as its own words and not as figures."""
    record = load_definition(".", "context_2016")
    boards = set(plan.place.practices["icb_code"].drop_nulls()) if plan.place.practices.height else set()
    rows = [r for r in record["statement"] if not r.get("board") or boards == {r["board"]}]
    return [
        Subheading("What was said in 2016 of need and demand to come"),
        Table(
            "Statements of Dorset’s strategy of 2016, not checked here",
            ("About", "It said"),
            tuple(Row(r["about"], (r["said"],)) for r in rows),
            note=f"{record['reference']}. As it gives them, without the publications behind them; no figure here rests on any.",
            text_columns=(0, 1),
        ),
    ]


def unseen_blocks() -> list[Block]:
    groups = load_definition(".", "seldom_heard")["group"]
    gaps = load_definition(".", "need_not_published")["gap"]
    return [
        Subheading("Who is not seen in these numbers"),
        Table(
            "People whom lists and censuses miss, named although unmeasured",
            ("Group", "What open data hold", "Whom to ask"),
            tuple(Row(g["name"], (g["measured"], g["ask"])) for g in groups),
            text_columns=(0, 1, 2),
        ),
        Paragraph(("Not published, so not shown:",)),
        Bullets(tuple((f"{g['what']}: {g['why']}.",) for g in gaps)),
    ]
