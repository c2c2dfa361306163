"""The embedded pack is whole, small, agrees with itself and names its damage."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from chesil.core.errors import InputRefused, PackDamaged
from chesil.core.tables import check_table
from chesil.packing.build import build_pack
from chesil.packing.checks import check_totals
from chesil.packs.coverage import coverage_grid, table_list
from chesil.packs.pack import CONTRACTS, ENGLAND, find_damage, read_manifest, read_table

MOST_BYTES = 30_000_000


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return {name: read_table(name) for name in read_manifest().tables}


def test_every_table_is_there_meets_its_contract_and_its_check_sum(tables: dict[str, pl.DataFrame]) -> None:
    assert set(tables) == set(CONTRACTS)
    assert find_damage() == []
    for name, table in tables.items():
        assert check_table(table, CONTRACTS[name], name).height == read_manifest().tables[name].rows


def test_totals_agree(tables: dict[str, pl.DataFrame]) -> None:
    check_totals(tables)


def test_a_total_that_does_not_agree_is_refused(tables: dict[str, pl.DataFrame]) -> None:
    fewer = {**tables, "registrations": tables["registrations"].slice(1)}
    with pytest.raises(InputRefused, match="do not add up to their list"):
        check_totals(fewer)


def test_the_pack_is_small() -> None:
    assert sum(p.stat().st_size for p in ENGLAND.iterdir()) <= MOST_BYTES


def test_nothing_that_can_be_derived_is_stored() -> None:
    names = [c.name for contract in CONTRACTS.values() for c in contract.columns]
    assert not [n for n in names if any(word in n for word in ("rank", "decile", "quintile", "percent"))]


def test_every_table_has_receipts_with_licence_and_check_sum() -> None:
    manifest = read_manifest()
    for name in manifest.tables:
        ids = manifest.receipts_of(name)
        assert ids, name
        for receipt in (manifest.receipts[i] for i in ids):
            assert receipt.licence and len(receipt.sha256) == 64 and receipt.rows_read


def test_areas_and_registers_hold_the_published_totals(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["areas"].height == 32_844
    assert tables["area_ages"].drop("lsoa11").sum().sum_horizontal()[0] == 56_550_138
    registers = tables["registers"].filter(
        pl.col("practice_code").str.starts_with("J81") & (pl.col("practice_code") != "J81083")
    )
    asthma = registers.filter((pl.col("year") == "2021/22") & (pl.col("register") == "AF"))
    assert (asthma.height, asthma["list_size"].sum()) == (73, 820_051)


def test_most_deprived_fifth_agrees_with_the_number_of_areas() -> None:
    from chesil.place.assembling import assemble_place

    england = assemble_place("England", vintage="2022/23")
    assert england.areas["in_most_deprived_fifth_2019"].sum() == 6_568


def test_no_zero_is_invented_for_a_blank_return(tables: dict[str, pl.DataFrame]) -> None:
    staff = tables["staff"].filter((pl.col("vintage") == "2022/23") & (pl.col("role") == "nurses"))
    practices = tables["practices"].filter((pl.col("vintage") == "2022/23") & (pl.col("icb_code") == "QVV"))
    assert practices.join(staff, on="practice_code", how="anti").height == 2


def test_borders_and_coasts(tables: dict[str, pl.DataFrame]) -> None:
    edges = tables["area_outer_edges"]
    kilometres = {k: v / 1000 for k, v in edges.group_by("kind").agg(pl.col("length_m").sum()).iter_rows()}
    assert 5000 < kilometres["water"] < 9000
    assert 400 < kilometres["national_border"] < 700
    names = dict(tables["areas"].select("lsoa11", "area_name").iter_rows())
    land = {names[c].rsplit(" ", 1)[0] for c in edges.filter(pl.col("kind") == "national_border")["lsoa11"]}
    assert {"Shropshire", "Herefordshire", "Northumberland"} <= {n.split(",")[0] for n in land}
    assert not [n for n in land if n.startswith(("Poole", "Weymouth", "Cornwall", "Isle"))]
    wet = {names[c].rsplit(" ", 1)[0] for c in edges.filter(pl.col("kind") == "water")["lsoa11"]}
    assert {"Poole", "Weymouth and Portland", "Purbeck"} <= wet


def test_a_damaged_table_is_named_with_the_way_out(tmp_path: Path) -> None:
    folder = tmp_path / "england"
    shutil.copytree(ENGLAND, folder)
    (folder / "sites.parquet").write_bytes(b"cut")
    with pytest.raises(PackDamaged, match=r"`sites` is damaged[\s\S]*chesil data build"):
        read_table("sites", folder=folder)
    assert "sites.parquet" in str(find_damage(folder)[0])
    (folder / "manifest.json").write_text("{")
    read_manifest.cache_clear()
    with pytest.raises(PackDamaged, match="no readable manifest"):
        read_manifest(folder)


def test_the_coverage_grid_and_the_list() -> None:
    grid = {r["column"]: r for r in coverage_grid().iter_rows(named=True)}
    assert grid["registrations"]["2015/16"] == "–"
    assert grid["registrations"]["2022/23"] == "100%"
    assert len(table_list()) == len(CONTRACTS)


@pytest.mark.raw
def test_the_same_raw_bytes_give_the_same_pack(raw_folder: Path, tmp_path: Path) -> None:
    rewritten = build_pack(raw_folder, tmp_path / "england")
    assert set(rewritten) == set(CONTRACTS)
    for path in sorted(ENGLAND.iterdir()):
        assert (tmp_path / "england" / path.name).read_bytes() == path.read_bytes(), path.name
    assert build_pack(raw_folder, tmp_path / "england") == []
