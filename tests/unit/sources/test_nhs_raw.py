"""The real NHS files hold the numbers they are known by; run with CHESIL_RAW set to the folder that has them."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from chesil.packing.flows import project_flows
from chesil.packing.raw import Raw

pytestmark = pytest.mark.raw
DORSET = pl.col("practice_code").str.starts_with("J81") & (pl.col("practice_code") != "J81083")


@pytest.fixture(scope="module")
def raw(raw_folder: Path) -> Raw:
    return Raw(raw_folder)


def test_practices(raw: Raw) -> None:
    for on, practices in ((date(2015, 11, 27), 99), (date(2023, 2, 1), 73), (date(2026, 2, 3), 68)):
        table = raw.read("ods_practices", on).filter((pl.col("status") == "active") & pl.col("is_gp_practice"))
        assert table.filter(pl.col("commissioner_code") == "11J").height == practices
    assert raw.read("ods_branches").height == 2702


def test_lists(raw: Raw) -> None:
    flows = raw.read("registrations_by_area")
    assert (flows["patients"].sum(), flows["practice_code"].n_unique()) == (61_768_942, 6484)
    ages = raw.read("list_by_age")
    assert (ages["patients"].sum(), ages["practice_code"].n_unique()) == (63_436_508, 6139)
    expected = {date(2021, 1, 1): 810_033, date(2025, 10, 1): 832_533, date(2026, 3, 1): 828_672}
    for on, patients in expected.items():
        assert raw.read("list_totals", on).filter(pl.col("sub_icb_code") == "11J")["patients"].sum() == patients


def test_registers_and_workforce(raw: Raw) -> None:
    assert raw.read("qof_prevalence", date(2021, 3, 31)).height == 137_991
    staff = raw.read("gp_workforce", table="gp_workforce_staff").filter(DORSET)
    fte = dict(staff.group_by("role").agg(pl.col("fte").sum()).iter_rows())
    assert fte["gp_all"] == pytest.approx(507.3, abs=0.1)
    assert fte["gp_fully_qualified"] == pytest.approx(411.1, abs=0.1)
    lists = raw.read("gp_workforce", table="gp_workforce_lists").filter(DORSET)
    assert lists["patients"].sum() == pytest.approx(825_652, abs=20)
    assert raw.read("gp_fte_history").height == 62_673


@pytest.mark.parametrize(
    ("year", "practices", "patients"),
    [(2015, 100, 778_854), (2016, 100, 798_213), (2017, 98, 812_988), (2018, 92, 824_907), (2019, 86, 802_085),
     (2020, 84, 821_101), (2021, 80, 810_978), (2022, 78, 848_528), (2023, 73, 823_926)],
)  # fmt: skip
def test_payments_of_every_year(raw: Raw, year: int, practices: int, patients: int) -> None:
    table = raw.read("nhs_payments", date(year, 3, 31), "payments_practices")
    dorset = table.filter((pl.col("commissioner_code") == "11J") & (pl.col("list_size") > 0))
    assert dorset.height == practices
    assert dorset["list_size"].sum() == pytest.approx(patients, abs=1)


def test_access(raw: Raw) -> None:
    assert raw.read("appointments_by_ccg")["appointments"].sum() == 10_950_780
    summer = raw.read("appointments_by_practice").filter(pl.col("item") == "appointments")
    assert (summer.height, summer["value"].sum()) == (68, 1_509_645)
    assert raw.read("online_consultations").height == 6170
    assert raw.read("pcn_workforce")["staff_records"].sum() == 39_940


def test_projection_keeps_every_patient(raw: Raw) -> None:
    """Nobody is lost when practices end: with the same practices and lists after, the flows come back unchanged."""
    flows = raw.read("registrations_by_area").select("practice_code", "lsoa11", "patients")
    lists = (
        flows.group_by("practice_code")
        .agg(pl.col("patients").sum().alias("list_size"))
        .with_columns(
            pl.lit(None, pl.String).alias("postcode"),
            pl.lit(None, pl.Int64).alias("easting"),
            pl.lit(None, pl.Int64).alias("northing"),
        )
    )
    same = project_flows(flows, lists, lists).registrations
    assert same.sort("practice_code", "lsoa11").equals(flows.sort("practice_code", "lsoa11"))
