"""Shadings: what else than deprivation a reader of the web page may shade small areas by, in fifths of England's areas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from chesil.blueprint.document import Shading
from chesil.blueprint.map_svg import RAMP, draw_legend
from chesil.packs.pack import read_table

FIFTHS = ("lowest fifth", "second", "middle", "fourth", "highest fifth")
AGES = ("0_15", "16_24", "25_34", "35_49", "50_64", "65_plus")


@dataclass(frozen=True)
class _Share:
    """A share of an area's people or households: its name, what it says of an area, and how it is had from the census."""

    name: str
    says: str
    share: pl.Expr


def _of(part: str, *others: str) -> pl.Expr:
    return pl.col(part) / pl.sum_horizontal(part, *others)


SHARES = (
    _Share("Residents aged 65 and over, 2021", "of residents are 65 or over",
           _of("residents_2021_65_plus", *(f"residents_2021_{a}" for a in AGES if a != "65_plus"))),
    _Share("Households without a car, 2011", "of households have no car", pl.col("no_car_share_2011")),
    _Share("Residents with a long-term illness, 2011", "of residents have a long-term illness", pl.col("illness_share_2011")),
    _Share("Disabled residents, 2021", "of residents are disabled", _of("disabled_2021", "not_disabled_2021")),
    _Share("Residents of minority ethnic groups, 2021", "of residents are of a minority ethnic group",
           1 - _of("white_2021", "asian_2021", "black_2021", "mixed_2021", "other_2021")),
)  # fmt: skip


def census_shadings(areas: Iterable[str], residents: Mapping[str, int]) -> tuple[Shading, ...]:
    """Shadings of some small areas by shares that the censuses publish. Classes are fifths of England's areas."""
    census = read_table("area_census")
    mine = sorted(areas)
    return tuple(s for share in SHARES if (s := _shading(census, share, mine, residents)) is not None)


def _shading(census: pl.DataFrame, share: _Share, mine: list[str], residents: Mapping[str, int]) -> Shading | None:
    values = census.select("lsoa11", share.share.alias("share")).drop_nulls()
    cuts = [values["share"].quantile(q, interpolation="linear") for q in (0.2, 0.4, 0.6, 0.8)]
    found = {
        code: (sum(value > cut for cut in cuts if cut is not None), f"{100 * value:.0f}% {share.says}")
        for code, value in values.filter(pl.col("lsoa11").is_in(mine)).sort("lsoa11").iter_rows()
    }
    if not found:
        return None
    people = [sum(residents.get(a) or 0 for a, (k, _) in found.items() if k == own) for own in range(len(RAMP))]
    legend = draw_legend(people, FIFTHS, f"Residents of mid-2020 by fifth of England’s areas: {share.name}")
    return Shading(share.name, found, legend)
