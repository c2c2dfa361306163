"""The pack: anybody can work it out again, damage is named, changes are explained, private tables stay out of the public's."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from chesil.blueprint.book import make_book
from chesil.blueprint.for_edition import study_for_edition
from chesil.blueprint.pack import read_pack, refuse_published, write_pack
from chesil.blueprint.pack_checking import compare_packs, verify_pack, why_of
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
LIST = "list_size/J81002/2025-26"
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
    assert count > 100 and not differences
    assert ["rebuilt by anybody" in n for n in notes] == ([True] if which == "public" else [])


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


def _tampered(pack: Path, path: Path, name: str, change: Callable[[bytes], bytes], *, also_sums: bool) -> Path:
    """A copy of a pack with one file changed and, by somebody who takes care, its check sum in the manifest too."""
    with zipfile.ZipFile(pack) as old, zipfile.ZipFile(path, "w") as new:
        held = {n: old.read(n) for n in old.namelist()}
        held[name] = change(held[name])
        if also_sums:
            manifest = json.loads(held["manifest.json"])
            manifest["files"][name]["sha256"] = sha256(held[name]).hexdigest()
            held["manifest.json"] = json.dumps(manifest).encode()
        for n, content in held.items():
            new.writestr(n, content)
    return path


def _one_more(content: bytes) -> bytes:
    """figures.parquet with one patient more on one list."""
    table = pl.read_parquet(io.BytesIO(content))
    is_it = pl.col("id").str.starts_with(LIST)
    changed = table.with_columns(pl.when(is_it).then(pl.col("value") + 1).otherwise(pl.col("value")).alias("value"))
    out = io.BytesIO()
    changed.write_parquet(out)
    return out.getvalue()


def test_a_figure_a_register_and_an_approval_that_were_changed_are_named_though_the_check_sums_were_made_again(
    board: Path, tmp_path: Path
) -> None:
    def smaller(content: bytes) -> bytes:
        return content.replace(b"500", b"400")

    def approved(content: bytes) -> bytes:
        return content.replace(b"Draft: nothing has been decided.", b"Approved by the board.")

    sites = "study/registers/sites.csv"
    with pytest.raises(InputRefused, match=r"study/registers/sites.csv: its bytes"):
        read_pack(_tampered(board, tmp_path / "a.pack.zip", sites, smaller, also_sums=False))
    path = _tampered(board, tmp_path / "b.pack.zip", "figures.parquet", _one_more, also_sums=True)
    path = _tampered(path, tmp_path / "c.pack.zip", sites, smaller, also_sums=True)
    path = _tampered(path, tmp_path / "d.pack.zip", "manifest.json", approved, also_sums=False)
    _, differences, _ = verify_pack(path)
    named = {d.figure.split("/business")[0] for d in differences}
    assert {LIST, "figures.csv", "manifest.json"} <= named
    assert any(n.startswith("estate_m2_per_1000/J81002") for n in named)
    assert [(d.what, d.after) for d in differences if d.figure == "manifest.json"] == [
        ("approval", "Draft: nothing has been decided.")
    ]
    assert [d.what for d in differences if d.figure.startswith("list_size")] == ["value"]


def _changed(folder: Path, to: Path, file: str, change: Callable[[str], str]) -> Path:
    shutil.copytree(folder, to)
    path = to / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(change(path.read_text() if path.exists() else ""))
    return to


def test_what_changed_is_told_with_its_cause(folder: Path, board: Path, tmp_path: Path) -> None:
    assert not compare_packs(board, board)
    place = _changed(folder, tmp_path / "place", "study.toml", lambda t: t.replace("J81012", "J81010"))
    differences = compare_packs(board, _pack(place, tmp_path / "place.pack.zip", "board"))
    gone = [d for d in differences if d.figure.startswith("list_size/J81012") and d.what == "figure"]
    come = [d for d in differences if d.figure.startswith("list_size/J81010") and d.what == "figure"]
    assert gone[0].after == "not there" and come[0].after == "there"
    assert "practices from ['J81002', 'J81012'] to ['J81002', 'J81010']" in gone[0].why

    sites = _changed(folder, tmp_path / "sites", "registers/sites.csv", lambda t: t.replace(",500,", ",400,"))
    differences = compare_packs(board, _pack(sites, tmp_path / "sites.pack.zip", "board"))
    assert differences and {d.why for d in differences} == {"data: registers/sites.csv changed"}
    assert {d.figure.split("/")[0] for d in differences} >= {"estate_m2_per_1000"}


def test_settings_options_and_methods_are_the_causes_of_what_they_change(board: Path) -> None:
    pack = read_pack(board)
    settings = pack.study["study/study.toml"]
    walk = next(i for i in pack.figures if i.startswith("access_walk_nearest/J81002"))
    slower = replace(pack, study={**pack.study, "study/study.toml": settings + b"\n[access]\nwalk_km_h = 3.0\n"})
    assert why_of(walk, pack, slower) == "setting: access.walk_km_h from nothing to 3.0"

    of_option = replace(pack.figures[walk], unit_code="QVV~small:drive:all:everybody")
    with_option = replace(
        pack,
        figures={**pack.figures, of_option.id: of_option},
        study={**pack.study, "study/options/small.toml": b"a = 1"},
    )
    changed = replace(with_option, study={**with_option.study, "study/options/small.toml": b"a = 2"})
    assert why_of(of_option.id, with_option, changed) == "option: options/small.toml changed"

    name = f"{LIST}/business_as_usual"
    other = replace(pack.figures[name], method="counted twice", value=1.0)
    assert why_of(name, pack, replace(pack, figures={name: other})) == "method: it is worked out otherwise"
    newer = replace(pack, manifest={**pack.manifest, "chesil": "9"})
    assert why_of(name, pack, newer).startswith("software: Chesil ") and "Chesil 9" in why_of(name, pack, newer)


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
