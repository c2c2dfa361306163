"""Places hold the published numbers, for Dorset and for every board in England at every vintage."""

import polars as pl
import pytest

import chesil
from chesil.core.errors import ChesilError, InputRefused, NotFound
from chesil.place.assembling import assemble_place
from chesil.place.catchments import areas_by_group
from chesil.place.finding import locate_postcode, search_places
from chesil.place.place import Place

ENGLAND = {"2015/16": (7797, 57_371_518, 42), "2022/23": (6484, 61_768_942, 42), "2025/26": (6139, 63_436_508, 36)}


def test_dorset_of_2022(dorset_2022: Place) -> None:
    assert dorset_2022.practices.height == 73
    assert dorset_2022.patients == 821_082
    assert dorset_2022.areas.height == 452
    assert dorset_2022.residents == 776_780
    assert dorset_2022.registrations["lsoa11"].n_unique() == 683
    assert "J81083" not in dorset_2022.practices["practice_code"]


def test_dorset_of_2026(dorset_2026: Place) -> None:
    assert dorset_2026.practices.height == 68
    assert dorset_2026.patients == 825_523
    pcns = dorset_2026.groups.filter(pl.col("group_type") == "pcn")
    assert pcns["group_code"].n_unique() == 18
    assert dorset_2026.registrations_are == "projected"
    assert dorset_2026.registrations["patients"].sum() == 825_523
    assert any("projected" in j.we_use or "moved" in j.we_use for j in dorset_2026.judgements)


def test_dorset_of_2015() -> None:
    place = assemble_place("QVV", vintage="2015/16")
    assert (place.practices.height, place.patients) == (100, 798_213)
    assert {"Y02650", "Y03661"} <= set(place.practices["practice_code"])


def test_sixpenny_handley_is_wiltshires() -> None:
    practices = assemble_place("England", vintage="2022/23").practices.filter(pl.col("practice_code") == "J81083")
    assert practices["sub_icb_code"].to_list() == ["92G"]


@pytest.mark.parametrize("vintage", ENGLAND)
def test_every_board_assembles_and_their_patients_are_englands(vintage: str) -> None:
    practices, patients, boards = ENGLAND[vintage]
    england = assemble_place("England", vintage=vintage)
    assert (england.practices.height, england.patients) == (practices, patients)
    codes = england.groups.filter(pl.col("group_type") == "icb")["group_code"].unique().sort()
    assert len(codes) == boards
    places = [assemble_place(code, vintage=vintage) for code in codes]
    assert sum(p.patients for p in places) == patients
    assert sum(p.practices.height for p in places) == practices
    assert sum(p.areas.height for p in places) == 32_844
    if vintage != "2015/16":
        for place in places:
            flows = place.registrations.group_by("practice_code").agg(pl.col("patients").sum())
            both = place.practices.join(flows, on="practice_code", how="left")
            assert (both["list_size"] == both["patients"]).all(), place.name


def test_projected_flows_fit_the_published_deprivation_of_2025() -> None:
    """The check of the projection against what it did not use: practices' deprivation as published in 2025."""
    england = assemble_place("England", vintage="2025/26")
    areas = england.areas.select("lsoa11", "imd_score_2025")
    modelled = (
        england.registrations.join(areas, on="lsoa11")
        .group_by("practice_code")
        .agg((pl.col("imd_score_2025") * pl.col("patients")).sum() / pl.col("patients").sum())
    )
    both = england.practices.drop_nulls("imd_score").join(modelled, on="practice_code")
    correlation = both.select(pl.corr("imd_score", "imd_score_2025")).item()
    error = ((both["imd_score"] - both["imd_score_2025"]) ** 2).mean() ** 0.5
    assert both.height > 6000
    assert correlation > 0.98
    assert error < 2.5


@pytest.mark.parametrize(
    "wanted", ["11J", "E06000058", "Swanage PCN", "U02749", ["J81010"], ["E01020510", "E01020511"]]
)
def test_other_ways_to_ask(wanted: str | list[str]) -> None:
    try:
        place = chesil.place(wanted, vintage="2022/23")
    except NotFound as error:
        pytest.skip(f"no such name at this vintage: {error.title}")
    assert place.patients == place.practices["list_size"].sum()
    if isinstance(wanted, str):
        assert place.areas.height > 0


def test_a_council_holds_the_practices_with_more_than_half_their_list_inside(dorset_2022: Place) -> None:
    council = assemble_place("E06000058", vintage="2022/23")
    inside = set(council.areas["lsoa11"])
    for code, rows in council.registrations.group_by("practice_code"):
        within = rows.filter(pl.col("lsoa11").is_in(list(inside)))["patients"].sum()
        assert within * 2 > rows["patients"].sum(), code


def test_a_place_knows_who_lives_beyond_its_edge_and_who_is_registered_elsewhere(dorset_2022: Place) -> None:
    inside = set(dorset_2022.areas["lsoa11"])
    assert inside.isdisjoint(set(dorset_2022.areas_beyond["lsoa11"]))
    mine = dorset_2022.registrations.filter(pl.col("lsoa11").is_in(list(inside)))["patients"].sum()
    assert mine + dorset_2022.registered_elsewhere["patients"].sum() == 827_182


def test_a_list_that_cannot_be_used_names_each_code() -> None:
    with pytest.raises(InputRefused) as error:
        chesil.place(["J81003", "J99999", "W91001", "J81002"])
    text = str(error.value)
    assert "J81003 (WINTON HEALTH CENTRE) closed on 31 October 2024" in text
    assert "J99999 is not a practice code of England" in text
    assert "W91001 is a Welsh practice" in text
    assert len(error.value.problems) == 3


@pytest.mark.parametrize("wanted", ["QVX", "Dorsett", []])
def test_an_unknown_place_is_refused_with_a_way_out(wanted: str | list[str]) -> None:
    with pytest.raises(ChesilError):
        chesil.place(wanted)


def test_postcodes_are_found_and_near_ones_offered() -> None:
    easting, northing = locate_postcode("dt11aa")
    assert abs(easting - 369_000) < 3_000
    assert abs(northing - 90_500) < 3_000
    assert any(m.code == "QVV" for m in search_places("DT1 1AA"))
    with pytest.raises(NotFound, match="Postcodes like it"):
        locate_postcode("DT1 1ZZ")


def test_the_fingerprint_follows_the_contents(dorset_2022: Place) -> None:
    again = assemble_place("QVV", vintage="2022/23")
    assert again.fingerprint == dorset_2022.fingerprint
    other = dorset_2022.with_tables(practices=dorset_2022.practices.head(72))
    assert other.fingerprint != dorset_2022.fingerprint
    assert dorset_2022.practices.height == 73


def test_every_area_has_one_network_at_most(dorset_2026: Place) -> None:
    owner = areas_by_group(dorset_2026, "pcn")
    assert owner["lsoa11"].is_unique().all()
    assert owner.height > 440


def test_a_board_merged_since_is_followed_back_and_says_so() -> None:
    """West and North London is of 2026; its practices of 2022 are those of its two parents but for a handful."""
    place = assemble_place("Z9B2Z", vintage="2022/23")
    parents = [assemble_place(code, vintage="2022/23") for code in ("QMJ", "QRV")]
    theirs = {c for p in parents for c in p.practices["practice_code"]}
    mine = set(place.practices["practice_code"])
    assert len(mine ^ theirs) < 10
    assert any("more than half" in j.we_use for j in place.judgements)
    with pytest.raises(NotFound, match="is not held at 2015/16"):
        assemble_place("Z9B2Z", vintage="2015/16")
