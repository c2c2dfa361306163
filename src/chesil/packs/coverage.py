"""What the pack holds: its tables with their origins, and which columns each vintage has."""

import polars as pl

from chesil.packs.pack import read_manifest, read_table


def table_list() -> list[tuple[object, ...]]:
    """One row a table: name, newest date of its sources, rows, publishers, licences."""
    manifest = read_manifest()
    rows: list[tuple[object, ...]] = []
    for name, entry in sorted(manifest.tables.items()):
        receipts = [manifest.receipts[r] for r in manifest.receipts_of(name)]
        dates = [r.reference_date for r in receipts if r.reference_date]
        publishers = "; ".join(sorted({r.publisher for r in receipts}))
        licences = "; ".join(sorted({r.licence for r in receipts}))
        rows.append((name, str(max(dates)) if dates else "", entry.rows, publishers, licences))
    return rows


def coverage_grid() -> pl.DataFrame:
    """One row a column, one column a vintage: the share of practices that have a value, blank where none has.

    For tables of practices; `staff` and `registers` are counted by practices with any row.
    """
    practices = read_table("practices")
    vintages = sorted(practices["vintage"].unique())
    totals = {v: practices.filter(pl.col("vintage") == v).height for v in vintages}
    rows: list[dict[str, object]] = []
    for column in practices.columns:
        if column in ("practice_code", "vintage"):
            continue
        counts = {v: practices.filter(pl.col("vintage") == v)[column].count() for v in vintages}
        rows.append({"column": f"practices.{column}", **{v: _share(counts[v], totals[v]) for v in vintages}})
    for table in ("practice_ages", "staff", "registrations"):
        frame = read_table(table, ["practice_code", "vintage"]).unique()
        counts = {v: frame.filter(pl.col("vintage") == v).height for v in vintages}
        rows.append({"column": table, **{v: _share(min(counts[v], totals[v]), totals[v]) for v in vintages}})
    return pl.DataFrame(rows)


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.0f}%" if count else "–"
