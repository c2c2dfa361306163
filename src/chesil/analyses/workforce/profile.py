"""The workforce as it is: practices, networks and the place against similar practices and England."""

import math
from collections.abc import Mapping, Sequence

import polars as pl

from chesil.analyses.workforce.making import Of, made, ratio
from chesil.analyses.workforce.returns import staff_of
from chesil.analyses.workforce.roles import all_roles, find_roles
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.place.place import Place

NETWORK_PERIOD = "2026-06-30"


def profile_figures(
    unit: Unit, place: Place, period: str, returns: Mapping[str, dict[str, object]], similar: Mapping[str, float]
) -> list[Figure]:
    """Figures of one unit from its practices' returns; `similar` holds the GP rate of each practice's similar ones."""
    rows = [returns[p] for p in unit.practices if p in returns]
    sound = [r for r in rows if r["gp_return"] == "sound"]
    of, receipts = Of(unit.code, unit.name), place.receipts_for("staff")
    notes = _return_notes(len(unit.practices), rows, sound)
    mixed = [r for r in sound if r["nurse_fte"] is not None and r["direct_care_fte"] is not None]
    heads = [r for r in sound if r["gp_heads"] is not None]
    partners = [r for r in sound if r["partner_fte"] is not None]
    weighed = [r for r in rows if r["weighted"]]
    both = receipts + place.receipts_for("practices", "weighted_list_size")

    def part(name: str, numerator: float | None, denominator: float | None, why: tuple[str, ...]) -> Figure:
        return ratio(name, of, place, period, why, numerator, denominator, notes=notes)

    figures = [
        part("workforce_participation", _sum(heads, "gp_fte"), _sum(heads, "gp_heads"), receipts),
        part("workforce_partner_share", _sum(partners, "partner_fte"), _sum(partners, "gp_fte"), receipts),
        part(
            "workforce_clinicians_per_gp",
            _add(_sum(mixed, "nurse_fte"), _sum(mixed, "direct_care_fte")),
            _sum(mixed, "gp_fte"),
            receipts,
        ),
    ]
    if similar:
        figures.append(part("workforce_gp_similar", *_similar(weighed, similar), both))
    if len(unit.practices) > 1 or unit.code == place.code:
        usable = [r for r in sound if r["weighted"]]
        figures += [
            part("workforce_usable_returns", float(len(sound)), float(len(unit.practices)), receipts),
            part("workforce_gp_excluded", _sum(usable, "gp_fte"), _sum(usable, "weighted"), both),
        ]
        figures += [part("workforce_gp_imputed", *_imputed(weighed, similar), both)] if similar else []
    return figures


def _return_notes(
    practices: int, rows: Sequence[dict[str, object]], sound: Sequence[dict[str, object]]
) -> tuple[str, ...]:
    odd = sum(1 for r in rows if r["gp_return"] == "not_believed")
    blank = practices - len(sound) - odd
    who = "The practice has" if practices == 1 else f"{blank} of {practices} practices have"
    notes = (
        (f"{who} no return under {'its' if practices == 1 else 'their'} code: unknown, not nought.",) if blank else ()
    )
    return notes + ((f"{odd} of {practices} returned nought or an implausible number of GPs.",) if odd else ())


def _sum(rows: Sequence[dict[str, object]], name: str) -> float | None:
    return math.fsum(float(r[name]) for r in rows) if rows else None  # type: ignore[arg-type]


def _add(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _similar(rows: Sequence[dict[str, object]], similar: Mapping[str, float]) -> tuple[float | None, float | None]:
    """GPs that the practices would have at their similar practices' rates, and their weighted list."""
    known = [r for r in rows if r["practice_code"] in similar]
    if not known:
        return None, None
    expected = math.fsum(float(r["weighted"]) * similar[str(r["practice_code"])] for r in known)  # type: ignore[arg-type]
    return expected, _sum(known, "weighted")


def _imputed(rows: Sequence[dict[str, object]], similar: Mapping[str, float]) -> tuple[float | None, float | None]:
    """GPs with the similar practices' rate put in for a return that is blank or not believed, and the weighted list."""
    known = [r for r in rows if r["gp_return"] == "sound" or r["practice_code"] in similar]
    if not known:
        return None, None
    fte = [
        float(r["gp_fte"]) if r["gp_return"] == "sound" else float(r["weighted"]) * similar[str(r["practice_code"])]  # type: ignore[arg-type]
        for r in known
    ]
    return math.fsum(fte), _sum(known, "weighted")


def role_figures(of: Of, place: Place, period: str) -> list[Figure]:
    """FTE per 10,000 weighted patients of each role in the practice return; roles nest, so they do not add up."""
    weighted = place.practices.select("practice_code", pl.col("weighted_list_size").cast(pl.Float64).alias("weighted"))
    receipts = place.receipts_for("staff") + place.receipts_for("practices", "weighted_list_size")
    figures = []
    for role in all_roles():
        rows = staff_of(place, role.practice).join(weighted, on="practice_code").drop_nulls()
        numerator = math.fsum(rows["value"]) if rows.height else None
        denominator = math.fsum(rows["weighted"]) if rows.height else None
        whom = Of(f"{of.code}:{role.code}", f"{of.name}: {role.title}")
        figures.append(ratio("workforce_role_fte_per_10000", whom, place, period, receipts, numerator, denominator))
    return figures


def network_shares(place: Place, england: Place) -> pl.DataFrame:
    """Each network with a practice in the place: pcn_code, patients in the place, share of its list that is there."""

    def patients(where: Place) -> pl.DataFrame:
        members = where.groups.filter((pl.col("group_type") == "pcn") & (pl.col("member_type") == "practice"))
        return (
            members.select(pl.col("group_code").alias("pcn_code"), pl.col("member_code").alias("practice_code"))
            .join(where.practices.select("practice_code", "list_size"), on="practice_code")
            .group_by("pcn_code")
            .agg(pl.col("list_size").sum().cast(pl.Float64).alias("patients"))
        )

    whole = patients(england).rename({"patients": "of_all"})
    mine = patients(place).filter(pl.col("pcn_code") != "U").join(whole, on="pcn_code", how="left")
    return mine.select(
        "pcn_code", "patients", (pl.col("patients") / pl.col("of_all").fill_null(pl.col("patients"))).alias("share")
    ).sort("pcn_code")


def network_staff(pcn_staff: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Staff of networks by our roles: pcn_code, role ("all" for every record), fte; a network that lies only partly
    in the place counts by the share of its patients there."""
    mine = pcn_staff.join(shares, on="pcn_code").with_columns(pl.col("fte") * pl.col("share"))
    parts = [mine.with_columns(pl.lit("all").alias("role"))]
    parts += [
        mine.filter(pl.col("staff_role").is_in(list(r.network))).with_columns(pl.lit(r.code).alias("role"))
        for r in all_roles()
        if r.network
    ]
    return (
        pl.concat(parts)
        .sort("pcn_code", "role", "staff_group", "staff_role", "detailed_role")
        .group_by("pcn_code", "role", maintain_order=True)
        .agg(pl.col("fte").sum())
    )


def network_figures(
    of: Of, place: Place, staff: pl.DataFrame, shares: pl.DataFrame, *, by_role: bool = False
) -> list[Figure]:
    """Staff employed through networks per 10,000 registered patients: all, and if asked by role."""
    receipts = place.receipts_for("pcn_staff") + place.receipts_for("practices", "list_size")
    returned = shares.join(staff.select("pcn_code").unique(), on="pcn_code", how="semi")
    patients = float(returned["patients"].sum())
    silent = shares.height - returned.height
    who = "The network has" if shares.height == 1 else f"{silent} of {shares.height} networks have"
    notes = (f"{who} no record in the return: unknown, not nought.",) if silent else ()
    why = "not published: no record in the networks' return"

    def one(measure: str, whom: Of, role: str) -> Figure:
        fte = math.fsum(staff.filter(pl.col("role") == role).sort("pcn_code")["fte"])
        return ratio(
            measure, whom, place, NETWORK_PERIOD, receipts, fte if patients else None, patients, reason=why, notes=notes
        )

    figures = [one("workforce_network_fte_per_10000", of, "all")]
    if by_role:
        figures += [
            one("workforce_network_role_fte_per_10000", Of(f"{of.code}:{r.code}", f"{of.name}: {r.title}"), r.code)
            for r in all_roles()
            if r.network
        ]
    return figures


def vacancy_figures(
    of: Of, place: Place, codes: Sequence[str], vacancies: pl.DataFrame | None, where: str
) -> list[Figure]:
    """Vacant FTE over vacant and in post, for practices and roles that the study's register names; else the reason."""
    period = str(place.as_at)
    if vacancies is None or vacancies.is_empty():
        reason = "not published: enter vacancies in registers/vacancies.csv"
        return [made("workforce_vacancy_rate", of, place, period, (), reason=reason)]
    roles = find_roles(vacancies["role"], where)
    rows = vacancies.with_columns(pl.Series("role_code", [r.code for r in roles])).filter(
        pl.col("practice_code").is_in(list(codes)) & (pl.col("status").fill_null("vacant") != "filled")
    )
    vacant, in_post = math.fsum(rows["fte"]), 0.0
    by_code = {r.code: r for r in all_roles()}
    for code, role in rows.select("practice_code", "role_code").unique().sort("practice_code", "role_code").iter_rows():
        posts = staff_of(place, by_code[role].practice).filter(pl.col("practice_code") == code)
        in_post += float(posts["value"].fill_null(0.0).sum())
    if rows.is_empty():
        return [made("workforce_vacancy_rate", of, place, period, (), reason="no vacancy is entered for its practices")]
    return [ratio("workforce_vacancy_rate", of, place, period, place.receipts_for("staff"), vacant, vacant + in_post)]
