"""Analysis: resilience. Which practices show signs of strain by a published rule, what cannot be seen, who is exposed."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from chesil.analyses.resilience.counting import (
    OF_ONE_PRACTICE,
    band_figures,
    place_figures,
    practice_figures,
    unit_figures,
)
from chesil.analyses.resilience.exposure import exposure_table
from chesil.analyses.resilience.readiness import latest_scores
from chesil.analyses.resilience.rule import count_states, evidence_for, implausible_note, judge_practices
from chesil.analyses.resilience.settings import ResilienceSettings
from chesil.analyses.resilience.spectrum import spectrum_of
from chesil.analyses.resilience.support import all_offers, match_support
from chesil.core.assessment import Assessment
from chesil.core.figure import Figure
from chesil.measures.computing import ALL, units_of
from chesil.place.place import Place

__all__ = [
    "OF_ONE_PRACTICE",
    "PlacesNeeded",
    "ResilienceSettings",
    "ResilienceTables",
    "all_offers",
    "assess_resilience",
    "match_support",
]

ABOUT = {
    "flags": "One row a practice and criterion of the rule of 2015: flag, clear or unknown, with value and source.",
    "counts": "Flags, clears and unknowns of each practice.",
    "spectrum": "Each practice's signs of pressure, and the share of England's practices that are less pressed.",
    "exposure": "The share of each practice's present list that would arrive if a neighbour closed.",
    "readiness": "What practices said of their readiness for change.",
}


@dataclass(frozen=True)
class PlacesNeeded:
    """The place of the study; the same with its staff return, for it and England; and by measure of the spectrum."""

    now: Place
    then: Place
    england_then: Place
    by_measure: Mapping[str, Place]
    england_by_measure: Mapping[str, Place]


@dataclass(frozen=True)
class ResilienceTables:
    """Tables that a place does not hold: ratings, lists at the vintage before, and the study's own entries."""

    ratings: pl.DataFrame
    earlier_lists: pl.DataFrame
    local_evidence: pl.DataFrame | None = None
    readiness: pl.DataFrame | None = None


def assess_resilience(
    places: PlacesNeeded, tables: ResilienceTables, settings: ResilienceSettings, edition: str = "board"
) -> Assessment:
    """Flags and unknowns by the rule of 2015, pressures, exposure to neighbours and readiness.

    The public edition gets counts only: no figure of it is of a named practice. Evidence about people is used in the
    board's edition alone.
    """
    now = places.now
    local = evidence_for(tables.local_evidence, edition)
    flags = judge_practices(
        now, places.then, places.england_then, tables.earlier_lists, tables.ratings, local, settings
    )
    counts = count_states(flags)
    spectrum = spectrum_of(dict(places.by_measure), dict(places.england_by_measure), settings)
    spectrum = spectrum.filter(pl.col("practice_code").is_in(now.practices["practice_code"].implode()))
    exposure = exposure_table(now)
    made = {"flags": flags, "counts": counts, "spectrum": spectrum, "exposure": exposure}
    scores = None
    if tables.readiness is not None:
        scores = latest_scores(tables.readiness, now.as_at)
        made["readiness"] = scores
    figures: list[Figure] = place_figures(now, flags, counts, spectrum, exposure, settings)
    figures += band_figures(now)
    kinds = ["pcn", *sorted({t for t in now.groups["group_type"] if t.startswith("study:")})]
    units = [u for kind in kinds for u in units_of(now, kind) if u.code != "U"]
    for unit in [*units, *units_of(now, ALL)]:
        figures += unit_figures(now, unit, counts, exposure, scores, settings)
    if edition != "public":
        figures += practice_figures(now, flags, counts, exposure, scores)
    return Assessment("resilience", tuple(figures), made, {k: ABOUT[k] for k in made}, _warnings(flags))


def _warnings(flags: pl.DataFrame) -> tuple[str, ...]:
    unseen = flags.group_by("criterion").agg((pl.col("state") == "unknown").all().alias("unseen"))
    n = int(unseen["unseen"].sum())
    return (
        f"{n} of {unseen.height} criteria are known of no practice: nothing is published here, and nothing is entered.",
        implausible_note(),
        "A flag says that a criterion is met, not that a practice is failing. No practice is ranked.",
    )


def exposure_of(assessment: Assessment, practice: str) -> pl.DataFrame:
    """A practice's neighbours by the share of its list that would arrive if each closed."""
    return assessment.tables["exposure"].filter(pl.col("practice_code") == practice)
