"""Editions: board, practice and public; and the one door through which figures are published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from chesil.blueprint.disclosure import SmallNumberRule, beside, sums_among
from chesil.core.errors import ChesilError
from chesil.core.figure import Figure

EDITION_WORDS = {
    "board": "Board edition: names practices. Not for publication.",
    "practice": "Practice edition: for one practice and its neighbours.",
    "public": "Public edition: small numbers and flags about named practices are withheld.",
}
PUBLISHERS_OWN = ("counted",)
"""A figure of this standing is made of a publisher's own counts, to which the publisher has applied its own rule."""
PRIVATE_WORDS = "about a named practice: not in the public edition"


def check_edition(edition: str) -> str:
    """The edition's name, or `ChesilError` with those there are."""
    if edition not in EDITION_WORDS:
        raise ChesilError(f"`{edition}` is not an edition; there are {', '.join(EDITION_WORDS)}")
    return edition


def make_safe_to_publish(
    figures: Iterable[Figure],
    edition: str,
    *,
    groups: Iterable[tuple[str, Sequence[str]]] = (),
    part_of: Mapping[str, str] | None = None,
    rule: SmallNumberRule | None = None,
    not_of_people: frozenset[str] = frozenset(),
    private: frozenset[str] = frozenset(),
    kept_back: frozenset[str] = frozenset(),
) -> dict[str, Figure]:
    """Every figure by id, safe for an edition.

    Board and practice editions show what they are given. The public edition withholds derived and local figures
    whose numerator or denominator is a small count; and, where `groups` says which units add up to which (whole, parts)
    and `part_of` which measures add up to which, others with them, so that no differences give a hidden one back. Done
    twice it changes nothing more, and the order of figures does not matter. `not_of_people` names measures that count
    things (practices, sites, checks): no person can be found in them. `private` are ids of figures that are flags about one
    named practice: withheld whatever their size, for if only small ones were, what is hidden would be known. `kept_back`
    are ids to withhold as small ones, because an earlier public version did.
    """
    rule = rule or SmallNumberRule()
    given = {f.id: f for f in sorted(figures, key=lambda f: f.id)}
    if check_edition(edition) != "public":
        return given
    of_people = {i: f for i, f in given.items() if f.measure not in not_of_people}
    small = {i for i, f in of_people.items() if is_ours(f) and (rule.hides(f.numerator) or rule.hides(f.denominator))}
    small |= {i for i, f in given.items() if f.reason == rule.words} | (kept_back & given.keys())
    counts = {i: counts_of(f) for i, f in of_people.items() if f.numerator is not None}
    known = frozenset(i for i, f in of_people.items() if not is_ours(f))
    hidden = small | beside(counts, small, sums_among(of_people, groups, part_of or {}), rule, known)
    safe = {i: _withheld(f, rule.words) if i in hidden else f for i, f in given.items()}
    return safe | {i: _withheld(given[i], PRIVATE_WORDS) for i in private if i in given}


def is_ours(figure: Figure) -> bool:
    """Whether the small-number rule is for us to apply: not to a publisher's own counts."""
    return figure.standing not in PUBLISHERS_OWN


def counts_of(figure: Figure) -> tuple[float, ...]:
    return tuple(c for c in (figure.numerator, figure.denominator) if c is not None)


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
