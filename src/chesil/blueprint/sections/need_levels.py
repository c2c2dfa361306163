"""The part of the section on need that tells of the pyramid: levels, their fit, kinds of area, networks."""

import polars as pl

from chesil.blueprint.document import Block, Chart, Paragraph, Row, Shown, Subheading, Table, Words
from chesil.blueprint.sections import need_charts as draw
from chesil.blueprint.sections.need_maps import map_of_need
from chesil.blueprint.sections.need_words import ENGLAND, LEVELS, figure_of, first_up, href_of, level_names, plain, sure
from chesil.blueprint.words import limits_text, people, place_name
from chesil.plan import Plan


def pyramid_blocks(plan: Plan, code: str, name: str) -> list[Block]:
    table = plan.assessments["need"].tables.get("pyramid")
    if table is None:
        return [Paragraph(tuple(plan.assessments["need"].warnings[:1]), is_quiet=True)]
    rows = table.filter(pl.col("unit_code") == code).sort("level")
    england = {r["level"]: r["share"] for r in table.filter(pl.col("unit_code") == ENGLAND).iter_rows(named=True)}
    names = rows["level_name"].to_list()
    values = [
        {
            "level": r["level_name"],
            "rank": r["level"],
            "here": None if r["withheld"] else 100 * r["share"],
            "lower": 100 * r["lower"],
            "upper": 100 * r["upper"],
            "england": 100 * england[r["level"]],
        }
        for r in rows.iter_rows(named=True)
    ]
    shown = rows.height - int(rows["withheld"].sum())
    title = {
        0: "No level differs from England's by more than its band",
        rows.height: "Every level differs from England's by more than its band",
    }.get(
        shown,
        f"{shown} of {rows.height} levels {'differs' if shown == 1 else 'differ'} from England's by more than the band",
    )
    body = []
    for r in rows.iter_rows(named=True):
        figure, other = (plan.figures[f"need_level_{r['level']}", c] for c in (code, ENGLAND))
        count = people(figure.numerator, modelled=True) if figure.is_known and figure.numerator else "–"
        band = f"{r['ratio_lower']:.2f} to {r['ratio_upper']:.2f}"
        body.append(
            Row(
                r["level_name"],
                (
                    Shown(figure),
                    limits_text(figure, plan.cards[figure.measure]) if figure.is_known else "–",
                    Shown(figure, count),
                    Shown(other),
                    band if r["withheld"] else f"{r['ratio']:.2f} ({band})",
                    "–" if r["withheld"] else f"{100 * r['by_age_alone']:.1f}%",
                ),
            )
        )
    return [
        Subheading(f"The pyramid of need of {name}, modelled"),
        Chart(
            draw.pyramid_chart(
                title,
                f"{name}, share of patients; soft bars: 95% limits; black: England; modelled",
                values,
                list(reversed(names)),
            ),
            f"The pyramid of need: share of {name}'s patients in five levels with limits; the table below holds the values",
            "Modelled: nobody was counted and no record was read. The highest level that applies to a person counts.",
        ),
        Table(
            "Patients in five levels of need, modelled",
            (
                "Level",
                "Share",
                "95% limits",
                "Patients, to the nearest ten",
                "England",
                "Times England's share (95% limits)",
                "By ages alone",
            ),
            tuple(body),
            note="Band too wide: the band of “times England's share”, which leaves out what both share, is wider than "
            "the difference from one, so the level is withheld and the band alone given. All five add up to the whole list.",
        ),
        Paragraph(_how_fitted(plan, code), is_quiet=True),
    ]


def _how_fitted(plan: Plan, code: str) -> Words:
    factor, one, two = (
        plan.figures[m, code] for m in ("need_register_factor", "registers_one_or_more", "registers_two_or_more")
    )
    words: list[str | Shown] = []
    if factor.is_known:
        words += [
            "Its practices' registers hold ",
            sure(plan, factor),
            " times the entries that its ages would give at England's "
            "rates; every rate of conditions was moved by that, which can be illness or recording. ",
        ]
    else:
        words += [f"Registers moved nothing: {factor.reason}. "]
    if one.is_known and two.is_known:
        words += [
            "Registers alone, whatever their overlap, would allow from ",
            Shown(one, limits_text(one, plan.cards[one.measure])),
            " with one condition or more and ",
            Shown(two, limits_text(two, plan.cards[two.measure])),
            " with two or more. ",
        ]
    return (
        *words,
        "Conditions by age: McLean 2014, Scotland. Frailty: the phenotype of Collard 2012, by age alone. End of life: "
        "national death rates and the share with palliative need of Etkind 2017.",
    )


def check_blocks(plan: Plan) -> list[Block]:
    """The model beside published totals."""
    checks = plan.assessments["need"].tables.get("checks")
    if checks is None:
        return []
    return [
        Table(
            "The model against published totals that it was not given",
            ("What", "Model", "Published", "Source"),
            tuple(
                Row(r["what"], (plain(r["model"], r["unit"]), plain(r["published"], r["unit"]), r["reference"]))
                for r in checks.iter_rows(named=True)
            ),
            text_columns=(0, 3),
            note="England and Wales, mid-2014, but for the years that each source names.",
        ),
    ]


def kind_blocks(plan: Plan) -> list[Block]:
    codes = sorted({k for m, k in plan.figures if m == LEVELS[0] and k.startswith(f"{plan.place.code}:")})
    if len(codes) < 2:
        return []
    names = level_names(plan)
    heads = ("Where people live", *names, "Residents")
    rows = [
        Row(
            first_up(plan.figures[LEVELS[0], c].unit_name),
            (*(Shown(plan.figures[m, c]) for m in LEVELS), _residents_of(plan, c)),
        )
        for c in codes
    ]
    return [
        Subheading(_kinds_heading(plan)),
        Table(
            "Residents in five levels of need by kind of area, modelled",
            heads,
            tuple(rows),
            note="Ages of mid-2020; registers of the practices that people there use. Band too wide: as above.",
        ),
        *map_of_need(plan),
    ]


def _kinds_heading(plan: Plan) -> str:
    """Which of deprived towns and countryside has the larger share of several conditions, if the two can be told apart."""
    level = level_names(plan)[2].lower()
    codes = [f"{plan.place.code}:{k}" for k in ("urban_deprived", "rural")]
    town, country = (figure_of(plan, LEVELS[2], c) for c in codes)
    if not town or not country:
        return f"“{level.capitalize()}” by kind of area"
    if town.value is None or country.value is None:
        return f"Deprived towns and countryside: for one of them the band of “{level}” is too wide to give it"
    more, fewer = ("the countryside", "the most deprived towns")
    if town.value > country.value:
        more, fewer = fewer, more
    return f"“{level.capitalize()}” is more common in {more} than in {fewer}"


def _residents_of(plan: Plan, code: str) -> str:
    figure = next((plan.figures[m, code] for m in LEVELS if plan.figures[m, code].denominator), None)
    return people(figure.denominator or 0) if figure else "–"


def group_blocks(plan: Plan) -> list[Block]:
    table = plan.assessments["need"].tables.get("pyramid")
    units = [*plan.pcns, *(u for own in plan.drawn.values() for u in own)]
    if table is None or len(units) < 2:
        return []
    names = {u.code: place_name(u.name) for u in units}
    own = table.filter(pl.col("unit_code").is_in(list(names)))
    rows = [
        {
            "level": r["level_name"],
            "group": names[r["unit_code"]],
            "ratio": r["ratio"],
            "lower": r["ratio_lower"],
            "upper": r["ratio_upper"],
            "known": not r["withheld"],
        }
        for r in own.iter_rows(named=True)
        if r["people"] > 0
    ]
    told = sum(1 for r in rows if r["known"])
    levels = own.sort("level")["level_name"].unique(maintain_order=True).to_list()
    return [
        Subheading(f"Networks: {told} of {len(rows)} levels differ from England's by more than their band"),
        Chart(
            draw.groups_chart(
                "Networks by level of need",
                "Times England's share, modelled, with 95% limits; no dot: band too wide",
                rows,
                levels,
            ),
            "Small multiples: each network's share of each level over England's; the table below holds the shares",
            "Each panel is in order of its own values and has its own scale. Black line: England.",
        ),
        Table(
            "Levels of need by network, modelled",
            ("Network", *levels),
            tuple(
                Row(names[u.code], tuple(Shown(plan.figures[m, u.code]) for m in LEVELS), href=href_of(plan, u))
                for u in units
            ),
        ),
    ]
