"""The command that works out a study's travel times over roads and timetables, and keeps them with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chesil.cli.printing import StudyFolder, day, err, out
from chesil.core.errors import ChesilError

if TYPE_CHECKING:
    import polars as pl

    from chesil.core.receipt import Receipt
    from chesil.routes.networks import RoadRules, Routed
    from chesil.study import Study

ROUTE_MODES = ("drive", "walk", "cycle", "public_transport")


def routes(
    study: StudyFolder,
    roads: Annotated[Path, typer.Option(help="OpenStreetMap extract: .osm.pbf or .osm.")],
    mode: Annotated[str, typer.Option(help="drive, walk, cycle or public_transport.")] = "drive",
    timetable: Annotated[Path | None, typer.Option(help="GTFS zip, for public_transport.")] = None,
    ferries: Annotated[bool, typer.Option("--ferries", help="Use ferries, with an assumed wait.")] = False,
    speeds: Annotated[Path | None, typer.Option(help="Your own copy of definitions/road_speeds.toml.")] = None,
    furthest: Annotated[float, typer.Option(help="Refuse a place farther than so many metres from a road.")] = 1_000,
    service_day: Annotated[str, typer.Option("--day", help="Day of the timetable; else a Tuesday in October.")] = "",
    window: Annotated[str, typer.Option(help="When people set out, for public_transport.")] = "07:00-10:00",
) -> None:
    """Work out a study's travel times from areas to sites, and write them into its folder as links.

    The study's blueprint then uses these in place of modelled times, and says so.
    """
    if mode not in ROUTE_MODES:
        raise ChesilError(f"`{mode}` is not a way to travel", [], f"Use one of {', '.join(ROUTE_MODES)}")
    if mode == "public_transport" and timetable is None:
        raise ChesilError("Public transport needs a timetable", [], "Name a GTFS zip with --timetable")
    if mode != "public_transport" and timetable is not None:
        raise ChesilError(f"A timetable is of no use to {mode}", [], "Use --mode public_transport")
    from chesil.registers.links import write_links
    from chesil.routes.links import links_of
    from chesil.routes.networks import network_of, read_extract, route
    from chesil.study import read_study

    with err.status("reading the study") as status:
        read = read_study(study)
        origins, destinations = _ends(read)
        status.update(f"reading {roads.name}")
        rules = _rules(speeds)
        extract = read_extract(roads)
        status.update("building the network")
        network = network_of(extract, "walk" if mode == "public_transport" else mode, rules=rules, ferries=ferries)
        made_from: tuple[Receipt, ...] = (extract.receipt,)
        if timetable is None:
            status.update(f"finding {origins.height} x {destinations.height} ways")
            found: Routed = route(network, origins, destinations, furthest=furthest)
            table = links_of(found)
        else:
            from chesil.routes.transit import Departures, transit_times
            from chesil.sources.gtfs import read_timetable

            status.update(f"reading {timetable.name}")
            first, last = _window(window)
            feed = read_timetable(timetable)
            when = Departures(day=day(service_day), first_minute=first, last_minute=last)
            status.update("scanning the timetable")
            transit = transit_times(feed, network, origins, destinations, when, furthest=furthest)
            found, table, made_from = transit.routed, links_of(transit), (extract.receipt, feed.receipt)
        path = write_links(study / "links", table, found.times.about, made_from)
    _report(path, table, found, extract.broken, extract.restrictions)


def _ends(read: "Study") -> "tuple[pl.DataFrame, pl.DataFrame]":
    """The place's areas, and every site that is open or a candidate now or in any option of the study."""
    import polars as pl

    from chesil.place.assembling import assemble_place
    from chesil.place.site_register import merge_registers
    from chesil.place.travel import area_origins
    from chesil.scenario.from_options import edits_from_option
    from chesil.scenario.scenario import apply_scenario

    place = assemble_place(read.wanted if isinstance(read.wanted, str) else list(read.wanted), vintage=read.vintage)
    place = merge_registers(place, read.registers).place
    places = [place, *(apply_scenario(place, edits_from_option(option)) for option in read.options.values())]
    columns = (pl.col("site_code").alias("code"), "easting", "northing")
    sites = pl.concat([p.sites.filter(pl.col("status") != "closed").select(columns) for p in places])
    sites = sites.drop_nulls(["easting", "northing"]).unique("code", keep="first", maintain_order=True)
    return area_origins(place), sites.sort("code")


def _rules(speeds: Path | None) -> "RoadRules":
    from chesil.definitions import load_definition_file
    from chesil.routes.networks import load_road_rules

    return load_road_rules(load_definition_file(speeds) if speeds else None)


def _window(text: str) -> tuple[int, int]:
    try:
        (h1, m1), (h2, m2) = (part.strip().split(":") for part in text.split("-"))
        return int(h1) * 60 + int(m1), int(h2) * 60 + int(m2)
    except ValueError as error:
        raise ChesilError(f"`{text}` is not a window", [], "Write it like 07:00-10:00") from error


def _report(path: Path, table: "pl.DataFrame", found: "Routed", broken: int, restrictions: int) -> None:
    import numpy as np

    ways = table["seconds"].count()
    out.print(f"Wrote {path}: {table.height:,} pairs, {ways:,} with a way.", highlight=False)
    for name, metres in (("areas", found.origin_snap_m), ("sites", found.destination_snap_m)):
        out.print(
            f"  {name} lie {np.median(metres):,.0f} m from the network at the median, {metres.max():,.0f} m at most",
            highlight=False,
        )
    for note in found.notes:
        out.print(f"  {note}", highlight=False, markup=False)
    if broken:
        out.print(f"  {broken:,} ways ran out of the extract and were cut at its edge", highlight=False)
    if restrictions:
        out.print(f"  {restrictions:,} turn restrictions are in the extract and are not used", highlight=False)
    out.print(f"  {found.times.about}", highlight=False, markup=False)
