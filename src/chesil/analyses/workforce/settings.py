"""What a study may set for the analysis of workforce, in its [workforce] table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chesil.core.errors import did_you_mean

RULE_FIELDS = ("role", "patients_per_fte", "reference")


@dataclass(frozen=True)
class WorkforceSettings:
    """Settings with their defaults. A rate left out is the published parameter or the stated assumption.

    `need_rules` are further rules of need: tables with `role`, `patients_per_fte` and `reference`. `gp_time_released`
    is the share of a GP's time that one more clinician of another kind frees; no published value was read, so it is
    nought until a study says otherwise. `list_growth_pct` replaces the observed growth of the list.
    """

    horizon_years: int = 10
    trend_years: int = 5
    similar_practices: int = 10
    runs: int = 1000
    seed: int = 20161
    leaver_rate_pct: float | None = None
    list_growth_pct: float | None = None
    gp_time_released: float = 0.0
    need_rules: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        wrong = [
            "`horizon_years` must lie between 1 and 30" if not 1 <= self.horizon_years <= 30 else "",
            "`trend_years` must lie between 2 and 8" if not 2 <= self.trend_years <= 8 else "",
            "`similar_practices` must lie between 3 and 50" if not 3 <= self.similar_practices <= 50 else "",
            "`runs` must lie between 100 and 100,000" if not 100 <= self.runs <= 100_000 else "",
            "`gp_time_released` must lie between 0 and 1" if not 0 <= self.gp_time_released <= 1 else "",
            _rate("leaver_rate_pct", self.leaver_rate_pct, 0, 100),
            _rate("list_growth_pct", self.list_growth_pct, -10, 10),
            *(_rule(n, rule) for n, rule in enumerate(self.need_rules, start=1)),
        ]
        if any(wrong):
            raise ValueError("; ".join(w for w in wrong if w))


def _rate(name: str, value: object, low: float, high: float) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return f"`{name}` is {value!r}: it must be a number between {low:g} and {high:g}"
    return ""


def _rule(number: int, rule: object) -> str:
    if not isinstance(rule, Mapping):
        return f"need rule {number} is not a table with role, patients_per_fte and reference"
    missing = [f for f in RULE_FIELDS if not rule.get(f)]
    strange = [f"{f} ({did_you_mean(f, RULE_FIELDS) or 'not known'})" for f in rule if f not in RULE_FIELDS]
    per = rule.get("patients_per_fte", 1)
    parts = [f"{', '.join(missing)} missing" if missing else "", f"has {', '.join(strange)}" if strange else ""]
    if isinstance(per, bool) or not isinstance(per, int | float) or not 0 < per <= 10_000_000:
        parts.append(f"patients_per_fte is {per!r}, not a number of patients")
    return f"need rule {number}: {'; '.join(p for p in parts if p)}" if any(parts) else ""
