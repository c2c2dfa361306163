"""Links of a place: a study's own travel times in the shape that every analysis uses, with modelled ones for the rest."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from chesil.core.errors import NotFound, some_of
from chesil.place.travel import MODES, TravelTimes, travel_times, travel_times_by_mode

PUBLIC = "public_transport"


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
    seconds, asked, method = _held(table, mode, here, there)
    if not asked.all():
        raise NotFound(f"The study's links by {mode} do not hold {_not_asked(asked, here, there)}")
    return TravelTimes(mode, method, here, there, seconds, 0.0, about or f"{mode} times from the study's links")


def range_from_links(
    table: pl.DataFrame, mode: str, origins: tuple[str, ...], destinations: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """The least and greatest seconds over a window's departures, (origins, destinations) each; NaN where not given.

    Infinite where at some departure nothing arrives, or there is no way at all.
    """
    found = []
    for column in ("seconds_least", "seconds_greatest"):
        given = table.filter(
            pl.col("seconds").is_null() | pl.col(column).is_not_null() | pl.col("seconds_least").is_not_null()
        )
        seconds, asked, _ = _held(given.with_columns(seconds=pl.col(column)), mode, origins, destinations)
        found.append(np.where(asked, seconds, np.nan))
    return found[0], found[1]


def times_for(
    links: Mapping[str, pl.DataFrame],
    origins: pl.DataFrame,
    destinations: pl.DataFrame,
    mode: str,
    *,
    own: Collection[str] | None = None,
    about: str = "",
    ferries: bool = False,
) -> TravelTimes:
    """The study's own times of a mode as far as they go, modelled ones for the rest, with `about` saying which.

    An area's times are taken from the links only if these hold its way to every one of the `own` sites (all
    destinations, if not said): to mix the two among sites that are compared would make a new site look near or far only
    because its time was found otherwise. Ways to other sites that the links lack, such as surgeries beyond an extract,
    are modelled. Tables have code, easting and northing. Modelled pairs keep the model's error, routed ones have none
    stated. `NotFound` for a mode without a model (public transport) where the links lack a pair.
    """
    here, there = tuple(origins["code"]), tuple(destinations["code"])
    words = mode.replace("_", " ")
    if mode not in MODES:
        if mode not in links:
            raise NotFound(f"The study has no links by {words}, and there is no model of it", [], "Run `chesil routes`")
        return times_from_links(links[mode], mode, origins=here, destinations=there, about=about)
    if mode not in links:
        return travel_times(origins, destinations, mode, ferries=ferries)
    seconds, asked, method = _held(links[mode], mode, here, there)
    needed = np.array([own is None or code in own for code in there], dtype=bool)
    whole = np.asarray(asked[:, needed].all(axis=1))
    used = asked & whole[:, None]
    said = about or f"routed {words} times from the study's links"
    if used.all():
        return TravelTimes(mode, method, here, there, seconds, 0.0, said)
    model = travel_times(origins, destinations, mode, ferries=ferries)
    if not used.any():
        lacking = _not_asked(asked[:, needed], here, tuple(c for c, n in zip(there, needed, strict=True) if n))
        why = f"the study's links by {words} do not hold {lacking}; run `chesil routes` again to have them routed"
        return replace(model, about=f"{model.about}; {why}")
    errors = np.where(used, 0.0, model.errors)
    lacking = f"for {int((~used).sum()):,} of {used.size:,} pairs, which the links do not hold"
    mixed = f"{said}; {lacking}, {model.about}"
    return TravelTimes(
        mode, method, here, there, np.where(used, seconds, model.seconds), float(np.median(errors)), mixed, errors
    )


def study_times(
    links: Mapping[str, pl.DataFrame], own: Collection[str], about: Mapping[str, str], *, ferries: bool = False
) -> Callable[..., dict[str, TravelTimes]]:
    """A function that gives times by modes between two tables, as `times_for` does: what an analysis is given.

    By public transport too where the study has such links, and all modes are asked for.

    `own` are the codes of the place's sites; `about` by mode says how the links were made.
    """

    def times_of(
        origins: pl.DataFrame, destinations: pl.DataFrame, modes: Sequence[str] = MODES
    ) -> dict[str, TravelTimes]:
        modelled = [m for m in modes if m not in links]
        found = travel_times_by_mode(origins, destinations, modelled, ferries=ferries) if modelled else {}
        for mode in (m for m in modes if m in links):
            said = about.get(mode, "")
            found[mode] = times_for(links, origins, destinations, mode, own=own, about=said, ferries=ferries)
        found = {mode: found[mode] for mode in modes}
        if PUBLIC in links and set(modes) == set(MODES):
            found[PUBLIC] = public_times(links, origins, destinations, about.get(PUBLIC, ""))
        return found

    return times_of


def public_times(
    links: Mapping[str, pl.DataFrame], origins: pl.DataFrame, destinations: pl.DataFrame, about: str = ""
) -> TravelTimes:
    """Times by public transport from the study's links alone: a pair that they do not hold is no way, and `about` says so."""
    here, there = tuple(origins["code"]), tuple(destinations["code"])
    seconds, asked, _ = _held(links[PUBLIC], PUBLIC, here, there)
    said = about or "routed public transport times from the study's links"
    lacking = int((~asked).sum())
    if lacking:
        said += f"; {lacking:,} of {asked.size:,} pairs are not in the links and count as no way"
    return TravelTimes(PUBLIC, "routed", here, there, seconds, 0.0, said)


def _held(
    table: pl.DataFrame, mode: str, here: tuple[str, ...], there: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, str]:
    """Seconds and whether each pair is in the table, both (origins, destinations), and the method."""
    row = pl.DataFrame({"from": here, "i": range(len(here))}, schema_overrides={"from": pl.String, "i": pl.Int64})
    column = pl.DataFrame({"to": there, "j": range(len(there))}, schema_overrides={"to": pl.String, "j": pl.Int64})
    wanted = table.filter(pl.col("mode") == mode).join(row, on="from").join(column, on="to")
    seconds = np.full((len(here), len(there)), np.inf)
    asked = np.zeros(seconds.shape, dtype=bool)
    i, j = wanted["i"].to_numpy(), wanted["j"].to_numpy()
    seconds[i, j] = wanted["seconds"].fill_null(np.inf).to_numpy()
    asked[i, j] = True
    methods = wanted["method"].unique().to_list()
    return seconds, asked, methods[0] if len(methods) == 1 else "routed"


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
