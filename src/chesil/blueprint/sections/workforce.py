"""The section on workforce: who works here against England and similar practices, who will, and what is short."""

from chesil.blueprint.atlas import drawn_title
from chesil.blueprint.charts import BLUE, CONFIG, INK, RULE, VEGA_LITE
from chesil.blueprint.document import (
    Block,
    Bullets,
    Chart,
    Paragraph,
    Row,
    Section,
    Shown,
    Subheading,
    Table,
    Words,
)
from chesil.blueprint.words import compared, counted, limits_text, number, part_text, period_text, place_name
from chesil.core.figure import Figure
from chesil.definitions import load_definition, load_parameter
from chesil.measures.computing import Unit
from chesil.plan import ENGLAND, Plan

KEY, NAME = "workforce", "Workforce"
FAMILIES = (
    ("gp_fte_per_10000", "GPs, fully qualified"),
    ("nurse_fte_per_10000", "Nurses"),
    ("direct_care_fte_per_10000", "Other direct patient care"),
    ("admin_fte_per_10000", "Administrative staff"),
)
LEAST_GBP, LEAST_FTE = 1.0, 0.01
"""Changes below these are rounding."""
VISIT_PARAMETERS = (
    "home_visits_per_1000_weekday", "home_visit_minutes", "home_visits_needing_ambulance_share",
)  # fmt: skip
VISIT_HOURS = "home_visit_requests_by_hour"
RATIOS = (
    ("workforce_participation", "Working time of GPs, share of full time"),
    ("workforce_partner_share", "GP time worked by partners"),
    ("workforce_clinicians_per_gp", "Nurses and other clinicians to each GP"),
    ("workforce_usable_returns", "Practices whose GP return can be used"),
    ("workforce_gp_excluded", "GPs, unusable returns left out"),
    ("workforce_gp_imputed", "GPs, similar practices standing in for them"),
    ("workforce_gp_similar", "GPs that similar practices would have"),
    ("workforce_network_fte_per_10000", "Employed through networks, to 10,000 patients"),
)
ASSUMED = (
    ("workforce_leaver_rate", "GPs who leave in a year, share of FTE (England)"),
    ("workforce_retiring_rate", "of these by retirement, share of GPs (assumed)"),
    ("workforce_trained_joiners", "Joiners from training here in a year, FTE (part assumed)"),
    ("workforce_other_joiners", "Other joiners in a year, share of FTE (what is left over)"),
    ("workforce_list_growth", "Growth of the list in a year"),
)


def of_place(plan: Plan) -> Section | None:
    """Profile, what is short by each rule, the ten years ahead, and who gains by a regrouping."""
    if "workforce" not in plan.assessments or plan.place.practices.is_empty():
        return None
    code, name = plan.place.code, place_name(plan.place.name)
    blocks: list[Block] = [
        Subheading("Who works here"),
        _profile(plan, code, name),
        Paragraph(tuple(plan.assessments["workforce"].warnings[:1]) or ("Every practice has a usable return.",), True),
        *_roles(plan, code, name),
        *_pharmacists(plan, code),
        *_ahead(plan, code, name),
        *_regrouping(plan),
        *_visits(plan, code, name),
        *_local(plan, code),
    ]
    return Section(KEY, NAME, _heading(plan, code, name), _lead(plan, code, name), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """The network's staff beside the place's and England's, and (but in the public edition) each practice's."""
    if "workforce" not in plan.assessments or ("workforce_participation", unit.code) not in plan.figures:
        return None
    name, code = place_name(unit.name), unit.code
    gps = plan.figures["workforce_gp_excluded" if len(unit.practices) > 1 else "gp_fte_per_10000", code]
    similar = plan.figures.get(("workforce_gp_similar", code))
    heading = (
        f"{name} has a GP rate {compared(gps, similar, plan.cards[gps.measure])} that of similar practices"
        if gps.is_known and similar is not None and similar.is_known
        else f"GPs of {name} cannot be set against similar practices"
    )  # fmt: skip
    lead: tuple[Words, ...] = (
        (f"To 10,000 weighted patients {name} has ", Shown(gps), " fully qualified GPs (FTE)", *_like_its_own(plan, code), "."),
        ("Its networks’ staff come to ", Shown(plan.figures["workforce_network_fte_per_10000", code]),
         " FTE to 10,000 patients, against ", Shown(plan.figures["workforce_network_fte_per_10000", ENGLAND.upper()]),
         " in England."),
    ) if ("workforce_network_fte_per_10000", code) in plan.figures else ()  # fmt: skip
    return Section(KEY, NAME, heading, lead, (_profile(plan, code, name), *_practices(plan, unit)))


def _heading(plan: Plan, code: str, name: str) -> str:
    gap = plan.figures.get(("workforce_gp_gap", code))
    if gap is None or gap.value is None or gap.lower is None or gap.upper is None:
        return f"Who works in {name}’s primary care"
    year = plan.assessments["workforce"].tables["projection"]["year"][-1]
    if gap.lower > 0:
        return f"If nothing changes, {name} will be short of GPs in {year}"
    if gap.upper < 0:
        return f"If nothing changes, {name} will have more GPs in {year} than today’s level asks for"
    return f"Whether {name} will be short of GPs in {year} is too close to call"


def _lead(plan: Plan, code: str, name: str) -> tuple[Words, ...]:
    gps = plan.figures["workforce_gp_excluded", code]
    england = plan.figures["workforce_gp_excluded", ENGLAND.upper()]
    network, everywhere = (plan.figures["workforce_network_fte_per_10000", c] for c in (code, ENGLAND.upper()))
    at = period_text(network.period)
    lead: list[Words] = [
        (f"In {period_text(gps.period)} {name} had ", Shown(gps), " fully qualified GPs (FTE) to 10,000 weighted patients, "
         f"{compared(gps, england, plan.cards[gps.measure])} England’s ", Shown(england),
         *_like_its_own(plan, code), "."),
        ("Staff employed through networks came to ", Shown(network), f" FTE to 10,000 patients at {at} (England ",
         Shown(everywhere), ").") if network.is_known else ("What networks employ is not known for this place and date.",),
    ]  # fmt: skip
    gap = plan.figures.get(("workforce_gp_gap", code))
    if gap is not None and gap.is_known:
        year = plan.assessments["workforce"].tables["projection"]["year"][-1]
        expected, needed = (plan.figures[f"workforce_gps_{w}", f"{code}:{year}"] for w in ("expected", "needed"))
        lead += [
            (f"If the past goes on, {year} will see ", *_ranged(plan, expected), " GPs (FTE), where as many patients to a GP as "
             "now would take ", *_ranged(plan, needed), ": a gap of ", *_ranged(plan, gap), ". "
             "These are projections from stated rates, some of them assumed, and not a forecast."),
            ("Losing one percentage point fewer GPs each year would leave ",
             Shown(plan.figures["workforce_retention_point", code]), " more (FTE) by then."),
        ]  # fmt: skip
    return tuple(lead)


def _like_its_own(plan: Plan, code: str) -> Words:
    """What similar practices would have, where there are any."""
    similar = plan.figures.get(("workforce_gp_similar", code))
    return () if similar is None or not similar.is_known else ("; practices like its own would have ", Shown(similar))


def _ranged(plan: Plan, figure: Figure) -> Words:
    card = plan.cards[figure.measure]
    return (Shown(figure, f"{number(figure.value, card)} ({limits_text(figure, card)})"),)


def _profile(plan: Plan, code: str, name: str) -> Table:
    columns = [(code, name)]
    if code != plan.place.code:
        columns.append((plan.place.code, place_name(plan.place.name)))
    columns.append((ENGLAND.upper(), "England"))
    rows = []
    for measure, title in (*FAMILIES, *RATIOS):
        if (measure, code) not in plan.figures:
            continue
        cells = tuple(_cell(plan, measure, c) for c, _ in columns)
        rows.append(Row(title, cells))
    return Table(
        "Staff (FTE) to 10,000 weighted patients, and how they are made up",
        ("", *(n for _, n in columns)),
        tuple(rows),
        note="Practice staff of spring 2023, network staff of June 2026. A blank return is unknown, never nought.",
    )


def _cell(plan: Plan, measure: str, code: str) -> str | Shown:
    figure = plan.figures.get((measure, code))
    return Shown(figure) if figure is not None else "not made"


def _roles(plan: Plan, code: str, name: str) -> list[Block]:
    rows = []
    for (measure, unit), figure in plan.figures.items():
        if measure == "workforce_role_fte_per_10000" and unit.startswith(f"{code}:"):
            role = unit.removeprefix(f"{code}:")
            title = figure.unit_name.split(": ", 1)[1]
            cells = [figure, plan.figures["workforce_role_fte_per_10000", f"{ENGLAND.upper()}:{role}"]]
            network = [plan.figures.get(("workforce_network_role_fte_per_10000", f"{c}:{role}"))
                       for c in (code, ENGLAND.upper())]  # fmt: skip
            rows.append(
                Row(title, (*(Shown(f) for f in cells), *(Shown(f) if f is not None else "–" for f in network)))
            )
    table = Table(
        "By role, in practices (to 10,000 weighted patients) and through networks (to 10,000 patients)",
        ("Role", f"Practices, {name}", "Practices, England", f"Networks, {name}", "Networks, England"),
        tuple(rows),
        note="Roles nest: pharmacists, paramedics and others are part of direct patient care; managers and receptionists "
        "of administrative staff. The two returns have different dates and must not be added without care.",
    )
    return [table]


def _pharmacists(plan: Plan, code: str) -> list[Block]:
    needed, in_post, short = (plan.figures[f"workforce_pharmacists_{w}", code] for w in ("needed", "in_post", "short"))
    blocks: list[Block] = [
        Subheading("What the rules of need ask for"),
        Paragraph(
            ("One clinical pharmacist to ", Shown(needed, part_text(needed.denominator)), " patients, a rule "
             "that NHS Dorset set in 2016, asks for ", Shown(needed), " (FTE); ", Shown(in_post),
             " are in post in practices and networks together, ", *_against_rule(short))
        ),
    ]  # fmt: skip
    local = [u.removeprefix(f"{code}:") for m, u in plan.figures if m == "workforce_local_rule_needed"]
    if local:
        rows = tuple(
            Row(
                plan.figures["workforce_local_rule_needed", f"{code}:{r}"].unit_name.split(": ", 1)[1],
                tuple(Shown(plan.figures[f"workforce_local_rule_{w}", f"{code}:{r}"]) for w in ("needed", "in_post", "short")),
            )
            for r in local
        )  # fmt: skip
        blocks.append(Table("Rules of this study", ("Role", "Asked for", "In post", "Short"), rows))
    return blocks


def _against_rule(short: Figure) -> Words:
    if not short.is_known:
        return ("and how that stands to the rule is not known.",)
    return (Shown(short), " short of it.") if (short.value or 0) > 0 else ("more than it asks for.",)


def _ahead(plan: Plan, code: str, name: str) -> list[Block]:
    table = plan.assessments["workforce"].tables.get("projection")
    if table is None:
        return [Paragraph(("GPs are not projected: the history or the trainees are not held at this date.",))]
    rows = []
    for year in table["year"]:
        both = [plan.figures[f"workforce_gps_{w}", f"{code}:{year}"] for w in ("expected", "needed")]
        rows.append(
            Row(str(year), tuple(c for f in both for c in (Shown(f), limits_text(f, plan.cards[f.measure])
                                                            if f.lower is not None else "as published")))
        )  # fmt: skip
    assumed = tuple(Row(t, (_cell(plan, m, code),)) for m, t in ASSUMED)
    by_population = plan.figures["workforce_gps_needed", f"{code}:{table['year'][-1]}"].notes
    demand = by_population[0] if by_population else "GPs needed grow as the list has grown."
    return [
        Subheading("The years ahead"),
        Chart(_chart(table.to_dicts()), f"GPs expected and needed in {name} by year; the values are in the table below",
              "Blue: GPs expected (FTE), the band holds 95% of simulated runs. Black: GPs needed for as many patients to a GP "
              "as in the first year. The axis starts at nought. Source: NHS England, General Practice Workforce; "
              "rates as the section on workforce gives them."),
        Table("GPs expected and needed (FTE)", ("Year to March", "Expected", "95% of runs", "Needed", "95% of runs"),
              tuple(rows), text_columns=(0, 2, 4)),
        Table("What it rests on; each can be changed in the study’s settings or parameters", ("Rate", "Value"), assumed),
        Paragraph((f"{demand} Turnover of a practice is not exit from the NHS: the leaver rate counts GPs who leave general "
                   "practice. "
                   "Leaver and joiner rates of nurses and of direct care staff were not found, so they are not projected. "
                   "Ages of GPs by practice are not published.",), True),
    ]  # fmt: skip


def _chart(rows: list[dict[str, object]]) -> dict[str, object]:
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "domainColor": RULE}}
    axis = {"gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272"}
    y = {"type": "quantitative", "title": "GPs (FTE)", "scale": {"zero": True}, "axis": axis}
    last = [rows[-1]]

    def label(field: str, text: str, colour: str) -> dict[str, object]:
        return {"data": {"values": last}, "mark": {"type": "text", "align": "left", "dx": 6, "color": colour, "text": text},
                "encoding": {"x": x, "y": {**y, "field": field}}}  # fmt: skip

    return {
        "$schema": VEGA_LITE, "width": 560, "height": 240, "config": CONFIG, "data": {"values": rows},
        "layer": [
            {"mark": {"type": "area", "color": BLUE, "opacity": 0.15},
             "encoding": {"x": x, "y": {**y, "field": "expected_lower"}, "y2": {"field": "expected_upper"}}},
            {"mark": {"type": "line", "color": INK, "strokeWidth": 2},
             "encoding": {"x": x, "y": {**y, "field": "needed"}}},
            {"mark": {"type": "line", "color": BLUE, "strokeWidth": 3, "point": {"color": BLUE, "size": 30}},
             "encoding": {"x": x, "y": {**y, "field": "expected"}}},
            label("needed", "needed", INK),
            label("expected", "expected", BLUE),
        ],
    }  # fmt: skip


def _regrouping(plan: Plan) -> list[Block]:
    blocks: list[Block] = []
    for grouping, units in plan.drawn.items():
        shown = [
            (u, plan.figures["workforce_regrouping_gbp", u.code], plan.figures["workforce_regrouping_fte", u.code])
            for u in units
            if ("workforce_regrouping_gbp", u.code) in plan.figures
        ]
        if not shown:
            continue
        rows = sorted(shown, key=lambda p: -(p[1].value or 0.0))
        blocks += [
            Subheading(_gainers(plan, grouping)),
            Table(
                "What moves from some practices of a group to others, against today’s networks; most first",
                ("Group", "Network payments a year (2022/23)", "Staff employed through networks (FTE, June 2026)"),
                tuple(Row(u.name, (Shown(gbp), Shown(fte))) for u, gbp, fte in rows),
                note="Each network’s payments and staff are shared by patients and added up by the new groups. Payments for "
                "taking part move with the practice and are left out.",
            ),
            *_by_practice(plan, grouping),
        ]
    return blocks


def _changes(plan: Plan, grouping: str) -> dict[str, dict[str, float]]:
    """Change by practice of network payments (GBP) and networks' staff (FTE), in the grouping; empty where not known."""
    tables = plan.assessments["workforce"].tables
    found: dict[str, dict[str, float]] = {}
    for kind in ("money", "people"):
        table = tables.get(f"network_{kind} study:{grouping}")
        for code, change in table.select("practice_code", "change").iter_rows() if table is not None else ():
            found.setdefault(code, {})[kind] = float(change)
    return found


def _gainers(plan: Plan, grouping: str) -> str:
    changes = [c["money"] for c in _changes(plan, grouping).values() if "money" in c]
    lose, gain = sum(c <= -LEAST_GBP for c in changes), sum(c >= LEAST_GBP for c in changes)
    title = drawn_title(plan, grouping)
    if not changes:
        return f"Who loses and who gains by “{title}” is not known"
    return f"By “{title}” {counted(lose, 'practice')} would lose network payments and {gain or 'none'} would gain"


def _by_practice(plan: Plan, grouping: str) -> list[Block]:
    """Each practice's gain or loss, largest loss first; counts alone in the public edition."""
    if plan.study.edition == "public":
        return []
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    changes = _changes(plan, grouping)
    rows = [
        Row(
            f"{place_name(names.get(p, p))} ({p})",
            (_signed(c.get("money"), "£", 0), _signed(c.get("people"), "", 2)),
        )
        for p, c in sorted(changes.items(), key=lambda item: (item[1].get("money", 0.0), item[0]))
        if abs(c.get("money", 0.0)) >= LEAST_GBP or abs(c.get("people", 0.0)) >= LEAST_FTE
    ]
    if not rows:
        return []
    return [
        Table(
            f"Practices that gain or lose by “{drawn_title(plan, grouping)}”, largest loss first",
            ("Practice", "Network payments a year (2022/23)", "Networks’ staff (FTE, June 2026)"),
            tuple(rows),
            note="A network’s total shared by patients, before and after. Changes of less than a pound a year and a hundredth of "
            "a post are left out. All changes add up to nought.",
        )
    ]


def _signed(change: float | None, sign: str, digits: int) -> str:
    if change is None:
        return "not published"
    return f"{'−' if change < 0 else '+'}{sign}{abs(change):,.{digits}f}"


def _visits(plan: Plan, code: str, name: str) -> list[Block]:
    """What each way of arranging home visits does to waits and to the hour in which ambulances are asked for."""
    table = plan.assessments["workforce"].tables.get("home_visits")
    if table is None or table.is_empty():
        return []
    ways = list(dict.fromkeys(table.select("arrangement", "title").iter_rows()))
    measures = ("home_visits_wait", "home_visits_peak", "home_visits_peak_share")
    rows = []
    for way, title in ways:
        wait, peak, share = (plan.figures[m, f"{code}:{way}"] for m in measures)
        rows.append(Row(title, (Shown(wait), Shown(peak), limits_text(peak, plan.cards[peak.measure]), Shown(share))))
    assumed = tuple(
        Row(p.title, (f"{v.value:g} {p.unit}", f"{v.reference} ({v.standing})"))
        for p in (load_parameter(n) for n in VISIT_PARAMETERS)
        for v in [p.on(plan.study.as_at)]
    )
    hours = "; ".join(
        f"from {h}:00 {100 * share:.0f}%" for h, share in load_definition("parameters", VISIT_HOURS)["hours"].items()
    )
    first, last = (plan.figures["home_visits_peak", f"{code}:{w}"] for w in (ways[0][0], ways[-1][0]))
    lower = first.value is not None and last.value is not None and last.value < first.value
    return [
        Subheading("Visiting earlier spreads the requests for ambulances" if lower else "Home visits and ambulances"),
        Paragraph(
            ("Simulated weekdays of ", name, ". After one round ", Shown(first), " requests fall in the busiest hour; "
             "visiting as requests come, ", Shown(last), ". It rests on assumptions: read the direction.")
        ),
        Chart(_visits_chart(table.to_dicts()), "Requests for an ambulance by hour in each arrangement; the busiest hours are in "
              "the table below",
              "Simulated. The axes start at nought. One visitor a practice; the same days of requests in each arrangement."),
        Table("Home visits by arrangement of the day", ("Arrangement", "Minutes until the visit", "Busiest hour’s requests",
              "95% of days", "its share of the day’s"), tuple(rows), text_columns=(0, 3)),
        Table("What the simulation rests on; a study can change each", ("Assumption or parameter", "Value", "Source"),
              (*assumed, Row("When requests come (assumed)", (hours, "no published source was read (assumption)"))),
              text_columns=(0, 1, 2)),
    ]  # fmt: skip


def _visits_chart(rows: list[dict[str, object]]) -> dict[str, object]:
    axis = {"gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272"}
    return {
        "$schema": VEGA_LITE, "config": CONFIG, "data": {"values": rows},
        "facet": {"row": {"field": "title", "type": "nominal", "sort": None, "title": None,
                          "header": {"labelAngle": 0, "labelAlign": "left", "labelOrient": "top"}}},
        "spec": {"width": 560, "height": 70, "mark": {"type": "bar", "color": BLUE},
                 "encoding": {"x": {"field": "hour", "type": "ordinal", "title": "hour beginning", "axis": {"labelAngle": 0}},
                              "y": {"field": "requests", "type": "quantitative", "title": "requests", "axis": axis}}},
    }  # fmt: skip


def _local(plan: Plan, code: str) -> list[Block]:
    vacancy = plan.figures["workforce_vacancy_rate", code]
    words: Words = (
        ("Of posts that the study’s register names, ", Shown(vacancy), " are vacant.")
        if vacancy.is_known
        else ("Vacancies are not published: enter them in the study’s table of vacancies.",)
    )
    return [
        Subheading("What is not known"),
        Bullets((words, ("Ages of GPs, nurses and managers by practice: not published.",))),
    ]


def _practices(plan: Plan, unit: Unit) -> list[Block]:
    if plan.study.edition == "public":
        return []
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    measures = ("gp_fte_per_10000", "workforce_gp_similar", "nurse_fte_per_10000", "direct_care_fte_per_10000",
                "workforce_participation", "workforce_clinicians_per_gp")  # fmt: skip
    rows = tuple(
        Row(place_name(names[p]), tuple(_cell(plan, m, p) for m in measures)) for p in unit.practices if p in names
    )
    return [
        Table(
            "Practices: staff (FTE) to 10,000 weighted patients",
            (
                "Practice",
                "GPs",
                "GPs, similar practices",
                "Nurses",
                "Direct care",
                "GPs’ working time",
                "Clinicians to a GP",
            ),
            rows,
            note="A practice whose return is blank, nought or implausible has no ratio: that is unknown, not nought.",
        )
    ]
