"""Handing a practice's patients over to others: lists, ages, registers, payments and staff move together, in whole."""

from collections.abc import Collection

import numpy as np
import polars as pl

from chesil.methods.apportion import round_within
from chesil.methods.dispersal import split_by_share
from chesil.place.place import Place

KEY = ["practice_code", "lsoa11"]


def hand_over(
    place: Place, practice: str, received: pl.DataFrame, *, with_staff: bool = False, fresh: Collection[str] = ()
) -> Place:
    """Another place in which the patients of `practice` are with those who received them, and it is no more.

    `received` has lsoa11, practice_code, patients; it adds up to the practice's registrations by area. Ages, registers,
    weighted lists and payments follow patients in proportion, by largest remainders; payments of patients who leave the
    place leave with them. What is unknown of a receiver stays unknown, unless it is new (`fresh`). Staff leave, unless
    `with_staff`.
    """
    gained = received.group_by("practice_code").agg(pl.col("patients").sum()).sort("practice_code")
    here = gained.filter(pl.col("practice_code").is_in(place.practices["practice_code"].implode()))
    return place.with_tables(
        **_registrations(place, practice, received),
        practices=_lists(place.practices, practice, gained),
        practices_beyond=_lists(place.practices_beyond, "", gained) if place.practices_beyond.height else place.practices_beyond,
        practice_ages=_counts(
            place.practice_ages, practice, gained, here, ["sex", "age_from", "age_to"], "patients",
            {*_held(place.practice_ages), *fresh},
        ),
        registers=_registers(place.registers, practice, gained, here, fresh),
        payments=_payments(place.payments, practice, gained, here),
        staff=_staff(place.staff, practice, gained, with_staff, fresh),
        groups=place.groups.filter((pl.col("member_type") != "practice") | (pl.col("member_code") != practice)),
    )  # fmt: skip


def _held(table: pl.DataFrame) -> set[str]:
    return set(table["practice_code"]) if table.height else set()


def _registrations(place: Place, practice: str, received: pl.DataFrame) -> dict[str, pl.DataFrame]:
    own = place.practices["practice_code"].implode()
    inside = place.areas["lsoa11"].implode()
    here = pl.col("practice_code").is_in(own)
    stays = place.registrations.filter(pl.col("practice_code") != practice)
    new = received.filter(pl.col("patients") > 0)
    return {
        "registrations": _added(stays, new.filter(here)),
        "registered_elsewhere": _added(place.registered_elsewhere, new.filter(~here & pl.col("lsoa11").is_in(inside))),
        "registered_beyond": _added(place.registered_beyond, new.filter(~here & ~pl.col("lsoa11").is_in(inside))),
    }


def _added(table: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    if more.is_empty():
        return table
    columns = [*KEY, "patients"]
    both = pl.concat([table.select(columns), more.select(columns).cast(table.select(columns).schema)])
    return both.group_by(KEY).agg(pl.col("patients").sum()).sort(KEY)


def _lists(practices: pl.DataFrame, practice: str, gained: pl.DataFrame) -> pl.DataFrame:
    """Lists with the patients gained; weighted lists in proportion; deprivation as the mean over patients."""
    leaver = practices.filter(pl.col("practice_code") == practice)
    row = leaver.row(0, named=True) if leaver.height else {}
    size = row.get("list_size") or 0
    more = pl.col("gained").fill_null(0)
    table = practices.filter(pl.col("practice_code") != practice).join(
        gained.rename({"patients": "gained"}), on="practice_code", how="left"
    )
    sums = []
    for column in ("weighted_list_size", "payments_list_size"):
        if column in practices.columns:
            own = pl.col(column) / pl.col("list_size")
            each = own if row.get(column) is None or not size else pl.lit(row[column] / size)
            each = pl.when(pl.col("list_size") == 0).then(each).otherwise(each.fill_nan(None))
            sums.append(pl.when(more > 0).then(pl.col(column) + more * each).otherwise(pl.col(column)).alias(column))
    if "imd_score" in practices.columns and row.get("imd_score") is not None:
        mean = (pl.col("imd_score") * pl.col("list_size") + more * row["imd_score"]) / (pl.col("list_size") + more)
        sums.append(pl.when(more > 0).then(mean).otherwise(pl.col("imd_score")).alias("imd_score"))
    lists = (pl.col("list_size") + more).cast(practices.schema["list_size"])
    return table.with_columns(*sums, lists.alias("list_size")).select(practices.columns)


def _counts(
    table: pl.DataFrame,
    practice: str,
    gained: pl.DataFrame,
    here: pl.DataFrame,
    key: list[str],
    column: str,
    zero_if_absent: Collection[str],
) -> pl.DataFrame:
    """A table of whole counts by practice and `key` with the leaver's rows shared out, both margins kept."""
    if table.is_empty():
        return table
    rows = table.filter(pl.col("practice_code") == practice)
    stays = table.filter(pl.col("practice_code") != practice)
    if rows.is_empty() or gained.is_empty():
        return stays
    split = split_by_share(rows[column].to_numpy().astype(np.int64), gained["patients"].to_numpy().astype(np.int64))
    codes = gained["practice_code"].to_list()
    moved = [
        rows.with_columns(
            pl.lit(code).alias("practice_code"), pl.Series(column, split[:, n], dtype=table.schema[column])
        )
        for n, code in enumerate(codes)
        if code in here["practice_code"]
    ]
    if not moved:
        return stays
    known = stays.select("practice_code", *key).with_columns(pl.lit(True).alias("known"))
    more = pl.concat(moved).join(known, on=["practice_code", *key], how="left", nulls_equal=True)
    more = more.filter(pl.col("known").fill_null(False) | pl.col("practice_code").is_in(list(zero_if_absent)))
    both = pl.concat([stays, more.drop("known").filter(pl.col(column) != 0)])
    firsts = [pl.col(c).first() for c in table.columns if c not in ("practice_code", *key, column)]
    return (
        both.group_by("practice_code", *key, maintain_order=True)
        .agg(pl.col(column).sum(), *firsts)
        .select(table.columns)
        .sort(["practice_code", *key])
    )


def _registers(
    table: pl.DataFrame, practice: str, gained: pl.DataFrame, here: pl.DataFrame, fresh: Collection[str]
) -> pl.DataFrame:
    """Registers and the lists they cover; those on them and those not are shared out apart, so none exceeds its list."""
    if table.is_empty() or "patients_on_register" not in table.columns:
        return table
    off = (pl.col("list_size") - pl.col("patients_on_register")).alias("off")
    key = ["year", "register"]
    on_register = _counts(table, practice, gained, here, key, "patients_on_register", fresh)
    not_on = _counts(table.with_columns(off), practice, gained, here, key, "off", fresh)
    joined = on_register.drop("list_size").join(
        not_on.select("practice_code", *key, "off"), on=["practice_code", *key], how="left"
    )
    total = (pl.col("patients_on_register") + pl.col("off").fill_null(0)).cast(table.schema["list_size"])
    return joined.with_columns(total.alias("list_size")).select(table.columns).sort(["practice_code", *key])  # fmt: skip


def _payments(table: pl.DataFrame, practice: str, gained: pl.DataFrame, here: pl.DataFrame) -> pl.DataFrame:
    """Payments in pence, shared by patients; a stream clawed back (below nought) is shared as its positive amount."""
    if table.is_empty() or "pence" not in table.columns:
        return table
    rows = table.filter(pl.col("practice_code") == practice)
    stays = table.filter(pl.col("practice_code") != practice)
    if rows.is_empty() or gained.is_empty():
        return stays
    share = gained["patients"].to_numpy() / gained["patients"].sum()
    pence = rows["pence"].to_numpy()
    exact = np.abs(pence)[:, None] * share[None, :]
    group = np.repeat(np.arange(len(pence)), len(share))
    split = round_within(exact.ravel(), group).reshape(exact.shape) * np.sign(pence)[:, None]
    moved = [
        rows.with_columns(pl.lit(code).alias("practice_code"), pl.Series("pence", split[:, n], dtype=pl.Int64))
        for n, code in enumerate(gained["practice_code"])
        if code in here["practice_code"]
    ]
    key = ["practice_code", "year", "stream"]
    rest = [c for c in table.columns if c not in (*key, "pence", "gbp")]
    both = pl.concat([stays, *moved]).group_by(key).agg(pl.col("pence").sum(), *(pl.col(c).first() for c in rest))
    return both.with_columns((pl.col("pence") / 100).alias("gbp")).select(table.columns).sort(key)


def _staff(
    table: pl.DataFrame, practice: str, gained: pl.DataFrame, with_staff: bool, fresh: Collection[str]
) -> pl.DataFrame:
    """Staff shared by patients if they go with them; a sum with an unknown return is unknown."""
    stays = table.filter(pl.col("practice_code") != practice) if table.height else table
    rows = table.filter(pl.col("practice_code") == practice) if table.height else table
    if not with_staff or table.is_empty():
        return stays
    total = gained["patients"].sum()
    numbers = [c for c in ("headcount", "fte") if c in table.columns]
    for code, patients in gained.iter_rows():
        share = patients / total
        moved = rows.with_columns(*(pl.col(c) * share for c in numbers), pl.lit(code).alias("practice_code"))
        own = stays.filter(pl.col("practice_code") == code)
        if own.is_empty() and code in fresh:
            stays = pl.concat([stays, moved])
            continue
        both = own.join(moved.select("role", *(pl.col(c).alias(f"{c}_more") for c in numbers)), on="role", how="left")
        both = both.with_columns(*(pl.col(c) + pl.col(f"{c}_more") for c in numbers)).select(table.columns)
        stays = pl.concat([stays.filter(pl.col("practice_code") != code), both])
    return stays.sort("practice_code", "role")
