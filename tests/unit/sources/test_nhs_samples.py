"""The NHS publications are read in the layouts they have, from small invented files."""

import gzip
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from chesil.core.errors import InputRefused
from chesil.sources.gp_workforce import AGE_BANDS, ROLES
from chesil.sources.nhs_payments import STREAMS
from chesil.sources.source import find_sources

SOURCES = find_sources()


def read(source: str, path: Path) -> Mapping[str, pl.DataFrame]:
    return SOURCES[source].read(path)


def _csv(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _ods_row(code: str, status: str, setting: str, commissioner: str = "11J", closed: str = "") -> str:
    cells = [code, "ABBEY SURGERY", "Y58", "QVV", "1 HIGH STREET", "", "", "TESTBURY", "", "DT1 1AA", "19740401", closed, status,
             "B", commissioner, "20130401", "", "01300 000000", "", "", "", "0", "", commissioner, "", setting, ""]  # fmt: skip
    return ",".join(f'"{c}"' for c in cells)


@pytest.mark.parametrize(("status", "setting"), [("A", "4"), ("ACTIVE", "RO76")])
def test_ods_practices_before_and_after_the_change_of_codes(tmp_path: Path, status: str, setting: str) -> None:
    rows = [_ods_row("Z99001", status, setting), _ods_row("Z99002", status, "1")]
    table = read("ods_practices", _csv(tmp_path / "epraccur.csv", "\n".join(rows) + "\n"))["ods_practices"]
    assert table["is_gp_practice"].to_list() == [True, False]
    assert table["status"].to_list() == ["active", "active"]
    assert table["open_date"].to_list()[0] == date(1974, 4, 1)
    assert table["address"][0] == "1 HIGH STREET, TESTBURY"


def test_ods_branches(tmp_path: Path) -> None:
    table = read("ods_branches", _csv(tmp_path / "ebranchs.csv", _ods_row("Z99001001", "", "A", "Z99001") + "\n"))[
        "ods_branches"
    ]
    assert table.select("site_code", "practice_code").row(0) == ("Z99001001", "Z99001")


def _registrations(path: Path, area: str = "LSOA_CODE") -> Path:
    head = f"PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,{area},SEX,NUMBER_OF_PATIENTS\n"
    return _csv(path, head + "X,01JUL2022,Z99001,ABBEY,E01999001,ALL,120\nX,01JUL2022,Z99001,ABBEY,NO2011,ALL,1\n")


def test_registrations_as_published(tmp_path: Path) -> None:
    table = read("registrations_by_area", _registrations(tmp_path / "gp-reg-pat-prac-lsoa-all.csv"))[
        "registrations_by_area"
    ]
    assert table["patients"].sum() == 121
    assert "NO2011" in table["lsoa11"]


def _ages(path: Path, total: int) -> Path:
    lines = ["EXTRACT_DATE,ORG_TYPE,ORG_CODE,ONS_CODE,POSTCODE,SEX,AGE_GROUP_5,NUMBER_OF_PATIENTS"]
    lines += [f"2026-07-01,GP,Z99001,,DT1 1AA,ALL,ALL,{total}", "2026-07-01,ICB,QVV,,,ALL,ALL,999"]
    lines += ["2026-07-01,GP,Z99001,,DT1 1AA,FEMALE,0_4,30", "2026-07-01,GP,Z99001,,DT1 1AA,MALE,95+,5"]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("gp-reg-pat-prac-quin-age.csv", "\n".join(lines) + "\n")
    return path


def test_ages_of_practices_only_and_their_open_top(tmp_path: Path) -> None:
    table = read("list_by_age", _ages(tmp_path / "ages.zip", 35))["list_by_age"]
    assert table.select("sex", "age_from", "age_to", "patients").rows() == [("female", 0, 4, 30), ("male", 95, None, 5)]


def test_ages_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="Z99001: bands add up to 35, the total is 36"):
        read("list_by_age", _ages(tmp_path / "ages.zip", 36))


def _payments(path: Path, total: float = 110.5, extra: str = "") -> Path:
    heads = ["CCG Code", "CCG NAME", "Practice Code", "Practice Name", "Practice Postcode", "Contract Type", "Dispensing Practice",
             "Number of Registered Patients (Last Known Figure)", "Number of Weighted Patients (Last Known Figure)", "Global Sum",
             "Premises Payments", "Reimbursement of Drugs", "Total NHS Payments to General Practice",
             "Deductions for Pensions, Levies and Prescription Charge Income"]  # fmt: skip
    row = [
        "11J",
        "DORSET",
        "Z99001",
        "ABBEY",
        "DT1 1AA",
        "GMS",
        "UNKNOWN",
        "2100",
        "2000.25",
        "100.25",
        "10.25",
        "0",
        str(total),
        "-7",
    ]
    if extra:
        heads.append(extra)
        row.append("1")
    with gzip.open(path, "wt", encoding="utf-8-sig") as file:
        file.write(",".join(f'"{h}"' for h in heads) + "\n" + ",".join(row) + "\n")
    return path


def test_payments_add_up_and_an_unknown_yes_or_no_stays_unknown(tmp_path: Path) -> None:
    tables = read("nhs_payments", _payments(tmp_path / "nhs_payments_2018-19.csv.gz"))
    streams = dict(tables["payments_streams"].select("stream", "gbp").iter_rows())
    assert streams == {"global_sum": 100.25, "premises": 10.25, "deductions": -7.0}
    assert tables["payments_practices"]["dispensing"][0] is None
    assert tables["payments_practices"]["year"][0] == "2018/19"


def test_payments_that_do_not_add_up_or_are_not_known_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"streams add up to 110.5, the total is 120"):
        read("nhs_payments", _payments(tmp_path / "nhs_payments_2018-19.csv.gz", 120.0))
    with pytest.raises(InputRefused, match="payment column `New Money` is not known"):
        read("nhs_payments", _payments(tmp_path / "nhs_payments_2019-20.csv.gz", extra="New Money"))
    with pytest.raises(InputRefused, match="does not say its year"):
        read("nhs_payments", _payments(tmp_path / "payments.csv.gz"))


def test_no_two_streams_share_a_published_name() -> None:
    names = [n.lower() for _, *given in STREAMS.values() for n in given]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("published", [True, False])
def test_workforce_in_both_spellings_and_blank_is_not_zero(tmp_path: Path, published: bool) -> None:
    fields = [f"total_{field}_{unit}" for field, _ in ROLES.values() for unit in ("hc", "fte")]
    fields = [f.upper() for f in fields] if published else fields
    bands = [f"{s}_patients_{a}{'plus' if b is None else f'to{b}'}" for s in ("male", "female") for a, b in AGE_BANDS]
    code = "PRAC_CODE" if published else "practice_code"
    values = ["" if "nurses" in f.lower() else "1.5" for f in fields]
    row = ",".join(["Z99001", *values, *["10"] * len(bands)])
    path = _csv(tmp_path / "workforce.csv", ",".join([code, *fields, *bands]) + f"\n{row}\n{row}\n")
    tables = read("gp_workforce", path)
    staff = {r["role"]: r["fte"] for r in tables["gp_workforce_staff"].iter_rows(named=True)}
    assert staff["gp_fully_qualified"] == 1.5
    assert staff["nurses"] is None
    assert tables["gp_workforce_lists"]["patients"].sum() == 140


def test_two_different_rows_of_a_practice_are_refused(tmp_path: Path) -> None:
    fields = [f"total_{field}_{unit}" for field, _ in ROLES.values() for unit in ("hc", "fte")]
    bands = [f"{s}_patients_{a}{'plus' if b is None else f'to{b}'}" for s in ("male", "female") for a, b in AGE_BANDS]
    one, two = (",".join(["Z99001", *[v] * len(fields), *["1"] * len(bands)]) for v in ("1", "2"))
    path = _csv(tmp_path / "workforce.csv", ",".join(["practice_code", *fields, *bands]) + f"\n{one}\n{two}\n")
    with pytest.raises(InputRefused, match="stands"):
        read("gp_workforce", path)


def _book(path: Path, sheet: str, rows: list[list[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet(sheet)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            page.write(r, c, value)
    book.close()
    return path


PCN_HEADS = ["Partner\nOrganisation\nCode", "Partner\nName", "Practice\nParent\nSub ICB Loc Code", "PCN Code", "PCN Name",
             "Practice to PCN\nRelationship\nStart Date", "Practice to PCN\nRelationship\nEnd Date"]  # fmt: skip


def test_networks_from_a_workbook_with_broken_headings(tmp_path: Path) -> None:
    rows = [PCN_HEADS, ["Z99001", "ABBEY", "11J", "U99901", "TESTBURY PCN", "20190701", ""],
            ["Z99001", "ABBEY", "11J", "U99902", "OLD PCN", "20190401", "20190630"]]  # fmt: skip
    table = read("pcn_membership", _book(tmp_path / "ePCN.xlsx", "PCN Core Partner Details", rows))["pcn_membership"]
    assert table["left"].to_list() == [None, date(2019, 6, 30)]


def test_a_workbook_without_its_sheet_or_heading_is_explained(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no sheet named `PCN Core Partner Details` has a heading"):
        read("pcn_membership", _book(tmp_path / "a.xlsx", "Else", [PCN_HEADS]))
    with pytest.raises(InputRefused, match="has a heading that begins `Partner Organisation Code`"):
        read("pcn_membership", _book(tmp_path / "b.xlsx", "PCN Core Partner Details", [["x"]]))


def test_network_staff_are_added_up_and_identifiers_dropped(tmp_path: Path) -> None:
    path = tmp_path / "pcn.zip"
    with zipfile.ZipFile(path, "w") as archive:
        text = "PCN_CODE,STAFF_GROUP,STAFF_ROLE,DETAILED_STAFF_ROLE,FTE,UNIQUE_IDENTIFIER\n"
        archive.writestr(
            "1. Individual Level.csv",
            text + "U99901,DPC,Pharmacist,Pharmacist,1,77\nU99901,DPC,Pharmacist,Pharmacist,0.5,78\n",
        )
    table = read("pcn_workforce", path)["pcn_workforce"]
    assert table.select("fte", "staff_records").row(0) == (1.5, 2)
    assert "77" not in str(table.to_dicts())


def test_telephony_and_online_consultations_skip_totals_and_title_rows(tmp_path: Path) -> None:
    heads = [
        "Month [1]",
        "GP Practice \n(ODS_CODE)",
        "GP Name",
        "Count of Inbound calls",
        "Answered",
        "Ended during the IVR Stage [4]",
    ]
    rows = [["Table 3"], [], heads, ["Total", "", "", 100, 60, 20], ["2026-02-01", "Z99001", "ABBEY", 100, 60, "*"]]
    table = read("telephony", _book(tmp_path / "t.xlsx", "Table 3", rows))["telephony"]
    assert table.rows() == [("Z99001", date(2026, 2, 1), 100, 60, None)]
    heads = [
        "Month [1]",
        "GP Code",
        "Supplier [4]",
        "Submissions [7]",
        "Clinical Submissions [7]",
        "Administrative Submissions [7]",
        "Registered Patient Count",
    ]
    rows = [["Table 2"], heads, ["2026-02-01", "Z99001", "TPP", 10, 6, 4, 2100]]
    table = read("online_consultations", _book(tmp_path / "o.xlsx", "Table 2", rows))["online_consultations"]
    assert table["submissions"].to_list() == [10]
