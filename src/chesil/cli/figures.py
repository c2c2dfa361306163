"""Commands to print one figure, and how it came about."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from chesil.cli.printing import AsAt, Json, day, out, show


def figure(
    measure: Annotated[str, typer.Argument(help="Name of a measure, such as patients_per_gp_fte.")],
    code: Annotated[str, typer.Argument(help="Code or name of a practice, PCN, ICB, council, or England.")],
    study: Annotated[Path | None, typer.Option(help="A study whose date is used.")] = None,
    as_at: AsAt = "",
    vintage: Annotated[
        str, typer.Option(help="A vintage, such as 2022/23; else the newest that has the measure.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Print one figure with its limits, parts, method and sources."""
    from chesil.measures.asking import ask_figure

    on = day(as_at) or (date_of(study) if study else None)
    found = ask_figure(measure, code, vintage=vintage or None, as_at=on)
    if as_json:
        print(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
        return
    from chesil.blueprint.words import figure_text, limits_text, period_text
    from chesil.measures.card import load_measure

    card = load_measure(measure)
    out.print(f"[bold]{card.title}[/bold], {found.unit_name}, {period_text(found.period)}", highlight=False)
    out.print(f"  {figure_text(found, card)} {card.unit if card.unit not in ('%', 'GBP') else ''}", highlight=False)
    lines = [("limits", limits_text(found, card)), ("formula", found.method), ("kind", found.standing)]
    lines += [("why none", found.reason)] if not found.is_known else []
    lines += [("numerator", f"{found.numerator:,.2f}")] if found.numerator is not None else []
    lines += [("denominator", f"{found.denominator:,.2f}")] if found.denominator is not None else []
    lines += [("note", n) for n in found.notes] + [("source", r) for r in found.receipts]
    for name, text in lines:
        out.print(f"  {name:<12}{text}", highlight=False, markup=False)


def journey(
    measure: Annotated[str, typer.Argument(help="Name of a measure.")],
    code: Annotated[str, typer.Argument(help="Code or name of a practice, PCN, ICB, council, or England.")],
    as_at: AsAt = "",
    vintage: Annotated[str, typer.Option(help="A vintage, such as 2022/23.")] = "",
    as_json: Json = False,
) -> None:
    """Print every step from published file to figure, with values."""
    from chesil.blueprint.words import figure_text
    from chesil.measures.asking import trace_journey

    traced = trace_journey(measure, code, vintage=vintage or None, as_at=day(as_at))
    if as_json:
        parts = traced.parts.to_dicts()
        record = {"figure": traced.figure.as_dict(), "receipts": [r.as_dict() for r in traced.receipts], "parts": parts}
        print(json.dumps(record, ensure_ascii=False, indent=1))
        return
    out.print(f"[bold]1. Files[/bold] that were read for {traced.measure.title}", highlight=False)
    for receipt in traced.receipts:
        out.print(f"   {receipt.sentence}", highlight=False, markup=False)
        out.print(
            f"   {receipt.file}, sha256 {receipt.sha256[:16]}…, {receipt.rows_read or 0:,} rows",
            highlight=False,
            markup=False,
        )
    out.print("[bold]2. Parts[/bold] by practice")
    columns = ("practice_code", "practice_name", "numerator", "denominator", "implausible")
    show(columns, [tuple(r[c] for c in columns) for r in traced.parts.iter_rows(named=True)], False)
    out.print(f"[bold]3. Formula[/bold] {traced.figure.method}", highlight=False)
    for note in traced.figure.notes:
        out.print(f"   {note}", highlight=False, markup=False)
    numerator, denominator = traced.figure.numerator, traced.figure.denominator
    if numerator is not None:
        shown = f"{numerator:,.2f}" + (f" / {denominator:,.2f}" if denominator is not None else "")
        out.print(
            f"   {shown}" + (f" x {traced.measure.scale:g}" if traced.measure.scale != 1 else ""), highlight=False
        )
    out.print(
        f"[bold]4. Figure[/bold] {figure_text(traced.figure, traced.measure)} {traced.figure.reason}", highlight=False
    )


def date_of(study: Path) -> date:
    from chesil.study import read_study

    return read_study(study).as_at
