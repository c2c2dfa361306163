"""Commands to publish a blueprint, to work a published one out again, and to compare two."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chesil.cli.printing import Json, StudyFolder, err, out, show
from chesil.core.errors import ChesilError

if TYPE_CHECKING:
    from chesil.blueprint.pack import Pack
    from chesil.blueprint.publishing import Publication
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
    processes: Annotated[
        int, typer.Option(help="Processes that draw and write beside each other; else one a core, at most four.")
    ] = 0,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(help="The pack of a public edition given out before: what it withheld stays withheld."),
    ] = None,
) -> None:
    """Write the blueprint of a study: pages that open from disk and, if asked, PDF, Word, Excel, slides, papers, the pack."""
    from chesil.blueprint.editions import check_edition
    from chesil.blueprint.for_edition import study_for_edition
    from chesil.blueprint.pack import read_pack
    from chesil.blueprint.publishing import get_ready, publish_all
    from chesil.blueprint.word import read_template
    from chesil.blueprint.workers import open_workers, usual_processes
    from chesil.plan import plans_by_edition
    from chesil.study import read_study

    wanted = _formats(formats)
    read = read_study(study)
    packs = [read_pack(p) for p in earlier or ()]
    if template is not None:
        read_template(template)
    editions = [check_edition(e.strip()) for e in (edition or read.edition).split(",")]
    if practice and "practice" not in editions:
        raise ChesilError("`--practice` is for the practice edition", [], "Add `--edition practice`")
    folders = {e: to / e if len(editions) > 1 else to for e in editions}
    if practice != "all":
        for folder in folders.values():
            refuse_foreign_folder(folder)
    # Pages alone are written sooner than other processes are ready to help.
    is_much = len(wanted) > 1 or len(editions) > 1 or practice == "all"
    count = processes or (usual_processes() if is_much else 1)
    with err.status("reading the study") as status, open_workers(count, get_ready) as workers:
        plans = plans_by_edition([study_for_edition(read, name) for name in folders], status.update)
        publications = _publications(plans, folders, packs, wanted, template, practice, status.update)
        written = publish_all(publications, workers, status.update)
    for path in written[:MOST_LISTED]:
        out.print(
            f"Wrote {path} ({path.parent.name if len(written) > 1 else editions[0]} edition). Open it in a browser.",
            highlight=False,
        )
        for made in sorted(p.name for p in path.parent.iterdir() if p.is_file() and p.suffix in MADE):
            out.print(f"  also {path.parent / made}", highlight=False)
    if len(written) > MOST_LISTED:
        out.print(f"and {len(written) - MOST_LISTED:,} more.", highlight=False)


def _publications(
    plans: "Mapping[str, Plan]",
    folders: "Mapping[str, Path]",
    earlier: "Sequence[Pack]",
    wanted: tuple[str, ...],
    template: Path | None,
    practice: str,
    tell: "Callable[[str], None]",
) -> "Iterator[Publication]":
    """What is to be published, made one by one: an edition each, and of practices' own editions one a practice."""
    from chesil.blueprint.book import make_book
    from chesil.blueprint.earlier import kept_back
    from chesil.blueprint.for_edition import study_for_practice
    from chesil.blueprint.practice import circles, find_circle, practice_book
    from chesil.blueprint.publishing import publication_of

    for name, folder in folders.items():
        plan = plans[name]
        book = make_book(plan, tell, kept_back(plan, earlier))
        if name != "practice" or not practice:
            yield publication_of(book, plan, folder, wanted, template)
            continue
        chosen = [find_circle(plan, practice)] if practice != "all" else list(circles(plan).values())
        # Those of one network beside each other: they share most of their pictures.
        for circle in sorted(chosen, key=lambda c: (c.network, c.code)):
            own = folder / circle.code if practice == "all" else folder
            refuse_foreign_folder(own)
            # Slides and papers are for a committee, about the whole place; a practice gets what it needs to check its page.
            formats = [f for f in wanted if f not in ("slides", "papers")]
            made = publication_of(practice_book(book, plan, circle), plan, own, formats)
            yield replace(made, study=study_for_practice(plan.study, circle.code))


def verify(
    pack: Annotated[Path, typer.Argument(help="A blueprint's pack (a zip file).")], as_json: Json = False
) -> None:
    """Work out every figure of a pack again, and list any that comes out otherwise."""
    from chesil.blueprint.pack_checking import verify_pack

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
    from chesil.blueprint.pack_checking import compare_packs

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
    """Refuse, before anything is computed, a folder that cannot be written or that holds something else than a blueprint."""
    nearest = next(p for p in (to, *to.absolute().parents) if p.exists())
    if not nearest.is_dir():
        raise ChesilError(f"{nearest} is a file", [], "Name a folder that is not there yet")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ChesilError(f"{nearest} cannot be written to", [], "Name a folder of your own, or ask whoever owns it")
    if to.exists() and any(to.iterdir()) and not (to / "figures.csv").exists():
        raise ChesilError(
            f"{to} holds other files, and a blueprint replaces its folder whole", [], "Name another folder"
        )
