"""Roles of staff: which rows of the practice and network returns make up each, and what people call them."""

from dataclasses import dataclass

import polars as pl

from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.definitions import load_definition


@dataclass(frozen=True)
class Role:
    """A role: roles of the practice return and of the network return that make it up, and other names for it."""

    code: str
    title: str
    family: str
    practice: tuple[str, ...]
    network: tuple[str, ...]
    also: tuple[str, ...]


def all_roles() -> tuple[Role, ...]:
    """Every role, in the order of the definitions."""
    return tuple(
        Role(
            code=record["code"],
            title=record["title"],
            family=record["family"],
            practice=tuple(record["practice"]),
            network=tuple(record["network"]),
            also=tuple(record["also"]),
        )
        for record in load_definition(".", "staff_roles")["role"]
    )


def find_roles(names: pl.Series, where: str) -> list[Role]:
    """The role that each name means; `InputRefused` lists every name that none answers to, with its row."""
    known = {name: role for role in all_roles() for name in (role.code, role.title.lower(), *role.also)}
    plain = [str(n).strip().lower().replace("_", " ") for n in names]
    by_plain = {name.replace("_", " "): role for name, role in known.items()}
    problems = [
        Problem(
            f"`{name}` is not a role",
            f"{where} row {row}",
            "its vacancy could not be set against staff in post",
            did_you_mean(name, by_plain) or f"Roles are {', '.join(r.code for r in all_roles())}",
        )
        for row, name in enumerate(plain, start=2)
        if name not in by_plain
    ]
    if problems:
        raise InputRefused("Roles are named that Chesil does not know", problems, "Put these right and try again")
    return [by_plain[name] for name in plain]
