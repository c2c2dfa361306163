"""The sections of a blueprint, in order: each module tells what one analysis found, for the place and for a group."""

from collections.abc import Callable
from dataclasses import dataclass

from chesil.blueprint.document import Section
from chesil.blueprint.sections import audit, delivery, workforce
from chesil.measures.computing import Unit
from chesil.plan import Plan


@dataclass(frozen=True)
class SectionMaker:
    """How one section is made: of the whole place, and of one group (None where it has nothing to say of a group)."""

    key: str
    name: str
    of_place: Callable[[Plan], Section | None]
    of_group: Callable[[Plan, Unit], Section | None]


def section_makers() -> tuple[SectionMaker, ...]:
    """Every section there is, in the order in which a reader meets them."""
    return (
        SectionMaker(workforce.KEY, workforce.NAME, workforce.of_place, workforce.of_group),
        SectionMaker(delivery.KEY, delivery.NAME, delivery.of_place, delivery.of_group),
        SectionMaker(audit.KEY, audit.NAME, audit.of_place, audit.of_group),
    )
