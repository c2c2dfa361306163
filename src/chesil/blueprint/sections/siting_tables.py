"""Tables of sites: several aims, what each further closure costs whom, who loses by locality and group in need."""

import polars as pl

from chesil.blueprint.document import Row, Table
from chesil.blueprint.words import part_text, people, place_name

CLOSURES_SHOWN = 40
NAMED = 2
GROUP_HEADS = {
    "no_car_share": "without a car", "ill_share": "long-term illness", "over_65_share": "65 or over",
    "deprived_share": "most deprived fifth", "rural_share": "rural",
}  # fmt: skip
GROUP_NOTE = (
    "Of the people who travel further: in households without a car and with a long-term illness by the shares of their "
    "small areas in 2011, 65 or over in 2021, in England’s most deprived fifth of areas (2025), in villages and the country "
    "(2011). Shares of areas, not of the people themselves. Further: by more than half a minute. To the nearest ten."
)


def aims_table(points: pl.DataFrame, place: str) -> Table:
    """The points that no other beats by every aim."""
    best = points.filter("is_best_at_something").sort(["sites", "mean_minutes"], descending=[True, False])
    rows = tuple(
        Row(part_text(r["sites"]), (
            f"{r['mean_minutes']:.2f}", f"{r['worst_minutes']:.1f}", _millions(r["cost_gbp"]),
            people(r["people_further"], modelled=True),
            people(r["no_car_further"], modelled=True),
            f"{r['gap_pct']:.3f}%" if r["is_proved"] else f"{r['gap_pct']:.3f}%, not proved to the gap asked for"))
        for r in best.iter_rows(named=True)
    )  # fmt: skip
    return Table(
        f"{place}: plans that no other found beats by number of sites, mean way, longest way and cost together",
        ("Sites", "Mean minutes", "Longest way", "Cost a year, £ million", "People who travel further", "of them without a car",
         "Best possible is at most this much better"),
        rows,
        note="Each has the least total way of any plan with as many sites that costs no more and leaves no area a longer way, "
        "to the gap shown. Cost: the rent or reimbursement in the study’s table of sites; without it an even part of the "
        "practice’s premises payments, since none is published by building; the middle one where nothing is known. A plan’s "
        "cost is what its sites cost today, not what closing the others would save.",
    )  # fmt: skip


def group_table(groups: pl.DataFrame, what: str) -> Table:
    """Who loses by a plan, group in need by group in need, beside everybody."""
    rows = tuple(
        Row("Everybody" if r["group"] == "everybody" else f"People {r['group']}", (
            people(r["people"], modelled=True), people(r["people_further"], modelled=True), f"{r['share_pct']:.1f}%",
            f"{r['extra_minutes']:.1f}" if r["people_further"] else "none"), is_total=r["group"] == "everybody")
        for r in groups.iter_rows(named=True)
    )  # fmt: skip
    return Table(
        f"{what}: who would travel further, by group in need",
        ("People", "In all", "Travel further", "Share of the group", "Their extra minutes"),
        rows,
        note="A group’s share above everybody’s means that it loses more than its part. By shares of small areas, not of the "
        "people themselves.",
    )  # fmt: skip


def locality_table(localities: pl.DataFrame, what: str) -> Table | None:
    """Who loses by a plan, locality by locality."""
    held = [n for n in GROUP_HEADS if n in localities.columns and localities[n].null_count() < localities.height]
    lost = localities.filter(pl.col("people_further") >= 5)
    if lost.is_empty():
        return None
    rows = tuple(
        Row(place_name(r["name"]), (
            people(r["people_further"], modelled=True), *(people(r[n] or 0.0, modelled=True) for n in held),
            f"{r['extra_minutes']:.1f}"))
        for r in lost.iter_rows(named=True)
    )  # fmt: skip
    return Table(
        f"{what}: who would travel further, by where they live",
        ("Locality", "Travel further", *(GROUP_HEADS[n] for n in held), "Extra minutes"),
        rows,
        note=GROUP_NOTE + " Localities where nobody does are left out.",
    )


def closures_table(steps: pl.DataFrame, caption: str, *, named: bool, to: int = 0) -> Table | None:
    """What each further closure costs whom; steps that cost nobody anything are told together with the next that does."""
    held = [n for n in GROUP_HEADS if n in steps.columns and steps[n].null_count() < steps.height]
    rows: list[Row] = []
    out: list[str] = []
    back: list[str] = []
    for r in steps.sort("sites", descending=True).iter_rows(named=True):
        out, back = out + r["left_out"], back + r["back"]
        if r["people_further"] < 5 and r["sites"] != to:
            continue
        both = set(out) & set(back)
        words = _sites_words([s for s in out if s not in both], [s for s in back if s not in both])
        rows.append(
            Row(part_text(r["sites"]), (
                *((words,) if named else ()), people(r["people_further"], modelled=True),
                *(people(r[n] or 0.0, modelled=True) for n in held),
                f"{r['extra_minutes']:.1f}" if r["people_further"] else "none", _where_words(r["where"])))
        )  # fmt: skip
        out, back = [], []
        if r["sites"] <= to or len(rows) >= CLOSURES_SHOWN:
            break
    if not rows:
        return None
    heads = ("Down to", *(("Left out",) if named else ()), "Travel further", *(GROUP_HEADS[n] for n in held), "Extra minutes",
             "Where they live")  # fmt: skip
    text = (0, 1, len(heads) - 1) if named else (0, len(heads) - 1)
    return Table(
        caption, heads, tuple(rows), text_columns=text,
        note="Each row against the row above it: those whose nearest site gets farther by that closure. Closures by which "
        "nobody’s way grows stand in the next row. " + GROUP_NOTE,
    )  # fmt: skip


def _where_words(where: list[str]) -> str:
    """The localities of those who lose, at most two by name."""
    named = "; ".join(place_name(w) for w in where[:NAMED])
    return f"{named} and {len(where) - NAMED} more" if len(where) > NAMED else named


def _sites_words(out: list[str], back: list[str]) -> str:
    words = "; ".join(place_name(s) for s in out)
    return f"{words} (kept instead: {'; '.join(place_name(s) for s in back)})" if back else words


def _millions(gbp: float) -> str:
    return f"{gbp / 1e6:.2f}" if gbp else "not known"
