"""Sections as the web page's templates take them: figures with their addresses, charts and maps drawn."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from markupsafe import Markup

from chesil.blueprint.document import (
    Block,
    Bullets,
    Chart,
    Lookup,
    Map,
    Paragraph,
    Section,
    Shown,
    Subheading,
    Table,
    Weights,
    Words,
)
from chesil.blueprint.map_svg import RAMP
from chesil.blueprint.pictures import chart_svg
from chesil.blueprint.views import FigureView, figure_view
from chesil.core.figure import Figure
from chesil.measures.card import Measure


def section_view(
    section: Section, cards: Mapping[str, Measure], figures: Mapping[str, Figure], root: str
) -> dict[str, Any]:
    """A section for the template. `figures` by id are those that the edition may show: they stand in for the section's."""

    def shown(word: "str | Shown") -> "str | FigureView":
        if isinstance(word, str):
            return word
        safe = figures[word.figure.id]
        return figure_view(safe, cards[safe.measure], root, word.text if safe.is_known else "")

    def words(all_words: Words) -> list["str | FigureView"]:
        return [shown(w) for w in all_words]

    def block(b: Block) -> dict[str, Any]:
        match b:
            case Subheading(text):
                return {"kind": "subheading", "text": text}
            case Paragraph(sentence, is_quiet):
                return {"kind": "paragraph", "words": words(sentence), "is_quiet": is_quiet}
            case Bullets(items):
                return {"kind": "bullets", "points": [words(i) for i in items]}
            case Chart(_, alt, caption):
                return {"kind": "chart", "svg": Markup(chart_svg(b)), "alt": alt, "caption": caption}
            case Map():
                return _map_view(b)
            case Weights():
                return {"kind": "weights", "facts": _weights_facts(b)}
            case Lookup():
                return {"kind": "lookup", "facts": json.dumps(asdict(b), ensure_ascii=False)}
            case Table():
                rows = [
                    {
                        "name": r.name,
                        "cells": words(r.cells),
                        "is_total": r.is_total,
                        "href": f"{root}{r.href}" if r.href else "",
                    }
                    for r in b.rows
                ]
                return {
                    "kind": "table",
                    "caption": b.caption,
                    "heads": b.heads,
                    "rows": rows,
                    "text_columns": b.text_columns,
                    "note": b.note,
                }

    return {
        "key": section.key,
        "name": section.name,
        "heading": section.heading,
        "lead": [words(w) for w in section.lead],
        "blocks": [block(b) for b in section.blocks],
    }


def _map_view(b: Map) -> dict[str, Any]:
    shadings = [{"name": s.name, "areas": {c: [k, words] for c, (k, words) in s.areas.items()}} for s in b.shadings]
    return {
        "kind": "map",
        "svg": Markup(b.svg),
        "legends": [Markup(legend) for legend in (b.legend, *(s.legend for s in b.shadings)) if legend],
        "shade": b.shade,
        "shadings": json.dumps(shadings, ensure_ascii=False, separators=(",", ":")) if shadings else "",
        "ramp": " ".join(RAMP),
        "caption": b.caption,
    }


def safe_json(data: Any) -> Markup:
    """Data for a script element. A closing tag inside would end it; JSON may write < as an escape."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Markup(text.replace("<", "\\u003c"))


def _weights_facts(b: Weights) -> str:
    """The options, criteria, weights and scores as JSON; a criterion that a person has not judged is null."""

    def known(value: float) -> float | None:
        return round(value, 6) if math.isfinite(value) else None

    starts = [
        {
            "who": who,
            "weights": [known(100 * w) for w in weights],
            "scores": [[known(s) for s in row] for row in scores],
        }
        for who, weights, scores in b.starts
    ]
    return json.dumps({"options": b.options, "criteria": b.criteria, "starts": starts}, ensure_ascii=False)
