"""What a closure brings: a single what-if with its second round, and every practice of a place in turn, counted."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from chesil.analyses.closure.dispersing import (
    Dispersed,
    Grounds,
    by_area,
    dispersed,
    grounds_of,
    receivers,
    who_receive_alone,
)
from chesil.analyses.closure.settings import Asked, ClosureSettings, check_asked
from chesil.analyses.closure.special import special_groups
from chesil.core.assessment import Assessment
from chesil.core.errors import InputRefused
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.place.place import Place
from chesil.place.travel import area_origins, site_destinations, travel_times
from chesil.place.vintage import find_vintage

MOST_RECEIVERS = 40
"""Receivers whose minutes are worked out: the largest."""


def assess_what_if(
    place: Place,
    asked: Asked,
    settings: ClosureSettings,
    rng: np.random.Generator,
    gp_fte: Mapping[str, float],
    pharmacies: pl.DataFrame,
    *,
    with_minutes: bool = True,
) -> Assessment:
    """Practices that end together: who receives whom, with ranges, minutes, thresholds passed, and the second round.

    `gp_fte` are fully qualified GPs (FTE) by practice, as last returned. Raises `InputRefused` for what cannot be.
    """
    check_asked(place, asked)
    grounds = grounds_of(place, settings, gp_fte)
    found = _round(grounds, asked, rng)
    table = receivers(grounds, found)
    second = _second_round(grounds, asked, table)
    tables = {
        "receivers": table,
        "by_area": by_area(place, found),
        "special": pl.concat(_special(place, d, settings, pharmacies) for d in found),
        "second_round": second,
    }  # fmt: skip
    figures = [f for row in table.iter_rows(named=True) for f in _of_receiver(place, row)]
    warnings = [
        "Ranges hold 95% of the simulated dispersals; they allow for how far real receivers strayed from the model in the "
        "back-test, not for what nobody can know, such as who opens a list.",
        "The second round is a stress test at stated thresholds. It gives no probability that a practice fails.",
    ]
    if with_minutes:
        minutes = pl.concat([_minutes(place, d) for d in found])
        tables["minutes"] = minutes
        figures += [_minutes_figure(place, row) for row in minutes.iter_rows(named=True)]
    unplaced = sum(int(d.whole[:, -1].sum()) for d in found)
    if unplaced:
        warnings.append(
            f"{unplaced:,} patients find no room at the stated rooms and closed lists; the board must place them."
        )
    return Assessment(
        "closure", tuple(figures), tables,
        {"receivers": "one row a practice that receives patients", "by_area": "allocation list: expected whole people",
         "special": "patients who do not choose like the rest", "second_round": "what follows if those who pass end too",
         "minutes": "mean modelled drive minutes of the patients, before and after"},
        tuple(warnings),
    )  # fmt: skip


def assess_closures(place: Place, settings: ClosureSettings, gp_fte: Mapping[str, float]) -> Assessment:
    """Every practice of the place closed in turn, the rest as they are: how many would push a receiver past a threshold."""
    grounds = grounds_of(place, settings, gp_fte)
    rows: list[dict[str, Any]] = []
    last: list[str] = []
    for code in place.practices["practice_code"]:
        try:
            found = who_receive_alone(grounds, code)
        except InputRefused:
            last.append(code)
            continue
        passing = [r["practice_code"] for r in found if r["passes"]]
        rows.append(
            {
                "practice_code": code, "practice_name": grounds.names[code], "moved": sum(r["received"] for r in found),
                "receivers_over": len(passing), "receivers": passing,
                "largest_receiver": found[0]["practice_code"] if found else "",
                "largest_growth_pct": max((r["growth_pct"] for r in found if r["growth_pct"] is not None), default=None),
                "leave_place": sum(r["received"] for r in found if not r["is_here"]),
            }
        )  # fmt: skip
    schema: dict[str, pl.DataType] = {
        "practice_code": pl.String(), "practice_name": pl.String(), "moved": pl.Int64(), "receivers_over": pl.Int64(),
        "receivers": pl.List(pl.String()), "largest_receiver": pl.String(), "largest_growth_pct": pl.Float64(),
        "leave_place": pl.Int64(),
    }  # fmt: skip
    table = pl.DataFrame(rows, schema=schema)
    over = int((table["receivers_over"] > 0).sum())
    figures = (
        [_figure(place, "closures_over_threshold", place.code, place.name, over, denominator=len(rows))] if rows else []
    )
    for row in table.iter_rows(named=True):
        figures.append(
            _figure(place, "closure_receivers_over", row["practice_code"], row["practice_name"], row["receivers_over"])
        )
        figures.append(
            _figure(
                place, "closure_largest_growth", row["practice_code"], row["practice_name"], row["largest_growth_pct"]
            )
        )
    limits = {"list_growth_pct": [grounds.list_growth], "patients_per_gp": [grounds.per_gp]}
    warnings = [f"Nobody else takes patients where those of {', '.join(last)} live."] if last else []
    return Assessment(
        "closure",
        tuple(figures),
        {"closures": table, "thresholds": pl.DataFrame(limits)},
        {"closures": "one row a practice, closed alone", "thresholds": "at which a receiver passes"},
        tuple(warnings),
    )


def _round(grounds: Grounds, asked: Asked, rng: np.random.Generator | None) -> list[Dispersed]:
    found: list[Dispersed] = []
    used: dict[str, float] = {}
    for code in [*asked.merge, *asked.close]:
        one = dispersed(grounds, code, asked, rng, used)
        received = one.whole.sum(axis=0)
        for n in np.flatnonzero(received[:-1]):
            used[one.field.practices[n]] = used.get(one.field.practices[n], 0.0) + float(received[n])
        found.append(one)
    return found


def _second_round(grounds: Grounds, asked: Asked, first: pl.DataFrame) -> pl.DataFrame:
    """The receivers of the place that pass a threshold end too, all at once: who would then receive how many more.

    Empty if none passes, or if nobody would be left to choose.
    """
    fall = [c for c, here in first.filter("passes").select("practice_code", "is_here").iter_rows() if here]
    fall = [c for c in fall if c not in asked.merge.values()]
    if not fall:
        return first.clear().drop("lower", "upper", "may_pass").with_columns(pl.lit("").alias("ended"))
    try:
        table = receivers(grounds, _round(grounds, Asked((*asked.close, *fall), asked.merge), None))
    except InputRefused:
        return first.clear().drop("lower", "upper", "may_pass").with_columns(pl.lit(", ".join(fall)).alias("ended"))
    return table.drop("lower", "upper", "may_pass").with_columns(pl.lit(", ".join(fall)).alias("ended"))


def _special(place: Place, one: Dispersed, settings: ClosureSettings, pharmacies: pl.DataFrame) -> pl.DataFrame:
    table = special_groups(place, one.field, settings, pharmacies)
    return table.select(pl.lit(one.field.practice).alias("practice_code"), pl.all())


def _minutes(place: Place, one: Dispersed) -> pl.DataFrame:
    """Mean modelled drive minutes of the patients with a known address, to the old practice's nearest site and the new's."""
    field, got = one.field, one.whole[:, :-1].sum(axis=0)
    largest = [field.practices[k] for k in np.argsort(-got, kind="stable")[:MOST_RECEIVERS] if got[k] > 0]
    origins = area_origins(place, beyond=True).filter(pl.col("code").is_in(list(field.areas)))
    sites = site_destinations(place).filter(pl.col("practice_code").is_in([field.practice, *largest]))
    beyond = place.practices_beyond.filter(pl.col("practice_code").is_in(largest)).drop_nulls(["easting", "northing"])
    columns = ["code", "practice_code", "easting", "northing"]
    sites = pl.concat([sites.select(columns), beyond.select(pl.col("practice_code").alias("code"), *columns[1:])])
    schema: dict[str, pl.DataType] = {
        "practice_code": pl.String(), "people": pl.Int64(), "before": pl.Float64(), "after": pl.Float64(),
        "log_error": pl.Float64(), "method": pl.String(),
    }  # fmt: skip
    unknown = pl.DataFrame([(field.practice, 0, None, None, None, "")], schema=schema, orient="row")
    if origins.is_empty() or field.practice not in sites["practice_code"]:
        return unknown
    times = travel_times(origins, sites, "drive")
    owner = sites["practice_code"].to_numpy()
    row = [field.areas.index(a) for a in times.origins]
    minutes = {c: times.minutes[:, owner == c].min(axis=1) for c in set(owner)}
    codes = [c for c in largest if c in minutes]
    people = np.column_stack([one.whole[row, field.practices.index(c)] for c in codes]).astype(float)
    after = np.column_stack([minutes[c] for c in codes])
    before = minutes[field.practice][:, None]
    sound = np.isfinite(after) & np.isfinite(before)
    weight = np.where(sound, people, 0.0)
    total = weight.sum()
    if total <= 0:
        return unknown
    means = [float((weight * np.where(sound, m, 0.0)).sum() / total) for m in (before + 0 * after, after)]
    return pl.DataFrame(
        [(field.practice, int(total), *means, float(times.log_error), times.method)], schema=schema, orient="row"
    )


def _minutes_figure(place: Place, row: Mapping[str, Any]) -> Figure:
    code = row["practice_code"]
    name = dict(place.practices.select("practice_code", "practice_name").iter_rows()).get(code, code)
    if row["before"] is None:
        return _figure(
            place, "closure_minutes_change", code, name, None, reason="no position is known for the practice"
        )
    change = row["after"] - row["before"]
    return _figure(
        place, "closure_minutes_change", code, name, change, numerator=row["after"], denominator=row["before"]
    )


def _of_receiver(place: Place, row: Mapping[str, Any]) -> list[Figure]:
    code, name = row["practice_code"], row["practice_name"]
    limits = {"lower": row["lower"], "upper": row["upper"], "limits": "95% of simulated dispersals"}
    found = [_figure(place, "closure_patients_received", code, name, row["received"], **limits)]
    if row["list_before"]:
        each = row["list_before"] / 100
        found.append(
            _figure(
                place, "closure_list_growth", code, name, row["growth_pct"], numerator=row["received"],
                denominator=row["list_before"], lower=row["lower"] / each, upper=row["upper"] / each,
                limits="95% of simulated dispersals",
            )
        )  # fmt: skip
    found.append(
        _figure(place, "closure_patients_per_gp", code, name, row["per_gp_after"], reason="no usable return of GPs")
        if row["per_gp_after"] is None
        else _figure(place, "closure_patients_per_gp", code, name, row["per_gp_after"], numerator=row["list_after"])
    )
    return found


def _figure(place: Place, measure: str, code: str, name: str, value: float | None, **more: Any) -> Figure:
    card = load_measure(measure)
    vintage = find_vintage(place.vintage)
    more.setdefault("limits", f"none: {card.no_limits_because}" if card.limits == "none" else "")
    more.setdefault("numerator", value)
    more.setdefault("reason", "")
    if value is not None:
        more["reason"] = ""
    tables = ("registrations", "practices")
    receipts = tuple(dict.fromkeys(r for t in tables for r in place.receipts_for(t)))
    return Figure(
        measure=measure, unit_code=code, unit_name=name, vintage=place.vintage, period=vintage.lists, unit=card.unit,
        method=card.formula or card.method, value=value, scenario=place.scenario, standing=card.standing, receipts=receipts,
        **more,
    )  # fmt: skip
