"""What papers are filled from: the figures of a book by measure and unit, and the leads of its sections."""

from dataclasses import dataclass, field

from chesil.blueprint.book import Book
from chesil.blueprint.document import Block, Bullets, Paragraph, Section, Shown, Words
from chesil.blueprint.words import place_name
from chesil.core.figure import Figure
from chesil.plan import ENGLAND, Plan

NOT_SAID = "Not known: open data does not say, and nothing is entered. To be written by whoever signs this paper."


@dataclass(frozen=True, eq=False)
class Facts:
    """A book looked up by measure and unit; only what its edition may show can be found in it."""

    book: Book
    code: str
    name: str
    figures: dict[tuple[str, str], Figure] = field(default_factory=dict)

    def shown(self, measure: str, code: str = "", text: str = "") -> Shown | None:
        """A known figure of the place (or of the unit named), or None."""
        figure = self.figures.get((measure, code or self.code))
        return Shown(figure, text) if figure is not None and figure.is_known else None

    def value(self, measure: str, code: str = "") -> float | None:
        figure = self.figures.get((measure, code or self.code))
        return figure.value if figure is not None else None

    def of_england(self, measure: str) -> Shown | None:
        return self.shown(measure, ENGLAND.upper())

    def lead(self, key: str, most: int = 3) -> list[Words]:
        """The first sentences of a section of the book; none where it has no such section."""
        return [w for s in self.book.sections if s.key == key for w in s.lead][:most]

    def finding(self, key: str) -> str:
        return next((s.heading for s in self.book.sections if s.key == key), "")


def facts_of(book: Book, plan: Plan) -> Facts:
    """The facts of a book of a plan."""
    by = {(f.measure, f.unit_code): f for f in book.figures.values()}
    return Facts(book, plan.place.code, place_name(plan.place.name), by)


def say(*parts: "str | Shown | None") -> list[Words]:
    """A sentence in a list; an empty list if a figure that it needs is not known, so nothing is said without one."""
    return [] if any(p is None for p in parts) else [tuple(p for p in parts if p is not None)]


def section(key: str, heading: str, sentences: list[Words], otherwise: str = NOT_SAID) -> Section:
    """A part of a paper: its sentences as points, or the words that say the gap."""
    blocks: tuple[Block, ...] = (Bullets(tuple(sentences)),) if sentences else (Paragraph((otherwise,)),)
    return Section(key, heading, heading, (), blocks)
