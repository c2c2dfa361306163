"""Views: plain values for templates, made from figures; nothing is computed here but sums of what is shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chesil.blueprint.words import OWN_UNIT, figure_text, limits_text, period_text, place_name, standing_text
from chesil.core.figure import Figure
from chesil.core.receipt import OBTAINED_WORDS, Receipt
from chesil.measures.card import Measure


@dataclass(frozen=True)
class FigureView:
    """A figure as a template prints it."""

    id: str
    href: str
    text: str
    known: bool
    reply: str = ""


def figure_view(figure: Figure, measure: Measure, root: str, text: str = "") -> FigureView:
    """The figure with its text (or other words for it) and the address of its row among all figures of its measure."""
    href = f"{root}{figures_page(figure.measure)}#{anchor(figure)}"
    return FigureView(figure.id, href, text or figure_text(figure, measure), figure.is_known, figure.reply)


def figures_page(measure: str) -> str:
    """The page of all figures of a measure, by the measure's name."""
    return f"figures/{measure}.html"


def anchor(figure: Figure) -> str:
    """The address of a figure within the page of its measure's figures."""
    return f"{figure.measure}-{figure.unit_code}".replace(" ", "_")


def journeys(
    figures: Iterable[Figure], cards: Mapping[str, Measure], receipts: Mapping[str, Receipt]
) -> dict[str, Any]:
    """What the page's script needs to open each figure: its facts and its receipts, once each."""
    facts = {f.id: _facts(f, cards[f.measure]) for f in figures}
    used = sorted({r for f in facts.values() for r in f["receipts"]})
    return {"figures": facts, "receipts": {r: receipts[r].sentence for r in used}}


def _facts(figure: Figure, measure: Measure) -> dict[str, Any]:
    return {
        "title": measure.title,
        "name": place_name(figure.unit_name),
        "period": period_text(figure.period),
        "text": f"{figure_text(figure, measure)} {shown_unit(measure)}".strip(),
        "reason": "" if figure.is_known else figure.reason,
        "limits": limits_text(figure, measure),
        "formula": figure.method,
        "numerator": part(figure.numerator, measure.numerator.about),
        "denominator": part(figure.denominator, measure.denominator.about if measure.denominator else ""),
        "standing": standing_text(figure),
        "notes": [*figure.notes, *([f"The practice replies: {figure.reply}"] if figure.reply else [])],
        "caveat": measure.caveat,
        "receipts": list(figure.receipts),
        "command": figure_command(figure, measure),
    }


def figure_command(figure: Figure, measure: Measure) -> str:
    """What to type to work the figure out again; a unit of another vintage is written `code@vintage`."""
    if measure.made_by:
        return f"chesil blueprint STUDY --out DIR   (analysis: {measure.made_by})"
    return f"chesil journey {figure.measure} {figure.unit_code.split('@')[0]} --vintage {figure.vintage}"


def shown_unit(measure: Measure) -> str:
    """The unit to write after a value, unless the value's own text holds it."""
    return "" if measure.unit in ("%", "GBP", OWN_UNIT) else measure.unit


def part(value: float | None, about: str) -> str:
    """A numerator or denominator with what it counts."""
    if value is None:
        return ""
    whole = value == int(value) or abs(value) >= 1000
    return f"{value:,.0f} {about}" if whole else f"{value:,.2f} {about}"


BESIDE_FIGURES = "said beside each figure"
"""Where the limits are of a measure whose figures an analysis made."""


def receipt_view(receipt: Receipt) -> dict[str, str]:
    """A receipt in words."""
    return {
        **{k: str(v or "") for k, v in receipt.as_dict().items()},
        "reference_date": f"{receipt.reference_date:%-d %B %Y}" if receipt.reference_date else "not dated",
        "rows": f"{receipt.rows_read:,}" if receipt.rows_read is not None else "unknown",
        "obtained": OBTAINED_WORDS[receipt.obtained],
    }


def measure_view(measure: Measure, figures: Sequence[Figure]) -> dict[str, str]:
    """A card in words, with the period of its figures."""
    here = figures[0]
    limits = "95% and 99.8% limits (Wilson)" if measure.limits == "wilson" else f"none: {measure.no_limits_because}"
    limits = BESIDE_FIGURES if measure.made_by else limits
    return {
        "name": measure.name,
        "title": measure.title,
        "unit": measure.unit,
        "formula": measure.formula,
        "why_it_matters": measure.why_it_matters,
        "caveat": measure.caveat,
        "checked_against": measure.checked_against,
        "limits_words": limits,
        "shown": f"{period_text(here.period)} (vintage {here.vintage})",
    }


def figure_row(figure: Figure, measure: Measure) -> dict[str, str]:
    """One row of the page of a measure's figures."""
    return {
        "anchor": anchor(figure),
        "name": f"{place_name(figure.unit_name)} ({figure.unit_code})",
        "text": figure_text(figure, measure),
        "limits": limits_text(figure, measure) if figure.is_known else "",
        "numerator": part(figure.numerator, ""),
        "denominator": part(figure.denominator, ""),
        "period": figure.period,
        "notes": " ".join(
            [*([] if figure.is_known else [figure.reason]), standing_text(figure), *figure.notes, reply_text(figure)]
        ).strip(),
    }


def reply_text(figure: Figure) -> str:
    """The practice's own words with whose they are, or nothing."""
    return f"The practice replies: {figure.reply}" if figure.reply else ""


SHORT = {
    "list_size": "Patients",
    "share_65_plus": "65 and over",
    "share_75_plus": "75 and over",
    "share_under_5": "Under 5",
    "deprivation": "Deprivation (IMD score)",
    "patients_per_gp_fte": "Patients to a GP",
    "share_rural": "In rural areas",
    "share_no_car": "No car (households)",
    "payments_per_weighted_patient": "Payments a weighted patient",
}


def heading(measure: Measure, shown: Iterable[Figure]) -> str:
    """A column's heading: short name and period."""
    period = next((f.period for f in shown if f.measure == measure.name), "")
    return f"{SHORT.get(measure.name, measure.title)}, {period_text(period)}"
