"""Sums of rounded numbers: an expression over printed figures worked out with the range that their rounding allows."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from chesil.core.errors import ChesilError, did_you_mean


@dataclass(frozen=True)
class Rounded:
    """A number as printed, and the least and the most that it could have been before it was rounded."""

    value: float
    least: float
    most: float

    @classmethod
    def printed(cls, value: float, to_nearest: float = 0.0) -> "Rounded":
        """A number printed to the nearest `to_nearest` (0 where it is exact)."""
        return cls(value, value - to_nearest / 2, value + to_nearest / 2)

    def may_be(self, other: "Rounded") -> bool:
        """True if both could be roundings of one number (to within the error of floating point)."""
        slack = 1e-9 * max(abs(self.value), abs(other.value), 1.0)
        return self.least <= other.most + slack and other.least <= self.most + slack


def work_out(expression: str, figures: Mapping[str, Rounded]) -> Rounded:
    """Work out `expression`, made of names of `figures`, numbers, + - * / ** and brackets, by interval arithmetic.

    Each name is taken as free within its rounding wherever it stands (Moore, 1966, Interval Analysis), so the range is
    never too narrow; it can be too wide where a name stands twice. Raises `ChesilError` for anything else in the
    expression, a name that is not there, or a division by a range that holds nought.
    """
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise ChesilError(f"`{expression}` is not a sum: {error.msg}") from error
    return _of(tree.body, expression, figures)


def names_in(expression: str) -> tuple[str, ...]:
    """The names that stand in an expression, each once, in order."""
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise ChesilError(f"`{expression}` is not a sum: {error.msg}") from error
    found = sorted((n for n in ast.walk(tree) if isinstance(n, ast.Name)), key=lambda n: (n.lineno, n.col_offset))
    return tuple(dict.fromkeys(n.id for n in found))


def _of(node: ast.expr, expression: str, figures: Mapping[str, Rounded]) -> Rounded:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Rounded(float(number), float(number), float(number))
        case ast.Name(id=name):
            if name not in figures:
                raise ChesilError(f"`{name}` in `{expression}` is not a statement", [], did_you_mean(name, figures))
            return figures[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            found = _of(inner, expression, figures)
            return Rounded(-found.value, -found.most, -found.least)
        case ast.BinOp(left=left, op=operator, right=right):
            return _joined(operator, _of(left, expression, figures), _of(right, expression, figures), expression)
    raise ChesilError(f"`{expression}` holds something else than names, numbers, + - * / ** and brackets")


def _joined(operator: ast.operator, a: Rounded, b: Rounded, expression: str) -> Rounded:
    match operator:
        case ast.Add():
            return Rounded(a.value + b.value, a.least + b.least, a.most + b.most)
        case ast.Sub():
            return Rounded(a.value - b.value, a.least - b.most, a.most - b.least)
        case ast.Mult():
            corners = [x * y for x in (a.least, a.most) for y in (b.least, b.most)]
            return Rounded(a.value * b.value, min(corners), max(corners))
        case ast.Div():
            if b.least <= 0 <= b.most:
                raise ChesilError(f"`{expression}` divides by a number that may be nought")
            corners = [x / y for x in (a.least, a.most) for y in (b.least, b.most)]
            return Rounded(a.value / b.value, min(corners), max(corners))
        case ast.Pow():
            if a.least < 0:
                raise ChesilError(f"`{expression}` takes a power of a number that may be below nought")
            corners = [x**y for x in (a.least, a.most) for y in (b.least, b.most)]
            return Rounded(a.value**b.value, min(corners), max(corners))
    raise ChesilError(f"`{expression}` holds something else than names, numbers, + - * / ** and brackets")
