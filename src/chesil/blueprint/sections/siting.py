"""The section on sites: how far people travel today, what fewer sites would cost whom, and an illustrated plan."""

from itertools import pairwise
from typing import Any

import polars as pl

from chesil.blueprint.document import (
    Block,
    Bullets,
    Chart,
    Map,
    Paragraph,
    Row,
    Section,
    Shown,
    Subheading,
    Table,
    Words,
)
from chesil.blueprint.map_svg import Dot, draw_legend, draw_map
from chesil.blueprint.sections.siting_charts import aims_chart, frontier_chart
from chesil.blueprint.sections.siting_tables import aims_table, closures_table, group_table, locality_table
from chesil.blueprint.words import limits_text, many, number, part_text, people, place_name
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.packs.pack import read_table
from chesil.place.outlines import area_rings
from chesil.plan import Plan

KEY, NAME = "siting", "Sites"
CLASSES = (0.5, 2.0, 5.0, 10.0)
"""Extra minutes at which the map's shades change."""
CLASS_NAMES = (
    "as today",
    f"up to {CLASSES[1]:g}",
    *(f"{low:g} to {high:g}" for low, high in pairwise(CLASSES[1:])),
    f"more than {CLASSES[-1]:g}",
)
AREAS_SHOWN = 12
WHOLE_POUNDS = 60.0
"""A price of deciding otherwise above this is in pounds: no mean way grows by an hour."""
STEP_MEASURES = (
    "siting_mean_minutes", "siting_people_further", "siting_no_car_further", "siting_extra_minutes", "siting_worst_extra",
    "siting_gap",
)  # fmt: skip
LOCALITY_MEASURES = ("siting_people_further", "siting_extra_minutes", "siting_worst_extra")
STEP_HEADS = (
    "Sites", "Mean minutes", "People who travel further", "of them in households without a car", "Their extra minutes",
    "Most extra minutes of any area", "Best possible is at most this much better",
)  # fmt: skip
ILLUSTRATION = (
    "A proposal is an illustration, not a decision: it shows what the fewest minutes ask for, and nothing of room, staff, "
    "leases, condition, patients’ wishes or safety."
)
DECISIONS = {"keep": "in the set", "close": "left out", "open": "opened", "extend": "in the set, extended"}
"""What a plan does with a site, in words that decide nothing."""


def of_place(plan: Plan) -> Section | None:
    """Today's journeys; the frontier, the illustrated plan and who loses by it where the study holds a proposal."""
    if "siting" not in plan.assessments:
        return None
    found, code, name = plan.assessments["siting"], plan.place.code, place_name(plan.place.name)
    mean, sites = (plan.figures[m, code] for m in ("siting_mean_minutes", "siting_sites"))
    lead: list[Words] = [
        (f"{name} has ", Shown(sites), f" {many(sites, 'site')} from which practices are known to work; people live ",
         *_with_limits(plan, mean), f" minutes from the nearest {found.about['mode']} on average."
         if mean.is_known else " from the nearest."),
    ]  # fmt: skip
    key = f"{code}:plan"
    if ("siting_people_further", key) not in plan.figures:
        blocks: list[Block] = [Bullets(tuple((w,) for w in found.warnings))] if found.warnings else []
        blocks.append(Paragraph(("No proposal of sites is in this study: `chesil propose sites` makes one.",), True))
        return Section(KEY, NAME, f"How far {name}’s people live from a surgery", tuple(lead), (*blocks, _today(plan)))
    lead += _lead_of_plan(plan, key)
    return Section(KEY, NAME, _heading(plan, name, key), tuple(lead), tuple(_blocks(plan, found.tables, name, key)))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """The group's sites and journeys today, and what each further closure among its own sites would cost whom."""
    if ("siting_sites", unit.code) not in plan.figures:
        return None
    name, code = place_name(unit.name), unit.code
    mean, sites = (plan.figures[m, code] for m in ("siting_mean_minutes", "siting_sites"))
    lead: list[Words] = [
        (f"{name} has ", Shown(sites), f" {many(sites, 'site')}; people where most of its patients live are ",
         *_with_limits(plan, mean), " minutes from the nearest site of any practice, on average."),
    ]  # fmt: skip
    steps = _steps_of(plan, code)
    if len(steps) < 2:
        return Section(KEY, NAME, f"{name}’s sites and the way to them", tuple(lead), ())
    today, fewer = steps[0], steps[1]
    lost = plan.figures["siting_people_further", fewer]
    lead.append(
        ("With one site fewer, chosen so that people travel least and with all sites elsewhere kept, ", _people(lost),
         " people would have a longer way, by ", Shown(plan.figures["siting_extra_minutes", fewer]), " minutes on average.")
        if lost.value != 0 else
        ("One site could close without anybody’s nearest site being farther: others stand beside it.",)
    )  # fmt: skip
    heading = (
        f"One site fewer in {name} would lengthen the way of {people(lost.value, modelled=True) if lost.value else 'some'} people"
        if lost.value != 0 else f"{name} could have one site fewer with no longer way for anybody"
    )  # fmt: skip
    caption = f"{name}: fewer of its own sites, all others staying open"
    blocks: list[Block] = [_step_table(plan, [today, *steps[1:]], caption)]
    tables = plan.assessments["siting"].tables
    if "closures" in tables:
        own = tables["closures"].filter(pl.col("locality") == code)
        caption = f"{name}: what each further closure costs whom"
        told = closures_table(own, caption, named=plan.study.edition != "public") if own.height else None
        blocks += [told] if told is not None else []
    return Section(KEY, NAME, heading, tuple(lead), (*blocks, Paragraph((ILLUSTRATION,), True)))


def _heading(plan: Plan, name: str, key: str) -> str:
    lost, everyone = plan.figures["siting_people_further", key], plan.figures["siting_people_further", key].denominator
    sites = plan.figures["siting_sites", key].value or 0.0
    if not lost.is_known:
        return f"What fewer sites would ask of {name}’s people"
    if not lost.value or not everyone:
        return f"{name} could have fewer sites with no longer way for anybody"
    share = number(100 * lost.value / everyone, plan.cards["share_65_plus"]).split(".")[0].rstrip("%")
    return f"With {sites:,.0f} sites, {share}% of {name}’s people would have a longer way to the nearest"


def _lead_of_plan(plan: Plan, key: str, rule: str = "") -> list[Words]:
    f = {m: plan.figures[m, key] for m in ("siting_sites", *STEP_MEASURES)}
    rule = rule or plan.assessments["siting"].about["rule"]
    lost: Words = (
        ("Under an illustrated plan of ", Shown(f["siting_sites"]), f" {_sites(f)} ({rule}), ",
         _people(f["siting_people_further"]),
         " people would have a longer way, by ", Shown(f["siting_extra_minutes"]), " minutes on average and up to ",
         Shown(f["siting_worst_extra"]), "; about ", _people(f["siting_no_car_further"]),
         " of them live in households without a car.")
        if f["siting_people_further"].value != 0 else
        ("Under an illustrated plan of ", Shown(f["siting_sites"]),
         f" {_sites(f)} ({rule}) nobody’s nearest site would be farther.")
    )  # fmt: skip
    gap = f["siting_gap"]
    mean: Words = (
        "The mean way would be ", *_with_limits(plan, f["siting_mean_minutes"]), " minutes. ",
        *(("No plan of as many sites under the same rules has a total way more than ", Shown(gap), " shorter.")
          if gap.is_known else ("How near it is to the best is not proved.",)),
    )  # fmt: skip
    words: list[Words] = [lost, mean]
    always = plan.figures.get(("siting_sites_always_kept", key))
    if always is not None and always.is_known:
        words.append(
            ("Counted by other modes, people and weights and with travel errors drawn at random, ", Shown(always),
             " of the plan’s sites are chosen every time"
             + ("." if (always.value or 0) >= 100 else "; the others depend on how one counts."))
        )  # fmt: skip
    words.append((ILLUSTRATION,))
    return words


def _blocks(plan: Plan, tables: Any, name: str, key: str) -> list[Block]:
    blocks: list[Block] = [Subheading("Who would travel further"), *_who_loses(plan, tables, "Illustrated plan", name)]
    blocks += [Subheading("What each number of sites would ask of people"), *_of_frontier(plan, tables, name, key)]
    if "aims" in tables:
        blocks += [
            Subheading("Cost, the longest way and the mean way against each other"),
            *_of_aims(plan, tables, name),
        ]
    if plan.study.edition != "public":
        blocks += [Subheading("What the plan does with each site"), _decisions(tables["decisions"])]
    blocks.append(_localities(plan))
    switch = plan.figures.get(("siting_switch", key))
    if switch is not None and switch.is_known:
        blocks.append(
            Paragraph(
                ("The second-best plan would be the best if the ways to the sites that it alone opens were ", Shown(switch),
                 " shorter: where that is little, other reasons should decide.")
            )
        )  # fmt: skip
    blocks += _other_proposals(plan, tables, name)
    notes = plan.assessments["siting"].warnings
    return [*blocks, Bullets(tuple((w,) for w in notes))] if notes else blocks


def _who_loses(plan: Plan, tables: Any, what: str, name: str, of: str = "") -> list[Block]:
    """A plan's map, the areas and localities that lose most, and the groups in need; `of` is the ending of its tables."""
    blocks: list[Block] = []
    further = tables[f"further{of}"]
    if plan.study.edition != "public":
        blocks.append(_map(further, tables[f"decisions{of}"], name, what))
    if (further["extra_minutes"] > CLASSES[0]).any():
        blocks.append(_further(further, what))
        blocks.append(group_table(tables[f"by_group{of}"], what))
        by_locality = locality_table(tables[f"by_locality{of}"], what)
        blocks += [by_locality] if by_locality is not None else []
    return blocks


def _of_frontier(plan: Plan, tables: Any, name: str, key: str) -> list[Block]:
    code = plan.place.code
    frontier = tables["frontier"].filter(pl.col("locality") == code)
    planned = plan.figures["siting_sites", key].value or 0.0
    blocks: list[Block] = [
        Chart(
            frontier_chart(frontier, planned),
            f"Mean minutes to the nearest site by number of sites in {name}; the table below holds some of the points",
            "Each point is the set of that many sites with the least total way, proved to the gap in the table; some carry "
            "their number of sites and minutes. The diamond is the illustrated plan. Minutes are modelled.",
        ),
        _step_table(plan, [*_steps_of(plan, code), key], f"{name}: steps of the frontier"),
    ]  # fmt: skip
    if "closures" in tables:
        own = tables["closures"].filter(pl.col("locality") == "")
        caption = f"{name}: what each further closure costs whom, from today’s sites to the illustrated plan’s"
        lost = closures_table(own, caption, named=False, to=int(planned)) if own.height else None
        blocks += [lost] if lost is not None else []
    return blocks


def _of_aims(plan: Plan, tables: Any, name: str) -> list[Block]:
    points = tables["aims"]
    return [
        Chart(
            aims_chart(points),
            f"Mean minutes against cost and against the longest way in {name}, a line for each number of sites; the table below "
            "holds the points",
            "Each point is a plan of least total way for its number of sites, cost and longest way; a line joins those that no "
            "other of as many sites beats in that picture. Modelled minutes; costs as said below the table.",
        ),
        aims_table(points, name),
    ]


def _other_proposals(plan: Plan, tables: Any, name: str) -> list[Block]:
    """Every further proposal of sites in the study: what it does, and who loses by it."""
    about = plan.assessments["siting"].about
    blocks: list[Block] = []
    for said in sorted(k for k in about if k.startswith("title_of_")):
        other = said.removeprefix("title_of_")
        key = f"{plan.place.code}:plan-{other}"
        if ("siting_people_further", key) not in plan.figures:
            continue
        title = about[said] or other
        lead = _lead_of_plan(plan, key, about[f"rule_of_{other}"])[:-1]
        blocks += [
            Subheading(title),
            *(Paragraph(w) for w in lead),
            *_who_loses(plan, tables, title, name, f"_of_{other}"),
        ]
        if plan.study.edition != "public":
            blocks.append(_decisions(tables[f"decisions_of_{other}"]))
    return blocks


def _map(further: pl.DataFrame, decisions: pl.DataFrame, name: str, what: str) -> Map:
    inside = pl.col("lsoa11").is_in(further["lsoa11"].implode())
    rings = area_rings(read_table("area_boundaries", where=inside))
    classes = {a: sum(m > cut for cut in CLASSES) for a, m in further.select("lsoa11", "extra_minutes").iter_rows()}
    titles = {
        r["lsoa11"]: f"{r['area_name']}: {r['now_minutes']:.0f} minutes now, {r['then_minutes']:.0f} in the plan"
        for r in further.iter_rows(named=True)
    }
    dots = [
        Dot(
            r["easting"] / 10,
            r["northing"] / 10,
            0,
            f"{place_name(r['site_name'])}: {DECISIONS[r['decision']]}",
            r["decision"],
        )
        for r in decisions.iter_rows(named=True)
        if r["decision"] != "leave"
    ]
    counts = [0] * len(CLASS_NAMES)
    for area, residents in further.select("lsoa11", "people").iter_rows():
        counts[classes[area]] += round(residents, -1)
    counts = [int(c) for c in counts]
    kinds = decisions["decision"].value_counts()
    by_kind = dict(kinds.iter_rows())
    text = (
        f"Map of {name} under the plan ({what}): {by_kind.get('keep', 0) + by_kind.get('extend', 0)} sites kept, "
        f"{by_kind.get('close', 0)} left out, {by_kind.get('open', 0)} opened; areas darker where the way grows more. The "
        "tables below give the areas and the sites."
    )
    svg = draw_map(rings=rings, classes=classes, titles=titles, outlines={}, dots=dots, labels=[], text=text)
    legend = draw_legend(counts, CLASS_NAMES, "People by extra minutes to the nearest site")
    return Map(svg, legend, text, "Black discs: sites kept. Crosses: sites it leaves out. Squares: opened or extended. "
               "Shading: extra minutes to the nearest site, modelled. Areas: LSOA 2011 (ONS).")  # fmt: skip


def _further(further: pl.DataFrame, what: str) -> Table:
    rows = tuple(
        Row(r["area_name"], (people(r["people"]), f"{r['now_minutes']:.1f}", f"{r['then_minutes']:.1f}",
                             f"{r['extra_minutes']:.1f}", _share(r["no_car_share"], "not known")))
        for r in further.head(AREAS_SHOWN).iter_rows(named=True)
        if r["extra_minutes"] > CLASSES[0]
    )  # fmt: skip
    return Table(
        f"{what}: areas that would lose most, longest extra way first",
        ("Area", "People", "Minutes now", "In the plan", "Extra", "Households without a car (2011)"),
        rows,
        note="Minutes to the nearest site of any practice, modelled. No area’s nearest site comes nearer where none is opened.",
    )


def _steps_of(plan: Plan, code: str) -> list[str]:
    """The units of a place's or group's steps, most sites first."""
    begins = f"{code}:"
    found = {
        int(rest): u
        for m, u in plan.figures
        if m == "siting_people_further" and u.startswith(begins)
        and (rest := u.removeprefix(begins).removesuffix("-sites")).isdigit()
    }  # fmt: skip
    return [found[n] for n in sorted(found, reverse=True)]


def _step_table(plan: Plan, units: list[str], caption: str) -> Table:
    rows = []
    last = plan.figures["siting_sites", units[-1]].value if units[-1].endswith(":plan") else None
    for unit in units:
        if not unit.endswith(":plan") and plan.figures["siting_sites", unit].value == last:
            continue  # the plan's own row stands for it
        sites = plan.figures["siting_sites", unit]
        cells = tuple(
            _people(plan.figures[m, unit]) if "further" in m else _shown(plan.figures[m, unit]) for m in STEP_MEASURES
        )
        label = part_text(sites.value) + (", illustrated plan" if unit.endswith(":plan") else "")
        rows.append(Row(label, cells))
    return Table(caption, STEP_HEADS, tuple(rows),
                 note="Further: by more than half a minute than to today’s nearest site. People to the nearest ten.")  # fmt: skip


def _decisions(decisions: pl.DataFrame) -> Table:
    """Sites left out or opened first, then those kept, with how often re-runs choose them again."""
    order = {"close": 0, "open": 1, "extend": 2, "keep": 3}
    rows = [
        r
        for r in decisions.iter_rows(named=True)
        if r["decision"] in order and (r["decision"] != "keep" or (r["kept_in"] or 0.0) < 1)
    ]
    always = decisions.filter((pl.col("decision") == "keep") & (pl.col("kept_in") >= 1)).height
    rows.sort(key=lambda r: (order[r["decision"]], r["kept_in"] if r["kept_in"] is not None else 0.0, r["code"]))
    return Table(
        "Sites that the illustrated plan leaves out or opens, then those it keeps in some re-runs and not in others",
        ("Site", "Code", "In the plan", "Open in re-runs", "Deciding otherwise would add"),
        tuple(
            Row(place_name(r["site_name"]),
                (r["code"], DECISIONS[r["decision"]], _share(r["kept_in"]), _otherwise(r["otherwise"])))
            for r in rows
        ),
        text_columns=(0, 1, 2),
        note=f"Kept in every re-run and not listed: {always}. Where two surgeries share a building or "
        "stand beside each other, which of them it leaves out is arbitrary. Deciding otherwise: by how much everybody’s mean "
        "way to the nearest grows (or the cost, where least cost is the aim) under the best plan that decides otherwise about "
        "that one site: so far must its own worth move before the answer changes.",
    )  # fmt: skip


def _otherwise(value: float | None) -> str:
    """What the best plan costs more that decides otherwise about a site: a mean way in seconds, or pounds a year."""
    if value is None:
        return "not tried"
    if value >= WHOLE_POUNDS:
        return f"£{value:,.0f} a year"
    return f"{60 * value:.1f} seconds" if 60 * value >= 0.05 else "nothing"


def _localities(plan: Plan) -> Table:
    """What one site fewer would cost in each locality, those that lose most first."""
    rows = []
    for (measure, code), figure in plan.figures.items():
        if measure != "siting_sites" or ":" in code.removeprefix("study:") or code == plan.place.code:
            continue
        steps = _steps_of(plan, code)
        if len(steps) > 1:
            rows.append((figure, steps[1]))
    rows.sort(key=lambda r: (-(plan.figures["siting_people_further", r[1]].value or 0.0), r[0].unit_code))
    return Table(
        "One site fewer, locality by locality: who would have a longer way, most people first",
        ("Locality", "Sites today", "People who travel further", "Their extra minutes", "Most extra minutes of any area"),
        tuple(
            Row(place_name(f.unit_name), (Shown(f), *(_people(plan.figures[m, u]) if "people" in m else _shown(plan.figures[m, u])
                                                      for m in LOCALITY_MEASURES)))
            for f, u in rows
        ),
        note="The site is the one whose closing adds least to the total way, all sites elsewhere staying open.",
    )  # fmt: skip


def _today(plan: Plan) -> Table:
    rows = []
    for (measure, code), figure in plan.figures.items():
        if measure == "siting_sites" and code != plan.place.code:
            rows.append((plan.figures["siting_mean_minutes", code], figure))
    rows.sort(key=lambda r: (-(r[0].value or 0.0), r[0].unit_code))
    rows.append((plan.figures["siting_mean_minutes", plan.place.code], plan.figures["siting_sites", plan.place.code]))
    return Table(
        "Sites and the way to the nearest today, longest first",
        ("Locality", "Sites", "Mean minutes to the nearest of any practice"),
        tuple(
            Row(place_name(m.unit_name), (Shown(s), Shown(m)), is_total=m.unit_code == plan.place.code) for m, s in rows
        ),
    )


def _shown(figure: Figure) -> "str | Shown":
    return "none" if figure.reason == "nobody travels further" else Shown(figure)


def _sites(figures: dict[str, Figure]) -> str:
    return "site" if figures["siting_sites"].value == 1 else "sites"


def _share(value: float | None, unknown: str = "") -> str:
    return unknown if value is None else f"{100 * value:.0f}%"


def _people(figure: Figure) -> Shown:
    return Shown(figure, people(figure.value, modelled=True)) if figure.value is not None else Shown(figure)


def _with_limits(plan: Plan, figure: Figure) -> Words:
    card = plan.cards[figure.measure]
    if not figure.is_known or figure.lower is None:
        return (Shown(figure),)
    return (Shown(figure, f"{number(figure.value, card)} ({limits_text(figure, card)})"),)
