"""Options and proposals are read whole or refused with every fault and the nearest right word."""

from pathlib import Path

import pytest

from chesil.core.errors import InputRefused
from chesil.registers.options import read_option
from chesil.registers.proposals import Proposal, read_proposal, write_proposal

SOUND = """
schema_version = 1
title = "Merge two practices"
is_illustration = true
[[edit]]
verb = "MergePractices"
closing = "Z99001"
into = "Z99002"
reason = "retirement"
[[cost]]
what = "moving"
gbp = 20000
year = 2027
"""


def test_a_sound_option(tmp_path: Path) -> None:
    path = tmp_path / "merge.toml"
    path.write_text(SOUND)
    option = read_option(path)
    assert option.name == "merge"
    assert option.edits[0].verb == "MergePractices"
    assert option.edits[0].fields == {"closing": "Z99001", "into": "Z99002"}


def test_every_fault_of_an_option_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        'titel = "x"\n[[edit]]\nverb = "MergePractises"\n[[edit]]\nverb = "CloseSite"\nsit = "S1"\n[[cost]]\nwhat = "x"\ngbp = 1\n'
    )
    with pytest.raises(InputRefused) as error:
        read_option(path)
    text = str(error.value)
    for part in (
        "`titel` is not a field of an option. Did you mean title?",
        "Did you mean MergePractices",
        "CloseSite needs `site`",
        "CloseSite has no field `sit`. Did you mean site?",
        "CloseSite gives no reason",
        "cost 1: `year` is missing",
    ):
        assert part in text, part


def test_a_proposal_comes_back_as_it_was_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    proposal = Proposal(
        "groups-1", "groups", "Groups", "abc", {"low": 30000}, "HiGHS", 1, 12.5, 12.5, 0.0, True, 3.2,
        ({"practice_code": "Z99001", "group": "A"},),
    )  # fmt: skip
    path = write_proposal(proposal, tmp_path)
    assert read_proposal(path) == proposal
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 9'))
    with pytest.raises(InputRefused, match="schema version 9 is not known"):
        read_proposal(path)
