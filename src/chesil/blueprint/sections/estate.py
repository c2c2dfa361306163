"""The section on the estate: buildings, space and rooms against patients, dates, what closing would save, homes to come."""

from chesil.blueprint.charts import BLUE, CONFIG, INK, VEGA_LITE
from chesil.blueprint.document import Block, Bullets, Chart, Paragraph, Row, Section, Shown, Subheading, Table, Words
from chesil.blueprint.words import compared, many, part_text, place_name
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.plan import ENGLAND, Plan

KEY, NAME = "estate", "Estate"
MEASURES = (
    ("estate_sites", "Open sites"),
    ("estate_sites_unconfirmed", "of these known from 2017 alone"),
    ("estate_shared", "Pairs of practices at one address"),
    ("premises_per_patient", "Premises payments for each patient"),
    ("estate_area_known", "Sites whose floor area is known"),
    ("estate_m2_per_1000", "Floor space to 1,000 patients, m2"),
    ("estate_gbp_per_m2", "Rent or notional rent to a square metre"),
    ("estate_rooms_needed", "Room hours needed a week"),
    ("estate_rooms_held", "Room hours held, Monday to Friday"),
    ("estate_rooms_held_7", "Room hours held if all seven days were like them"),
    ("estate_room_use", "Share of room hours that patients need"),
)
FACTS = {
    "gia_m2": "floor area",
    "consulting_rooms": "rooms",
    "tenure": "tenure",
    "owner": "owner",
    "lease_end": "end of lease",
    "condition_grade": "condition",
    "year_built": "year built",
    "step_free": "step-free entry",
    "utilisation_pct": "use of rooms",
}
GRADES = {"A": "A, good", "B": "B", "C": "C", "D": "D, unacceptable"}
COLUMNS = ("estate_sites", "estate_sites_unconfirmed", "premises_per_patient", "estate_m2_per_1000", "estate_room_use")


def of_place(plan: Plan) -> Section | None:
    """Buildings and money of the place, its groups, the calendar, closing and homes."""
    if "estates" not in plan.assessments:
        return None
    code, name = plan.place.code, place_name(plan.place.name)
    blocks: list[Block] = [
        _profile(plan, code, name),
        *([_groups(plan, name)] if plan.pcns else []),
        *_room_use(plan, code),
        *_condition(plan, code),
        *_strategys_own(plan),
        *_rooms_ahead(plan, code),
        *_unknown(plan),
        *_calendar(plan),
        *_closing(plan),
        *_homes(plan),
    ]
    figures = plan.figures
    sites, old = figures["estate_sites", code], figures["estate_sites_unconfirmed", code]
    paid, everywhere = figures["premises_per_patient", code], figures["premises_per_patient", ENGLAND.upper()]
    how = compared(paid, everywhere, plan.cards["premises_per_patient"])
    lead: tuple[Words, ...] = (
        (
            f"Practices of {name} have ",
            Shown(sites),
            f" {many(sites, 'site')} on record",
            *(
                (
                    "; ",
                    Shown(old),
                    f" {'is a branch' if old.value == 1 else 'are branches'} that nothing later than 2017 confirms.",
                )
                if old.value
                else (".",)
            ),
        ),
        ("The NHS paid back ", Shown(paid), f" for each patient’s premises, {how} England’s ", Shown(everywhere), "."),
        (
            "To see its patients at the rate of the last national study of consultations takes about ",
            Shown(figures["estate_rooms_needed", code]),
            " room hours a week; what rooms there are is ",
            _known(plan, code),
            ".",
        ),
    )
    than = how if how.endswith((" than", " as")) else ""
    heading = f"Premises payments for each patient of {name} are {than} England’s"
    if not paid.is_known:
        heading = f"What the buildings of {name} cost is not published for it"
    elif not than:
        heading = f"Premises payments of {name} cannot be set apart from England’s"
    return Section(KEY, NAME, heading, lead, tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """Sites and money of a network's practices."""
    if "estates" not in plan.assessments or ("estate_sites", unit.code) not in plan.figures:
        return None
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    rows = [Row(place_name(names[p]), tuple(_cell(plan, m, p) for m in COLUMNS)) for p in unit.practices]
    rows.append(Row(place_name(unit.name), tuple(_cell(plan, m, unit.code) for m in COLUMNS), True))
    table = Table("Sites and premises payments by practice", ("Practice", *_heads()), tuple(rows), (0,))
    sites, old = (plan.figures[m, unit.code] for m in ("estate_sites", "estate_sites_unconfirmed"))
    lead: tuple[Words, ...] = (
        (
            f"Practices of {place_name(unit.name)} have ",
            Shown(sites),
            f" {many(sites, 'site')} on record",
            *((", ", Shown(old), " of them confirmed by nothing later than 2017.") if old.value else (".",)),
        ),
    )
    return Section(KEY, NAME, f"The buildings of {place_name(unit.name)}", lead, (table,))


def _heads() -> tuple[str, ...]:
    named = dict(MEASURES)
    return tuple(named[m] for m in COLUMNS)


def _cell(plan: Plan, measure: str, code: str) -> "Shown | str":
    figure = plan.figures.get((measure, code))
    if figure is None:
        return "–"
    return Shown(figure) if figure.is_known else "not known"


def _known(plan: Plan, code: str) -> "Shown | str":
    held = plan.figures["estate_rooms_held", code]
    return Shown(held) if held.is_known else "not published and not in the study"


def _profile(plan: Plan, code: str, name: str) -> Table:
    rows = tuple(Row(t, (_cell(plan, m, code), _cell(plan, m, ENGLAND.upper()))) for m, t in MEASURES)
    return Table(
        f"The estate of {name}",
        ("", name, "England"),
        rows,
        (0,),
        "“Not known” is not nought: floor areas, rooms, rents and tenure are not published and come from "
        "the study’s table of sites.",
    )


def _groups(plan: Plan, name: str) -> Table:
    rows = tuple(
        Row(place_name(u.name), tuple(_cell(plan, m, u.code) for m in COLUMNS), href=f"networks/{u.code}.html")
        for u in plan.pcns
    )
    return Table(f"Networks of {name}", ("Network", *_heads()), rows, (0,))


def _room_use(plan: Plan, code: str) -> list[Block]:
    """Use by half-day, with what stands empty and what is full over five and seven days; nothing where not recorded."""
    table = plan.assessments["estates"].tables["room_use"]
    if table.is_empty():
        return []
    values = [
        {"day": d.capitalize(), "half": h, "share": 100 * u / r, "words": f"{100 * u / r:.0f}%"}
        for d, h, u, r in table.select("weekday", "half_day", "used", "rooms").iter_rows()
    ]
    rows = tuple(
        Row(f"{d.capitalize()} {h}", (str(n), f"{u:g}", f"{r:g}", f"{100 * u / r:.0f}%", str(full)))
        for d, h, n, u, r, full in table.iter_rows()
    )
    both = tuple(
        Row(t, tuple(_cell(plan, f"estate_{m}_{days}", code) for days in ("5", "7")))
        for m, t in (("use", "Rooms in use, mornings and afternoons"), ("void", "Room half-days a week that stand empty"),
                     ("full", "Half-days of a site with every room in use"))
    )  # fmt: skip
    x = {"field": "half", "type": "nominal", "sort": None, "title": None, "axis": {"labelAngle": 0}}
    y = {"field": "day", "type": "nominal", "sort": None, "title": None}
    spec = {
        "$schema": VEGA_LITE, "config": CONFIG, "width": 360, "height": {"step": 26}, "data": {"values": values},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": "rect", "encoding": {"color": {"field": "share", "type": "quantitative", "legend": None,
             "scale": {"domain": [0, 100], "range": ["#ffffff", BLUE]}}}},
            {"mark": {"type": "text"}, "encoding": {"text": {"field": "words"}, "color": {
                "condition": {"test": "datum.share > 60", "value": "#ffffff"}, "value": INK}}},
        ],
    }  # fmt: skip
    return [
        Subheading("When the rooms are used"),
        Chart(spec, "Share of rooms in use by half-day; the values are in the table below",
              "Share of open rooms in use, over the sites of the study’s table of room use."),
        Table("Void and full, over five days and over seven", ("", "Monday to Friday", "Seven days"), both, (0,),
              "A site is full when every open room is used; more than that the register refuses. Weekend half-days without a row "
              "are taken as closed (assumed)."),
        Table("Rooms by half-day", ("Half-day", "Sites recorded", "In use", "Open", "Share", "Sites full"), rows, (0,)),
    ]  # fmt: skip


def _condition(plan: Plan, code: str) -> list[Block]:
    """Sites by condition grade, where the study gives grades."""
    shares = [plan.figures[k] for k in sorted(plan.figures) if k[0] == "estate_condition"]
    if not shares:
        return []
    rows = tuple(
        Row(GRADES[f.unit_code.rsplit(":", 1)[1]], (Shown(f, part_text(f.numerator)), Shown(f))) for f in shares
    )
    return [
        Subheading("Condition"),
        Table("Open sites by condition, of those graded", ("Grade", "Sites", "Share"), rows, (0,),
              "Of sites whose grade the study’s table gives. A strategy’s own split (fit for purpose, major work) can be "
              "checked against it once those who graded say which grades its words mean."),
    ]  # fmt: skip


def _strategys_own(plan: Plan) -> list[Block]:
    """The strategy's own totals of its estate and what they come to, if the study holds its statements."""
    if "audit" not in plan.assessments:
        return []
    tables = plan.assessments["audit"].tables
    own = {s for s, section in tables["statements"].select("statement", "section").iter_rows() if section == "Estates"}
    checks = [r for r in tables["checks"].iter_rows(named=True) if own & set(r["statements"])]
    if not checks:
        return []
    said = list(dict.fromkeys(s for r in checks for s in r["statements"]))
    rows = [Row(_capital(f.unit_name), (Shown(f), f.unit)) for s in said if (f := plan.figures["strategy_says", s])]
    sums = [Row(r["question"], (Shown(f), f.unit)) for r in checks if (f := plan.figures["strategy_sums", r["check"]])]
    notes = dict.fromkeys(r["note"] for r in checks if r["note"])
    return [
        Subheading("The strategy’s own totals, worked out"),
        Table("What the strategy says of its estate, as printed", ("", "Says", "Unit"), tuple(rows), (0, 2),
              "Copied from the document as a check of its sums: not the estate of today, and not from any register."),
        Table("What follows from it", ("Question", "Comes to", "Unit"), tuple(sums), (0, 2), " ".join(notes)),
    ]  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rooms_ahead(plan: Plan, code: str) -> list[Block]:
    """Room hours needed now and in the year looked to."""
    ahead = [f for (m, _), f in plan.figures.items() if m == "estate_residents_ahead"]
    if not any(f.is_known for f in ahead):
        return []
    now = plan.figures["estate_rooms_needed", code]
    rows = [Row("Now", (Shown(now),)), *(Row(f.unit_name.split(", ")[-1].capitalize(), (_shown_or(f),)) for f in ahead)]
    return [
        Subheading("Rooms that more people would need"),
        Table("Room hours needed a week, now and later", ("", "Room hours a week"), tuple(rows), (0,),
              "Later: by the published projections of its councils, at today’s rates of consultation whatever people’s age. They "
              "hold some of the homes already, so that projection and homes together are an upper value."),
    ]  # fmt: skip


def _shown_or(figure: Figure) -> "Shown | str":
    return Shown(figure) if figure.is_known else figure.reason


def _unknown(plan: Plan) -> list[Block]:
    table = plan.assessments["estates"].tables["unknown"]
    rows = tuple(Row(FACTS[f].capitalize(), (f"{n} of {of}",)) for f, n, of in table.iter_rows())
    return [
        Subheading("What is not known of the buildings"),
        Table("Open sites without each fact", ("Fact", "Sites without it"), rows, (0,)),
    ]


def _calendar(plan: Plan) -> list[Block]:
    if plan.study.edition == "public":
        return []
    table = (
        plan.assessments["estates"]
        .tables["calendar"]
        .filter(~plan.assessments["estates"].tables["calendar"]["is_past"])
    )
    if table.is_empty():
        return []
    rows = tuple(
        Row(
            f"{r['on']:%-d %B %Y}",
            (
                place_name(r["about"]),
                r["what"],
                f"£{r['cost_of_missing_gbp']:,.0f}: {r['how']}" if r["cost_of_missing_gbp"] is not None else r["how"],
            ),
        )
        for r in table.iter_rows(named=True)
    )
    return [
        Subheading("Dates that matter"),
        Table(
            "Dates ahead, and what missing each would cost",
            ("Date", "What it is about", "What happens", "What missing it would cost"),
            rows,
            (0, 1, 2, 3),
        ),
    ]


def _closing(plan: Plan) -> list[Block]:
    mine = [(f.unit_code, f.unit_name) for (m, _), f in plan.figures.items() if m == "estate_closing_saves"]
    if not mine or plan.study.edition == "public":
        return []
    rows = tuple(
        Row(place_name(name), tuple(_cell(plan, f"estate_closing_{m}", code) for m in ("saves", "costs", "receipt")))
        for code, name in sorted(mine, key=lambda u: u[1])
    )
    return [
        Subheading("What closing a site would save in cash"),
        Table(
            "Cash saved a year, one-off cost and public receipt of each site of the study",
            ("Site", "Saved a year", "Once", "Receipt"),
            rows,
            (0,),
            "Saved: reimbursement that ends, less the cost of standing empty. Once: grant to be repaid and "
            "transition. A building that partners "
            "or a landlord own brings no public receipt. Staff, minutes and patients’ journeys are not cash and "
            "are not in it.",
        ),
    ]


def _homes(plan: Plan) -> list[Block]:
    replies = [(f.unit_code, f.unit_name) for (m, _), f in plan.figures.items() if m == "estate_reply_patients"]
    if not replies:
        return []
    ahead = next(f for (m, _), f in plan.figures.items() if m == "estate_patients_ahead")
    rows = tuple(
        Row(name, tuple(_cell(plan, f"estate_reply_{m}", code) for m in ("patients", "m2", "gbp")))
        for code, name in sorted(replies)
    )
    return [
        Subheading("Homes to come"),
        Bullets(
            (
                (
                    f"With the homes of the study’s table, {ahead.unit_name} would have ",
                    Shown(ahead),
                    " patients, if nobody else came or went.",
                ),
            )
        ),
        Table(
            "What each development asks of general practice",
            ("Development", "People", "Floor space, m2", "Cost"),
            rows,
            (0,),
        ),
        Paragraph(
            (
                "Floor space is at a rate of what there is, not of what there should be: no national standard was "
                "found.",
            ),
            True,
        ),
    ]
