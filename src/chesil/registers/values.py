"""Values as people type them: dates, money, yes and no, read to the type a column has."""

import re
from datetime import date, datetime, time, timedelta

from chesil.core.tables import Column
from chesil.registers.sheets import Cell

ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!")
UNKNOWN = ("", "-", "–", "n/a", "na", "none", "not known", "unknown", "tbc", "tbd", "?")
YES = ("yes", "y", "true", "1", "x", "✓")
NO = ("no", "n", "false", "0")
DATE_FORMS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d/%m/%y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
)
EXCEL_DAY_ZERO = date(1899, 12, 30)


class NotReadable(ValueError):
    """A cell whose text does not say what its column needs."""


def read_value(cell: Cell, column: Column) -> object:
    """A cell as the column's type, or None where it says that it is not known.

    Raises `NotReadable` with what is wrong, in words.
    """
    if cell is None:
        return None
    if isinstance(cell, str):
        text = " ".join(cell.split())
        if text.upper() in ERRORS:
            raise NotReadable(f"`{text}` is an error of a formula")
        if text.startswith("="):
            raise NotReadable(f"`{text[:40]}` is a formula without a saved result")
        if text.lower() in UNKNOWN:
            return None
        cell = text
    if column.type == "text":
        return _text(cell, column)
    if column.type == "date":
        return _date(cell)
    if column.type == "bool":
        return _bool(cell)
    return _number(cell, whole=column.type == "int")


def _text(cell: Cell, column: Column) -> str:
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell == int(cell):
        cell = int(cell)
    text = str(cell)
    if column.one_of:
        plain = {_plain(choice): choice for choice in column.one_of}
        return plain.get(_plain(text), text)
    return text.upper() if column.name in ("practice_code", "postcode") else text


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text).lower()


def _date(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and 20_000 <= cell <= 80_000:
        return EXCEL_DAY_ZERO + timedelta(days=int(cell))
    text = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", str(cell)).strip().rstrip(".")
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise NotReadable(f"`{cell}` is not a date such as 31/03/2027 or 2027-03-31")


def _bool(cell: Cell) -> bool:
    text = str(int(cell)) if isinstance(cell, bool | int | float) else str(cell).lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise NotReadable(f"`{cell}` is not yes or no")


def _number(cell: Cell, *, whole: bool) -> float | int:
    if isinstance(cell, bool | date | datetime | time | timedelta):
        raise NotReadable(f"`{cell}` is not a number")
    if isinstance(cell, str):
        text = re.sub(r"(?i)\b(gbp|m2|sqm|sq m|p\.?a\.?)\b|[£€$,%²\s]", "", cell)
        negative = text.startswith("(") and text.endswith(")")
        multiple = {"k": 1e3, "m": 1e6}.get(text.strip("()")[-1:].lower(), 1.0)
        digits = text.strip("()")
        digits = digits[:-1] if multiple != 1.0 else digits
        try:
            number = float(digits) * multiple * (-1 if negative else 1)
        except ValueError as error:
            raise NotReadable(f"`{cell}` is not a number") from error
    else:
        number = float(cell or 0)
    if number != number or number in (float("inf"), float("-inf")):
        raise NotReadable(f"`{cell}` is not a finite number")
    if whole:
        if number != int(number):
            raise NotReadable(f"`{cell}` is not a whole number")
        return int(number)
    return number
