"""Analysis: delivery. Targets and milestones judged by figures where there are any, by people's entries where not."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from chesil.core.assessment import Assessment
from chesil.core.figure import Figure
from chesil.definitions import load_parameter
from chesil.definitions.targets import Target, TargetSet
from chesil.measures.card import load_measure
from chesil.measures.computing import ALL, Unit, compute_measure, units_of
from chesil.place.place import Place
from chesil.place.vintage import find_vintage

MET, NOT_MET, TOO_CLOSE, SAID, NOT_SAID, SHOWN = (
    "met", "not met", "too close to tell", "people say", "nobody has said", "shown, no threshold",
)  # fmt: skip
UNALLOCATED = "U"
THEN_AND_NOW = ("list_size", "patients_per_gp_fte", "payments_per_weighted_patient")
GOOD = ("Good", "Outstanding")


@dataclass(frozen=True)
class Publications:
    """Tables of publications that only this analysis reads: ratings and appointments by practice."""

    ratings: pl.DataFrame
    indicators: pl.DataFrame


def assess_delivery(
    places: Mapping[str, Place],
    now: Place,
    figures: Mapping[tuple[str, str], Figure],
    publications: Publications,
    target_sets: Iterable[TargetSet],
    milestones: pl.DataFrame | None,
) -> Assessment:
    """Judge every target of the sets that are of this place.

    `places` are the same place by vintage, `now` the study's; `figures` are those of measures computed so far.
    `milestones` is the study's own table, whose rows answer for a target of the same name or title. The table `targets`
    has a row a target: set_title, reference, standing, title, says, by, measure, verdict, because. A share is judged
    against its threshold; where its limits hold the threshold it is too close to tell. Nothing is forecast: no target
    here has the thirteen points that a forecast needs.
    """
    target_sets = tuple(target_sets)
    made = [
        *_at_scale(now),
        _rated_good(now, publications.ratings),
        _one_system(now),
        _urgent_same_day(now, publications.indicators),
        *_then_and_now(places),
    ]
    known = {**figures, **{(f.measure, f.unit_code): f for f in made}}
    entries = {} if milestones is None else {r["milestone"]: r for r in milestones.iter_rows(named=True)}
    rows = [
        {
            "set": s.name, "set_title": s.title, "reference": s.reference, "standing": s.standing, "name": t.name,
            "title": t.title, "says": t.says, "by": t.by, "measure": t.measure, **_judged(t, now, known, entries),
        }
        for s in target_sets if s.is_of(now.code) for t in s.targets
    ]  # fmt: skip
    logic = _how_each_is_reached([s for s in target_sets if s.is_of(now.code)], rows)
    of_targets = {e for s in target_sets for t in s.targets for e in (t.name, t.title)}
    own = [r for n, r in entries.items() if n not in of_targets]
    return Assessment(
        analysis="delivery",
        figures=tuple(made),
        tables={
            "targets": pl.DataFrame(rows, schema=TARGETS),
            "logic": pl.DataFrame(logic, schema=LOGIC),
            "milestones": pl.DataFrame([_late(r, now.as_at) for r in own], schema=MILESTONES),
        },
        about={
            "targets": "One row a target: what it says, by when, how it is judged and why.",
            "logic": "One row a target that has a stated means: the means, the milestones that serve it, how it is seen, gaps.",
            "milestones": "The study's own milestones that are of no set of targets.",
        },
    )


TARGETS: dict[str, Any] = {
    "set": pl.String, "set_title": pl.String, "reference": pl.String, "standing": pl.String, "name": pl.String,
    "title": pl.String, "says": pl.String, "by": pl.Date, "measure": pl.String, "verdict": pl.String, "because": pl.String,
}  # fmt: skip
LOGIC: dict[str, Any] = {
    "name": pl.String, "title": pl.String, "means": pl.String, "milestones": pl.String, "measure": pl.String,
    "verdict": pl.String, "gaps": pl.String,
}  # fmt: skip
MILESTONES: dict[str, Any] = {
    "milestone": pl.String, "owner": pl.String, "due": pl.Date, "status": pl.String, "evidence": pl.String,
}  # fmt: skip


def _how_each_is_reached(sets: Sequence[TargetSet], judged: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each target that has a stated means: from the means by the milestones that serve it to what would show it, and gaps."""
    verdicts = {(r["set"], r["name"]): r["verdict"] for r in judged}
    rows = []
    for of, target in ((s.name, t) for s in sets for t in s.targets if t.means):
        steps = [(t.title, verdicts[s.name, t.name]) for s in sets for t in s.targets if target.name in t.serves]
        unsaid = sum(v == NOT_SAID for _, v in steps)
        gaps = [] if steps else ["no milestone leads to it"]
        gaps += [] if target.measure else ["no open figure shows whether it was reached"]
        gaps += ["no threshold says when it is reached"] if target.at_least is None and target.at_most is None else []
        gaps += [_unsaid(unsaid, len(steps))] if unsaid else []
        rows.append(
            {
                "name": target.name, "title": target.title, "means": target.means, "measure": target.measure,
                "milestones": "; ".join(f"{title} ({verdict})" for title, verdict in steps),
                "verdict": verdicts[of, target.name], "gaps": "; ".join(gaps),
            }
        )  # fmt: skip
    return rows


def _unsaid(unsaid: int, steps: int) -> str:
    if steps == 1:
        return "nobody has said how its milestone stands"
    many = "any" if unsaid == steps else str(unsaid)
    return f"nobody has said how {many} of its {steps} milestones stand{'s' if unsaid == 1 or many == 'any' else ''}"


def judge_target(target: Target, figure: Figure | None) -> tuple[str, str]:
    """The verdict on a target by its figure and the reason: met, not met, too close to tell or only shown."""
    if figure is None or figure.value is None:
        return NOT_SAID, figure.reason if figure is not None else target.no_measure_because or "no figure can judge it"
    if target.at_least is None and target.at_most is None:
        return SHOWN, target.says
    low = figure.value if figure.lower is None else figure.lower
    high = figure.value if figure.upper is None else figure.upper
    least = -math.inf if target.at_least is None else target.at_least
    most = math.inf if target.at_most is None else target.at_most
    if low >= least and high <= most:
        return MET, "the figure reaches the threshold"
    if high < least or low > most:
        return NOT_MET, "the figure does not reach the threshold"
    return TOO_CLOSE, "the figure's limits hold the threshold"


def _judged(
    target: Target, place: Place, figures: Mapping[tuple[str, str], Figure], entries: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    figure = figures.get((target.measure, place.code)) if target.measure else None
    verdict, because = judge_target(target, figure)
    entry = entries.get(target.name) or entries.get(target.title)
    if verdict == NOT_SAID and entry is not None and entry["status"]:
        evidence = f"evidence: {entry['evidence']}" if entry["evidence"] else "no evidence is given"
        return {"verdict": f"{SAID}: {entry['status'].replace('_', ' ')}", "because": evidence}
    return {"verdict": verdict, "because": because}


def _late(row: Mapping[str, Any], as_at: date) -> dict[str, Any]:
    """A milestone with its status; one that is past its day and not said to be done or dropped is late."""
    status = row["status"] or "nobody has said"
    if row["due"] < as_at and status not in ("done", "dropped"):
        status = f"past its day ({status.replace('_', ' ')})"
    return {**{k: row[k] for k in ("milestone", "owner", "due", "evidence")}, "status": status.replace("_", " ")}


def _at_scale(place: Place) -> list[Figure]:
    """Patients of practices whose group has at least the people of the parameter; for networks and each drawn grouping."""
    least = load_parameter("at_scale_group_people").on(place.as_at).value
    lists = dict(place.practices.select("practice_code", "list_size").iter_rows())
    types = ["pcn", *sorted(t for t in place.groups["group_type"].unique() if t.startswith("study:"))]
    found = []
    for kind in types:
        rows = place.groups.filter((pl.col("group_type") == kind) & (pl.col("member_type") == "practice"))
        rows = rows.filter(pl.col("group_code") != UNALLOCATED)
        by_group: dict[str, list[str]] = {}
        for group, member in rows.select("group_code", "member_code").sort("group_code", "member_code").iter_rows():
            by_group.setdefault(group, []).append(member)
        members = {m for own in by_group.values() if sum(lists.get(p, 0) for p in own) >= least for m in own}
        inside = sum(lists.get(p, 0) for p in members)
        unit = place.code if kind == "pcn" else kind
        said = "networks" if kind == "pcn" else f"groups of {kind.removeprefix('study:')}"
        found.append(
            _share(
                place, "share_at_scale", inside, sum(lists.values()), unit_code=unit,
                unit_name=place.name if kind == "pcn" else f"{place.name}, {said}",
                notes=(f"{said} of at least {least:,.0f} patients, counting only practices of this place",),
                receipts=place.receipts_for("groups") + place.receipts_for("practices", "list_size"),
                reason="" if by_group else f"no networks are published at {place.vintage}",
            )
        )  # fmt: skip
    return found


def _rated_good(place: Place, ratings: pl.DataFrame) -> Figure:
    own = ratings.filter(pl.col("practice_code").is_in(place.practices["practice_code"].implode()))
    good = own["rating"].is_in(list(GOOD)).sum()
    missing = place.practices.height - own.height
    return _share(
        place, "share_rated_good", int(good), own.height, standing="transcribed",
        notes=(f"{missing} of {place.practices.height} practices have no rating in the pack",) if missing else (),
        receipts=place.receipts_for("practice_ratings"), reason="" if own.height else "ratings are in the pack for Dorset only",
    )  # fmt: skip


def _one_system(place: Place) -> Figure:
    known = place.practices.drop_nulls("supplier").filter(pl.col("supplier") != "Unknown")
    counts = known.group_by("supplier").len().sort(["len", "supplier"], descending=[True, False])
    most = int(counts["len"][0]) if counts.height else 0
    return _share(
        place, "share_one_system", most, known.height, notes=(f"the most used is {counts['supplier'][0]}",) if most else (),
        receipts=place.receipts_for("practices", "supplier"),
        reason="" if known.height else f"clinical systems are not published for {place.vintage}",
    )  # fmt: skip


def _urgent_same_day(place: Place, indicators: pl.DataFrame) -> Figure:
    own = indicators.filter(pl.col("practice_code").is_in(place.practices["practice_code"].implode()))
    parts = {
        name: math.fsum(own.filter(pl.col("indicator") == f"appointments_{name}")["value"].drop_nulls())
        for name in ("urgent_same_day", "urgent")
    }
    period = own.filter(pl.col("indicator") == "appointments_urgent")["period"].unique().sort().to_list()
    found = _share(
        place, "urgent_same_day", parts["urgent_same_day"], parts["urgent"], standing="transcribed",
        notes=("Appointments coded as urgent by practices that code them so; some practices code almost none.",),
        receipts=place.receipts_for("practice_indicators"),
        reason="" if parts["urgent"] else "appointments by urgency are in the pack for Dorset, June to August 2026, only",
    )  # fmt: skip
    return replace(found, period=period[-1].split(" to ")[0]) if period else found


def _then_and_now(places: Mapping[str, Place]) -> list[Figure]:
    """The place at each vintage: practices held, and the measures that exist there, as units `code@vintage`."""
    found = []
    for vintage, place in sorted(places.items()):
        code = f"{place.code}@{vintage}"
        found.append(
            Figure(
                measure="practices_held", unit_code=code, unit_name=f"{place.name}, {vintage}", vintage=vintage,
                period=find_vintage(vintage).lists, unit="practices", method="count of practice codes with patients",
                value=float(place.practices.height), numerator=float(place.practices.height),
                limits="none: a full count", receipts=place.receipts_for("practices", "list_size"),
            )
        )  # fmt: skip
        whole: list[Unit] = units_of(place, ALL)
        for name in THEN_AND_NOW:
            figure = compute_measure(place, load_measure(name), whole)[0]
            found.append(replace(figure, unit_code=code, unit_name=f"{place.name}, {vintage}"))
    return found


def _share(
    place: Place, measure: str, part: float, whole: float, *, receipts: tuple[str, ...], unit_code: str = "",
    unit_name: str = "", standing: str = "derived", notes: tuple[str, ...] = (), reason: str = "",
) -> Figure:  # fmt: skip
    card = load_measure(measure)
    common: dict[str, Any] = {
        "measure": measure, "unit_code": unit_code or place.code, "unit_name": unit_name or place.name,
        "vintage": place.vintage, "period": find_vintage(place.vintage).lists, "unit": card.unit, "method": card.formula,
        "standing": standing, "notes": notes, "receipts": receipts,
    }  # fmt: skip
    if reason or not whole:
        return Figure(**common, reason=reason or "the denominator is zero")
    return Figure(
        **common,
        value=100.0 * part / whole,
        numerator=float(part),
        denominator=float(whole),
        limits="none: a full count",
    )
