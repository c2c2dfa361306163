"""The practice edition: one practice and its neighbours out of the whole, with the practice's own words."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from chesil.blueprint.book import Book
from chesil.blueprint.document import (
    Block,
    Bullets,
    Chart,
    Map,
    Paragraph,
    Row,
    Section,
    Shown,
    Subheading,
    Table,
    Words,
)
from chesil.blueprint.sections.overview import TABLE_MEASURES
from chesil.blueprint.views import heading
from chesil.blueprint.words import compared, counted, place_name
from chesil.core.errors import ChesilError, Problem, did_you_mean
from chesil.plan import ENGLAND, Plan

MOST_NEIGHBOURS = 5
OWN_ALONE = ("resilience", "readiness", "closure", "exposure")
"""Measures that begin so, and sections of these keys, hold what is the practice's own affair: no neighbour's is shown."""


@dataclass(frozen=True)
class Circle:
    """Whom a practice edition is about: the practice, its neighbours (nearest in patients first), its network, names."""

    code: str
    name: str
    neighbours: tuple[str, ...]
    network: str
    network_name: str
    names: dict[str, str]


def shared_patients(plan: Plan) -> pl.DataFrame:
    """How far practices share neighbourhoods: practice_code, other, shared (patients).

    `shared` is how many of the practice's patients would be met if each of its patients met one other registered
    person of the same small area, taken at random, and that person were the other practice's.
    """
    rows = plan.place.registrations.select("practice_code", "lsoa11", "patients").filter(pl.col("patients") > 0)
    share = rows.with_columns(share=pl.col("patients") / pl.col("patients").sum().over("lsoa11"))
    other = share.select("lsoa11", "share", other="practice_code")
    pairs = rows.join(other, on="lsoa11").filter(pl.col("practice_code") != pl.col("other"))
    met = pairs.group_by("practice_code", "other").agg((pl.col("patients") * pl.col("share")).sum().alias("shared"))
    return met.sort("practice_code", "shared", "other", descending=[False, True, False])


def circles(plan: Plan) -> dict[str, Circle]:
    """The circle of every practice of a plan's place, by code."""
    names = {c: place_name(n) for c, n in plan.place.practices.select("practice_code", "practice_name").iter_rows()}
    near: dict[str, list[str]] = {c: [] for c in names}
    for code, other, _ in shared_patients(plan).iter_rows():
        if code in near and other in names and len(near[code]) < MOST_NEIGHBOURS:
            near[code].append(other)
    network = {p: (u.code, place_name(u.name)) for u in plan.pcns for p in u.practices}
    return {
        c: Circle(c, names[c], tuple(near[c]), *(network.get(c, ("", ""))), names=names) for c in sorted(names)
    }  # fmt: skip


def find_circle(plan: Plan, code: str) -> Circle:
    """The circle of a practice; `ChesilError` with the nearest code if the study has no such practice."""
    found = circles(plan)
    if code not in found:
        raise ChesilError(
            f"{code} is not a practice of {place_name(plan.place.name)} at {plan.place.vintage}",
            [Problem("a practice edition is for one practice of the study", "--practice")],
            did_you_mean(code, found) or f"`chesil places {code}` says what it is; `--practice all` makes every one",
        )
    return found[code]


def practice_book(book: Book, plan: Plan, circle: Circle) -> Book:
    """The practice edition for one practice, from the whole book of the practice's edition.

    Its own page, then its network's chapter with the rows of itself, its neighbours and wholes; sentences, charts and
    rows about any other practice are left out, and so is what is a neighbour's own affair. It says on every page for whom
    it is. A practice without a network gets its own page alone.
    """
    chapter = next((c for c in book.chapters if c.code == circle.network), None)
    kept = [s for s in (chapter.sections if chapter is not None else ()) if s.key != "measures"]
    sections = [_own_page(plan, circle), *(_of_circle(s, circle) for s in kept), _every_measure(plan, circle)]
    shown = {f.id for s in sections for f in s.figures}
    units = {circle.code, *circle.neighbours, circle.network, plan.place.code, ENGLAND.upper()}
    figures = {i: f for i, f in book.figures.items() if i in shown or _may_hold(f.measure, f.unit_code, circle, units)}
    measures = {f.measure for f in figures.values()}
    return replace(
        book,
        title=f"{book.title}: {circle.name}",
        edition_words=f"Practice edition: for {circle.name} ({circle.code}) and its neighbours. Not for publication.",
        sections=tuple(s for s in sections if s.lead or s.blocks),
        chapters=(),
        cards={n: c for n, c in book.cards.items() if n in measures},
        figures=figures,
        practice=circle.code,
    )


def _may_hold(measure: str, unit_code: str, circle: Circle, units: set[str]) -> bool:
    unit = unit_code.replace("~", ":").replace("@", ":").partition(":")[0]
    return unit in units and (unit not in circle.neighbours or not measure.startswith(OWN_ALONE))


def _own_page(plan: Plan, circle: Circle) -> Section:
    """The practice beside its neighbours, its network, the place and England; then its replies."""
    code, here = circle.code, plan.place.code
    of_list = plan.figures["list_size", code]
    lead: list[Words] = [(f"{circle.name} looks after ", Shown(of_list), " registered patients.")]
    for measure, says in (
        ("share_65_plus", " of them are 65 or over, "),
        ("patients_per_gp_fte", " patients to each fully qualified full-time GP, "),
    ):
        own, whole = plan.figures.get((measure, code)), plan.figures[measure, here]
        if own is not None and own.is_known and whole.is_known:
            how = compared(own, whole, plan.cards[measure])
            begin = "It has " if measure == "patients_per_gp_fte" else ""
            lead.append((begin, Shown(own), says, how, f" {place_name(plan.place.name)}’s ", Shown(whole), "."))
    lead.append(("This edition is for the practice to check. A reply stands beside its figure.",))
    rows = [code, *circle.neighbours, *([circle.network] if circle.network else []), here, ENGLAND.upper()]
    titles = {circle.network: circle.network_name, here: place_name(plan.place.name), ENGLAND.upper(): ENGLAND}
    cards = [plan.cards[m] for m in TABLE_MEASURES]
    cells = {c: [plan.figures.get((m.name, c)) for m in cards] for c in rows}
    known = [f for own in cells.values() for f in own if f is not None]
    table = Table(
        f"{circle.name}, then the practices that share most of its neighbourhoods, then the wholes",
        ("Practice", *(heading(m, known) for m in cards)),
        tuple(
            Row(circle.names.get(c) or titles[c], tuple("–" if f is None else Shown(f) for f in cells[c]), is_total=c in titles)
            for c in rows
        ),
        note="Neighbours are in the order of how many of the practice’s patients live where theirs do.",
    )  # fmt: skip
    return Section(
        "index", "This practice", f"{circle.name} and {counted(len(circle.neighbours), 'neighbour')}", tuple(lead),
        (table, Subheading("What the practice has replied"), *_replies(plan, circle)),
    )  # fmt: skip


def _replies(plan: Plan, circle: Circle) -> list[Block]:
    answered: dict[str, Words] = {}
    for (measure, code), figure in plan.figures.items():
        if code == circle.code and figure.reply and figure.reply not in answered:
            answered[figure.reply] = (f"{plan.cards[measure].title}: ", Shown(figure))
    if answered:
        return [Bullets(tuple(answered.values()))]
    return [
        Paragraph(
            (
                "It has not replied. To reply, write to whoever sent you this: name the measure, and say what is wrong or what "
                "should be known. They enter it in the study’s table of replies, and it is printed beside the figure.",
            )
        )
    ]


def _every_measure(plan: Plan, circle: Circle) -> Section:
    columns = [(circle.name, circle.code), *([(circle.network_name, circle.network)] if circle.network else [])]
    columns += [(place_name(plan.place.name), plan.place.code), (ENGLAND, ENGLAND.upper())]
    rows = []
    for m in plan.measures:
        own = [plan.figures.get((m.name, code)) for _, code in columns]
        if any(f is not None for f in own):
            rows.append(Row(f"{m.title} ({m.unit})", tuple("–" if f is None else Shown(f) for f in own)))
    table = Table("Every measure at its newest date", ("Measure", *(n for n, _ in columns)), tuple(rows))
    return Section("every-measure", "Every measure", "Every measure", (), (table,))


def _of_circle(section: Section, circle: Circle) -> Section:
    """A section of the network's chapter with only what the practice may see of others; see `practice_book`."""
    alone = section.key.startswith(OWN_ALONE)
    seen = {circle.code} if alone else {circle.code, *circle.neighbours}
    blocks: list[Block] = []
    for block in section.blocks:
        match block:
            case Paragraph(words, _) if _names_another(words, circle, {circle.code}):
                continue
            case Bullets(items):
                own = tuple(i for i in items if not _names_another(i, circle, {circle.code}))
                if own:
                    blocks.append(Bullets(own))
            case Table():
                rows = tuple(r for r in block.rows if not _names_another((r.name, *r.cells), circle, seen))
                if rows:
                    blocks.append(replace(block, rows=tuple(replace(r, href="") for r in rows)))
            case Chart(specification, _, _) if _holds_a_name(json.dumps(specification, default=str), circle, seen):
                continue
            case Map():
                blocks.append(block)
            case _:
                blocks.append(block)
    lead = tuple(w for w in section.lead if not _names_another(w, circle, {circle.code}))
    return replace(section, lead=lead, blocks=tuple(_without_empty_headings(blocks)))


def _names_another(words: Iterable["str | Shown"], circle: Circle, seen: set[str]) -> bool:
    """True if a sentence or a row is about a practice that is not among those seen: by a figure, a code or a name."""
    for w in words:
        if isinstance(w, Shown):
            unit = w.figure.unit_code.partition(":")[0]
            if unit in circle.names and unit not in seen:
                return True
        elif _holds_a_name(w, circle, seen):
            return True
    return False


def _holds_a_name(text: str, circle: Circle, seen: set[str]) -> bool:
    mine = {circle.names[c] for c in seen}
    return any(
        c not in seen and (c in text or (n not in mine and n in text and not any(n in m for m in mine)))
        for c, n in circle.names.items()
    )


def _without_empty_headings(blocks: list[Block]) -> list[Block]:
    """Blocks without a subheading beneath which nothing is left."""
    return [
        b
        for k, b in enumerate(blocks)
        if not (isinstance(b, Subheading) and (k + 1 == len(blocks) or isinstance(blocks[k + 1], Subheading)))
    ]
