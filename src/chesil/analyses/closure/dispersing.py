"""The dispersal of the patients of practices that end together: who receives how many, and what it does to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.closure.settings import Asked, ClosureSettings, fitted_model, pairs, thresholds
from chesil.core.errors import InputRefused
from chesil.methods.dispersal import (
    ChoiceModel,
    disperse,
    huff_weights,
    leaving_shares,
    ranges,
    simulate_dispersals,
    totals_by_pairs,
)
from chesil.place.choosing import ChoiceField, ChoiceIndex, index_choices
from chesil.place.place import Place


@dataclass(frozen=True, eq=False)
class Dispersed:
    """One ending's patients: the field, shares, whole people by area and practice (last column unplaced) and runs."""

    field: ChoiceField
    shares: NDArray[np.float64]
    whole: NDArray[np.int64]
    runs: NDArray[np.int64] | None


@dataclass(frozen=True, eq=False)
class Grounds:
    """What every round of endings in a place rests on, made once: who lives where, how they choose, and the lists.

    `names` and `lists` by practice, `gp_fte` fully qualified GPs as last returned; `list_growth` (%) and `per_gp` are
    the thresholds at which a receiver passes.
    """

    place: Place
    index: ChoiceIndex
    settings: ClosureSettings
    model: ChoiceModel
    names: Mapping[str, str]
    lists: Mapping[str, int]
    gp_fte: Mapping[str, float]
    list_growth: float
    per_gp: float


def grounds_of(place: Place, settings: ClosureSettings, gp_fte: Mapping[str, float]) -> Grounds:
    """The grounds of a place's endings."""
    names = pl.concat([t.select("practice_code", "practice_name") for t in (place.practices, place.practices_beyond)])
    return Grounds(
        place, index_choices(place), settings, fitted_model(place), dict(names.iter_rows()),
        dict(place.practices.select("practice_code", "list_size").iter_rows()), gp_fte, *thresholds(settings, place.as_at),
    )  # fmt: skip


def dispersed(
    grounds: Grounds,
    practice: str,
    asked: Asked,
    rng: np.random.Generator | None,
    used: Mapping[str, float],
) -> Dispersed:
    """Where the patients of one ending practice go, with those that end with it and closed lists taking nobody.

    `used` is room already taken by the ones before. Without `rng`, the expected dispersal alone.
    """
    settings, model = grounds.settings, grounds.model
    rooms = pairs(settings.rooms, "rooms")
    field = grounds.index.field(practice, every_distance=bool(rooms) or model.observed_weight < 1 or rng is not None)
    codes = np.array(field.practices, dtype=object)
    if practice in asked.merge:
        return _merged(field, asked.merge[practice])
    barred = [*asked.close, *asked.merge, *settings.closed_lists]
    can = ~np.isin(codes, barred)
    shares = leaving_shares(field.people, field.observed, field.sizes, field.km, model, can)
    if shares.sum() <= 0:
        raise _last_one(practice)
    room = np.array([max(rooms[c] - used.get(c, 0.0), 0.0) if c in rooms else np.inf for c in codes]) if rooms else None
    further = huff_weights(field.sizes, field.km, model) * can if rooms else None
    whole = disperse(field.people, shares, room, further)
    if rng is None:
        return Dispersed(field, shares, whole, None)
    place_of = {a: n for n, a in enumerate(field.areas)}
    blocks = [(place_of[a], n) for a, n in pairs(settings.together, "together").items() if a in place_of]
    blocks = [(a, min(n, int(field.people[a]))) for a, n in blocks]
    runs = simulate_dispersals(
        field.people, shares, rng, runs=settings.runs, spread=model.spread, room=room, blocks=blocks
    )
    return Dispersed(field, shares, whole, runs)


def _merged(field: ChoiceField, into: str) -> Dispersed:
    """A merger: the successor receives everyone."""
    if into not in field.practices:
        field = ChoiceField(
            field.practice, field.areas, field.people, (*field.practices, into),
            np.column_stack([field.observed, np.zeros(len(field.areas))]),
            np.column_stack([field.km, np.full(len(field.areas), np.nan)]), np.append(field.sizes, 0.0),
            np.append(field.is_here, True), field.known,
        )  # fmt: skip
    shares = np.zeros((len(field.areas), len(field.practices)))
    shares[:, field.practices.index(into)] = 1.0
    return Dispersed(field, shares, disperse(field.people, shares), None)


RECEIVERS: dict[str, Any] = {
    "practice_code": pl.String, "practice_name": pl.String, "is_here": pl.Boolean, "received": pl.Int64,
    "lower": pl.Float64, "upper": pl.Float64, "list_before": pl.Int64, "list_after": pl.Int64,
    "growth_pct": pl.Float64, "per_gp_before": pl.Float64, "per_gp_after": pl.Float64, "over_before": pl.Boolean,
    "passes": pl.Boolean, "may_pass": pl.Boolean,
}  # fmt: skip


def receivers(grounds: Grounds, found: list[Dispersed]) -> pl.DataFrame:
    """One row a receiving practice: patients received with their range, the list before and after, patients per GP.

    `passes` is true where a threshold is passed by the expected dispersal, `may_pass` where it is at the upper limit.
    """
    return pl.DataFrame(who_receive(grounds, found), schema=RECEIVERS)


def who_receive(grounds: Grounds, found: list[Dispersed]) -> list[dict[str, Any]]:
    """The rows of `receivers`, those who receive most first: quicker than the table where only few of them are asked for."""
    rows: dict[str, tuple[float, bool]] = {}
    total: dict[str, int] = {}
    runs: dict[str, NDArray[np.int64]] = {}
    for one in found:
        received = one.whole.sum(axis=0)
        # Without draws every run is the expected dispersal: one stands for all.
        draws = one.runs if one.runs is not None else received[None, :]
        for n in np.flatnonzero((received[:-1] > 0) | draws[:, :-1].any(axis=0)):
            code = one.field.practices[n]
            total[code] = total.get(code, 0) + int(received[n])
            runs[code] = runs.get(code, np.zeros(1, np.int64)) + draws[:, n]
            rows[code] = (one.field.sizes[n], bool(one.field.is_here[n]))
    records = [_receiver(grounds, code, *row, total[code], runs[code]) for code, row in rows.items()]
    return sorted(records, key=_most_first)


def who_receive_alone(grounds: Grounds, practice: str) -> list[dict[str, Any]]:
    """As `who_receive` for one practice that ends alone: the same rows, by far the quicker way where there is one.

    Raises `InputRefused` where no other practice takes patients where its own live.
    """
    settings = grounds.settings
    if settings.rooms or grounds.model.observed_weight < 1:
        return who_receive(grounds, [dispersed(grounds, practice, Asked((practice,)), None, {})])
    brief = grounds.index.pairs(practice)
    can = ~np.isin(brief.practices, list(settings.closed_lists))
    received = totals_by_pairs(
        brief.people,
        (brief.row, brief.column, brief.patients),
        brief.sizes,
        grounds.model,
        can,
        (brief.lonely, brief.km),
    )
    if not received.any():
        raise _last_one(practice)
    records = [
        _receiver(
            grounds, brief.practices[n], brief.sizes[n], bool(brief.is_here[n]), int(received[n]), received[n : n + 1]
        )
        for n in np.flatnonzero(received)
    ]
    return sorted(records, key=_most_first)


def _most_first(record: Mapping[str, Any]) -> tuple[int, str]:
    return -record["received"], record["practice_code"]


def _last_one(practice: str) -> InputRefused:
    return InputRefused(
        f"{practice} is the last practice in reach of its patients: no other that takes patients is used where they live",
        [],
        "Name a successor with --merge, or study a wider place",
    )


def _receiver(
    grounds: Grounds, code: str, size: float, is_here: bool, received: int, runs: NDArray[np.int64]
) -> dict[str, Any]:
    low, high = (float(v[0]) for v in (ranges(runs[:, None]) if runs.size > 1 else (runs, runs)))
    before = int(grounds.lists.get(code, size))
    fte = grounds.gp_fte.get(code)
    per_gp = None if not fte else (before / fte, (before + received) / fte, (before + high) / fte)
    over_before = per_gp is not None and per_gp[0] > grounds.per_gp

    def passing(more: float, per: float | None) -> bool:
        return (before > 0 and more / before * 100 >= grounds.list_growth) or (per is not None and per > grounds.per_gp)

    return {
        "practice_code": code, "practice_name": grounds.names.get(code, code), "is_here": is_here,
        "received": received, "lower": low, "upper": high, "list_before": before, "list_after": before + received,
        "growth_pct": received / before * 100 if before else None,
        "per_gp_before": per_gp[0] if per_gp else None, "per_gp_after": per_gp[1] if per_gp else None,
        "over_before": over_before,
        "passes": passing(received, None if over_before or not per_gp else per_gp[1]),
        "may_pass": passing(high, None if over_before or not per_gp else per_gp[2]),
    }  # fmt: skip


def by_area(place: Place, found: list[Dispersed]) -> pl.DataFrame:
    """The allocation list: patients by ending practice, area and receiving practice, expected, in whole people."""
    areas = pl.concat([t.select("lsoa11", "area_name") for t in (place.areas, place.areas_beyond)])
    tables = []
    for one in found:
        area, practice = np.nonzero(one.whole)
        to = np.array([*one.field.practices, "unplaced"], dtype=object)
        tables.append(
            pl.DataFrame(
                {
                    "from_practice": [one.field.practice] * len(area),
                    "lsoa11": np.array(one.field.areas, dtype=object)[area],
                    "to_practice": to[practice],
                    "patients": one.whole[area, practice],
                },
                schema={
                    "from_practice": pl.String,
                    "lsoa11": pl.String,
                    "to_practice": pl.String,
                    "patients": pl.Int64,
                },
            )
        )
    table = pl.concat(tables).join(areas, on="lsoa11", how="left")
    return table.sort(["from_practice", "lsoa11", "patients", "to_practice"], descending=[False, False, True, False])
