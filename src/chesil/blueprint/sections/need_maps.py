"""The map of the section on need: where residents with several conditions are more or fewer than in England."""

from itertools import pairwise

import polars as pl

from chesil.blueprint.document import Map
from chesil.blueprint.map_svg import draw_legend, draw_map
from chesil.blueprint.sections.need_words import place_words
from chesil.packs.pack import read_table
from chesil.place.catchments import areas_by_group
from chesil.place.outlines import area_rings, group_outlines
from chesil.plan import Plan

LEVEL = 3
CUTS = (0.7, 1.0, 1.25, 1.4)
NAMES = (
    f"under {CUTS[0]:g}",
    *(f"{low:g} to {high:g}" for low, high in pairwise(CUTS)),
    f"{CUTS[-1]:g} and over",
)


def map_of_need(plan: Plan) -> list[Map]:
    """Small areas by their modelled share of people with several conditions over England's; hatched where withheld."""
    table = plan.assessments["need"].tables["pyramid_areas"].filter(pl.col("level") == LEVEL)
    if table.height < 2 or plan.place.kind == "england":
        return []
    level = plan.assessments["need"].tables["pyramid"].filter(pl.col("level") == LEVEL)["level_name"][0]
    inside = pl.col("lsoa11").is_in(plan.place.areas["lsoa11"].implode())
    rings = area_rings(read_table("area_boundaries", where=inside))
    names = dict(
        plan.place.areas.select(
            "lsoa11", pl.concat_str("area_name", pl.lit(" ("), "msoa_name", pl.lit(")"))
        ).iter_rows()
    )
    residents = dict(plan.place.areas.select("lsoa11", "residents_2020").iter_rows())
    classes, titles = {}, {}
    for r in table.iter_rows(named=True):
        label = names.get(r["lsoa11"]) or r["lsoa11"]
        if r["withheld"]:
            titles[r["lsoa11"]] = (
                f"{label}: band too wide ({r['ratio_lower']:.2f} to {r['ratio_upper']:.2f} times England's share)"
            )
            continue
        classes[r["lsoa11"]] = sum(r["ratio"] >= cut for cut in CUTS)
        titles[r["lsoa11"]] = (
            f"{label}: {r['ratio']:.2f} times England's share ({r['ratio_lower']:.2f} to {r['ratio_upper']:.2f})"
        )
    people = [sum(residents[a] for a, c in classes.items() if c == k) for k in range(len(NAMES))]
    hatched = sum(residents[a] for a in titles if a not in classes)
    outlines = group_outlines(rings, dict(areas_by_group(plan.place, "pcn").iter_rows()))
    name = place_words(plan)
    text = (
        f"Map of {name}'s small areas by the modelled share of residents with “{level.lower()}” over England's. Areas home to "
        f"{hatched:,} residents are hatched: their band is wider than their difference from England. The table of networks "
        "gives shares."
    )
    svg = draw_map(rings=rings, classes=classes, titles=titles, outlines=outlines, dots=[], labels=[], text=text)
    legend = draw_legend(people, NAMES, "Residents of mid-2020 by times England's share (areas that can be told apart)")
    caption = f"{text} Lines: networks. Modelled from ages of mid-2020 and the registers of the practices used; ONS, NHS England."
    return [Map(svg, legend, text, caption)]
