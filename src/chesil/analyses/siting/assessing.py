"""Assessing siting: today's journeys, and a proposal's plans scored again from the place; nothing is solved here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from chesil.analyses.siting.inputs import Array, SitingInputs
from chesil.analyses.siting.losing import FURTHER, by_group, by_locality, closures
from chesil.analyses.siting.settings import SitingSettings
from chesil.core.assessment import Assessment
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.place.place import Place
from chesil.place.vintage import find_vintage

Z95, Z998 = 1.959963984540054, 3.090232306167813
MODE_WORDS = {"drive": "by car", "cycle": "by bicycle", "walk": "on foot"}
STEPS_SHOWN = 8
"""Steps of the whole place's frontier that the table shows, beside today's and the plan's."""


@dataclass(frozen=True)
class ProposedSites:
    """A proposal as the analysis reads it: the plan, the points of the frontiers and the robustness, as plain values."""

    name: str
    plan: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    robustness: Mapping[str, Any] = field(default_factory=dict)
    is_of_this_place: bool = True
    notes: tuple[str, ...] = ()
    title: str = ""
    aims: tuple[Mapping[str, Any], ...] = ()


def assess_siting(
    place: Place, inputs: SitingInputs, proposal: ProposedSites | None, settings: SitingSettings
) -> Assessment:
    """Minutes to the nearest site today, by place and locality; and who travels further in each step of a proposal."""
    maker = _Maker(place, inputs, settings)
    figures = maker.of_place(place.code, place.name, np.ones(inputs.areas.height, dtype=bool), inputs.is_open)
    names = dict(place.groups.select("group_code", "group_name").unique().iter_rows())
    owner = np.array(inputs.areas["locality"].to_list())
    of_site = np.array(inputs.sites["locality"].to_list())
    for code in sorted({x for x in owner if x}):
        figures += maker.of_place(code, names.get(code, code), owner == code, inputs.is_open & (of_site == code))
    tables: dict[str, pl.DataFrame] = {}
    warnings = list(inputs.notes)
    if proposal is not None and not proposal.is_of_this_place:
        warnings.append(
            f"The proposal `{proposal.name}` was made for other areas, sites or people than this place has now, so it is "
            "not shown. Run `chesil propose sites` again."
        )
    elif proposal is not None:
        made, tables = _score(place, maker, proposal, names)
        figures += made
        warnings += list(proposal.notes)
    about = {
        "frontier": "each step of the frontier: sites, mean minutes, people who travel further, gap",
        "further": "areas whose nearest site is farther in the plan than today",
        "decisions": "what the plan does with each site",
        "aims": "plans of least travel by number of sites, longest way and cost, with their gaps",
        "by_group": "who would have a longer way under the plan, by group in need",
        "by_locality": "who would have a longer way under the plan, by locality",
        "closures": "what each further closure costs whom, place and localities",
    }
    said = {k: v for k, v in about.items() if k in tables} | {
        "mode": MODE_WORDS[settings.mode],
        "rule": _rule_words(settings),
    }
    return Assessment("siting", tuple(figures), tables, said, tuple(warnings))


def _score(
    place: Place, maker: "_Maker", proposal: ProposedSites, names: Mapping[str, str]
) -> tuple[list[Figure], dict[str, pl.DataFrame]]:
    inputs = maker.inputs
    rows = []
    own = [s for s in proposal.steps if not s["locality"]]
    plan = proposal.plan if proposal.plan.get("open") else None
    figures: list[Figure] = []
    shown = {s["sites"] for s in _spread(own)} | ({plan["sites"]} if plan else set())
    for step in proposal.steps:
        locality = str(step["locality"])
        opened = maker.opened(step["open"], locality)
        code = locality or place.code
        row = {"locality": code, **maker.change(opened), "sites": step["sites"], "gap_pct": 100 * float(step["gap"])}
        rows.append(row)
        if locality or step["sites"] in shown:
            title = f"{names.get(locality, place.name)} with {step['sites']} site{'' if step['sites'] == 1 else 's'}"
            figures += maker.step(f"{code}:{step['sites']}-sites", title, opened, step, locality)
    tables = {"frontier": pl.DataFrame(rows)} if rows else {}
    lost = closures(inputs, proposal.steps, names)
    tables |= {"closures": lost} if lost.height else {}
    tables |= {"aims": _aims(maker, proposal.aims)} if proposal.aims else {}
    if plan:
        made, more = _of_plan(place, maker, proposal, names, "plan", f"{place.name}, illustrated plan")
        figures += made
        tables |= more
    return figures, tables


def _of_plan(
    place: Place, maker: "_Maker", proposal: ProposedSites, names: Mapping[str, str], key: str, title: str
) -> tuple[list[Figure], dict[str, pl.DataFrame]]:
    """A proposal's plan: its figures, and who loses by it."""
    inputs, plan = maker.inputs, proposal.plan
    opened = maker.opened(plan["open"], "")
    figures = maker.step(f"{place.code}:{key}", title, opened, plan)
    figures += maker.firmness(f"{place.code}:{key}", title, plan, proposal.robustness)
    return figures, {
        "further": maker.further(opened), "decisions": _decisions(inputs, plan, opened, proposal.robustness),
        "by_group": by_group(inputs, opened), "by_locality": by_locality(inputs, opened, names),
    }  # fmt: skip


def assess_another(place: Place, inputs: SitingInputs, proposal: ProposedSites, settings: SitingSettings) -> Assessment:
    """A further proposal of the study: its plan's figures under `plan-<name>`, and its tables; its frontier is not shown."""
    if not proposal.is_of_this_place or not proposal.plan.get("open"):
        why = "has no plan" if proposal.is_of_this_place else "was made for other areas, sites or people than now"
        return Assessment("siting", (), {}, {}, (f"The proposal `{proposal.name}` {why}, so it is not shown.",))
    names = dict(place.groups.select("group_code", "group_name").unique().iter_rows())
    title = f"{place.name}, {proposal.title or proposal.name}"
    figures, tables = _of_plan(place, _Maker(place, inputs, settings), proposal, names, f"plan-{proposal.name}", title)
    about = {f"title_of_{proposal.name}": proposal.title, f"rule_of_{proposal.name}": _rule_words(settings)}
    return Assessment(
        "siting",
        tuple(figures),
        {f"{t}_of_{proposal.name}": table for t, table in tables.items()},
        about,
        proposal.notes,
    )


def _aims(maker: "_Maker", points: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """The points of several aims scored again for people: mean and longest way, cost, who travels further, gap."""
    rows = []
    for point in points:
        change = maker.change(maker.opened(point["open"], ""))
        rows.append({
            "sites": int(point["sites"]), **change, "cost_gbp": float(point["cost"]), "gap_pct": 100 * float(point["gap"]),
            "is_proved": bool(point["is_proved"]), "is_best_at_something": bool(point.get("is_best_at_something", True)),
        })  # fmt: skip
    return pl.DataFrame(rows)


def _spread(steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first step, the last and some between, evenly apart."""
    if len(steps) <= STEPS_SHOWN:
        return list(steps)
    places = np.unique(np.linspace(0, len(steps) - 1, STEPS_SHOWN).round().astype(int))
    return [steps[int(k)] for k in places]


def _decisions(
    inputs: SitingInputs, plan: Mapping[str, Any], opened: np.ndarray, robustness: Mapping[str, Any]
) -> pl.DataFrame:
    """Each site with what the plan does with it, in how many re-runs it is open, and what deciding otherwise would cost.

    `otherwise` is in minutes of everybody's mean way, or pounds a year where the plan is of least cost.
    """
    kept = {**robustness.get("chosen_in", {}), **robustness.get("kept_in", {})}
    if robustness.get("runs"):
        kept = {c: kept.get(c, 0.0) for c in inputs.sites["code"]}
    extended = set(plan.get("extended", ()))
    by_travel = robustness.get("unit") == "weighted minutes"
    weight = float(inputs.weights.sum()) if by_travel else 1.0
    prices = {c: v / weight for c, v in robustness.get("otherwise", {}).items() if v is not None}
    words = []
    for code, was, now in zip(inputs.sites["code"], inputs.is_open, opened, strict=True):
        word = {(True, True): "keep", (True, False): "close", (False, True): "open", (False, False): "leave"}[
            bool(was), bool(now)
        ]
        words.append("extend" if code in extended else word)
    return inputs.sites.select("code", "site_name", "locality", "easting", "northing").with_columns(
        pl.Series("decision", words),
        pl.Series("kept_in", [kept.get(c) for c in inputs.sites["code"]], dtype=pl.Float64),
        pl.Series("otherwise", [prices.get(c) for c in inputs.sites["code"]], dtype=pl.Float64),
    )


class _Maker:
    """Makes figures of one place's siting; it holds what they share and never changes."""

    def __init__(self, place: Place, inputs: SitingInputs, settings: SitingSettings) -> None:
        self.place, self.inputs, self.settings = place, inputs, settings
        vintage = find_vintage(place.vintage)
        table = "area_ages" if settings.demand == "residents" else "registrations"
        self.receipts = tuple(dict.fromkeys((*place.receipts_for(table), *place.receipts_for("sites"))))
        self.common: dict[str, Any] = {
            "vintage": place.vintage, "period": vintage.lists, "scenario": place.scenario, "receipts": self.receipts,
        }  # fmt: skip
        self.note = f"{inputs.about}; to the nearest site of any practice, not the one where people are registered."

    def figure(self, measure: str, code: str, name: str, value: float | None, **more: Any) -> Figure:
        card = load_measure(measure)
        more = {"limits": f"none: {card.no_limits_because}", "standing": card.standing, "notes": (self.note,), **more}
        return Figure(measure=measure, unit_code=code, unit_name=name, unit=card.unit, method=card.formula or card.method,
                      value=value, **self.common, **more)  # fmt: skip

    def opened(self, codes: Sequence[str], locality: str) -> np.ndarray:
        """Flags of the open sites of a step; outside its locality those of today."""
        sites = np.array(self.inputs.sites["code"].to_list())
        chosen = np.isin(sites, list(codes))
        if not locality:
            return chosen
        own = np.array(self.inputs.sites["locality"].to_list()) == locality
        return np.where(own, chosen, self.inputs.is_open)

    def nearest(self, opened: np.ndarray) -> Array:
        found: Array = self.inputs.minutes[:, opened].min(axis=1, initial=np.inf)
        return found

    def mean(self, measure: str, code: str, name: str, opened: np.ndarray, areas: np.ndarray) -> Figure:
        """People's mean minutes to the nearest open site, with limits for the travel model's own error."""
        people = self.inputs.people[areas]
        ways = self.inputs.minutes[:, opened][areas]
        if not opened.any() or people.sum() <= 0:
            return self.figure(measure, code, name, None, reason="no open site with a known position", limits="")
        which = ways.argmin(axis=1)
        minutes = ways[np.arange(ways.shape[0]), which]
        if not np.isfinite(minutes[people > 0]).all():
            return self.figure(measure, code, name, None, reason="some areas have no way to any open site", limits="")
        error = self.inputs.errors[:, opened][areas][np.arange(ways.shape[0]), which]
        total = float(people.sum())
        value = float((people * minutes).sum()) / total
        spread = float(np.sqrt(((people * minutes * error) ** 2).sum())) / total
        limits = {} if spread == 0 else {
            "limits": "error of the travel model, taken as independent from area to area, 95% and 99.8%",
            "lower": value - Z95 * spread, "upper": value + Z95 * spread,
            "lower998": value - Z998 * spread, "upper998": value + Z998 * spread,
        }  # fmt: skip
        return self.figure(measure, code, name, value, numerator=value * total, denominator=total, **limits)

    def of_place(self, code: str, name: str, areas: np.ndarray, own: np.ndarray) -> list[Figure]:
        count = float(own.sum())
        return [
            self.figure("siting_sites", code, name, count, numerator=count, notes=()),
            self.mean("siting_mean_minutes", code, name, self.inputs.is_open, areas),
        ]

    def change(self, opened: np.ndarray) -> dict[str, float]:
        """What a set of sites changes for people, against today's."""
        people, then = self.inputs.people, self.nearest(opened)
        extra = then - self.inputs.now
        further = extra > FURTHER
        no_car = self.inputs.areas["no_car_share"].fill_null(0.0).to_numpy()
        affected = float(people[further].sum())
        return {
            "mean_minutes": float((then * people).sum() / people.sum()),
            "people_further": affected,
            "no_car_further": float((people * no_car)[further].sum()),
            "extra_minutes": float((extra * people)[further].sum() / affected) if affected else 0.0,
            "worst_minutes": float(then[people > 0].max()),
            "worst_extra": float(extra[people > 0].max()),
        }

    def step(
        self, code: str, name: str, opened: np.ndarray, step: Mapping[str, Any], locality: str = ""
    ) -> list[Figure]:
        """The figures of one plan: its sites, journeys, who travels further and by how much, and its proof.

        The mean is of the locality's own areas, if it is of one; who travels further is counted wherever they live.
        """
        c = self.change(opened)
        areas = np.array(self.inputs.areas["locality"].to_list()) == locality
        everyone = areas if locality else np.ones(self.inputs.areas.height, dtype=bool)
        people = float(self.inputs.people.sum())
        gap = step.get("gap")
        proof = {"limits": ""} if gap is None else {}
        return [
            self.figure("siting_sites", code, name, float(step["sites"]), numerator=float(step["sites"]), notes=()),
            self.mean("siting_mean_minutes", code, name, opened, everyone),
            self.figure("siting_people_further", code, name, c["people_further"], numerator=c["people_further"],
                        denominator=people),
            self.figure("siting_no_car_further", code, name, c["no_car_further"], numerator=c["no_car_further"]),
            self.figure("siting_extra_minutes", code, name, c["extra_minutes"],
                        numerator=c["extra_minutes"] * c["people_further"], denominator=c["people_further"])
            if c["people_further"] else
            self.figure("siting_extra_minutes", code, name, None, reason="nobody travels further", limits=""),
            self.figure("siting_worst_extra", code, name, max(c["worst_extra"], 0.0)),
            self.figure("siting_gap", code, name, None if gap is None else 100 * float(gap), notes=(),
                        reason="" if gap is not None else "no bound was found", **proof),
        ]  # fmt: skip

    def firmness(self, code: str, name: str, plan: Mapping[str, Any], robustness: Mapping[str, Any]) -> list[Figure]:
        """How many of the plan's sites stay in every re-run, and what change would make the second-best plan the best."""
        kept = robustness.get("kept_in", {})
        runs = len(robustness.get("runs", ()))
        if not kept:
            return []
        always = float(sum(v >= 1 for v in kept.values()))
        found = [
            self.figure("siting_sites_always_kept", code, name, 100 * always / len(kept), numerator=always,
                        denominator=float(len(kept)), notes=(f"{runs} re-runs: {_run_words(robustness['runs'])}.",))
        ]  # fmt: skip
        share = robustness.get("switch_share")
        if share is not None:
            found.append(self.figure("siting_switch", code, name, 100 * float(share), notes=()))
        return found

    def further(self, opened: np.ndarray) -> pl.DataFrame:
        """Areas by how much longer their journeys get, longest first: with people, minutes now and then."""
        then = self.nearest(opened)
        return (
            self.inputs.areas.with_columns(
                pl.Series("now_minutes", self.inputs.now), pl.Series("then_minutes", then),
                pl.Series("extra_minutes", then - self.inputs.now),
            )
            .sort(["extra_minutes", "lsoa11"], descending=[True, False])
        )  # fmt: skip


def _rule_words(settings: SitingSettings) -> str:
    """By which rule the number of sites of the illustrated plan was chosen."""
    under = ", under the further rules of this study" if settings.has_further_rules else ""
    if settings.aim != "travel":
        return "the best plan under the rules of this study"
    if settings.sites:
        return f"the number that this study asks for{under}"
    return (
        f"as few as leave the mean way within {settings.mean_may_rise_minutes:g} minutes of today’s, a setting that anybody may "
        f"change and not a target{under}"
    )


def _run_words(runs: Sequence[str]) -> str:
    names = dict.fromkeys(runs)
    return ", ".join(f"{n} ({runs.count(n)} times)" if runs.count(n) > 1 else n for n in names)
