"""Worked examples of resilience: what flags, what is unknown, and what no edition may show."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from chesil.analyses.resilience import ResilienceSettings, all_offers, match_support
from chesil.analyses.resilience.readiness import group_pace, latest_scores
from chesil.analyses.resilience.rule import (
    all_criteria,
    count_states,
    evidence_for,
    judge_practices,
    threshold_words,
)
from chesil.core.errors import InputRefused
from chesil.core.settings import settings_from
from chesil.place.place import Place
from chesil.study import read_study

EMPTY = pl.DataFrame({"practice_code": pl.Series([], dtype=pl.String)})
NO_GROUPS = pl.DataFrame(
    schema={"group_type": pl.String, "group_code": pl.String, "group_name": pl.String, "member_type": pl.String,
            "member_code": pl.String, "vintage": pl.String}
)  # fmt: skip
PRACTICES = pl.DataFrame(
    {
        "practice_code": ["Z99001", "Z99002", "Z99003"],
        "practice_name": ["Abbey", "Brook", "Cliff"],
        "list_size": [6000, 4000, 3000],
    }
)
STAFF = pl.DataFrame(
    {
        "practice_code": ["Z99001", "Z99002"],
        "role": ["gp_fully_qualified"] * 2,
        "headcount": [3.0, 1.0],
        "fte": [3.0, 1.0],
    }
)
RATINGS = pl.DataFrame({"practice_code": ["Z99001"], "rating": ["Good"], "year_of_rating": [2024]})
BEFORE = pl.DataFrame({"practice_code": ["Z99001", "Z99002"], "list_size": [5900, 3000]})
ENTRY = {"practice_code": "Z99003", "kind": "leadership", "value": "two partners in dispute", "source": "LMC",
         "known_on": date(2026, 5, 1), "board_only": True}  # fmt: skip


def place() -> Place:
    return Place(
        name="Testbury", code="T", kind="practices", vintage="2022/23", as_at=date(2026, 11, 24), areas=EMPTY,
        areas_beyond=EMPTY, area_ages=EMPTY, practices=PRACTICES, practice_ages=EMPTY, registrations=EMPTY,
        registered_elsewhere=EMPTY, registers=EMPTY, staff=STAFF, payments=EMPTY, sites=EMPTY, groups=NO_GROUPS,
    )  # fmt: skip


def entries(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([{**ENTRY, **r} for r in rows])


def judged(local: pl.DataFrame | None = None, settings: ResilienceSettings | None = None) -> dict[tuple[str, str], str]:
    flags = judge_practices(place(), place(), place(), BEFORE, RATINGS, local, settings or ResilienceSettings())
    return {(r["practice_code"], r["criterion"]): r["state"] for r in flags.iter_rows(named=True)}


def test_a_flag_is_seen_and_what_nobody_published_is_unknown() -> None:
    """Abbey: rated good, 2,000 to a GP, list +2%. Brook: 4,000 to a GP (above the quartile of 3,500), list +33%.
    Cliff has no return, no rating and no earlier list: all unknown, not clear."""
    state = judged()
    assert [state["Z99001", c] for c in ("cqc_rating", "patients_per_gp", "significant_change")] == ["clear"] * 3
    assert [state["Z99002", c] for c in ("cqc_rating", "patients_per_gp", "significant_change")] == [
        "unknown",
        "flag",
        "flag",
    ]
    assert {s for (p, _), s in state.items() if p == "Z99003"} == {"unknown"}


def test_flags_clears_and_unknowns_add_up_to_twelve() -> None:
    flags = judge_practices(place(), place(), place(), BEFORE, RATINGS, None, ResilienceSettings())
    counts = count_states(flags)
    assert len(all_criteria()) == 12
    assert (counts["flag"] + counts["clear"] + counts["unknown"]).to_list() == [12, 12, 12]
    assert counts["unknown"].to_list() == [9, 10, 12]


def test_a_local_entry_stands_before_silence_and_the_newest_stands() -> None:
    local = entries(
        {"kind": "unfilled_sessions", "value": "15%"},
        {"kind": "leadership", "value": "no concern"},
        {"kind": "list_closed", "value": "applied in May", "known_on": date(2026, 5, 1)},
        {"kind": "list_closed", "value": "no: withdrawn", "known_on": date(2026, 8, 1)},
        {"kind": "cqc_rating", "value": "Requires improvement"},
        {"kind": "lease", "value": "ends 2027"},
    )
    state = judged(local)
    assert state["Z99003", "unfilled_sessions"] == "flag"
    assert state["Z99003", "leadership"] == "clear"
    assert state["Z99003", "list_closure"] == "clear"
    assert state["Z99003", "cqc_rating"] == "flag"
    assert state["Z99003", "qof"] == "unknown"


def test_a_threshold_can_be_changed_and_is_shown() -> None:
    gentle = ResilienceSettings(list_change_pct=50.0, patients_per_gp_quantile=0.99)
    assert judged(settings=gentle)["Z99002", "significant_change"] == "clear"
    change = next(c for c in all_criteria() if c.code == "significant_change")
    assert "50%" in threshold_words(change, gentle)


def test_evidence_about_people_is_the_boards_alone() -> None:
    local = entries({}, {"kind": "list_closed", "value": "yes", "board_only": None})
    assert evidence_for(local, "board") is not None
    for edition in ("practice", "public"):
        kept = evidence_for(local, edition)
        assert kept is not None
        assert kept["kind"].to_list() == ["list_closed"]


def test_a_percentage_that_is_none_is_refused_with_its_row() -> None:
    with pytest.raises(InputRefused, match="row 3"):
        judged(entries({}, {"kind": "qof_pct", "value": "quite good"}))
    with pytest.raises(InputRefused, match="0 to 100"):
        judged(entries({"kind": "phone_pct", "value": "140%"}))


def test_support_fits_flags_and_says_what_has_ended() -> None:
    local = {"name": "Board's buddy scheme", "from": date(2026, 4, 1), "fits": ["qof"], "reference": "board paper 7"}
    offers = all_offers(ResilienceSettings(offers=(local,)))
    matched = match_support(["qof"], offers, date(2026, 11, 24))
    assert matched[0][0].name == "Board's buddy scheme"
    assert matched[0][2]
    assert not any(is_open for offer, _, is_open in matched if offer.name != "Board's buddy scheme")
    assert match_support([], offers, date(2026, 11, 24)) == []


def test_readiness_takes_the_newest_answer_and_the_least_ready_sets_the_pace() -> None:
    said = pl.DataFrame(
        {
            "practice_code": ["Z99001", "Z99001", "Z99001", "Z99002"],
            "question": ["leadership", "leadership", "premises", "leadership"],
            "score": [1, 4, 2, 4],
            "answered_on": [date(2025, 1, 1), date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 1)],
        }
    )
    scores = latest_scores(said, date(2026, 11, 24))
    assert scores["score"].to_list() == [3.0, 4.0]
    assert scores["lowest"].to_list() == ["premises", "leadership"]
    assert group_pace(scores, ("Z99001", "Z99002", "Z99003")) == (3.0, 2)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"list_change_pct": 300}, "between 0 and 100"),
        ({"patients_per_gp_quantile": 1.5}, "between 0 and 1"),
        ({"offers": [{"name": "x", "from": "soon", "fits": ["qof"], "reference": "y"}]}, "not a day"),
        ({"offers": [{"name": "x", "fitz": ["qof"]}]}, "fits"),
        ({"list_chang_pct": 10}, "list_change_pct"),
    ],
)
def test_settings_that_cannot_be_are_refused(said: dict[str, object], word: str) -> None:
    with pytest.raises(InputRefused, match=word):
        settings_from(ResilienceSettings, said, "study.toml [resilience]")


def test_an_offer_for_a_criterion_that_is_not_there_is_refused() -> None:
    offer = {"name": "x", "from": date(2026, 1, 1), "fits": ["quof"], "reference": "y"}
    with pytest.raises(InputRefused, match="qof"):
        all_offers(ResilienceSettings(offers=(offer,)))


def test_dorset_by_the_rule_and_no_name_in_the_public_edition(dorset_plan) -> None:  # type: ignore[no-untyped-def]
    """What the rule gives is printed beside the strategy's own 25%; the public edition has no figure of a practice."""
    from chesil.setting_up.resilience import resilience_alone

    share = dorset_plan.figures["resilience_share_flagged", "QVV"]
    assert share.denominator == 68
    assert 0 < share.value < 100
    study = replace(read_study(Path(__file__).parents[2] / "studies" / "dorset"), edition="public")
    place, found = resilience_alone(study)
    practices = set(place.practices["practice_code"])
    assert not {f.unit_code for f in found.figures} & practices
    assert not any(p in note for f in found.figures for note in f.notes for p in practices)


def test_the_model_of_endings_is_off_and_never_a_list(tmp_path: Path) -> None:
    """Off by default; switched on, only the practice's own edition sees it."""
    from chesil.analyses.resilience.endings import may_be_shown
    from chesil.core.errors import ChesilError

    assert not ResilienceSettings().endings_model
    with pytest.raises(ChesilError, match="is off"):
        may_be_shown(False, "practice")
    for edition in ("board", "public"):
        with pytest.raises(ChesilError, match="practice sees it first"):
            may_be_shown(True, edition)
    may_be_shown(True, "practice")


def test_the_model_of_endings_says_less_of_a_large_list_than_of_a_small_one() -> None:
    """It follows list size; what is not known is named, and England's mean stands in."""
    from math import log

    from chesil.analyses.resilience.endings import outlook

    small, large = (outlook({"log_list": log(n), "rural": 0.0}, n) for n in (1500, 15000))
    assert small.chance_pct > 4 * large.chance_pct
    assert (round(small.same_size_pct, 1), round(large.same_size_pct, 1)) == (44.0, 1.6)
    assert "growth of the list" in small.unknown
    assert "rural" not in small.unknown


def test_no_plan_holds_a_figure_of_endings_of_a_practice(dorset_plan) -> None:  # type: ignore[no-untyped-def]
    mine = {m for m, card in dorset_plan.cards.items() if card.made_by == "resilience"}
    held = {m for m in mine if "ending" in m or "ended" in m}
    assert held == {"resilience_band_ended"}
    assert all(c.startswith("ENGLAND:") for m, c in dorset_plan.figures if m == "resilience_band_ended")
