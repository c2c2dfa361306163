"""Setting up the model of endings: the factors of one practice as they are known at a study's date."""

from math import log

import numpy as np
import polars as pl

from chesil.packs.pack import read_table
from chesil.place.place import Place

YEARS_OF_GROWTH = 2.0
"""The model's growth is over two years; a longer span is scaled to it."""


def ending_factors(place: Place, practice: str) -> dict[str, float | None]:
    """Factors of the model for a practice of the place: None where not known.

    The list is the vintage's; growth is from the yearly mean list of the last year with a GP return, scaled to two
    years; contract and dispensing are of the last payments; deprivation (2015) and rurality are of the small area whose
    middle is nearest to the surgery.
    """
    row = place.practices.filter(pl.col("practice_code") == practice).row(0, named=True)
    mine = pl.col("practice_code") == practice
    history = read_table("gp_fte_history", where=mine).filter(pl.col("year") <= place.as_at.year).sort("year")
    paid = read_table("payment_years", where=mine).sort("year")
    found: dict[str, float | None] = {"log_list": log(row["list_size"])}
    found |= _from_history(history, float(row["list_size"]), place)
    last = paid.row(-1, named=True) if paid.height else {}
    found["dispensing"] = None if last.get("dispensing") is None else float(last["dispensing"])
    found["apms"] = None if not last.get("contract_type") else float(last["contract_type"] == "APMS")
    return found | _where(place, row["easting"], row["northing"])


def _from_history(history: pl.DataFrame, list_size: float, place: Place) -> dict[str, float | None]:
    names = ("list_growth", "log_patients_per_gp", "patients_per_gp_growth", "single_handed")
    found: dict[str, float | None] = dict.fromkeys(names)
    if history.is_empty():
        return found
    last = history.row(-1, named=True)
    span = place.as_at.year + place.as_at.month / 12 - (last["year"] - 1 + 0.75)
    if last["patients"] and span > 0:
        found["list_growth"] = float(np.clip(log(list_size / last["patients"]) * YEARS_OF_GROWTH / span, -1, 1))
    if last["gp_headcount"] is not None:
        found["single_handed"] = float(last["gp_headcount"] < 1.5)
    found["log_patients_per_gp"] = _per_gp(last)
    before = history.filter(pl.col("year") == last["year"] - 2)
    if before.height and (now := found["log_patients_per_gp"]) is not None:
        then = _per_gp(before.row(0, named=True))
        found["patients_per_gp_growth"] = None if then is None else float(np.clip(now - then, -2, 2))
    return found


def _per_gp(year: dict[str, float | None]) -> float | None:
    fte, patients = year["gp_fte"], year["patients"]
    return float(log(min(max(patients / fte, 500), 12684))) if fte and patients else None


def _where(place: Place, easting: int | None, northing: int | None) -> dict[str, float | None]:
    if easting is None or northing is None:
        return {"imd": None, "rural": None}
    areas = pl.concat(
        [t.select("easting", "northing", "imd_score_2015", "ruc11_code") for t in (place.areas, place.areas_beyond)]
    )
    if areas.is_empty():
        return {"imd": None, "rural": None}
    distance = (pl.col("easting") - easting) ** 2 + (pl.col("northing") - northing) ** 2
    nearest = areas.sort(distance).row(0, named=True)
    return {"imd": nearest["imd_score_2015"], "rural": float(nearest["ruc11_code"][:1] in ("D", "E", "F"))}
