"""Regrouping: who gains and who loses network payments and reimbursed staff when practices change networks."""

import math

import polars as pl

from chesil.analyses.workforce.making import Of, made
from chesil.core.figure import Figure
from chesil.place.place import Place

PAID_TO_THE_PRACTICE = ("pcn_participation",)
"""Network payments that each practice is paid for taking part; they move with it and nobody gains or loses by them."""


def regrouped(amounts: pl.DataFrame, old: dict[str, str], new: dict[str, str]) -> pl.DataFrame:
    """What each practice's patients have through their network, and would have through their new group.

    `amounts` hold practice_code, patients and amount (paid to or through the practice for its network). A network's
    total is shared by patients, then added up anew; so the sum over all practices cannot change. Practices without
    either group are left out. Gives practice_code, old_group, new_group, patients, before, after, change.
    """
    rows = amounts.with_columns(
        pl.col("practice_code").replace_strict(old, default=None).alias("old_group"),
        pl.col("practice_code").replace_strict(new, default=None).alias("new_group"),
    ).drop_nulls(["old_group", "new_group"])

    def shared(amount: str, group: str) -> pl.Expr:
        return pl.col(amount).sum().over(group) * pl.col("patients") / pl.col("patients").sum().over(group)

    return (
        rows.sort("practice_code")
        .with_columns(shared("amount", "old_group").alias("before"))
        .with_columns(shared("before", "new_group").alias("after"))
        .with_columns((pl.col("after") - pl.col("before")).alias("change"))
        .select("practice_code", "old_group", "new_group", "patients", "before", "after", "change")
    )


def network_money(place: Place) -> pl.DataFrame:
    """Payments of a year for networks by practice: practice_code, patients, amount (GBP); none where not held."""
    streams = pl.col("stream").str.starts_with("pcn_") & ~pl.col("stream").is_in(list(PAID_TO_THE_PRACTICE))
    if "stream" not in place.payments.columns or place.payments.filter(streams).is_empty():
        return pl.DataFrame(schema={"practice_code": pl.String, "patients": pl.Float64, "amount": pl.Float64})
    paid = place.payments.filter(streams).group_by("practice_code").agg(pl.col("pence").sum())
    return place.practices.join(paid, on="practice_code", how="left").select(
        "practice_code",
        pl.col("list_size").cast(pl.Float64).alias("patients"),
        (pl.col("pence").fill_null(0) / 100).alias("amount"),
    )


def network_people(place: Place, staff: pl.DataFrame) -> pl.DataFrame:
    """Staff employed through networks, put to each practice by its patients: practice_code, patients, amount (FTE)."""
    members = _members(place, "pcn")
    lists = place.practices.select("practice_code", pl.col("list_size").cast(pl.Float64).alias("patients"))
    rows = lists.with_columns(pl.col("practice_code").replace_strict(members, default=None).alias("pcn_code"))
    fte = staff.filter(pl.col("role") == "all").select("pcn_code", "fte")
    share = pl.col("fte") * pl.col("patients") / pl.col("patients").sum().over("pcn_code")
    return (
        rows.join(fte, on="pcn_code", how="inner")
        .with_columns(share.alias("amount"))
        .select("practice_code", "patients", "amount")
        .sort("practice_code")
    )


def regrouping_figures(
    now: Place, then: Place, grouping: str, staff: pl.DataFrame
) -> tuple[list[Figure], pl.DataFrame, pl.DataFrame]:
    """Money a year and staff that move between the practices of each group, with the working by practice.

    A practice that shares with poorer neighbours than before loses what they gain; a group as a whole neither gains nor
    loses, since each practice brings its patients' share along.
    """
    names = dict(now.groups.filter(pl.col("group_type") == grouping).select("group_code", "group_name").iter_rows())
    money = regrouped(network_money(then), _members(then, "pcn"), _members(then, grouping))
    people = regrouped(network_people(now, staff), _members(now, "pcn"), _members(now, grouping))
    figures = []
    for code, name in sorted(names.items()):
        for measure, table, place, period, source in (
            ("workforce_regrouping_gbp", money, then, then.vintage, "payments"),
            ("workforce_regrouping_fte", people, now, "2026-06-30", "pcn_staff"),
        ):
            rows = table.filter(pl.col("new_group") == code)
            value = math.fsum(c for c in rows["change"] if c > 0) if rows.height else None
            notes = (f"{rows.height} practices; {rows.filter(pl.col('change') < -0.005).height} of them lose.",)
            reason = "" if rows.height else "not published for its practices"
            figures.append(
                made(measure, Of(code, name), place, period, place.receipts_for(source), value=value, notes=notes,
                     reason=reason)
            )  # fmt: skip
    return figures, money, people


def _members(place: Place, kind: str) -> dict[str, str]:
    rows = place.groups.filter(
        (pl.col("group_type") == kind) & (pl.col("member_type") == "practice") & (pl.col("group_code") != "U")
    )
    return dict(rows.sort("group_code").select("member_code", "group_code").iter_rows())
