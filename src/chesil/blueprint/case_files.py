"""A business case as a file: Markdown or Word, by the ending of its name, written whole or not at all."""

from datetime import date
from pathlib import Path

from docx import Document

from chesil.appraisal.business_case import BusinessCase
from chesil.blueprint.same_twice import make_same_twice
from chesil.core.errors import ChesilError
from chesil.core.whole_files import whole_file, write_whole

GAPS = "Gaps"
NOTHING = "Nothing from the study."


def write_case_file(case: BusinessCase, path: Path, day: date) -> Path:
    """Write the case at `path`, which ends in .md or .docx; `ChesilError` for another ending."""
    if path.suffix == ".md":
        return write_whole(path, as_markdown(case))
    if path.suffix != ".docx":
        raise ChesilError(
            f"`{path.name}` ends in neither .md nor .docx", [], "Name the file so that its ending says which"
        )
    document = Document()
    document.core_properties.title = case.title
    document.add_heading(case.title, 0)
    for line in case.opening:
        document.add_paragraph(line)
    document.add_heading(f"{GAPS}: {len(case.gaps)}", 1)
    for gap in case.gaps:
        document.add_paragraph(gap, style="List Bullet")
    for part in case.parts:
        document.add_heading(part.heading, 1)
        for line in part.said or (NOTHING,):
            document.add_paragraph(line)
        for gap in part.gaps:
            document.add_paragraph(f"Gap: {gap}", style="List Bullet")
    with whole_file(path) as temporary:
        document.save(str(temporary))
        make_same_twice(temporary, day)
    return path


def as_markdown(case: BusinessCase) -> str:
    """The case as Markdown: gaps first, then each part with its own."""
    lines = [
        f"# {case.title}",
        "",
        *case.opening,
        "",
        f"## {GAPS}: {len(case.gaps)}",
        "",
        *(f"- {g}" for g in case.gaps),
    ]
    for part in case.parts:
        lines += ["", f"## {part.heading}", "", "\n\n".join(part.said or (NOTHING,)), ""]
        lines += [f"- Gap: {g}" for g in part.gaps]
    return "\n".join(lines) + "\n"
