"""How wide the columns of a printed table are: no word or number is broken, and short columns are served before long ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

SIZES_PT = (9.0, 8.5, 8.0, 7.5)
"""Sizes of type that a table may take, the largest first."""
PADDING_PT = 8.0
"""Room beside the words of a cell, left and right together."""
HEAD_LINES = 3
"""Lines over which a head may break where the rest of its column is narrower."""
WORTH_SMALLER = 0.75
"""Smaller type is taken where it spares at least a quarter of the lines."""
MOST_EM = 30.0
"""A cell of more words than this may always break: beyond it a column asks for no more room."""
NARROW, WIDE = "ijltfrI.,:;'’“”()[]|!-/ \u00a0", "mwMW%@—…"
NARROW_EM, WIDE_EM, CAPITAL_EM, OTHER_EM, SPARE = 0.30, 0.82, 0.62, 0.51, 1.06
"""About how wide letters of the printed typeface are, in ems, and what is added, since a bold one is wider."""


@dataclass(frozen=True)
class Layout:
    """A table's size of type in points, the widths of its columns in points, and about how many lines it takes."""

    size_pt: float
    widths_pt: tuple[float, ...]
    lines: int


def lay_out(
    heads: Sequence[str], rows: Sequence[Sequence[str]], room_pt: float, most_pt: float = SIZES_PT[0]
) -> Layout:
    """The widths of the columns of a table of so much room (`rows` of cells, each as long as `heads`), at most `most_pt` in size.

    A column asks at least for its longest word and for a head of `HEAD_LINES`, and at most for its longest cell. The
    largest size is taken at which all that is asked for fits; where none does, the largest at which no word is broken, or
    a smaller one that spares many lines.
    """
    columns = [list(c) for c in zip_longest(*rows, fillvalue="")] if rows else [[] for _ in heads]
    least = [max(_longest_word(texts), _head_need(head)) for head, texts in zip(heads, columns, strict=True)]
    most = [
        max(low, min(max((width_em(t) for t in texts), default=0.0), MOST_EM))
        for low, texts in zip(least, columns, strict=True)
    ]
    sizes = [s for s in SIZES_PT if s <= most_pt] or [most_pt]

    def room_em(size: float) -> float:
        return (room_pt - PADDING_PT * len(heads)) / size

    def at(size: float) -> Layout:
        widths = _share(least, most, room_em(size))
        lines = sum(max(_lines(t, w) for t, w in zip(row, widths, strict=False)) for row in (heads, *rows))
        return Layout(size, tuple(round(w * size + PADDING_PT, 2) for w in widths), lines)

    if fitting := [s for s in sizes if sum(most) <= room_em(s)]:
        return at(fitting[0])
    tried = [at(s) for s in sizes if sum(least) <= room_em(s)] or [at(sizes[-1])]
    return next((t for t in tried if t.lines <= WORTH_SMALLER * tried[0].lines), tried[0])


def width_em(text: str) -> float:
    """About how wide a text is, in ems."""
    return SPARE * sum(
        NARROW_EM if c in NARROW else WIDE_EM if c in WIDE else CAPITAL_EM if c.isupper() else OTHER_EM for c in text
    )


def _share(least: Sequence[float], most: Sequence[float], room: float) -> list[float]:
    """The room shared out: what each asks at least, then evenly until each has what it asks; what is left in proportion."""
    if sum(least) >= room or sum(most) <= room:
        asked = least if sum(least) >= room else most
        return [w * room / sum(asked) for w in asked]
    widths, left = list(least), room - sum(least)
    wanting = sorted(range(len(least)), key=lambda k: most[k] - least[k])
    while wanting:
        part = left / len(wanting)
        first = wanting.pop(0)
        given = min(most[first] - least[first], part)
        widths[first] += given
        left -= given
    return widths


def _longest_word(texts: Sequence[str]) -> float:
    return max((width_em(w) for t in texts for w in t.split(" ")), default=0.0)


def _head_need(head: str) -> float:
    """The least width at which a head stands in `HEAD_LINES` lines, no word of it broken."""
    words = head.split(" ")
    width = max(width_em(w) for w in words)
    while _lines(head, width) > HEAD_LINES:
        width += OTHER_EM
    return width


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column of a width in ems, filled word by word."""
    lines, at = 1, 0.0
    for word in text.split(" "):
        wide = width_em(word)
        if at and at + NARROW_EM + wide > width + 1e-9:
            lines, at = lines + 1, wide
        else:
            at += wide + (NARROW_EM if at else 0.0)
    return lines
