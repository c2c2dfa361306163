"""Fixed scales from England: the range of a figure among England's boards, networks or practices, as last measured."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chesil.core.errors import NotFound, did_you_mean
from chesil.definitions import load_definition
from chesil.measures.card import load_measure

FILE = "criteria_scales"
CALLED = {"icb": "boards", "pcn": "networks", "practice": "practices"}
SAID = {
    "least": "from the least to the greatest of",
    "first_centile": "from the 1st to the 99th centile of",
}


@dataclass(frozen=True)
class Scale:
    """The ends of a scale: the value scored 0, that scored 100, and in words whence they are."""

    worst: float
    best: float
    words: str


@lru_cache(maxsize=1)
def _record() -> dict[str, Any]:
    return load_definition(".", FILE)


def level_of(patients: float) -> str:
    """Which of England's units a place is most like in patients: "icb", "pcn" or "practice" (nearest median, by ratio).

    It hangs on the place alone, so no option moves a scale.
    """
    sizes = {r["level"]: float(r["median_patients"]) for r in _record()["level"]}
    return min(sizes, key=lambda level: abs(math.log(max(patients, 1.0) / sizes[level])))


def england_scale(measure: str, level: str) -> Scale:
    """The scale of a measure from England's range at a level; its card says which end is good. `NotFound` if not measured."""
    found = {(r["measure"], r["level"]): r for r in _record()["range"]}
    if (measure, level) not in found:
        way = did_you_mean(measure, {m for m, _ in found}) or "Give `worst` and `best`, and say who set them"
        raise NotFound(f"England's range of `{measure}` among its {CALLED.get(level, level)} is not measured", [], way)
    row, card = found[measure, level], load_measure(measure)
    low, high = row["ends"]
    ends, said = (float(row[low]), float(row[high])), SAID[low]
    worst, best = ends if card.polarity == "high_is_good" else ends[::-1]
    units, when, middle = row["units"], row["vintage"], f"{row['middle']:.{card.decimals}f}"
    words = f"measured: {said} England’s {units:,} {CALLED[level]}, {when}, middle {middle} ({row['method']})"
    return Scale(worst, best, words)
