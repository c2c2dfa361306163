"""The pyramid of need: people in five levels, modelled from ages, registers and published studies, with limits."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.need.settings import LEVELS, NeedSettings
from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.definitions import load_definition, load_parameter
from chesil.measures.computing import Unit
from chesil.methods.multimorbidity import (
    MAXIMUM_ENTROPY_POWER,
    AgeAnchor,
    at_least_bounds,
    expit,
    logistic_through,
    mean_conditions,
    nested_levels,
    one_or_more,
    scaled,
    spread_within_bands,
)
from chesil.place.place import Place
from chesil.place.reference import ReferenceTables

Array = NDArray[np.float64]
STARTS = tuple(range(0, 95, 5))
"""Nineteen bands of five years in which people are held: 0-4 to 85-89, 90 and over."""
OLDEST = 90
PARTS = 8
"""Units worked out at once: so few that their draws stay in the processor's own memory."""


@dataclass(frozen=True)
class Study:
    """Published shares by five-year band, with what is drawn around them: every array is (draws, bands), draw 0 central.

    `local` is the spread of death rates between districts (standard deviation of the logarithm, without chance), whose
    mean number of people is `district`."""

    one: Array
    two: Array
    frail: Array
    ending: Array
    overlap: Array
    means: Array
    local: float
    district: float


@dataclass(frozen=True)
class Fit:
    """How a unit's registers stand to what its ages would give at England's rates: factor and error of its logarithm.

    `local` is how far frailty and deaths at its ages may differ from England's (standard deviation of the logarithm)."""

    factor: float
    error: float
    entries: int
    patients: int
    note: str = ""
    local: float = 0.0


@dataclass(frozen=True)
class Registers:
    """England's practices, as far as they have registers.

    `held` are entries and list by practice, `expected` the mean conditions that its ages give, `national` England's own and
    `rate` its entries a patient. `spread` is between practices (standard deviation of the logarithm, without chance). By
    `row` of a practice: its entries by register (practices, registers) and its list (practices,).
    """

    held: Mapping[str, tuple[int, int]]
    expected: Mapping[str, float]
    national: float
    rate: float
    spread: float
    row: Mapping[str, int]
    counts: Array
    lists: Array


@dataclass(frozen=True)
class Pyramid:
    """Levels of some units: people (units, bands), shares (units, 5) with limits, and ratios to England's."""

    codes: tuple[str, ...]
    people: Array
    share: Array
    lower: Array
    upper: Array
    lower998: Array
    upper998: Array
    ratio: Array
    ratio_lower: Array
    ratio_upper: Array
    by_age_alone: Array


def study_shares(
    tables: ReferenceTables,
    england_ages: Array,
    settings: NeedSettings,
    rng: np.random.Generator,
    on: "pl.Date | object",
) -> Study:
    """The studies' shares by band: the curve through two published points, frailty, the last year; with draws around them.

    `england_ages` (91,) are England's residents by single year, by which single years are averaged in a band.
    """
    n = settings.draws
    ages = np.arange(OLDEST + 1) + 0.5
    ages[-1] = _mean_age_90(tables)
    then = tables.district_population.group_by("age").agg(pl.col("people").sum()).sort("age")["people"].to_numpy()
    young, old = (AgeAnchor(a, b, load_parameter(p).on(on).value / 100) for p, a, b in  # type: ignore[arg-type]
                  (("multimorbidity_25_34", 25, 34), ("multimorbidity_75_plus", 75, None)))  # fmt: skip
    intercept, slope = logistic_through(young, old, ages, then.astype(np.float64))
    middle = (30.0, 82.0)
    shifts = _draws(rng, n, 2) * settings.curve_error
    # Each published point may lie off by an error of its own; between and beyond them the shift runs in a line.
    along = (ages - middle[0]) / (middle[1] - middle[0])
    curve = intercept + slope * ages + shifts[:, :1] * (1 - along) + shifts[:, 1:] * along
    power = MAXIMUM_ENTROPY_POWER + _draws(rng, n, 1) * settings.power_error
    two = expit(curve)
    one = one_or_more(two, power)
    frail = _frailty() * np.exp(_draws(rng, n, 1) * settings.frailty_error)
    share = load_parameter("palliative_need_share").on(on).value / 100  # type: ignore[arg-type]
    other = load_parameter("palliative_need_share_low").on(on).value / 100  # type: ignore[arg-type]
    palliative = np.clip(share + _draws(rng, n, 1) * (share - other) / 2, 0.0, 1.0)
    ending = np.minimum(palliative * death_rates(tables), 1.0)
    overlap = np.concatenate([[0.5], rng.uniform(size=n)])[:, None]
    to_band = _averaging(england_ages)
    one, two, frail, ending = (a @ to_band for a in (one, two, np.minimum(frail, 1.0), ending))
    return Study(one, two, frail, ending, np.broadcast_to(overlap, one.shape), mean_conditions(one),
                 death_spread(tables), float(then.sum()) / tables.district_population["district_name"].n_unique())  # fmt: skip


def death_spread(tables: ReferenceTables) -> float:
    """Spread between districts of deaths of 2014 over those that national rates give at their ages, without chance."""
    rate = dict(enumerate(death_rates(tables)))
    expected = (
        tables.district_population.with_columns(
            (pl.col("people") * pl.col("age").replace_strict(rate, return_dtype=pl.Float64)).alias("expected")
        )
        .group_by("district_name")
        .agg(pl.col("expected").sort().sum())
    )
    deaths = tables.district_deaths.group_by("district_name").agg(pl.col("deaths").sum())
    both = expected.join(deaths, on="district_name").filter((pl.col("deaths") > 0) & (pl.col("expected") > 0))
    if both.height < 2:
        return 0.0
    o, e = (both.sort("district_name")[c].to_numpy().astype(np.float64) for c in ("deaths", "expected"))
    logs = np.log(o / e)
    return float(math.sqrt(max(np.average((logs - np.average(logs, weights=e)) ** 2 - 1 / o, weights=e), 0.0)))


def death_rates(tables: ReferenceTables) -> Array:
    """Deaths a year and person at each age 0 to 90 and over (91,), both sexes, from the national life tables."""
    rows = tables.life_tables.filter(pl.col("age") <= OLDEST).sort("sex", "age")
    rate = np.array([rows.filter(pl.col("sex") == s)["mx"].to_numpy() for s in ("female", "male")])
    expected = np.array([rows.filter(pl.col("sex") == s)["ex"].to_numpy()[-1] for s in ("female", "male")])
    rate[:, -1] = 1 / expected  # of the open band: one over the years still expected
    mix = np.array([_people_2014(tables, s) for s in ("female", "male")])
    return np.asarray((rate * mix).sum(axis=0) / mix.sum(axis=0))


def people_by_band(place: Place, units: Sequence[Unit], england_ages: Array) -> Array:
    """Registered people of units by five-year band (units, 19); wider published bands spread like England's ages."""
    ages = place.practice_ages
    if ages.is_empty():
        return np.zeros((len(units), len(STARTS)))
    starts = ages["age_from"].unique().sort().to_list()
    single_starts = [s for s in starts if s <= OLDEST]
    wide = (
        ages.with_columns(pl.min_horizontal("age_from", pl.lit(single_starts[-1])).alias("age_from"))
        .group_by("practice_code", "age_from")
        .agg(pl.col("patients").sum())
    )
    codes = wide["practice_code"].unique().sort()
    row_of = {code: k for k, code in enumerate(codes)}
    table = np.zeros((len(row_of), len(single_starts)))
    rows = wide["practice_code"].cast(pl.Enum(codes)).to_physical().to_numpy()
    table[rows, np.searchsorted(single_starts, wide["age_from"].to_numpy())] = wide["patients"].to_numpy()
    by_unit = np.array([table[[row_of[p] for p in u.practices if p in row_of]].sum(axis=0) for u in units])
    single = spread_within_bands(by_unit.reshape(len(units), -1), single_starts, england_ages)
    return to_bands(single)


def to_bands(single: Array) -> Array:
    """Single years (..., 91) added up to five-year bands (..., 19)."""
    return np.asarray(np.add.reduceat(single, STARTS, axis=-1))


def read_registers(england: Place, study: Study, england_ages: Array, settings: NeedSettings) -> Registers:
    """England's practices with their register entries, and what their ages would give by the study's curve.

    `england` holds all practices at the vintage whose ages go with the newest registers.
    """
    _check_registers(england, settings)
    held = _entries(england, settings)
    here = set(england.practices["practice_code"])
    singles = [Unit(p, p, (p,)) for p in sorted(held) if p in here]
    everyone = Unit("ENGLAND", "England", tuple(england.practices["practice_code"]))
    means = _expected(england, [*singles, everyone], study, england_ages)
    expected = {u.code: float(m) for u, m in zip(singles, means, strict=False) if np.isfinite(m) and m > 0}
    rate = sum(e for e, _ in held.values()) / max(sum(n for _, n in held.values()), 1)
    national = float(means[-1])
    counts = _counts(england, settings)
    return Registers(held, expected, national, rate, _spread(held, expected, national, rate), *counts)


def fit_registers(units: Sequence[Unit], registers: Registers, settings: NeedSettings, study: Study) -> dict[str, Fit]:
    """For each unit how many register entries its patients have to what their ages would give at England's rates.

    The factor multiplies the mean number of conditions at every age. Its error holds chance, and the part of the spread
    between practices that the settings hold to be recording, which evens out over the practices of a group. A unit as
    large as several districts likewise evens out how districts differ in deaths.
    """
    return {u.code: _fit(u, registers, settings, study) for u in units}


def build_pyramid(
    codes: Sequence[str], people: Array, fits: Sequence[Fit], study: Study, england: Array, zs: Array
) -> Pyramid:
    """Levels of units: `people` (units, 19), `england` (draws, 5) its shares by draw, `zs` as in `draw_levels`."""
    central, lows = [], []
    for start in range(0, len(codes), PARTS):
        part = slice(start, start + PARTS)
        shares = draw_levels(people[part], fits[part], study, zs)
        central.append(shares[:, 0])
        lows.append(np.concatenate([_limits(shares), _limits(shares / england)[:2]]))
    own = np.concatenate(central) if central else np.zeros((0, LEVELS))
    limits = np.concatenate(lows, axis=1) if lows else np.zeros((6, 0, LEVELS))
    unfitted = [Fit(1.0, 0.0, 0, 0)] * len(codes)
    plain = draw_levels(people, unfitted, first_draws(study, 0), zs[:1])[:, 0] if len(codes) else own
    low, high, low998, high998, dlow, dhigh = limits
    return Pyramid(
        tuple(codes), people, own, np.minimum(low, own), np.maximum(high, own), np.minimum(low998, own),
        np.maximum(high998, own), own / england[0], dlow, dhigh, plain,
    )  # fmt: skip


def draw_levels(people: Array, fits: Sequence[Fit], study: Study, zs: Array) -> Array:
    """Shares of people in the five levels (units, draws, 5): draw 0 is central. A unit without people has zeros.

    `zs` (draws, 3) are standard normal: of the registers, of local frailty, of local deaths. They are shared by all units,
    so that a unit's answer does not hang on which others are asked for.
    """
    factor, error, local = (np.array([getattr(f, n) for f in fits]) for n in ("factor", "error", "local"))
    by_register = factor[:, None] * np.exp(error[:, None] * zs[:, 0])
    one, two = scaled(study.one[None], study.two[None], by_register[..., None])
    frail, ending = (np.exp(local[:, None] * zs[:, k])[..., None] * share[None]
                     for k, share in ((1, study.frail), (2, study.ending)))  # fmt: skip
    levels = nested_levels(
        one, np.minimum(two, one), np.minimum(frail, 1.0), np.minimum(ending, 1.0), study.overlap[None]
    )
    totals = people.sum(axis=1)
    weights = people / np.where(totals > 0, totals, 1.0)[:, None]
    return np.asarray(np.einsum("udal,ua->udl", levels, weights))


def register_range(registers: Registers, unit: Unit) -> tuple[float, ...] | None:
    """What the registers alone allow, whatever their overlap: (least, if independent, most) with one or more conditions,
    then the same with two or more; as shares of the list. None if no practice of the unit has registers."""
    rows = [registers.row[code] for code in unit.practices if code in registers.row]
    patients = registers.lists[rows].sum()
    if not patients or registers.counts.shape[1] < 2:
        return None
    p = np.minimum(registers.counts[rows].sum(axis=0) / patients, 1.0)
    none = float(np.prod(1 - p))
    single = float(sum(p[k] * np.prod(np.delete(1 - p, k)) for k in range(p.size)))
    low1, high1 = at_least_bounds(p, 1)
    low2, high2 = at_least_bounds(p, 2)
    return low1, 1 - none, high1, low2, 1 - none - single, high2


def checks_against_published(study: Study, tables: ReferenceTables, on: object) -> pl.DataFrame:
    """The model's totals for England and Wales of 2014 beside published totals it was not given."""
    single = tables.district_population.group_by("age").agg(pl.col("people").sum()).sort("age")["people"].to_numpy()
    bands = to_bands(single.astype(np.float64))
    n = bands.sum()
    adults = bands.copy()
    adults[:3] = 0.0
    adults[3] *= single[18:20].sum() / single[15:20].sum()
    two, one = study.two[0], study.one[0]
    young = np.array(STARTS) < 65
    deaths = float((single * death_rates(tables)).sum())
    rows = [
        ("one_condition_all_ages", 100 * (bands @ one) / n),
        ("two_conditions_all_ages", 100 * (bands @ two) / n),
        ("multimorbid_under_65", 100 * (bands[young] @ two[young]) / (bands @ two)),
        ("two_conditions_adults_england", 100 * (adults @ two) / adults.sum()),
        ("palliative_need_2014", deaths * load_parameter("palliative_need_share").on(on).value / 100),  # type: ignore[arg-type]
    ]
    parameters = {name: load_parameter(name) for name, _ in rows}
    return pl.DataFrame(
        [
            (name, parameters[name].title.split(":")[0], value, parameters[name].on(on).value,  # type: ignore[arg-type]
             parameters[name].unit, parameters[name].on(on).reference)  # type: ignore[arg-type]
            for name, value in rows
        ],
        schema=["parameter", "what", "model", "published", "unit", "reference"], orient="row",
    )  # fmt: skip


def _draws(rng: np.random.Generator, n: int, columns: int) -> Array:
    """Standard normal draws (n + 1, columns), the first row nought: the central answer."""
    return np.concatenate([np.zeros((1, columns)), rng.standard_normal((n, columns))])


def first_draws(study: Study, n: int) -> Study:
    """The study with its central answer and its first `n` draws."""
    names = ("one", "two", "frail", "ending", "overlap", "means")
    return replace(study, **{name: getattr(study, name)[: n + 1] for name in names})


def _limits(shares: Array) -> Array:
    """2.5%, 97.5%, 0.1% and 99.9% quantiles over draws 1 on: (4, units, 5)."""
    return np.asarray(np.quantile(shares[:, 1:], [0.025, 0.975, 0.001, 0.999], axis=1))


def _averaging(england_ages: Array) -> Array:
    """A matrix (91, 19) that averages single years into bands by England's people."""
    matrix = np.zeros((OLDEST + 1, len(STARTS)))
    for k, (a, b) in enumerate(zip(STARTS, (*STARTS[1:], OLDEST + 1), strict=True)):
        matrix[a:b, k] = england_ages[a:b] / england_ages[a:b].sum()
    return matrix


def _frailty() -> Array:
    bands: Mapping[str, float] = load_definition("parameters", "frailty_phenotype")["bands"]
    share = np.zeros(OLDEST + 1)
    for start in sorted(int(b) for b in bands):
        share[start:] = bands[str(start)] / 100
    return share


def _mean_age_90(tables: ReferenceTables) -> float:
    """Mean age of people of 90 and over: 90 and half the years still expected there, as in a shrinking population."""
    at = tables.life_tables.filter(pl.col("age") == OLDEST)["ex"].mean()
    return OLDEST + float(at) / 2 + 0.5  # type: ignore[arg-type]


def _people_2014(tables: ReferenceTables, sex: str) -> Array:
    rows = tables.district_population.filter(pl.col("sex") == sex).group_by("age").agg(pl.col("people").sum())
    return rows.sort("age")["people"].to_numpy().astype(np.float64)


def _newest_year(place: Place) -> str:
    return str(place.registers["year"].max() or "")


def _check_registers(england: Place, settings: NeedSettings) -> None:
    known = set(england.registers["register"].unique())
    unknown = [r for r in settings.registers if r not in known]
    if unknown:
        raise InputRefused(
            "The settings of need cannot be used",
            [Problem(f"`{r}` is not a register of {_newest_year(england)}", "registers", "", did_you_mean(r, known))
             for r in unknown],
        )  # fmt: skip


def _entries(place: Place, settings: NeedSettings) -> dict[str, tuple[int, int]]:
    """By practice: entries on the counted registers and the whole list of the register's year."""
    rows = place.registers.filter(pl.col("year") == _newest_year(place))
    entries = (
        rows.filter(pl.col("register").is_in(list(settings.registers)))
        .group_by("practice_code")
        .agg(pl.col("patients_on_register").sum())
    )
    lists = rows.filter(pl.col("list_type") == "TOTAL").group_by("practice_code").agg(pl.col("list_size").max())
    both = entries.join(lists, on="practice_code").sort("practice_code")
    return {code: (int(e), int(n)) for code, e, n in both.iter_rows() if n > 0}


def _expected(place: Place, units: Sequence[Unit], study: Study, england_ages: Array) -> Array:
    """Mean number of conditions a head that the study's curve gives at each unit's ages; NaN without ages."""
    people = people_by_band(place, units, england_ages)
    totals = people.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(totals > 0, (people @ study.means[0]) / np.where(totals > 0, totals, 1.0), np.nan))


def _spread(
    entries: Mapping[str, tuple[int, int]], expected: Mapping[str, float], national: float, rate: float
) -> float:
    """Standard deviation between practices of the logarithm of their factor, without what chance gives."""
    rows = [(e, n, expected[c]) for c, (e, n) in sorted(entries.items())
            if c in expected and e > 0]  # fmt: skip
    if len(rows) < 2:
        return 0.0
    e, n, m = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    logs = np.log((e / n / rate) / (m / national))
    mean = np.average(logs, weights=n)
    chance = (1 + e / n) / e
    return float(math.sqrt(max(np.average((logs - mean) ** 2 - chance, weights=n), 0.0)))


def _counts(place: Place, settings: NeedSettings) -> tuple[dict[str, int], Array, Array]:
    """Rows of practices with registers, their entries (practices, registers) and whole lists (practices,)."""
    rows = place.registers.filter(pl.col("year") == _newest_year(place))
    lists = rows.filter(pl.col("list_type") == "TOTAL").group_by("practice_code").agg(pl.col("list_size").max())
    wide = (
        rows.filter(pl.col("register").is_in(list(settings.registers)))
        .pivot(on="register", index="practice_code", values="patients_on_register", aggregate_function="sum")
        .join(lists.filter(pl.col("list_size") > 0), on="practice_code")
        .sort("practice_code")
    )
    table = wide.drop("practice_code", "list_size").fill_null(0)
    counts = table.select(sorted(table.columns)).to_numpy().astype(np.float64)
    return (
        {code: k for k, code in enumerate(wide["practice_code"])},
        counts,
        wide["list_size"].to_numpy().astype(np.float64),
    )


def _fit(unit: Unit, r: Registers, settings: NeedSettings, study: Study) -> Fit:
    size = sum(r.held[p][1] for p in unit.practices if p in r.held)
    local = study.local * math.sqrt(min(1.0, study.district / size)) if size else study.local
    sound = [p for p in unit.practices if p in r.expected and r.held[p][0] > 0]
    if not sound:
        return Fit(1.0, r.spread, 0, 0, "no registers are published under its practices' codes: ages alone", local)
    entries, patients = (sum(r.held[p][k] for p in sound) for k in (0, 1))
    mean = math.fsum(r.expected[p] * r.held[p][1] for p in sound) / patients
    shares = np.array([r.held[p][1] / patients for p in sound])
    recording = settings.recording_share * r.spread**2 * float((shares**2).sum())
    error = math.sqrt((1 + entries / patients) / entries + recording)
    missing = len(unit.practices) - len(sound)
    note = f"{missing} of {len(unit.practices)} practices have no register under their code" if missing else ""
    return Fit((entries / patients / r.rate) / (mean / r.national), error, entries, patients, note, local)
