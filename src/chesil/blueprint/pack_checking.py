"""Checking packs: a pack worked out again, and two packs compared, figure by figure, with what each change comes from."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chesil import __version__
from chesil.blueprint.book import Book, make_book
from chesil.blueprint.pack import Pack, figure_of, read_pack, row_of
from chesil.blueprint.practice import find_circle, practice_book
from chesil.core.errors import NotFound
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.plan import make_plan
from chesil.study import ANALYSES, Study, read_study

COMPARED = (
    "value", "lower", "upper", "lower998", "upper998", "numerator", "denominator", "reason", "method", "period", "standing",
)  # fmt: skip
OF_OPTIONS = ("study/options/", "study/weights/")
OF_DATA = ("registers/", "links/")
SETTINGS = "study/study.toml"


@dataclass(frozen=True)
class Difference:
    """One thing in which two sets of figures differ, and the likely cause."""

    figure: str
    what: str
    before: str
    after: str
    why: str = ""


def verify_pack(path: Path, tell: Callable[[str], None] = lambda _: None) -> tuple[int, list[Difference], list[str]]:
    """Work out every figure of a pack again: how many there are, what differs, and what a reader must know of it."""
    pack = read_pack(path)
    with TemporaryDirectory() as name:
        for file, content in pack.study.items():
            (Path(name) / file).parent.mkdir(parents=True, exist_ok=True)
            (Path(name) / file).write_bytes(content)
        study = read_study(Path(name) / "study")
        plan = make_plan(study, tell)
        book = make_book(plan, tell, frozenset(pack.manifest.get("kept_back", ())))
        if practice := str(pack.manifest.get("practice", "")):
            book = practice_book(book, plan, find_circle(plan, practice))
    again = {i: figure_of(row_of(f)) for i, f in book.figures.items()}
    differences = [*_said_otherwise(pack, study, book), *compare_figures(pack.figures, again)]
    return len(pack.figures), differences, list(_notes(pack, book))


def _said_otherwise(pack: Pack, study: Study, book: Book) -> Iterator[Difference]:
    """Where the pack's own papers do not say what its study and its figures do."""
    if not pack.csv_is_the_same:
        yield Difference("figures.csv", "file", "differs from figures.parquet", "the same figures")
    for name, said, true in (
        ("title", pack.manifest.get("title"), book.title),
        ("edition", pack.manifest.get("edition"), study.edition),
        ("approval", pack.manifest.get("approval"), study.approval.words),
        ("as_at", pack.manifest.get("as_at"), study.as_at.isoformat()),
    ):
        if said != true:
            yield Difference("manifest.json", name, str(said), str(true))
    for receipt in book.used_receipts:
        said = pack.receipts.get(receipt.id, {}).get("sha256", "not there")
        if said != receipt.sha256 and not receipt.id.startswith("study:"):
            yield Difference("sources.json", f"check sum of {receipt.id}", str(said), receipt.sha256)


def _notes(pack: Pack, book: Book) -> Iterator[str]:
    made, now = pack.manifest["england_pack"], book.fingerprint
    if now != made:
        yield f"The pack was made with the England pack {made}; this is {now}."
    if __version__ != pack.manifest["chesil"]:
        yield f"The pack was made by Chesil {pack.manifest['chesil']}; this is {__version__}."
    if book.edition == "public":
        yield (
            "This is a public edition: only what it shows is worked out again. What rests on open data alone can be rebuilt by "
            "anybody, also for named practices that it does not name."
        )
    if pack.manifest.get("practice"):
        yield (
            "This is one practice's own edition: other practices' private tables are not in it. What rests on them, if the study "
            "has any, comes out otherwise here."
        )
    if kept := len(pack.manifest.get("kept_back", ())):
        yield f"{kept:,} figures are withheld because an earlier version withheld them or would give them away with this one."


def compare_packs(old: Path, new: Path) -> list[Difference]:
    """What changed from one pack to another, figure by figure, with its likely cause: data, method, option, setting."""
    before, after = read_pack(old), read_pack(new)
    return [
        Difference(d.figure, d.what, d.before, d.after, why_of(d.figure, before, after))
        for d in compare_figures(before.figures, after.figures)
    ]


def compare_figures(before: Mapping[str, Figure], after: Mapping[str, Figure]) -> list[Difference]:
    """Every figure that is only in one, and every part in which the two differ."""
    found = [Difference(i, "figure", "there", "not there") for i in before if i not in after]
    found += [Difference(i, "figure", "not there", "there") for i in after if i not in before]
    for name in (i for i in before if i in after):
        one, two = before[name], after[name]
        found += [
            Difference(name, part, str(getattr(one, part)), str(getattr(two, part)))
            for part in COMPARED
            if getattr(one, part) != getattr(two, part)
        ]
    return found


@dataclass(frozen=True)
class _Changes:
    """What differs between two packs besides their figures: options and weights, settings by analysis, tables, software."""

    options: tuple[str, ...]
    settings: Mapping[str, tuple[str, ...]]
    files: tuple[str, ...]
    software: str


@lru_cache(maxsize=2)
def _changes(before: Pack, after: Pack) -> _Changes:
    names = sorted({*before.study, *after.study})
    files = [n for n in names if before.study.get(n) != after.study.get(n) and n != SETTINGS]
    old, new = (tomllib.loads(p.study.get(SETTINGS, b"").decode()) for p in (before, after))
    said = {n: tuple(_told(n, old.get(n), new.get(n))) for n in sorted({*old, *new}) if old.get(n) != new.get(n)}
    versions = [(p.manifest["chesil"], p.manifest["england_pack"]) for p in (before, after)]
    return _Changes(
        options=tuple(n.removeprefix("study/") for n in files if n.startswith(OF_OPTIONS)),
        settings=said,
        files=tuple(n.removeprefix("study/") for n in files if not n.startswith(OF_OPTIONS)),
        software=" to ".join(f"Chesil {v} with England pack {p}" for v, p in versions)
        if versions[0] != versions[1]
        else "",
    )


def _told(name: str, old: Any, new: Any) -> Iterator[str]:
    """Each setting that changed, as "access.speed from 30 to 20"."""
    if isinstance(old or new, dict) and isinstance(old or {}, dict) and isinstance(new or {}, dict):
        for key in sorted({*(old or {}), *(new or {})}):
            yield from (
                _told(f"{name}.{key}", (old or {}).get(key), (new or {}).get(key))
                if (old or {}).get(key) != (new or {}).get(key)
                else ()
            )
    else:
        yield f"{name} from {'nothing' if old is None else old} to {'nothing' if new is None else new}"


def why_of(name: str, before: Pack, after: Pack) -> str:
    """The likely cause of a figure's change between two packs: the nearest to it of all that differs between them."""
    one, two = before.figures.get(name), after.figures.get(name)
    changes, either = _changes(before, after), one or two
    if either is None:
        return "neither holds it"
    if one is not None and two is not None:
        if changed := _changed_sources(one, two, before, after):
            return f"data: {', '.join(changed)} changed"
        if one.method != two.method:
            return "method: it is worked out otherwise"
    if changes.options and _is_of_options(either):
        return f"option: {', '.join(changes.options)} changed"
    made_by = _made_by(either.measure)
    if made_by in changes.settings:
        return f"setting: {'; '.join(changes.settings[made_by])}"
    if changes.software:
        return f"software: {changes.software}"
    of_place = [s for name, said in changes.settings.items() if name not in ANALYSES for s in said]
    other = [*of_place, *(f"{f} changed" for f in changes.files)]
    if not other:  # an analysis may rest on another, whose settings or options changed
        other = [*(s for said in changes.settings.values() for s in said), *(f"{f} changed" for f in changes.options)]
    kind = "data" if all(o.startswith(OF_DATA) for o in other) else "study"
    return f"{kind}: {'; '.join(other)}" if other else "not known"


def _changed_sources(one: Figure, two: Figure, before: Pack, after: Pack) -> list[str]:
    """The publications behind a figure that are not the same in both packs."""
    sums = {r: p.receipts.get(r, {}) for f, p in ((one, before), (two, after)) for r in f.receipts}
    return [
        str(receipt.get("publication") or name)
        for name, receipt in sorted(sums.items())
        if name != "study:settings"
        and before.receipts.get(name, {}).get("sha256") != after.receipts.get(name, {}).get("sha256")
    ]


def _is_of_options(figure: Figure) -> bool:
    return "~" in figure.unit_code or figure.scenario != "business_as_usual" or _made_by(figure.measure) == "appraisal"


def _made_by(measure: str) -> str:
    try:
        return load_measure(measure).made_by
    except NotFound:  # a measure of another version of the software
        return ""
