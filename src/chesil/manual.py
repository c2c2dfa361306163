"""The manual's reference pages, made from the definitions and the code themselves; run as a module it writes them."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import typer.main

import chesil.methods
from chesil.cli import app
from chesil.core.tables import Column
from chesil.core.whole_files import write_whole
from chesil.definitions import definition_names, load_parameter
from chesil.measures.card import Measure, all_cards
from chesil.registers.contracts import REGISTERS
from chesil.scenario.from_options import VERBS
from chesil.setting_up.checking import SETTINGS

MADE = "*Made by `make manual` from the code and the definitions; change those, not this page.*"
BY_CARD = "counted by their cards alone"
NO_DEFAULT = dataclasses.MISSING


def pages() -> dict[str, str]:
    """Every reference page of the manual by file name."""
    about = {
        "commands": ("Every command with its options.", _commands),
        "measures": ("Every measure: how it is worked out, why it matters, what it cannot say.", _measures),
        "parameters": ("Values from policy and publication, with where they were read.", _parameters),
        "registers": ("The tables a study can hold. `chesil template NAME` writes a workbook to fill in.", _registers),
        "edits": ("The verbs of which options are made.", _edits),
        "settings": ("What study.toml may say of each analysis, and what holds if it says nothing.", _settings),
        "methods": ("The functions behind the figures, each with its source.", _methods),
    }
    return {f"{name}.md": _page(name.capitalize(), words, parts()) for name, (words, parts) in about.items()}


def write_manual(folder: Path) -> list[Path]:
    """Write every reference page into a folder, each whole; returns those that changed."""
    changed = []
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            changed.append(write_whole(path, text))
    return changed


def _page(title: str, about: str, parts: Iterable[str]) -> str:
    return "\n\n".join((f"# {title}", about, MADE, *parts)) + "\n"


def _commands() -> Iterable[str]:
    yield from _of_group(typer.main.get_command(app), "chesil")


def _of_group(group: Any, called: str) -> Iterable[str]:
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from _of_group(command, f"{called} {name}")
            continue
        shown = [p for p in command.params if p.name != "help"]
        usage = " ".join(_usage(p) for p in shown)
        rows = [(f"`{_called(p)}`", getattr(p, "help", None) or "", _default(p)) for p in shown]
        yield f"## `{called} {name}`\n\n{command.help}\n\n```\n{called} {name} {usage}\n```"
        if rows:
            yield _table(("", "what it is", "default"), rows)


def _usage(param: Any) -> str:
    text = _called(param)
    return text if param.required else f"[{text}]"


def _called(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.name).upper()
    return max(param.opts, key=len)


def _default(param: Any) -> str:
    if param.required:
        return "needed"
    return "" if param.default in (None, "", False) or callable(param.default) else f"`{param.default}`"


def _measures() -> Iterable[str]:
    cards = sorted(all_cards(), key=lambda c: (c.made_by or "", c.name))
    for made_by, own in groupby(cards, key=lambda c: c.made_by):
        yield f"## Measures {f'of {made_by}' if made_by else BY_CARD}"
        yield from (_measure(card) for card in own)


def _measure(card: Measure) -> str:
    limits = card.no_limits_because if card.limits == "none" and card.no_limits_because else card.limits
    lines = [
        f"**`{card.name}`** {card.title} ({card.unit}, {card.standing}).",
        f"- Worked out: {card.formula or card.numerator.about}.",
        f"- Why it matters: {card.why_it_matters}",
        f"- What it cannot say: {card.caveat}",
        f"- Limits: {limits}. Checked against: {card.checked_against}.",
    ]
    return "\n".join(lines)


def _parameters() -> Iterable[str]:
    rows = []
    for name in definition_names("parameters"):
        parameter = load_parameter(name)
        for value in parameter.values:
            standing = value.standing or ("assumption" if parameter.is_assumption else "as published")
            rows.append(
                (
                    f"`{name}`",
                    parameter.title,
                    f"{value.value:g} {parameter.unit}",
                    f"{value.since}",
                    value.reference,
                    standing,
                )
            )
    yield _table(("name", "what it is", "value", "since", "where it was read", "standing"), rows)


def _registers() -> Iterable[str]:
    for name, contract in sorted(REGISTERS.items()):
        rows = [(f"`{c.name}`", c.about, _kind(c), "may be blank" if c.missing else "needed") for c in contract.columns]
        yield f"## `{name}`\n\n{contract.about} Rows are told apart by {', '.join(f'`{k}`' for k in contract.key)}."
        yield _table(("column", "what it holds", "values", ""), rows)


def _kind(column: Column) -> str:
    if column.one_of:
        return ", ".join(column.one_of)
    if column.low is not None and column.high is not None:
        return f"{column.low:,g} to {column.high:,g}"
    least = f", {column.low:,g} or more" if column.low is not None else ""
    return {"int": "whole number", "float": "number", "bool": "yes or no", "ints": "whole numbers"}.get(
        column.type, column.type
    ) + least


def _edits() -> Iterable[str]:
    yield (
        "Each is an `[[edit]]` of a file in the study's folder `options`, such as:\n\n"
        '```toml\n[[edit]]\nverb = "CloseSite"\nsite = "J81058002"\non = 2027-04-01\nreason = "why"\n```'
    )
    for name, verb in VERBS.items():
        yield f"## `{name}`\n\n{inspect.getdoc(verb)}"
        yield _table(("field", "values", "default"), [(f"`{n}`", k, d) for n, k, d in _fields(verb)])


def _settings() -> Iterable[str]:
    for settings_of in SETTINGS:
        kind = inspect.signature(settings_of).return_annotation
        yield f"## `[{_table_of(settings_of)}]`\n\n{inspect.getdoc(kind)}"
        yield _table(("setting", "values", "default"), [(f"`{n}`", k, d) for n, k, d in _fields(kind)])


def _table_of(settings_of: Callable[..., object]) -> str:
    """The name of the table in study.toml, from the source of the function that reads it."""
    found = re.search(r"study\.toml \[(\w+)\]", inspect.getsource(settings_of))
    return found.group(1) if found else settings_of.__name__.removesuffix("_settings")


def _fields(kind: Any) -> list[tuple[str, str, str]]:
    """Name, kind and default of each field of a frozen dataclass."""
    rows = []
    for field in dataclasses.fields(kind):
        default = field.default_factory() if field.default_factory is not NO_DEFAULT else field.default
        shown = "needed" if default is NO_DEFAULT else _value(default)
        words = field.type if isinstance(field.type, str) else inspect.formatannotation(field.type)
        rows.append((field.name, _plain(words), shown))
    return rows


def _value(default: Any) -> str:
    if default in (None, "", ()) or default == {}:
        return "not given"
    return f"`{list(default) if isinstance(default, tuple) else default}`".replace("'", '"')


def _plain(kind: str) -> str:
    """A Python type in the words of TOML."""
    kind = kind.replace(" | None", "")
    plain = {
        "str": "text",
        "int": "whole number",
        "float": "number",
        "bool": "true or false",
        "datetime.date": "day",
        "date": "day",
    }
    if kind in plain:
        return plain[kind]
    return (
        "list"
        if kind.startswith(("tuple", "Sequence", "collections.abc.Sequence"))
        else "table"
        if "Mapping" in kind
        else kind
    )


def _methods() -> Iterable[str]:
    for found in sorted(pkgutil.walk_packages(chesil.methods.__path__, "chesil.methods."), key=lambda m: m.name):
        module = importlib.import_module(found.name)
        own = [
            (n, f) for n, f in vars(module).items()
            if inspect.isfunction(f) and f.__module__ == found.name and not n.startswith("_")
        ]  # fmt: skip
        if own:
            yield f"## `{found.name.removeprefix('chesil.')}`\n\n{inspect.getdoc(module)}"
            yield "\n".join(f"- `{name}`: {_paragraphs(f)}" for name, f in own)


def _paragraphs(function: Callable[..., object]) -> str:
    return " ".join((inspect.getdoc(function) or "").split())


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(
        "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in line) + " |" for line in lines
    )


if __name__ == "__main__":
    to = Path(sys.argv[1])
    made: Mapping[str, str] = {str(p): "written" for p in write_manual(to)}
    print("\n".join(made) or f"The pages in {to} are as the code has them.")
