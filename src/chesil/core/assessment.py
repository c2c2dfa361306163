"""The assessment: what an analysis gives back, figures with the tables behind them and what a reader must be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from chesil.core.errors import NotFound
from chesil.core.figure import Figure


@dataclass(frozen=True, eq=False)
class Assessment:
    """What one analysis found.

    `figures` are all that a page may print; their measures have cards whose `made_by` is the analysis. `tables` are
    the working behind charts and maps, unrounded, each with a sentence in `about`. `warnings` are sentences that a
    reader must see.
    """

    analysis: str
    figures: tuple[Figure, ...]
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def figure(self, measure: str, unit_code: str) -> Figure:
        """The figure of a measure for a unit; `NotFound` if this analysis has none."""
        for found in self.figures:
            if found.measure == measure and found.unit_code == unit_code:
                return found
        raise NotFound(f"The analysis `{self.analysis}` has no figure of {measure} for {unit_code}")
