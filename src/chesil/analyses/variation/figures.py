"""Figures of variation: what is recorded, beside England and beside what is expected, and the gap split into its parts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from chesil.analyses.variation.judging import FEWER, FURTHEST, MORE, RULES, TOO_FEW
from chesil.analyses.variation.settings import VariationSettings
from chesil.analyses.variation.tables import DIABETES, YEAR, register_words
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.measures.computing import Unit
from chesil.methods.intervals import CONFIDENCES, Limits, poisson_limits, poisson_method, wilson
from chesil.place.place import Place

SHOWN_PARTS = {
    "age_and_sex": ("age", "sex"),
    "deprivation": ("deprivation",),
    "ethnicity": ("ethnicity",),
    "place_and_list": ("rurality", "list_change"),
}
"""The parts as a page shows them, each the sum of some of the parts that are worked out."""
ENGLAND = "ENGLAND"
WILSON = "Wilson (1927), 95% and 99.8%"
NOT_HELD = f"no register of {YEAR} under this code"


@dataclass(frozen=True)
class VariationUnits:
    """What is reported on: practices, groups of them and the whole place, with the receipts of what it rests on.

    `with_history` are units with all codes that they held in any year. `receipts` by "registers", "expected", "indicators"
    and each trend.
    """

    practices: tuple[Unit, ...]
    groups: tuple[Unit, ...]
    place: Unit
    with_history: tuple[Unit, ...]
    receipts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def all(self) -> tuple[Unit, ...]:
        """Practices, groups and the place."""
        return (*self.practices, *self.groups, self.place)


def of_register(code: str, register: str) -> str:
    """The code of a unit and a register (or another measure) together, for figures of which there is one for each."""
    return f"{code}:{register}"


def figures_of(
    place: Place,
    units: VariationUnits,
    found: Mapping[str, pl.DataFrame],
    counts: pl.DataFrame,
    how: VariationSettings,
    supplied: pl.DataFrame | None,
) -> list[Figure]:
    """Every figure of the analysis but the trends."""
    rows = found["registers"]
    by_register: dict[str, Held] = {register: {} for register in register_words()}
    for row in rows.iter_rows(named=True):
        by_register.setdefault(row["register"], {})[row["practice_code"]] = row
    make = _Maker(place, units, by_register)
    figures = [f for register in register_words() for f in make.of_register(register, counts)]
    for unit in (units.place, *units.groups):
        mine = rows.filter(pl.col("practice_code").is_in(list(unit.practices)))
        figures += make.without([(unit, register) for register in register_words()])
        for register in largest_gaps(mine, how.shown):
            figures += make.parts(unit, register)
    flagged = rows.filter(pl.col("verdict").is_in([MORE, FEWER]) | (pl.col("chance") < FURTHEST))
    by_code = {u.code: u for u in units.practices}
    for code, register in flagged.select("practice_code", "register").iter_rows():
        if code in by_code:
            figures += make.parts(by_code[code], register)
            figures += make.without([(by_code[code], register)])
    figures += make.of_diabetes(counts, found["shares"])
    figures += make.of_rules(rows, found["flags"])
    if supplied is not None:
        figures += make.of_supplied(rows, supplied)
    return [replace(f, method=load_measure(f.measure).formula) for f in figures]


def largest_gaps(rows: pl.DataFrame, most: int) -> list[str]:
    """The registers in which a unit lies furthest from England's rate, by the gap over England's count, largest first."""
    sums = (
        rows.filter(pl.col("expected").is_not_null())
        .group_by("register")
        .agg(pl.col("gap").sum(), (pl.col("list_size") * pl.col("england_rate")).sum().alias("base"))
        .filter(pl.col("base") > 0)
        .with_columns((pl.col("gap") / pl.col("base").sqrt()).abs().alias("far"))
        .sort(["far", "register"], descending=[True, False])
    )
    return sums["register"].head(most).to_list()


Row = dict[str, Any]
Held = dict[str, Row]
"""The rows of one register by practice."""


@dataclass(frozen=True)
class _Maker:
    """Makes figures of one place from the rows of `found["registers"]`, by register and practice."""

    place: Place
    units: VariationUnits
    rows: Mapping[str, Held]

    def of_register(self, register: str, counts: pl.DataFrame) -> list[Figure]:
        """What is recorded, for every unit and England; and the same to what is expected, for every unit."""
        measure = f"recorded_{register.lower()}"
        whole = counts.filter(pl.col("measure") == measure)
        held = [self._held(register, unit.practices) for unit in self.units.all]
        asked = [(ENGLAND, "England", float(whole["count"].sum()), float(whole["of"].sum()))]
        asked += [
            (unit.code, unit.name, _sum(rows, "patients_on_register"), _sum(rows, "list_size"))
            for unit, rows in zip(self.units.all, held, strict=True)
        ]
        england, *shares = self._shares(measure, asked, self.units.receipts["registers"])
        named = [(unit.code, unit.name, rows) for unit, rows in zip(self.units.all, held, strict=True)]
        ratios = self._ratios(f"recorded_to_expected_{register.lower()}", named, "expected")
        return [england, *(f for both in zip(shares, ratios, strict=True) for f in both)]

    def _held(self, register: str, practices: Iterable[str]) -> list[Row]:
        return [self.rows[register][c] for c in practices if c in self.rows[register]]

    def parts(self, unit: Unit, register: str) -> list[Figure]:
        """The gap of one unit and register from England's rate, split into what it goes with and the rest."""
        held = [r for r in self._held(register, sorted(unit.practices)) if r["expected"] is not None]
        if not held:
            return []
        code, name = of_register(unit.code, register), f"{unit.name}: {register_words()[register]}"
        x, expected = _sum(held, "patients_on_register"), _sum(held, "expected")
        base = math.fsum(r["list_size"] * r["england_rate"] for r in held)
        common = self._common(code, name, self.units.receipts["expected"])
        derived = {**common, "standing": "derived"}
        none = "none: a difference of two figures; see the limits of the ratio to the expected count"
        figures = [
            Figure(measure="recording_gap", value=x - base, numerator=x, denominator=base, limits=none, **derived),
            Figure(measure="recording_gap_rest", value=x - expected, numerator=x, denominator=expected, limits=none, **common),
        ]  # fmt: skip
        for shown, of in SHOWN_PARTS.items():
            value = math.fsum(r[f"part_{p}"] for r in held for p in of)
            figures.append(Figure(measure=f"recording_gap_{shown}", value=value, limits="none: modelled", **common))
        return figures

    def without(self, asked: Sequence[tuple[Unit, str]]) -> list[Figure]:
        """The ratio of units and registers to what is expected with deprivation and ethnicity left out of the model."""
        named = [
            (of_register(unit.code, register), f"{unit.name}: {register_words()[register]}", held)
            for unit, register in asked
            if (held := self._held(register, sorted(unit.practices)))
        ]
        return self._ratios("recorded_to_expected_without", named, "expected_without")

    def of_diabetes(self, counts: pl.DataFrame, shares: pl.DataFrame) -> list[Figure]:
        """Control in diabetes: shares of every unit, and of practices the similar ten's median and the people to targets."""
        figures = []
        receipts = self.units.receipts["indicators"]
        for measure in DIABETES:
            whole = counts.filter((pl.col("measure") == measure) & (pl.col("of") > 0))
            by_code = {c: (x, n) for c, x, n in whole.select("practice_code", "count", "of").iter_rows()}
            total = (math.fsum(whole["count"]), math.fsum(whole["of"]))
            asked = [(ENGLAND, "England", *total)]
            for unit in self.units.all:
                held = [by_code[c] for c in unit.practices if c in by_code]
                asked.append((unit.code, unit.name, math.fsum(h[0] for h in held), math.fsum(h[1] for h in held)))
            figures += self._shares(measure, asked, receipts)
            figures += self._beside_similar(measure, shares.filter(pl.col("measure") == measure))
        return figures

    def _beside_similar(self, measure: str, shares: pl.DataFrame) -> list[Figure]:
        rows = {r["practice_code"]: r for r in shares.iter_rows(named=True)}
        kinds = {
            "to_similar_median": ("to_median", 1.0), "to_similar_best_five": ("to_best", 1.0),
            "to_similar_median_by_chance": ("to_median_by_chance", 1.0),
            "to_similar_best_five_by_chance": ("to_best_by_chance", 1.0), "similar_median": ("similar_median", 100.0),
        }  # fmt: skip
        figures = []
        for unit in self.units.practices:
            if unit.code not in rows:
                continue
            common = self._common(of_register(unit.code, measure), unit.name, self.units.receipts["indicators"])
            for name, (column, scale) in kinds.items():
                value = rows[unit.code][column] * scale
                unit_of = "%" if name == "similar_median" else "people"
                said = {**common, "standing": "derived", "unit": unit_of}
                figures.append(
                    Figure(measure=name, value=value, limits="none: see the same by chance beside it", **said)
                )
        return figures

    def of_rules(self, rows: pl.DataFrame, flags: pl.DataFrame) -> list[Figure]:
        """How many comparisons each rule flags, ours first, for the place and its groups (of comparisons, not of people)."""
        figures = []
        for unit in (self.units.place, *self.units.groups):
            mine = pl.col("practice_code").is_in(list(unit.practices))
            part, others = rows.filter(mine & (pl.col("reason") == "")), flags.filter(mine)
            common = self._common(unit.code, unit.name, self.units.receipts["expected"])
            counted = {
                "variation_flags": (part["verdict"].is_in([MORE, FEWER]).sum(), part.height),
                "variation_furthest": ((part["chance"] < FURTHEST).sum(), part.height),
                "variation_by_chance": (int(part["chance"].is_not_null().sum()) * FURTHEST, part.height),
                "variation_too_few": ((part["verdict"] == TOO_FEW).sum(), part.height),
                **{f"rule_{r}": (int(others[r].sum()), int(others[r].is_not_null().sum())) for r in RULES},
            }
            family = max(rows["family"].to_list(), default=0)
            notes = (
                f"One family of {family:,} comparisons: all practices, registers and shares of the place together.",
            )
            for measure, (value, of) in counted.items():
                said = {**common, "standing": "counted", "unit": "comparisons", "notes": notes}
                figures.append(
                    Figure(measure=measure, value=float(value), numerator=float(value), denominator=float(of),
                           limits="none: a count of comparisons", **said)
                )  # fmt: skip
        return figures

    def of_supplied(self, rows: pl.DataFrame, supplied: pl.DataFrame) -> list[Figure]:
        """Recorded to the expected prevalence that a study supplies, with its source in the notes."""
        names = {u.code: u.name for u in self.units.practices}
        joined = supplied.join(rows, on=["practice_code", "register"]).sort("practice_code", "register")
        figures = []
        for r in joined.iter_rows(named=True):
            expected = r["list_size"] * r["expected_pct"] / 100
            common = self._common(
                of_register(r["practice_code"], r["register"]), names.get(r["practice_code"], r["practice_code"]),
                self.units.receipts["registers"],
            )  # fmt: skip
            said = {**common, "unit": "ratio", "standing": "local", "notes": (f"Expected after {r['source']}.",)}
            if expected <= 0:
                figures.append(Figure(measure="recorded_to_supplied", reason="nothing is expected", **said))
                continue
            over = _over([r["patients_on_register"]], [expected])[0]
            figures.append(Figure(measure="recorded_to_supplied", **over, **said))
        return figures

    def _common(self, code: str, name: str, receipts: Iterable[str]) -> dict[str, Any]:
        return {
            "unit_code": code, "unit_name": name, "vintage": self.place.vintage, "period": YEAR, "unit": "people",
            "method": "see the measure", "standing": "modelled", "receipts": tuple(receipts),
        }  # fmt: skip

    def _shares(
        self, measure: str, asked: Sequence[tuple[str, str, float, float]], receipts: Iterable[str]
    ) -> list[Figure]:
        """Shares of units, each given as code, name, count and of how many; their limits are worked out together."""
        held = [(min(x, n), n) for _, _, x, n in asked if n > 0]
        limits = iter(_in_fours(*(wilson(*zip(*held, strict=True), confidence=c) for c in CONFIDENCES)) if held else ())
        figures = []
        for code, name, x, n in asked:
            common = {**self._common(code, name, receipts), "measure": measure, "unit": "%"}
            common["standing"] = "derived" if measure in DIABETES else "counted"
            if n <= 0:
                figures.append(Figure(**common, reason=NOT_HELD))
                continue
            common |= {k: 100 * v for k, v in next(limits).items()}
            figures.append(Figure(**common, value=100 * x / n, numerator=x, denominator=n, limits=WILSON))
        return figures

    def _ratios(self, measure: str, asked: Sequence[tuple[str, str, list[Row]]], column: str) -> list[Figure]:
        """Ratios to `column` of units, each given as code, name and rows; their limits are worked out together."""
        known = [[r for r in held if r[column] is not None] for _, _, held in asked]
        sums = [(_sum(rows, "patients_on_register"), _sum(rows, column)) for rows in known if rows]
        over = iter(_over(*zip(*sums, strict=True)) if sums else ())
        figures = []
        for (code, name, held), rows in zip(asked, known, strict=True):
            common = {**self._common(code, name, self.units.receipts["expected"]), "measure": measure, "unit": "ratio"}
            if not rows:
                reasons = sorted({r["reason"] for r in held}) or [NOT_HELD]
                figures.append(Figure(**common, reason="; ".join(reasons)))
                continue
            notes: tuple[str, ...] = ()
            if len(rows) < len(held):
                notes += (f"{len(rows)} of {len(held)} practices have an expected count.",)
            notes += (_error_note(rows),) if column == "expected" else ()
            figures.append(Figure(**common, notes=notes, **next(over)))
        return figures


def _error_note(rows: Sequence[Row]) -> str:
    off = math.fsum(r["expected"] * r["expected_error"] for r in rows) / max(_sum(rows, "expected"), 1e-9)
    return (
        f"The error of the coefficients, not in these limits, is at most {196 * off:.1f}% of the expected count (95%)."
    )


def _over(counts: Sequence[float], expected: Sequence[float]) -> list[dict[str, Any]]:
    """Counts over expected ones with the limits of the counts, all at once, since one by one takes far longer."""
    x, e = np.array(counts, dtype=np.float64), np.array(expected, dtype=np.float64)
    limits = _in_fours(*((low / e, high / e) for low, high in (poisson_limits(x, confidence=c) for c in CONFIDENCES)))
    return [
        {
            "value": count / of, "numerator": float(count), "denominator": float(of), **four,
            "limits": f"{how}, 95% and 99.8%, of the count alone; how much practices usually differ is allowed for in flags",
        }
        for count, of, how, four in zip(counts, expected, poisson_method(x).tolist(), limits, strict=True)
    ]  # fmt: skip


def _in_fours(inner: Limits, outer: Limits) -> list[dict[str, float]]:
    """Two pairs of limits of many figures as the four fields of each."""
    names = ("lower", "upper", "lower998", "upper998")
    return [dict(zip(names, four, strict=True)) for four in np.array([*inner, *outer]).T.tolist()]


def _sum(rows: Sequence[Row], column: str) -> float:
    return math.fsum(r[column] for r in rows)
