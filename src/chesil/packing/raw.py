"""The raw folder while a pack is built: each edition is read once, and its receipt kept."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.receipt import Receipt
from chesil.packs.pack import Origin
from chesil.sources.source import Source, find_sources


@dataclass(frozen=True)
class Built:
    """One finished table of the pack with the origins of its columns."""

    table: pl.DataFrame
    origins: tuple[Origin, ...]


@dataclass
class Raw:
    """Reads editions of sources from one folder. Remembers what it has read, so that receipts are complete."""

    folder: Path
    sources: dict[str, Source] = field(default_factory=find_sources)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    _read: dict[tuple[str, date], dict[str, pl.DataFrame]] = field(default_factory=dict)

    def dates(self, source: str) -> list[date]:
        """Reference dates of a source's editions that cover England or Dorset, oldest first."""
        return sorted(e.reference_date for e in self.sources[source].editions)

    def read(self, source: str, on: date | None = None, table: str = "") -> pl.DataFrame:
        """A table of the edition of that date (the newest without one)."""
        card = self.sources[source]
        when = on or self.dates(source)[-1]
        if (source, when) not in self._read:
            tables, receipt = card.read_edition(self.folder, card.edition_on(when))
            self._read[source, when] = dict(tables)
            self.receipts[receipt.id] = receipt
        tables_read = self._read[source, when]
        return tables_read[table or next(iter(tables_read))]

    def receipt_id(self, source: str, on: date | None = None) -> str:
        """The receipt of an edition that has been read."""
        return f"{source}@{on or self.dates(source)[-1]}"

    def origin(
        self, *sources: str | tuple[str, date], columns: tuple[str, ...] = (), vintage: str = "", note: str = ""
    ) -> Origin:
        """An origin that names the receipts of some editions; each must have been read already."""
        ids = tuple(self.receipt_id(*s) if isinstance(s, tuple) else self.receipt_id(s) for s in sources)
        missing = [i for i in ids if i not in self.receipts]
        assert not missing, f"origins name editions that were not read: {missing}"
        return Origin(ids, columns, vintage, note)
