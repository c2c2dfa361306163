"""A document made twice at different times has the same bytes."""

from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from chesil.blueprint.same_twice import make_same_twice


def _write(path: Path, created: datetime) -> bytes:
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": "Annex", "created": created})
    book.add_worksheet("a").write(0, 0, 42)
    book.close()
    return make_same_twice(path, date(2026, 11, 24)).read_bytes()


def test_the_same_twice(tmp_path: Path) -> None:
    one = _write(tmp_path / "one.xlsx", datetime(2020, 1, 1, tzinfo=UTC))
    two = _write(tmp_path / "two.xlsx", datetime(2026, 5, 5, 5, 5, tzinfo=UTC))
    assert one == two
    assert CalamineWorkbook.from_path(tmp_path / "one.xlsx").get_sheet_by_name("a").to_python() == [[42.0]]
