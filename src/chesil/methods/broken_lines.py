"""Broken lines: a logistic model whose factors bend at knots, worked out from its coefficients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite

from chesil.methods.checking import refuse


@dataclass(frozen=True)
class BrokenLine:
    """One factor: weights[0] x value, and weights[k] x the part of the value above knots[k - 1].

    `if_missing` stands in for a value that is not known.
    """

    name: str
    if_missing: float
    knots: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        refuse(
            f"The factor {self.name} cannot be used",
            [
                "there must be one weight more than knots" if len(self.weights) != len(self.knots) + 1 else "",
                "the knots must rise" if list(self.knots) != sorted(set(self.knots)) else "",
                "a number is not finite"
                if not all(map(isfinite, (self.if_missing, *self.knots, *self.weights)))
                else "",
            ],
        )

    def part(self, value: float | None) -> float:
        """What the factor adds to the logit."""
        x = self.if_missing if value is None else value
        above = (max(x - knot, 0.0) for knot in self.knots)
        return self.weights[0] * x + sum(w * a for w, a in zip(self.weights[1:], above, strict=True))


def chance(intercept: float, factors: Sequence[BrokenLine], values: Mapping[str, float | None]) -> float:
    """The chance, from 0 to 1, for the values of the factors (None where not known)."""
    logit = intercept + sum(f.part(values.get(f.name)) for f in factors)
    return 1 / (1 + exp(-logit))
