"""Every command as its user runs it, and what it says when something is wrong."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def chesil(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    code = "from chesil.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *words], cwd=cwd, capture_output=True, text=True, check=False,
                          env={"COLUMNS": "200", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": str(ROOT / "src")})  # fmt: skip


def test_places_by_text_and_by_postcode() -> None:
    assert "E02004268" in chesil("places", "swanage").stdout
    found = json.loads(chesil("places", "DT1 1AA", "--json").stdout)
    assert any(f["code"] == "QVV" for f in found)
    assert "Nothing is called" in chesil("places", "zzzzzz").stderr


def test_figure_as_json_has_the_figures_own_fields() -> None:
    record = json.loads(chesil("figure", "share_65_plus", "QVV", "--json").stdout)
    assert record["vintage"] == "2025/26"
    assert record["lower"] < record["value"] < record["upper"]
    assert record["receipts"]


def test_figure_as_at_a_day_uses_what_was_known_then() -> None:
    record = json.loads(chesil("figure", "list_size", "J81003", "--as-at", "2024-01-01", "--json").stdout)
    assert record["vintage"] == "2022/23"


def test_journey_shows_files_parts_formula_and_figure() -> None:
    text = chesil("journey", "patients_per_gp_fte", "U02749").stdout
    for part in ("1. Files", "sha256", "2. Parts", "3. Formula", "4. Figure"):
        assert part in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("figure", "lst_size", "QVV"), "Did you mean list_size"),
        (("figure", "list_size", "QVVV"), "Did you mean QVV"),
        (("figure", "list_size", "J81003"), "closed on 31 October 2024"),
        (("figure", "list_size", "QVV", "--as-at", "yesterday"), "is not a day"),
        (("figure", "list_size", "QVV", "--vintage", "2030/31"), "There is no vintage"),
        (("check", "nowhere"), "is not a study"),
        (("data", "fetch", "list_total", "--raw", "x"), "Did you mean list_totals"),
        (("data", "build", "--raw", "nowhere"), "is not there"),
        (("blueprint", "studies/dorset", "--out", "tests"), "holds other files"),
        (("blueprint", "studies/dorset", "--out", "x", "--edition", "secret"), "is not an edition"),
    ],
)
def test_what_goes_wrong_is_said_without_a_traceback(words: tuple[str, ...], said: str) -> None:
    done = chesil(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_new_check_and_blueprint_of_another_place(tmp_path: Path) -> None:
    study = tmp_path / "wessex"
    assert chesil("new", str(study), "--pcn", "U02749").returncode == 0
    assert chesil("new", str(study), "--pcn", "U02749").returncode == 2
    checked = chesil("check", str(study))
    assert "Nothing is wrong." in checked.stdout, checked.stderr
    made = chesil("blueprint", str(study), "--out", str(tmp_path / "out"))
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "out" / "index.html").exists()


def test_groups_that_a_study_draws_get_their_figures(tmp_path: Path) -> None:
    study = tmp_path / "mine"
    assert chesil("new", str(study), "--practices", "J81002,J81010,J81012").returncode == 0
    (study / "registers").mkdir()
    (study / "registers" / "groups.csv").write_text(
        "Grouping,Neighbourhood,ODS code\nHubs,East,J81002\nHubs,West,J81010\nHubs,West,J81012\n"
    )
    made = chesil("blueprint", str(study), "--out", str(tmp_path / "out"))
    assert made.returncode == 0, made.stderr
    rows = (tmp_path / "out" / "figures.csv").read_text()
    assert "list_size,study:hubs:west,West" in rows
    assert "Groups drawn in this study" in (tmp_path / "out" / "index.html").read_text()


def test_a_study_with_faults_is_refused_with_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(
        'title = "x"\npractices = ["J81003", "J99999"]\nas_att = 2026-01-01\nvintage = "2025/26"\n'
    )
    (tmp_path / "judgements.toml").write_text('[[judgement]]\nabout = "a"\n')
    (tmp_path / "registers").mkdir()
    (tmp_path / "registers" / "site.csv").write_text("a,b\n1,2\n")
    (tmp_path / "registers" / "vacancies.csv").write_text("practice_code,role,fte,since\nZ99001,gp,lots,2026-01-01\n")
    said = chesil("check", str(tmp_path)).stderr
    for part in ("Did you mean as_at", "`as_at` is missing", "J81003 (WINTON HEALTH CENTRE) closed", "J99999",
                 "`we_use` is missing", "`site` is not a register", "`lots` is not a number"):  # fmt: skip
        assert part in said, (part, said)


@pytest.mark.parametrize("command", [("check",), ("blueprint",)])
def test_settings_and_weights_are_looked_over_before_anything_is_computed(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    study = tmp_path / "s"
    shutil.copytree(ROOT / "studies" / "dorset", study)
    settings = "\n[money]\nincome_gbp = -5\n[access]\nferrys = true\n[siting]\nmode = 3\n"
    (study / "study.toml").write_text((study / "study.toml").read_text() + settings)
    weights = study / "weights" / "money_first.toml"
    weights.write_text(weights.read_text().replace("affordability = 35", "affordability = 36"))
    more = ("--out", str(tmp_path / "out")) if command == ("blueprint",) else ()
    said = chesil(*command, str(study), *more).stderr
    for part in ("a sum of money is below nought", "Did you mean ferries", "`mode` is 3, not text", "they sum to 101"):
        assert part in said, (part, said)
    assert not (tmp_path / "out").exists()


def test_data_list_and_check() -> None:
    assert "registrations" in chesil("data", "list").stdout
    assert "tables are whole, meet their contracts and agree" in chesil("data", "check").stdout


def test_variation_prints_a_practice_and_names_the_nearest_code(tmp_path: Path) -> None:
    rows = json.loads(chesil("variation", "studies/dorset", "J81012", "--json").stdout)
    assert len(rows) == 21
    parts = ("age", "sex", "deprivation", "ethnicity", "rurality", "list change", "rest")
    assert all(abs(sum(r[p] for p in parts) - r["gap"]) <= 4 for r in rows)  # each is rounded to a person
    assert "Did you mean" in chesil("variation", "studies/dorset", "J81O12").stderr


INTERRUPTED = """
import os, signal
import chesil.setting_up.grouping as grouping
from chesil.cli import main

whole, pressed = grouping.propose_for, []

def propose_for(*given, tell, **named):
    def telling(step, cost, bound):
        tell(step, cost, bound)
        if cost < float("inf") and not pressed:
            pressed.append(1)
            os.kill(os.getpid(), signal.SIGINT)
    return whole(*given, tell=telling, **named)

grouping.propose_for = propose_for
main()
"""
"""A person who presses Ctrl-C as soon as the search has a first plan."""


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")
def test_an_interrupted_proposal_of_groups_keeps_the_best_and_says_it_is_unproved(tmp_path: Path) -> None:
    """Kent and Medway has too many groups to list: pressing Ctrl-C while it searches keeps what there is."""
    study = tmp_path / "kent"
    assert chesil("new", str(study), "--icb", "QKS").returncode == 0
    env = {"COLUMNS": "200", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}
    words = [sys.executable, "-c", INTERRUPTED, "propose", "groups", str(study), "--ensemble", "0", "--seconds", "60"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    kept = json.loads((study / "proposals" / "groups.json").read_text())
    assert not kept["is_proved"] and kept["assignments"]
    assert "the best so far is kept" in done.stderr and "proved" in done.stdout
