"""The section on access: how far people travel and by what means, whose areas are far, and what they find there."""

from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from chesil.analyses.access.who import AGES, FIFTHS, LAND, WALK_MINUTES
from chesil.blueprint.access_blocks import (
    CONTACTS,
    cell,
    contacts,
    how,
    is_known,
    is_modelled,
    method_and_error,
    outreach,
    partners,
    public_range,
    ranged,
    rural_test,
    supply,
    worst_served,
)
from chesil.blueprint.atlas import make_atlas
from chesil.blueprint.charts import BLUE, CONFIG, GREY, INK, RULE, VEGA_LITE
from chesil.blueprint.document import (
    Block,
    Bullets,
    Chart,
    Map,
    Row,
    Section,
    Shown,
    Subheading,
    Table,
    Words,
)
from chesil.blueprint.map_svg import RAMP, Dot, draw_legend, draw_map
from chesil.blueprint.words import compared, limits_text, part_text, place_name
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.measures.computing import Unit
from chesil.place.catchments import areas_by_group
from chesil.place.outlines import group_outlines
from chesil.plan import ENGLAND, Plan

KEY, NAME = "access", "Access"
ON_FOOT = 30
"""Minutes on foot that the table of networks shows."""
MODES = (("drive", "by car"), ("cycle", "by cycle"), ("walk", "on foot"))
MAPS = (
    ("drive", (5, 10, 15, 20), "minutes by car, ", "modelled from distance round water"),
    ("walk", (10, 20, 30, 60), "minutes on foot, ", "at an assumed speed and detour"),
)
GROUPS = {
    "age": tuple(a[0] for a in AGES),
    "rurality": tuple(x[0] for x in LAND),
    **{k: v[2] for k, v in FIFTHS.items()},
}
TITLES = {
    "age": "By age",
    "rurality": "By kind of area",
    "deprivation": "By deprivation of the area (IMD 2025)",
    "carlessness": "By households without a car (2011)",
    "illness": "By long-term illness (2011)",
}


def of_place(plan: Plan) -> Section | None:
    """How far, who is far, the rural test, supply, what people find, and how it was worked out."""
    if "access" not in plan.assessments or not is_known(plan, "access_drive_nearest", plan.place.code):
        return None
    name = place_name(plan.place.name)
    blocks: list[Block] = [
        *_reach(plan, plan.place.code),
        *_maps(plan, None),
        *_networks(plan),
        *_who(plan, name),
        *rural_test(plan, name, plan.place.code),
        *worst_served(plan),
        *outreach(plan),
        *supply(plan),
        *contacts(plan),
        *partners(plan),
        *method_and_error(plan),
    ]
    return Section(KEY, NAME, _heading(plan, name), _lead(plan, name), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """How far the patients of a group travel beside the place's and England's, its map, its practices and contacts."""
    if "access" not in plan.assessments or not is_known(plan, "access_drive_nearest", unit.code):
        return None
    name, here = place_name(unit.name), place_name(plan.place.name)
    mine, whole = (plan.figure("access_drive_nearest", c) for c in (unit.code, plan.place.code))
    card = load_measure("access_drive_nearest")
    heading = f"{name}: the drive to the nearest surgery is {_longer(mine, whole, plan)} {here}’s"
    own = plan.figure("access_drive_own", unit.code)
    lead: tuple[Words, ...] = (
        ("To the nearest surgery it is ", Shown(mine), f" minutes by car for {name}’s patients ({limits_text(mine, card)}, "
         f"{how(plan, 'drive')}), against ", Shown(whole), f" for {here}’s."),
        ("To their own practice it is ", Shown(own), " minutes."),
    )  # fmt: skip
    blocks = [*_reach(plan, unit.code), *_maps(plan, unit), *rural_test(plan, name, unit.code), *_practices(plan, unit)]
    return Section(KEY, NAME, heading, lead, tuple(blocks))


def _longer(mine: Figure, other: Figure, plan: Plan) -> str:
    words = compared(mine, other, load_measure(mine.measure))
    return words.replace("higher", "longer").replace("lower", "shorter")


def _heading(plan: Plan, name: str) -> str:
    village = plan.figures.get(("access_group_drive", f"{plan.place.code}:rurality:village and dispersed"))
    town = plan.figures.get(("access_group_drive", f"{plan.place.code}:rurality:city and town"))
    if (
        village
        and town
        and village.value
        and town.value
        and village.lower
        and town.upper
        and village.lower > town.upper
    ):
        times = round(village.value / town.value)
        words = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}.get(times, "more than once")
        return f"People in {name}’s villages drive about {words} as long to a surgery as people in its towns"
    mine, england = (plan.figure("access_drive_nearest", c) for c in (plan.place.code, ENGLAND.upper()))
    return f"{name}: the drive to the nearest surgery is {_longer(mine, england, plan)} England’s"


def _lead(plan: Plan, name: str) -> tuple[Words, ...]:
    code, whole = plan.place.code, ENGLAND.upper()
    drive, england = plan.figure("access_drive_nearest", code), plan.figure("access_drive_nearest", whole)
    own, passing = plan.figure("access_drive_own", code), plan.figures.get(("access_pass_nearest", code))
    walk = (
        plan.figure("access_share_within", f"{code}:walk:{ON_FOOT}")
        if is_known(plan, "access_share_within", f"{code}:walk:{ON_FOOT}")
        else None
    )
    card = load_measure("access_drive_nearest")
    lead: list[Words] = [
        ("The nearest surgery is ", Shown(drive), f" minutes by car ({limits_text(drive, card)}) for {name}’s patients, "
         f"{_longer(drive, england, plan)} England’s ", Shown(england),
         ". These times are modelled, not taken from a road map." if is_modelled(plan, "drive")
         else " (modelled). The study’s own times are routed over roads."),
        ("To the practice that they are registered with it is ", Shown(own), " minutes; ",
         *((Shown(passing), " have a nearer one.") if passing and passing.is_known else ("some have a nearer one.",))),
    ]  # fmt: skip
    if walk is not None:
        lead.append(
            ("On foot, at an assumed speed, ", Shown(walk), " live within half an hour of a surgery "
             f"({limits_text(walk, load_measure('access_share_within'))}). "
             "Whether a bus goes is not known without a timetable, and nothing here says that one does."
             if not is_known(plan, "access_public_nearest", code)
             else "Minutes by public transport below are from the study’s timetable.")
        )  # fmt: skip
    people, minutes = plan.figures.get(("access_worst_people", code)), plan.figures.get(("access_worst_minutes", code))
    if people and minutes and minutes.is_known:
        lead.append(
            (
                Shown(people),
                " people live in the areas listed below as furthest, ",
                Shown(minutes),
                " minutes by car on average.",
            )
        )
    return tuple(lead)


def _reach(plan: Plan, code: str) -> list[Block]:
    columns = [(code, _name_of(plan, code))]
    if code != plan.place.code:
        columns.append((plan.place.code, place_name(plan.place.name)))
    columns.append((ENGLAND.upper(), "England"))
    rows = [
        Row(
            f"Minutes {words} to the nearest surgery",
            tuple(ranged(plan, f"access_{mode}_nearest", c) for c, _ in columns),
        )
        for mode, words in MODES
    ]
    rows.append(
        Row(
            "Minutes by public transport or walking, a range and no claim",
            tuple(public_range(plan, c) for c, _ in columns),
        )
    )
    if is_known(plan, "access_public_nearest", code):
        cells = tuple(ranged(plan, "access_public_nearest", c) for c, _ in columns)
        rows.append(Row("Minutes by public transport, from the study’s timetable", cells))
    rows += [
        Row("Minutes by car to the third nearest", tuple(ranged(plan, "access_drive_third", c) for c, _ in columns)),
        Row("Minutes by car to their own practice", tuple(ranged(plan, "access_drive_own", c) for c, _ in columns)),
    ]
    thresholds = sorted(
        {int(u.rsplit(":", 1)[1]) for m, u in plan.figures if m == "access_share_within" and u.startswith(f"{code}:")}
    )
    for mode, words in MODES:
        for minutes in thresholds:
            cells = tuple(ranged(plan, "access_share_within", f"{c}:{mode}:{minutes}") for c, _ in columns)
            rows.append(Row(f"Within {minutes} minutes {words}", cells))
    return [
        Subheading("How far the nearest surgery is, and their own"),
        Table(
            "Minutes and shares of patients, with 95% limits from the error of the times",
            ("", *(n for _, n in columns)),
            tuple(rows),
            note="Shares count each area by the chance that its true time is within the limit. Walking limits are wide "
            "because the speed is an assumption. Public transport: eight areas in ten so far off and on such land had a "
            "published time in this range in 2011; whether anything goes today is not known without a timetable.",
        ),
    ]


def _name_of(plan: Plan, code: str) -> str:
    figure = plan.figures["access_drive_nearest", code]
    return place_name(figure.unit_name)


def _maps(plan: Plan, unit: Unit | None) -> list[Block]:
    areas = plan.assessments["access"].tables["areas"]
    own = (
        sorted(areas_by_group(plan.place, "pcn").filter(pl.col("group_code") == unit.code)["lsoa11"])
        if unit is not None
        else areas["lsoa11"].to_list()
    )
    if not own:
        return []
    wanted = set(own)
    rings = {code: each for code, each in make_atlas(plan).rings.items() if code in wanted}
    outlines = group_outlines(rings, dict.fromkeys(rings, "all"))
    mine = areas.filter(pl.col("lsoa11").is_in(own))
    name = place_name(unit.name if unit is not None else plan.place.name)
    blocks: list[Block] = []
    for mode, cuts, by, modelled in MAPS if unit is None else MAPS[:1]:
        method = by + (modelled if is_modelled(plan, mode) else how(plan, mode))
        classes = {
            c: sum(m >= cut for cut in cuts) for c, m in mine.select("lsoa11", f"{mode}_minutes").iter_rows() if m < 1e6
        }
        people = [0] * len(RAMP)
        for code, residents in mine.select("lsoa11", "residents_2020").iter_rows():
            if code in classes:
                people[classes[code]] += residents or 0
        names = [
            f"under {cuts[0]}",
            *(f"{a} to {b}" for a, b in pairwise(cuts)),
            f"{cuts[-1]} and over",
        ]
        titles = {
            r["lsoa11"]: f"{r['area_name']} ({r['msoa_name']}): {r[f'{mode}_minutes']:.0f} minutes"
            for r in mine.iter_rows(named=True)
            if r["lsoa11"] in classes
        }
        text = f"Map of {name}’s small areas by {method}, to the nearest surgery, darker where further. The table "
        "gives people by class."
        svg = draw_map(
            rings=rings,
            classes=classes,
            titles=titles,
            outlines=outlines,
            dots=_surgeries(plan, mine),
            labels=[],
            text=text,
        )
        blocks += [
            Subheading(f"Where the nearest surgery is far: {method}"),
            Map(
                svg,
                draw_legend(people, names, f"Residents by {method.split(',')[0]}"),
                text,
                f"Shading: {method}, from the middle of each area’s population. Circles: surgeries. Hatched: no way without "
                "a ferry. Minutes are as expected; their limits are in the table of minutes.",
            ),
            Table(
                f"Residents by {method.split(',')[0]} to the nearest surgery",
                ("Minutes", "Residents of areas, mid-2020"),
                tuple(Row(n, (f"{p:,}",)) for n, p in zip(names, people, strict=True)),
            ),
        ]
    return blocks


def _surgeries(plan: Plan, areas: pl.DataFrame) -> list[Dot]:
    sites = plan.place.sites.filter(pl.col("status") == "open").drop_nulls(["easting", "northing"])
    middles = plan.place.areas.filter(pl.col("lsoa11").is_in(areas["lsoa11"].implode()))
    if middles.is_empty():
        return []
    margin = 3_000
    for column in ("easting", "northing"):
        low, high = int(middles[column].min()), int(middles[column].max())  # type: ignore[arg-type]
        sites = sites.filter(pl.col(column).is_between(low - margin, high + margin))
    return [
        Dot(e / 10, n / 10, 600, f"{place_name(title)} ({kind})")
        for e, n, title, kind in sites.select("easting", "northing", "site_name", "kind").iter_rows()
    ]


def _networks(plan: Plan) -> list[Block]:
    chart = _curve(plan)
    rows = []
    order = sorted(
        plan.pcns,
        key=lambda u: (
            -(plan.figures["access_drive_nearest", u.code].value or 0)
            if is_known(plan, "access_drive_nearest", u.code)
            else 0.0
        ),
    )
    for unit in order:
        cells = tuple(
            ranged(plan, m, unit.code) for m in ("access_drive_nearest", "access_drive_own", "access_drive_third")
        )
        cells += (ranged(plan, "access_share_within", f"{unit.code}:walk:{ON_FOOT}"), public_range(plan, unit.code))
        rows.append(Row(place_name(unit.name), cells, href=f"networks/{unit.code}.html"))
    blocks: list[Block] = [Subheading("How many people are within how many minutes"), chart]
    if rows:
        blocks.append(
            Table(
                "Networks, from the longest drive to the shortest",
                (
                    "Network",
                    "Nearest, by car",
                    "Own practice",
                    "Third nearest",
                    f"Within {ON_FOOT} minutes on foot",
                    "Bus or walk, a range",
                ),
                tuple(rows),
                note=f"Minutes by car, {how(plan, 'drive')}, with 95% limits. Bus or walk: no claim that a bus goes.",
            )
        )
    return blocks


def _curve(plan: Plan) -> Chart:
    table = plan.assessments["access"].tables["curve"]
    words = {mode: f"{w} ({how(plan, mode)})" for mode, w in MODES}
    values = [{"mode": words[m], "minutes": t, "share": round(s, 3)} for m, t, s in table.iter_rows()]
    axis = {"gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272"}
    colour = {
        "field": "mode",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(words.values()), "range": [BLUE, GREY, INK]},
        "legend": {"orient": "top", "symbolType": "stroke"},
    }
    specification = {
        "$schema": VEGA_LITE,
        "width": 560,
        "height": 240,
        "config": CONFIG,
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "line", "strokeWidth": 2},
                "encoding": {
                    "x": {
                        "field": "minutes",
                        "type": "quantitative",
                        "title": "minutes to the nearest surgery",
                        "axis": axis,
                    },
                    "y": {
                        "field": "share",
                        "type": "quantitative",
                        "title": "% of patients",
                        "axis": axis,
                        "scale": {"domain": [0, 100]},
                    },
                    "color": colour,
                    "strokeDash": {"field": "mode", "type": "nominal", "legend": None},
                },
            },
        ],
    }
    return Chart(
        specification,
        "Curves of the share of patients within each number of minutes of a surgery, by car, cycle and on foot; values at some "
        "of them are in the first table",
        "As expected with the error of the times, so the curves are smooth and cut nobody off at a whole minute.",
    )


def _who(plan: Plan, name: str) -> list[Block]:
    code = plan.place.code
    rows = []
    for kind, groups in GROUPS.items():
        for group in groups:
            unit = f"{code}:{kind}:{group}"
            drive = plan.figures.get(("access_group_drive", unit))
            if drive is None or not drive.is_known:
                continue
            people = part_text(drive.denominator)
            rows.append(
                Row(
                    f"{TITLES[kind]}: {group}",
                    (people, ranged(plan, "access_group_drive", unit), ranged(plan, "access_group_walk", unit)),
                )
            )
    slopes = [(k, plan.figures.get(("access_slope", f"{code}:{k}"))) for k in FIFTHS]
    lines: list[Words] = []
    for kind, slope in slopes:
        if slope is None or slope.value is None or slope.lower is None or slope.upper is None:
            continue
        first, last = FIFTHS[kind][2][0], FIFTHS[kind][2][-1]
        says = (
            "too close to call" if slope.lower <= 0 <= slope.upper
            else f"longer towards “{last}”" if slope.value > 0
            else f"longer towards “{first}”"
        )  # fmt: skip
        limits = limits_text(slope, load_measure("access_slope"))
        lines.append(
            (
                f"{TITLES[kind]}, from {first} to {last}, the drive changes by ",
                Shown(slope),
                f" minutes ({limits}): {says}.",
            )
        )
    blocks: list[Block] = [
        Subheading(f"Whose areas are far in {name}"),
        Table(
            f"People in areas of each kind: minutes by car to the nearest surgery, and share within {WALK_MINUTES} "
            f"minutes on foot",
            ("People in areas of", "People, mid-2020", "Minutes by car", "Within a walk"),
            tuple(rows),
            note="About people in areas of a kind, not about persons: a car-owner may live among people without one. "
            "Fifths are "
            "of England’s areas.",
        ),
    ]
    return [*blocks, Bullets(tuple(lines))] if lines else blocks


def _practices(plan: Plan, unit: Unit) -> list[Block]:
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    rows = _sorted_rows(plan, unit.practices, names)
    if not rows:
        return []
    return [
        Subheading("By practice"),
        Table(
            "Minutes by car for each practice’s patients, and contacts",
            ("Practice", "To their own", "To the nearest", *(t for _, t in CONTACTS[:3])),
            tuple(rows),
            note=f"Minutes {how(plan, 'drive')}, with 95% limits. Appointments of June to August 2026, where held.",
        ),
    ]


def _sorted_rows(plan: Plan, codes: Sequence[str], names: dict[str, str]) -> list[Row]:
    held = [c for c in codes if ("access_drive_own", c) in plan.figures]
    held.sort(key=lambda c: -(plan.figures["access_drive_own", c].value or 0))
    return [
        Row(
            f"{place_name(names.get(c, c))}",
            (
                ranged(plan, "access_drive_own", c),
                ranged(plan, "access_drive_nearest", c),
                *(cell(plan, m, c) for m, _ in CONTACTS[:3]),
            ),
        )
        for c in held
    ]
