"""What papers are filled from: the figures of a book by measure and unit, its options, and the leads of its sections."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chesil.blueprint.book import Book
from chesil.blueprint.document import Block, Bullets, Paragraph, Section, Shown, Words
from chesil.blueprint.words import place_name
from chesil.core.figure import Figure
from chesil.plan import ENGLAND, Plan
from chesil.registers.options import OptionRecord
from chesil.scenario.involving import what_blocks_approval

SHUTTING = ("CloseSite", "ClosePractice")
NOT_SAID = "Not known: open data does not say, and nothing is entered. To be written by whoever signs this paper."


@dataclass(frozen=True, eq=False)
class Facts:
    """A book looked up by measure and unit; only what its edition may show can be found in it."""

    book: Book
    code: str
    name: str
    figures: dict[tuple[str, str], Figure] = field(default_factory=dict)
    options: Mapping[str, OptionRecord] = field(default_factory=dict)
    before_approval: tuple[str, ...] = ()
    """What the study does not hold and a person must see to before an option can be approved."""
    holds_homes: bool = False

    def shown(self, measure: str, code: str = "", text: str = "") -> Shown | None:
        """A known figure of the place (or of the unit named), or None."""
        figure = self.figures.get((measure, code or self.code))
        return Shown(figure, text) if figure is not None and figure.is_known else None

    def value(self, measure: str, code: str = "") -> float | None:
        figure = self.figures.get((measure, code or self.code))
        return figure.value if figure is not None else None

    def of_england(self, measure: str) -> Shown | None:
        return self.shown(measure, ENGLAND.upper())

    def of_option(self, measure: str, name: str, part: str = "") -> Figure | None:
        """A figure of the place under an option, if the edition shows it."""
        figure = self.figures.get((measure, f"{self.code}~{name}{part}"))
        return figure if figure is not None and figure.is_known else None

    def travel_further(self, name: str) -> Shown | None:
        """How many people live where the journey by car would lengthen under an option: "no" for nought."""
        figure = self.of_option("equality_further", name, ":drive:all:everybody")
        return Shown(figure, "" if figure.value else "no") if figure is not None else None

    @property
    def closing(self) -> tuple[OptionRecord, ...]:
        """The options that would shut a practice or a surgery."""
        return tuple(o for o in self.options.values() if any(e.verb in SHUTTING for e in o.edits))

    def lead(self, key: str, most: int = 3) -> list[Words]:
        """The first sentences of a section of the book; none where it has no such section."""
        return [w for s in self.book.sections if s.key == key for w in s.lead][:most]

    def finding(self, key: str) -> str:
        return next((s.heading for s in self.book.sections if s.key == key), "")


def facts_of(book: Book, plan: Plan) -> Facts:
    """The facts of a book of a plan."""
    by = {(f.measure, f.unit_code): f for f in book.figures.values()}
    study = plan.study
    blocks = what_blocks_approval(study.options, study.registers)
    return Facts(
        book=book,
        code=plan.place.code,
        name=place_name(plan.place.name),
        figures=by,
        options=study.options if plan.appraised is not None else {},
        before_approval=_by_step([(p.what, study.options[_stem(p.where)].title) for p in blocks]),
        holds_homes="housing" in study.registers,
    )


def _by_step(missing: list[tuple[str, str]]) -> tuple[str, ...]:
    """Each thing that is missing once, with the options that need it."""
    found: dict[str, list[str]] = {}
    for what, title in missing:
        found.setdefault(what.replace("`", ""), []).append(f"“{title}”")
    return tuple(f"{what[:1].upper()}{what[1:]}: {', '.join(titles)}" for what, titles in found.items())


def _stem(where: str) -> str:
    return where.removeprefix("options/").removesuffix(".toml")


def quoted(options: "tuple[OptionRecord, ...] | list[OptionRecord]") -> str:
    """The titles of options in quotation marks, with commas and an "and"."""
    titles = [f"“{o.title}”" for o in options]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def say(*parts: "str | Shown | None") -> list[Words]:
    """A sentence in a list; an empty list if a figure that it needs is not known, so nothing is said without one."""
    return [] if any(p is None for p in parts) else [tuple(p for p in parts if p is not None)]


def section(key: str, heading: str, sentences: list[Words], otherwise: str = NOT_SAID) -> Section:
    """A part of a paper: its sentences as points, or the words that say the gap."""
    blocks: tuple[Block, ...] = (Bullets(tuple(sentences)),) if sentences else (Paragraph((otherwise,)),)
    return Section(key, heading, heading, (), blocks)
