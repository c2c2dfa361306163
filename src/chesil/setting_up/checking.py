"""Looking over what a study says before anything is computed: every analysis's settings, the weights, options' costs."""

from collections.abc import Callable

from chesil.core.errors import ChesilError, InputRefused, Problem
from chesil.setting_up.access import access_settings
from chesil.setting_up.appraisal import appraisal_settings, option_problems, read_weightings
from chesil.setting_up.closure import closure_settings
from chesil.setting_up.estates import estate_settings
from chesil.setting_up.grouping import grouping_settings
from chesil.setting_up.money import money_settings
from chesil.setting_up.need import need_settings
from chesil.setting_up.resilience import resilience_settings
from chesil.setting_up.siting import siting_settings
from chesil.setting_up.variation import variation_settings
from chesil.setting_up.workforce import workforce_settings
from chesil.study import Study

SETTINGS = (
    need_settings,
    variation_settings,
    access_settings,
    workforce_settings,
    resilience_settings,
    closure_settings,
    estate_settings,
    grouping_settings,
    siting_settings,
    money_settings,
    appraisal_settings,
)
"""What reads each analysis's settings from a study."""


def check_settings(study: Study) -> None:
    """Read every analysis's settings and the weights and options of a study; `InputRefused` lists all that is wrong, at once."""
    readers: list[Callable[[], object]] = [lambda of=of: of(study) for of in SETTINGS]  # type: ignore[misc]
    readers.append(lambda: read_weightings(study, appraisal_settings(study).criteria))
    problems: list[Problem] = []
    for read in readers:
        try:
            read()
        except ChesilError as error:
            problems += error.problems or [Problem(error.title, "", "", error.way_out)]
    problems += option_problems(study)
    if problems:
        found = tuple(dict.fromkeys(problems))
        raise InputRefused(
            "The study's settings, weights or options cannot be used", found, "Put these right and try again"
        )
