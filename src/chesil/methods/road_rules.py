"""Road rules: from the tags of a way or barrier, how fast each mode may use it in each direction, or that it may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from chesil.core.errors import ChesilError

Mode = Literal["drive", "cycle", "walk"]
Array = NDArray[np.float64]
MODES: tuple[Mode, ...] = ("drive", "cycle", "walk")
KMH_PER_MPH = 1.609344

WAY_TAGS = (
    "highway", "route", "oneway", "oneway:bicycle", "oneway:foot", "junction", "maxspeed", "access", "vehicle",
    "motor_vehicle", "motorcar", "bicycle", "foot", "motorroad", "cycleway", "cycleway:left", "cycleway:right",
    "cycleway:both", "duration", "area",
)  # fmt: skip
NODE_TAGS = ("barrier", "access", "vehicle", "motor_vehicle", "motorcar", "bicycle", "foot", "locked")
FORWARD, BACKWARD = ("yes", "1", "true"), ("-1", "reverse")


@dataclass(frozen=True)
class ModeRules:
    """What one mode may use: speeds in km/h by kind of road, which access tags decide, which barriers stop it."""

    access: tuple[str, ...]
    open_if: frozenset[str]
    one_way: bool
    speeds_kmh: Mapping[str, float]
    closed_by_barrier: frozenset[str]
    speeds_if_tagged_kmh: Mapping[str, float] = field(default_factory=dict)
    limit_share: float = 1.0


@dataclass(frozen=True)
class RoadRules:
    """Rules of every mode, of ferries and of the way between a point and the nearest road."""

    modes: Mapping[Mode, ModeRules]
    limits: Mapping[str, float]
    ferry_kmh: float
    ferry_wait_minutes: float
    off_road_kmh: float
    off_road_detour: float
    reference: str


def rules_from(record: Mapping[str, Any]) -> RoadRules:
    """Rules from a definition as read (`road_speeds.toml`); `ChesilError` names what is missing or impossible."""
    try:
        modes = {mode: _mode_rules(record[mode]) for mode in MODES}
        rules = RoadRules(
            modes=modes,
            limits={k: float(v) for k, v in record["limits"].items()},
            ferry_kmh=float(record["ferry"]["speed_kmh"]),
            ferry_wait_minutes=float(record["ferry"]["wait_minutes"]),
            off_road_kmh=float(record["off_road"]["speed_kmh"]),
            off_road_detour=float(record["off_road"]["detour"]),
            reference=str(record.get("reference", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ChesilError(
            f"the table of road speeds cannot be used: {error!r}",
            [],
            "Begin with a copy of definitions/road_speeds.toml",
        ) from error
    speeds = [v for m in modes.values() for v in (*m.speeds_kmh.values(), *m.speeds_if_tagged_kmh.values())]
    if not all(v > 0 for v in (*speeds, rules.ferry_kmh, rules.off_road_kmh, *rules.limits.values())):
        raise ChesilError("every speed must be above nought", [], "Leave out a road that a mode may not use")
    return rules


def _mode_rules(record: Mapping[str, Any]) -> ModeRules:
    return ModeRules(
        access=tuple(record["access"]),
        open_if=frozenset(record["open_if"]),
        one_way=bool(record["one_way"]),
        speeds_kmh={k: float(v) for k, v in record["speeds_kmh"].items()},
        closed_by_barrier=frozenset(record["closed_by_barrier"]),
        speeds_if_tagged_kmh={k: float(v) for k, v in record.get("speeds_if_tagged_kmh", {}).items()},
        limit_share=float(record["limit_share"]),
    )


def way_speeds(
    ways: Sequence[Mapping[str, str]], mode: Mode, rules: RoadRules, *, ferries: bool = False
) -> tuple[Array, Array]:
    """Metres a second with and against the direction in which each way is drawn, (ways,); nought where closed.

    A ferry's speed is left at nought unless `ferries`; see `ferry_seconds` for its length of time.
    """
    known: dict[tuple[tuple[str, str], ...], tuple[float, float]] = {}
    found = np.zeros((len(ways), 2))
    for k, tags in enumerate(ways):
        key = tuple(sorted(tags.items()))
        if key not in known:
            known[key] = _way_speed(tags, mode, rules, ferries)
        found[k] = known[key]
    return found[:, 0] / 3.6, found[:, 1] / 3.6


def _way_speed(tags: Mapping[str, str], mode: Mode, rules: RoadRules, ferries: bool) -> tuple[float, float]:
    own = rules.modes[mode]
    ferry = tags.get("route") == "ferry"
    if tags.get("area") == "yes" or (ferry and not ferries):
        return 0.0, 0.0
    said = next((tags[k] for k in own.access if k in tags), "")
    if said and said not in own.open_if:
        return 0.0, 0.0
    if ferry:
        # Without a word on cars, a ferry is taken to carry people only.
        speed = rules.ferry_kmh if mode != "drive" or said else 0.0
    else:
        speed = _road_speed(tags, own, said)
        if tags.get("motorroad") == "yes" and mode != "drive" and not said:
            speed = 0.0
        limit = speed_limit(tags.get("maxspeed", ""), rules.limits)
        if limit is not None and mode != "walk":
            speed = min(speed, own.limit_share * limit)
    forward, backward = directions(tags, mode) if own.one_way else foot_directions(tags)
    return speed * forward, speed * backward


def _road_speed(tags: Mapping[str, str], own: ModeRules, said: str) -> float:
    kind = tags.get("highway", "")
    if kind in own.speeds_kmh:
        return own.speeds_kmh[kind]
    own_word = tags.get(own.access[0], "")
    return own.speeds_if_tagged_kmh.get(kind, 0.0) if own_word in own.open_if and own_word else 0.0


def directions(tags: Mapping[str, str], mode: Mode) -> tuple[bool, bool]:
    """Whether wheels may go with, and against, the direction in which a way is drawn."""
    said = tags.get("oneway", "")
    if mode == "cycle":
        lanes = [tags.get(k, "") for k in ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")]
        if any(lane.startswith("opposite") for lane in lanes):
            return True, True
        said = tags.get("oneway:bicycle", said)
    if said in FORWARD:
        return True, False
    if said in BACKWARD:
        return False, True
    if said == "reversible":
        return False, False
    implied = tags.get("highway") in ("motorway", "motorway_link") or tags.get("junction") in ("roundabout", "circular")
    return (True, False) if implied and said != "no" else (True, True)


def foot_directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether feet may go with, and against, the direction in which a way is drawn."""
    said = tags.get("oneway:foot", "")
    return said not in BACKWARD, said not in FORWARD


def speed_limit(text: str, limits: Mapping[str, float]) -> float | None:
    """A limit in km/h from a tag such as "30 mph", "50" or "GB:nsl_single"; None if it is not one."""
    text = text.split(";")[0].strip()
    if text in limits:
        return limits[text]
    number, _, unit = text.replace("mph", " mph").partition(" ")
    try:
        value = float(number)
    except ValueError:
        return None
    if not 0 < value < 300:
        return None
    return value * KMH_PER_MPH if unit.strip() == "mph" else value


def ferry_seconds(tags: Mapping[str, str], metres: float, rules: RoadRules) -> float:
    """How long a ferry takes with the assumed wait: its duration ("00:25" or minutes), else its length and speed."""
    try:
        parts = [float(p) for p in tags.get("duration", "").split(":")]
    except ValueError:
        parts = []
    if len(parts) in (1, 2, 3):
        hours_minutes = parts if len(parts) > 1 else [0.0, parts[0]]
        crossing = sum(v * u for v, u in zip(hours_minutes, (3600.0, 60.0, 1.0), strict=False))
    else:
        crossing = metres / (rules.ferry_kmh / 3.6)
    return crossing + 60 * rules.ferry_wait_minutes


def is_closed(tags: Mapping[str, str], mode: Mode, rules: RoadRules) -> bool:
    """Whether a barrier stops a mode: its own access tags decide, then the kind of barrier."""
    own = rules.modes[mode]
    said = next((tags[k] for k in own.access if k in tags), "")
    if said:
        return said not in own.open_if
    return tags.get("barrier", "") in own.closed_by_barrier or tags.get("locked") == "yes"
