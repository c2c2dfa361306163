"""Setting up the analysis of need: its places, reference tables, settings and generator."""

import numpy as np

from chesil.analyses.need import NeedPlaces, NeedSettings, assess_need
from chesil.core.assessment import Assessment
from chesil.core.settings import settings_from
from chesil.place.place import Place
from chesil.place.reference import read_reference_tables
from chesil.setting_up.places import StudyPlaces, places_of
from chesil.study import Study


def need_alone(study: Study) -> tuple[Place, Assessment]:
    """The place and its need without the rest of a plan."""
    places = places_of(study, ("2022/23",))
    return places.now, need_of(study, places)


def need_settings(study: Study) -> NeedSettings:
    """The study's settings of need."""
    return settings_from(NeedSettings, study.settings.get("need", {}), "study.toml [need]")


def need_of(study: Study, places: StudyPlaces) -> Assessment:
    """Assess the need of a study's place."""
    settings = need_settings(study)
    whole = places.england_now
    of_need = NeedPlaces(places.now, whole, places.england.get("2022/23", whole))
    expected = study.registers.get("expected_people")
    return assess_need(of_need, read_reference_tables(), settings, np.random.default_rng(settings.seed), expected)
