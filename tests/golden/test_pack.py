"""The pack: anybody can work it out again, damage is named, changes are explained, private tables stay out of the public's."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from chesil.blueprint.book import make_book
from chesil.blueprint.for_edition import study_for_edition
from chesil.blueprint.pack import compare_packs, read_pack, refuse_published, verify_pack, write_pack
from chesil.core.errors import ChesilError, InputRefused
from chesil.plan import make_plan
from chesil.study import Approval, read_study

STUDY = """schema_version = 1
title = "Two practices"
practices = ["J81002", "J81012"]
vintage = "2022/23"
as_at = 2026-11-24
edition = "board"
"""
SITES = "site_code,practice_code,site_name,postcode,gia_m2,rent_gbp,lease_end\nJ81002,J81002,Main,,500,41237.75,2027-03-31\n"
EVIDENCE = "practice_code,kind,value,known_on\nJ81002,retirement_notice,two partners,2026-01-01\n"
VACANCIES = "practice_code,role,fte,since\nJ81002,gp,1.5,2026-01-01\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "two"
    (folder / "registers").mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY)
    for name, text in (("sites", SITES), ("local_evidence", EVIDENCE), ("vacancies", VACANCIES)):
        (folder / "registers" / f"{name}.csv").write_text(text)
    return folder


def _pack(folder: Path, path: Path, edition: str) -> Path:
    study = study_for_edition(read_study(folder), edition)
    return write_pack(make_book(make_plan(study)), study, path)


@pytest.fixture(scope="module")
def board(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _pack(folder, tmp_path_factory.mktemp("packs") / "board.pack.zip", "board")


@pytest.fixture(scope="module")
def public(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _pack(folder, tmp_path_factory.mktemp("packs") / "public.pack.zip", "public")


@pytest.mark.parametrize("which", ["board", "public"])
def test_every_figure_of_a_pack_comes_out_the_same(which: str, request: pytest.FixtureRequest) -> None:
    count, differences, notes = verify_pack(request.getfixturevalue(which))
    assert count > 100 and not differences and not notes


def test_the_same_twice(folder: Path, board: Path, tmp_path: Path) -> None:
    assert _pack(folder, tmp_path / "again.pack.zip", "board").read_bytes() == board.read_bytes()


def test_the_public_pack_holds_nothing_private(board: Path, public: Path) -> None:
    with zipfile.ZipFile(board) as opened:
        assert "study/registers/local_evidence.csv" in opened.namelist()
    with zipfile.ZipFile(public) as opened:
        held = {n: opened.read(n) for n in opened.namelist()}
    assert not [n for n in held if "local_evidence" in n or "vacancies" in n]
    everything = b"".join(c for n, c in held.items() if n.endswith((".csv", ".json", ".toml", ".txt")))
    for private in (b"two partners", b"41237.75", b"2027-03-31"):
        assert private not in everything
    assert b"500" in held["study/registers/sites.csv"]
    assert b"rebuilt by anybody" in held["README.txt"]


def test_the_dictionary_describes_every_column(board: Path) -> None:
    with zipfile.ZipFile(board) as opened:
        dictionary = json.loads(opened.read("figures.csv-metadata.json"))
        heads = opened.read("figures.csv").decode().splitlines()[0].split(",")
    assert [c["name"] for c in dictionary["tableSchema"]["columns"]] == heads


def test_a_changed_file_is_named_and_a_stranger_refused(board: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pack.zip"
    with zipfile.ZipFile(board) as old, zipfile.ZipFile(wrong, "w") as new:
        for name in old.namelist():
            if name != "sources.json":
                new.writestr(name, old.read(name) + (b"x" if name == "figures.csv" else b""))
        new.writestr("extra.txt", "x")
    with pytest.raises(InputRefused) as refused:
        read_pack(wrong)
    told = str(refused.value)
    assert "figures.csv: its bytes" in told and "sources.json: is missing" in told and "extra.txt: is not in" in told
    (tmp_path / "text.zip").write_text("not a zip")
    with pytest.raises(ChesilError, match="not a pack"):
        read_pack(tmp_path / "text.zip")


def test_what_changed_is_told_with_its_cause(folder: Path, board: Path, tmp_path: Path) -> None:
    changed = tmp_path / "two"
    shutil.copytree(folder, changed)
    text = (changed / "study.toml").read_text()
    (changed / "study.toml").write_text(text.replace('["J81002", "J81012"]', '["J81002", "J81010"]'))
    differences = compare_packs(board, _pack(changed, tmp_path / "new.pack.zip", "board"))
    gone = [d for d in differences if d.figure.startswith("list_size/J81012") and d.what == "figure"]
    come = [d for d in differences if d.figure.startswith("list_size/J81010") and d.what == "figure"]
    assert gone[0].after == "not there" and come[0].after == "there"
    assert {d.why for d in differences} == {"the study changed"}
    assert not compare_packs(board, board)


def test_a_published_version_is_never_written_over_and_software_does_not_approve(folder: Path, tmp_path: Path) -> None:
    approved = tmp_path / "approved"
    shutil.copytree(folder, approved)
    text = (approved / "study.toml").read_text()
    (approved / "study.toml").write_text(
        text + '\n[approval]\nstate = "approved"\nby = "The committee"\non = 2026-12-01\n'
    )
    with pytest.raises(InputRefused, match="needs `evidence`"):
        read_study(approved)
    with (approved / "study.toml").open("a") as file:
        file.write('evidence = "minute 7"\n')
    out = tmp_path / "out"
    out.mkdir()
    _pack(approved, out / "two.pack.zip", "board")
    with pytest.raises(ChesilError, match="never written over"):
        refuse_published(out)
    assert "minute 7" in read_study(approved).approval.words
    assert Approval().words.startswith("Draft")
