"""The part of the section on need that tells what is to come: lists and councils projected, homes beside them."""

from chesil.blueprint.document import Block, Chart, Paragraph, Row, Shown, Subheading, Table
from chesil.blueprint.sections import need_charts as draw
from chesil.blueprint.sections.need_words import (
    first_up,
    href_of,
    known,
    place_words,
)
from chesil.blueprint.words import place_name
from chesil.plan import Plan


def growth_blocks(plan: Plan) -> list[Block]:
    need = plan.assessments["need"]
    # Without a pyramid its place already says why, and that there is no projection.
    warnings = need.warnings if "pyramid" in need.tables else need.warnings[1:]
    units = [*plan.pcns, *(u for own in plan.drawn.values() for u in own)]
    held = [u for u in units if known(plan, "projected_list_change", u.code)]
    blocks: list[Block] = [Subheading("What is to come")]
    blocks += [Paragraph((w,)) for w in warnings]
    if held:
        held.sort(key=lambda u: -(plan.figures["projected_75_plus_change", u.code].value or 0))
        names = [place_name(u.name) for u in held]
        rows = [
            {
                "group": n,
                "all": plan.figures["projected_list_change", u.code].value,
                "old": plan.figures["projected_75_plus_change", u.code].value,
            }
            for n, u in zip(names, held, strict=True)
        ]
        first, until = (p[:4] for p in plan.figures["projected_list_change", held[0].code].period.split(" to "))
        measures = (
            "projected_list_change",
            "projected_75_plus_change",
            "projected_share_65_plus",
            *(("homes_people",) if known(plan, "homes_people", plan.place.code) else ()),
        )
        last = plan.figures["projected_share_65_plus", held[0].code].period
        heads = (
            "Network",
            "All patients",
            "75 and over",
            f"65 and over in {last}",
            *(("People of new homes",) if len(measures) > 3 else ()),
        )
        rows_of_units = [
            Row(n, tuple(Shown(plan.figures[m, u.code]) for m in measures), href=href_of(plan, u))
            for n, u in zip(names, held, strict=True)
        ]
        whole = tuple(Shown(plan.figures[m, plan.place.code]) for m in measures)
        total = Row(first_up(place_words(plan)), whole, True)
        blocks += [
            Chart(
                draw.growth_chart(
                    f"In {names[0]} patients of 75 and over grow most",
                    f"% change {first} to {until}; grey: all patients, blue: 75 and over; modelled",
                    rows,
                    names,
                ),
                "Dots of the projected growth of each network's list and of its patients aged 75 and over; the table below "
                "holds the values",
                "Councils' published projection (ONS, 2022-based) apportioned by cohorts and by where patients live.",
            ),
            Table(
                f"Lists to come, {first} to {until}",
                heads,
                (*rows_of_units, total),
                note="New homes stand beside the projection, not in it: its trend already holds past building. It does not "
                "know of moves between practices, nor of old people who move in: a place with very many of them may keep more.",
            ),
            *_published(plan),
        ]
    return blocks if len(blocks) > 1 else []


def _published(plan: Plan) -> list[Block]:
    codes = [k for m, k in plan.figures if m == "projected_residents"]
    if not codes:
        return []
    year = plan.figures["projected_residents", codes[0]].period
    return [
        Table(
            f"Residents in {year} as published for the councils, which our small areas add up to",
            ("Council", "Residents", "65 and over"),
            tuple(
                Row(
                    _council_name(plan, c),
                    (
                        Shown(plan.figures["projected_residents", c]),
                        Shown(plan.figures["projected_residents_65_plus", c]),
                    ),
                    c == plan.place.code,
                )
                for c in codes
            ),
        )
    ]


def _council_name(plan: Plan, code: str) -> str:
    return "The whole place" if code == plan.place.code else plan.figures["projected_residents", code].unit_name
