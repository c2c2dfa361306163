"""Where a closing practice's patients go in a scenario: the choice model, room, closed lists and special groups."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.core.errors import InputRefused
from chesil.definitions import load_definition
from chesil.methods.dispersal import ChoiceModel, disperse, huff_weights, leaving_shares, pull_to_successor
from chesil.place.choosing import ChoiceField, choice_field
from chesil.place.place import Place


@dataclass(frozen=True, eq=False)
class Leaving:
    """Patients of a closing practice by area with each practice's share of them, and the room there is.

    `further` are the weights by which those look on who find no room where their neighbours are.
    """

    field: ChoiceField
    shares: NDArray[np.float64]
    room: NDArray[np.float64] | None
    further: NDArray[np.float64]


def choice_model(place: Place) -> ChoiceModel:
    """The fitted model of choice (definitions/parameters/choice_of_practice.toml), with what an edit set instead.

    An edit sets `choice_of_practice.spread` and so on.
    """
    said = dict(place.parameters.iter_rows())
    fitted = load_definition("parameters", "choice_of_practice")["model"]
    names = [f.name for f in fields(ChoiceModel)]
    return ChoiceModel(**{n: said.get(f"choice_of_practice.{n}", fitted[n]) for n in names})


def leaving(
    place: Place,
    practice: str,
    *,
    successor: str = "",
    pull: float | None = None,
    room: Mapping[str, float] | None = None,
    closed_lists: Collection[str] = (),
    model: ChoiceModel | None = None,
) -> Leaving:
    """The patients of a closing practice and the shares by which they choose again.

    People of no known area, and of areas where no other practice is seen, choose as the practice's other patients do on
    the whole. Raises `InputRefused` if no practice can be chosen.
    """
    model = model or choice_model(place)
    field = choice_field(place, practice)
    if not field.areas:
        raise InputRefused(
            f"Where the patients of {practice} live is not known at {place.vintage}",
            [],
            "Close it at a vintage with patients by area: 2022/23 or 2025/26",
        )
    codes = list(field.practices)
    can = ~np.isin(np.array(codes, dtype=object), list(closed_lists))
    shares = leaving_shares(field.people, field.observed, field.sizes, field.km, model, can)
    if shares.sum() <= 0 and successor not in codes:
        raise InputRefused(
            f"{practice} is the last practice in reach of its patients: no other that takes patients is used where they live",
            [],
            "Name a successor (`into` of MergePractices), or study a wider place",
        )
    if successor:
        if successor not in codes:
            raise InputRefused(
                f"The successor {successor} has no patients where those of {practice} live",
                [],
                "Name one of their neighbours, or merge the practice into it",
            )
        held = load_definition("parameters", "choice_of_practice")["successor_pull"] if pull is None else pull
        shares = pull_to_successor(shares, codes.index(successor), held)
    limits = None if not room else np.array([float(room.get(c, np.inf)) for c in codes])
    further = huff_weights(field.sizes, field.km, model) * can
    return Leaving(field, shares, limits, further)


def received_by(leaving: Leaving) -> tuple[pl.DataFrame, int]:
    """The expected dispersal in whole people, as lsoa11, practice_code, patients; and how many found no room."""
    field = leaving.field
    whole = disperse(field.people, leaving.shares, leaving.room, leaving.further)
    area, practice = np.nonzero(whole[:, :-1])
    table = pl.DataFrame(
        {
            "lsoa11": np.array(field.areas, dtype=object)[area],
            "practice_code": np.array(field.practices, dtype=object)[practice],
            "patients": whole[area, practice],
        },
        schema={"lsoa11": pl.String, "practice_code": pl.String, "patients": pl.Int64},
    )
    return table, int(whole[:, -1].sum())
