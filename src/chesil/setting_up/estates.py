"""Setting up the analysis of estates: its settings, the study's contracts, and the place with the study's own sites."""

from chesil.analyses.estates import EstateSettings, assess_estates
from chesil.core.assessment import Assessment
from chesil.core.settings import settings_from
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.site_register import merge_registers
from chesil.setting_up.grouping import with_proposed_groups
from chesil.study import Study


def estate_settings(study: Study) -> EstateSettings:
    """The study's settings of estates."""
    return settings_from(EstateSettings, study.settings.get("estates", {}), "study.toml [estates]")


def estates_of(study: Study, place: Place) -> Assessment:
    """Assess the estate of a study's place; the place already holds the study's own sites."""
    return assess_estates(place, study.registers.get("contracts"), estate_settings(study))


def estates_alone(study: Study) -> tuple[Place, Assessment, tuple[str, ...]]:
    """The place with the study's own sites, its assessment, and notes on how the tables were put together."""
    wanted = study.wanted if isinstance(study.wanted, str) else list(study.wanted)
    merged = merge_registers(assemble_place(wanted, vintage=study.vintage, as_at=study.as_at), study.registers)
    place = with_proposed_groups(merged.place, study)
    return place, estates_of(study, place), merged.notes
