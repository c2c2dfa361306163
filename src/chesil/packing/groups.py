"""The groups table of the pack: which practices and areas belong to which PCN, board, council or middle-layer area."""

from datetime import date

import polars as pl

from chesil.packing.practices import LISTS_2026, current_pcns
from chesil.packing.raw import Built, Raw

NOT_A_PCN = "U"
COLUMNS = ["group_type", "group_code", "group_name", "member_type", "member_code", "vintage"]


def build_groups(raw: Raw, practices: pl.DataFrame, areas: pl.DataFrame, flows_2026: pl.DataFrame) -> Built:
    """Every membership. A practice with no network (U) belongs to none; areas follow their sub-ICB."""
    boards_2026, moved = _areas_of_2026(raw, areas, flows_2026)
    parts = [
        *_practice_groups(raw, practices),
        *_fixed_area_groups(raw, areas),
        *_board_areas_2022(raw),
        *boards_2026,
    ]
    table = pl.concat([p.select(COLUMNS) for p in parts]).sort(
        "group_type", "group_code", "vintage", "member_type", "member_code"
    )
    maps = (("gp_list_map", date(2022, 1, 1)), ("gp_list_map", LISTS_2026), "pcn_membership")
    return Built(
        table,
        (
            raw.origin(*maps[:2], ("pcn_membership", raw.dates("pcn_membership")[0]), "lookup_lsoa11_icb22"),
            raw.origin(
                "lookup_lsoa11_ltla18",
                "lookup_lsoa11_ltla21",
                "lookup_lsoa21_ltla24",
                "lookup_lsoa11_msoa11",
                "msoa_names",
            ),
            raw.origin(
                "registrations_by_area",
                vintage="2025/26",
                note=f"{moved:,} areas of Frimley are placed by registration.",
            ),
        ),
    )


def _names(raw: Raw) -> dict[str, pl.DataFrame]:
    """Names of boards and sub-ICBs by vintage: vintage, group_code, group_name."""
    lookup = raw.read("lookup_lsoa11_icb22")
    new = raw.read("gp_list_map", LISTS_2026)
    old = raw.read("nhs_payments", date(2016, 3, 31), "payments_practices")
    pcns = pl.concat(
        [
            current_pcns(raw).select("pcn_code", "pcn_name"),
            raw.read("gp_list_map", date(2022, 1, 1)).select("pcn_code", "pcn_name"),
        ]
    )

    def named(table: pl.DataFrame, code: str, name: str, vintage: str) -> pl.DataFrame:
        chosen = table.select(pl.col(code).alias("group_code"), pl.col(name).alias("group_name"))
        return (
            chosen.drop_nulls()
            .unique("group_code", keep="first", maintain_order=True)
            .with_columns(pl.lit(vintage).alias("vintage"))
        )

    return {
        "icb": pl.concat(
            [
                named(lookup, "icb_code", "icb_name", "2015/16"),
                named(lookup, "icb_code", "icb_name", "2022/23"),
                named(new, "icb_code", "icb_name", "2025/26"),
            ]
        ),
        "sub_icb": pl.concat(
            [
                named(old, "commissioner_code", "commissioner_name", "2015/16"),
                named(lookup, "sub_icb_code", "sub_icb_name", "2022/23"),
                named(new, "sub_icb_code", "sub_icb_name", "2025/26"),
            ]
        ),
        "pcn": pl.concat(
            [named(pcns, "pcn_code", "pcn_name", "2022/23"), named(new, "pcn_code", "pcn_name", "2025/26")]
        ),
    }


def _practice_groups(raw: Raw, practices: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        practices.select(
            pl.col(f"{kind}_code").alias("group_code"), pl.col("practice_code").alias("member_code"), "vintage"
        )
        .filter(pl.col("group_code").is_not_null() & (pl.col("group_code") != NOT_A_PCN))
        .join(names, on=["group_code", "vintage"], how="left")
        .with_columns(
            pl.lit(kind).alias("group_type"),
            pl.lit("practice").alias("member_type"),
            pl.col("group_name").fill_null(pl.col("group_code")),
        )
        for kind, names in _names(raw).items()
    ]


def _area_rows(table: pl.DataFrame, kind: str, code: str, name: str, vintage: str = "") -> pl.DataFrame:
    return (
        table.select(
            pl.lit(kind).alias("group_type"),
            pl.col(code).alias("group_code"),
            pl.col(name).alias("group_name"),
            pl.lit("area").alias("member_type"),
            pl.col("lsoa11").alias("member_code"),
            pl.lit(vintage).alias("vintage"),
        )
        .filter(pl.col("member_code").str.starts_with("E01"))
        .drop_nulls("group_code")
    )


def _fixed_area_groups(raw: Raw, areas: pl.DataFrame) -> list[pl.DataFrame]:
    names_24 = raw.read("lookup_lsoa21_ltla24").select("ltla24", "ltla24_name").unique("ltla24", maintain_order=True)
    msoa = areas.select("lsoa11", "msoa11", "msoa_name").with_columns(pl.col("msoa_name").fill_null(pl.col("msoa11")))
    return [
        _area_rows(msoa, "msoa11", "msoa11", "msoa_name"),
        _area_rows(raw.read("lookup_lsoa11_ltla18"), "ltla18", "ltla18", "ltla18_name"),
        _area_rows(raw.read("lookup_lsoa11_ltla21"), "ltla21", "ltla21", "ltla21_name"),
        _area_rows(areas.select("lsoa11", "ltla24").join(names_24, on="ltla24"), "ltla24", "ltla24", "ltla24_name"),
    ]


def _board_areas_2022(raw: Raw) -> list[pl.DataFrame]:
    lookup = raw.read("lookup_lsoa11_icb22")
    return [
        _area_rows(lookup, "icb", "icb_code", "icb_name", "2022/23"),
        _area_rows(lookup, "icb", "icb_code", "icb_name", "2015/16"),
        _area_rows(lookup, "sub_icb", "sub_icb_code", "sub_icb_name", "2022/23"),
    ]


def _areas_of_2026(raw: Raw, areas: pl.DataFrame, flows: pl.DataFrame) -> tuple[list[pl.DataFrame], int]:
    """Areas of sub-ICBs that are still there follow them; the others go where most residents are registered."""
    boards = (
        raw.read("gp_list_map", LISTS_2026)
        .select("sub_icb_code", "sub_icb_name", "icb_code", "icb_name")
        .unique("sub_icb_code", maintain_order=True)
    )
    kept = areas.select("lsoa11", "sub_icb_code").join(boards, on="sub_icb_code")
    homeless = areas.join(kept, on="lsoa11", how="anti").select("lsoa11")
    practices = raw.read("gp_list_map", LISTS_2026).select("practice_code", "sub_icb_code")
    placed = (
        flows.join(homeless, on="lsoa11")
        .join(practices, on="practice_code")
        .group_by("lsoa11", "sub_icb_code")
        .agg(pl.col("patients").sum())
        .sort(["lsoa11", "patients", "sub_icb_code"], descending=[False, True, False])
        .group_by("lsoa11", maintain_order=True)
        .first()
        .select("lsoa11", "sub_icb_code")
        .join(boards, on="sub_icb_code")
    )
    table = pl.concat([kept, placed.select(kept.columns)])
    rows = [
        _area_rows(table, "icb", "icb_code", "icb_name", "2025/26"),
        _area_rows(table, "sub_icb", "sub_icb_code", "sub_icb_name", "2025/26"),
    ]
    return rows, placed.height
