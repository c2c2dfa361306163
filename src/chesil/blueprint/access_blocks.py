"""Blocks of the section on access: the rural test, the furthest areas, supply, contacts, partners, and the method."""

from chesil.analyses.access.nearby import PARTNERS
from chesil.blueprint.document import Block, Bullets, Paragraph, Row, Shown, Subheading, Table, Words
from chesil.blueprint.words import limits_text, number, place_name
from chesil.definitions import load_parameter
from chesil.measures.card import load_measure
from chesil.plan import Plan

SHOWN_AREAS = 20
CONTACTS = (
    ("access_appointments_per_1000", "Appointments per 1,000 a month"),
    ("access_same_day_share", "Same day"),
    ("access_with_gp_share", "With a GP"),
    ("access_calls_answered", "Calls answered"),
    ("access_online_per_1000", "Online per 1,000"),
)


def is_known(plan: Plan, measure: str, code: str) -> bool:
    return (measure, code) in plan.figures and plan.figures[measure, code].is_known


def ranged(plan: Plan, measure: str, code: str) -> str | Shown:
    figure = plan.figures.get((measure, code))
    if figure is None:
        return "–"
    card = load_measure(measure)
    if figure.lower is None or not figure.is_known:
        return Shown(figure)
    return Shown(figure, f"{number(figure.value, card)} ({limits_text(figure, card)})")


def cell(plan: Plan, measure: str, code: str) -> str | Shown:
    figure = plan.figures.get((measure, code))
    return Shown(figure) if figure is not None else "–"


def is_modelled(plan: Plan, mode: str) -> bool:
    """Whether the times by a mode are the embedded model's; else they are the study's own."""
    methods = dict(plan.assessments["access"].tables["methods"].iter_rows())
    return methods.get(mode, "modelled") == "modelled"


def how(plan: Plan, mode: str) -> str:
    """In two words, where the times by a mode come from."""
    if not is_modelled(plan, mode):
        return "routed by the study"
    return "assumed speed" if mode == "walk" else "modelled"


def public_range(plan: Plan, code: str) -> str | Shown:
    """The range of minutes by public transport or walking: "9 to 31"."""
    least, most = (plan.figures.get((m, code)) for m in ("access_public_least", "access_public_most"))
    if least is None or most is None or not (least.is_known and most.is_known):
        return "–"
    card = load_measure("access_public_least")
    return Shown(least, f"between {number(least.value, card)} and {number(most.value, card)}")


def rural_test(plan: Plan, name: str, code: str) -> list[Block]:
    asks = (
        ("access_test_people", "How many people live there?"),
        ("access_test_minutes", "How many minutes by car to a surgery?"),
        ("access_test_no_car", "What share of households has no car?"),
        ("access_test_public_transport", "How many minutes by public transport or walking in 2011, as published?"),
        ("access_test_illness", "What share of people has a long-term illness?"),
    )
    groups = ("rural", "urban", "urban_deprived")
    rows = [Row(question, tuple(ranged(plan, m, f"{code}:{g}") for g in groups)) for m, question in asks]
    return [
        Subheading("The rural test: what a plan must answer before it is agreed"),
        Table(
            f"{name}: people in rural areas, in urban areas, and in the most deprived fifth of urban areas",
            ("Question", "Rural", "Urban", "Urban, most deprived fifth"),
            tuple(rows),
            note=("" if code == plan.place.code else "Patients of its practices who live in the place. ")
            + "Rural by the classification of 2011. Cars and illness are of 2011. A public transport time of 2011 "
            "says what was "
            "published then; without a timetable none can be given for today.",
        ),
        Bullets(
            (
                ("Who loses: a proposal that closes or moves a site must show this table again for its option.",),
                ("What makes up for distance: a mobile or outreach session can be set as an edit (an open site of "
                "kind outreach), "
                 "and is then compared in minutes a person and, with its cost, in person-minutes a pound.",),
            )
        ),
    ]  # fmt: skip


def worst_served(plan: Plan) -> list[Block]:
    worst = plan.assessments["access"].tables["worst"]
    rows = [
        Row(
            f"{r['area_name']} ({r['msoa_name'] or r['lsoa11']})",
            (
                f"{r['residents_2020'] or 0:,}",
                "no way" if r["drive_minutes"] == float("inf") else f"{r['drive_minutes']:.0f}",
                "–" if r["gp_minutes"] is None else f"{r['gp_minutes']:.0f}",
                "–" if r["public_transport_minutes_2011"] is None else f"{r['public_transport_minutes_2011']:.0f}",
                "–" if r["no_car_share_2011"] is None else f"{100 * r['no_car_share_2011']:.0f}%",
            ),
        )
        for r in worst.head(SHOWN_AREAS).iter_rows(named=True)
    ]
    people = plan.figures["access_worst_people", plan.place.code]
    by_car = f"Car, {how(plan, 'drive')}"
    return [
        Subheading("The areas furthest from a surgery"),
        Paragraph(
            (f"The {worst.height} areas furthest by car hold ", Shown(people), f" people. The first {len(rows)} are "
            f"shown here. Chance and the error of the model both make the furthest look further.",)
        ),
        Table(
            "The furthest areas, modelled and as published",
            ("Area", "Residents", by_car, "Car, AHAH 2022", "Public transport, 2011", "No car, 2011"),
            tuple(rows),
            note="AHAH: published mean drive minutes to the nearest surgery of any board. The two differ where the "
            "model is out, or "
            "where a site has opened or shut.",
        ),
    ]  # fmt: skip


def outreach(plan: Plan) -> list[Block]:
    """What a session in each of the thinnest places would buy, minutes and, with its cost, minutes a pound."""
    table = plan.assessments["access"].tables["outreach"].drop_nulls("rank")
    if table.is_empty():
        return []
    rows = []
    priced = False
    for r in table.iter_rows(named=True):
        unit = f"{plan.place.code}:outreach:{r['lsoa11']}"
        price = plan.figures.get(("access_minutes_per_gbp", unit))
        priced = priced or price is not None
        cells = (cell(plan, "access_people_nearer", unit), cell(plan, "access_minutes_saved", unit))
        rows.append(Row(r["area"], (*cells, f"{r['person_minutes']:,.0f}", Shown(price) if price else "–")))
    cost = "" if priced else " Without a yearly cost (outreach_gbp in the study) no price is given."
    return [
        Table(
            "What one outreach session in a thin place would buy, on a day when it is held",
            ("Session in", "People nearer", "Minutes saved each, one way", "Person-minutes", "Person-minutes a pound"),
            tuple(rows),
            note="A session at the middle of each of the furthest areas was tried; those shown save most person-minutes, each "
            "after the people of the ones above it. By car, modelled; everybody is held to use whichever is nearest. A pound "
            f"buys so many if each of them makes one journey a year.{cost}",
        ),
    ]


def supply(plan: Plan) -> list[Block]:
    code = plan.place.code
    rows = []
    for method, words in (
        ("enhanced", "Enhanced two-step"),
        ("three_step", "Three-step (its theory is disputed)"),
    ):
        cells = tuple(
            ranged(plan, "access_catchment_low", f"{code}:{method}:{kind}") for kind in ("excluded", "imputed")
        )
        if any(isinstance(c, Shown) for c in cells):
            rows.append(Row(words, cells))
    if not rows:
        return []
    unreached = tuple(ranged(plan, "access_catchment_unreached", f"{code}:{k}") for k in ("excluded", "imputed"))
    rows.append(Row("People with no GP within half an hour", unreached))
    if is_known(plan, "access_raam_worst", f"{code}:raam:imputed"):
        worst = plan.figures["access_raam_worst", f"{code}:raam:imputed"]
        text = f"{number(worst.value, load_measure(worst.measure))} times the mean"
        rows.append(Row("Rational agent (RAAM): queue and travel of the worst-placed tenth", ("–", Shown(worst, text))))
    made_of = plan.figures.get(("access_catchment_low", f"{code}:enhanced:imputed"))
    dated = next((n for n in made_of.notes if n.startswith("GPs (FTE)")), "") if made_of else ""
    gps = plan.figures.get(("patients_per_gp_fte", code))
    first: Words = ("Care follows registration, so read patients per GP first",)
    if gps is not None:
        first += (": ", Shown(gps), " here")
    return [
        Subheading("Supply within reach, as if people could register anywhere"),
        Paragraph(
            (*first, ". The shares below are of people, weighted for need, in areas with less than half the mean of "
            "GPs (FTE) per "
             "person within half an hour. Each practice’s GPs are shared out equally over its open sites, since none "
             "are published by "
             "branch.")
        ),
        Table(
            "People with less than half the mean supply, with unusable GP returns left out and with the average imputed",
            ("Method", "Left out", "Imputed"),
            tuple(rows),
            note="Floating catchments say what access would be if people could register anywhere, which they cannot. "
            f"RAAM lets each choose the surgery best for them. {dated}",
        ),
    ]  # fmt: skip


def contacts(plan: Plan) -> list[Block]:
    code = plan.place.code
    if not any(is_known(plan, m, code) for m, _ in CONTACTS):
        return []
    rows = [
        Row(place_name(u.name), tuple(cell(plan, m, u.code) for m, _ in CONTACTS), href=f"networks/{u.code}.html")
        for u in plan.pcns
    ]
    rows.append(Row(place_name(plan.place.name), tuple(cell(plan, m, code) for m, _ in CONTACTS), is_total=True))
    odd = plan.assessments["access"].tables["odd"]
    note = "Appointments of June to August 2026 (transcribed by a third party), calls and online submissions of February 2026. "
    if odd.height:
        named = "" if plan.study.edition == "public" else f" ({', '.join(odd['practice_code'])})"
        whose = "One practice’s" if odd.height == 1 else f"{odd.height} practices’"
        note += f"{whose} appointments are far out of line and left out of groups{named}: ask before use."
    blocks: list[Block] = [
        Subheading("What people find: appointments, telephone and online"),
        Table("Contacts by network", ("", *(t for _, t in CONTACTS)), tuple(rows), note=note),
    ]
    kinds = [
        k
        for k in ("same_day", "telephone", "face_to_face", "with_gp")
        if is_known(plan, "access_months_share", f"{code}:{k}")
    ]
    if kinds:
        words = {
            "same_day": "on the same day",
            "telephone": "by telephone",
            "face_to_face": "face to face",
            "with_gp": "with a GP",
        }
        parts: list[str | Shown] = [
            "Of the whole group’s appointments in its last twelve months on record (2020-21, in the pandemic) "
        ]
        for k, kind in enumerate(kinds):
            parts += [
                ", " if k else "",
                Shown(plan.figures["access_months_share", f"{code}:{kind}"]),
                f" were {words[kind]}",
            ]
        blocks.append(Paragraph((*parts, "."), True))
    gap = plan.figures.get(("access_extended_gap", code))
    if gap is not None:
        blocks.append(
            Paragraph(("Evening and weekend opening falls short of what is asked for by ", Shown(gap), " minutes per "
            "1,000 weighted "
                       "patients a week, as the study’s table of hours has it."), True)
            if gap.is_known
            else Paragraph(("Evening and weekend opening is not known: give the study a table of hours "
            "(registers/hours).",), True)
        )  # fmt: skip
    return blocks


def partners(plan: Plan) -> list[Block]:
    code = plan.place.code
    dispensing = plan.figures.get(("access_dispensing_patients", code))
    items: list[Words] = []
    for kind, words in PARTNERS.items():
        if is_known(plan, "access_colocated", f"{code}:{kind}"):
            items.append(
                (
                    Shown(plan.figures["access_colocated", f"{code}:{kind}"]),
                    f" of surgeries have a {words} within a short walk (assumed speed).",
                )
            )
    if dispensing is not None and dispensing.value:
        items.append(
            (Shown(dispensing), f" patients of dispensing practices live over {_said('dispensing_distance_km', plan)} km "
             "from a pharmacy in a straight line. Whether they keep a dispensing practice must be shown for every option. ",
             next((n for n in dispensing.notes if n.startswith("Who dispenses")), ""))
        )  # fmt: skip
    return [Subheading("Partners within a walk, and dispensing"), Bullets(tuple(items))] if items else []


def method_and_error(plan: Plan) -> list[Block]:
    lines: list[Words] = [
        (plan.diagnostics.get("travel_model", ""),),
        ("A straight line counts as it is over land; over water, the shortest way from area to area and over bridges, "
        "tunnels and "
         "causeways counts instead. Ferries are left out. The table of crossings is open and can be mended.",),
        (f"Walking is an assumption ({_said('walking_speed_km_per_hour', plan)} km/h, "
         f"{_said('walking_detour_factor', plan)} times the line) and not a measurement; cycling is fitted to times "
         "published for about 2011. Neither car nor cycle counts parking, so that in towns they come out alike.",),
    ]  # fmt: skip
    lines += [(w,) for w in plan.assessments["access"].warnings]
    return [
        Subheading("How this was worked out, and how far it may be out"),
        Bullets(tuple(x for x in lines if x != ("",))),
    ]


def _said(parameter: str, plan: Plan) -> str:
    """A parameter as it stood at the date of the place."""
    return f"{load_parameter(parameter).on(plan.place.as_at).value:g}"
