"""The command that prints a practice's profile: what it records beside England, similar practices and what is expected."""

from typing import Annotated

import typer

from chesil.cli.printing import Json, StudyFolder, out, show

HEADS = ("register", "recorded", "England", "similar ten", "expected", "gap", "age", "sex", "deprivation", "ethnicity",
         "rurality", "list change", "rest", "verdict")  # fmt: skip


def variation(
    study: StudyFolder,
    practice: Annotated[str, typer.Argument(help="Code of a practice of the study's place.")],
    all_places: Annotated[
        bool, typer.Option("--similar", help="Print its similar practices with their distances.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print what a practice records beside England, ten similar practices and what is expected, with the gap's parts."""
    import polars as pl

    from chesil.analyses.variation import PARTS, register_words
    from chesil.core.errors import NotFound, did_you_mean
    from chesil.setting_up.variation import variation_alone
    from chesil.study import read_study

    place, found = variation_alone(read_study(study))
    code = practice.strip().upper()
    rows = found.tables["registers"].filter(pl.col("practice_code") == code).sort("register")
    if rows.is_empty():
        known = found.tables["registers"]["practice_code"].unique().to_list()
        raise NotFound(f"{practice} has no register in {place.name}", [], did_you_mean(code, known))
    if all_places:
        near = found.tables["similar"].filter(pl.col("practice_code") == code).sort("place")
        show(
            ("place", "practice", "distance"),
            list(near.select("place", "similar_code", "distance").iter_rows()),
            as_json,
        )
        return
    shares = found.tables["shares"].filter(pl.col("practice_code") == code)
    medians = dict(shares.select("measure", "similar_median").iter_rows())
    table = []
    for r in rows.iter_rows(named=True):
        median = medians.get(f"recorded_{r['register'].lower()}")
        table.append((
            register_words()[r["register"]], r["patients_on_register"], _round(r["list_size"] * r["england_rate"]),
            _round(median * r["list_size"] if median is not None else None), _round(r["expected"]), _round(r["gap"]),
            *(_round(r[f"part_{p}"]) for p in PARTS), _round(r["rest"]), _verdict(r),
        ))  # fmt: skip
    show(HEADS, table, as_json)
    if not as_json:
        out.print(
            "People on the register; England and similar ten are what their rates would give here. The parts go with a factor; "
            "they are not thereby warranted. Registers of 2021/22, over two years old: not for contract action.",
            highlight=False,
        )
        for warning in found.warnings:
            out.print(warning, highlight=False, markup=False)


def _round(value: float | None) -> int | None:
    return None if value is None else round(value)


def _verdict(row: dict[str, object]) -> str:
    """The verdict, with the least ratio that could have been found where none was."""
    if row["reason"]:
        return str(row["reason"])
    found = f" (a ratio of {float(str(row['detectable'])):.1f} would have been found)"
    return str(row["verdict"]) + ("" if "expected" in str(row["verdict"]) else found)
