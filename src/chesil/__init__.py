"""Chesil: the open workbench for planning primary care in England, neighbourhood by neighbourhood."""

from collections.abc import Sequence
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chesil.core.figure import Figure
    from chesil.place.place import Place

# The package `chesil.place` must be loaded before the function of that name takes its place here: a package binds
# its name in its parent when it is first imported. See docs/decisions/0002.
import_module("chesil.place")

__version__ = "0.1.0"
__all__ = ["figure", "place"]


def place(wanted: str | Sequence[str], *, vintage: str | None = None, as_at: date | None = None) -> "Place":
    """Assemble a place: the code or name of an ICB, sub-ICB, PCN or council, or a list of practices or areas."""
    from chesil.place.assembling import assemble_place  # loaded when asked for, so that importing chesil is quick

    return assemble_place(wanted, vintage=vintage, as_at=as_at)


def figure(measure: str, code: str, *, vintage: str | None = None, as_at: date | None = None) -> "Figure":
    """One figure of a measure for a practice, group or England, at the newest vintage where the measure exists."""
    from chesil.measures.asking import ask_figure

    return ask_figure(measure, code, vintage=vintage, as_at=as_at)
