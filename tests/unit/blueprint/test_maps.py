"""Maps: well-formed everywhere, shades that can be told apart in grey and by the colour-blind, layers that wait to be asked for."""

from itertools import pairwise
from xml.dom.minidom import parseString

import numpy as np
import pytest

from chesil.blueprint.gazetteer import make_gazetteer
from chesil.blueprint.map_svg import RAMP, Dot, Label, draw_map
from chesil.place.outlines import Ring
from chesil.plan import Plan

SQUARE: list[Ring] = [[(0, 0), (0, 100), (100, 100), (100, 0)]]
NEXT: list[Ring] = [[(100, 0), (100, 100), (200, 100), (200, 0)]]
LEAST_STEP = 10
"""Steps of lightness (L*, of 100) between neighbours of the ramp: a just noticeable difference is about 2."""
DEFICIENT = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Severity 1 of Machado, Oliveira and Fernandes, 2009, IEEE Transactions on Visualization and Computer Graphics 15(6), table 1."""


def _linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lightness(linear: np.ndarray) -> float:
    """CIE L* of linear sRGB."""
    y = float(np.clip(linear, 0, 1) @ [0.2126, 0.7152, 0.0722])
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


@pytest.mark.parametrize("eyes", [None, *DEFICIENT])
def test_each_shade_is_darker_than_the_last_in_grey_and_to_the_colour_blind(eyes: str | None) -> None:
    seen = [_linear(c) if eyes is None else np.array(DEFICIENT[eyes]) @ _linear(c) for c in RAMP]
    steps = [a - b for a, b in pairwise(_lightness(s) for s in seen)]
    assert min(steps) > LEAST_STEP


def test_a_map_is_well_formed_and_what_waits_is_not_shown() -> None:
    svg = draw_map(
        rings={"A": SQUARE, "B": NEXT},
        classes={"A": 0},
        titles={"A": "Upper & Lower <End>: 5%"},
        outlines={"N": SQUARE},
        dots=[Dot(50, 50, 1000, "The “Old” Surgery & Co")],
        labels=[Label(50, 50, "Here"), Label(51, 50, "On top of it")],
        text="A map",
        lines="Networks",
        more_lines={"Councils & others": {"C": NEXT}},
        places=[Label(150, 50, "There")],
    )
    tree = parseString(svg)
    layers = {g.getAttribute("data-layer"): g for g in tree.getElementsByTagName("g") if g.getAttribute("data-layer")}
    shown = [name for name, g in layers.items() if g.getAttribute("display") != "none"]
    assert shown == ["Areas by shade", "Networks", "Surgeries", "Names"]
    assert set(layers) - set(shown) == {"Councils & others", "Names of places"}
    names = {t.firstChild.data: t.getAttribute("display") for t in layers["Names"].getElementsByTagName("text")}
    assert names == {"Here": "", "On top of it": "none"}
    fills = [p.getAttribute("fill") for p in layers["Areas by shade"].getElementsByTagName("path")]
    assert fills[0] == RAMP[0] and fills[1].startswith("url(#hatch")


def test_the_gazetteer_knows_where_a_postcode_lies(dorset_plan: Plan) -> None:
    gazetteer = make_gazetteer(dorset_plan)
    found = [
        (area[1], gazetteer["networks"].get(area[2]))
        for area in gazetteer["areas"].values()
        for sector, units in (part.split("=") for part in area[3].split(";") if part)
        if sector == "BH19 1" and "AB" in [units[k : k + 2] for k in range(0, len(units), 2)]
    ]
    assert found == [("Swanage", "Purbeck")]
    assert len(gazetteer["areas"]) == dorset_plan.place.areas.height
