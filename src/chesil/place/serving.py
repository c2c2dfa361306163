"""Sites that serve practices which do not own them: hubs, and sites named as where another's patients are seen."""

from collections.abc import Sequence

import polars as pl

from chesil.place.place import Place

SERVED_FROM = "study:hub"
"""The group type that says which practices' patients a site serves: one group a site, its code `study:hub:SITE`."""


def sites_serving(place: Place) -> dict[str, tuple[str, ...]]:
    """For each practice that is served elsewhere than at its own sites: the codes of the open sites that serve it."""
    rows = place.groups.filter((pl.col("group_type") == SERVED_FROM) & (pl.col("member_type") == "practice"))
    open_sites = set(place.sites.filter(pl.col("status") == "open")["site_code"])
    found: dict[str, list[str]] = {}
    for code, practice in rows.select("group_code", "member_code").sort("group_code", "member_code").iter_rows():
        site = code.removeprefix(f"{SERVED_FROM}:")
        if site in open_sites:
            found.setdefault(practice, []).append(site)
    return {practice: tuple(sites) for practice, sites in found.items()}


def serving(place: Place, site: str, name: str, practices: Sequence[str]) -> Place:
    """The place in which a site serves some practices too."""
    code = f"{SERVED_FROM}:{site}"
    held = set(place.groups.filter(pl.col("group_code") == code)["member_code"])
    rows = [(SERVED_FROM, code, name or site, "practice", p, place.vintage) for p in practices if p not in held]
    return place.with_tables(
        groups=pl.concat([place.groups, pl.DataFrame(rows, schema=place.groups.schema, orient="row")])
    )
