"""Asking for one figure: the newest vintage at which a measure exists, and the journey from file to figure."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from chesil.core.errors import ChesilError
from chesil.core.figure import Figure
from chesil.core.receipt import Receipt
from chesil.measures.card import Measure, Quantity, load_measure
from chesil.measures.computing import ALL, compute_measure, old_note, practice_parts, units_of
from chesil.packs.pack import read_manifest, read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.vintage import all_vintages, find_vintage


def newest_vintage(measure: Measure, as_at: date | None = None) -> str:
    """The newest vintage, known at `as_at`, at which every part of a measure is published for some practice."""
    vintages = [v for v in all_vintages() if as_at is None or v.as_at <= as_at] or [all_vintages()[0]]
    for vintage in reversed(vintages):
        if all(_is_published(q, vintage.name, vintage.payments_year) for q in measure.quantities):
            return vintage.name
    return vintages[-1].name


def _is_published(quantity: Quantity, vintage: str, payments_year: str) -> bool:
    if quantity.table == "payments":
        return payments_year != ""
    columns = {quantity.column if quantity.table in ("practices", "staff") else "practice_code"}
    columns |= {quantity.times.removeprefix("has:")} if quantity.table == "practices" and quantity.times else set()
    role = quantity.where["role"] if quantity.table == "staff" else ""
    return all(_has_values(quantity.table, column, vintage, role) for column in columns)


@cache
def _has_values(table: str, column: str, vintage: str, role: str) -> bool:
    """True if a column of a table of the pack has any value at a vintage (of the staff of a role)."""
    wanted = pl.col("vintage") == vintage
    found = read_table(table, [column], wanted & (pl.col("role") == role) if role else wanted)
    return found[column].count() > 0


def ask_figure(
    measure_name: str,
    code: str,
    *,
    vintage: str | None = None,
    as_at: date | None = None,
    place: Place | None = None,
) -> Figure:
    """The figure of a measure for a code or name; `NotFound` with near ones if either is not known.

    Without `vintage`, the newest at which the measure exists. A figure over two years old at `as_at` is marked so.
    """
    measure = _computable(measure_name)
    chosen = find_vintage(vintage).name if vintage else newest_vintage(measure, as_at)
    tables = frozenset(q.table for q in measure.quantities)
    where = place if place is not None else assemble_place(code, vintage=chosen, as_at=as_at, only=tables)
    figure = compute_measure(where, measure, units_of(where, ALL))[0]
    note = old_note(figure, as_at) if as_at else ""
    return figure.with_note(note) if note else figure


def _computable(name: str) -> Measure:
    measure = load_measure(name)
    if measure.made_by:
        raise ChesilError(
            f"`{name}` is made by the analysis of {measure.made_by}, for a whole study at once",
            [],
            "Publish the study with `chesil blueprint STUDY --out DIR` and press the number there",
        )
    return measure


@dataclass(frozen=True)
class Journey:
    """How a figure came about: the card, the receipts, the parts by practice and the result."""

    measure: Measure
    figure: Figure
    receipts: tuple[Receipt, ...]
    parts: pl.DataFrame


def trace_journey(measure_name: str, code: str, *, vintage: str | None = None, as_at: date | None = None) -> Journey:
    """Every step from published file to figure, with values."""
    measure = _computable(measure_name)
    chosen = find_vintage(vintage).name if vintage else newest_vintage(measure, as_at)
    place = assemble_place(code, vintage=chosen, as_at=as_at)
    figure = ask_figure(measure_name, code, vintage=chosen, as_at=as_at, place=place)
    known = read_manifest().receipts
    names = place.practices.select("practice_code", "practice_name")
    parts = practice_parts(place, measure).join(names, on="practice_code", how="left")
    return Journey(measure, figure, tuple(known[r] for r in figure.receipts), parts)
