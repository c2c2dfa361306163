"""Supply against demand: GPs (FTE) to registered patients first, and floating catchments as if people could register anywhere."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.access.making import Of, dated, made
from chesil.analyses.access.reaching import Reached
from chesil.core.errors import ChesilError
from chesil.core.figure import Figure
from chesil.definitions import load_parameter
from chesil.methods.catchment import Catchments, balanced_fca, by_steps, enhanced_two_step_fca, three_step_fca
from chesil.methods.raam import raam
from chesil.place.place import Place

Array = NDArray[np.float64]

ROLE = "gp_fully_qualified"
RAAM_TAU = 15.0
"""Minutes of travel worth one average queue, as the method's authors begin with (Saxon and Snow, 2020)."""
RAAM_MINUTES = 45.0
RAAM_SITES = 20
"""People are shared out among so many of the nearest sites."""
RAAM_GAP = 1e-4
"""No area could save more of its score than this by going elsewhere; scores are about 1."""
WORST_PART = 0.1
LOW = 0.5
"""An area has low access where its supply per person is below half of the mean."""
ANYWHERE = "as if people could register anywhere"
BRANCH_RULE = "A branch has no published FTE: a practice's is shared out equally over its open sites."


@dataclass(frozen=True, eq=False)
class Supply:
    """FTE at each site, once with unusable returns left out and once with the average rate imputed for them."""

    excluded: Array
    imputed: Array
    practices_unusable: int
    patients_unusable: float


def supply_at_sites(place: Place, england: Place, reached: Reached) -> Supply | None:
    """GPs (FTE) of each practice over its open sites; None where no return is published at the vintage."""
    fte = dict(
        pl.concat([place.staff, england.staff])
        .filter(pl.col("role") == ROLE)
        .unique("practice_code", keep="first", maintain_order=True)
        .select("practice_code", "fte")
        .iter_rows()
    )
    lists: dict[str, int] = dict(
        pl.concat([t.practices.select("practice_code", "list_size") for t in (place, england)])
        .unique("practice_code", keep="first", maintain_order=True)
        .iter_rows()
    )
    if not fte:
        return None
    most = load_parameter("implausible_patients_per_gp_fte").on(place.as_at).value
    owners = sorted(set(reached.owners))
    usable = {o for o in owners if (fte.get(o) or 0) > 0 and lists.get(o, 0) / float(fte[o] or 1) <= most}
    if not usable:
        return None
    rate = math.fsum(float(fte[o] or 0) for o in sorted(usable)) / max(sum(lists.get(o, 0) for o in usable), 1)
    sites_of = {o: reached.owners.count(o) for o in owners}
    excluded = np.array([float(fte[o] or 0) / sites_of[o] if o in usable else 0.0 for o in reached.owners])
    imputed = np.array(
        [
            e if o in usable else lists.get(o, 0) * rate / sites_of[o]
            for e, o in zip(excluded, reached.owners, strict=True)
        ]
    )
    lost = [o for o in owners if o not in usable]
    return Supply(excluded, imputed, len(lost), float(sum(lists.get(o, 0) for o in lost)))


def demand_by_area(place: Place, reached: Reached) -> Array:
    """People registered anywhere by area, weighted for need: each counts as the mean patient of the practices used there.

    Inside the edge only, since not everybody beyond it is known; the weight is a practice's weighted over its plain list.
    """
    weights = {
        code: weighted / plain if weighted and plain else 1.0
        for code, plain, weighted in place.practices.select(
            "practice_code", "list_size", "weighted_list_size"
        ).iter_rows()
    }
    index = reached.index
    demand = np.zeros(len(reached.areas))
    flows = pl.concat([place.registrations, place.registered_elsewhere])
    for practice, area, patients in flows.select("practice_code", "lsoa11", "patients").iter_rows():
        if area in index and reached.inside[index[area]]:
            demand[index[area]] += patients * weights.get(practice, 1.0)
    return demand


def catchment_scores(minutes: Array, demand: Array, supply: Array, limit: float) -> dict[str, Catchments]:
    """Enhanced two-step, three-step and balanced floating catchments; supply that somebody can reach is conserved."""
    steps = {limit / 3: 1.0, limit * 2 / 3: 0.68, limit: 0.22}
    decay = by_steps(steps)
    found = {
        "enhanced": enhanced_two_step_fca(demand, supply, minutes, decay=decay),
        "three_step": three_step_fca(demand, supply, minutes),
        "balanced": balanced_fca(demand, supply, minutes, decay=decay),
    }
    for name in ("enhanced", "three_step"):
        c = found[name]
        given, kept = math.fsum(demand * c.access), math.fsum(supply) - c.supply_unreached
        if not math.isclose(given, kept, rel_tol=1e-9, abs_tol=1e-9):
            raise ChesilError(f"{name}: {kept:,.3f} FTE went in and {given:,.3f} came out")
    return found


def supply_figures(
    place: Place, england: Place, reached: Reached, limit: float
) -> tuple[list[Figure], pl.DataFrame | None]:
    """Catchment figures with unusable returns left out and imputed, and access by area under each method."""
    demand = demand_by_area(place, reached)
    supply = supply_at_sites(place, england, reached)
    receipts = (*place.receipts_for("staff"), *place.receipts_for("registrations"), *place.receipts_for("sites"))
    whole = Of(place.code, place.name)
    if supply is None or not demand.sum():
        why = f"not published for {place.vintage}: GPs (FTE) by practice"
        return [made("access_catchment_low", whole, place, reason=why, receipts=receipts)], None
    minutes = reached.times["drive"].minutes
    inside = reached.inside
    columns: dict[str, Array] = {}
    figures = []
    notes = (
        f"{ANYWHERE.capitalize()}; people do not.",
        BRANCH_RULE,
        f"GPs (FTE) as published for {dated(place.receipts_for('staff')) or 'an unknown date'}.",
        reached.about["drive"],
    )
    for kind, fte in (("excluded", supply.excluded), ("imputed", supply.imputed)):
        found = catchment_scores(minutes[inside], demand[inside], fte, limit)
        for name, c in found.items():
            columns[f"{name}_{kind}"] = c.access * 10_000
            if name == "balanced":
                continue  # its levels pile up beside large sites, so that half the mean says nothing; see the table
            figures.append(_low(place, name, kind, c.access, demand[inside], receipts, notes, c.method))
        figures.append(
            made("access_catchment_unreached", Of(f"{place.code}:{kind}", f"{place.name}, unusable returns {kind}"), place,
                 value=found["enhanced"].people_out_of_reach, numerator=found["enhanced"].people_out_of_reach,
                 receipts=receipts, notes=notes)
        )  # fmt: skip
    within = _nearest_only(minutes[inside])
    score = raam(demand[inside], supply.imputed, within, tau=RAAM_TAU, tolerance=RAAM_GAP).score
    columns["raam_imputed"] = score
    figures.append(_worst_tenth(place, score, demand[inside], receipts, notes))
    figures.append(
        made("access_unusable_returns", whole, place, value=float(supply.practices_unusable),
             numerator=float(supply.practices_unusable), receipts=receipts,
             notes=(f"They have {supply.patients_unusable:,.0f} patients; here and within 25 km.",))
    )  # fmt: skip
    codes = [a for a, i in zip(reached.areas, inside, strict=True) if i]
    return figures, pl.DataFrame({"lsoa11": codes, "demand": demand[inside], **columns}).sort("lsoa11")


def _nearest_only(minutes: Array) -> Array:
    """Minutes with all but each area's nearest sites, within a limit, set to no way: what makes RAAM quick in cities."""
    within = np.where(minutes <= RAAM_MINUTES, minutes, np.inf)
    if within.shape[1] > RAAM_SITES:
        last = np.partition(within, RAAM_SITES - 1, axis=1)[:, RAAM_SITES - 1]
        within = np.where(within <= last[:, None], within, np.inf)
    return within


def _low(
    place: Place, name: str, kind: str, access: Array, demand: Array, receipts: tuple[str, ...], notes: tuple[str, ...],
    method: str,
) -> Figure:  # fmt: skip
    total = math.fsum(demand)
    mean = math.fsum(demand * access) / total
    low = math.fsum(demand[access < LOW * mean])
    of = Of(f"{place.code}:{name}:{kind}", f"{place.name}, {NAMES[name]}, unusable returns {kind}")
    return made(
        "access_catchment_low", of, place, value=100 * low / total, numerator=low, denominator=total, receipts=receipts,
        notes=(*notes, method),
    )  # fmt: skip


def _worst_tenth(
    place: Place, score: Array, demand: Array, receipts: tuple[str, ...], notes: tuple[str, ...]
) -> Figure:
    """The mean RAAM score of the tenth of people who are worst placed, in means of all who have a way."""
    held = np.isfinite(score) & (demand > 0)
    of = Of(f"{place.code}:raam:imputed", f"{place.name}, rational agent (RAAM), unusable returns imputed")
    if not held.any():
        return made("access_raam_worst", of, place, reason="nobody has a way", receipts=receipts, notes=notes)
    order = np.lexsort((demand[held], -score[held]))
    people, cost = demand[held][order], score[held][order]
    tenth = WORST_PART * math.fsum(people)
    taken = np.clip(tenth - (np.cumsum(people) - people), 0.0, people)
    worst, mean = math.fsum(taken * cost) / tenth, math.fsum(people * cost) / math.fsum(people)
    method = f"RAAM to its equilibrium: {RAAM_TAU:g} minutes of travel worth one average queue, within {RAAM_MINUTES:g} minutes."
    return made(
        "access_raam_worst", of, place, value=worst / mean, numerator=worst, denominator=mean, receipts=receipts,
        notes=(*notes, method),
    )  # fmt: skip


NAMES: Mapping[str, str] = {
    "enhanced": "enhanced two-step",
    "three_step": "three-step (its theory is disputed)",
    "balanced": "balanced",
}
