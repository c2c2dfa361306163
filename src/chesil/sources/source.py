"""The source card: what a publication is, which files of it we know, and how sources are found."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.errors import ChesilError, InputRefused, Problem
from chesil.core.receipt import Obtained, Receipt
from chesil.core.tables import TableContract
from chesil.core.whole_files import sha256_of

OGL = "Open Government Licence v3.0"


@dataclass(frozen=True)
class Edition:
    """One file of a publication: its path under the raw folder, and what its figures are as of."""

    file: str
    reference_date: date
    obtained: Obtained = "published"
    covers: str = "England"
    caveat: str = ""


@dataclass(frozen=True)
class Source:
    """A publication: who publishes it, where its newest file is announced, and how one file of it is read.

    `read(path)` returns the tables named in `tables`, checked, by contract name; it never opens the network.
    `link_patterns` are regular expressions for the download links on the landing page, most wanted first;
    `landing_page` is where `fetch` starts.
    """

    name: str
    publisher: str
    publication: str
    licence: str
    landing_page: str
    link_patterns: tuple[str, ...]
    editions: tuple[Edition, ...]
    tables: tuple[TableContract, ...]
    read: Callable[[Path], Mapping[str, pl.DataFrame]]
    attribution: str = ""

    def edition_on(self, reference_date: date) -> Edition:
        """The edition whose figures are as of that date; `ChesilError` names the dates there are."""
        for edition in self.editions:
            if edition.reference_date == reference_date:
                return edition
        dates = ", ".join(str(e.reference_date) for e in self.editions)
        raise ChesilError(f"The source `{self.name}` has no edition of {reference_date}; it has {dates}")

    def read_edition(self, raw: Path, edition: Edition) -> tuple[Mapping[str, pl.DataFrame], Receipt]:
        """Read one edition from the raw folder, with its receipt; `InputRefused` if the file is not there."""
        path = raw / edition.file
        if not path.exists():
            raise InputRefused(
                f"The raw file of `{self.name}` is not there",
                [
                    Problem(
                        "no such file",
                        str(path),
                        f"{self.publication} of {edition.reference_date} is read from it",
                    )
                ],
                f"Download it from {self.landing_page}, or run `chesil data fetch {self.name} --raw {raw}`",
            )
        tables = self.read(path)
        return tables, self.receipt_for(path, edition, sum(t.height for t in tables.values()))

    def receipt_for(self, path: Path, edition: Edition, rows_read: int) -> Receipt:
        """The receipt of a file that has been read."""
        return Receipt(
            id=f"{self.name}@{edition.reference_date}",
            publisher=self.publisher,
            publication=self.publication,
            reference_date=edition.reference_date,
            licence=self.licence,
            file=path.name,
            url=self.landing_page,
            sha256=sha256_of(path),
            rows_read=rows_read,
            obtained=edition.obtained,
            caveat=edition.caveat,
        )


def find_sources() -> dict[str, Source]:
    """Every source in this folder, by name: a module that has a `SOURCE` is one. There is no list to keep."""
    package = importlib.import_module("chesil.sources")
    found: dict[str, Source] = {}
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        module = importlib.import_module(f"chesil.sources.{module_info.name}")
        source = getattr(module, "SOURCE", None)
        if source is None:
            continue
        if source.name in found:
            raise ChesilError(f"Two modules say they are the source `{source.name}`; the second is {module.__file__}")
        found[source.name] = source
    return found
