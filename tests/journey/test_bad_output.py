"""What goes wrong while publishing: said clearly, and nothing is left half-published."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chesil.blueprint.fonts import PRINT_FILES, check_fonts
from chesil.cli.publishing import refuse_foreign_folder
from chesil.core.errors import ChesilError
from chesil.core.whole_files import whole_folder

COMMAND = (sys.executable, "-c", "from chesil.cli import main; main()")
STUDY = 'schema_version = 1\ntitle = "Two practices"\npractices = ["J81002", "J81012"]\nas_at = 2026-11-24\n'


def _study(tmp_path: Path) -> Path:
    folder = tmp_path / "two"
    folder.mkdir()
    (folder / "study.toml").write_text(STUDY)
    return folder


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ChesilError, match="is a file"):
        refuse_foreign_folder(tmp_path / "file" / "out")
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    if not os.access(locked, os.W_OK):  # whoever runs the test may write anywhere
        with pytest.raises(ChesilError, match="cannot be written to"):
            refuse_foreign_folder(locked / "out")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_is_not_a_blueprint_is_refused_by_the_command_without_a_traceback(tmp_path: Path) -> None:
    study, mine = _study(tmp_path), tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    done = _chesil("blueprint", str(study), "--out", str(mine))
    assert (
        done.returncode != 0 and "holds other files" in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
    )
    assert [p.name for p in mine.iterdir()] == ["thesis.txt"]


def test_a_missing_typeface_is_named(tmp_path: Path) -> None:
    with pytest.raises(ChesilError, match=PRINT_FILES[0]):
        check_fonts(tmp_path)
    check_fonts()


def test_a_folder_that_cannot_take_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "old.txt").write_text("old")
    real = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if self.suffix == ".part":
            raise OSError("the disc is gone")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disc"), whole_folder(out) as folder:
        (folder / "new.txt").write_text("new")
    assert [p.name for p in out.iterdir()] == ["old.txt"] and [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("processes", ["1", "2"])
def test_an_interrupt_while_publishing_leaves_nothing(tmp_path: Path, processes: str) -> None:
    study, out = _study(tmp_path), tmp_path / "out"
    running = subprocess.Popen(
        [*COMMAND, "blueprint", str(study), "--out", str(out), "--formats", "all",
         "--processes", processes],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        while not (begun := list(tmp_path.glob(".out.*"))) and running.poll() is None:
            time.sleep(0.02)
        assert begun
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the command and its workers alike
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode != 0, "it was done before it could be interrupted"
    assert b"Traceback" not in said
    assert [p.name for p in tmp_path.iterdir()] == ["two"]


def _chesil(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
