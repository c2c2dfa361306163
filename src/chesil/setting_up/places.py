"""The places of a study: itself at each vintage that is needed, with its own tables, and England beside it."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from chesil.core.errors import InputRefused, NotFound
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.site_register import with_drawn_groups, with_registers
from chesil.place.vintage import all_vintages
from chesil.setting_up.grouping import with_proposed_groups
from chesil.study import Study

ENGLAND = "England"


@dataclass(frozen=True, eq=False)
class StudyPlaces:
    """The study's place at its own vintage (`now`) and at others, England at the same, and the place over time.

    `over_time` holds lists, staff and payments at every vintage at which the place can be held.
    """

    now: Place
    by_vintage: Mapping[str, Place]
    england: Mapping[str, Place]
    over_time: Mapping[str, Place]

    @property
    def england_now(self) -> Place:
        return self.england[self.now.vintage]


def places_of(study: Study, vintages: Iterable[str]) -> StudyPlaces:
    """Assemble the places of a study at its own vintage and others."""
    needed = sorted({study.vintage, *vintages})
    name = name_of(study)
    cut = {v: assemble_place(study.wanted, vintage=v, as_at=study.as_at, name=name) for v in needed}
    here = {v: with_study_tables(place, study) for v, place in cut.items()}
    england = {v: assemble_place(ENGLAND, vintage=v, as_at=study.as_at) for v in needed}
    return StudyPlaces(here[study.vintage], here, england, at_every_vintage(study, cut))


def name_of(study: Study) -> str:
    """What a place without a name of its own is called: a list of practices or areas by the study's title."""
    return "" if isinstance(study.wanted, str) else study.title.partition(":")[0].strip()


def at_every_vintage(study: Study, cut: Mapping[str, Place] | None = None) -> dict[str, Place]:
    """The study's place at each vintage known by its date, as far as it can be held then: lists, staff and payments.

    `cut` are places of the study that are held already.
    """
    held, found = cut or {}, {}
    only = frozenset({"staff", "payments"})
    for v in (vintage.name for vintage in all_vintages()):
        with suppress(NotFound, InputRefused):
            found[v] = held.get(v) or assemble_place(
                study.wanted, vintage=v, as_at=study.as_at, name=name_of(study), only=only
            )
    return found


def with_study_tables(place: Place, study: Study) -> Place:
    """The place with the study's own sites, hours, room use and homes, and the groupings of its table of groups."""
    place = with_proposed_groups(with_registers(place, study.registers), study)
    return with_drawn_groups(place, study.registers)
