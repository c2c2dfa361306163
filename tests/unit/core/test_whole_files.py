"""A file or folder appears whole or not at all."""

from pathlib import Path

import pytest

from chesil.core.whole_files import whole_file, whole_folder, write_whole


def test_an_interrupt_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = write_whole(tmp_path / "a.txt", "old")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_is_replaced_whole_or_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with whole_folder(out) as folder:
        (folder / "one").write_text("1")
    with pytest.raises(RuntimeError), whole_folder(out) as folder:
        (folder / "two").write_text("2")
        raise RuntimeError
    assert [p.name for p in out.iterdir()] == ["one"]
    with whole_folder(out) as folder:
        (folder / "three").write_text("3")
    assert [p.name for p in out.iterdir()] == ["three"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
