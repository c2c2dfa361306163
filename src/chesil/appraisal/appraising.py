"""Appraising options: scores on fixed scales, a ranking for each weighting, how stable it is and what would change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from chesil.appraisal.criteria import Criterion
from chesil.appraisal.scoring import (
    OptionFigures,
    Scores,
    draw_scores,
    must_have_figures,
    score_options,
    with_judgements,
)
from chesil.appraisal.sensitivity import (
    Alike,
    WhatIf,
    alike_pairs,
    counted_once,
    first_if,
    first_under,
    hardly_told_apart,
    under,
)
from chesil.appraisal.weightings import Weighting
from chesil.core.errors import ChesilError
from chesil.methods.decision import (
    Acceptability,
    Switch,
    acceptability,
    can_be_first,
    dominates,
    draw_weights,
    nearest_weights_that_switch,
    switching_weights,
    weighted_sum,
)

Array = NDArray[np.float64]
BUSINESS_AS_USUAL = "business_as_usual"
TESTS = ("legal", "safe", "affordable")
"""What an option must pass outside the weights."""


@dataclass(frozen=True)
class Ranked:
    """One weighting's answer: totals by option, the order, what would switch it, and the acceptabilities.

    `scores` (options, criteria) are of the criteria that could be scored (`criteria`); `left_out` are those that this
    person has not judged, whose weight is spread over the others. `over_all_weights` draws any weights;
    `over_their_ranges` those that the group accepts (None if it gave none). Both also draw the figures' own uncertainty;
    `over_figures` draws that alone, the weights as given.
    """

    who: str
    criteria: tuple[str, ...]
    left_out: tuple[str, ...]
    weights: Array
    scores: Array
    totals: Array
    order: tuple[str, ...]
    switches: tuple[Switch, ...]
    nearest_switch: tuple[Array, float, str] | None
    over_all_weights: Acceptability
    over_their_ranges: Acceptability | None
    over_figures: Acceptability
    without_each: Mapping[str, str]
    halved: Mapping[str, str]
    doubled: Mapping[str, str]
    counted_once: Mapping[tuple[str, str], str]
    """For each pair of criteria that order the options alike: which option would come first if they were one."""
    what_ifs: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    """By title of the test: which option would come first, and by how many points over the next."""

    @property
    def lead(self) -> float:
        """Points by which the first option leads the second; nought where it is alone."""
        totals = sorted(self.totals, reverse=True)
        return float(totals[0] - totals[1]) if len(totals) > 1 else 0.0


@dataclass(frozen=True)
class Appraisal:
    """Options appraised: business as usual first. A failed option is shown and not ranked."""

    options: tuple[OptionFigures, ...]
    ranked_options: tuple[str, ...]
    failed: Mapping[str, tuple[str, ...]]
    criteria: tuple[Criterion, ...]
    rankings: tuple[Ranked, ...]
    dominated: Mapping[str, tuple[str, ...]]
    never_first: tuple[str, ...]
    alike: tuple[Alike, ...]
    beyond_scale: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def appraise_options(
    options: Sequence[OptionFigures], criteria: Sequence[Criterion], weightings: Sequence[Weighting], *, draws: int,
    rng: np.random.Generator, what_ifs: Sequence[WhatIf] = (), shared: Mapping[str, Array] | None = None,
) -> Appraisal:  # fmt: skip
    """Appraise options on criteria under each weighting, kept apart.

    `shared` gives, by measure, how the errors of the options' figures vary together: (options, options), in the order of
    `options`, in the figure's unit squared. The first option must be business as usual. Raises `ChesilError` if it is not
    there or a criterion can be scored for no option. Acceptabilities are shares of weightings and draws, not chances of
    being right.
    """
    if not options or options[0].name != BUSINESS_AS_USUAL:
        raise ChesilError("Business as usual must come first: every option is judged against it")
    failed = {o.name: tuple(t for t in TESTS if o.passes.get(t) == "fail") for o in options}
    kept = [k for k, o in enumerate(options) if not failed[o.name]]
    ranked = [options[k] for k in kept]
    together = {m: c[np.ix_(kept, kept)] for m, c in (shared or {}).items()}
    found = score_options(ranked, criteria, together)
    must_have_figures(ranked, criteria, found.scores)
    tested = {t.title: score_options([under(o, t) for o in ranked], criteria, together).scores for t in what_ifs}
    rankings = tuple(_rank(w, ranked, criteria, found, draws, rng, tested) for w in weightings)
    whole = _together(rankings, ranked)
    return Appraisal(
        options=tuple(options),
        ranked_options=tuple(o.name for o in ranked),
        failed={n: t for n, t in failed.items() if t},
        criteria=tuple(criteria),
        rankings=rankings,
        dominated=_dominated(whole, ranked),
        never_first=tuple(o.name for o, can in zip(ranked, can_be_first(whole), strict=True) if not can),
        alike=_alike(rankings),
        beyond_scale=found.beyond,
        warnings=(*_warnings(options, ranked, rankings), *hardly_told_apart(criteria, found.scores)),
    )


def _rank(
    weighting: Weighting, options: Sequence[OptionFigures], criteria: Sequence[Criterion], measured: Scores, draws: int,
    rng: np.random.Generator, tested: Mapping[str, Array],
) -> Ranked:  # fmt: skip
    found = with_judgements(measured, options, criteria, weighting)
    usable = np.atleast_1d(np.isfinite(found.scores).all(axis=0))
    if not usable.any():
        raise ChesilError(
            f"No criterion can be scored for every option ({weighting.who})",
            [],
            "Enter judgements in the study's weights, or costs and edits in its options",
        )
    names = tuple(c.name for c, use in zip(criteria, usable, strict=True) if use)
    s = found.scores[:, usable]
    given = np.array([weighting.weights[n] for n in names])
    weights = given / given.sum() if given.sum() > 0 else np.full(len(names), 1 / len(names))
    totals = weighted_sum(s, weights)
    titles = [o.name for o in options]
    order = tuple(titles[i] for i in np.lexsort((np.arange(len(titles)), -totals)))
    nearest = nearest_weights_that_switch(s, weights) if len(options) > 1 else None
    drawn = draw_scores(rng, draws, s, found.covariances[usable])
    within = _ranges(weighting, names, float(given.sum()))

    def each(times: float) -> dict[str, str]:
        return {n: first_under(s, weights, titles, {k: times}) for k, n in enumerate(names) if len(names) > 1}

    return Ranked(
        who=weighting.who,
        criteria=names,
        left_out=tuple(c.name for c, use in zip(criteria, usable, strict=True) if not use),
        weights=weights,
        scores=s,
        totals=totals,
        order=order,
        switches=tuple(switching_weights(s, weights)),
        nearest_switch=None if nearest is None else (nearest[0], nearest[1], titles[nearest[2]]),
        over_all_weights=acceptability(drawn, draw_weights(rng, draws, len(names))),
        over_their_ranges=None
        if within is None
        else acceptability(drawn, draw_weights(rng, draws, len(names), low=within[0], high=within[1])),
        over_figures=acceptability(drawn, np.repeat(weights[None], draws, axis=0)),
        without_each=each(0.0),
        halved=each(0.5),
        doubled=each(2.0),
        counted_once=counted_once(s, weights, titles, names, alike_pairs(s, names)),
        what_ifs={
            t: first_if(np.where(np.isfinite(m), m, found.scores)[:, usable], weights, titles)
            for t, m in tested.items()
        },
    )


def _ranges(weighting: Weighting, names: Sequence[str], kept: float) -> tuple[list[float], list[float]] | None:
    """The least and most weight of each criterion that is scored; where others are left out they grow as the weights do."""
    if (not weighting.low and not weighting.high) or kept <= 0:
        return None
    low, high = weighting.low, weighting.high
    return [low.get(n, 0.0) / kept for n in names], [min(1.0, high.get(n, 1.0) / kept) for n in names]


def _alike(rankings: Sequence[Ranked]) -> tuple[Alike, ...]:
    """Every pair of criteria that may count one thing twice, in whose scores: each person's judgements are their own."""
    whose: dict[tuple[str, str], list[str]] = {}
    for r in rankings:
        for pair in r.counted_once:
            whose.setdefault(pair, []).append(r.who)
    return tuple(Alike(*pair, tuple(who)) for pair, who in whose.items())


def _together(rankings: Sequence[Ranked], options: Sequence[OptionFigures]) -> Array:
    """The scores of every weighting side by side: an option is dominated only if nobody scores it better anywhere."""
    return np.hstack([r.scores for r in rankings]) if rankings else np.zeros((len(options), 1))


def _dominated(scores: Array, options: Sequence[OptionFigures]) -> dict[str, tuple[str, ...]]:
    by = dominates(scores)
    return {
        o.name: tuple(options[int(j)].name for j in np.flatnonzero(by[:, i]))
        for i, o in enumerate(options)
        if by[:, i].any()
    }


def _warnings(
    options: Sequence[OptionFigures], ranked: Sequence[OptionFigures], rankings: Sequence[Ranked]
) -> tuple[str, ...]:
    found = []
    if len(options) < 4:
        found.append(
            "An appraisal needs business as usual, a do-minimum and at least two others; there are fewer here."
        )
    unsure = {o.title: [t for t in TESTS if o.passes.get(t, "not assessed") == "not assessed"] for o in options}
    said = "; ".join(f"{title} ({', '.join(tests)})" for title, tests in unsure.items() if tests)
    if said:
        found.append(f"Whether each passes its tests outside the weights has not been said: {said}.")
    for r in rankings:
        if r.left_out:
            found.append(f"{r.who}: nobody has judged {', '.join(r.left_out)}; the other criteria carry its weight.")
    if len(ranked) < 2:
        found.append("Only one option passes every test: there is nothing to rank.")
    return tuple(found)
