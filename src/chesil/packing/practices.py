"""The practice tables of the pack: practices at three vintages, their ages, staff, payments and registers."""

from datetime import date
from typing import Any

import polars as pl

from chesil.core.errors import some_of
from chesil.packing.raw import Built, Raw

LISTS_2022 = date(2022, 7, 1)
LISTS_2026 = date(2026, 7, 1)
PAYMENTS = {"2015/16": date(2016, 3, 31), "2022/23": date(2023, 3, 31)}


def build_practices(raw: Raw, places: pl.DataFrame) -> Built:
    """Practices at every vintage. `places` locates postcodes: postcode, easting, northing."""
    parts = [_practices_2015(raw), _practices_2022(raw), _practices_2025(raw)]
    table = pl.concat(parts, how="diagonal").join(places, on="postcode", how="left").sort("practice_code", "vintage")
    return Built(
        table,
        (
            raw.origin(("nhs_payments", PAYMENTS["2015/16"]), vintage="2015/16"),
            raw.origin(
                "registrations_by_area",
                columns=("practice_code", "list_size"),
                vintage="2022/23",
                note="The list is the sum of patients by area.",
            ),
            raw.origin(
                ("gp_list_map", date(2022, 1, 1)),
                columns=("practice_name", "postcode", "supplier"),
                vintage="2022/23",
            ),
            raw.origin(("pcn_membership", raw.dates("pcn_membership")[0]), columns=("pcn_code",), vintage="2022/23"),
            raw.origin(
                ("nhs_payments", PAYMENTS["2022/23"]),
                columns=(
                    "weighted_list_size",
                    "payments_list_size",
                    "contract_type",
                    "dispensing",
                    "practice_rurality",
                    "practice_type",
                    "sub_icb_code",
                ),
                vintage="2022/23",
            ),
            raw.origin("lookup_lsoa11_icb22", columns=("icb_code",), vintage="2022/23"),
            raw.origin("practice_imd_2019", columns=("imd_score",), vintage="2022/23"),
            raw.origin(("gp_list_map", LISTS_2026), vintage="2025/26"),
            raw.origin("list_by_age", columns=("practice_code", "list_size"), vintage="2025/26"),
            raw.origin("practice_imd_2025", columns=("imd_score",), vintage="2025/26"),
            raw.origin("code_point_open", columns=("easting", "northing")),
        ),
    )


def _payments_of(raw: Raw, vintage: str) -> pl.DataFrame:
    return raw.read("nhs_payments", PAYMENTS[vintage], "payments_practices")


def _practices_2015(raw: Raw) -> pl.DataFrame:
    paid = _payments_of(raw, "2015/16").filter(pl.col("list_size") > 0)
    return paid.select(
        "practice_code",
        pl.lit("2015/16").alias("vintage"),
        pl.col("name").alias("practice_name"),
        "postcode",
        pl.col("commissioner_code").alias("sub_icb_code"),
        pl.col("list_size").round().cast(pl.Int64),
        "weighted_list_size",
        pl.col("list_size").alias("payments_list_size"),
        "contract_type",
        "dispensing",
        pl.col("rurality").alias("practice_rurality"),
        "practice_type",
    ).join(_icb_of_old_ccgs(raw), on="sub_icb_code", how="left")


def _icb_of_old_ccgs(raw: Raw) -> pl.DataFrame:
    """The board to which most patients of an old CCG belong now: by its practices still there in July 2022."""
    later = _practices_2022(raw).select("practice_code", "icb_code", "list_size")
    return (
        _payments_of(raw, "2015/16")
        .filter(pl.col("list_size") > 0)
        .select("practice_code", pl.col("commissioner_code").alias("sub_icb_code"))
        .join(later, on="practice_code")
        .group_by("sub_icb_code", "icb_code")
        .agg(pl.col("list_size").sum())
        .sort(["sub_icb_code", "list_size", "icb_code"], descending=[False, True, False])
        .group_by("sub_icb_code", maintain_order=True)
        .first()
        .select("sub_icb_code", "icb_code")
    )


def _practices_2022(raw: Raw) -> pl.DataFrame:
    flows = raw.read("registrations_by_area", LISTS_2022)
    lists = flows.group_by("practice_code").agg(pl.col("patients").sum().alias("list_size"))
    named = raw.read("gp_list_map", date(2022, 1, 1)).select(
        "practice_code",
        "practice_name",
        "postcode",
        pl.col("sub_icb_code").alias("sub_icb_of_map"),
        pl.col("pcn_code").alias("pcn_of_map"),
    )
    ods = raw.read("ods_practices", raw.dates("ods_practices")[1]).select(
        "practice_code",
        pl.col("name").alias("ods_name"),
        pl.col("postcode").alias("ods_postcode"),
        pl.col("commissioner_code").alias("ods_commissioner"),
    )
    paid = _payments_of(raw, "2022/23").select(
        "practice_code",
        pl.col("commissioner_code").alias("sub_icb_paid"),
        "weighted_list_size",
        pl.when(pl.col("list_size") > 0).then(pl.col("list_size")).alias("payments_list_size"),
        "contract_type",
        "dispensing",
        pl.col("rurality").alias("practice_rurality"),
        "practice_type",
    )
    boards = raw.read("lookup_lsoa11_icb22").select("sub_icb_code", "icb_code").unique()
    pcns = current_pcns(raw)
    return (
        lists.join(named, on="practice_code", how="left")
        .join(ods, on="practice_code", how="left")
        .join(paid, on="practice_code", how="left")
        .join(pcns.select("practice_code", "pcn_code"), on="practice_code", how="left")
        .with_columns(
            pl.lit("2022/23").alias("vintage"),
            pl.coalesce("practice_name", "ods_name").alias("practice_name"),
            pl.coalesce("postcode", "ods_postcode").alias("postcode"),
            pl.coalesce("sub_icb_paid", "sub_icb_of_map", "ods_commissioner").alias("sub_icb_code"),
            pl.coalesce("pcn_code", "pcn_of_map").alias("pcn_code"),
            pl.when(pl.col("weighted_list_size") > 0).then(pl.col("weighted_list_size")).alias("weighted_list_size"),
        )
        .join(boards, on="sub_icb_code", how="left")
        .join(raw.read("practice_imd_2019").select("practice_code", "imd_score"), on="practice_code", how="left")
        .drop("ods_name", "ods_postcode", "sub_icb_paid", "sub_icb_of_map", "ods_commissioner", "pcn_of_map")
    )


def current_pcns(raw: Raw) -> pl.DataFrame:
    """Membership of networks in early 2023: practice_code, pcn_code, pcn_name; the latest where a practice has two."""
    return (
        raw.read("pcn_membership", raw.dates("pcn_membership")[0])
        .filter(pl.col("left").is_null())
        .sort(["practice_code", "joined", "pcn_code"], descending=[False, True, False])
        .group_by("practice_code", maintain_order=True)
        .first()
        .select("practice_code", "pcn_code", "pcn_name")
    )


def network_judgements(raw: Raw) -> list[dict[str, Any]]:
    """One judgement a board of 2022 in which the network register and the list map name different networks."""
    mapped = raw.read("gp_list_map", date(2022, 1, 1)).select("practice_code", pl.col("pcn_code").alias("mapped"))
    boards = _practices_2022(raw).select("practice_code", "icb_code", "sub_icb_code")
    differ = (
        mapped.join(current_pcns(raw), on="practice_code")
        .filter((pl.col("mapped") != pl.col("pcn_code")) & (pl.col("mapped") != "U"))
        .join(boards, on="practice_code")
        .sort("icb_code", "practice_code")
    )
    judgements = []
    for (board,), rows in differ.group_by("icb_code", maintain_order=True):
        each = [f"{r['practice_code']} {r['mapped']} or {r['pcn_code']}" for r in rows.iter_rows(named=True)]
        judgements.append(
            {
                "about": f"Networks of {rows.height} practices of {board}, 2022/23",
                "source_says": "The list map of January 2022 and the network register of January 2023 differ: "
                f"{some_of(each, 12)}.",
                "we_use": "The register of January 2023, the second of each pair.",
                "because": "It is nearer to the vintage's other tables.",
                "vintage": "2022/23",
                "codes": [
                    board,
                    *rows["sub_icb_code"].unique().sort().to_list(),
                    *rows["pcn_code"].unique().sort().to_list(),
                ],
            }
        )
    return judgements


def _practices_2025(raw: Raw) -> pl.DataFrame:
    lists = (
        raw.read("list_by_age", LISTS_2026).group_by("practice_code").agg(pl.col("patients").sum().alias("list_size"))
    )
    named = raw.read("gp_list_map", LISTS_2026).select(
        "practice_code",
        "practice_name",
        "postcode",
        "pcn_code",
        "sub_icb_code",
        "icb_code",
        pl.col("supplier_name").alias("supplier"),
    )
    return (
        lists.join(named, on="practice_code", how="left")
        .join(raw.read("practice_imd_2025").select("practice_code", "imd_score"), on="practice_code", how="left")
        .with_columns(pl.lit("2025/26").alias("vintage"))
    )


def build_practice_codes(raw: Raw, practices: pl.DataFrame) -> Built:
    """Every code ODS has held as a GP practice, as last seen; and any practice of the vintages besides."""
    dates = raw.dates("ods_practices")
    with_patients = practices.select("practice_code").unique()
    seen = [
        raw.read("ods_practices", on)
        .join(with_patients.with_columns(pl.lit(True).alias("had_patients")), on="practice_code", how="left")
        .filter(pl.col("is_gp_practice") | pl.col("had_patients"))
        .select(
            "practice_code",
            pl.col("name").alias("practice_name"),
            "postcode",
            "open_date",
            "close_date",
            "status",
            pl.col("commissioner_code").alias("sub_icb_code"),
            pl.lit(on).alias("seen"),
        )
        for on in dates
    ]
    table = (
        pl.concat(seen)
        .filter(
            pl.col("practice_code").str.contains("^[A-Z][A-Z0-9][0-9]{4}$")
            & ~pl.col("practice_code").str.starts_with("W")
        )
        .sort(["practice_code", "seen"], descending=[False, True])
        .group_by("practice_code", maintain_order=True)
        .first()
        .drop("seen")
    )
    return Built(table, (raw.origin(*(("ods_practices", on) for on in dates)),))


def build_practice_ages(raw: Raw) -> Built:
    """Registered patients by sex and age band at 2022/23 (workforce return) and 2025/26 (published lists)."""
    ages_2022 = (
        raw.read("gp_workforce", table="gp_workforce_lists")
        .drop_nulls("patients")
        .filter(pl.col("sex").is_in(["female", "male"]))
    )
    practices_2022 = raw.read("registrations_by_area", LISTS_2022).select("practice_code").unique()
    parts = [
        ages_2022.join(practices_2022, on="practice_code").with_columns(pl.lit("2022/23").alias("vintage")),
        raw.read("list_by_age", LISTS_2026).with_columns(pl.lit("2025/26").alias("vintage")),
    ]
    columns = ["practice_code", "vintage", "sex", "age_from", "age_to", "patients"]
    table = pl.concat([p.select(columns) for p in parts]).sort("practice_code", "vintage", "sex", "age_from")
    return Built(
        table,
        (
            raw.origin("gp_workforce", vintage="2022/23"),
            raw.origin(("list_by_age", LISTS_2026), vintage="2025/26"),
        ),
    )


def build_lists(raw: Raw) -> Built:
    """Published list totals on other dates."""
    totals = [raw.read("list_totals", on) for on in raw.dates("list_totals")]
    early = raw.read("list_demographics").with_columns(pl.lit(raw.dates("list_demographics")[-1]).alias("extract_date"))
    parts = [t.select("practice_code", pl.col("extract_date").alias("date"), "patients") for t in [early, *totals]]
    return Built(
        pl.concat(parts).sort("practice_code", "date"),
        (raw.origin("list_demographics", *(("list_totals", on) for on in raw.dates("list_totals"))),),
    )


def build_registers(raw: Raw) -> Built:
    """QOF registers of both years."""
    years = {date(2021, 3, 31): "2020/21", date(2022, 3, 31): "2021/22"}
    parts = [raw.read("qof_prevalence", on).with_columns(pl.lit(year).alias("year")) for on, year in years.items()]
    table = pl.concat(parts).select(
        "practice_code", "year", "register", "patients_on_register", "list_type", "list_size"
    )
    return Built(
        table.sort("practice_code", "year", "register"), (raw.origin(*(("qof_prevalence", on) for on in years)),)
    )


def build_staff(raw: Raw) -> dict[str, Built]:
    """Practice staff at 2022/23 and 2015/16 (GPs only), the yearly history of GPs, and network staff."""
    returned = raw.read("gp_workforce", table="gp_workforce_staff").filter(
        pl.col("fte").is_not_null() | pl.col("headcount").is_not_null()
    )
    history = raw.read("gp_fte_history").sort("practice_code", "year")
    early = history.filter((pl.col("year") == 2016) & pl.col("gp_fte").is_not_null()).select(
        "practice_code",
        pl.lit("2015/16").alias("vintage"),
        pl.lit("gp_fully_qualified").alias("role"),
        pl.col("gp_headcount").alias("headcount"),
        pl.col("gp_fte").alias("fte"),
    )
    now = returned.with_columns(pl.lit("2022/23").alias("vintage"), pl.col("headcount", "fte").cast(pl.Float64))
    staff = pl.concat([early, now.select(early.columns)]).sort("practice_code", "vintage", "role")
    network = raw.read("pcn_workforce").select(
        "pcn_code", "staff_group", "staff_role", "detailed_role", "fte", "staff_records"
    )
    return {
        "staff": Built(
            staff, (raw.origin("gp_fte_history", vintage="2015/16"), raw.origin("gp_workforce", vintage="2022/23"))
        ),
        "gp_fte_history": Built(history, (raw.origin("gp_fte_history"),)),
        "pcn_staff": Built(
            network.sort("pcn_code", "staff_group", "staff_role", "detailed_role"), (raw.origin("pcn_workforce"),)
        ),
    }


def build_payments(raw: Raw) -> dict[str, Built]:
    """Payments by stream, and the practice-years they belong to, over nine years."""
    dates = raw.dates("nhs_payments")
    years = pl.concat([raw.read("nhs_payments", on, "payments_practices") for on in dates], how="diagonal").select(
        "practice_code",
        "year",
        "list_size",
        "weighted_list_size",
        "contract_type",
        "dispensing",
        "commissioner_code",
        "pcn_code",
        "published_total",
    )
    streams = (
        pl.concat([raw.read("nhs_payments", on, "payments_streams") for on in dates])
        .select("practice_code", "year", "stream", (pl.col("gbp") * 100).round().cast(pl.Int64).alias("pence"))
        .filter(pl.col("pence") != 0)
    )
    origins = tuple(raw.origin(("nhs_payments", on), vintage=f"{on.year - 1}/{on.year % 100:02d}") for on in dates)
    return {
        "payment_years": Built(years.sort("practice_code", "year"), origins),
        "payments": Built(streams.sort("practice_code", "stream", "year"), origins),
    }


def build_other_indicators(raw: Raw) -> dict[str, Built]:
    """Published values by practice that fit no other table, and ratings."""
    diabetes = raw.read("qof_diabetes").select(
        "practice_code", "indicator", pl.lit("2021/22").alias("period"), pl.col("share").alias("value")
    )
    ethnicity = (
        raw.read("practice_ethnicity")
        .unpivot(
            ["non_white_patients", "patients"],
            index="practice_code",
            variable_name="indicator",
            value_name="value",
        )
        .with_columns(
            pl.lit("2023-02").alias("period"),
            pl.col("value").cast(pl.Float64),
            pl.format("ethnicity_{}", "indicator").alias("indicator"),
        )
    )
    expectancy = (
        raw.read("practice_life_expectancy")
        .unpivot(
            ["life_expectancy_female", "life_expectancy_male"],
            index="practice_code",
            variable_name="indicator",
            value_name="value",
        )
        .with_columns(pl.lit("2016 to 2020").alias("period"))
    )
    appointments = raw.read("appointments_by_practice").select(
        "practice_code",
        pl.format("appointments_{}", "item").alias("indicator"),
        pl.lit("2026-06 to 2026-08").alias("period"),
        "value",
    )
    contacts = [
        raw.read(source)
        .unpivot(columns, index=["practice_code", "month"], variable_name="item", value_name="value")
        .select(
            "practice_code",
            pl.format(name + "_{}", "item").alias("indicator"),
            pl.col("month").dt.strftime("%Y-%m").alias("period"),
            pl.col("value").cast(pl.Float64),
        )
        for source, name, columns in (
            ("telephony", "telephone", ["calls", "answered"]),
            ("online_consultations", "online", ["submissions"]),
        )
    ]
    order = ["practice_code", "indicator", "period", "value"]
    parts = (diabetes, ethnicity, expectancy, appointments, *contacts)
    table = pl.concat([p.select(order) for p in parts]).drop_nulls("value")
    ratings = raw.read("cqc_ratings").select("practice_code", "rating", "year_of_rating")
    return {
        "practice_indicators": Built(
            table.sort("practice_code", "indicator", "period"),
            (
                raw.origin(
                    "qof_diabetes", "practice_ethnicity", "practice_life_expectancy", "appointments_by_practice"
                ),
                raw.origin("telephony", "online_consultations"),
            ),
        ),
        "practice_ratings": Built(ratings.sort("practice_code"), (raw.origin("cqc_ratings"),)),
        "appointment_months": Built(_appointment_months(raw), (raw.origin("appointments_by_ccg"),)),
    }


def _appointment_months(raw: Raw) -> pl.DataFrame:
    """Appointments by month and in each of several senses, for the commissioners whose months are in the raw folder."""
    months = raw.read("appointments_by_ccg")
    wait, mode = pl.col("booking_wait").str.to_lowercase(), pl.col("mode").str.to_lowercase()
    kinds = {
        "all": pl.lit(True),
        "attended": pl.col("status").str.to_lowercase() == "attended",
        "same_day": wait == "same day",
        "face_to_face": mode == "face-to-face",
        "telephone": mode == "telephone",
        "online": mode.str.contains("video|online"),
        "with_gp": pl.col("staff").str.to_uppercase() == "GP",
    }
    counts = [
        months.filter(test)
        .group_by("month")
        .agg(pl.col("appointments").sum())
        .select(pl.lit("11J").alias("sub_icb_code"), "month", pl.lit(kind).alias("kind"), "appointments")
        for kind, test in kinds.items()
    ]
    return pl.concat(counts).sort("sub_icb_code", "month", "kind")
