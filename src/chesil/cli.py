"""The command line: find a place, begin a study, ask for a figure, publish a blueprint, keep the data."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chesil.core.errors import ChesilError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__, rich_markup_mode=None
)
data = typer.Typer(no_args_is_help=True, help="The embedded data: build it, list it, check it, fetch a publication.")
app.add_typer(data, name="data")
out = Console()
err = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
AsAt = Annotated[str, typer.Option("--as-at", help="A day, such as 2026-11-24.")]


@app.command()
def places(
    text: Annotated[str, typer.Argument(help="Part of a name, a code or a postcode.")] = "", as_json: Json = False
) -> None:
    """List places whose code or name holds TEXT, or around a postcode; without TEXT, every integrated care board."""
    from chesil.place.finding import KINDS, group_index, search_places

    if text:
        matches = [
            (m.code, m.name, KINDS[m.kind], ", ".join(v for v in m.vintages if v), m.detail)
            for m in search_places(text)
        ]
    else:
        index = group_index().filter(group_index()["group_type"] == "icb")
        matches = [
            (r["group_code"], r["group_name"], KINDS["icb"], ", ".join(r["vintages"]), "")
            for r in index.iter_rows(named=True)
        ]
    if not matches:
        raise ChesilError(f"Nothing is called `{text}`", [], "Try a shorter part of the name, or a postcode")
    _show(("code", "name", "kind", "held at", ""), matches, as_json)


@app.command()
def new(
    study: Annotated[Path, typer.Argument(help="Folder of the new study.")],
    icb: Annotated[str, typer.Option(help="Code or name of an integrated care board.")] = "",
    pcn: Annotated[str, typer.Option(help="Code or name of a primary care network.")] = "",
    council: Annotated[str, typer.Option(help="Code or name of a council.")] = "",
    practices: Annotated[str, typer.Option(help="Practice codes, separated by commas.")] = "",
    title: Annotated[str, typer.Option(help="Title of the study.")] = "",
) -> None:
    """Begin a study of a place: a folder with study.toml, to be edited by hand."""
    from chesil.blueprint.words import place_name
    from chesil.place.assembling import assemble_place
    from chesil.study import new_study

    given = [g for g in (icb, pcn, council, practices) if g]
    if len(given) != 1:
        raise ChesilError("Name the place in one way", [], "Use one of --icb, --pcn, --council or --practices")
    codes = [c.strip().upper() for c in practices.split(",") if c.strip()]
    place = assemble_place(codes or given[0])
    path = new_study(
        study, title or place_name(place.name), as_at=_today(), place="" if codes else place.code, practices=codes
    )
    out.print(
        f"Wrote {path}. {place.name}: {place.practices.height} practices, {place.patients:,} patients.", highlight=False
    )
    out.print(f"Next: chesil blueprint {study} --out DIR", highlight=False)


@app.command()
def check(study: Annotated[Path, typer.Argument(help="Folder of a study.")]) -> None:
    """Read a study and everything in it, and say what is wrong or that nothing is."""
    from chesil.place.assembling import assemble_place
    from chesil.study import read_study

    read = read_study(study)
    place = assemble_place(read.wanted if isinstance(read.wanted, str) else list(read.wanted), vintage=read.vintage)
    out.print(
        f"{read.title}: {place.practices.height} practices, {place.patients:,} patients at {place.vintage}.",
        highlight=False,
    )
    for name, table in read.registers.items():
        out.print(f"  {name}: {table.height} rows", highlight=False)
    out.print("Nothing is wrong.")


@app.command()
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

    day = _day(as_at) or (_date_of(study) if study else None)
    found = ask_figure(measure, code, vintage=vintage or None, as_at=day)
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


@app.command()
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

    traced = trace_journey(measure, code, vintage=vintage or None, as_at=_day(as_at))
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
    _show(columns, [tuple(r[c] for c in columns) for r in traced.parts.iter_rows(named=True)], False)
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


@app.command()
def blueprint(
    study: Annotated[Path, typer.Argument(help="Folder of a study.")],
    to: Annotated[Path, typer.Option("--out", help="Folder to write; replaced whole when all is done.")],
    edition: Annotated[str, typer.Option(help="board, practice or public; else the study's.")] = "",
) -> None:
    """Write the blueprint of a study as pages that open from disk."""
    from dataclasses import replace

    from chesil.blueprint.editions import check_edition
    from chesil.blueprint.html import publish_html
    from chesil.plan import make_plan
    from chesil.study import read_study

    read = read_study(study)
    if edition:
        read = replace(read, edition=check_edition(edition))
    _refuse_foreign_folder(to)
    with err.status("reading the study") as status:
        plan = make_plan(read, lambda step: status.update(step))
        path = publish_html(plan, to, lambda step: status.update(step))
    out.print(f"Wrote {path} ({read.edition} edition). Open it in a browser.", highlight=False)


@data.command("build")
def data_build(
    raw: Annotated[Path, typer.Option(help="Folder that holds the publishers' raw files.")],
    to: Annotated[Path | None, typer.Option("--out", help="Folder of the pack; else the embedded one.")] = None,
) -> None:
    """Build the England pack from raw files; a table that did not change is not rewritten."""
    from chesil.packing.build import build_pack
    from chesil.packs.pack import ENGLAND

    with err.status("reading") as status:
        rewritten = build_pack(raw, to or ENGLAND, lambda step: status.update(step))
    out.print(
        f"Rewrote {len(rewritten)} tables: {', '.join(rewritten) or 'none, nothing has changed'}.", highlight=False
    )


@data.command("list")
def data_list(as_json: Json = False) -> None:
    """List every table with its date, rows, publisher and licence, and which columns each vintage has."""
    from chesil.packs.coverage import coverage_grid, table_list

    tables = table_list()
    _show(("table", "as of", "rows", "publisher", "licence"), tables, as_json)
    if not as_json:
        out.print("\nWhich columns of practices each vintage has: share of its practices with a value", highlight=False)
        grid = coverage_grid()
        _show(tuple(grid.columns), [tuple(r) for r in grid.iter_rows()], False)


@data.command("check")
def data_check() -> None:
    """Check the pack again: every file against its check sum, every contract and every total."""
    from chesil.core.errors import PackDamaged
    from chesil.core.tables import check_table
    from chesil.packing.checks import check_totals
    from chesil.packs.pack import CONTRACTS, REBUILD, find_damage, read_manifest, read_table

    damage = find_damage()
    if damage:
        raise PackDamaged("The England pack is damaged", damage, REBUILD)
    tables = {name: check_table(read_table(name), CONTRACTS[name], name) for name in read_manifest().tables}
    check_totals(tables)
    out.print(
        f"{len(tables)} tables are whole, meet their contracts and agree. Fingerprint {read_manifest().fingerprint[:16]}.",
        highlight=False,
    )
    for sentence in read_manifest().diagnostics.values():
        out.print(sentence, highlight=False)


@data.command("fetch")
def data_fetch(
    source: Annotated[str, typer.Argument(help="Name of a source, as in `chesil data list`.")],
    raw: Annotated[Path, typer.Option(help="Folder to keep the file in.")],
) -> None:
    """Fetch the newest file of a publication from its publisher, and keep its bytes with a receipt."""
    from chesil.core.errors import NotFound, did_you_mean
    from chesil.sources.fetching import fetch_source
    from chesil.sources.source import find_sources

    known = find_sources()
    if source not in known:
        raise NotFound(
            f"There is no source `{source}`", [], did_you_mean(source, known) or f"There are {', '.join(known)}"
        )
    with err.status(f"fetching {known[source].publication}"):
        fetched = fetch_source(known[source], raw, today=_today())
    out.print(f"{'Kept' if fetched.is_new else 'Already had'} {fetched.path}", highlight=False)


def _date_of(study: Path) -> date:
    from chesil.study import read_study

    return read_study(study).as_at


def _refuse_foreign_folder(to: Path) -> None:
    """Refuse to replace a folder that holds something else than an earlier blueprint."""
    if to.is_file():
        raise ChesilError(f"{to} is a file", [], "Name a folder that is not there yet")
    if to.exists() and any(to.iterdir()) and not (to / "figures.csv").exists():
        raise ChesilError(
            f"{to} holds other files, and a blueprint replaces its folder whole", [], "Name another folder"
        )


def _show(heads: tuple[str, ...], rows: Sequence[tuple[object, ...]], as_json: bool) -> None:
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


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ChesilError(f"`{text}` is not a day", [], "Write it like 2026-11-24") from error


def _today() -> date:
    return datetime.now(UTC).date()


def main() -> None:
    """Run the command line; a `ChesilError` is printed without a traceback and ends with its exit code."""
    try:
        app()
    except ChesilError as error:
        err.print(str(error), style="red", highlight=False, markup=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print("Stopped. Nothing was changed.", style="red")
        sys.exit(130)
