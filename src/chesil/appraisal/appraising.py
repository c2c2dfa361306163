"""Appraising options: scores on fixed scales, a ranking for each weighting, how stable it is and what would change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from chesil.appraisal.criteria import Criterion
from chesil.appraisal.weightings import Weighting
from chesil.core.errors import ChesilError, InputRefused, Problem
from chesil.core.figure import Figure
from chesil.methods.decision import (
    Acceptability,
    Switch,
    acceptability,
    can_be_first,
    dominates,
    double_count,
    draw_weights,
    nearest_weights_that_switch,
    on_fixed_scale,
    switching_weights,
    weighted_sum,
)

Array = NDArray[np.float64]
Z95 = 1.959963984540054
BUSINESS_AS_USUAL = "business_as_usual"
HARDLY = 1.0
"""Points within which options are hardly told apart on a criterion."""
TESTS = ("legal", "safe", "affordable")
"""What an option must pass outside the weights."""


@dataclass(frozen=True)
class OptionFigures:
    """An option with the figures that feed criteria: by measure. `passes` holds "pass", "fail" or "not assessed"."""

    name: str
    title: str
    figures: Mapping[str, Figure]
    passes: Mapping[str, str] = field(default_factory=dict)
    is_illustration: bool = False


@dataclass(frozen=True)
class WhatIf:
    """A test of the ranking: each measure in `times` is multiplied by its factor for every option, and all is scored anew."""

    title: str
    times: Mapping[str, float]


@dataclass(frozen=True)
class Ranked:
    """One weighting's answer: totals by option, the order, what would switch it, and the acceptabilities.

    `scores` (options, criteria) are of the criteria that could be scored (`criteria`); `left_out` are those that this
    person has not judged, whose weight is spread over the others. `over_all_weights` draws any weights;
    `over_their_ranges` those that the group accepts (None if it gave none). Both also draw the figures' own uncertainty.
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
    without_each: Mapping[str, str]
    halved: Mapping[str, str]
    what_ifs: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    """By title of the test: which option would come first, and by how many points over the next."""


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
    alike: tuple[tuple[str, str, float], ...]
    beyond_scale: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def appraise_options(
    options: Sequence[OptionFigures], criteria: Sequence[Criterion], weightings: Sequence[Weighting], *, draws: int,
    rng: np.random.Generator, what_ifs: Sequence[WhatIf] = (),
) -> Appraisal:  # fmt: skip
    """Appraise options on criteria under each weighting, kept apart.

    The first option must be business as usual. Raises `ChesilError` if it is not there or a criterion can be scored for
    no option. Acceptabilities are shares of weightings and draws, not chances of being right.
    """
    if not options or options[0].name != BUSINESS_AS_USUAL:
        raise ChesilError("Business as usual must come first: every option is judged against it")
    failed = {o.name: tuple(t for t in TESTS if o.passes.get(t) == "fail") for o in options}
    ranked = [o for o in options if not failed[o.name]]
    measured, spread, beyond = _measured(ranked, criteria)
    _must_have_figures(ranked, criteria, measured)
    tested = {t.title: _measured([_multiplied(o, t) for o in ranked], criteria)[0] for t in what_ifs}
    rankings = tuple(_rank(w, ranked, criteria, measured, spread, draws, rng, tested) for w in weightings)
    whole = _together(rankings, ranked)
    return Appraisal(
        options=tuple(options),
        ranked_options=tuple(o.name for o in ranked),
        failed={n: t for n, t in failed.items() if t},
        criteria=tuple(criteria),
        rankings=rankings,
        dominated=_dominated(whole, ranked),
        never_first=tuple(o.name for o, can in zip(ranked, can_be_first(whole), strict=True) if not can),
        alike=_alike(rankings[0]),
        beyond_scale=beyond,
        warnings=(*_warnings(options, ranked, rankings), *_hardly_told_apart(ranked, criteria, measured)),
    )


def _must_have_figures(options: Sequence[OptionFigures], criteria: Sequence[Criterion], measured: Array) -> None:
    """Refuse criteria that some options could be scored on and others not, naming the figure that each lacks."""
    problems = []
    for k, criterion in enumerate(criteria):
        known = np.isfinite(measured[:, k])
        if criterion.is_judged or known.all() or not known.any():
            continue
        for option in options:
            for feed in criterion.feeds:
                figure = option.figures.get(feed.measure)
                if figure is None or figure.value is None:
                    why = figure.reason if figure is not None else "nothing works it out"
                    where = f"options/{option.name}.toml"
                    problems.append(Problem(f"`{criterion.name}` has no figure of `{feed.measure}`", where, why))
    if problems:
        way = "Say what is missing in the option (such as `starts`), or feed the criterion with another measure"
        raise InputRefused("The options cannot be compared on every criterion", problems, way)


def _multiplied(option: OptionFigures, test: WhatIf) -> OptionFigures:
    """The option with its figures under a test; figures that the test leaves alone stay as they are."""
    figures = {
        m: replace(f, value=f.value * test.times[m], lower=None, upper=None, lower998=None, upper998=None)
        if m in test.times and f.value is not None
        else f
        for m, f in option.figures.items()
    }
    return replace(option, figures=figures)


def _measured(
    options: Sequence[OptionFigures], criteria: Sequence[Criterion]
) -> tuple[Array, Array, tuple[tuple[str, str], ...]]:
    """Scores (options, criteria) and their standard deviations from figures; NaN where people judge."""
    scores = np.full((len(options), len(criteria)), np.nan)
    spread = np.zeros_like(scores)
    beyond = []
    for k, criterion in enumerate(criteria):
        if criterion.is_judged:
            continue
        total, variance = np.zeros(len(options)), np.zeros(len(options))
        for feed in criterion.feeds:
            figures = [o.figures.get(feed.measure) for o in options]
            values = np.array([np.nan if f is None or f.value is None else f.value for f in figures])
            scored = on_fixed_scale(values[:, None], [feed.worst], [feed.best])
            per_unit = 100.0 / abs(feed.best - feed.worst)
            errors = np.array([_error(f) for f in figures]) * per_unit
            total += feed.share * scored.scores[:, 0]
            variance += (feed.share * errors) ** 2
            outside = np.atleast_1d(scored.below[:, 0] | scored.above[:, 0])
            beyond += [(o.name, feed.measure) for o, out in zip(options, outside, strict=True) if out]
        scores[:, k], spread[:, k] = total, np.sqrt(variance)
    return scores, spread, tuple(beyond)


def _error(figure: Figure | None) -> float:
    if figure is None or figure.lower is None or figure.upper is None:
        return 0.0
    return (figure.upper - figure.lower) / (2 * Z95)


def _rank(
    weighting: Weighting, options: Sequence[OptionFigures], criteria: Sequence[Criterion], measured: Array, spread: Array,
    draws: int, rng: np.random.Generator, tested: Mapping[str, Array],
) -> Ranked:  # fmt: skip
    scores, errors = measured.copy(), spread.copy()
    for k, criterion in enumerate(criteria):
        if criterion.is_judged:
            found = [weighting.judged.get((o.name, criterion.name)) for o in options]
            scores[:, k] = [np.nan if j is None else j.score for j in found]
            errors[:, k] = [0.0 if j is None else (j.high - j.low) / (2 * Z95) for j in found]
    usable = np.atleast_1d(np.isfinite(scores).all(axis=0))
    if not usable.any():
        raise ChesilError(
            f"No criterion can be scored for every option ({weighting.who})",
            [],
            "Enter judgements in the study's weights, or costs and edits in its options",
        )
    names = tuple(c.name for c, use in zip(criteria, usable, strict=True) if use)
    s, e = scores[:, usable], errors[:, usable]
    given = np.array([weighting.weights[n] for n in names])
    weights = given / given.sum() if given.sum() > 0 else np.full(len(names), 1 / len(names))
    totals = weighted_sum(s, weights)
    titles = [o.name for o in options]
    order = tuple(titles[i] for i in np.lexsort((np.arange(len(titles)), -totals)))
    nearest = nearest_weights_that_switch(s, weights) if len(options) > 1 else None
    drawn = np.clip(s[None] + rng.standard_normal((draws, *s.shape)) * e[None], 0, 100)
    within = _ranges(weighting, names)
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
        without_each={n: _first_under(s, weights, names, titles, n, 0.0) for n in names if len(names) > 1},
        halved={n: _first_under(s, weights, names, titles, n, 0.5) for n in names if len(names) > 1},
        what_ifs={
            t: _first_if(np.where(np.isfinite(m), m, scores)[:, usable], weights, titles) for t, m in tested.items()
        },
    )


def _ranges(weighting: Weighting, names: Sequence[str]) -> tuple[list[float], list[float]] | None:
    if not weighting.low and not weighting.high:
        return None
    return [weighting.low.get(n, 0.0) for n in names], [weighting.high.get(n, 1.0) for n in names]


def _first_under(s: Array, weights: Array, names: Sequence[str], titles: Sequence[str], name: str, times: float) -> str:
    """Which option comes first if one criterion's weight is multiplied (0 leaves it out; 0.5 is one half of a pair)."""
    changed = weights * np.array([times if n == name else 1.0 for n in names])
    if changed.sum() <= 0:
        return ""
    return titles[int(np.argmax(weighted_sum(s, changed / changed.sum())))]


def _first_if(s: Array, weights: Array, titles: Sequence[str]) -> tuple[str, float]:
    """Which option comes first under other scores, and its lead in points over the next (nought where alone)."""
    totals = weighted_sum(s, weights)
    first = int(np.argmax(totals))
    others = np.delete(totals, first)
    return titles[first], float(totals[first] - others.max()) if others.size else 0.0


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


def _alike(ranking: Ranked) -> tuple[tuple[str, str, float], ...]:
    """Pairs of criteria that put the options in nearly the same order, and so may count one thing twice."""
    found = double_count(ranking.scores)
    n = len(ranking.criteria)
    return tuple(
        (ranking.criteria[i], ranking.criteria[j], float(found[i, j]))
        for i in range(n) for j in range(i + 1, n) if np.isfinite(found[i, j]) and abs(found[i, j]) > 0.8
    )  # fmt: skip


def _hardly_told_apart(
    options: Sequence[OptionFigures], criteria: Sequence[Criterion], measured: Array
) -> tuple[str, ...]:
    """Criteria on which every option scores nearly the same: a mean over everybody hides what happens to a few."""
    if len(options) < 2:
        return ()
    near = [
        c.title.lower() for c, s in zip(criteria, measured.T, strict=True)
        if not c.is_judged and np.isfinite(s).all() and s.max() - s.min() < HARDLY
    ]  # fmt: skip
    if not near:
        return ()
    return (
        f"All options lie within a point of each other on {' and '.join(near)}: these figures are means over everybody, "
        "and an option that changes much for few people hardly moves them. The page on equality says who those people are.",
    )


def _warnings(
    options: Sequence[OptionFigures], ranked: Sequence[OptionFigures], rankings: Sequence[Ranked]
) -> tuple[str, ...]:
    found = []
    if len(options) < 4:
        found.append(
            "An appraisal needs business as usual, a do-minimum and at least two others; there are fewer here."
        )
    unsure = [o.title for o in options if any(o.passes.get(t, "not assessed") == "not assessed" for t in TESTS)]
    if unsure:
        found.append(f"Whether these are legal, safe and affordable has not been said: {', '.join(unsure)}.")
    for r in rankings:
        if r.left_out:
            found.append(f"{r.who}: nobody has judged {', '.join(r.left_out)}; the other criteria carry its weight.")
    if len(ranked) < 2:
        found.append("Only one option passes every test: there is nothing to rank.")
    return tuple(found)
