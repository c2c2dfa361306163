"""What papers are filled from: the figures of a book by measure and unit, its options, and the leads of its sections."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chesil.blueprint.book import Book
from chesil.blueprint.document import Block, Bullets, Paragraph, Section, Shown, Words
from chesil.blueprint.words import about, number, place_name
from chesil.core.figure import Figure
from chesil.plan import ENGLAND, Plan
from chesil.registers.options import OptionRecord
from chesil.scenario.involving import involvement_steps, what_blocks_approval

SHUTTING = ("CloseSite", "ClosePractice")
NOT_ON_RECORD = " is not on record"
OUR_OWN = ("assumption", "source (strategy)")
"""Standings of steps that no law asks for."""
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
    law: tuple[str, ...] = ()
    """The steps that a change of services asks for, each with its authority and how sure that is."""
    holds_homes: bool = False

    def shown(self, measure: str, code: str = "", text: str = "") -> Shown | None:
        """A known figure of the place (or of the unit named), or None."""
        figure = self.figures.get((measure, code or self.code))
        return Shown(figure, text) if figure is not None and figure.is_known else None

    def about(self, measure: str) -> Shown | None:
        """A known figure of the place in round words, such as "about 830,000"."""
        value = self.value(measure)
        return None if value is None else self.shown(measure, text=about(value))

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
        before_approval=_by_options([(p.what, study.options[_stem(p.where)].title) for p in blocks]),
        law=tuple(f"{s.title}: {s.source} ({s.standing})." for s in involvement_steps() if s.standing not in OUR_OWN),
        holds_homes="housing" in study.registers,
    )


def _by_options(missing: list[tuple[str, str]]) -> tuple[str, ...]:
    """What is missing, each thing once, together where the same options need it."""
    needed: dict[str, list[str]] = {}
    for what, title in missing:
        needed.setdefault(what.replace("`", ""), []).append(f"“{title}”")
    together: dict[str, list[str]] = {}
    for what, titles in needed.items():
        together.setdefault(", ".join(titles), []).append(what)
    return tuple(f"{titles}: {_missing(whats)}." for titles, whats in together.items())


def _missing(whats: list[str]) -> str:
    """Things that are missing in one sentence: what is not on record after those words, the rest as it is said."""
    steps = [w.removesuffix(NOT_ON_RECORD) for w in whats if w.endswith(NOT_ON_RECORD)]
    others = [w for w in whats if not w.endswith(NOT_ON_RECORD)]
    return "; ".join([*([f"not on record: {'; '.join(steps)}"] if steps else []), *others])


def _stem(where: str) -> str:
    return where.removeprefix("options/").removesuffix(".toml")


def quoted(options: "tuple[OptionRecord, ...] | list[OptionRecord]") -> str:
    """The titles of options in quotation marks, with commas and an "and"."""
    titles = [f"“{o.title}”" for o in options]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def further(facts: Facts) -> list[Words]:
    """How many people each option gives a longer journey by car, most first; those that give nobody one, in one sentence."""
    known = [(n, o, shown) for n, o in facts.options.items() if (shown := facts.travel_further(n)) is not None]
    losing = sorted((k for k in known if k[2].figure.value), key=lambda k: -(k[2].figure.value or 0.0))
    found: list[Words] = [
        (
            f"Under “{o.title}” ",
            shown,
            " people live in areas whose journey by car would lengthen by more than a minute.",
        )
        for _, o, shown in losing
    ]
    if none := [o for _, o, shown in known if not shown.figure.value]:
        found.append((f"Under {quoted(none)} no area’s journey by car would lengthen by more than a minute.",))
    return found


def costs(facts: Facts) -> list[Words]:
    """What each option costs against business as usual, in today's money for each patient."""
    found: list[Words] = []
    for name, o in facts.options.items():
        figure = facts.of_option("option_npc_per_patient", name)
        if figure is not None and figure.value is not None:
            amount = number(abs(figure.value), facts.book.cards[figure.measure])
            more = "more" if figure.value > 0 else "less"
            found.append((f"“{o.title}” would cost ", Shown(figure, amount), f" {more} for each patient in today’s money over "
                          "the years appraised, by the costs that the study gives."))  # fmt: skip
    return found


def say(*parts: "str | Shown | None") -> list[Words]:
    """A sentence in a list; an empty list if a figure that it needs is not known, so nothing is said without one."""
    return [] if any(p is None for p in parts) else [tuple(p for p in parts if p is not None)]


def section(key: str, heading: str, sentences: list[Words], otherwise: str = NOT_SAID) -> Section:
    """A part of a paper: its sentences as points, or the words that say the gap."""
    blocks: tuple[Block, ...] = (Bullets(tuple(sentences)),) if sentences else (Paragraph((otherwise,)),)
    return Section(key, heading, heading, (), blocks)
