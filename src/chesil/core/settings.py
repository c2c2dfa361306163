"""Settings of an analysis: a frozen dataclass of defaults, and what a study says instead, checked by its fields."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from chesil.core.errors import InputRefused, Problem, did_you_mean

Settings = TypeVar("Settings")


def settings_from(kind: type[Settings], said: Mapping[str, Any], where: str) -> Settings:
    """The settings with what a study says put in place of the defaults; `InputRefused` names every wrong word.

    A value must be of the default's type (a whole number may stand for a float; a list for a tuple). A settings class
    that also checks ranges does so in `__post_init__` by raising `ValueError`.
    """
    known = {f.name: getattr(kind(), f.name) for f in fields(kind)}  # type: ignore[arg-type]
    problems = [Problem(f"`{n}` is not a setting", where, "", did_you_mean(n, known)) for n in said if n not in known]
    given: dict[str, Any] = {}
    for name, value in said.items():
        if name not in known:
            continue
        default = known[name]
        if isinstance(default, tuple) and isinstance(value, list):
            value = tuple(value)
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if default is not None and type(value) is not type(default):
            problems.append(Problem(f"`{name}` is {value!r}, not {_kind_of(default)}", where))
        else:
            given[name] = value
    if problems:
        raise InputRefused("The study's settings cannot be used", problems, "Put these right and try again")
    try:
        return kind(**given)
    except ValueError as error:
        raise InputRefused("The study's settings cannot be used", [Problem(str(error), where)]) from error


def _kind_of(default: object) -> str:
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "text", tuple: "a list"}
    return words.get(type(default), type(default).__name__)
