"""Receipts: where a table came from, as of when, under what licence, and how to know it is the same file."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

Obtained = Literal["published", "converted", "transcribed", "derived", "modelled", "local"]
"""How the values reached us; anything but `published` and `converted` is said wherever a value is shown."""

OBTAINED_WORDS: dict[str, str] = {
    "published": "as published",
    "converted": "converted from another file format without change of values",
    "transcribed": "typed out from a paged view, not checked against the original file",
    "derived": "worked out by somebody else from published figures",
    "modelled": "modelled by Chesil",
    "local": "entered locally in the study",
}


@dataclass(frozen=True)
class Receipt:
    """The origin of a table: who published what, as of when, and which bytes were read."""

    id: str
    publisher: str
    publication: str
    reference_date: date | None
    licence: str
    file: str = ""
    url: str = ""
    sha256: str = ""
    rows_read: int | None = None
    obtained: Obtained = "published"
    caveat: str = ""

    @property
    def sentence(self) -> str:
        """One line for the foot of a chart: publisher, publication, date, licence."""
        when = f", {self.reference_date:%-d %B %Y}" if self.reference_date else ""
        how = "" if self.obtained in ("published", "converted") else f" ({OBTAINED_WORDS[self.obtained]})"
        return f"{self.publisher}, {self.publication}{when}{how}. {self.licence}."

    def as_dict(self) -> dict[str, Any]:
        """The receipt as plain values, dates in ISO form, for JSON."""
        record = asdict(self)
        record["reference_date"] = self.reference_date.isoformat() if self.reference_date else None
        return record

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> "Receipt":
        when = record.get("reference_date")
        return cls(**{**record, "reference_date": date.fromisoformat(when) if when else None})
