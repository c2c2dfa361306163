"""The overview of a place or a group: who is served, by how many, how old, how deprived; maps, strips and tables."""

from collections.abc import Iterable
from statistics import pstdev

from chesil.blueprint.atlas import drawn_title, make_atlas, map_of_network, map_of_place
from chesil.blueprint.charts import STRIP_MEASURES, strip_chart
from chesil.blueprint.document import Block, Bullets, Chart, Paragraph, Row, Section, Shown, Subheading, Table, Words
from chesil.blueprint.views import heading
from chesil.blueprint.words import compared, counted, figure_text, one_in, part_text, place_name
from chesil.core.figure import Figure
from chesil.measures.card import Measure
from chesil.measures.computing import Unit
from chesil.plan import ENGLAND, Plan
from chesil.setting_up.measuring import HIGH_RATIO, LOW_RATIO

KEY, NAME = "index", "Overview"
ENGLAND_CODE = ENGLAND.upper()
TABLE_MEASURES = ("list_size", "share_65_plus", "deprivation", "share_rural", "share_no_car", "patients_per_gp_fte")
NEED_MEASURES = ("share_65_plus", "deprivation", "share_rural", "share_under_5", "share_no_car")
SAYS = {
    "share_65_plus": "of its patients are 65 or over",
    "share_under_5": "of its patients are under 5",
    "share_rural": "of its patients live in rural areas",
    "share_no_car": "of households where its patients live have no car",
}


def of_place(plan: Plan) -> Section:
    """The answer first, a map, where its networks stand among England's boards, and what is not known."""
    place, name = plan.place, place_name(plan.place.name)
    atlas = make_atlas(plan)
    drawn = map_of_place(plan, atlas)
    by_size = sorted(plan.pcns, key=lambda u: -(plan.figures["list_size", u.code].value or 0))
    units = [(place_name(u.name), u.code, f"networks/{u.code}.html") for u in by_size]
    whole = [(name, place.code, ""), (ENGLAND, ENGLAND_CODE, "")]
    blocks: list[Block] = [
        Subheading(drawn.heading),
        drawn.map,
        Subheading(f"Where {name} and its networks stand among England’s boards"),
        Paragraph(
            ("Grey dots are networks, the blue diamond is the whole place, the black mark is England and thin ticks are "
             "the other boards of England.",)
        ),
        Chart(
            strip_chart(plan),
            "Strip charts of eight measures; the values are in the table below and on the page of all figures",
            "Each strip has its own scale; none starts at nought. " + _sources_line(plan),
        ),
        Subheading("The networks, from the largest list to the smallest"),
        Paragraph(("Press a name to open its page, or a number to see where it comes from.",), is_for_screen=True),
        _table(plan, [*units, *whole], f"Networks of {name}", "Network", len(whole)),
        *_drawn(plan),
        *_edges(plan),
        Subheading("What is not known"),
        Bullets(tuple((line,) for line in _unknown(plan))),
        Subheading("What was decided where sources disagree or are silent"),
        Bullets(
            tuple(
                (f"{j.about}. The sources: {j.source_says} We use: {j.we_use} Because: {j.because} Decided by {j.decided_by}.",)
                for j in plan.judgements
            )
        ),
    ]  # fmt: skip
    return Section(KEY, NAME, _finding(plan, place.code, name), _lead_of_place(plan), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section:
    """The same for one group, with its practices and every measure beside the place and England."""
    name, code = place_name(unit.name), unit.code
    drawn = map_of_network(plan, make_atlas(plan), code)
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    by_size = sorted(unit.practices, key=lambda p: -(plan.figures["list_size", p].value or 0))
    both = [(name, code, ""), (place_name(plan.place.name), plan.place.code, ""), (ENGLAND, ENGLAND_CODE, "")]
    rows = [(place_name(names[p]), p, "") for p in by_size]
    blocks: tuple[Block, ...] = (
        Subheading("Where its patients live"),
        drawn.map,
        Subheading(f"{name} beside the other networks"),
        Chart(
            strip_chart(plan, code),
            f"Strip charts of eight measures with {name} in blue; the values are in the table below",
            "Blue: this network. Grey dots: the other networks. Black: England. Thin ticks: boards of England. "
            + _sources_line(plan),
        ),
        Subheading("Its practices"),
        _table(plan, [*rows, *both], f"Practices of {name}", "Practice", len(both)),
    )
    return Section(
        "overview", name, _finding(plan, code, name), _lead_of_group(plan, code, len(unit.practices)), blocks
    )


def every_measure(plan: Plan, unit: Unit) -> Section:
    """One row a measure, one column each for the group, the place and England: the last part of a group's pages."""
    columns = [
        (place_name(unit.name), unit.code),
        (place_name(plan.place.name), plan.place.code),
        (ENGLAND, ENGLAND_CODE),
    ]
    rows = []
    for measure in plan.measures:
        own = [plan.figures[measure.name, code] for _, code in columns]
        said = measure.unit in ("%", "GBP", "patients", "ratio") or measure.unit.removeprefix("FTE ") in measure.title
        label = f"{measure.title}{'' if said else f', {measure.unit}'} ({own[0].period})"
        rows.append(Row(label, tuple(Shown(f) for f in own), href=f"measures.html#{measure.name}"))
    table = Table(
        "Every measure at the newest date for which it is published",
        ("Measure", *(n for n, _ in columns)),
        tuple(rows),
    )
    return Section("measures", "Every measure", "Every measure", (), (table,))


def _lead_of_place(plan: Plan) -> tuple[Words, ...]:
    code, name = plan.place.code, place_name(plan.place.name)
    sentences: list[Words] = [
        (
            f"{name} has {counted(plan.place.practices.height, 'practice')} in {counted(len(plan.pcns), 'network')}. They "
            "look after ",
            Shown(plan.figures["list_size", code]),
            " registered patients.",
        ),
        *_need(plan, code),
    ]
    gp, england = (plan.figures["patients_per_gp_fte", c] for c in (code, ENGLAND_CODE))
    if gp.is_known:
        how = compared(gp, england, plan.cards["patients_per_gp_fte"])
        sentences.append(
            (
                "Each fully qualified full-time GP looks after ",
                Shown(gp),
                f" patients, {how} England’s ",
                Shown(england),
                ".",
            )
        )
    return tuple(sentences)


def _lead_of_group(plan: Plan, code: str, practices: int) -> tuple[Words, ...]:
    noun = "one practice looks" if practices == 1 else f"{counted(practices, 'practice')} look"
    sentences: list[Words] = [
        (f"Its {noun} after ", Shown(plan.figures["list_size", code]), " registered patients."),
        *_need(plan, code),
    ]
    gp, here = plan.figures.get(("patients_per_gp_fte", code)), plan.figures["patients_per_gp_fte", plan.place.code]
    if gp is not None and gp.is_known:
        how = compared(gp, here, plan.cards["patients_per_gp_fte"])
        of = f" of {place_name(plan.place.name)} as a whole."
        sentences.append(
            ("Each fully qualified full-time GP looks after ", Shown(gp), f" of them, {how} the ", Shown(here), of)
        )
    return tuple(sentences)


def _need(plan: Plan, code: str) -> list[Words]:
    sentences: list[Words] = []
    old, of_england = plan.figures["share_65_plus", code], plan.figures["share_65_plus", ENGLAND_CODE]
    if old.value is not None:
        how = compared(old, of_england, plan.cards["share_65_plus"])
        sentences.append(
            (f"{one_in(old.value).capitalize()} patients (", Shown(old), f") is aged 65 or over, {how} England’s ",
             Shown(of_england), ".")
        )  # fmt: skip
    score, of_england = plan.figures["deprivation", code], plan.figures["deprivation", ENGLAND_CODE]
    if score.is_known:
        how = compared(score, of_england, plan.cards["deprivation"])
        sentences.append(
            ("The places where patients live have a mean deprivation score of ", Shown(score), f", {how} England’s ",
             Shown(of_england), ".")
        )  # fmt: skip
    return sentences


def _finding(plan: Plan, code: str, name: str) -> str:
    """The measure of need furthest from England's, by the spread of England's boards, in words."""
    distances = []
    for measure in NEED_MEASURES:
        figure, other = plan.figures[measure, code], plan.figures[measure, ENGLAND_CODE]
        spread = _spread([f.value for f in plan.boards[measure] if f.value is not None])
        if figure.value is not None and other.value is not None and spread > 0:
            distances.append((abs(figure.value - other.value) / spread, measure, figure, other))
    if not distances:
        return name
    _, measure, figure, other = max(distances, key=lambda d: (d[0], d[1]))
    card: Measure = plan.cards[measure]
    text, against, how = figure_text(figure, card), figure_text(other, card), compared(figure, other, card)
    if measure == "deprivation":
        return f"{name}: deprivation {how} England’s ({text} against {against})"
    return f"{name}: {text} {SAYS[measure]}, {how} England’s {against}"


def _spread(values: list[float]) -> float:
    """Standard deviation of the boards' values (of all of them, not of a sample)."""
    return pstdev(values) if values else 0.0


def _table(plan: Plan, rows: list[tuple[str, str, str]], caption: str, first: str, totals: int) -> Table:
    """One row a unit (name, code, address), the last `totals` of them in bold; one column a measure."""
    cards = [plan.cards[m] for m in TABLE_MEASURES]
    figures = [[plan.figures[m.name, code] for m in cards] for _, code, _ in rows]
    shown = [f for own in figures for f in own]
    body = tuple(
        Row(name, tuple(Shown(f) for f in own), is_total=k >= len(rows) - totals, href=address)
        for k, ((name, _, address), own) in enumerate(zip(rows, figures, strict=True))
    )
    return Table(caption, (first, *(heading(m, shown) for m in cards)), body)


def _drawn(plan: Plan) -> Iterable[Block]:
    """A table for each grouping that the study draws."""
    if plan.drawn:
        yield Subheading("Groups drawn in this study")
    for grouping, units in plan.drawn.items():
        rows = [(u.name, u.code, "") for u in units] + [(place_name(plan.place.name), plan.place.code, "")]
        yield _table(plan, rows, drawn_title(plan, grouping), "Group", 1)


def _edges(plan: Plan) -> list[Block]:
    """Small areas where far fewer or more people are registered than live there: named before anyone says inflation."""
    odd = sorted(plan.odd_areas, key=lambda u: (plan.figures["registered_to_resident", u.code].value or 0, u.code))
    if not odd:
        return []
    rows = []
    for figure in (plan.figures["registered_to_resident", u.code] for u in odd):
        parts = (part_text(figure.numerator), part_text(figure.denominator))
        rows.append(Row(figure.unit_name, (*(Shown(figure, t) for t in parts), Shown(figure))))
    how = "projected from July 2022" if plan.place.registrations_are == "projected" else "of July 2022"
    return [
        Subheading(f"In {counted(len(odd), 'small area')} registered and resident people differ widely"),
        Paragraph(
            ("Far fewer registered than resident points to people with their own doctors (forces, prisons) or to "
             "practices across a border; far more points to homes built since the count, students, or old records. Name "
             "the cause before calling any of it list inflation.",)
        ),
        Table(
            f"Areas with fewer than {LOW_RATIO} or more than {HIGH_RATIO} registered people ({how}) to a resident",
            ("Small area", "Registered", "Residents, mid-2020", "Registered to a resident"),
            tuple(rows),
        ),
    ]  # fmt: skip


def _unknown(plan: Plan) -> list[str]:
    lines = [
        "Sizes, condition and tenure of buildings: not published; bring them in the study’s table of sites.",
        "Branch surgeries since 2017, opening hours and vacancies: not published.",
        "Patients by small area after July 2022: not in the pack; where patients of 2026 live is projected. "
        + plan.diagnostics["projected_flows"],
    ]
    practices = set(plan.place.practices["practice_code"])
    unknown: dict[str, list[Figure]] = {}
    for (name, code), figure in plan.figures.items():
        if code in practices and not figure.is_known:
            unknown.setdefault(name, []).append(figure)
    for measure in plan.measures:
        if own := unknown.get(measure.name, []):
            noun = "practice has" if len(own) == 1 else "practices have"
            lines.append(f"{measure.title}: {len(own):,} {noun} no figure ({own[0].reason}).")
    return lines


def _sources_line(plan: Plan) -> str:
    used = {r for m in STRIP_MEASURES for r in plan.figures[m, plan.place.code].receipts}
    publishers = sorted({plan.receipts[r].publisher for r in used})
    return "Sources: " + "; ".join(publishers) + "; see the page of sources."
