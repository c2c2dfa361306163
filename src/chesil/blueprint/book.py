"""The book: a whole blueprint as sections and chapters, made safe for its edition, from which every format is drawn."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from chesil.blueprint.atlas import drawn_title
from chesil.blueprint.document import Section
from chesil.blueprint.editions import EDITION_WORDS, make_safe_to_publish
from chesil.blueprint.gazetteer import make_gazetteer
from chesil.blueprint.sections import section_makers
from chesil.blueprint.sections.overview import every_measure
from chesil.blueprint.words import place_name
from chesil.core.figure import Figure
from chesil.core.receipt import Receipt
from chesil.measures.card import Measure
from chesil.measures.computing import Unit
from chesil.plan import ENGLAND, Plan


@dataclass(frozen=True)
class Chapter:
    """The pages of one group: its sections, the overview first."""

    code: str
    name: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, eq=False)
class Book:
    """A blueprint in one edition. `figures` by id are those that the edition may show, in the order of the plan.

    `groups` are which units add up to which; `kept_back` ids of figures that are withheld because an earlier version did;
    `practice` is the code of the practice whose own edition it is, if it is one's. `comparable` are the groups that a reader
    may compare: under each heading, codes and names. `gazetteer` finds areas by name or postcode; see `make_gazetteer`.
    """

    title: str
    about: str
    edition: str
    edition_words: str
    approval: str
    as_at: date
    fingerprint: str
    sections: tuple[Section, ...]
    chapters: tuple[Chapter, ...]
    cards: Mapping[str, Measure]
    figures: Mapping[str, Figure]
    receipts: Mapping[str, Receipt]
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    kept_back: frozenset[str] = frozenset()
    practice: str = ""
    comparable: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    gazetteer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def used_receipts(self) -> list[Receipt]:
        """The receipts behind any figure, by id."""
        return [self.receipts[r] for r in sorted({r for f in self.figures.values() for r in f.receipts})]


def make_book(
    plan: Plan, tell: Callable[[str], None] = lambda _: None, kept_back: frozenset[str] = frozenset()
) -> Book:
    """Make every section of a plan, safe for the study's edition: sections see only the figures that it may show.

    `kept_back` are ids of figures that the public edition withholds because an earlier version did.
    """
    plan = _as_edition(plan, kept_back)
    tell("drawing maps")
    makers = section_makers()
    sections = []
    for maker in makers:
        tell(f"telling of {maker.name.lower()}")
        if (section := maker.of_place(plan)) is not None:
            sections.append(section)
    chapters = []
    for unit in plan.pcns:
        tell(f"telling of {place_name(unit.name)}")
        own = [s for m in makers if (s := m.of_group(plan, unit)) is not None]
        chapters.append(Chapter(unit.code, place_name(unit.name), (*own, every_measure(plan, unit))))
    return Book(
        title=plan.study.title,
        about=plan.study.about,
        edition=plan.study.edition,
        edition_words=EDITION_WORDS[plan.study.edition],
        approval=plan.study.approval.words,
        as_at=plan.study.as_at,
        fingerprint=plan.pack_fingerprint[:12],
        sections=tuple(sections),
        chapters=tuple(chapters),
        cards=plan.cards,
        figures={f.id: f for f in plan.figures.values()},
        receipts=plan.receipts,
        groups=tuple(groups_of(plan)),
        kept_back=kept_back,
        comparable=_comparable(plan),
        gazetteer=make_gazetteer(plan),
    )


def _comparable(plan: Plan) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The groups of a plan under headings: the whole, its networks, those that the study draws."""
    whole = ((plan.place.code, place_name(plan.place.name)), (ENGLAND.upper(), ENGLAND))
    found = [("The whole", whole), ("Networks", _named(plan.pcns))]
    for name, units in plan.drawn.items():
        found.append((drawn_title(plan, name), _named(units)))
    return tuple((title, units) for title, units in found if units)


def _named(units: Iterable[Unit]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(((u.code, place_name(u.name)) for u in units), key=lambda u: u[1]))


def _as_edition(plan: Plan, kept_back: frozenset[str]) -> Plan:
    cards = plan.cards.values()
    safe = make_safe_to_publish(
        plan.figures.values(),
        plan.study.edition,
        groups=groups_of(plan),
        part_of={c.name: c.part_of for c in cards if c.part_of},
        not_of_people=frozenset(c.name for c in cards if c.counts != "people"),
        private=frozenset(f.id for f in plan.figures.values() if _is_flag_of_one(plan, f)),
        kept_back=kept_back,
    )
    return replace(plan, figures={key: safe[f.id] for key, f in plan.figures.items()})


def groups_of(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    """Which units add up to which (whole, parts): the place by networks, by drawn groups and by practices, and those."""
    units = [*plan.pcns, *(u for drawn in plan.drawn.values() for u in drawn)]
    every = tuple(sorted(plan.place.practices["practice_code"]))
    found = [(u.code, tuple(u.practices)) for u in units]
    for drawn in (plan.pcns, *plan.drawn.values()):
        held = {p for u in drawn for p in u.practices}
        found.append((plan.place.code, (*(u.code for u in drawn), *(p for p in every if p not in held))))
    return [*found, (plan.place.code, every)]


def _is_flag_of_one(plan: Plan, figure: Figure) -> bool:
    """Whether a figure is a flag about one named practice: its own, or that of a unit which it makes up alone."""
    if plan.cards[figure.measure].of_practices != "private":
        return False
    groups = [(u.code, u.practices) for u in (*plan.pcns, *(u for units in plan.drawn.values() for u in units))]
    groups.append((plan.place.code, tuple(plan.place.practices["practice_code"])))
    alone = {code for code, practices in groups if len(practices) == 1} | set(plan.place.practices["practice_code"])
    return any(figure.unit_code == code or figure.unit_code.startswith(f"{code}:") for code in alone)
