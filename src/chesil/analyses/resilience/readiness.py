"""Readiness for change: what practices said of themselves, and the pace it sets for their group."""

from datetime import date

import polars as pl


def latest_scores(readiness: pl.DataFrame, day: date) -> pl.DataFrame:
    """Mean of each practice's newest answer to each question: practice_code, score, questions, lowest (question)."""
    known = readiness.filter(pl.col("answered_on") <= day)
    newest = (
        known.sort("practice_code", "question", "answered_on")
        .group_by("practice_code", "question", maintain_order=True)
        .agg(pl.col("score").last())
    )
    return (
        newest.sort("practice_code", "score", "question")
        .group_by("practice_code", maintain_order=True)
        .agg(
            pl.col("score").mean().alias("score"),
            pl.len().cast(pl.Int64).alias("questions"),
            pl.col("question").first().alias("lowest"),
        )
    )


def group_pace(scores: pl.DataFrame, practices: tuple[str, ...]) -> tuple[float | None, int]:
    """The lowest score among a group's practices, and how many answered: a group moves as fast as its least ready."""
    own = scores.filter(pl.col("practice_code").is_in(list(practices)))
    return (own["score"].min() if own.height else None), own.height  # type: ignore[return-value]
