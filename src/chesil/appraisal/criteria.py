"""Criteria as cards: what each asks, which figures feed it on which fixed scale, or that people judge it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chesil.appraisal.scales import england_scale
from chesil.core.errors import ChesilError, InputRefused, Problem, did_you_mean
from chesil.definitions import load_definition, load_definition_file
from chesil.measures.card import all_cards

FIELDS = ("name", "title", "asks", "feed", "judged_because", "overlaps")
ENDS = ("worst", "best", "scale_from")
FROM_ENGLAND = "england"
"""What `scale` says where the ends are England's range; else a feed gives the ends and who set them."""


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


def load_criteria(name: str = "six_of_2016", level: str = "icb", own: Path | None = None) -> tuple[Criterion, ...]:
    """Read a set of criteria; `InputRefused` lists everything wrong, such as a scale without two ends.

    A feed whose `scale` is "england" runs over the range of England's units of `level` ("icb", "pcn" or "practice").
    `own` is a study's folder of criteria: a file of that name in it stands in place of the definition.
    """
    path = own / f"{name}.toml" if own is not None else None
    record = load_definition_file(path) if path is not None and path.exists() else load_definition("criteria", name)
    problems = [
        p for k, c in enumerate(record.get("criterion", []), start=1) for p in _problems(c, level, f"criterion {k}")
    ]
    if not record.get("criterion"):
        problems.append(Problem("there is no criterion"))
    names = [c.get("name") for c in record.get("criterion", [])]
    problems += [
        Problem(f"`{n}` is the name of two criteria") for n in sorted({n for n in names if names.count(n) > 1})
    ]
    if problems:
        raise InputRefused(f"The criteria `{name}` cannot be used", problems, "Put these right and try again")
    return tuple(
        Criterion(
            c["name"], c["title"], c["asks"], tuple(_feed(f, level) for f in c.get("feed", [])), c.get("judged_because", ""),
            tuple(c.get("overlaps", [])),
        )
        for c in record["criterion"]
    )  # fmt: skip


def _feed(record: dict[str, Any], level: str) -> Feed:
    share = record.get("share", 1.0)
    if "scale" not in record:
        return Feed(record["measure"], record["worst"], record["best"], share, record["scale_from"])
    scale = england_scale(record["measure"], level)
    return Feed(record["measure"], scale.worst, scale.best, share, scale.words)


def _problems(record: dict[str, Any], level: str, where: str) -> list[Problem]:
    problems = [Problem(f"`{f}` is missing", where) for f in ("name", "title", "asks") if not record.get(f)]
    problems += [Problem(f"`{f}` is not known", where, "", did_you_mean(f, FIELDS)) for f in record if f not in FIELDS]
    feeds = record.get("feed", [])
    if not feeds and not record.get("judged_because"):
        problems.append(
            Problem(
                "has no figure that feeds it", where, "nothing could be scored", "Name one, or say why people judge it"
            )
        )
    for feed in feeds:
        problems += _feed_problems(feed, level, where)
    total = sum(f.get("share", 0) for f in feeds)
    if feeds and abs(total - 1) > 1e-6:
        problems.append(Problem(f"the shares of its feeds sum to {total:g}, not to 1", where))
    return problems


def _feed_problems(feed: dict[str, Any], level: str, where: str) -> list[Problem]:
    problems = [Problem(f"a feed lacks `{f}`", where) for f in ("measure", "share") if f not in feed]
    cards = {c.name for c in all_cards()}
    if feed.get("measure") not in cards:
        near = did_you_mean(str(feed.get("measure")), cards)
        return [*problems, Problem(f"`{feed.get('measure')}` is not a measure", where, "", near)]
    if "scale" not in feed:
        problems += [
            Problem(f"a feed lacks `{f}`", where, "", 'or write scale = "england"') for f in ENDS if f not in feed
        ]
        same = "worst" in feed and feed["worst"] == feed.get("best")
        return [*problems, Problem("a scale's worst and best are the same", where)] if same else problems
    problems += [Problem(f"a feed with `scale` has `{f}` too", where, "", "Leave one out") for f in ENDS if f in feed]
    if feed["scale"] != FROM_ENGLAND:
        return [*problems, Problem(f"`{feed['scale']}` is not a scale", where, "", 'Write "england", or two ends')]
    try:
        england_scale(feed["measure"], level)
    except ChesilError as error:
        problems.append(Problem(error.title, where, "", error.way_out))
    return problems
