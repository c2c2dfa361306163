"""Periods: a day, a month or a financial year, written one way and compared by date."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache


@dataclass(frozen=True, order=True)
class Period:
    """A span of days, both ends included. A single day starts and ends on itself."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"A period cannot end ({self.end}) before it starts ({self.start}).")

    @classmethod
    def on(cls, day: date) -> "Period":
        return cls(day, day)

    @classmethod
    def financial_year(cls, label: str) -> "Period":
        """Read "2022/23" or "2022-23" as 1 April 2022 to 31 March 2023."""
        first, _, second = label.replace("-", "/").partition("/")
        if not (first.isdigit() and len(first) == 4 and second == f"{(int(first) + 1) % 100:02d}"):
            raise ValueError(f"`{label}` is not a financial year such as 2022/23.")
        return cls(date(int(first), 4, 1), date(int(first) + 1, 3, 31))

    @classmethod
    @cache
    def parse(cls, text: str) -> "Period":
        """Read what `str(period)` writes: a day, a month (2022-07), a calendar year or a financial year."""
        if "/" in text:
            return cls.financial_year(text)
        if " to " in text:
            start, end = text.split(" to ")
            return cls(date.fromisoformat(start), date.fromisoformat(end))
        parts = [int(part) for part in text.split("-")]
        if len(parts) == 3:
            return cls.on(date(*parts))
        if len(parts) == 2:
            return cls(date(parts[0], parts[1], 1), _month_end(parts[0], parts[1]))
        return cls(date(parts[0], 1, 1), date(parts[0], 12, 31))

    def __str__(self) -> str:
        if self.start == self.end:
            return self.start.isoformat()
        year = self.start.year
        if self == Period(date(year, 4, 1), date(year + 1, 3, 31)):
            return f"{year}/{(year + 1) % 100:02d}"
        if self == Period(date(year, 1, 1), date(year, 12, 31)):
            return str(year)
        if self.start.day == 1 and self.end == _month_end(year, self.start.month):
            return f"{year}-{self.start.month:02d}"
        return f"{self.start} to {self.end}"

    def years_before(self, as_at: date) -> float:
        """How many years before `as_at` the period ended (negative if it had not ended)."""
        return (as_at - self.end).days / 365.25


def _month_end(year: int, month: int) -> date:
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return first_of_next - timedelta(days=1)
