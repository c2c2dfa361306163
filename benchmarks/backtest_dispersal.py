"""Back-test of dispersal on real endings: codes with patients in July 2022 and none in July 2026, from the pack alone.

Run `python benchmarks/backtest_dispersal.py` (two minutes). It labels each ending merger or dispersal with a probability,
fits the model of choice on half the boards and tests it on the others, both ways, against plain baselines.
"""

import argparse
import time
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from chesil.methods.dispersal import ChoiceModel, choice_shares
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.choosing import ChoiceField, ChoiceIndex, index_choices

THEN, NOW = "2022/23", "2025/26"
NEIGHBOURS = 15
"""Practices compared: those with most of the ending practice's neighbours (predicted by market share)."""
CLOSEST = 5
"""A merger's successor is looked for among so many."""
WITHIN_KM = 15
SURE = 0.2
BINS = np.array([-np.inf, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0, 1.25, np.inf])
WEIGHTS = np.linspace(0, 1, 11)


@dataclass(frozen=True, eq=False)
class Ending:
    """One practice (an ending, or a survivor as placebo), its neighbours, and their growth beyond their board's.

    `market` and `huff` are the patients whom each neighbour would get by market share alone and by Huff's model alone;
    the model of choice lies between, since each area's shares are mixed. `nearest`, `equal`, `sized`: plain ways.
    """

    code: str
    icb: str
    size: int
    names: tuple[str, ...]
    market: np.ndarray
    huff: np.ndarray
    nearest: np.ndarray
    equal: np.ndarray
    sized: np.ndarray
    excess: np.ndarray
    same_postcode: bool


def lists_then_and_now() -> pl.DataFrame:
    """practice_code, icb_code, postcode, then, now (blank if no patients) of the codes of July 2022."""
    columns = ["practice_code", "vintage", "icb_code", "postcode", "list_size"]
    both = read_table("practices", columns)
    now = both.filter(pl.col("vintage") == NOW).select("practice_code", pl.col("list_size").alias("now"))
    then = both.filter(pl.col("vintage") == THEN).drop("vintage").rename({"list_size": "then"})
    last = read_table("list_sizes").filter(pl.col("date") >= pl.date(2026, 1, 1)).filter(pl.col("patients") > 0)
    seen = pl.col("practice_code").is_in(last["practice_code"].unique().implode())
    return then.join(now, on="practice_code", how="left").with_columns(seen.alias("seen_in_2026")).sort("practice_code")


def with_growth(lists: pl.DataFrame, gone: pl.Series) -> pl.DataFrame:
    """Lists with `expected`: then times the board's growth of all its patients, in survivors and successors alike."""
    total = pl.col("now").fill_null(0).sum() / pl.col("then").sum()
    growth = lists.group_by("icb_code").agg(total.clip(0.9, 1.2).alias("growth"))
    return lists.join(growth, on="icb_code", how="left").with_columns(
        (pl.col("then") * pl.col("growth")).alias("expected"),
        pl.col("practice_code").is_in(gone.implode()).alias("gone"),
    )


def read_ending(
    lists: dict[str, dict[str, object]], code: str, index: ChoiceIndex, power: tuple[float, float]
) -> Ending:
    """An ending's field in brief; `excess` is what each neighbour grew beyond its board, others' endings not yet taken off."""
    f = index.field(code)
    market = f.people @ market_shares(f)
    huff = f.people @ filled(f, choice_shares(f.observed, f.sizes, f.km, ChoiceModel(0.0, *power)))
    alive = np.array([c in lists and lists[c]["now"] is not None for c in f.practices], dtype=bool)
    near = np.argsort(-np.where(alive, market, -1), kind="stable")[:NEIGHBOURS]
    near = near[(market[near] > 0) & alive[near]]
    names = tuple(f.practices[k] for k in near)
    km = np.nan_to_num(f.km[:, near], nan=999.0)
    nearest, equal = np.zeros(near.size), np.zeros(near.size)
    np.add.at(nearest, km.argmin(axis=1), f.people)
    five = np.argsort(f.people @ km, kind="stable")[:5]
    equal[five] = f.people.sum() / five.size
    row = lists[code]
    return Ending(
        code, str(row["icb_code"] or ""), int(f.people.sum()), names, market[near], huff[near], nearest, equal,
        f.sizes[near] / f.sizes[near].sum() * f.people.sum(),
        np.array([float(lists[n]["now"]) - float(lists[n]["expected"]) for n in names]),  # type: ignore[arg-type]
        any(lists[n]["postcode"] == row["postcode"] for n in names),
    )  # fmt: skip


def without_others(endings: list[Ending], gone: list[Ending]) -> list[Ending]:
    """Endings with what the other endings brought each neighbour, by market share, taken from its growth."""
    brought: dict[str, float] = {}
    for e in gone:
        for name, people in zip(e.names, e.market, strict=True):
            brought[name] = brought.get(name, 0.0) + people
    ended = {e.code for e in gone}
    return [
        replace(e, excess=e.excess - np.array([brought.get(n, 0.0) for n in e.names]) + (e.market if e.code in ended else 0.0))
        for e in endings
    ]  # fmt: skip


def market_shares(field: ChoiceField) -> np.ndarray:
    """Each neighbour's share of the other people of each area; areas with none go as the rest."""
    return filled(field, choice_shares(field.observed, field.sizes, field.km, ChoiceModel(observed_weight=1.0)))


def filled(field: ChoiceField, shares: np.ndarray) -> np.ndarray:
    total = field.people @ shares
    lost = shares.sum(axis=1) <= 0
    shares[lost] = total / max(total.sum(), 1e-12)
    return shares


def chance_of_merger(endings: list[Ending], placebo: list[Ending]) -> tuple[np.ndarray, dict[str, float]]:
    """The probability that each ending was a merger: what its largest neighbour's growth says beyond placebo.

    Placebo survivors of like size get a dispersal by market share added, so that the chance growth of a neighbour and a
    dispersal's own share are both allowed for. In bin b: P = 1 - (dispersals' fraction) x placebo(b) / endings(b), where the
    fraction is the largest that leaves no bin below nought among the lower bins. At a shared postcode the bins are apart.
    """

    def largest(e: Ending, with_dispersal: bool) -> float:
        gain = e.excess + (e.market if with_dispersal else 0)
        return float(gain[:CLOSEST].max() / e.size)

    placebo_bins = np.histogram([largest(e, True) for e in placebo], BINS)[0] + 0.5
    placebo_share = placebo_bins / placebo_bins.sum()
    chance = np.full(len(endings), np.nan)
    facts = {
        "placebo, largest neighbour grew 60% or more by chance": float(
            np.mean([largest(e, False) >= 0.6 for e in placebo])
        )
    }
    facts["placebo with a dispersal added, 60% or more"] = float(np.mean([largest(e, True) >= 0.6 for e in placebo]))
    facts["endings, 60% or more"] = float(np.mean([largest(e, False) >= 0.6 for e in endings]))
    for shared in (False, True):
        which = [n for n, e in enumerate(endings) if e.same_postcode == shared]
        found = np.histogram([largest(endings[n], False) for n in which], BINS)[0] + 0.5
        share = found / found.sum()
        ratio = share[:4].sum() / placebo_share[:4].sum()
        fraction = float(min(1.0, ratio))
        facts[f"dispersals among endings {'at a shared postcode' if shared else 'at no shared postcode'}"] = fraction
        for n in which:
            b = int(np.searchsorted(BINS, largest(endings[n], False), side="right")) - 1
            chance[n] = np.clip(1 - fraction * placebo_share[b] / share[b], 0, 1)
    return chance, facts


def cells(index: ChoiceIndex, codes: list[str]) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Row starts, log size, log kilometres (at least half a kilometre) and people of every pair within 15 km, by field."""
    found = []
    for code in codes:
        f = index.field(code)
        near = np.nan_to_num(f.km, nan=99) < WITHIN_KM
        rows = np.flatnonzero((near.sum(axis=1) > 1) & ((f.observed * near).sum(axis=1) > 0))
        row, column = np.nonzero(near[rows])
        people = f.observed[rows][row, column]
        seen = np.bincount(row, weights=people)
        found.append((
            np.searchsorted(row, np.arange(rows.size)), np.log(np.maximum(f.sizes[column], 1.0)),
            np.log(np.maximum(f.km[rows][row, column], 0.5)), people * (f.people[rows] / seen)[row],
        ))  # fmt: skip
    return found


def huff_likelihood(fields: list[tuple[np.ndarray, ...]], power: np.ndarray) -> float:
    """Minus the log likelihood, per person, of where the neighbours in each field are registered, under Huff alone."""
    total = people = 0.0
    for starts, size, km, seen in fields:
        if not starts.size:
            continue
        weight = power[0] * size - power[1] * km
        weight -= weight.max()
        counts = np.diff(np.append(starts, weight.size))
        log_share = weight - np.repeat(np.log(np.add.reduceat(np.exp(weight), starts)), counts)
        total -= float(seen @ log_share)
        people += float(seen.sum())
    return total / people


def predict(e: Ending, weight: float) -> np.ndarray:
    return weight * e.market + (1 - weight) * e.huff


def baselines(e: Ending) -> dict[str, np.ndarray]:
    """Plain ways: to the nearest practice; in equal parts among the five nearest neighbours; by size; by market share."""
    return {"nearest": e.nearest, "equal split": e.equal, "size": e.sized, "market share": e.market}


def measures(e: Ending, predicted: np.ndarray) -> np.ndarray:
    """Share (half the sum of differences), rank (the largest receiver is the predicted one), error in patients."""
    gained = np.maximum(e.excess, 0.0)
    actual = gained / gained.sum() if gained.sum() > 0 else np.full(gained.size, 1 / gained.size)
    share = predicted / max(predicted.sum(), 1e-9)
    return np.array([
        0.5 * np.abs(share - actual).sum(),
        float(np.argmax(predicted) == np.argmax(e.excess)),
        np.abs(e.excess - predicted).mean(),
        np.square(e.excess - predicted).mean() / e.size**2,
    ])  # fmt: skip


def clipped(e: Ending, predicted: np.ndarray) -> float:
    """Mean squared error as a share of the list, a neighbour's chance growth held within its own list's size."""
    return float(np.square(np.clip((e.excess - predicted) / e.size, -1.5, 1.5)).mean())


def fit(endings: list[Ending], weight: np.ndarray) -> float:
    """The weight on observed shares that errs least on these endings, given Huff's powers."""
    errors = [sum(c * clipped(e, predict(e, float(w))) for e, c in zip(endings, weight, strict=True)) for w in WEIGHTS]
    return float(WEIGHTS[int(np.argmin(errors))])


def spread_of(endings: list[Ending], weight: np.ndarray, placebo: list[Ending], observed: float) -> float:
    """How far receivers stray from the model beyond the chance growth of like practices, as a log standard deviation."""
    noise = float(np.mean([np.square(np.clip(e.excess / e.size, -1.5, 1.5)).mean() for e in placebo]))
    beyond = scale = 0.0
    for e, w in zip(endings, weight, strict=True):
        predicted = predict(e, observed)
        beyond += w * (clipped(e, predicted) - noise)
        share = predicted / e.size
        scale += w * np.square(share * (1 - share)).mean()
    return float(np.sqrt(np.log1p(max(beyond, 0) / scale)))


def straying(
    out: Console, endings: list[Ending], placebo: list[Ending], merger: np.ndarray, rng: np.random.Generator
) -> None:
    """The spread at which simulated dispersals of placebo practices stray from market share as far as endings did."""
    spreads = np.arange(0, 3.01, 0.25)
    astray = []
    for spread in spreads:
        values = []
        for e in placebo:
            pull = e.market * np.exp(spread * rng.standard_normal((10, e.market.size)))
            for row in pull / pull.sum(axis=1, keepdims=True) * e.market.sum():
                values.append(measures(replace(e, excess=e.excess + row), e.market)[0])
        astray.append(float(np.mean(values)))
    out.print(
        "spread and share astray: " + "; ".join(f"{s:.2f}: {a:.3f}" for s, a in zip(spreads, astray, strict=True))
    )
    found = np.array([measures(e, e.market)[0] for e in endings])
    for name, weight in (("labelled dispersals", merger <= SURE), ("all, by chance of dispersal", 1 - merger)):
        mean, low, high = interval(found, weight.astype(float), rng)
        at = [float(np.interp(v, np.maximum.accumulate(astray), spreads)) for v in (mean, low, high)]
        out.print(
            f"  {name}: astray {mean:.3f} ({low:.3f} to {high:.3f}), so a spread of {at[0]:.2f} ({at[1]:.2f} to {at[2]:.2f})"
        )


def interval(values: np.ndarray, weight: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float]:
    """Weighted mean and 95% limits by resampling endings."""
    mean = np.average(values, weights=weight)
    picks = rng.integers(0, len(values), (2000, len(values)))
    with np.errstate(invalid="ignore"):
        draws = (values[picks] * weight[picks]).sum(axis=1) / weight[picks].sum(axis=1)
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return float(mean), float(low), float(high)


def halves(endings: list[Ending]) -> np.ndarray:
    """Boards in two halves, taken in turn by code, so that a board is wholly in one."""
    boards = sorted({e.icb for e in endings})
    side = {b: n % 2 for n, b in enumerate(boards)}
    return np.array([side[e.icb] for e in endings])


def main() -> None:
    """Label, fit, test, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fields", type=int, default=150, help="fields on which Huff's powers are fitted")
    asked = parser.parse_args()
    out = Console(width=150)
    began = time.perf_counter()
    rng = np.random.default_rng(20261124)
    place = assemble_place("England", vintage=THEN, only=frozenset({"sites"}))
    index = index_choices(place)
    lists = lists_then_and_now()
    ended = lists.filter(pl.col("now").is_null() & ~pl.col("seen_in_2026"))["practice_code"]
    lists = with_growth(lists, ended)
    out.print(
        f"{len(ended)} codes with patients in July 2022 and none in 2026: {lists.filter('gone')['then'].sum():,} patients"
    )
    codes = list(place.practices["practice_code"])
    sample = cells(index, [codes[k] for k in np.sort(rng.choice(len(codes), asked.fields, replace=False))])
    found = minimize(
        lambda x: huff_likelihood(sample, x),
        np.array([0.8, 2.0]),
        method="Nelder-Mead",
        options={"xatol": 0.01, "fatol": 1e-5},
    )
    power = (round(float(found.x[0]), 2), round(float(found.x[1]), 2))
    out.print(
        f"Huff's powers, by likelihood of where people are registered ({asked.fields} fields): "
        f"size {power[0]}, distance {power[1]}"
    )

    rows = {r["practice_code"]: r for r in lists.iter_rows(named=True)}
    raw = [read_ending(rows, code, index, power) for code in ended]
    endings = [e for e in without_others(raw, raw) if len(e.names) > 1]
    out.print(
        f"{len(endings)} have two neighbours or more to compare; median list {int(np.median([e.size for e in endings])):,}"
    )
    survivors = lists.filter(~pl.col("gone") & pl.col("now").is_not_null())
    sizes = survivors["then"].to_numpy()
    alike = [np.argsort(np.abs(sizes - e.size), kind="stable")[:12] for e in endings]
    like = sorted({str(survivors["practice_code"][int(rng.choice(a))]) for a in alike})
    placebo = [
        e for e in without_others([read_ending(rows, code, index, power) for code in like], raw) if len(e.names) > 1
    ]
    merger, facts = chance_of_merger(endings, placebo)
    out.print(f"{len(placebo)} placebo survivors of like size")
    for name, value in facts.items():
        out.print(f"  {name}: {value:.0%}")
    kinds = {
        "merger (0.8 or more)": merger >= 0.8,
        "dispersal (0.2 or less)": merger <= SURE,
        "unknown": (merger > SURE) & (merger < 0.8),
    }
    out.print(
        "  "
        + "; ".join(f"{k}: {int(v.sum())}" for k, v in kinds.items())
        + f"; expected mergers {merger.sum():.0f} of {len(endings)}"
    )

    side = halves(endings)
    kept = 1 - merger
    weights = [fit([e for e, s in zip(endings, side, strict=True) if s == h], kept[side == h]) for h in (0, 1)]
    whole = fit(endings, kept)
    out.print(f"weight on observed shares: {weights[0]:.1f} and {weights[1]:.1f} on the halves, {whole:.1f} on all")
    out.print(
        f"spread (log standard deviation of a practice's pull about the model): {spread_of(endings, kept, placebo, whole):.2f}"
    )
    sure = (merger <= SURE).astype(float)
    out.print(f"the same from labelled dispersals alone: {spread_of(endings, sure, placebo, whole):.2f}")
    right = [replace(e, excess=e.excess + e.market) for e in placebo]
    chance = np.mean([measures(e, e.market)[:3] for e in right], axis=0)
    out.print(
        f"if market share were exactly right, chance growth alone would put it astray by {chance[0]:.2f}, "
        f"with the largest receiver right in {chance[1]:.0%} and an error of {chance[2]:,.0f} patients"
    )
    straying(out, endings, placebo, merger, rng)
    pulls = np.array([np.clip(e.excess[:CLOSEST].max() / e.size, 0, 1) for e in endings])
    out.print(
        f"growth of the closest successor over the lost list, likely mergers: median {np.median(pulls[merger >= 0.8]):.2f}"
    )
    scores: dict[str, np.ndarray] = {}
    for n, e in enumerate(endings):
        for name, predicted in {
            **baselines(e),
            "Huff alone": e.huff,
            "model (other half)": predict(e, weights[1 - side[n]]),
        }.items():
            scores.setdefault(name, np.zeros((len(endings), 4)))[n] = measures(e, predicted)
    report(out, scores, kinds, merger, rng)
    by_board(out, scores, endings, kept)
    out.print(f"{time.perf_counter() - began:.0f} s")


def report(
    out: Console,
    scores: dict[str, np.ndarray],
    kinds: dict[str, np.ndarray],
    merger: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """Accuracy of each way on each kind, and differences from market share with limits."""
    groups = {
        **{k: v.astype(float) for k, v in kinds.items()},
        "all, weighted by chance of dispersal": 1 - merger,
        "bound: unknown all dispersals": (merger < 0.8).astype(float),
        "all endings": np.ones(len(merger)),
    }
    for group, weight in groups.items():
        if weight.sum() < 3:
            continue
        table = Table(
            "way",
            "share astray",
            "largest receiver right",
            "error, patients",
            "error less market share's (95%)",
            title=f"{group}: {weight.sum():.0f}",
        )
        for name, score in scores.items():
            share, rank, error, _ = (np.average(score[:, k], weights=weight) for k in range(4))
            mean, low, high = interval(score[:, 2] - scores["market share"][:, 2], weight, rng)
            table.add_row(
                name,
                f"{share:.3f}",
                f"{rank:.0%}",
                f"{error:,.0f}",
                "–" if name == "market share" else f"{mean:+.0f} ({low:+.0f} to {high:+.0f})",
            )
        out.print(table)


def by_board(out: Console, scores: dict[str, np.ndarray], endings: list[Ending], weight: np.ndarray) -> None:
    """Share astray by board, weighted by the chance of dispersal, for boards with five endings or more."""
    boards = sorted({e.icb for e in endings})
    table = Table("board", "endings", *scores, title="share astray by board, weighted by chance of dispersal")
    for board in boards:
        which = np.array([e.icb == board for e in endings])
        if which.sum() >= 5 and weight[which].sum() > 0:
            table.add_row(
                board,
                str(int(which.sum())),
                *(f"{np.average(s[which, 0], weights=weight[which]):.2f}" for s in scores.values()),
            )
    out.print(table)


if __name__ == "__main__":
    main()
