"""Maps of a plan: areas by deprivation, surgeries by list size, networks by where their patients live."""

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from chesil.blueprint.document import Map
from chesil.blueprint.map_svg import RAMP, Dot, Label, draw_legend, draw_map
from chesil.blueprint.shadings import census_shadings
from chesil.blueprint.words import place_name
from chesil.packs.pack import read_table
from chesil.place.catchments import areas_by_group
from chesil.place.outlines import Ring, area_rings, group_outlines
from chesil.place.place import plain_name
from chesil.plan import Plan

SCORE = "imd_score_2025"
SHADE = "Deprivation, 2025"
CLASS_NAMES = ("least deprived fifth", "second", "middle", "fourth", "most deprived fifth")


@dataclass(frozen=True)
class Atlas:
    """What the maps of one plan share: rings, classes, owners of areas, outlines of networks."""

    rings: dict[str, list[Ring]]
    classes: dict[str, int]
    titles: dict[str, str]
    owner: dict[str, str]
    outlines: dict[str, list[Ring]]
    residents: dict[str, int]
    centres: dict[str, tuple[int, int]]
    dots: dict[str, list[Dot]]
    drawn: dict[str, dict[str, list[Ring]]]
    places: list[Label]


@dataclass(frozen=True)
class DrawnMap:
    """A map with the finding that stands over it."""

    heading: str
    map: Map


@lru_cache(maxsize=2)
def make_atlas(plan: Plan) -> Atlas:
    """Gather what the maps need, once a plan; classes are fifths of England's areas by deprivation score."""
    place = plan.place
    areas = place.areas
    edges = read_table("area_deprivation", [SCORE])[SCORE].quantile
    cuts = [edges(q, interpolation="linear") for q in (0.2, 0.4, 0.6, 0.8)]
    classes = {
        c: sum(s > cut for cut in cuts if cut is not None)
        for c, s in areas.select("lsoa11", SCORE).iter_rows()
        if s is not None
    }
    inside = pl.col("lsoa11").is_in(areas["lsoa11"].implode())
    rings = area_rings(read_table("area_boundaries", where=inside))
    owner = dict(areas_by_group(place, "pcn").iter_rows())
    names = {u.code: place_name(u.name) for u in plan.pcns}
    titles = {
        r["lsoa11"]: f"{r['area_name']} ({r['msoa_name']}): score {r[SCORE]:.1f}, "
        f"{CLASS_NAMES[classes[r['lsoa11']]]} of England; most people registered with "
        f"{names.get(owner.get(r['lsoa11'], ''), 'practices outside')}"
        for r in areas.drop_nulls(SCORE).iter_rows(named=True)
    }
    return Atlas(
        rings=rings,
        classes=classes,
        titles=titles,
        owner=owner,
        outlines=group_outlines(rings, owner),
        residents=dict(areas.select("lsoa11", "residents_2020").iter_rows()),
        centres={c: (e // 10, n // 10) for c, e, n in areas.select("lsoa11", "easting", "northing").iter_rows()},
        dots=_dots(plan),
        drawn=_drawn(plan, rings),
        places=_places(areas),
    )


def _drawn(plan: Plan, rings: dict[str, list[Ring]]) -> dict[str, dict[str, list[Ring]]]:
    """Outlines that a reader may ask for beside the networks': councils, and each grouping that the study draws."""
    found = {}
    councils = dict(plan.place.areas.select("lsoa11", "ltla24").drop_nulls().iter_rows())
    if len(set(councils.values())) > 1:
        found["Councils"] = group_outlines(rings, councils)
    grouping = plan.assessments.get("grouping")
    if grouping is None or "owners" not in grouping.tables:
        return found
    for name, proposal in plan.study.proposals.items():
        owner = {a: g for p, a, g in grouping.tables["owners"].iter_rows() if p == name and a in rings}
        if owner:
            found[proposal.title] = group_outlines(rings, owner)
    return found


def drawn_title(plan: Plan, grouping: str) -> str:
    """The title of the proposal whose groups a study draws, or the grouping's own name."""
    titles = {plain_name(p.title): p.title for p in plan.study.proposals.values()}
    return titles.get(grouping, grouping)


def _places(areas: pl.DataFrame) -> list[Label]:
    """Names of neighbourhoods (middle-layer areas) at the middle of their people, the most populous first."""
    people = pl.col("residents_2020").fill_null(0)
    middles = (
        areas.drop_nulls(["msoa_name", "easting", "northing"])
        .group_by("msoa_name")
        .agg(
            people.sum().alias("people"),
            ((pl.col("easting") * people).sum() / people.sum() / 10).alias("east"),
            ((pl.col("northing") * people).sum() / people.sum() / 10).alias("north"),
        )
        .filter(pl.col("people") > 0)
        .sort(["people", "msoa_name"], descending=[True, False])
    )
    return [Label(e, n, name) for name, _, e, n in middles.iter_rows()]


def _dots(plan: Plan) -> dict[str, list[Dot]]:
    dots: dict[str, list[Dot]] = {}
    for r in plan.place.practices.drop_nulls("easting").iter_rows(named=True):
        title = f"{place_name(r['practice_name'])}, {r['postcode']}: {r['list_size']:,} patients"
        dot = Dot(r["easting"] / 10, r["northing"] / 10, r["list_size"], title)
        dots.setdefault(r["pcn_code"] or "", []).append(dot)
    return dots


def map_of_place(plan: Plan, atlas: Atlas) -> DrawnMap:
    """The map of the whole place, with every network's outline and name."""
    by_size = sorted(plan.pcns, key=lambda u: (-(plan.figures["list_size", u.code].value or 0), u.code))
    labels = [Label(*_centre(atlas, u.code), place_name(u.name)) for u in by_size if _own(atlas, u.code)]
    name = place_name(plan.place.name)
    worst = sum(atlas.residents[a] for a, c in atlas.classes.items() if c == len(RAMP) - 1)
    text = (
        f"Map of {name}'s small areas by deprivation, darker where more deprived, with surgeries as circles sized by "
        f"list. {worst:,} residents live in areas of England's most deprived fifth. The table below gives the networks."
    )
    svg = draw_map(
        rings=atlas.rings,
        classes=atlas.classes,
        titles=atlas.titles,
        outlines=atlas.outlines,
        dots=[d for own in atlas.dots.values() for d in own],
        labels=labels,
        text=text,
        lines="Networks",
        more_lines=atlas.drawn,
        places=atlas.places,
    )
    heading = (
        f"{f'{worst:,} people' if worst else 'No one'} in {name} {'live' if worst else 'lives'} in the most deprived fifth "
        "of England’s areas"
    )
    legend, shadings = _legend(atlas, list(atlas.rings)), census_shadings(atlas.rings, atlas.residents)
    return DrawnMap(heading, Map(svg, legend, text, _caption(plan), SHADE, shadings))


def map_of_network(plan: Plan, atlas: Atlas, code: str) -> DrawnMap:
    """A closer map: the areas most of whose registered people use the network, among their neighbours."""
    own = _own(atlas, code)
    faded = frozenset(atlas.rings) - set(own) if own else frozenset()
    near = _near(atlas, own) if own else set(atlas.rings)
    rings = {a: r for a, r in atlas.rings.items() if a in near}
    name = next(place_name(u.name) for u in plan.pcns if u.code == code)
    people = sum(atlas.residents[a] for a in own)
    text = f"Map of the {len(own)} small areas in which most registered people use {name}; {people:,} residents."
    svg = draw_map(
        rings=rings,
        classes=atlas.classes,
        titles=atlas.titles,
        outlines={code: atlas.outlines.get(code, [])},
        dots=atlas.dots.get(code, []),
        labels=[],
        text=text,
        faded=faded & set(rings),
        lines="Network",
        places=[p for p in atlas.places if _stands_in(p, rings)],
    )
    return DrawnMap("Where its patients live", Map(svg, _legend(atlas, own), text, f"{text} {_caption(plan)}", SHADE))


def _stands_in(label: Label, rings: dict[str, list[Ring]]) -> bool:
    """Whether a name stands within the frame of some outlines."""
    corners = [corner for own in rings.values() for ring in own for corner in ring]
    east, north = ([c[k] for c in corners] for k in (0, 1))
    return min(east) < label.easting_10m < max(east) and min(north) < label.northing_10m < max(north)


def _own(atlas: Atlas, code: str) -> list[str]:
    return sorted(a for a, g in atlas.owner.items() if g == code)


def _near(atlas: Atlas, own: list[str]) -> set[str]:
    east = [atlas.centres[a][0] for a in own]
    north = [atlas.centres[a][1] for a in own]
    reach = max(max(east) - min(east), max(north) - min(north)) * 0.35 + 150
    return set(own) | {
        a
        for a, (x, y) in atlas.centres.items()
        if min(east) - reach < x < max(east) + reach and min(north) - reach < y < max(north) + reach
    }


def _centre(atlas: Atlas, code: str) -> tuple[float, float]:
    own = _own(atlas, code)
    people = sum(atlas.residents[a] for a in own) or 1
    return (
        sum(atlas.centres[a][0] * atlas.residents[a] for a in own) / people,
        sum(atlas.centres[a][1] * atlas.residents[a] for a in own) / people,
    )


def _legend(atlas: Atlas, areas: list[str]) -> str:
    counts = [sum(atlas.residents[a] for a in areas if atlas.classes.get(a) == k) for k in range(len(RAMP))]
    return draw_legend(counts, CLASS_NAMES, "Residents of mid-2020 by fifth of England’s areas (IMD 2025)")


def _caption(plan: Plan) -> str:
    how = "projected from July 2022" if plan.place.registrations_are == "projected" else "as published for July 2022"
    return (
        "Shading: Index of Multiple Deprivation 2025, brought to LSOA 2011. Circles: surgeries’ main sites, by list size. "
        f"Lines: networks, by where most registered people of an area are registered ({how}). Source: MHCLG, NHS England, ONS."
    )
