"""A damaged file is refused whole with its faults named, whichever source it belongs to."""

import gzip
from pathlib import Path

import pytest

from chesil.core.errors import InputRefused
from chesil.sources.source import Source, find_sources

SAMPLES = Path(__file__).parents[2] / "raw_samples"
SOURCES = find_sources()
TABLES = [
    (SOURCES[folder.name], path)
    for folder in sorted(SAMPLES.iterdir())
    if folder.name in SOURCES
    for path in sorted(folder.glob("*.csv"))[:1]
]
IDS = [source.name for source, _ in TABLES]
whole = pytest.mark.parametrize(("source", "sample"), TABLES, ids=IDS)


def _refused(source: Source, path: Path) -> str:
    with pytest.raises(InputRefused) as error:
        source.read(path)
    text = str(error.value)
    assert path.name in text
    return text


@whole
def test_an_empty_file(source: Source, sample: Path, tmp_path: Path) -> None:
    path = tmp_path / sample.name
    path.write_text("")
    _refused(source, path)


@whole
def test_a_file_that_is_not_utf8(source: Source, sample: Path, tmp_path: Path) -> None:
    path = tmp_path / sample.name
    lines = sample.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\xff\xfe" + b"".join(lines[1:]))
    assert "line 2 is not UTF-8" in _refused(source, path)


@whole
def test_a_truncated_archive(source: Source, sample: Path, tmp_path: Path) -> None:
    path = tmp_path / f"{sample.name}.gz"
    packed = gzip.compress(sample.read_bytes() * 3)
    path.write_bytes(packed[: len(packed) // 2])
    assert "cut short or damaged" in _refused(source, path)


@whole
def test_a_renamed_column(source: Source, sample: Path, tmp_path: Path) -> None:
    """Every heading misspelt: the file must say which column it misses."""
    path = tmp_path / sample.name
    lines = sample.read_text(encoding="utf-8-sig").splitlines()
    headed = SOURCES[source.name].name not in ("ods_practices", "ods_branches")
    if not headed:
        pytest.skip("the publication has no heading row")
    lines[0] = ",".join(f"Zzz {n}" for n in range(lines[0].count(",") + 1))
    path.write_text("\n".join(lines) + "\n")
    _refused(source, path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("120", "-120"), "`-120` is below 0"),
        (("120", "many"), "`many` is not a whole number"),
        (("Z99001", "99001"), "`99001` is not of the expected form"),
        (("06OV", "99OV"), "`99OV` is not one of"),
        (("Z99002,AST", "Z99001,AST"), "key practice_code=Z99001, register=AST stands 2 times"),
        (("REGISTER", "REGISTRE"), "column `REGISTER` is missing"),
    ],
)
def test_bad_values_are_named_by_row_and_column(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    sample = SAMPLES / "qof_prevalence" / "qof_prevalence_2021-22.csv"
    path = tmp_path / sample.name
    path.write_text(sample.read_text().replace(*change))
    text = _refused(SOURCES["qof_prevalence"], path)
    assert said in text
    assert "row" in text or "missing" in text


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "qof.csv"
    path.write_text(
        "PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE\nz1,AST,-1,06OV,1900\nZ99002,DM,5,99OV,3300\n"
    )
    with pytest.raises(InputRefused) as error:
        SOURCES["qof_prevalence"].read(path)
    assert len(error.value.problems) == 3
    assert "row 2" in str(error.value) and "row 3" in str(error.value)


def test_a_row_number_is_that_of_the_file_even_where_rows_were_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    path.write_text("LSOA11CD,RUC11CD,RUC11\nW01000001,D1,Town\nE01999001,D1,Town\nE01999001,C1,City\n")
    with pytest.raises(InputRefused, match="rows 3, 4"):
        SOURCES["rural_urban_2011"].read(path)
