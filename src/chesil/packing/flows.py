"""Projected flows: where the patients of 2025/26 live, from the published flows of July 2022 and later list sizes."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.methods.apportion import round_within

CLOSEST_NEIGHBOURS = 5
"""Neighbours (by shared patients) among which a successor is sought."""

EVIDENT_GROWTH = (0.8, 1.2)
"""A neighbour that grew by this share of a lost list is taken as its successor. Among surviving practices of like
size such growth occurs for about one in fourteen, so the link is evident but not certain."""

NEAREST_FOR_NEW = 3
"""A new practice with no predecessor takes the mix of areas of this many nearest practices."""


@dataclass(frozen=True)
class Projection:
    """Projected registrations with, for every practice that ended or began, what was assumed."""

    registrations: pl.DataFrame
    successions: pl.DataFrame


def project_flows(flows: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> Projection:
    """Project registrations by area from one date to practices and list sizes of a later one.

    `flows`: practice_code, lsoa11, patients. `before` and `after`: practice_code, list_size, postcode, easting,
    northing at the two dates. Flows of an ended practice go to a practice at the same postcode; else to the one
    close neighbour whose list grew by about as much as was lost; else to the practices that its patients'
    neighbours in the same area use, in proportion. Each practice is then scaled to its published list in whole
    people. The result is a scenario: it cannot see homes built, or people who moved, since the first date.
    """
    links = _find_successors(flows, before, after)
    moved = _move_flows(flows, links, after)
    moved = _give_new_practices_a_mix(moved, after)
    return Projection(_scale_to_lists(moved, after), links)


@dataclass(frozen=True)
class ProjectionFit:
    """How projected flows agree with what they did not use: practices' deprivation as published later."""

    practices: int
    correlation: float
    root_mean_square_error: float
    mean_difference: float

    @property
    def sentence(self) -> str:
        return (
            f"Against the published deprivation of {self.practices:,} practices, the projected flows give scores that "
            f"correlate {self.correlation:.3f}, with a typical error of {self.root_mean_square_error:.2f} points "
            f"(mean difference {self.mean_difference:+.2f})."
        )


def fit_of_projection(projected: pl.DataFrame, published: pl.DataFrame, scores: pl.DataFrame) -> ProjectionFit:
    """Compare scores worked out from projected flows with published ones.

    `projected`: practice_code, lsoa11, patients; `published`: practice_code, imd_score; `scores`: lsoa11, score.
    Practices without a published score are left out.
    """
    ours = (
        projected.join(scores, on="lsoa11")
        .drop_nulls("score")
        .sort("practice_code", "lsoa11")
        .group_by("practice_code", maintain_order=True)
        .agg(((pl.col("score") * pl.col("patients")).sum() / pl.col("patients").sum()).alias("ours"))
    )
    both = published.drop_nulls("imd_score").join(ours, on="practice_code").sort("practice_code")
    off = (both["ours"] - both["imd_score"]).to_numpy()
    return ProjectionFit(
        practices=both.height,
        correlation=float(np.corrcoef(both["ours"].to_numpy(), both["imd_score"].to_numpy())[0, 1]),
        root_mean_square_error=float(np.sqrt((off**2).mean())),
        mean_difference=float(off.mean()),
    )


def _find_successors(flows: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Ended practices with their successor and why; successor blank if none is evident."""
    ended = before.join(after, on="practice_code", how="anti")
    growth = after.join(before, on="practice_code", how="left", suffix="_before").select(
        "practice_code",
        "postcode",
        (pl.col("list_size") - pl.col("list_size_before").fill_null(0)).alias("growth"),
    )
    # Two practices at one postcode: the one that grew most is the successor.
    by_postcode = (
        ended.join(growth, on="postcode", suffix="_successor")
        .sort(["practice_code", "growth", "practice_code_successor"], descending=[False, True, False])
        .group_by("practice_code", maintain_order=True)
        .first()
        .select("practice_code", "list_size", pl.col("practice_code_successor").alias("successor"))
        .with_columns(pl.lit("same postcode").alias("because"))
    )
    taken = by_postcode.group_by("successor").agg(pl.col("list_size").sum().alias("taken"))
    growth = growth.join(taken, left_on="practice_code", right_on="successor", how="left").with_columns(
        (pl.col("growth") - pl.col("taken").fill_null(0)).alias("growth")
    )
    rest = ended.join(by_postcode, on="practice_code", how="anti")
    close = _closest_neighbours(flows, rest, after).join(
        growth.select(pl.col("practice_code").alias("neighbour"), "growth"), on="neighbour"
    )
    by_growth = (
        close.join(rest.select("practice_code", "list_size"), on="practice_code")
        .with_columns((pl.col("growth") / pl.col("list_size")).alias("ratio"))
        .filter(pl.col("ratio").is_between(*EVIDENT_GROWTH))
        .with_columns((pl.col("ratio") - 1).abs().alias("off"))
        .sort("practice_code", "off", "neighbour")
        .group_by("practice_code", maintain_order=True)
        .first()
        .select("practice_code", "list_size", pl.col("neighbour").alias("successor"))
        .with_columns(pl.lit("a close neighbour grew by about as much").alias("because"))
    )
    unknown = rest.join(by_growth, on="practice_code", how="anti").select(
        "practice_code",
        "list_size",
        pl.lit(None, pl.String).alias("successor"),
        pl.lit("shared among the practices that their neighbours use").alias("because"),
    )
    return pl.concat([by_postcode, by_growth, unknown]).sort("practice_code")


def _closest_neighbours(flows: pl.DataFrame, ended: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The practices that share most patients with each ended one: sum over areas of the smaller of the two flows."""
    mine = flows.join(ended.select("practice_code"), on="practice_code").filter(pl.col("lsoa11") != "NO2011")
    theirs = flows.join(after.select("practice_code"), on="practice_code").rename(
        {"practice_code": "neighbour", "patients": "theirs"}
    )
    return (
        mine.join(theirs, on="lsoa11")
        .with_columns(pl.min_horizontal("patients", "theirs").alias("shared"))
        .group_by("practice_code", "neighbour")
        .agg(pl.col("shared").sum())
        .sort(["practice_code", "shared", "neighbour"], descending=[False, True, False])
        .group_by("practice_code", maintain_order=True)
        .head(CLOSEST_NEIGHBOURS)
    )


def _move_flows(flows: pl.DataFrame, links: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    known = links.filter(pl.col("successor").is_not_null())
    stayed = flows.join(links, on="practice_code", how="anti")
    to_successor = flows.join(known, on="practice_code").select(
        pl.col("successor").alias("practice_code"), "lsoa11", "patients"
    )
    base = (
        pl.concat([stayed.select("practice_code", "lsoa11", "patients"), to_successor])
        .group_by("practice_code", "lsoa11")
        .agg(pl.col("patients").sum())
        .join(after.select("practice_code"), on="practice_code")
        .sort("lsoa11", "practice_code")
        .with_columns(pl.col("patients").cast(pl.Float64))
    )
    loose = (
        flows.join(links.filter(pl.col("successor").is_null()), on="practice_code")
        .group_by("lsoa11")
        .agg(pl.col("patients").sum().alias("loose"))
    )
    in_area = base.join(loose, on="lsoa11", how="left").with_columns(
        pl.col("patients") * (1 + pl.col("loose").fill_null(0) / pl.col("patients").sum().over("lsoa11"))
    )
    return in_area.select("practice_code", "lsoa11", "patients")


def _give_new_practices_a_mix(flows: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    without = after.join(flows, on="practice_code", how="anti").sort("practice_code")
    if without.is_empty():
        return flows
    having = (
        after.join(flows.select("practice_code").unique(), on="practice_code")
        .drop_nulls("easting")
        .sort("practice_code")
    )
    there = having.select("easting", "northing").to_numpy().astype(float)
    parts = [flows]
    for practice in without.iter_rows(named=True):
        if practice["easting"] is None:
            continue
        distance = np.hypot(*(there - [practice["easting"], practice["northing"]]).T)
        nearest = having["practice_code"].to_numpy()[np.argsort(distance, kind="stable")[:NEAREST_FOR_NEW]]
        mix = (
            flows.filter(pl.col("practice_code").is_in(nearest.tolist()))
            .sort("lsoa11", "practice_code")
            .group_by("lsoa11", maintain_order=True)
            .agg(pl.col("patients").sum())
        )
        parts.append(mix.select(pl.lit(practice["practice_code"]).alias("practice_code"), "lsoa11", "patients"))
    return pl.concat(parts)


def _scale_to_lists(flows: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    sized = flows.join(after.select("practice_code", "list_size"), on="practice_code").sort("practice_code", "lsoa11")
    total = pl.col("patients").sum().over("practice_code")
    exact = sized.select((pl.col("patients") * pl.col("list_size") / total).alias("exact"))["exact"].to_numpy()
    group = sized["practice_code"].rle_id().cast(pl.Int64).to_numpy()
    whole = sized.with_columns(pl.Series("patients", round_within(exact, group)))
    missing = after.join(flows, on="practice_code", how="anti").select(
        "practice_code", pl.lit("NO2011").alias("lsoa11"), pl.col("list_size").alias("patients")
    )
    return (
        pl.concat([whole.select("practice_code", "lsoa11", "patients"), missing])
        .filter(pl.col("patients") > 0)
        .sort("practice_code", "lsoa11")
    )
