"""Words and rounding: the one place where a figure becomes text, with its certainty and its comparison."""

import math
from collections.abc import Mapping

from chesil.core.figure import Figure
from chesil.core.period import Period
from chesil.measures.card import Measure

ABOUT_THE_SAME = 0.02
"""A figure without limits is called about the same as another that it differs from by less than this share."""
MUCH = 0.25
"""A difference of more than this share of the other is called far higher or far lower."""

FRACTIONS = ((1, 6), (1, 5), (1, 4), (1, 3), (2, 5), (1, 2), (3, 5), (2, 3), (3, 4), (4, 5), (9, 10))
"""Shares that people say in words; a smaller one is one in some number."""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
LICENCES = (
    "Contains public sector information licensed under the Open Government Licence v3.0.",
    "Contains OS data © Crown copyright and database right; Royal Mail data © Royal Mail copyright and database right; "
    "National Statistics data © Crown copyright and database right.",
)
OWN_UNIT = "as stated"
"""Unit of a card whose figures have each their own."""
LOWER_START = ("GP", "NHS", "IMD", "England")


def number(value: float | None, measure: Measure) -> str:
    """A value with its unit, rounded as the card says; a dash where there is none."""
    if value is None:
        return "–"
    plain, minus = signed(value, measure.decimals)
    if measure.unit == "%":
        return f"{minus}{plain}%"
    return f"{minus}£{plain}" if measure.unit == "GBP" else f"{minus}{plain}"


def pounds(value: float) -> str:
    """A sum to the whole pound, with its sign before the pound."""
    plain, minus = signed(value, 0)
    return f"{minus}£{plain}"


def signed(value: float, decimals: int) -> tuple[str, str]:
    """A number's digits and its sign: a true minus (U+2212), or nothing; what rounds to nought has none."""
    plain = f"{abs(value):,.{decimals}f}"
    return plain, "−" if value < 0 and any(d in plain for d in "123456789") else ""


def figure_text(figure: Figure, measure: Measure) -> str:
    """The figure as printed in a table, "not published" (or the like) where it has no value."""
    if measure.unit == OWN_UNIT:
        return _with_own_unit(figure)
    if figure.is_known:
        return number(figure.value, measure)
    if figure.reason.startswith("withheld"):
        return "band too wide"
    if figure.reason.endswith(("not shown", "not in the public edition")):
        return "not shown"
    return "not published" if figure.reason.startswith(("not published", "patients by area")) else "not known"


def _with_own_unit(figure: Figure) -> str:
    """A figure of a card whose figures have each their own unit, rounded as far as it needs."""
    if figure.value is None:
        return figure.reason.removeprefix("not a number: ")
    whole = abs(figure.value - round(figure.value)) < 1e-9 or abs(figure.value) >= 1000
    plain, minus = signed(figure.value, 0 if whole else 2)
    plain = plain if whole else plain.rstrip("0").rstrip(".")
    if figure.unit.startswith("GBP"):
        return f"{minus}£{plain} {figure.unit.removeprefix('GBP').strip()}".strip()
    plain = f"{minus}{plain}"
    return f"{plain}%" if figure.unit == "%" else f"{plain} {figure.unit}"


def part_text(part: float | None) -> str:
    """A numerator or denominator as printed; "not shown" where there is none, as in a figure that an edition withholds."""
    return "not shown" if part is None else f"{part:,.0f}"


def limits_text(figure: Figure, measure: Measure) -> str:
    """ "24.7% to 25.0%", or why there are no limits."""
    if figure.lower is None or figure.upper is None:
        return figure.limits or "none"
    return f"{number(figure.lower, measure)} to {number(figure.upper, measure)}"


def compared(figure: Figure, other: Figure, measure: Measure) -> str:
    """How a figure stands to another: "higher than", "lower than", "about the same as" or "too close to call with"."""
    if figure.value is None or other.value is None:
        return "cannot be compared with"
    if figure.lower is not None and figure.upper is not None and figure.lower <= other.value <= figure.upper:
        return "too close to tell apart from"
    difference = (figure.value - other.value) / abs(other.value) if other.value else 0.0
    if figure.lower is None and abs(difference) < ABOUT_THE_SAME:
        return "about the same as"
    far = "far " if abs(difference) > MUCH else ""
    return f"{far}{'higher' if difference > 0 else 'lower'} than"


def period_text(period: str) -> str:
    """A period in words: "July 2022", "1 July 2026", "the year 2022/23"."""
    span = Period.parse(period)
    if span.start == span.end:
        return f"{span.start.day} {MONTHS[span.start.month - 1]} {span.start.year}"
    text = str(span)
    if "/" in text:
        return f"the year {text}"
    if len(text) == 7:
        return f"{MONTHS[span.start.month - 1]} {span.start.year}"
    return text


def place_name(name: str) -> str:
    """A published name as people say it: an ICB's without its legal form, capitals only at the start of words."""
    short = name.removeprefix("NHS ").removesuffix(" Integrated Care Board").removesuffix(" ICB")
    short = short.removesuffix(", County of").removesuffix(", City of")
    if short.isupper():
        short = " ".join(_word(w) for w in short.split())
    short = short.removesuffix(" PCN")
    return short[:1].upper() + short[1:]


def _word(word: str) -> str:
    small = {"AND", "OF", "THE", "AT", "ON", "IN", "UPON", "OTHERS"}
    if word in small:
        return word.lower()
    return (
        word
        if word in ("GP", "NHS", "PCN", "ICB", "PHC", "KWH", "HH", "NGP")
        else word.title().replace("'S", "'s").replace("’S", "’s")
    )


def one_in(share_pct: float) -> str:
    """A share in words near it: the closest of the fractions people use, such as "about 1 in 4" or "about 2 in 5"."""
    if share_pct <= 0:
        return "none"
    if share_pct < 100 * FRACTIONS[0][0] / FRACTIONS[0][1]:
        return f"about 1 in {round(100 / share_pct):,}"
    some, of = min(FRACTIONS, key=lambda f: abs(100 * f[0] / f[1] - share_pct))
    return f"about {some} in {of}"


ROUND_FIGURES = 2
"""Figures that are kept of a number said in round words."""


def about(value: float) -> str:
    """A number in round words, such as "about 830,000" or "about 5"."""
    size = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - ROUND_FIGURES) if value else 1.0
    return f"about {round(value / max(size, 1.0)) * max(size, 1.0):,.0f}"


def counted(count: int, noun: str) -> str:
    """A count with its noun: "no checks", "one check", "12 checks"."""
    if count == 1:
        return f"one {noun}"
    return f"{f'{count:,}' if count else 'no'} {noun}s"


def many(figure: Figure, noun: str) -> str:
    """The noun after a figure that counts: "site" after one, else "sites"."""
    return noun if figure.value == 1 else f"{noun}s"


def mid_sentence(title: str) -> str:
    """A title as it stands within a sentence: its first letter small, unless it begins with a name or capitals."""
    first = title.split(" ", 1)[0]
    return title if first.startswith(LOWER_START) or first.isupper() else title[:1].lower() + title[1:]


def people(count: float, *, modelled: bool = False) -> str:
    """People with thousands separators; to the nearest ten where modelled."""
    return f"{round(count, -1):,.0f}" if modelled else f"{count:,.0f}"


def standing_text(figure: Figure) -> str:
    """What kind of number it is, in a word, where it is not a plain count."""
    words: Mapping[str, str] = {
        "modelled": "modelled",
        "derived": "derived from areas",
        "transcribed": "transcribed",
        "local": "local entry",
    }
    return words.get(figure.standing, "")
