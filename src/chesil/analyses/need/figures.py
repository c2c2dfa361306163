"""Figures and working tables of the analysis of need: every number that a page may print, with its parts and limits."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.need.mortality import SEXES, DistrictLife
from chesil.analyses.need.profile import Reconciliation, band_name, band_shares
from chesil.analyses.need.projection import Projection
from chesil.analyses.need.pyramid import STARTS, Fit, Pyramid
from chesil.analyses.need.settings import BANDS, LEVELS, NeedSettings
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.measures.computing import Unit
from chesil.methods.intervals import wilson
from chesil.place.place import Place
from chesil.place.vintage import find_vintage

Array = NDArray[np.float64]
ENGLAND_CODE = "ENGLAND"
REGISTER_YEAR = "2021/22"
OLDER = ((65, "resident_share_65_plus"), (75, "resident_share_75_plus"), (85, "resident_share_85_plus"))
OUTCOMES = ("inside", "beyond", "outside_england", "unknown")


@dataclass(frozen=True)
class _Maker:
    """What the figures of one measure of one place share."""

    place: Place
    measure: str
    period: str
    standing: str
    receipts: tuple[str, ...]
    limits: str = ""

    def __call__(self, code: str, name: str, **numbers: Any) -> Figure:
        card = load_measure(self.measure)
        if numbers.get("value") is None:
            kept: dict[str, Any] = {k: numbers[k] for k in ("notes", "denominator") if k in numbers}
            numbers = {"reason": numbers["reason"], **kept}
        elif "limits" not in numbers:
            numbers["limits"] = self.limits or f"none: {card.no_limits_because}"
        return Figure(
            measure=self.measure, unit_code=code, unit_name=name, vintage=self.place.vintage, period=self.period,
            unit=card.unit, method=card.formula, scenario=self.place.scenario, standing=self.standing,
            receipts=self.receipts, **numbers,
        )  # fmt: skip


def of_lists(
    place: Place, units: Sequence[Unit], where: Mapping[str, Reconciliation], odd: pl.DataFrame
) -> list[Figure]:
    """Where the people of each list live; for the place also its residents, how they are registered, and named areas."""
    lists = find_vintage(place.vintage).lists
    projected = place.registrations_are == "projected"
    standing = "modelled" if projected else "counted"
    flows = place.receipts_for("registrations")
    figures = []
    for outcome in OUTCOMES:
        make = _Maker(place, f"list_{outcome}", lists, standing, flows)
        for unit in units:
            found = where.get(unit.code)
            reason = "" if found else f"patients by area are not published for {place.vintage}"
            n = float(getattr(found, outcome)) if found else None
            whole = float(found.total) if found else None
            figures.append(make(unit.code, unit.name, value=n, reason=reason, numerator=n, denominator=whole))
    if where and place.areas.height:
        figures += _of_place(place, lists, standing, flows, odd)
    return figures


def _of_place(place: Place, lists: str, standing: str, flows: tuple[str, ...], odd: pl.DataFrame) -> list[Figure]:
    residents, registered = float(place.residents), float(place.areas["registered"].drop_nulls().sum())
    elsewhere = float(place.registered_elsewhere["patients"].sum())
    odd_low, odd_high = (
        float((rows["registered"] - rows["residents_2020"]).sum())
        for rows in (odd.filter(pl.col("ratio") < 1), odd.filter(pl.col("ratio") > 1))
    )
    both = (*place.receipts_for("area_ages"), *flows)
    values = {
        "residents": (residents, "2020-06-30", "counted", place.receipts_for("area_ages")),
        "residents_elsewhere": (elsewhere, lists, standing, flows),
        "registered_minus_residents": (registered - residents, lists, "derived", both),
        "registered_minus_residents_low_areas": (odd_low, lists, "derived", both),
        "registered_minus_residents_high_areas": (odd_high, lists, "derived", both),
    }
    return [
        _Maker(place, name, period, kind, receipts)(place.code, place.name, value=value)
        for name, (value, period, kind, receipts) in values.items()
    ]


def of_ages(place: Place, units: Sequence[Unit], lists: Array, residents: Array, england: Array) -> list[Figure]:
    """Shares of residents in old age, by unit and England; and ages of lists by band for the place, groups and England."""
    receipts = (*place.receipts_for("area_ages"), *place.receipts_for("registrations"))
    figures = []
    for age, measure in OLDER:
        make = _Maker(place, measure, "2020-06-30", "derived", receipts)
        for code, name, row in [*((u.code, u.name, residents[k]) for k, u in enumerate(units)),
                                (ENGLAND_CODE, "England", england)]:  # fmt: skip
            old, everyone = float(row[age:].sum()), float(row.sum())
            reason = "" if everyone else "no patients by area, so no residents"
            value = 100 * old / everyone if everyone else None
            figures.append(make(code, name, value=value, reason=reason, numerator=old, denominator=everyone))
    make = _Maker(place, "age_band_share", _ages_period(place), "counted", place.receipts_for("practice_ages"))
    shown = _shown(lists)
    singles = {u.code for u in units if len(u.practices) == 1 and u.code == u.practices[0]}
    rows = [(u.code, u.name, shown[k]) for k, u in enumerate(units) if u.code not in singles]
    for code, name, row in [*rows, (ENGLAND_CODE, "England", shown[-1])]:
        figures += [_band(make, code, name, start, row) for start in BANDS if row.sum() > 0]
    return figures


def of_sexes(place: Place, units: Sequence[Unit], female: Array, lists: Array) -> list[Figure]:
    """Women and men by age band as shares of all patients, for the place, groups and England (the last row of both)."""
    make = _Maker(place, "age_sex_share", _ages_period(place), "counted", place.receipts_for("practice_ages"))
    women, everyone = _shown(female), _shown(lists)
    rows = [
        (u.code, u.name, k) for k, u in enumerate(units) if not (len(u.practices) == 1 and u.code == u.practices[0])
    ]
    figures = []
    for code, name, k in [*rows, (ENGLAND_CODE, "England", len(units))]:
        total = float(np.rint(everyone[k].sum()))
        for sex, people in (("female", women[k]), ("male", everyone[k] - women[k])) if total else ():
            for b, start in enumerate(BANDS):
                n = float(np.rint(people[b]))
                figures.append(
                    make(f"{code}:{sex}:{start}", f"{name}, {WORDS_OF_SEX[sex]} {band_name(start)}", value=100 * n / total,
                         numerator=n, denominator=total, limits="none: a full count")
                )  # fmt: skip
    return figures


WORDS_OF_SEX = {"female": "women and girls", "male": "men and boys"}


def _band(make: _Maker, code: str, name: str, start: int, row: Array) -> Figure:
    n, everyone = float(np.rint(row[BANDS.index(start)])), float(np.rint(row.sum()))
    (low, high), (low998, high998) = (
        tuple(100 * float(b) for b in wilson(n, everyone, confidence=c)) for c in (0.95, 0.998)
    )
    return make(
        f"{code}:{start}", f"{name}, {band_name(start)}", value=100 * n / everyone, lower=low, upper=high,
        lower998=low998, upper998=high998, limits="Wilson (1927), 95% and 99.8%", numerator=n, denominator=everyone,
    )  # fmt: skip


def of_pyramid(
    place: Place, names: Mapping[str, str], pyramid: Pyramid, fits: Mapping[str, Fit],
    ranges: Mapping[str, tuple[float, ...] | None], settings: NeedSettings,
) -> list[Figure]:  # fmt: skip
    """Five levels for every unit and England (withheld where the band is wider than the difference), how far the
    registers moved them, and what the registers alone allow."""
    receipts = (*place.receipts_for("practice_ages"), *place.receipts_for("registers"),
                *place.receipts_for("life_tables"))  # fmt: skip
    figures = []
    for level in range(LEVELS):
        make = _Maker(place, f"need_level_{level + 1}", REGISTER_YEAR, "modelled", receipts,
                      "simulated from the errors of the studies, the registers and their recording, 95% and 99.8%")  # fmt: skip
        figures += [_level(make, pyramid, k, level, names[c], settings) for k, c in enumerate(pyramid.codes)]
    factor = _Maker(place, "need_register_factor", REGISTER_YEAR, "derived",
                    (*place.receipts_for("practice_ages"), *place.receipts_for("registers")))  # fmt: skip
    for code, fit in fits.items():
        if fit.entries == 0:
            figures.append(factor(code, names[code], value=None, reason=f"not published: {fit.note}"))
            continue
        low, high = (fit.factor * math.exp(z * fit.error) for z in (-1.959964, 1.959964))
        low998, high998 = (fit.factor * math.exp(z * fit.error) for z in (-3.090232, 3.090232))
        figures.append(factor(
            code, names[code], value=fit.factor, lower=low, upper=high, lower998=low998, upper998=high998,
            limits="log-normal: chance, and the part of the spread between practices held to be recording",
            numerator=float(fit.entries), denominator=float(fit.patients), notes=(fit.note,) if fit.note else (),
        ))  # fmt: skip
    return figures + _of_ranges(place, names, ranges)


def of_kinds(place: Place, kinds: Sequence[tuple[str, str]], pyramid: Pyramid, settings: NeedSettings) -> list[Figure]:
    """The levels of the residents of a place's kinds of area, by their ages of mid-2020."""
    receipts = (*place.receipts_for("area_ages"), *place.receipts_for("registers"), *place.receipts_for("life_tables"),
                *place.receipts_for("registrations"))  # fmt: skip
    limits = "simulated from the errors of the studies, the registers and their recording, 95% and 99.8%"
    makers = [_Maker(place, f"need_level_{n + 1}", REGISTER_YEAR, "modelled", receipts, limits) for n in range(LEVELS)]
    return [
        _level(makers[n], pyramid, k, n, words, settings) for k, (_, words) in enumerate(kinds) for n in range(LEVELS)
    ]


def is_withheld(pyramid: Pyramid, k: int, level: int, settings: NeedSettings) -> bool:
    """True if a unit's level is too close to England's to give: its band is wider than its difference."""
    if pyramid.codes[k] == ENGLAND_CODE:
        return False
    own = settings.withhold_on == "own_band"
    if own:
        gap = abs(pyramid.share[k, level] - pyramid.share[-1, level])
        return bool(pyramid.upper[k, level] - pyramid.lower[k, level] > gap)
    width = pyramid.ratio_upper[k, level] - pyramid.ratio_lower[k, level]
    return bool(width > abs(pyramid.ratio[k, level] - 1))


def _level(make: _Maker, p: Pyramid, k: int, level: int, name: str, settings: NeedSettings) -> Figure:
    everyone = float(p.people[k].sum())
    if everyone == 0:
        return make(p.codes[k], name, value=None, reason="not published: no ages of its patients")
    numbers = [100 * float(a[k, level]) for a in (p.share, p.lower, p.upper, p.lower998, p.upper998)]
    r, low_r, high_r = (float(a[k, level]) for a in (p.ratio, p.ratio_lower, p.ratio_upper))
    band = f"95% limits {low_r:.2f} to {high_r:.2f}, without what both share"
    note = f"It is {r:.2f} times England's share ({band})."
    by_age = f"By ages alone it would be {100 * float(p.by_age_alone[k, level]):.1f}%."
    if is_withheld(p, k, level, settings):
        return make(p.codes[k], name, value=None, reason="withheld: its band is wider than its difference from England",
                    notes=(f"Of England's share: {band}.",), denominator=everyone)  # fmt: skip
    value, low, high, low998, high998 = numbers
    return make(
        p.codes[k], name, value=value, lower=low, upper=high, lower998=low998, upper998=high998,
        numerator=value / 100 * everyone, denominator=everyone,
        notes=("Modelled: nobody is counted.", *(() if p.codes[k] == ENGLAND_CODE else (note, by_age))),
    )  # fmt: skip


def _of_ranges(place: Place, names: Mapping[str, str], ranges: Mapping[str, tuple[float, ...] | None]) -> list[Figure]:
    figures = []
    for at, measure in ((0, "registers_one_or_more"), (3, "registers_two_or_more")):
        make = _Maker(place, measure, REGISTER_YEAR, "derived", place.receipts_for("registers"),
                      "not of chance: the least and the most that the registers allow, whatever their overlap")  # fmt: skip
        for code, found in ranges.items():
            if found is None:
                figures.append(
                    make(code, names[code], value=None, reason="not published: no registers under its codes")
                )
            else:
                low, value, high = (100 * v for v in found[at : at + 3])
                figures.append(make(code, names[code], value=value, lower=low, upper=high))
    return figures


def of_projection(place: Place, units: Sequence[Unit], p: Projection, settings: NeedSettings) -> list[Figure]:
    """How each list grows, and ages; residents of the councils and the place; people of new homes."""
    later = min(p.base_year + settings.years_ahead, p.years[-1]) if p.years else p.base_year + settings.years_ahead
    span = f"{p.base_year}-07-01 to {later}-06-30"
    receipts = (*place.receipts_for("projections"), *place.receipts_for("area_ages"),
                *place.receipts_for("registrations"), *place.receipts_for("practice_ages"))  # fmt: skip
    lists = {(u, y, a): n for u, y, a, n in p.lists.iter_rows()}
    figures = []
    for measure, lowest in (("projected_list_change", 0), ("projected_75_plus_change", 75)):
        make = _Maker(place, measure, span, "modelled", receipts)
        for unit in units:
            now, then = (_list_of(lists, unit.code, y, lowest) for y in (p.base_year, later))
            reason = "" if now else _why_no_projection(p)
            value = 100 * (then / now - 1) if now else None
            figures.append(make(unit.code, unit.name, value=value, reason=reason, numerator=round(then),
                                denominator=round(now)))  # fmt: skip
    if p.years:
        figures += _old_shares(place, units, p, lists, receipts)
        figures += _of_residents(place, p)
    if place.homes.height:
        homes = {u: n for u, y, n in p.homes_lists.iter_rows() if y == later}
        make = _Maker(place, "homes_people", span, "local", place.receipts_for("registrations"))
        counts = [(u, float(round(homes.get(u.code, 0.0)))) for u in units]
        figures += [make(u.code, u.name, value=n, numerator=n) for u, n in counts]
    return figures


def _old_shares(
    place: Place,
    units: Sequence[Unit],
    p: Projection,
    lists: Mapping[tuple[str, int, int], float],
    receipts: tuple[str, ...],
) -> list[Figure]:
    make = _Maker(place, "projected_share_65_plus", f"{p.years[-1]}", "modelled", receipts)
    found = []
    for unit in units:
        old, everyone = (_list_of(lists, unit.code, p.years[-1], a) for a in (65, 0))
        found.append(make(unit.code, unit.name, value=100 * old / everyone if everyone else None,
                          reason="" if everyone else _why_no_projection(p), numerator=round(old),
                          denominator=round(everyone)))  # fmt: skip
    return found


def _of_residents(place: Place, p: Projection) -> list[Figure]:
    """Published residents of each council, and of the place where its areas make it up, at the last year."""
    inside = set(place.areas["ltla21"]) if place.areas.height else set(p.councils["area_code"])
    last = p.councils.filter((pl.col("year") == p.years[-1]) & pl.col("area_code").is_in(list(inside)))
    published = place.receipts_for("projections")
    make = _Maker(place, "projected_residents", f"{p.years[-1]}", "transcribed", published)
    share = _Maker(place, "projected_residents_65_plus", f"{p.years[-1]}", "transcribed", published)
    figures = []
    for code, name, n, old in last.select("area_code", "area_name", "published", "published_65_plus").iter_rows():
        figures += [make(code, name, value=round(n)), _share(share, code, name, old, n)]
    if p.areas.height and not p.missing:
        mine = p.areas.filter(pl.col("year") == p.years[-1])
        n, old = (float(mine.filter(pl.col("age_from") >= a)["people"].sum()) for a in (0, 65))
        figures += [make(place.code, place.name, value=n), _share(share, place.code, place.name, old, n)]
    return figures


def _share(make: _Maker, code: str, name: str, part: float, whole: float) -> Figure:
    return make(code, name, value=100 * part / whole, numerator=round(part), denominator=round(whole))


def projection_tables(p: Projection) -> dict[str, pl.DataFrame]:
    """The working of the projection."""
    tables = {"projection_areas": p.areas, "projection_councils": p.councils, "projection_lists": p.lists}
    return tables | {"homes": p.homes, "homes_lists": p.homes_lists}


def projection_warnings(place: Place, p: Projection) -> list[str]:
    """Which councils have no projection here and which file to add; homes that cannot be placed."""
    found = []
    if p.missing:
        names = ", ".join(f"{name} ({code})" for code, name in p.missing)
        found.append(
            f"No projection is held for {names}. Add the Office for National Statistics' subnational population "
            "projections, 2022-based, persons by single year of age (the file 2022 SNPP Population persons.csv), to the "
            "folder population of the raw files, and run `chesil data build --raw DIR`."
        )
    unplaced = place.homes.filter(pl.col("easting").is_null() | pl.col("northing").is_null()).height
    if unplaced:
        found.append(f"{unplaced} developments have no known position: their people count for the whole place alone.")
    if p.outside:
        found.append(f"Left out, because they lie outside the place: {', '.join(p.outside)}.")
    return found


def of_lives(
    place: Place, lives: Sequence[DistrictLife], indicators: pl.DataFrame, units: Sequence[Unit]
) -> list[Figure]:
    """Life expectancy at birth of districts, the place and England in 2014; of practices as published."""
    receipts = (*place.receipts_for("district_deaths"), *place.receipts_for("district_population"))
    figures = []
    for k, sex in enumerate(SEXES):
        make = _Maker(place, f"life_expectancy_{sex}", "2014", "derived", receipts,
                      "Silcocks (2001) on Chiang's second method, 95% and 99.8%")  # fmt: skip
        for life in lives:
            e = life.expectancy
            reason = str(e.reason[k, 0])
            numbers = {n: None if reason else float(getattr(e, n)[k, 0])
                       for n in ("value", "lower", "upper", "lower998", "upper998")}  # fmt: skip
            figures.append(make(life.code, life.name, **numbers, reason=reason, numerator=float(life.deaths[k]),
                                denominator=float(life.people[k])))  # fmt: skip
        own = indicators.filter(pl.col("indicator") == f"life_expectancy_{sex}")
        values = dict(own.select("practice_code", "value").iter_rows())
        publish = _Maker(place, f"practice_life_expectancy_{sex}", "2016-01-01 to 2020-12-31", "transcribed",
                         place.receipts_for("practice_indicators", f"life_expectancy_{sex}"))  # fmt: skip
        figures += [publish(u.code, u.name, value=values.get(u.code), reason="not published here for this practice")
                    for u in units if len(u.practices) == 1 and u.code == u.practices[0] and values]  # fmt: skip
    return figures


def age_table(
    units: Sequence[Unit], lists: Array, residents: Array, england_lists: Array, england: Array
) -> pl.DataFrame:
    """Registered and resident people by unit and band, with England's shares of both."""
    shown, living = _shown(lists), band_shares(residents)
    e_lists, e_living = _shown(england_lists), band_shares(england)
    rows = [
        (u.code, u.name, start, float(shown[k, b]), float(living[k, b]), float(e_lists[b] / e_lists.sum()),
         float(e_living[b] / e_living.sum()))
        for k, u in enumerate(units)
        for b, start in enumerate(BANDS)
    ]  # fmt: skip
    names = ["unit_code", "unit_name", "age_from", "registered", "residents", "england_registered", "england_residents"]
    return pl.DataFrame(rows, schema=names, orient="row")


def pyramid_table(names: Mapping[str, str], p: Pyramid, settings: NeedSettings) -> pl.DataFrame:
    """One row a unit and level; shares as fractions."""
    return pl.DataFrame(
        [
            (code, names[code], level + 1, settings.level_names[level], float(p.share[k, level]), float(p.lower[k, level]),
             float(p.upper[k, level]), float(p.by_age_alone[k, level]), float(p.ratio[k, level]),
             float(p.ratio_lower[k, level]), float(p.ratio_upper[k, level]),
             float(p.share[k, level] * p.people[k].sum()), is_withheld(p, k, level, settings))
            for k, code in enumerate(p.codes)
            for level in range(LEVELS)
        ],
        schema=["unit_code", "unit_name", "level", "level_name", "share", "lower", "upper", "by_age_alone", "ratio",
                "ratio_lower", "ratio_upper", "people", "withheld"],
        orient="row",
    )  # fmt: skip


def area_table(codes: Sequence[str], p: Pyramid | None, settings: NeedSettings) -> pl.DataFrame:
    """One row a small area and level; shares as fractions of residents."""
    rows = [] if p is None else [
        (code, level + 1, float(p.share[k, level]), float(p.lower[k, level]), float(p.upper[k, level]),
         float(p.ratio[k, level]), float(p.ratio_lower[k, level]), float(p.ratio_upper[k, level]),
         is_withheld(p, k, level, settings))
        for k, code in enumerate(codes)
        for level in range(LEVELS)
    ]  # fmt: skip
    schema = {"lsoa11": pl.String, "level": pl.Int64, "share": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
              "ratio": pl.Float64, "ratio_lower": pl.Float64, "ratio_upper": pl.Float64,
              "withheld": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def fit_table(names: Mapping[str, str], fits: Mapping[str, Fit], spread: float) -> pl.DataFrame:
    """How far the registers moved each unit; `spread` between England's practices on the logarithm."""
    return pl.DataFrame(
        [(c, names[c], f.factor, f.error, f.entries, f.patients, spread, f.note) for c, f in fits.items()],
        schema=["unit_code", "unit_name", "factor", "error", "entries", "patients", "england_spread", "note"], orient="row",
    )  # fmt: skip


def district_table(lives: Sequence[DistrictLife]) -> pl.DataFrame:
    """One row a district: how much of it the place holds, its deaths and people of 2014."""
    return pl.DataFrame(
        [(v.code, v.name, v.share_inside, sum(v.deaths), sum(v.people)) for v in lives],
        schema=["code", "name", "share_inside", "deaths", "people"], orient="row",
    )  # fmt: skip


def mean_fit(parts: Sequence[tuple[float, Fit]]) -> Fit:
    """The fit of an area: of the practices its people use, each by its patients there (geometric mean)."""
    sound = [(n, f) for n, f in parts if f.entries > 0]
    everyone = sum(n for n, _ in sound)
    if not everyone:
        return Fit(1.0, max((f.error for _, f in parts), default=0.0), 0, 0, "no registers")
    logs = math.fsum(n * math.log(f.factor) for n, f in sound) / everyone
    error = math.sqrt(math.fsum((n * f.error) ** 2 for n, f in sound)) / everyone
    entries, patients = (sum(getattr(f, n) for _, f in sound) for n in ("entries", "patients"))
    return Fit(math.exp(logs), error, entries, patients, local=max(f.local for _, f in sound))


def _shown(lists: Array) -> Array:
    return np.asarray(np.add.reduceat(lists, [STARTS.index(b) for b in BANDS], axis=-1))


def _ages_period(place: Place) -> str:
    card = load_measure("share_65_plus")
    return str((card.period_of or {}).get(place.vintage, find_vintage(place.vintage).lists))


def _list_of(lists: Mapping[tuple[str, int, int], float], code: str, year: int, lowest: int) -> float:
    return math.fsum(lists.get((code, year, a), 0.0) for a in BANDS if a >= lowest)


def _why_no_projection(p: Projection) -> str:
    if not p.years:
        return "not published here: no projection is held for its councils"
    return "half or more of the patients of one of its practices live where no projection is held"
