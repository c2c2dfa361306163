"""Links of a place: a study's routed travel times in the shape that every analysis uses, all or none of a mode."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from chesil.core.errors import NotFound, some_of
from chesil.place.travel import MODES, TravelTimes, travel_times


def times_from_links(
    table: pl.DataFrame,
    mode: str,
    *,
    origins: tuple[str, ...] = (),
    destinations: tuple[str, ...] = (),
    about: str = "",
) -> TravelTimes:
    """A table of links (from, to, mode, seconds, method) as travel times; a blank time is no way, so infinite.

    Without `origins` and `destinations`, all that the table has, in order of code. `NotFound` names the pairs for which
    the table has no row: a way was never looked for.
    """
    rows = table.filter(pl.col("mode") == mode)
    here = origins or tuple(rows["from"].unique().sort())
    there = destinations or tuple(rows["to"].unique().sort())
    row = {code: k for k, code in enumerate(here)}
    column = {code: k for k, code in enumerate(there)}
    wanted = rows.filter(pl.col("from").is_in(list(here)), pl.col("to").is_in(list(there)))
    i = np.array([row[c] for c in wanted["from"]], dtype=np.int64)
    j = np.array([column[c] for c in wanted["to"]], dtype=np.int64)
    seconds = np.full((len(here), len(there)), np.inf)
    asked = np.zeros(seconds.shape, dtype=bool)
    seconds[i, j] = wanted["seconds"].fill_null(np.inf).to_numpy()
    asked[i, j] = True
    if not asked.all():
        raise NotFound(f"The study's links by {mode} do not hold {_not_asked(asked, here, there)}")
    methods = wanted["method"].unique().to_list()
    said = about or f"{mode} times from the study's links"
    return TravelTimes(mode, methods[0] if len(methods) == 1 else "routed", here, there, seconds, 0.0, said)


def times_for(
    links: Mapping[str, pl.DataFrame],
    origins: pl.DataFrame,
    destinations: pl.DataFrame,
    mode: str,
    *,
    about: Mapping[str, str] | None = None,
) -> tuple[TravelTimes, str]:
    """The study's own times of a mode where it holds every pair, else modelled ones, with a sentence on which and why.

    The two are never mixed within a mode: a new site would look near or far only because its time was found otherwise.
    Tables have code, easting and northing. Without links of the mode the sentence is empty. `NotFound` for a mode that
    has no model (public transport) where the links do not hold every pair.
    """
    if mode not in MODES:
        if mode not in links:
            raise NotFound(f"The study has no links by {mode}, and there is no model of it", [], "Run `chesil routes`")
        codes = {"origins": tuple(origins["code"]), "destinations": tuple(destinations["code"])}
        return times_from_links(links[mode], mode, **codes, about=(about or {}).get(mode, "")), (
            f"Times by {mode.replace('_', ' ')} are routed from the study's links."
        )
    if mode not in links:
        return travel_times(origins, destinations, mode), ""
    try:
        found = times_from_links(
            links[mode],
            mode,
            origins=tuple(origins["code"]),
            destinations=tuple(destinations["code"]),
            about=(about or {}).get(mode, ""),
        )
    except NotFound as error:
        reason = f"{error.title}, so times by {mode} are modelled; run `chesil routes` again to have them routed."
        return travel_times(origins, destinations, mode), reason
    return found, f"Times by {mode} are {found.method} from the study's links."


def _not_asked(asked: np.ndarray, here: tuple[str, ...], there: tuple[str, ...]) -> str:
    """The places that are wholly missing, or else the first pairs."""
    no_row = [here[k] for k in np.flatnonzero(~asked.any(axis=1))]
    no_column = [there[k] for k in np.flatnonzero(~asked.any(axis=0))]
    if no_row or no_column:
        missing = ((no_row, "areas"), (no_column, "sites"))
        parts = [f"{len(names):,} {what} ({some_of(names, 4)})" for names, what in missing if names]
        return " or ".join(parts)
    pairs = [f"{here[i]} to {there[j]}" for i, j in np.argwhere(~asked)[:50]]
    return f"{int((~asked).sum()):,} pairs ({some_of(pairs, 4)})"
