"""Counting: figures of resilience for practices, groups and the whole place."""

import polars as pl

from chesil.analyses.resilience.readiness import group_pace
from chesil.analyses.resilience.rule import FLAG, UNKNOWN, all_criteria
from chesil.analyses.resilience.settings import ResilienceSettings
from chesil.analyses.resilience.spectrum import all_pressures
from chesil.core.figure import Figure
from chesil.definitions import load_definition
from chesil.measures.card import load_measure
from chesil.measures.computing import Unit
from chesil.methods.intervals import wilson
from chesil.place.place import Place

OF_ONE_PRACTICE = ("resilience_flags", "resilience_unknown", "resilience_exposure", "readiness_practice")
"""Measures whose figures are of one named practice each; all others are of groups, also of a place of one practice."""


def made(measure: str, code: str, name: str, place: Place, receipts: tuple[str, ...], **parts: object) -> Figure:
    """A figure at the place's date with the card's unit, formula and standing."""
    card = load_measure(measure)
    given = {"standing": card.standing, **parts}
    if given.get("value") is not None and not given.get("limits"):
        given["limits"] = f"none: {card.no_limits_because}"
    return Figure(
        measure=measure, unit_code=code, unit_name=name, vintage=place.vintage, period=str(place.as_at), unit=card.unit,
        method=card.formula, scenario=place.scenario, receipts=receipts, **given,  # type: ignore[arg-type]
    )  # fmt: skip


def _receipts(place: Place) -> tuple[str, ...]:
    found = (
        *place.receipts_for("staff"),
        *place.receipts_for("practices", "list_size"),
        *place.receipts_for("practice_ratings"),
    )
    return tuple(dict.fromkeys(found))


def practice_figures(
    place: Place, flags: pl.DataFrame, counts: pl.DataFrame, exposure: pl.DataFrame, scores: pl.DataFrame | None
) -> list[Figure]:
    """Flags, unknowns, the largest exposure and readiness of each practice."""
    names = dict(place.practices.select("practice_code", "practice_name").iter_rows())
    titles = {c.code: c.title for c in all_criteria()}
    flagged = flags.filter(pl.col("state") == FLAG)
    worst = {
        r["practice_code"]: r
        for r in exposure.group_by("practice_code", maintain_order=True).first().iter_rows(named=True)
    }
    figures = []
    total = len(titles)
    for row in counts.iter_rows(named=True):
        code = row["practice_code"]
        name = names[code]
        which = flagged.filter(pl.col("practice_code") == code)["criterion"].to_list()
        notes = tuple(f"{titles[c]}." for c in which)
        one = (code, name, place)
        figures += [
            made("resilience_flags", *one, _receipts(place), value=float(row[FLAG]), numerator=float(row[FLAG]),
                 denominator=float(total - row[UNKNOWN]), notes=notes),
            made("resilience_unknown", *one, _receipts(place), value=float(row[UNKNOWN]), numerator=float(row[UNKNOWN]),
                 denominator=float(total)),
        ]  # fmt: skip
        figures.append(_exposure_figure(place, code, name, worst.get(code), names, exposure.is_empty()))
        if scores is not None:
            figures.append(_readiness_figure(place, code, name, scores))
    return figures


def _exposure_figure(
    place: Place, code: str, name: str, row: dict[str, object] | None, names: dict[str, str], unknown: bool
) -> Figure:
    receipts = place.receipts_for("registrations")
    if unknown:
        reason = f"patients by area are not published for {place.vintage}"
        return made("resilience_exposure", code, name, place, receipts, reason=reason)
    if row is None:
        return made(
            "resilience_exposure", code, name, place, receipts, reason="no neighbour in the place brings one per cent"
        )
    patients, share = float(row["patients"]), float(row["share_pct"])  # type: ignore[arg-type]
    notes = (f"If {names[str(row['closing'])]} ({row['closing']}) closed.",)
    return made(
        "resilience_exposure", code, name, place, receipts, value=share, numerator=patients,
        denominator=100 * patients / share, notes=notes,
    )  # fmt: skip


def _readiness_figure(place: Place, code: str, name: str, scores: pl.DataFrame) -> Figure:
    own = scores.filter(pl.col("practice_code") == code)
    if own.is_empty():
        return made("readiness_practice", code, name, place, (), reason="not entered")
    row = own.row(0, named=True)
    notes = (f"{row['questions']} questions answered; lowest: {row['lowest'].replace('_', ' ')}.",)
    return made("readiness_practice", code, name, place, (), value=float(row["score"]), notes=notes)


def unit_figures(
    place: Place, unit: Unit, counts: pl.DataFrame, exposure: pl.DataFrame, scores: pl.DataFrame | None,
    settings: ResilienceSettings,
) -> list[Figure]:  # fmt: skip
    """The share of a group's practices with a flag, how many are exposed to a neighbour, and the pace that is set."""
    own = counts.filter(pl.col("practice_code").is_in(list(unit.practices)))
    flagged, n = own.filter(pl.col(FLAG) > 0).height, own.height
    who = (unit.code, unit.name, place)
    unknown = int(own[UNKNOWN].sum()) / n if n else 0.0
    notes = (f"On average {unknown:.1f} of {len(all_criteria())} criteria are unknown: the share can rise by these.",)
    figures = [
        made("resilience_share_flagged", *who, _receipts(place), value=100 * flagged / n, numerator=float(flagged),
             denominator=float(n), notes=notes)
        if n
        else made("resilience_share_flagged", *who, (), reason="no practice"),
    ]  # fmt: skip
    receipts = place.receipts_for("registrations")
    if exposure.is_empty():
        reason = f"patients by area are not published for {place.vintage}"
        figures.append(made("resilience_exposed", *who, receipts, reason=reason))
    else:
        exposed = exposure.filter(
            pl.col("practice_code").is_in(list(unit.practices)) & (pl.col("share_pct") > settings.exposure_pct)
        )["practice_code"].n_unique()
        limit = (f"More than {settings.exposure_pct:g}% of its present list, if one neighbour closed.",)
        figures.append(
            made("resilience_exposed", *who, receipts, value=float(exposed), numerator=float(exposed), denominator=float(n),
                 notes=limit)
        )  # fmt: skip
    if scores is not None:
        pace, answered = group_pace(scores, unit.practices)
        reason = "" if pace is not None else "no practice has answered"
        figures.append(
            made("readiness_pace", *who, (), value=pace, reason=reason,
                 notes=(f"{answered} of {n} practices have answered.",))
        )  # fmt: skip
    return figures


def place_figures(
    place: Place, flags: pl.DataFrame, counts: pl.DataFrame, spectrum: pl.DataFrame, exposure: pl.DataFrame,
    settings: ResilienceSettings,
) -> list[Figure]:  # fmt: skip
    """Practices by number of flags (units `code:n`), by criterion (`code:criterion`) and by pressure (`code:pressure`)."""
    code, name, n, receipts = place.code, place.name, float(counts.height), _receipts(place)
    figures = []
    for k in range(int(counts[FLAG].max() or 0) + 1):  # type: ignore[arg-type]
        at = float(counts.filter(pl.col(FLAG) == k).height)
        figures.append(
            made(
                "resilience_by_flags",
                f"{code}:{k}",
                f"{name}: {k} flags",
                place,
                receipts,
                value=at,
                numerator=at,
                denominator=n,
            )
        )
    for criterion in all_criteria():
        own = flags.filter(pl.col("criterion") == criterion.code)
        who = (f"{code}:{criterion.code}", f"{name}: {criterion.title}", place)
        seen = own.filter(pl.col("state") != UNKNOWN).height
        hit = float(own.filter(pl.col("state") == FLAG).height)
        figures += [
            made("resilience_criterion", *who, receipts, value=hit, numerator=hit, denominator=float(seen))
            if seen
            else made("resilience_criterion", *who, (), reason=f"not published: {criterion.source}"),
            made("resilience_criterion_unknown", *who, receipts, value=n - seen, numerator=n - seen, denominator=n),
        ]
    for pressure in all_pressures():
        own = spectrum.filter(pl.col("pressure") == pressure.code)
        who = (f"{code}:{pressure.code}", f"{name}: {pressure.title}", place)
        if own.is_empty():
            why = (
                "not published: no sign of it by practice"
                if not pressure.measure
                else "not published for its practices"
            )
            figures.append(made("resilience_pressed", *who, (), reason=why))
            continue
        pressed = float(own["pressed"].sum())
        notes = (
            f"Sign: {load_measure(pressure.measure).title}; worst {settings.pressed_share_pct:g}% of England's practices.",
        )
        figures.append(
            made(
                "resilience_pressed",
                *who,
                receipts,
                value=pressed,
                numerator=pressed,
                denominator=float(own.height),
                notes=notes,
            )
        )
    return figures


def bands() -> list[tuple[int, int | None, int, int]]:
    """Bands of list size: from, to (None for open), England's codes of 2022/23, and how many had ended by July 2026."""
    rows = load_definition(".", "endings_by_list_size")["band"]
    ends = [r["from"] for r in rows[1:]] + [None]
    return [(r["from"], end, r["codes"], r["ended"]) for r, end in zip(rows, ends, strict=True)]


def band_title(low: int, high: int | None) -> str:
    """A band in words."""
    if high is None:
        return f"{low:,} patients and over"
    return f"{low:,} to {high - 1:,} patients" if low else f"under {high:,} patients"


def band_figures(place: Place) -> list[Figure]:
    """For each band of list size: the place's practices in it, and the share of England's codes in it that ended."""
    figures = []
    lists = place.practices["list_size"]
    receipts = place.receipts_for("practices", "list_size")
    for low, high, codes, ended in bands():
        title = band_title(low, high)
        here = float(((lists >= low) & (lists < (high or 10**9))).sum())
        lower, upper = (float(x[0]) for x in wilson([ended], [codes])[:2])
        figures += [
            made("resilience_band", f"{place.code}:{low}", f"{place.name}: {title}", place, receipts, value=here,
                 numerator=here, denominator=float(len(lists))),
            made("resilience_band_ended", f"ENGLAND:{low}", f"England: {title}", place, receipts, value=100 * ended / codes,
                 numerator=float(ended), denominator=float(codes), lower=100 * lower, upper=100 * upper,
                 limits="Wilson (1927), 95%"),
        ]  # fmt: skip
    return figures
