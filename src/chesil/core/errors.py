"""Errors that say what is wrong, where, why it matters and the way out, all problems at once."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    `where` names the place (file, row, column, cell); `why` says what would go wrong if it were used;
    `way_out` says what to do.
    """

    what: str
    where: str = ""
    why: str = ""
    way_out: str = ""

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        return " ".join(part for part in (_ended(sentence), _ended(self.why), _ended(self.way_out)) if part)


class ChesilError(Exception):
    """Something a person can put right. Shown without a traceback on the command line."""

    exit_code = 2

    def __init__(self, title: str, problems: Iterable[Problem] = (), way_out: str = "") -> None:
        self.title = title
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.way_out = way_out
        super().__init__(self.message())

    def message(self) -> str:
        lines = [_ended(self.title)]
        lines += [f"  - {problem}" for problem in self.problems]
        if self.way_out:
            lines.append(_ended(self.way_out))
        return "\n".join(lines)


class InputRefused(ChesilError):
    """A file or table is refused whole; every problem found is listed."""


class NotFound(ChesilError):
    """A code or name that Chesil does not know, with the nearest ones it does."""


class PackDamaged(ChesilError):
    """A table of the embedded data is missing or not what its manifest says."""


def nearest(word: str, known: Iterable[str], how_many: int = 3) -> list[str]:
    """Return the known words most like `word`, best first, ignoring case."""
    by_lower = {k.lower(): k for k in known}
    return [by_lower[m] for m in difflib.get_close_matches(word.lower(), by_lower, how_many, cutoff=0.6)]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean A or B?" or an empty string."""
    near = nearest(word, known)
    return f"Did you mean {or_list(near)}?" if near else ""


def or_list(words: Sequence[str]) -> str:
    """Join words as "a, b or c"."""
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def some_of(words: Sequence[object], most: int = 8) -> str:
    """List the first few of many words, and say how many more there are."""
    shown = ", ".join(str(w) for w in words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def _ended(sentence: str) -> str:
    sentence = sentence.strip()
    return sentence if not sentence or sentence[-1] in ".?!:" else sentence + "."
