"""Shared by all tests: the raw folder if there is one, a chesil command, and places assembled once."""

import os
from pathlib import Path

import pytest

from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.plan import Plan, make_plan
from chesil.study import read_study

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def raw_folder() -> Path:
    """The publishers' raw files, or a skip that says how to run the test."""
    folder = os.environ.get("CHESIL_RAW", "")
    if not folder:
        pytest.skip("needs the publishers' raw files: CHESIL_RAW=DIR python -m pytest -m raw")
    return Path(folder)


@pytest.fixture(scope="session")
def dorset_2022() -> Place:
    return assemble_place("QVV", vintage="2022/23")


@pytest.fixture(scope="session")
def dorset_2026() -> Place:
    return assemble_place("QVV", vintage="2025/26")


@pytest.fixture(scope="session")
def dorset_plan() -> Plan:
    return make_plan(read_study(ROOT / "studies" / "dorset"))
