"""Editions: board, practice and public; and the one door through which figures are published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from chesil.core.errors import ChesilError
from chesil.core.figure import Figure, figure_id

EDITION_WORDS = {
    "board": "Board edition: names practices. Not for publication.",
    "practice": "Practice edition: for one practice and its neighbours.",
    "public": "Public edition: small numbers and flags about named practices are withheld.",
}
PUBLISHERS_OWN = ("counted",)
"""A figure of this standing is made of a publisher's own counts, to which the publisher has applied its own rule."""
PRIVATE_WORDS = "about a named practice: not in the public edition"


@dataclass(frozen=True)
class SmallNumberRule:
    """Counts from `low` to `high` are withheld, and others with them where they would give one away."""

    low: int = 1
    high: int = 4

    def hides(self, count: float | None) -> bool:
        """True if a count is too small to print."""
        return count is not None and self.low <= count <= self.high

    @property
    def words(self) -> str:
        return f"fewer than {self.high + 1}, not shown"


def check_edition(edition: str) -> str:
    """The edition's name, or `ChesilError` with those there are."""
    if edition not in EDITION_WORDS:
        raise ChesilError(f"`{edition}` is not an edition; there are {', '.join(EDITION_WORDS)}")
    return edition


def make_safe_to_publish(
    figures: Iterable[Figure],
    edition: str,
    *,
    parts_of: Mapping[str, Sequence[str]] | None = None,
    rule: SmallNumberRule | None = None,
    not_of_people: frozenset[str] = frozenset(),
    private: frozenset[str] = frozenset(),
) -> dict[str, Figure]:
    """Every figure by id, safe for an edition.

    Board and practice editions show what they are given. The public edition withholds derived and local figures
    whose numerator or denominator is a small count; and, where `parts_of` says which units add up to which
    (whole: parts), the next smallest part with it, so that no single difference gives the hidden one back. Done
    twice it changes nothing more, and the order of figures does not matter. `not_of_people` names measures that count
    things (practices, sites, checks): no person can be found in them. `private` are ids of figures that are flags about one
    named practice: withheld whatever their size, for if only small ones were, what is hidden would be known.
    """
    rule = rule or SmallNumberRule()
    given = {f.id: f for f in sorted(figures, key=lambda f: f.id)}
    if check_edition(edition) != "public":
        return given
    of_people = [f for f in given.values() if _is_ours(f) and f.measure not in not_of_people]
    hidden = {f.id for f in of_people if (rule.hides(f.numerator) or rule.hides(f.denominator))}
    hidden |= _complements(given, hidden, parts_of or {}, rule)
    safe = {i: _withheld(f, rule.words) if i in hidden else f for i, f in given.items()}
    return safe | {i: _withheld(given[i], PRIVATE_WORDS) for i in private if i in given}


def _is_ours(figure: Figure) -> bool:
    return figure.standing not in PUBLISHERS_OWN


def _complements(
    given: Mapping[str, Figure], hidden: set[str], parts_of: Mapping[str, Sequence[str]], rule: SmallNumberRule
) -> set[str]:
    """Parts to hide as well, until every whole with a hidden part has two or none. A whole can be a part of another."""
    found: set[str] = set()
    kinds = sorted({(f.measure, f.vintage, f.scenario) for f in given.values()})
    changed = True
    while changed:
        changed = False
        for measure, vintage, scenario in kinds:
            for whole, units in sorted(parts_of.items()):
                parts = [i for u in units if (i := figure_id(measure, u, vintage, scenario)) in given]
                gone = [i for i in parts if i in hidden | found or given[i].reason == rule.words]
                whole_id = figure_id(measure, whole, vintage, scenario)
                if len(gone) == 1 and whole_id in given and whole_id not in hidden | found:
                    left = [i for i in parts if i not in gone and given[i].numerator]
                    smallest = min(left, key=lambda i: (given[i].numerator or 0.0, i), default=whole_id)
                    found.add(smallest)
                    changed = True
    return found


def _withheld(figure: Figure, reason: str) -> Figure:
    return replace(
        figure,
        value=None,
        lower=None,
        upper=None,
        lower998=None,
        upper998=None,
        numerator=None,
        denominator=None,
        limits="",
        reason=reason,
        notes=(),
        reply="",
    )
