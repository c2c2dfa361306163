"""Neighbours: the share of a practice's present list that would arrive if another closed."""

import numpy as np
import polars as pl

from chesil.methods.exposure import received_if_closed
from chesil.place.place import Place

SCHEMA = {"practice_code": pl.String, "closing": pl.String, "patients": pl.Float64, "share_pct": pl.Float64}


def exposure_table(place: Place) -> pl.DataFrame:
    """One row a practice and neighbour: practice_code (who receives), closing, patients, share_pct of its list.

    Patients of the closing practice choose as the others of their small area do now. Both practices belong to the
    place; patients who would go beyond it are not lost but not listed. Shares under one per cent are left out. Empty
    where patients by area are not known.
    """
    flows = pl.concat(
        [t.select("practice_code", "lsoa11", "patients") for t in _flow_tables(place)], how="vertical_relaxed"
    )
    flows = flows.filter(pl.col("lsoa11").str.starts_with("E01") & (pl.col("patients") > 0))
    if flows.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    codes = flows["practice_code"].unique().sort()
    areas = flows["lsoa11"].unique().sort()
    found = received_if_closed(
        areas.search_sorted(flows["lsoa11"]).to_numpy().astype(np.int64),
        codes.search_sorted(flows["practice_code"]).to_numpy().astype(np.int64),
        flows["patients"].to_numpy().astype(np.float64),
    ).tocoo()
    sizes = place.practices.select("practice_code", pl.col("list_size").cast(pl.Float64))
    mine = sizes["practice_code"]
    return (
        pl.DataFrame(
            {"closing": codes.gather(found.row), "practice_code": codes.gather(found.col), "patients": found.data}
        )
        .filter(pl.col("closing").is_in(mine.implode()))
        .join(sizes, on="practice_code")
        .with_columns((100 * pl.col("patients") / pl.col("list_size")).alias("share_pct"))
        .filter(pl.col("share_pct") >= 1)
        .select(list(SCHEMA))
        .sort(["practice_code", "share_pct", "closing"], descending=[False, True, False])
    )


def _flow_tables(place: Place) -> list[pl.DataFrame]:
    tables = [place.registrations, place.registered_elsewhere, place.registered_beyond]
    return [t for t in tables if "lsoa11" in t.columns]
