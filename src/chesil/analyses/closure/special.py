"""Patients of a closing practice who do not choose like the rest, each kind by a stated rule."""

import numpy as np
import polars as pl

from chesil.analyses.closure.settings import ClosureSettings, pairs
from chesil.place.choosing import NOWHERE, ChoiceField
from chesil.place.place import Place

STUDENT_AGES = range(18, 23)
NOT_REGISTERED = 0.8
"""Below this ratio of registered to resident people an area holds people whom others look after (forces, prisons)."""
MEN_PCT = 90.0
PHARMACY_KM = 1.6


def special_groups(
    place: Place, field: ChoiceField, settings: ClosureSettings, pharmacies: pl.DataFrame
) -> pl.DataFrame:
    """One row a group: its name, how many of the practice's patients (blank: not known), the rule by which it goes."""
    people = pl.DataFrame({"lsoa11": list(field.areas), "patients": field.people})
    columns = ["lsoa11", "easting", "northing", "is_rural_2011", "residents_per_registered"]
    here = [t.select([c for c in columns if c in t.columns]) for t in (place.areas, place.areas_beyond)]
    known = people.join(pl.concat(here, how="diagonal_relaxed"), on="lsoa11", how="left")
    outside = people.filter(~pl.col("lsoa11").str.starts_with("E01"))
    nowhere = int(outside.filter(pl.col("lsoa11") == NOWHERE)["patients"].sum())
    near = np.nan_to_num(field.km, nan=np.inf).min(axis=1) if field.km.size else np.zeros(len(field.areas))
    far = int(field.people[_own_km(place, field, known) > settings.far_km].sum())
    together = sum(n for a, n in pairs(settings.together, "together").items() if a in field.areas)
    rows = [
        ("no known address", nowhere, "go as the practice’s other patients do on the whole"),
        ("across a border of England", int(outside["patients"].sum()) - nowhere,
         "go where neighbours registered in England go; practices across the border are not in the data"),
        ("live far away", far, "go where the neighbours of their address go: many of these addresses are out of date"),
        ("in student areas", _students(place, field, settings), "go where neighbours go, so to the practices that students use"),
        ("near barracks or prisons", _unregistered(known),
         "go as neighbours do; serving personnel and prisoners are on no list here"),
        ("in a care home", together or None, "move together, a home at a time, where a study says how many (`together`)"),
        ("dispensed to by the practice", _dispensed(place, field.practice, known, pharmacies),
         "choose as others do; may lose dispensing unless the new practice dispenses and they live far enough from a pharmacy"),
    ]  # fmt: skip
    if _is_closed_institution(place, field.practice):
        rows.append(("of a prison or forces practice", int(field.people.sum()),
                     "do not choose: the service has to be let again; this dispersal does not apply"))  # fmt: skip
    if not np.isfinite(near).any():
        rows.append(("without any practice on the map", int(field.people.sum()), "go by observed shares alone"))
    return pl.DataFrame(rows, schema={"group": pl.String, "patients": pl.Int64, "rule": pl.String}, orient="row")


def _own_km(place: Place, field: ChoiceField, known: pl.DataFrame) -> np.ndarray:
    own = place.sites.filter(pl.col("practice_code") == field.practice).drop_nulls(["easting", "northing"])
    if own.is_empty() or "easting" not in known.columns:
        return np.zeros(len(field.areas))
    e, n = (known[c].cast(pl.Float64).to_numpy() for c in ("easting", "northing"))
    se, sn = (own[c].cast(pl.Float64).to_numpy() for c in ("easting", "northing"))
    km = np.hypot(e[:, None] - se[None], n[:, None] - sn[None]).min(axis=1) / 1000
    return np.nan_to_num(km, nan=0.0)


def _students(place: Place, field: ChoiceField, settings: ClosureSettings) -> int | None:
    names = [f"age_{a}" for a in range(91) if f"age_{a}" in place.area_ages.columns]
    if not names:
        return None
    young = pl.sum_horizontal([f"age_{a}" for a in STUDENT_AGES]) / pl.sum_horizontal(names) * 100
    areas = place.area_ages.filter(young >= settings.student_area_pct)["lsoa11"]
    return int(field.people[np.isin(np.array(field.areas), areas.to_numpy())].sum())


def _unregistered(known: pl.DataFrame) -> int | None:
    if "residents_per_registered" not in known.columns:
        return None
    few = 1 / pl.col("residents_per_registered") < NOT_REGISTERED
    return int(known.filter(few)["patients"].sum())


def _dispensed(place: Place, practice: str, known: pl.DataFrame, pharmacies: pl.DataFrame) -> int | None:
    """Patients of a dispensing practice in rural areas whose middle is over 1.6 km from a pharmacy: a rough count."""
    if "dispensing" not in place.practices.columns or "easting" not in known.columns or pharmacies.is_empty():
        return None
    does = place.practices.filter(pl.col("practice_code") == practice)["dispensing"].to_list()
    if not does or does[0] is None:
        return None
    if not does[0]:
        return 0
    rural = known.filter(pl.col("is_rural_2011") == 1).drop_nulls("easting")
    here = rural.select("easting", "northing").to_numpy().astype(float)
    there = pharmacies.select("easting", "northing").to_numpy().astype(float)
    if not here.size:
        return 0
    km = np.array([np.hypot(there[:, 0] - x, there[:, 1] - y).min() / 1000 for x, y in here])
    return int(rural["patients"].to_numpy()[km > PHARMACY_KM].sum())


def _is_closed_institution(place: Place, practice: str) -> bool:
    mine = place.practice_ages.filter(pl.col("practice_code") == practice)
    total = int(mine["patients"].sum()) if mine.height else 0
    return bool(total) and int(mine.filter(pl.col("sex") == "male")["patients"].sum()) >= MEN_PCT / 100 * total
