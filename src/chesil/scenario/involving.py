"""What people must have put on record before an option that closes something can be signed or called approved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from chesil.core.errors import Problem, did_you_mean
from chesil.definitions import load_definition
from chesil.registers.options import OptionRecord

SERVICE_VERBS = ("ClosePractice", "CloseSite", "MovePractice", "MoveSite", "MergePractices", "SplitPractice")
"""What may be a substantial change: a practice or a building that ends, moves, or becomes another's."""


@dataclass(frozen=True)
class Step:
    """A step that must be on record: what it asks and on which authority (`standing` says how sure that is)."""

    step: str
    title: str
    ask: str
    source: str
    standing: str


@dataclass(frozen=True)
class SignOff:
    """How far an option's equality assessment is: the groups that nobody has answered for, and who signed, if anybody."""

    unanswered: tuple[str, ...]
    signed_by: str = ""
    signed_on: date | None = None

    @property
    def words(self) -> str:
        """The state as pages and commands print it. A signature given while groups are unanswered does not count."""
        if self.unanswered:
            return f"cannot be signed: nobody has answered for {', '.join(self.unanswered)}"
        if self.signed_on is None:
            return "is answered and waits for a person to sign it; software does not"
        return f"was signed by {self.signed_by} on {self.signed_on:%-d %B %Y}"

    @property
    def is_signed(self) -> bool:
        return not self.unanswered and self.signed_on is not None


def involvement_steps() -> tuple[Step, ...]:
    """The steps, in order."""
    return tuple(Step(**s) for s in load_definition(".", "involvement_steps")["step"])


def unassessed_groups() -> dict[str, str]:
    """Groups of people for whom no data are held, with what to ask of them."""
    return {g["group"]: g["ask"] for g in load_definition(".", "equality_groups")["unassessed"]}


def changes_services(option: OptionRecord) -> bool:
    """True where an option ends, moves or merges a practice or a site: the steps of involvement then stand before approval.

    Whether the change is substantial is not for software to say.
    """
    return any(e.verb in SERVICE_VERBS for e in option.edits)


def sign_off_of(option: str, registers: Mapping[str, pl.DataFrame]) -> SignOff:
    """How far the equality assessment of an option is, from the study's answers and signatures."""
    answered = {r["group"] for r in _rows(registers, "equality_answers", option)}
    unanswered = tuple(g for g in unassessed_groups() if g not in answered)
    for row in _rows(registers, "sign_offs", option):
        return SignOff(unanswered, f"{row['signed_by']} ({row['role']})", row["signed_on"])
    return SignOff(unanswered)


def steps_done(option: str, registers: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, Any]]:
    """The study's entries on the steps of an option, by step."""
    return {r["step"]: r for r in _rows(registers, "involvement", option)}


def what_blocks_approval(options: Mapping[str, OptionRecord], registers: Mapping[str, pl.DataFrame]) -> list[Problem]:
    """What keeps a study from being called approved: the unsigned equality assessment of any option, and an empty step of
    one that ends, moves or merges a practice or a site."""
    problems = []
    for name, option in options.items():
        done = steps_done(name, registers)
        for step in involvement_steps() if changes_services(option) else ():
            if step.step not in done:
                way = (
                    f"Enter it in registers/involvement with step `{step.step}`, or leave the state at `for engagement`"
                )
                problems.append(Problem(f"`{step.title}` is not on record", f"options/{name}.toml", step.ask, way))
        state = sign_off_of(name, registers)
        if not state.is_signed:
            way = "Enter answers in registers/equality_answers and the signature in registers/sign_offs"
            problems.append(Problem(f"its equality assessment {state.words}", f"options/{name}.toml", "", way))
    return problems


def strange_entries(options: Mapping[str, OptionRecord], registers: Mapping[str, pl.DataFrame]) -> list[Problem]:
    """Entries on options, steps or groups that there are not, each with the nearest that there is."""
    steps = [s.step for s in involvement_steps()]
    known = {"step": steps, "group": list(unassessed_groups())}
    problems = []
    for table, column in (("involvement", "step"), ("equality_answers", "group"), ("sign_offs", "")):
        for row in registers[table].iter_rows(named=True) if table in registers else ():
            if row["option"] not in options:
                near = did_you_mean(row["option"], options)
                problems.append(Problem(f"`{row['option']}` is not an option", table, "", near))
            if column and row[column] not in known[column]:
                near = did_you_mean(row[column], known[column]) or f"There are {', '.join(known[column])}"
                problems.append(Problem(f"`{row[column]}` is not a {column} that is asked", table, "", near))
    return problems


def _rows(registers: Mapping[str, pl.DataFrame], table: str, option: str) -> list[dict[str, Any]]:
    if table not in registers:
        return []
    return list(registers[table].filter(pl.col("option") == option).iter_rows(named=True))
