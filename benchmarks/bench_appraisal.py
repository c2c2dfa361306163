"""How long it takes to weigh six options of Dorset: 10,000 draws of weights and figures, two people's weights.

Run: python benchmarks/bench_appraisal.py [study]. The options of the study are computed once and varied to make six.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from chesil.appraisal.appraising import appraise_options
from chesil.appraisal.criteria import load_criteria
from chesil.appraisal.scoring import OptionFigures
from chesil.measures.asking import newest_vintage
from chesil.measures.card import load_measure
from chesil.place.assembling import assemble_place
from chesil.setting_up.appraisal import appraisal_of, read_weightings, what_ifs
from chesil.study import read_study

SIX, RUNS, DRAWS = 6, 7, 10_000


def six_options(found) -> list[OptionFigures]:  # type: ignore[no-untyped-def]
    """The study's options, and copies whose figures differ by a few per cent until there are six."""
    options = [OptionFigures(o.name, o.title, o.feeding) for o in found.options]
    while len(options) < SIX:
        like, times = options[len(options) % len(found.options)], 1 + 0.02 * len(options)
        figures = {
            m: replace(f, value=f.value * times, lower=None, upper=None) if f.value is not None else f
            for m, f in like.figures.items()
        }
        options.append(OptionFigures(f"copy{len(options)}", f"Copy {len(options)}", figures))
    return options


def main() -> None:
    study = read_study(Path(sys.argv[1] if len(sys.argv) > 1 else "studies/dorset"))
    vintages = {study.vintage, newest_vintage(load_measure("patients_per_gp_fte"), study.as_at)}
    places = {v: assemble_place(study.wanted, vintage=v, as_at=study.as_at) for v in vintages}
    england = {v: assemble_place("England", vintage=v, as_at=study.as_at) for v in vintages}
    begun = time.perf_counter()
    found = appraisal_of(study, places, england)
    whole = time.perf_counter() - begun
    options, criteria, people = six_options(found), load_criteria(), read_weightings(study, "six_of_2016")
    taken = []
    for run in range(RUNS):
        begun = time.perf_counter()
        rng = np.random.default_rng(run)
        appraise_options(options, criteria, people, draws=DRAWS, rng=rng, what_ifs=what_ifs(0.2))
        taken.append(time.perf_counter() - begun)
    print("| what | seconds |\n|---|---|")
    print(f"| {len(found.options)} options of {study.title} computed and weighed | {whole:.2f} |")
    print(
        f"| {SIX} options weighed by {len(people)} people, {DRAWS:,} draws (median of {RUNS}) | {median(taken):.3f} |"
    )


if __name__ == "__main__":
    main()
