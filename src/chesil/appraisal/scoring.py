"""Scores of options from their figures on fixed scales, and draws of them in which what options share is drawn once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from chesil.appraisal.criteria import Criterion, Feed
from chesil.appraisal.weightings import Weighting
from chesil.core.errors import ChesilError, InputRefused, Problem
from chesil.core.figure import Figure
from chesil.methods.decision import TOP, on_fixed_scale

Array = NDArray[np.float64]
Z95 = 1.959963984540054


@dataclass(frozen=True)
class OptionFigures:
    """An option with the figures that feed criteria: by measure. `passes` holds "pass", "fail" or "not assessed"."""

    name: str
    title: str
    figures: Mapping[str, Figure]
    passes: Mapping[str, str] = field(default_factory=dict)
    is_illustration: bool = False


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores (options, criteria), and how the errors of each criterion vary together between options, in points squared.

    `covariances` (criteria, options, options). Scores are NaN where people judge; `beyond` are (option, measure) of figures
    that lie beyond the ends of their scale.
    """

    scores: Array
    covariances: Array
    beyond: tuple[tuple[str, str], ...] = ()


def score_options(
    options: Sequence[OptionFigures], criteria: Sequence[Criterion], shared: Mapping[str, Array]
) -> Scores:
    """Scores from figures. `shared` gives, by measure, the covariance of its error between these options (options, options)
    in the figure's unit squared; the errors of a measure that is not there are independent, from the figure's limits.
    """
    n = len(options)
    scores = np.full((n, len(criteria)), np.nan)
    covariances = np.zeros((len(criteria), n, n))
    beyond: list[tuple[str, str]] = []
    for k, criterion in enumerate(criteria):
        if criterion.is_judged:
            continue
        total = np.zeros(n)
        for feed in criterion.feeds:
            found = [o.figures.get(feed.measure) for o in options]
            values = np.array([np.nan if f is None or f.value is None else f.value for f in found])
            scored = on_fixed_scale(values[:, None], [feed.worst], [feed.best])
            total += feed.share * scored.scores[:, 0]
            covariances[k] += _points_squared(feed, found, shared.get(feed.measure))
            outside = np.atleast_1d(scored.below[:, 0] | scored.above[:, 0])
            beyond += [(o.name, feed.measure) for o, out in zip(options, outside, strict=True) if out]
        scores[:, k] = total
    return Scores(scores, covariances, tuple(beyond))


def _points_squared(feed: Feed, figures: Sequence[Figure | None], together: Array | None) -> Array:
    if together is None:
        together = np.diag([_error(f) ** 2 for f in figures])
    if together.shape != (len(figures), len(figures)):
        raise ChesilError(f"{feed.measure}: the errors of {together.shape[0]} options, but there are {len(figures)}")
    return np.asarray((feed.share * TOP / (feed.best - feed.worst)) ** 2 * together)


def _error(figure: Figure | None) -> float:
    if figure is None or figure.lower is None or figure.upper is None:
        return 0.0
    return (figure.upper - figure.lower) / (2 * Z95)


def with_judgements(
    found: Scores, options: Sequence[OptionFigures], criteria: Sequence[Criterion], weighting: Weighting
) -> Scores:
    """The same with one person's judgements in the place of figures where people judge; their ranges are taken as 95%."""
    scores, covariances = found.scores.copy(), found.covariances.copy()
    for k, criterion in enumerate(criteria):
        if criterion.is_judged:
            judged = [weighting.judged.get((o.name, criterion.name)) for o in options]
            scores[:, k] = [np.nan if j is None else j.score for j in judged]
            covariances[k] = np.diag([0.0 if j is None else ((j.high - j.low) / (2 * Z95)) ** 2 for j in judged])
    return Scores(scores, covariances, found.beyond)


def draw_scores(rng: np.random.Generator, draws: int, scores: Array, covariances: Array) -> Array:
    """Scores (draws, options, criteria) drawn about `scores`, normal, within 0 to 100.

    `covariances` (criteria, options, options): an error that options share moves them together and so changes no order,
    while errors drawn one by one would make like options look unlike.
    """
    drawn = np.repeat(scores[None], draws, axis=0)
    for k, covariance in enumerate(covariances):
        drawn[:, :, k] += rng.standard_normal((draws, len(scores))) @ _root(covariance).T
    return np.asarray(np.clip(drawn, 0.0, TOP))


def _root(covariance: Array) -> Array:
    """A square root of a covariance that may be singular: options alike in everything have one error between them."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.clip(values, 0.0, None)))


def must_have_figures(options: Sequence[OptionFigures], criteria: Sequence[Criterion], scores: Array) -> None:
    """Refuse criteria that some options could be scored on and others not, naming the figure that each lacks."""
    problems = []
    for k, criterion in enumerate(criteria):
        known = np.isfinite(scores[:, k])
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
