"""Settings of the analysis of need: each can be changed in the study's [need] table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LEVELS = 5
CONDITIONS = (
    "AF", "AST", "CAN", "CHD", "CKD", "COPD", "DEM", "DEP", "DM", "EP", "HF", "HYP", "LD", "MH", "OST", "PAD", "RA", "STIA",
)  # fmt: skip
"""Registers counted as long-term conditions: all but obesity, palliative care and pre-diabetes (OB, PC, NDH)."""
BANDS = (0, 5, 15, 25, 35, 45, 55, 65, 75, 85)
"""Youngest ages of the bands in which ages are shown."""


@dataclass(frozen=True)
class NeedSettings:
    """What a planner may change.

    `level_names` are the five levels from least need to most. `draws` are of units, `area_draws` of small areas.
    `curve_error` is the standard error of the study's curve on the log-odds (the default is how far it lies from an
    English study); `power_error` that of the power that links one condition to two; `frailty_error` that of frailty as a
    share of itself; `recording_share` the part of the spread between practices' registers that is held to be recording, not
    illness. `withhold_on` is "difference" (the band of the difference from England as a ratio, in which what both share
    cancels) or "own_band" (the band of the share itself). `known_areas` names the cause for a small area where the planner
    knows it. `moves_until_age`: below it an area keeps its share of an age, from it on people age where they live. A
    `people_per_dwelling` of nought takes the parameter.
    """

    level_names: tuple[str, ...] = (
        "No long-term condition",
        "One condition",
        "Several conditions",
        "Living with frailty",
        "Nearing the end of life",
    )
    registers: tuple[str, ...] = CONDITIONS
    draws: int = 2000
    area_draws: int = 400
    seed: int = 2016
    curve_error: float = 0.12
    power_error: float = 0.02
    frailty_error: float = 0.2
    recording_share: float = 0.5
    withhold_on: str = "difference"
    low_ratio: float = 0.8
    high_ratio: float = 1.3
    known_areas: Mapping[str, str] = field(default_factory=dict)
    moves_until_age: int = 35
    years_ahead: int = 10
    people_per_dwelling: float = 0.0
    undated_homes_years: int = 10

    def __post_init__(self) -> None:
        wrong = []
        if len(self.level_names) != LEVELS or len(set(self.level_names)) != LEVELS or not all(self.level_names):
            wrong.append(f"`level_names` needs {LEVELS} different names")
        if not self.registers or len(set(self.registers)) != len(self.registers):
            wrong.append("`registers` needs one or more codes, each once")
        if not 100 <= self.draws <= 20_000:
            wrong.append("`draws` must lie between 100 and 20,000")
        if not 100 <= self.area_draws <= 20_000:
            wrong.append("`area_draws` must lie between 100 and 20,000")
        wrong += [f"`{n}` must not be below zero" for n in ("curve_error", "power_error", "frailty_error",
                  "people_per_dwelling") if getattr(self, n) < 0]  # fmt: skip
        if not 0 <= self.recording_share <= 1:
            wrong.append("`recording_share` must lie between 0 and 1")
        if self.withhold_on not in ("difference", "own_band"):
            wrong.append("`withhold_on` is difference or own_band")
        if not 0 < self.low_ratio < 1 < self.high_ratio:
            wrong.append("`low_ratio` must lie below 1 and `high_ratio` above")
        if not 1 <= self.moves_until_age <= 89:
            wrong.append("`moves_until_age` must lie between 1 and 89")
        if not 1 <= self.years_ahead <= 25 or not 1 <= self.undated_homes_years <= 25:
            wrong.append("`years_ahead` and `undated_homes_years` must lie between 1 and 25")
        if wrong:
            raise ValueError("; ".join(wrong))
