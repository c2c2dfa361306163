"""The profile: registered and resident people side by side, reconciled, and areas whose difference has a cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.need.settings import BANDS, NeedSettings
from chesil.definitions import load_definition
from chesil.measures.computing import Unit
from chesil.place.place import Place

Array = NDArray[np.float64]
AGES = [f"age_{a}" for a in range(91)]


@dataclass(frozen=True)
class Reconciliation:
    """Where the people of a list live: in the place's areas, in other English areas, beyond England, in no known area."""

    inside: int
    beyond: int
    outside_england: int
    unknown: int

    @property
    def total(self) -> int:
        return self.inside + self.beyond + self.outside_england + self.unknown


def reconcile(place: Place, units: Sequence[Unit]) -> dict[str, Reconciliation]:
    """Each unit's list by where its patients live; empty where patients by area are not known at the vintage."""
    if place.registrations.is_empty():
        return {}
    where = (
        pl.when(pl.col("lsoa11").is_in(place.areas["lsoa11"].implode())).then(pl.lit("inside"))
        .when(pl.col("lsoa11").str.starts_with("E01")).then(pl.lit("beyond"))
        .when(pl.col("lsoa11").str.starts_with("NO")).then(pl.lit("unknown"))
        .otherwise(pl.lit("outside_england"))
    )  # fmt: skip
    counts = (
        place.registrations.with_columns(where.alias("where"))
        .group_by("practice_code", "where")
        .agg(pl.col("patients").sum())
    )
    table = {(p, w): n for p, w, n in counts.iter_rows()}
    return {
        u.code: Reconciliation(
            *(sum(int(table.get((p, w), 0)) for p in u.practices)
              for w in ("inside", "beyond", "outside_england", "unknown"))
        )
        for u in units
    }  # fmt: skip


def residents_by_age(place: Place, england: Place, units: Sequence[Unit]) -> Array:
    """Residents by single year of age (units, 91) who go with each unit: of its areas if it has areas, else its share
    (by registered people) of the residents of the areas in which its patients live."""
    known = pl.concat([place.areas, place.areas_beyond])["lsoa11"]
    ages = england.area_ages.filter(pl.col("lsoa11").is_in(known.implode())).sort("lsoa11")
    row = {code: k for k, code in enumerate(ages["lsoa11"])}
    matrix = ages.select(AGES).to_numpy().astype(np.float64)
    registered = dict(
        pl.concat([place.areas, place.areas_beyond]).drop_nulls("registered").select("lsoa11", "registered").iter_rows()
    )
    by_practice: dict[str, list[tuple[int, float]]] = {}
    for practice, area, patients in place.registrations.sort("practice_code", "lsoa11").iter_rows():
        if area in row and registered.get(area):
            by_practice.setdefault(practice, []).append((row[area], patients / registered[area]))
    result = np.zeros((len(units), len(AGES)))
    for k, unit in enumerate(units):
        if unit.areas:
            result[k] = matrix[[row[a] for a in unit.areas if a in row]].sum(axis=0)
            continue
        weights = np.zeros(len(row))
        for practice in unit.practices:
            for at, share in by_practice.get(practice, ()):
                weights[at] += share
        result[k] = weights @ matrix
    return result


def odd_areas(place: Place, border_km: pl.DataFrame, settings: NeedSettings) -> pl.DataFrame:
    """Areas of the place whose registered to resident ratio is far from one, each with the cause that its ages suggest.

    Columns: lsoa11, area_name, msoa_name, registered, residents_2020, residents_2021, ratio, border_km, the shares that
    the rules read, cause, says, standing ("known" where the study names it, else "suspected" or "unknown").
    """
    causes = load_definition(".", "area_causes")["cause"]
    ages = place.area_ages.select(
        "lsoa11",
        *(
            (pl.sum_horizontal([f"age_{a}" for a in range(low, high)]) / pl.sum_horizontal(AGES)).alias(name)
            for name, low, high in (("share_18_22", 18, 23), ("share_18_49", 18, 50), ("share_65_plus", 65, 91))
        ),
    )
    census = [c for c in place.areas.columns if c.startswith("residents_2021_")]
    table = (
        place.areas.drop_nulls("registered")
        .filter(pl.col("residents_2020") > 0)
        .with_columns(
            (pl.col("registered") / pl.col("residents_2020")).alias("ratio"),
            pl.sum_horizontal(census, ignore_nulls=False).alias("residents_2021"),
        )
        .filter((pl.col("ratio") < settings.low_ratio) | (pl.col("ratio") > settings.high_ratio))
        .join(ages, on="lsoa11", how="left")
        .join(border_km, on="lsoa11", how="left")
        .with_columns((pl.col("residents_2021") / pl.col("residents_2020")).alias("growth_2020_2021"))
        .sort("ratio", "lsoa11")
    )
    found = [cause_of(row, causes, settings.known_areas) for row in table.iter_rows(named=True)]
    kept = ("lsoa11", "area_name", "msoa_name", "registered", "residents_2020", "residents_2021", "ratio", "border_km",
            "share_18_22", "share_18_49", "share_65_plus", "growth_2020_2021")  # fmt: skip
    return table.select(kept).with_columns(
        pl.Series(name, [f[k] for f in found], dtype=pl.String) for k, name in enumerate(("cause", "says", "standing"))
    )


def cause_of(
    row: Mapping[str, Any], causes: Sequence[Mapping[str, Any]], known: Mapping[str, str]
) -> tuple[str, str, str]:
    """Name, sentence and standing of the first cause whose every test the area meets; a cause the study knows goes first."""
    if row["lsoa11"] in known:
        return "named", known[row["lsoa11"]], "known"
    side = "low" if row["ratio"] < 1 else "high"
    for cause in causes:
        if cause["ratio"] in ("any", side) and all(
            _holds(row.get(name.rsplit("_", 1)[0]), name.rsplit("_", 1)[1], limit)
            for name, limit in cause.items()
            if name.endswith(("_above", "_below"))
        ):
            standing = "unknown" if cause["name"] in ("border", "unexplained") else "suspected"
            return str(cause["name"]), str(cause["says"]), standing
    return "unexplained", "no cause of the definitions fits", "unknown"


def _holds(value: float | None, side: str, limit: float) -> bool:
    return value is not None and (value > limit if side == "above" else value < limit)


def band_shares(single: Array) -> Array:
    """Single years (..., 91) as the bands that are shown (..., bands)."""
    return np.asarray(np.add.reduceat(single, BANDS, axis=-1))


def band_name(start: int) -> str:
    """ "under 5", "5 to 14", ... "85 and over"."""
    k = BANDS.index(start)
    if k == 0:
        return f"under {BANDS[1]}"
    return f"{start} to {BANDS[k + 1] - 1}" if k + 1 < len(BANDS) else f"{start} and over"
