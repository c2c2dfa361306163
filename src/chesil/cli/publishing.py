"""Commands to publish a blueprint."""

from pathlib import Path
from typing import Annotated

import typer

from chesil.cli.printing import StudyFolder, err, out
from chesil.core.errors import ChesilError


def blueprint(
    study: StudyFolder,
    to: Annotated[Path, typer.Option("--out", help="Folder to write; replaced whole when all is done.")],
    edition: Annotated[str, typer.Option(help="board, practice or public; else the study's.")] = "",
) -> None:
    """Write the blueprint of a study as pages that open from disk."""
    from dataclasses import replace

    from chesil.blueprint.editions import check_edition
    from chesil.blueprint.html import publish_html
    from chesil.plan import make_plan
    from chesil.study import read_study

    read = read_study(study)
    if edition:
        read = replace(read, edition=check_edition(edition))
    refuse_foreign_folder(to)
    with err.status("reading the study") as status:
        plan = make_plan(read, lambda step: status.update(step))
        path = publish_html(plan, to, lambda step: status.update(step))
    out.print(f"Wrote {path} ({read.edition} edition). Open it in a browser.", highlight=False)


def refuse_foreign_folder(to: Path) -> None:
    """Refuse to replace a folder that holds something else than an earlier blueprint."""
    if to.is_file():
        raise ChesilError(f"{to} is a file", [], "Name a folder that is not there yet")
    if to.exists() and any(to.iterdir()) and not (to / "figures.csv").exists():
        raise ChesilError(
            f"{to} holds other files, and a blueprint replaces its folder whole", [], "Name another folder"
        )
