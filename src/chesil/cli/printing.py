"""What the commands share: where they print, how a table is shown, how a day is read."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chesil.core.errors import ChesilError

out = Console()
err = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
AsAt = Annotated[str, typer.Option("--as-at", help="A day, such as 2026-11-24.")]
StudyFolder = Annotated[Path, typer.Argument(help="Folder of a study.")]


def show(heads: tuple[str, ...], rows: Sequence[tuple[object, ...]], as_json: bool) -> None:
    """Print rows as a table, or as JSON records."""
    if as_json:
        print(
            json.dumps([dict(zip(heads, row, strict=True)) for row in rows], ensure_ascii=False, indent=1, default=str)
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head)
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    out.print(table, highlight=False, markup=False)


def _cell(value: object) -> str:
    if value is None:
        return "not published"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def day(text: str) -> date | None:
    """Read a day written as 2026-11-24; None if nothing is written."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ChesilError(f"`{text}` is not a day", [], "Write it like 2026-11-24") from error


def today() -> date:
    """The day it is: only commands look at the clock."""
    return datetime.now(UTC).date()
