"""Commands for the embedded data: build it, list it, check it, fetch a publication."""

from pathlib import Path
from typing import Annotated

import typer

from chesil.cli.printing import Json, err, out, show, today

data = typer.Typer(no_args_is_help=True, help="The embedded data: build it, list it, check it, fetch a publication.")


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
    show(("table", "as of", "rows", "publisher", "licence"), tables, as_json)
    if not as_json:
        out.print("\nWhich columns of practices each vintage has: share of its practices with a value", highlight=False)
        grid = coverage_grid()
        show(tuple(grid.columns), [tuple(r) for r in grid.iter_rows()], False)


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
        fetched = fetch_source(known[source], raw, today=today())
    out.print(f"{'Kept' if fetched.is_new else 'Already had'} {fetched.path}", highlight=False)
