"""Commands to publish a blueprint, to work a published one out again, and to compare two."""

from pathlib import Path
from typing import Annotated

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show
from chesil.core.errors import ChesilError

FORMATS = ("web", "pdf", "word", "excel", "pack")


def blueprint(
    study: StudyFolder,
    to: Annotated[Path, typer.Option("--out", help="Folder to write; replaced whole when all is done.")],
    edition: Annotated[str, typer.Option(help="board, practice or public; else the study's.")] = "",
    formats: Annotated[str, typer.Option("--formats", help="Of web, pdf, word, excel, pack; or all.")] = "web",
    template: Annotated[Path | None, typer.Option(help="A Word file of your own to fill.")] = None,
) -> None:
    """Write the blueprint of a study: pages that open from disk and, if asked, PDF, Word, Excel and the pack."""
    from chesil.blueprint.book import make_book
    from chesil.blueprint.editions import check_edition
    from chesil.blueprint.for_edition import study_for_edition
    from chesil.blueprint.publishing import publish
    from chesil.plan import make_plan
    from chesil.study import read_study

    wanted = _formats(formats)
    read = read_study(study)
    read = study_for_edition(read, check_edition(edition or read.edition))
    refuse_foreign_folder(to)
    with err.status("reading the study") as status:

        def tell(step: str) -> None:
            status.update(step)

        book = make_book(make_plan(read, tell), tell)
        path = publish(book, read, to, wanted, template=template, tell=tell)
    out.print(f"Wrote {path} ({read.edition} edition). Open it in a browser.", highlight=False)
    for name in sorted(p.name for p in to.iterdir() if p.is_file() and p.suffix in (".pdf", ".docx", ".xlsx", ".zip")):
        out.print(f"  also {to / name}", highlight=False)


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
