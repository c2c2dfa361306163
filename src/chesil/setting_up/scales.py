"""Setting up the scales of criteria: England's range of each figure, measured from the pack; run as a module it prints them.

`python -m chesil.setting_up.scales > src/chesil/definitions/criteria_scales.toml` after the pack is built anew.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import polars as pl

from chesil.analyses.access.reaching import AFAR_MINUTES
from chesil.measures.computing import units_of
from chesil.packs.pack import read_manifest
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.travel import area_origins, load_country, load_model, nearest_seconds, site_destinations

LEVELS = ("icb", "pcn", "practice")
JOURNEYS, STAFF = "2025/26", "2022/23"
"""The newest vintages with patients by area and with practice returns."""
LINES = "modelled times along straight lines, water left out"
HEADER = "# England's range of the figures that feed criteria. Measured from the pack by `python -m chesil.setting_up.scales`:"
WHOLE, CENTILES = ("least", "greatest"), ("first_centile", "last_centile")
"""Journeys run over the whole range, so that no place of England lies beyond its scale; of networks and practices the
outermost returns of GPs are mostly odd, and are left beyond the ends."""
POINTS = {"least": 0.0, "first_centile": 0.01, "middle": 0.5, "last_centile": 0.99, "greatest": 1.0}


def england_values(as_at: date) -> Iterator[tuple[str, str, str, str, Mapping[str, float], tuple[str, ...]]]:
    """Each measure at each level: (measure, level, vintage, method, value by unit of England, receipts)."""
    journeys = assemble_place("England", vintage=JOURNEYS, as_at=as_at)
    staffed = assemble_place("England", vintage=STAFF, as_at=as_at)
    flows = (*journeys.receipts_for("registrations"), *journeys.receipts_for("sites"))
    returns = staffed.receipts_for("staff")
    tables = (
        ("access_drive_own", journeys, own_minutes(journeys), f"patients within an hour, {LINES}", flows),
        ("access_walk_nearest", journeys, walk_minutes(journeys), LINES, flows),
        ("option_gp_per_10000", staffed, gps(staffed), "practices with a return", returns),
    )
    for measure, england, parts, method, receipts in tables:
        for level in LEVELS:
            yield measure, level, england.vintage, method, _by_unit(england, level, parts), receipts


def own_minutes(england: Place) -> pl.DataFrame:
    """One row a practice: minutes by car to its own nearest open site added over its patients (above), and they (below)."""
    country, model = load_country(), load_model("drive")
    areas, sites = area_origins(england), site_destinations(england)
    ends = [
        t.with_columns(
            pl.Series("land", country.class_of(t.select("easting", "northing").to_numpy().astype(np.float64)))
        )
        for t in (areas, sites)
    ]
    pairs = england.registrations.join(ends[0], left_on="lsoa11", right_on="code").join(
        ends[1], on="practice_code", suffix="_site"
    )
    metres = np.hypot(*((pairs[c] - pairs[f"{c}_site"]).to_numpy().astype(np.float64) for c in ("easting", "northing")))
    seconds = model.seconds_of_pairs(metres, pairs["land"].to_numpy(), pairs["land_site"].to_numpy())
    nearest = (
        pairs.with_columns(pl.Series("seconds", seconds))
        .group_by("practice_code", "lsoa11")
        .agg(pl.col("seconds").min(), pl.col("patients").first())
    )
    return _added(nearest.filter(pl.col("seconds") <= AFAR_MINUTES * 60))


def walk_minutes(england: Place) -> pl.DataFrame:
    """One row a practice: minutes on foot to the nearest surgery added over its patients (above), and they (below)."""
    areas = area_origins(england)
    seconds = nearest_seconds(areas, site_destinations(england), ("walk",), round_water=False)["walk"]
    times = pl.DataFrame({"lsoa11": areas["code"], "seconds": seconds})
    return _added(england.registrations.join(times, on="lsoa11"))


def gps(england: Place) -> pl.DataFrame:
    """One row a practice with a return: its fully qualified GPs (FTE) to 10,000 (above) and its patients (below)."""
    rows = england.staff.filter(pl.col("role") == "gp_fully_qualified").drop_nulls("fte")
    lists = england.practices.select("practice_code", "list_size")
    fte, size = (10_000 * pl.col("fte")).alias("above"), pl.col("list_size").cast(pl.Float64).alias("below")
    return rows.join(lists, on="practice_code").select("practice_code", fte, size)


def _added(flows: pl.DataFrame) -> pl.DataFrame:
    minutes = pl.col("seconds") / 60 * pl.col("patients")
    rows = flows.group_by("practice_code").agg(minutes.sum().alias("above"), pl.col("patients").sum().alias("below"))
    return rows.with_columns(pl.col("below").cast(pl.Float64))


def _by_unit(england: Place, level: str, parts: pl.DataFrame) -> dict[str, float]:
    """The ratio of the two parts by unit of England; those that count nobody are left out."""
    members = [(p, u.code) for u in units_of(england, level) if u.code != "U" for p in u.practices]
    table = pl.DataFrame(members, schema=["practice_code", "unit"], orient="row").join(parts, on="practice_code")
    sums = (
        table.sort("unit", "practice_code")
        .group_by("unit", maintain_order=True)
        .agg(pl.col("above").sum(), pl.col("below").sum())
    )
    return {u: above / below for u, above, below in sums.iter_rows() if below > 0}


def _sizes(as_at: date) -> dict[str, float]:
    england = assemble_place("England", vintage=JOURNEYS, as_at=as_at)
    lists = england.practices.select("practice_code", pl.lit(1.0).alias("below"), pl.col("list_size").alias("above"))
    sums = {}
    for level in LEVELS:
        held = dict(lists.drop_nulls().select("practice_code", "above").iter_rows())
        units = [u for u in units_of(england, level) if u.code != "U"]
        sums[level] = float(np.median([sum(held.get(p, 0) for p in u.practices) for u in units]))
    return sums


def as_toml(as_at: date) -> str:
    """The definition of the scales, as the module prints it."""
    manifest = read_manifest()
    lines = [
        HEADER,
        f"# pack {manifest.fingerprint[:12]}. Do not edit: give a feed its own `worst` and `best` instead.",
    ]
    for level, patients in _sizes(as_at).items():
        lines += ["", "[[level]]", f'level = "{level}"', f"median_patients = {patients:.0f}"]
    for measure, level, vintage, method, values, receipts in england_values(as_at):
        points = np.quantile(np.array(sorted(values.values())), list(POINTS.values()))
        lines += ["", "[[range]]", f'measure = "{measure}"', f'level = "{level}"', f'vintage = "{vintage}"']
        lines += [f"units = {len(values)}", *(f"{n} = {float(v):.3f}" for n, v in zip(POINTS, points, strict=True))]
        listed = ", ".join(f'"{r}"' for r in dict.fromkeys(receipts))
        ends = CENTILES if measure == "option_gp_per_10000" and level != "icb" else WHOLE
        lines += [f'ends = ["{ends[0]}", "{ends[1]}"]', f'method = "{method}"', f"receipts = [{listed}]"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(as_toml(date(2026, 11, 24)), end="")
