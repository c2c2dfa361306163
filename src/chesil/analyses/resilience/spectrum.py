"""The spectrum of vulnerability: nine pressures, each seen by a published sign against England's practices or unknown."""

from dataclasses import dataclass

import polars as pl

from chesil.analyses.resilience.settings import ResilienceSettings
from chesil.definitions import load_definition
from chesil.measures.card import load_measure
from chesil.measures.computing import practice_parts
from chesil.place.place import Place

SCHEMA = {
    "practice_code": pl.String,
    "pressure": pl.String,
    "value": pl.Float64,
    "worse_than_pct": pl.Float64,
    "pressed": pl.Boolean,
}


@dataclass(frozen=True)
class Pressure:
    """One pressure: its sign, and which end of England's practices is pressed ("high", "low"); no sign if unknown."""

    code: str
    title: str
    measure: str = ""
    worse: str = ""


def all_pressures() -> tuple[Pressure, ...]:
    """The nine, in the strategy's order."""
    return tuple(Pressure(**record) for record in load_definition(".", "spectrum_of_vulnerability")["pressure"])


def spectrum_of(places: dict[str, Place], england: dict[str, Place], settings: ResilienceSettings) -> pl.DataFrame:
    """One row a practice and pressure that has a sign: practice_code, pressure, value, worse_than_pct, pressed.

    `places` and `england` hold, by measure, the place at the newest vintage that has it. `worse_than_pct` is the share
    of England's practices that are less pressed; `pressed` if it is in the worst `pressed_share_pct`.
    """
    tables = []
    for pressure in all_pressures():
        if not pressure.measure or pressure.measure not in places:
            continue
        mine, all_ = (_values(p[pressure.measure], pressure.measure) for p in (places, england))
        sign = 1.0 if pressure.worse == "high" else -1.0
        everyone = (all_["value"] * sign).sort()
        if everyone.is_empty():
            continue
        below = everyone.search_sorted(mine["value"] * sign, side="left")
        worse = 100 * below / len(everyone)
        tables.append(
            mine.with_columns(
                pl.lit(pressure.code).alias("pressure"), pl.Series("worse_than_pct", worse, dtype=pl.Float64)
            ).with_columns((pl.col("worse_than_pct") >= 100 - settings.pressed_share_pct).alias("pressed"))
        )
    empty = {
        "practice_code": pl.String,
        "pressure": pl.String,
        "value": pl.Float64,
        "worse_than_pct": pl.Float64,
        "pressed": pl.Boolean,
    }
    names = list(empty)
    return pl.concat([t.select(names) for t in tables]) if tables else pl.DataFrame(schema=empty)


def _values(place: Place, measure: str) -> pl.DataFrame:
    card = load_measure(measure)
    parts = practice_parts(place, card).drop_nulls().filter(~pl.col("implausible") & (pl.col("denominator") > 0))
    return parts.select(
        "practice_code", (pl.col("numerator") / pl.col("denominator") * card.scale).alias("value")
    ).sort("practice_code")
