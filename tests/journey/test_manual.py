"""The manual: its examples run as they stand, its links lead somewhere, and its reference pages hold what the code has."""

import re
import shlex
from pathlib import Path

from test_command_line import chesil

from chesil.cli import COMMANDS
from chesil.definitions import definition_names
from chesil.manual import pages, write_manual
from chesil.registers.contracts import REGISTERS
from chesil.scenario.from_options import VERBS

MANUAL = Path(__file__).parents[2] / "docs" / "manual"


def test_the_beginning_is_run_as_it_stands(tmp_path: Path) -> None:
    words = re.findall(r"^\$ chesil (.+)$|^\$ (chesil)$", (MANUAL / "beginning.md").read_text(), re.M)
    for line, _ in words:
        done = chesil(*shlex.split(line), cwd=tmp_path)
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout.strip(), line
    assert (tmp_path / "purbeck-blueprint" / "index.html").exists()
    assert (tmp_path / "to-fill-in" / "vacancies.xlsx").exists()
    again = chesil("template", "vacancies", "--out", "to-fill-in", cwd=tmp_path)
    assert again.returncode == 2 and "already there" in again.stderr
    assert "Did you mean vacancies" in chesil("template", "vacancy").stderr


def test_reference_pages_name_everything_there_is() -> None:
    made = pages()
    for command in COMMANDS:
        assert f"## `chesil {command.__name__.replace('_', '-')}`" in made["commands.md"]
    for page, names in (("registers.md", REGISTERS), ("edits.md", VERBS)):
        assert all(f"## `{n}`" in made[page] for n in names)
    for page, kind in (("measures.md", "measures"), ("parameters.md", "parameters")):
        assert all(f"`{n}`" in made[page] for n in definition_names(kind))
    for analysis in ("need", "siting", "appraisal"):
        assert f"## `[{analysis}]`" in made["settings.md"]


def test_reference_pages_are_written_whole_and_only_where_they_changed(tmp_path: Path) -> None:
    assert len(write_manual(tmp_path)) == len(pages())
    assert write_manual(tmp_path) == []


def test_the_reference_pages_kept_are_as_the_code_has_them() -> None:
    stale = [n for n, text in pages().items() if (MANUAL / "reference" / n).read_text(encoding="utf-8") != text]
    assert not stale, f"{', '.join(stale)}: run `make manual`"


def test_every_link_of_the_docs_leads_somewhere() -> None:
    root = MANUAL.parents[1]
    dead = [
        f"{page.relative_to(root)} -> {to}"
        for page in (root / "README.md", *root.glob("docs/**/*.md"), *root.glob("benchmarks/*.md"))
        for to in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in to and not (page.parent / to).exists()
    ]
    assert not dead, "\n".join(dead)
