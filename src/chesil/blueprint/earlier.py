"""Earlier public versions: what must stay withheld so that two versions side by side give no small number back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from chesil.blueprint.book import groups_of
from chesil.blueprint.disclosure import SmallNumberRule, Sum, beside, sums_among
from chesil.blueprint.editions import counts_of, is_ours
from chesil.blueprint.pack import Pack
from chesil.core.figure import Figure
from chesil.plan import Plan

Groups = Sequence[tuple[str, Sequence[str]]]


def kept_back(plan: Plan, earlier: Iterable[Pack]) -> frozenset[str]:
    """The ids of figures that a public edition of a plan must withhold because of what earlier public packs showed.

    What one withheld stays withheld; and where the sums of two versions together would give such a number back, others are
    withheld with it. An id that both versions have is taken to be the same number. Other editions keep nothing back.
    """
    if plan.study.edition != "public":
        return frozenset()
    cards = plan.cards
    part_of = {c.name: c.part_of for c in cards.values() if c.part_of}
    people = {f.id: f for f in plan.figures.values() if cards[f.measure].counts == "people"}
    found: frozenset[str] = frozenset()
    for pack in earlier:
        old = {i: f for i, f in pack.figures.items() if f.measure not in cards or cards[f.measure].counts == "people"}
        found |= kept_back_by(people, groups_of(plan), old, pack.groups, part_of, found)
    return found


def kept_back_by(
    figures: Mapping[str, Figure],
    groups: Groups,
    earlier: Mapping[str, Figure],
    earlier_groups: Groups,
    part_of: Mapping[str, str],
    already: frozenset[str] = frozenset(),
) -> frozenset[str]:
    """The same for one earlier version, from figures of people by id and which units add up to which, of both."""
    rule = SmallNumberRule()
    renamed = {i: _name_then(f, groups, earlier_groups) for i, f in earlier.items()}
    then = {renamed[i]: f for i, f in earlier.items()}
    gone = {i for i, f in then.items() if f.reason == rule.words}
    small = {i for i, f in figures.items() if is_ours(f) and any(map(rule.hides, counts_of(f)))} | gone | already
    sums = [*sums_among(figures, groups, part_of), *_sums_then(earlier, earlier_groups, part_of, renamed)]
    counts = {i: counts_of(f) for i, f in figures.items() if f.numerator is not None}
    counts = {i: counts_of(f) for i, f in then.items() if f.numerator is not None} | counts
    known = frozenset(i for i, f in then.items() if f.is_known) | {i for i, f in figures.items() if not is_ours(f)}
    return frozenset((small | beside(counts, small, sums, rule, known)) & figures.keys())


def _name_then(figure: Figure, groups: Groups, earlier_groups: Groups) -> str:
    """The id of an earlier figure, or another name where its unit was then made up of other parts: another number."""
    now, then = (sorted(tuple(sorted(p)) for w, p in g if w == figure.unit_code) for g in (groups, earlier_groups))
    return figure.id if now == then else replace(figure, scenario=f"{figure.scenario} earlier").id


def _sums_then(
    earlier: Mapping[str, Figure], groups: Groups, part_of: Mapping[str, str], renamed: Mapping[str, str]
) -> list[Sum]:
    return [
        Sum(renamed.get(s.whole, s.whole), tuple(renamed[p] for p in s.parts))
        for s in sums_among(earlier, groups, part_of)
    ]
