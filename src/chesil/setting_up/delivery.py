"""Setting up the analysis of delivery: ratings, appointments, targets and the study's milestones."""

from collections.abc import Mapping

from chesil.analyses.delivery import Publications, assess_delivery
from chesil.core.assessment import Assessment
from chesil.core.figure import Figure
from chesil.definitions.targets import all_target_sets
from chesil.packs.pack import read_table
from chesil.setting_up.places import StudyPlaces
from chesil.study import Study


def delivery_of(study: Study, places: StudyPlaces, figures: Mapping[tuple[str, str], Figure]) -> Assessment:
    """Judge the targets of a study's place by figures and by the study's milestones."""
    tables = Publications(read_table("practice_ratings"), read_table("practice_indicators"))
    milestones = study.registers.get("milestones")
    return assess_delivery(places.over_time, places.now, figures, tables, all_target_sets(), milestones)
