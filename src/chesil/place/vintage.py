"""Vintages: the dates at which practices are held, and what each of them calls its years."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from chesil.core.errors import NotFound, or_list
from chesil.definitions import load_definition


@dataclass(frozen=True)
class Vintage:
    """One dated set of practices."""

    name: str
    lists: str
    as_at: date
    payments_year: str
    about: str


@cache
def all_vintages() -> tuple[Vintage, ...]:
    """Every vintage, oldest first."""
    return tuple(Vintage(**record) for record in load_definition(".", "vintages")["vintage"])


def find_vintage(name: str) -> Vintage:
    """The vintage of that name; `NotFound` lists those there are."""
    for vintage in all_vintages():
        if vintage.name == name.replace("-", "/"):
            return vintage
    raise NotFound(f"There is no vintage `{name}`; there are {or_list([v.name for v in all_vintages()])}")


def vintage_on(day: date | None) -> Vintage:
    """The newest vintage known on a day; without a day, the newest."""
    known = [v for v in all_vintages() if day is None or v.as_at <= day]
    return known[-1] if known else all_vintages()[0]
