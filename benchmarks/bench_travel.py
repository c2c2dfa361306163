"""Modelled travel times: Dorset by three modes, and all England to every practice within an hour; beside a plain loop."""

import resource
import sys
import time

import numpy as np
import polars as pl

from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.travel import (
    area_origins,
    load_country,
    site_destinations,
    times_within,
    travel_times_by_mode,
)


def main() -> None:
    place = assemble_place("QVV", vintage="2025/26", only=frozenset({"sites"}))
    origins, sites = area_origins(place), site_destinations(place)
    more = origins.sample(max(150 - sites.height, 0), seed=1).select("code", "easting", "northing")
    sites = pl.concat([sites.select("code", "easting", "northing"), more]).head(150)
    began = time.perf_counter()
    load_country()
    print(f"load the country once       {time.perf_counter() - began:8.3f} s")
    took, cpu = [], []
    for _ in range(7):
        began, busy = time.perf_counter(), time.process_time()
        travel_times_by_mode(origins, sites)
        took.append(time.perf_counter() - began)
        cpu.append(time.process_time() - busy)
    print(
        f"Dorset {origins.height} areas x {sites.height} sites x 3 modes: first {took[0]:.3f} s, "
        f"median {np.median(took):.3f} s (processor {np.median(cpu):.3f} s)"
    )
    if "--england" not in sys.argv:
        return
    areas = read_table("areas").select(pl.col("lsoa11").alias("code"), "easting", "northing")
    practices = read_table("practices", where=pl.col("vintage") == "2025/26").drop_nulls("easting")
    began, busy = time.perf_counter(), time.process_time()
    found = times_within(
        areas, practices.select(pl.col("practice_code").alias("code"), "easting", "northing"), "drive", 60
    )
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"England {areas.height:,} areas to {practices.height:,} practices within 60 minutes: {found.height:,} pairs in "
        f"{seconds:.1f} s (processor {busy:.1f} s), peak memory {peak:.2f} GB"
    )


if __name__ == "__main__":
    main()
