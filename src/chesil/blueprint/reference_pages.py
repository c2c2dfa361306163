"""The web edition's pages for looking up: compare two groups, measures, methods, all figures, data, glossary."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chesil.blueprint.book import Book
from chesil.blueprint.section_html import safe_json
from chesil.blueprint.views import (
    anchor,
    figure_command,
    figure_row,
    figures_page,
    measure_view,
    part,
    receipt_view,
    shown_unit,
)
from chesil.blueprint.words import counted, figure_text, limits_text, period_text, place_name
from chesil.core.figure import Figure
from chesil.definitions import definition_names, load_parameter
from chesil.definitions.glossary import glossary
from chesil.measures.card import Measure

REFERENCE = (
    ("compare.html", "Compare two groups"),
    ("measures.html", "Measures"),
    ("methods.html", "Methods"),
    ("figures.html", "All figures"),
    ("sources.html", "Data"),
    ("glossary.html", "Glossary"),
)
"""The file and the name of each page, in the order of the menu."""
WHOLE_UNIT = re.compile(r"(study:[^:]+:)?[^:]+")
"""The unit in the code of a part of one, as `J81612` in `J81612:diabetes`; a group that a study draws has a code of three."""
COUNTS = "Counts and shares"
LEAST_GROUPS = 2


def reference_pages(book: Book, by_measure: Mapping[str, Sequence[Figure]]) -> dict[str, dict[str, Any]]:
    """What the template of each page is given, by the page's file, which is also the template's name."""
    cards = book.cards.values()
    pages: dict[str, dict[str, Any]] = {
        "figures.html": _index_of_figures(book, by_measure),
        "measures.html": {"measures": [measure_view(m, by_measure[m.name]) for m in cards]},
        "methods.html": {"analyses": _analyses(book), "parameters": _parameters(book)},
        "sources.html": {"receipts": [receipt_view(r) for r in book.used_receipts]},
        "glossary.html": {"terms": [(w, plain_markdown(m)) for w, m in sorted(glossary(), key=lambda t: t[0].lower())]},
    }
    if can_compare(book):
        pages["compare.html"] = _compare_page(book, by_measure)
    return pages


def figure_pages(book: Book, by_measure: Mapping[str, Sequence[Figure]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The page of each measure's figures: its file, and what its template is given. All on one page would be many megabytes."""
    for card in book.cards.values():
        rows = [figure_row(f, card) for f in by_measure[card.name]]
        yield figures_page(card.name), {"measure": card, "rows": rows}


def _index_of_figures(book: Book, by_measure: Mapping[str, Sequence[Figure]]) -> dict[str, Any]:
    """Every measure with how many figures it has; and for the search every unit with its figures: of which measure, their
    text, and of which part of the unit.
    """
    cards = list(book.cards.values())
    units: dict[str, list[Any]] = {}
    for number, card in enumerate(cards):
        for figure in by_measure[card.name]:
            whole = WHOLE_UNIT.match(figure.unit_code)
            code = whole[0] if whole else figure.unit_code
            unit = units.setdefault(code, [f"{place_name(figure.unit_name)} ({code})", [], [], []])
            unit[1].append(number)
            unit[2].append(figure_text(figure, card))
            unit[3].append(figure.unit_code.removeprefix(code))
    index = {"measures": [[c.name, c.title] for c in cards], "units": [[code, *u] for code, u in units.items()]}
    measures = [
        {"href": figures_page(c.name), "title": c.title, "count": counted(len(by_measure[c.name]), "figure")}
        for c in cards
    ]
    return {"measures": measures, "index_json": safe_json(index)}


def plain_markdown(text: str) -> str:
    """A meaning without the marks of Markdown."""
    return text.replace("`", "").replace("*", "")


def can_compare(book: Book) -> bool:
    """Whether there are two groups to compare beyond the whole and England."""
    return len(_codes(book)) > LEAST_GROUPS


def _codes(book: Book) -> list[str]:
    return [code for _, units in book.comparable for code, _ in units]


def _compare_page(book: Book, by_measure: Mapping[str, Sequence[Figure]]) -> dict[str, Any]:
    codes = _codes(book)
    first, second = [*codes[LEAST_GROUPS:], *codes][:2]
    return {
        "chapters": book.chapters,
        "groups": book.comparable,
        "first_code": first,
        "second_code": second,
        "compare_json": safe_json(_compared(book, by_measure)),
    }


def _compared(book: Book, by_measure: Mapping[str, Sequence[Figure]]) -> dict[str, Any]:
    """Every measure that two or more groups have, by subject, with what opens behind each figure."""
    names = {code: name for _, units in book.comparable for code, name in units}
    rows = []
    for card in book.cards.values():
        found = {f.unit_code: f for f in by_measure[card.name] if f.unit_code in names}
        if sum(f.is_known for f in found.values()) < LEAST_GROUPS:
            continue
        some = next(f for f in found.values() if f.is_known)
        command = figure_command(some, card).replace(some.unit_code.split("@")[0], "CODE")
        rows.append(
            {
                "name": card.name,
                "title": card.title,
                "subject": subject(card),
                "unit": shown_unit(card),
                "period": period_text(some.period),
                "formula": some.method,
                "caveat": card.caveat,
                "receipts": list(some.receipts),
                "command": command,
                "cells": {code: _cell(f, card) for code, f in found.items()},
            }
        )
    used = sorted({r for row in rows for r in row["receipts"]})
    rows.sort(key=lambda r: (r["subject"] != COUNTS, r["subject"]))
    return {"names": names, "rows": rows, "receipts": {r: book.receipts[r].sentence for r in used}}


def _cell(figure: Figure, card: Measure) -> list[Any]:
    """Text, limits as words and as numbers, the parts, address, and why there is no value."""
    return [
        figure_text(figure, card),
        limits_text(figure, card) if figure.lower is not None else "",
        figure.lower,
        figure.upper,
        part(figure.numerator, card.numerator.about),
        part(figure.denominator, card.denominator.about if card.denominator else ""),
        anchor(figure),
        "" if figure.is_known else figure.reason,
    ]


def subject(card: Measure) -> str:
    """What a measure is about: the analysis that makes it, or counts and shares."""
    return card.made_by.replace("_", " ").capitalize() or COUNTS


def _analyses(book: Book) -> list[dict[str, Any]]:
    """Each analysis with its measures and their formulas; measures of no analysis come first."""
    by_analysis: dict[str, list[Measure]] = {}
    for card in book.cards.values():
        by_analysis.setdefault(card.made_by, []).append(card)
    return [
        {"key": name or "cards", "title": subject(cards[0]), "measures": cards}
        for name, cards in sorted(by_analysis.items())
    ]


def _parameters(book: Book) -> list[dict[str, Any]]:
    """Every parameter with its value on the blueprint's date and the reference that says so."""
    views = []
    for parameter in (load_parameter(name) for name in definition_names("parameters")):
        known = [v for v in parameter.values if v.since <= book.as_at]
        if known:
            value = max(known, key=lambda v: v.since)
            views.append(
                {
                    "title": parameter.title,
                    "text": f"{value.value:,.6g} {parameter.unit}",
                    "since": f"{value.since:%-d %B %Y}",
                    "kind": "assumption" if parameter.is_assumption else value.standing or "published",
                    "reference": value.reference,
                }
            )
    return sorted(views, key=lambda v: str(v["title"]))
