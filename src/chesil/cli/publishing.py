"""Commands to publish a blueprint, to work a published one out again, and to compare two."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show
from chesil.core.errors import ChesilError

if TYPE_CHECKING:
    from chesil.blueprint.book import Book
    from chesil.plan import Plan

MOST_LISTED = 3
"""Written editions that are listed with their files; of more, how many."""
FORMATS = ("web", "pdf", "word", "excel", "slides", "papers", "pack")
MADE = (".pdf", ".docx", ".xlsx", ".pptx", ".zip")


def blueprint(
    study: StudyFolder,
    to: Annotated[Path, typer.Option("--out", help="Folder to write; replaced whole when all is done.")],
    edition: Annotated[
        str, typer.Option(help="board, practice or public, or several with commas (a folder each); else the study's.")
    ] = "",
    formats: Annotated[
        str, typer.Option("--formats", help="Of web, pdf, word, excel, slides, papers, pack; or all.")
    ] = "web",
    template: Annotated[Path | None, typer.Option(help="A Word file of your own to fill.")] = None,
    practice: Annotated[
        str, typer.Option(help="For the practice edition: a practice's code, or `all` for a folder each.")
    ] = "",
) -> None:
    """Write the blueprint of a study: pages that open from disk and, if asked, PDF, Word, Excel, slides, papers, the pack."""
    from chesil.blueprint.book import make_book
    from chesil.blueprint.editions import check_edition
    from chesil.blueprint.for_edition import study_for_edition
    from chesil.blueprint.publishing import publish
    from chesil.plan import plans_by_edition
    from chesil.study import read_study

    wanted = _formats(formats)
    read = read_study(study)
    editions = [check_edition(e.strip()) for e in (edition or read.edition).split(",")]
    if practice and "practice" not in editions:
        raise ChesilError("`--practice` is for the practice edition", [], "Add `--edition practice`")
    folders = {e: to / e if len(editions) > 1 else to for e in editions}
    if practice != "all":
        for folder in folders.values():
            refuse_foreign_folder(folder)
    written: list[Path] = []
    with err.status("reading the study") as status:

        def tell(step: str) -> None:
            status.update(step)

        plans = plans_by_edition([study_for_edition(read, name) for name in folders], tell)
        for name, folder in folders.items():
            plan = plans[name]
            book = make_book(plan, tell)
            if name == "practice" and practice:
                written += _practice_editions(book, plan, folder, practice, wanted, tell)
            else:
                written.append(publish(book, plan.study, folder, wanted, template=template, tell=tell, plan=plan))
    for path in written[:MOST_LISTED]:
        out.print(
            f"Wrote {path} ({path.parent.name if len(written) > 1 else editions[0]} edition). Open it in a browser.",
            highlight=False,
        )
        for made in sorted(p.name for p in path.parent.iterdir() if p.is_file() and p.suffix in MADE):
            out.print(f"  also {path.parent / made}", highlight=False)
    if len(written) > MOST_LISTED:
        out.print(f"and {len(written) - MOST_LISTED:,} more.", highlight=False)


def _practice_editions(
    book: "Book", plan: "Plan", to: Path, practice: str, wanted: tuple[str, ...], tell: "Callable[[str], None]"
) -> list[Path]:
    """The practice edition of one practice, or of every one in a folder each; the plan is computed once."""
    from chesil.blueprint.practice import circles, find_circle, practice_book
    from chesil.blueprint.publishing import publish

    chosen = list(circles(plan).values()) if practice == "all" else [find_circle(plan, practice)]
    found = []
    for circle in chosen:
        tell(f"writing the edition of {circle.name}")
        folder = to / circle.code if practice == "all" else to
        refuse_foreign_folder(folder)
        formats = [f for f in wanted if f not in ("slides", "papers", "pack")]
        found.append(publish(practice_book(book, plan, circle), plan.study, folder, formats))
    return found


def verify(
    pack: Annotated[Path, typer.Argument(help="A blueprint's pack (a zip file).")], as_json: Json = False
) -> None:
    """Work out every figure of a pack again, and list any that comes out otherwise."""
    from chesil.blueprint.pack import verify_pack

    with err.status("working it out again") as status:
        count, differences, notes = verify_pack(pack, lambda step: status.update(step))
    rows = [(d.figure, d.what, d.before, d.after) for d in differences]
    if rows or as_json:
        show(("figure", "what", "in the pack", "worked out again"), rows, as_json)
    if not as_json:
        for note in notes:
            out.print(note, highlight=False)
        said = "every one came out the same" if not rows else f"{len({r[0] for r in rows}):,} came out otherwise"
        out.print(f"{count:,} figures: {said}.", highlight=False)
    if rows:
        raise typer.Exit(1)


def compare(
    old: Annotated[Path, typer.Argument(help="The earlier pack.")],
    new: Annotated[Path, typer.Argument(help="The later pack.")],
    as_json: Json = False,
) -> None:
    """Say what changed from one blueprint to another and why, figure by figure."""
    from chesil.blueprint.pack import compare_packs

    rows = [(d.figure, d.what, d.before, d.after, d.why) for d in compare_packs(old, new)]
    show(("figure", "what", "before", "after", "why"), rows, as_json)
    if not as_json:
        out.print(f"{len({r[0] for r in rows}):,} figures differ." if rows else "No figure differs.", highlight=False)


def _formats(text: str) -> tuple[str, ...]:
    from chesil.core.errors import did_you_mean

    named = [f.strip() for f in text.split(",") if f.strip()]
    if "all" in named:
        return FORMATS
    for name in named:
        if name not in FORMATS:
            raise ChesilError(
                f"`{name}` is not a format", [], did_you_mean(name, FORMATS) or f"There are {', '.join(FORMATS)}"
            )
    return tuple(dict.fromkeys(("web", *named)))


def refuse_foreign_folder(to: Path) -> None:
    """Refuse to replace a folder that holds something else than an earlier blueprint."""
    if to.is_file():
        raise ChesilError(f"{to} is a file", [], "Name a folder that is not there yet")
    if to.exists() and any(to.iterdir()) and not (to / "figures.csv").exists():
        raise ChesilError(
            f"{to} holds other files, and a blueprint replaces its folder whole", [], "Name another folder"
        )
