"""The gazetteer: names and postcodes of a place's small areas, so that a reader of the web page can find their own."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from chesil.blueprint.words import place_name
from chesil.place.catchments import areas_by_group
from chesil.place.postcode_origins import postcode_origins
from chesil.plan import Plan

UNIT = 2
"""Letters of a postcode after its sector: DT1 1 and AA."""


def make_gazetteer(plan: Plan) -> dict[str, Any]:
    """Small areas by code as [name, neighbourhood, code of the network that most there use, postcodes], and networks' names.

    Postcodes are packed by sector, the last two letters of each in a row: `DT1 1=AAABAD;DT1 2=JS`. An outline is
    generalised, so a postcode near a border may be given to the neighbour; see `postcode_origins`.
    """
    areas = plan.place.areas.select("lsoa11", "area_name", "msoa_name").sort("lsoa11")
    postcodes = _packed(postcode_origins(areas["lsoa11"].to_list()))
    owner = dict(areas_by_group(plan.place, "pcn").iter_rows())
    return {
        "areas": {c: [n, m or "", owner.get(c, ""), postcodes.get(c, "")] for c, n, m in areas.iter_rows()},
        "networks": {u.code: place_name(u.name) for u in plan.pcns},
    }


def _packed(origins: pl.DataFrame) -> Mapping[str, str]:
    split = origins.sort("lsoa11", "code").select(
        "lsoa11",
        pl.col("code").str.head(-UNIT).alias("sector"),
        pl.col("code").str.tail(UNIT).alias("unit"),
    )
    by_sector = split.group_by("lsoa11", "sector", maintain_order=True).agg(pl.col("unit").str.join(""))
    texts = by_sector.select("lsoa11", (pl.col("sector") + "=" + pl.col("unit")).alias("text"))
    return dict(texts.group_by("lsoa11", maintain_order=True).agg(pl.col("text").str.join(";")).iter_rows())
