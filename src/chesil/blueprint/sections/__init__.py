"""The sections of a blueprint, in order: each module tells what one analysis found, for the place and for a group."""

from collections.abc import Callable
from dataclasses import dataclass

from chesil.blueprint.document import Section
from chesil.blueprint.sections import (
    access,
    audit,
    closure,
    delivery,
    equality,
    estate,
    groups,
    money,
    need,
    options,
    overview,
    resilience,
    siting,
    variation,
    workforce,
)
from chesil.measures.computing import Unit
from chesil.plan import Plan


@dataclass(frozen=True)
class SectionMaker:
    """How one section is made: of the whole place, and of one group (None where it has nothing to say of a group)."""

    key: str
    name: str
    of_place: Callable[[Plan], Section | None]
    of_group: Callable[[Plan, Unit], Section | None]


IN_ORDER = (
    overview,
    need,
    variation,
    estate,
    groups,
    access,
    workforce,
    closure,
    resilience,
    options,
    equality,
    money,
    siting,
    delivery,
    audit,
)
"""The sections in the order in which a reader meets them; each has KEY, NAME, of_place and of_group."""


def section_makers() -> tuple[SectionMaker, ...]:
    """Every section there is, in order."""
    return tuple(SectionMaker(m.KEY, m.NAME, m.of_place, m.of_group) for m in IN_ORDER)
