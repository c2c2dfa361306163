"""The travel model of the pack: fitted to published times, with its error where it was not fitted."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from chesil.definitions import load_definition, load_parameter
from chesil.methods.barriers import crosses_water
from chesil.methods.travel import (
    KNOTS_KM,
    Observed,
    TravelModel,
    constant_speed,
    fit_travel_model,
    log_error,
)
from chesil.methods.ways import LAND_CLASSES, Country, country_from, crossings_from, land_metres, water_around
from chesil.packing.raw import Built, Raw

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
N = len(LAND_CLASSES)
FOLDS = 5
BLOCK_M = 50_000
"""Areas are held out by squares of 50 km, so that no neighbour of a held-out area helps to fit it."""
FAR_M = 80_000
HOLD_APART = "11J"
"""The sub-ICB whose error is reported by itself, fitted without any of its areas: the worked area, Dorset."""
KEEP_EVERY = 6
"""Of the half million pairs of areas and stroke units every sixth is fitted; all are used to measure the error."""
CANDIDATES = 4
FLOOR_MINUTES = 5.05
"""The 2011 accessibility statistics print five minutes for anything nearer."""
NEAREST = {
    "gp_minutes": "gp_site",
    "dentist_minutes": "dentist",
    "pharmacy_minutes": "pharmacy",
    "hospital_minutes": "hospital_site",
}
PUBLIC_KM = (0.0, 1.0, 2.0, 4.0)


@dataclass(frozen=True, eq=False)
class Sample:
    """Published journeys: seconds, metres by land, areas they begin in, classes of both ends, and which publication."""

    publication: str
    seconds: Array
    metres: Array
    area: Ints
    from_class: Ints
    to_class: Ints
    weight: float = 1.0


def build_travel(raw: Raw, tables: dict[str, Built]) -> dict[str, Built]:
    """The tables `travel_model`, `travel_errors`, `travel_public` and `area_travel_2011`."""
    areas = tables["areas"].table.sort("lsoa11")
    codes = areas["lsoa11"].to_list()
    edges = tables["area_outer_edges"].table
    country = country_from(
        areas,
        tables["area_neighbours"].table,
        edges,
        crossings_from(load_definition(".", "crossings")["crossing"], codes),
    )
    published = _published_2011(raw, codes)
    drives = [*_nearest(country, tables), _stroke(raw, country, areas["area_name"].to_list())]
    apart = (areas["sub_icb_code"] == HOLD_APART).to_numpy()
    drive, drive_errors = _fit_and_test(country, drives, "drive", apart)
    gps = _gp_points(tables)
    cycles = [_cycle(country, gps, published["cycle_minutes_2011"].to_numpy().astype(float))]
    cycle, cycle_errors = _fit_and_test(country, cycles, "cycle", apart, one_class=True)
    walk = constant_speed(
        "walk",
        load_parameter("walking_speed_km_per_hour").values[-1].value,
        load_parameter("walking_detour_factor").values[-1].value,
        N,
        load_parameter("walking_time_log_error").values[-1].value,
    )
    public = _public(country, gps, published["public_transport_minutes_2011"].to_numpy().astype(float), drive, walk)
    of_drive = raw.origin("ahah_minutes", "stroke_unit_minutes", "stroke_units", note=FITTED)
    of_2011 = raw.origin("dft_accessibility", note="Codes of 2001 that are also codes of 2011; the others are blank.")
    return {
        "travel_model": Built(pl.concat([_rows(m) for m in (drive, cycle, walk)]), (of_drive, of_2011)),
        "travel_errors": Built(pl.concat([drive_errors, cycle_errors]), (of_drive, of_2011)),
        "travel_public": Built(public, (of_2011,)),
        "area_travel_2011": Built(published, (of_2011,)),
    }


FITTED = "Fitted by Chesil to published times; the errors are those of areas that were held out."


def _published_2011(raw: Raw, codes: list[str]) -> pl.DataFrame:
    """Published minutes to a GP of 2011 by area, to a tenth of a minute."""
    names = ("public_transport_minutes", "cycle_minutes", "car_minutes")
    return (
        pl.DataFrame({"lsoa11": codes})
        .join(raw.read("dft_accessibility").rename({"lsoa01": "lsoa11"}), on="lsoa11", how="left")
        .select("lsoa11", *(pl.col(n).round(1).alias(f"{n}_2011") for n in names))
    )


def _points(table: pl.DataFrame) -> Array:
    found: Array = table.select("easting", "northing").drop_nulls().unique().sort("easting", "northing").to_numpy()
    return found.astype(np.float64)


def _gp_points(tables: dict[str, Built]) -> Array:
    """Every place where a surgery has been known to be: publications of 2011 and 2017 name other sites than today's."""
    services = tables["services"].table.filter(pl.col("kind") == "gp_site")
    return _points(pl.concat([t.select("easting", "northing") for t in (tables["sites"].table, services)]))


def _to_nearest(country: Country, points: Array) -> tuple[Array, Ints]:
    """Metres from each area's middle to the nearest of the points not beyond water, and that point's class."""
    metres, found = cKDTree(points).query(country.xy, k=CANDIDATES)
    water = water_around(country, country.xy)
    wet = crosses_water(water, np.repeat(country.xy, CANDIDATES, axis=0), points[found.ravel()])
    metres = np.where(wet.reshape(metres.shape), np.inf, metres)
    best = metres.argmin(axis=1)
    rows = np.arange(len(metres))
    return metres[rows, best], country.class_of(points)[found[rows, best]]


def _nearest(country: Country, tables: dict[str, Built]) -> Iterator[Sample]:
    """Published mean drive minutes to the nearest service, beside the distance from the area's middle."""
    published = tables["areas"].table.sort("lsoa11").select("lsoa11")
    published = published.join(tables["area_travel"].table, on="lsoa11", how="left", maintain_order="left")
    for column, kind in NEAREST.items():
        metres, to_class = _to_nearest(country, _points(tables["services"].table.filter(pl.col("kind") == kind)))
        minutes = published[column].to_numpy().astype(float)
        ok = np.nonzero(np.isfinite(metres) & np.isfinite(minutes))[0]
        yield Sample(
            f"nearest {kind.replace('_', ' ')}", minutes[ok] * 60, metres[ok], ok, country.land_class[ok], to_class[ok]
        )


def _stroke(raw: Raw, country: Country, names: list[str]) -> Sample:
    """Routed minutes to stroke units in England within 80 km."""
    number = {name: k for k, name in enumerate(names)}
    minutes = raw.read("stroke_unit_minutes").pivot("hospital_postcode", index="lsoa11_name", values="minutes")
    units = {r[0]: r[1:] for r in raw.read("stroke_units").select("hospital_postcode", "easting", "northing").rows()}
    hospitals = [h for h in minutes.columns if h in units]
    there = np.array([units[h] for h in hospitals], dtype=np.float64)
    english = cKDTree(country.xy).query(there)[0] < 2_000
    hospitals, there = [h for h, e in zip(hospitals, english, strict=True) if e], there[english]
    minutes = minutes.filter(pl.col("lsoa11_name").is_in(list(number))).sort("lsoa11_name")
    area = np.array([number[n] for n in minutes["lsoa11_name"]])
    seconds = minutes.select(hospitals).to_numpy().astype(float) * 60
    metres = land_metres(country, country.xy[area], there, mode="drive")
    near = np.hypot(*(country.xy[area][:, None, :] - there[None, :, :]).transpose(2, 0, 1)) < FAR_M
    i, j = np.nonzero(near & np.isfinite(metres) & np.isfinite(seconds))
    return Sample(
        "stroke units",
        seconds[i, j],
        metres[i, j],
        area[i],
        country.land_class[area[i]],
        country.class_of(there)[j],
        float(np.sqrt(KEEP_EVERY * len(NEAREST) * len(names) / max(len(i), 1))),
    )


def _cycle(country: Country, gps: Array, minutes: Array) -> Sample:
    """Published cycle minutes to a GP, where they are above the floor and the distance is over a kilometre."""
    metres, to_class = _to_nearest(country, gps)
    ok = np.nonzero(np.isfinite(metres) & (minutes > FLOOR_MINUTES) & (metres > 1_000))[0]
    plausible = np.abs(np.log(minutes[ok] * 60 / (180 + metres[ok] * 0.2))) < 0.5
    ok = ok[plausible]  # a site that has shut or opened since 2011 is another journey
    return Sample("cycle to a GP, 2011", minutes[ok] * 60, metres[ok], ok, country.land_class[ok], to_class[ok])


def _fit_and_test(
    country: Country, samples: list[Sample], mode: str, apart: NDArray[np.bool_], *, one_class: bool = False
) -> tuple[TravelModel, pl.DataFrame]:
    """The model fitted to everything, and how far models fitted elsewhere were out in each square that was held out."""
    square = np.floor(country.xy / BLOCK_M).astype(np.int64)
    fold_of_area = (square[:, 0] * 97 + square[:, 1] * 31) % FOLDS
    whole = _fit(samples, mode, [np.ones(len(s.area), dtype=bool) for s in samples], one_class)
    guessed = [np.zeros(len(s.area)) for s in samples]
    for fold in range(FOLDS):
        kept = [(fold_of_area[s.area] != fold) & ~apart[s.area] for s in samples]
        model = _fit(samples, mode, kept, one_class)
        for s, guess in zip(samples, guessed, strict=True):
            out = (fold_of_area[s.area] == fold) & ~apart[s.area]
            out |= apart[s.area] if fold == 0 else False
            guess[out] = model.seconds_of_pairs(s.metres[out], s.from_class[out], s.to_class[out])
    errors = _errors(samples, guessed, mode, apart, square[:, 0] * 100 + square[:, 1])
    return _with_errors(whole, samples, guessed), errors


def _fit(samples: list[Sample], mode: str, kept: list[NDArray[np.bool_]], one_class: bool) -> TravelModel:
    chosen = []
    for s, keep in zip(samples, kept, strict=True):
        rows = np.nonzero(keep)[0]
        chosen.append(rows[::KEEP_EVERY] if s.weight != 1.0 else rows)
    parts = list(zip(samples, chosen, strict=True))

    def gather(name: str) -> NDArray[np.generic]:
        return np.concatenate([getattr(s, name)[rows] for s, rows in parts])

    classes = 1 if one_class else N
    zero = np.zeros(sum(len(r) for r in chosen), dtype=np.int64)
    observed = Observed(
        seconds=gather("seconds"),  # type: ignore[arg-type]
        metres=gather("metres"),  # type: ignore[arg-type]
        from_class=zero if one_class else gather("from_class"),  # type: ignore[arg-type]
        to_class=zero if one_class else gather("to_class"),  # type: ignore[arg-type]
        weight=np.concatenate([np.full(len(r), s.weight) for s, r in parts]),
    )
    fitted = fit_travel_model(observed, mode, classes)
    if not one_class:
        return fitted
    return TravelModel(
        mode,
        fitted.knots_m,
        np.repeat(fitted.start_s, N),
        np.repeat(fitted.pace, N, axis=0),
        np.zeros((N, len(KNOTS_KM))),
    )


def _with_errors(model: TravelModel, samples: list[Sample], guessed: list[Array]) -> TravelModel:
    """The model with its error by class and band, where at least 50 journeys were held out; else that of the class."""
    seconds, guess = np.concatenate([s.seconds for s in samples]), np.concatenate(guessed)
    metres, land = np.concatenate([s.metres for s in samples]), np.concatenate([s.from_class for s in samples])
    band = np.searchsorted(model.knots_m, metres, side="right") - 1
    errors = np.zeros((N, len(model.knots_m)))
    pooled = log_error(seconds, guess)
    for c in range(N):
        mine = land == c
        of_class = log_error(seconds[mine], guess[mine]) if mine.sum() >= 50 else pooled
        for b in range(len(model.knots_m)):
            cell = mine & (band == b)
            errors[c, b] = log_error(seconds[cell], guess[cell]) if cell.sum() >= 50 else of_class
    return TravelModel(model.mode, model.knots_m, model.start_s, model.pace, errors)


def _square_error(sample: Sample, guess: Array, square: Ints) -> float:
    """How far the mean of a whole square's journeys is out: what does not average away within a place."""
    _, of = np.unique(square[sample.area], return_inverse=True)
    count = np.bincount(of)
    large = count >= 50
    published, modelled = np.bincount(of, sample.seconds)[large], np.bincount(of, guess)[large]
    return float(np.sqrt(np.mean(np.log(published / modelled) ** 2))) if large.any() else float("nan")


def _errors(
    samples: list[Sample], guessed: list[Array], mode: str, apart: NDArray[np.bool_], square: Ints
) -> pl.DataFrame:
    rows = []
    for s, guess in zip(samples, guessed, strict=True):
        of_squares = _square_error(s, guess, square)
        for part, inside in (("Dorset", apart[s.area]), ("rest of England", ~apart[s.area])):
            for c, name in enumerate(LAND_CLASSES):
                cell = inside & (s.from_class == c)
                if cell.sum() < 20:
                    continue
                out = (guess[cell] - s.seconds[cell]) / 60
                rows.append(
                    (mode, s.publication, part, name, int(cell.sum()), float(np.median(s.seconds[cell])) / 60,
                     float(out.mean()), float(np.abs(out).mean()), float(np.median(np.abs(out))),
                     float(np.sqrt((out**2).mean())), log_error(s.seconds[cell], guess[cell]), of_squares)
                )  # fmt: skip
    names = [
        *("mode", "publication", "part", "land_class", "journeys", "median_minutes", "bias_minutes"),
        *("mean_error_minutes", "median_error_minutes", "rmse_minutes", "log_error"),
        "square_log_error",
    ]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col(pl.Float64).round(4))


def _rows(model: TravelModel) -> pl.DataFrame:
    rows = [
        (model.mode, LAND_CLASSES[c], float(model.knots_m[b]) / 1000, float(model.start_s[c]),
         float(model.pace[c, b]) * 1000, float(model.log_error[c, b]))
        for c in range(N)
        for b in range(len(model.knots_m))
    ]  # fmt: skip
    names = ["mode", "land_class", "from_km", "start_seconds", "seconds_per_km", "log_error"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col(pl.Float64).round(6))


def _public(country: Country, gps: Array, minutes: Array, drive: TravelModel, walk: TravelModel) -> pl.DataFrame:
    """How far between driving and walking the published minutes by public transport lie: a tenth and nine tenths."""
    metres, to_class = _to_nearest(country, gps)
    ok = np.nonzero(np.isfinite(metres) & np.isfinite(minutes))[0]
    ends = metres[ok], country.land_class[ok], to_class[ok]
    fast, slow = drive.seconds_of_pairs(*ends), walk.seconds_of_pairs(*ends)
    share = np.clip((minutes[ok] * 60 - fast) / np.maximum(slow - fast, 60.0), 0.0, 1.0)
    tops = (*PUBLIC_KM[1:], np.inf)
    rows = []
    for c, name in enumerate(LAND_CLASSES):
        for low_km, high_km in zip(PUBLIC_KM, tops, strict=True):
            cell = (country.land_class[ok] == c) & (metres[ok] >= low_km * 1000) & (metres[ok] < high_km * 1000)
            if cell.sum() < 30:  # too few to say: the class of land next to it in the list stands in
                cell = (metres[ok] >= low_km * 1000) & (metres[ok] < high_km * 1000)
            low, high = np.quantile(share[cell], [0.1, 0.9])
            rows.append((name, low_km, float(low), float(high), int(cell.sum())))
    names = ["land_class", "from_km", "low_share", "high_share", "areas"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col(pl.Float64).round(4))


def travel_sentence(errors: pl.DataFrame) -> str:
    """What was found of the modelled drive times where they were not fitted, in a few sentences."""
    parts = []
    for part in ("Dorset", "rest of England"):
        rows = errors.filter((pl.col("part") == part) & (pl.col("mode") == "drive"))
        near = rows.filter(pl.col("publication") == "nearest gp site")
        far = rows.filter(pl.col("publication") == "stroke units")
        parts.append(
            f"{part}: {_mean(near, 'mean_error_minutes'):.1f} minutes out on average on the way to the nearest GP site "
            f"(villages {_mean(near.filter(pl.col('land_class') == 'village'), 'mean_error_minutes'):.1f}) and "
            f"{_mean(far, 'mean_error_minutes'):.1f} on the way to stroke units within {FAR_M // 1000} km"
        )
    return (
        "Modelled drive times, where they were held out of the fit in squares of "
        f"{BLOCK_M // 1000} km, against published ones. "
        + "; ".join(parts)
        + ". The two publications differ from each other "
        "in the country: to services 4 to 16 km off the first says about a third more than the second."
    )


def _mean(rows: pl.DataFrame, column: str) -> float:
    weight = rows["journeys"].to_numpy().astype(float)
    return float((rows[column].to_numpy() * weight).sum() / max(weight.sum(), 1.0))
