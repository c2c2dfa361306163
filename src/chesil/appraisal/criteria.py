"""Criteria as cards: what each asks, which figures feed it on which fixed scale, or that people judge it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.definitions import load_definition
from chesil.measures.card import all_cards

FIELDS = ("name", "title", "asks", "feed", "judged_because", "overlaps")
FEED_FIELDS = ("measure", "worst", "best", "share", "scale_from")


@dataclass(frozen=True)
class Feed:
    """A figure that feeds a criterion: its measure, the ends of its fixed scale and who set them, its share."""

    measure: str
    worst: float
    best: float
    share: float
    scale_from: str


@dataclass(frozen=True)
class Criterion:
    """One criterion. Without feeds it is judged by people, and says why."""

    name: str
    title: str
    asks: str
    feeds: tuple[Feed, ...] = ()
    judged_because: str = ""
    overlaps: tuple[str, ...] = ()

    @property
    def is_judged(self) -> bool:
        return not self.feeds


@lru_cache(maxsize=8)
def load_criteria(name: str = "six_of_2016") -> tuple[Criterion, ...]:
    """Read a set of criteria; `InputRefused` lists everything wrong, such as a scale without two ends."""
    record = load_definition("criteria", name)
    problems = [p for k, c in enumerate(record.get("criterion", []), start=1) for p in _problems(c, f"criterion {k}")]
    if not record.get("criterion"):
        problems.append(Problem("there is no criterion"))
    if problems:
        raise InputRefused(f"The criteria `{name}` cannot be used", problems)
    return tuple(
        Criterion(
            c["name"], c["title"], c["asks"], tuple(Feed(**f) for f in c.get("feed", [])), c.get("judged_because", ""),
            tuple(c.get("overlaps", [])),
        )
        for c in record["criterion"]
    )  # fmt: skip


def _problems(record: dict[str, Any], where: str) -> list[Problem]:
    problems = [Problem(f"`{f}` is missing", where) for f in ("name", "title", "asks") if not record.get(f)]
    problems += [Problem(f"`{f}` is not known", where, "", did_you_mean(f, FIELDS)) for f in record if f not in FIELDS]
    feeds = record.get("feed", [])
    if not feeds and not record.get("judged_because"):
        problems.append(
            Problem(
                "has no figure that feeds it", where, "nothing could be scored", "Name one, or say why people judge it"
            )
        )
    cards = {c.name for c in all_cards()}
    for feed in feeds:
        problems += [Problem(f"a feed lacks `{f}`", where) for f in FEED_FIELDS if f not in feed]
        if feed.get("measure") not in cards:
            near = did_you_mean(str(feed.get("measure")), cards)
            problems.append(Problem(f"`{feed.get('measure')}` is not a measure", where, "", near))
        if feed.get("worst") == feed.get("best"):
            problems.append(Problem("a scale's worst and best are the same", where))
    total = sum(f.get("share", 0) for f in feeds)
    if feeds and abs(total - 1) > 1e-6:
        problems.append(Problem(f"the shares of its feeds sum to {total:g}, not to 1", where))
    return problems
