"""A damaged file is refused whole with its faults named, whichever source it belongs to.

Every damage is done to every source that has a text sample, in every column. A damage must be refused by the file's
name, or must hit what is not read, so that the tables come out as they were. A third outcome, tables that differ and
nobody told, is what these tests are for; where it is meant, the reason stands in `MEANT`.
"""

import csv
import gzip
import io
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from chesil.core.errors import InputRefused
from chesil.sources.source import Source, find_sources

SAMPLES = Path(__file__).parents[2] / "raw_samples"
SOURCES = find_sources()
HEADLESS = ("ods_practices", "ods_branches")
"""Publications without a row of headings, so that none can be renamed."""
RAW_ROWS = 9

MEANT: Mapping[tuple[str, str, str], str] = {
    # (damage, source, pattern of the column): why the tables may differ and the file still be read
    (
        "column lost",
        "iod_2019_ranks",
        ".*",
    ): "File 1 has the index alone, File 2 the domains too: a domain may be absent",
    ("column lost", "postcode_lookup", "easting|northing"): "the look-up is also published without positions",
    ("column lost", "population_projection", r"20\d\d"): "the years projected differ by edition",
    ("column lost", "stroke_unit_minutes", "ZZ.*"): "each hospital is a column, and hospitals come and go",
    ("column lost", "nhs_payments", "Sub ICB NAME|Code"): "the layout of 2020/21 has the network or group elsewhere",
    ("column lost", "nhs_payments", "Practice type|Practice Rurality"): "published in some of the nine years",
    ("column lost", "nhs_payments", "Deductions.*|PCN .*|Covid .*|Long Covid"): "in some years, and outside the total",
    ("negative", "health_index", "value"): "units differ by indicator and are not in the file",
    ("negative", "imd_2025", "Health.*|Crime.*"): "scores about nought, published below it",
    ("negative", "iod_2019_scores", ".*"): "sub-domains are about nought; the sample has all but the index below it",
    ("negative", "iod_2019_indicators", ".*"): "some indicators are about nought (mood and anxiety, affordability)",
    ("negative", "iod_2025_indicators", ".*"): "some indicators are about nought (mental health, affordability)",
    ("negative", "nhs_payments", ".*"): "a payment may be taken back; within the total a wrong one is still refused",
    (
        "negative",
        "nhsuk_hospitals",
        "Longitude|ParentODSCode",
    ): "longitudes are west of Greenwich (its heading is one off)",
}


@dataclass(frozen=True)
class Sample:
    """One text file of a source: its name and its rows of fields."""

    source: Source
    name: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def has_headings(self) -> bool:
        return self.source.name not in HEADLESS

    @property
    def width(self) -> int:
        return max(map(len, self.rows))

    def heading(self, column: int) -> str:
        head = self.rows[0] if self.has_headings else ()
        return head[column] if column < len(head) else f"column {column + 1}"


def _sample(source: Source, name: str, text: str) -> Sample:
    return Sample(source, name, tuple(tuple(row) for row in csv.reader(io.StringIO(text))))


def _from_repository() -> Iterator[Sample]:
    for folder in sorted(SAMPLES.iterdir()):
        for path in sorted(folder.glob("*.csv")) if folder.name in SOURCES else ():
            yield _sample(SOURCES[folder.name], path.name, path.read_text(encoding="utf-8-sig"))


def _from_raw_folder() -> Iterator[Sample]:
    """The first rows of each source's newest file, where it is text and the repository has no sample of it."""
    folder = Path(os.environ.get("CHESIL_RAW", ""))
    for name, source in SOURCES.items():
        path = folder / source.editions[-1].file
        if (SAMPLES / name).exists() or not re.search(r"\.csv(\.gz)?$", path.name) or not path.is_file():
            continue
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            head = b"".join(file.readline() for _ in range(RAW_ROWS))
        yield _sample(source, path.name.removesuffix(".gz"), head.decode("utf-8-sig"))


REPOSITORY = list(_from_repository())
RAW = list(_from_raw_folder()) if os.environ.get("CHESIL_RAW") else []
every_sample = pytest.mark.parametrize(
    "sample",
    [
        *(pytest.param(s, id=f"{s.source.name}/{s.name}") for s in REPOSITORY),
        *(pytest.param(s, id=f"{s.source.name}/raw", marks=pytest.mark.raw) for s in RAW),
    ],
)


def _text(rows: list[list[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def _read(sample: Sample, folder: Path, rows: list[list[str]]) -> Mapping[str, pl.DataFrame] | str:
    """The tables of the damaged rows, or what the refusal says."""
    path = folder / sample.name
    path.write_text(_text(rows), encoding="utf-8")
    try:
        return sample.source.read(path)
    except InputRefused as refusal:
        return str(refusal)


def _same(one: Mapping[str, pl.DataFrame], other: Mapping[str, pl.DataFrame]) -> bool:
    return one.keys() == other.keys() and all(one[name].equals(other[name]) for name in one)


def _is_meant(damage: str, sample: Sample, heading: str) -> bool:
    return any(
        kind == damage and source == sample.source.name and re.fullmatch(pattern, heading)
        for kind, source, pattern in MEANT
    )


def _try_every_column(
    sample: Sample,
    folder: Path,
    damage: str,
    change: Callable[[list[list[str]], int], bool],
    said: Callable[[str, list[list[str]], str], bool] = lambda *_: True,
) -> None:
    """Damage one column after another; `change` says whether it applies, `said` whether the refusal is good enough."""
    whole = _read(sample, folder, [list(r) for r in sample.rows])
    assert not isinstance(whole, str), whole
    wrong = []
    for column in range(sample.width):
        rows, heading = [list(r) for r in sample.rows], sample.heading(column)
        if not change(rows, column):
            continue
        result = _read(sample, folder, rows)
        if isinstance(result, str):
            if sample.name not in result or not said(result, rows, heading):
                wrong.append(f"`{heading}`: {result[:160]}")
        elif not _same(result, whole) and not _is_meant(damage, sample, heading):
            wrong.append(f"`{heading}`: read all the same, and the tables differ")
    assert not wrong, "\n".join(wrong)


def _first_number(rows: list[list[str]], column: int, to: str) -> bool:
    """Change the first number below the headings in a column; False if there is none."""
    for row in rows[1:]:
        if column < len(row) and re.fullmatch(r"-?[\d,]*\.?\d+", row[column].strip()):
            row[column] = to
            return True
    return False


def _names_the_row(text: str, rows: list[list[str]], _heading: str) -> bool:
    """By its number, or (where a check is of a whole area or practice) by a code that stands in the file."""
    keys = {cell for row in rows[1:] for cell in row if re.fullmatch(r"[A-Z]+\d{4,}", cell)}
    return "row" in text or any(key in text for key in keys) or "is about year" in text or "categories" in text


@every_sample
def test_a_column_that_is_lost(sample: Sample, tmp_path: Path) -> None:
    def lose(rows: list[list[str]], column: int) -> bool:
        for row in rows:
            del row[column : column + 1]
        return True

    _try_every_column(sample, tmp_path, "column lost", lose)


@every_sample
def test_a_column_that_is_renamed(sample: Sample, tmp_path: Path) -> None:
    if not sample.has_headings:
        pytest.skip("the publication has no row of headings")

    def rename(rows: list[list[str]], column: int) -> bool:
        if column >= len(rows[0]) or re.fullmatch("ZZ.*", rows[0][column]):
            return False  # a hospital's postcode is no heading: any other would be as good
        rows[0][column] = f"Zzz {rows[0][column]}"
        return True

    _try_every_column(sample, tmp_path, "column lost", rename)


@every_sample
def test_text_in_a_column_of_numbers(sample: Sample, tmp_path: Path) -> None:
    _try_every_column(
        sample, tmp_path, "text", lambda rows, column: _first_number(rows, column, "many"), _names_the_row
    )


@every_sample
def test_a_negative_number(sample: Sample, tmp_path: Path) -> None:
    _try_every_column(
        sample, tmp_path, "negative", lambda rows, column: _first_number(rows, column, "-5"), _names_the_row
    )


@every_sample
@pytest.mark.parametrize("which", [1, -1], ids=["first", "last"])
def test_a_row_that_stands_twice(sample: Sample, tmp_path: Path, which: int) -> None:
    rows = [list(r) for r in sample.rows]
    whole = _read(sample, tmp_path, rows)
    result = _read(sample, tmp_path, [*rows, rows[which]])
    if isinstance(result, str):
        assert sample.name in result
        assert _names_the_row(result, rows, "")
    else:
        assert not isinstance(whole, str) and _same(result, whole), "a row that is counted twice must be refused"


@every_sample
@pytest.mark.parametrize("cut", ["last field", "half the row", "one field too many"])
def test_a_ragged_row(sample: Sample, tmp_path: Path, cut: str) -> None:
    if sample.width == 1:
        pytest.skip("rows of one field cannot be ragged")
    rows = [list(r) for r in sample.rows]
    last = rows[-1]
    rows[-1] = {
        "last field": last[:-1],
        "half the row": last[: max(1, len(last) // 2)],
        "one field too many": [*last, "x"],
    }[cut]
    result = _read(sample, tmp_path, rows)
    assert isinstance(result, str), "a ragged row must be refused"
    assert sample.name in result


@every_sample
def test_an_empty_file(sample: Sample, tmp_path: Path) -> None:
    result = _read(sample, tmp_path, [])
    assert isinstance(result, str) and sample.name in result


@every_sample
def test_headings_and_no_rows(sample: Sample, tmp_path: Path) -> None:
    """Nothing below the headings gives empty tables or a refusal, never a row."""
    if not sample.has_headings:
        pytest.skip("the publication has no row of headings")
    result = _read(sample, tmp_path, [list(sample.rows[0])])
    if isinstance(result, str):
        assert sample.name in result
    else:
        assert all(table.is_empty() for table in result.values())


@every_sample
def test_a_file_that_is_not_utf8(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / sample.name
    lines = _text([list(r) for r in sample.rows]).encode().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\xff\xfe" + b"".join(lines[1:]))
    with pytest.raises(InputRefused, match="line 2 is not UTF-8") as error:
        sample.source.read(path)
    assert sample.name in str(error.value)


@every_sample
def test_a_truncated_archive(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / f"{sample.name}.gz"
    packed = gzip.compress(_text([list(r) for r in sample.rows] * 3).encode())
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputRefused, match="cut short or damaged") as error:
        sample.source.read(path)
    assert path.name in str(error.value)


GEOJSON = [
    pytest.param(SOURCES[folder.name], path, id=f"{folder.name}/{path.name}")
    for folder in sorted(SAMPLES.iterdir())
    if folder.name in SOURCES
    for path in sorted(folder.glob("*.geojson"))
]


@pytest.mark.parametrize(("source", "sample"), GEOJSON)
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.95])
def test_a_boundary_file_that_is_cut_short(source: Source, sample: Path, kept: float, tmp_path: Path) -> None:
    path = tmp_path / sample.name
    content = sample.read_bytes().rstrip()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(InputRefused) as error:
        source.read(path)
    assert path.name in str(error.value)


def test_every_reason_still_stands() -> None:
    """A reason for a source or column that is gone is taken out."""
    for damage, source, pattern in MEANT:
        assert damage in ("column lost", "negative")
        assert source in SOURCES
        headings = [s.heading(c) for s in REPOSITORY if s.source.name == source for c in range(s.width)]
        assert not headings or any(re.fullmatch(pattern, h) for h in headings), (source, pattern)


def _refused(source: Source, path: Path) -> str:
    with pytest.raises(InputRefused) as error:
        source.read(path)
    text = str(error.value)
    assert path.name in text
    return text


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


def test_a_row_cut_short_is_named_by_its_number_and_a_blank_last_field_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "postcodes.csv"
    head = "pcds,lsoa11cd,dointr,doterm\n"
    path.write_text(head + "ZZ1 1AA,E01999001,202001,\nZZ1 1AB,E01999001,202001,202101\n")
    assert SOURCES["postcode_lookup"].read(path)["postcode_lookup"].height == 2
    path.write_text(head + "ZZ1 1AA,E01999001,202001,\nZZ1 1AB,E019\n")
    assert "postcodes.csv row 3: the row has 2 columns, not 4" in _refused(SOURCES["postcode_lookup"], path)


def test_a_file_without_headings_and_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "epraccur.csv"
    path.write_text("Z99001,ABBEY SURGERY,Y58\nZ99002,BROOK SURGERY,Y58\n")
    assert "it has not the 27 columns that it should" in _refused(SOURCES["ods_practices"], path)
