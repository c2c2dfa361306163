"""The hand-back desk: from a notice date to a timetable, four ways on compared, and an allocation list, as one paper."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from chesil.core.assessment import Assessment
from chesil.core.errors import InputRefused
from chesil.definitions import load_definition
from chesil.place.place import Place


@dataclass(frozen=True)
class Part:
    """A part of a paper: a heading, sentences, and perhaps a table (heads, rows)."""

    heading: str
    sentences: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Paper:
    """A paper for a committee."""

    title: str
    parts: tuple[Part, ...] = field(default=())


@dataclass(frozen=True)
class Step:
    """A step of the timetable: the day it is due, who does it, what it is, and where the day comes from."""

    on: date
    who: str
    what: str
    source: str


def timetable(notice: date, contract: str, *, single_handed: bool | None) -> tuple[date, tuple[Step, ...], str]:
    """The last day of the contract, the steps in order, and the sentence on how the last day was found.

    A single-handed contractor's notice is taken only if it is known to be so. Raises `InputRefused` for another contract.
    """
    record = load_definition(".", "hand_back")
    periods = {(p["contract"], p["single_handed"]): p for p in record["notice"]}
    chosen = periods.get((contract, bool(single_handed)))
    if chosen is None:
        kinds = ", ".join(sorted({c for c, _ in periods}))
        raise InputRefused(
            f"The notice of a contract `{contract or 'unknown'}` is not in the definitions",
            [],
            f"Name one with --contract: {kinds}",
        )
    end = _months_after(notice, chosen["months"])
    if chosen["to_month_end"]:
        end = end.replace(day=calendar.monthrange(end.year, end.month)[1])
    steps = [Step(notice, "practice", f"Gives notice in writing ({contract})", chosen["source"])]
    for step in record["step"]:
        after = step.get("days_after_notice")
        on = notice + timedelta(days=after) if after is not None else end - timedelta(days=step["days_before_end"])
        steps.append(
            Step(
                min(max(on, notice), end) if step.get("days_before_end", 0) >= 0 else on,
                step["who"],
                step["what"],
                step["source"],
            )
        )
    steps.append(Step(end, "practice", "Last day of the contract", chosen["source"]))
    why = f"{chosen['months']} months from notice" + (", to the end of that month" if chosen["to_month_end"] else "")
    return end, tuple(sorted(steps, key=lambda s: s.on)), f"{why} ({chosen['source']})"


def _months_after(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def hand_back_paper(
    place: Place,
    practice: str,
    notice: date,
    found: Assessment,
    merged: Sequence[tuple[str, Assessment]],
    evidence: pl.DataFrame | None = None,
    contract: str = "",
    single_handed: bool | None = None,
) -> Paper:
    """The paper: timetable, ways on compared, who could take how many, allocation by area, choices, records.

    `found` is the what-if of the closure; `merged` are what-ifs of a merger with each likely successor.
    """  # fmt: skip
    row = place.practices.filter(pl.col("practice_code") == practice).row(0, named=True)
    contract = contract or str(row.get("contract_type") or "")
    end, steps, why = timetable(notice, contract, single_handed=single_handed)
    name = f"{row['practice_name']} ({practice})"
    parts = [
        Part("In short", _in_short(row, found, end, why)),
        Part("Timetable", ("Days marked “assumption” have no source and can be changed in the definitions (hand_back.toml).",),
             ("Day", "Who", "Step", "Source of the day"),
             tuple((s.on.strftime("%-d %B %Y"), s.who, s.what, s.source) for s in steps)),
        _ways_on(found, merged),
        _neighbours(found),
        Part("Patients who do not choose like the rest", ("Blank is not known from open data; enter it in the study.",),
             ("Group", "Patients", "Rule"),
             tuple((r["group"], "not known" if r["patients"] is None else f"{r['patients']:,}", r["rule"])
                   for r in found.tables["special"].iter_rows(named=True))),
        _allocation(found),
        *_fixed_parts(),
    ]  # fmt: skip
    if evidence is not None and evidence.height:
        known = evidence.filter(pl.col("practice_code").is_in([practice, *found.tables["receivers"]["practice_code"]]))
        rows = tuple(
            (r["practice_code"], r["kind"].replace("_", " "), r["value"], r["known_on"].isoformat())
            for r in known.iter_rows(named=True)
        )
        parts.append(Part("What is known locally", (), ("Practice", "Kind", "What", "Known on"), rows))
    return Paper(f"Hand-back of the contract of {name}: notice of {notice.strftime('%-d %B %Y')}", tuple(parts))


def _in_short(row: Mapping[str, Any], found: Assessment, end: date, why: str) -> tuple[str, ...]:
    table = found.tables["receivers"]
    first = table.row(0, named=True)
    over = table.filter("passes").height
    some = table.filter(pl.col("received") > 0).height
    return (
        f"The contract would end on {end.strftime('%-d %B %Y')}: {why}.",
        f"{row['list_size']:,} patients would need another practice. Most, about {_near(first['received'])} "
        f"({_near(first['lower'])} to {_near(first['upper'])}), would be expected at {first['practice_name']}.",
        f"{over} of {some} receiving practices would pass a threshold of the stress test in the expected dispersal.",
        "This paper compares ways on. It does not say that a practice should close, and no decision is recorded in it.",
    )


def _ways_on(found: Assessment, merged: Sequence[tuple[str, Assessment]]) -> Part:
    table = found.tables["receivers"]
    minutes = found.tables.get("minutes")
    change = None if minutes is None or minutes["after"][0] is None else minutes["after"][0] - minutes["before"][0]
    rows = [
        ("Caretaker", "a provider is found to run the practice for a time", "all stay", "0", "none",
         "time to procure or to disperse; its price is not known here"),
        ("Re-procurement", "a new contract is let for the list", "all stay", "0", "none",
         "needs a provider and the time to tender; enter both locally"),
    ]  # fmt: skip
    for code, one in merged:
        r = one.tables["receivers"].row(0, named=True)
        m = one.tables.get("minutes")
        extra = "not known" if m is None or m["after"][0] is None else f"{m['after'][0] - m['before'][0]:+.1f}"
        rows.append(
            (f"Merger with {r['practice_name']} ({code})", "one neighbour takes the list over", "all to one",
             "1" if r["passes"] else "0", f"{extra} if the building shuts", "the site may stay open")
        )  # fmt: skip
    some = table.filter(pl.col("received") > 0).height
    rows.append(
        ("Dispersal", "patients choose again, the rest are allocated", f"to {some} practices",
         str(table.filter("passes").height), "not known" if change is None else f"{change:+.1f}", "see the list by area below")
    )  # fmt: skip
    return Part(
        "Ways on, compared",
        ("Minutes are the change in mean modelled drive time. Doing nothing is not open once notice is given.",),
        ("Way", "What it is", "Patients", "Receivers past a threshold", "Minutes", "What is not known"),
        tuple(rows),
    )


def _neighbours(found: Assessment) -> Part:
    rows = tuple(
        (f"{r['practice_name']} ({r['practice_code']})", f"{r['list_before']:,}", _near(r["received"]),
         f"{_near(r['lower'])} to {_near(r['upper'])}", "" if r["growth_pct"] is None else f"{r['growth_pct']:.1f}%",
         "not known" if r["per_gp_after"] is None else f"{r['per_gp_after']:,.0f}",
         "yes" if r["passes"] else ("over already" if r["over_before"] else ("at the upper limit" if r["may_pass"] else "no")))
        for r in found.tables["receivers"].head(15).iter_rows(named=True)
    )  # fmt: skip
    return Part(
        "Neighbours: who could be asked to take how many",
        (
            "Practice boundaries and rooms are not published: ask each neighbour, and enter closed lists and room in the study.",
        ),
        ("Practice", "List now", "Expected", "95% range", "Growth", "Patients per GP after", "Past a threshold"),
        rows,
    )


def _allocation(found: Assessment) -> Part:
    table = found.tables["by_area"].filter(pl.col("patients") > 0)
    small = table.filter(pl.col("patients") < 5)
    shown = table.filter(pl.col("patients") >= 5)
    rows = tuple(
        (r["area_name"] or r["lsoa11"], r["to_practice"], f"{r['patients']:,}") for r in shown.iter_rows(named=True)
    )
    return Part(
        "Allocation list by area",
        (
            "How many patients of each small area would be expected at each practice, for planning letters; patients "
            "choose, and this list binds nobody.",
            f"{small.height:,} pairs with fewer than 5 people ({int(small['patients'].sum()):,} people) are left out.",
        ),
        ("Area", "Practice", "Patients"),
        rows,
    )


def _fixed_parts() -> list[Part]:
    record = load_definition(".", "hand_back")
    return [Part(p["heading"], tuple(p["sentences"])) for p in record["part"]]


def _near(number: float) -> str:
    return f"{round(number, -1):,.0f}"
