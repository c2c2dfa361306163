"""The command that works out a study's travel times over roads and timetables, and keeps them with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chesil.cli.printing import StudyFolder, day, err, out
from chesil.core.errors import ChesilError

if TYPE_CHECKING:
    import polars as pl

    from chesil.routes.links import Ends
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
    import polars as pl

    from chesil.registers.links import write_links
    from chesil.routes.links import links_of
    from chesil.routes.networks import covered, network_of, read_extract
    from chesil.study import read_study

    first, last = _window(window)
    with err.status("reading the study") as status:
        read = read_study(study)
        ends = _ends(read)
        rules = _rules(speeds)
        feed = None
        if timetable is not None:
            from chesil.sources.gtfs import read_timetable

            status.update(f"reading {timetable.name}")
            feed = read_timetable(timetable)
        status.update(f"reading {roads.name}")
        extract = read_extract(roads, ends.box)
        status.update("building the network")
        network = network_of(extract, "walk" if feed else mode, rules=rules, ferries=ferries)
        beyond = covered(network, ends.areas_beyond, furthest=furthest)
        neighbours = covered(network, ends.neighbours, furthest=furthest)
        origins, destinations = pl.concat([ends.areas, beyond]), pl.concat([ends.sites, neighbours])
        status.update(f"finding {origins.height:,} x {destinations.height:,} ways")
        if feed is None:
            from chesil.routes.networks import route

            found = route(network, origins, destinations, furthest=furthest)
            table = links_of(found)
        else:
            from chesil.routes.transit import Departures, transit_times

            when = Departures(day=day(service_day), first_minute=first, last_minute=last)
            transit = transit_times(feed, network, origins, destinations, when, furthest=furthest)
            found, table = transit.routed, links_of(transit)
        # From beyond the place's edge, its own sites are all that is asked about.
        own = set(ends.areas["code"]), set(ends.sites["code"])
        table = table.filter(pl.col("from").is_in(own[0]) | pl.col("to").is_in(own[1]))
        made_from = (extract.receipt, feed.receipt) if feed else (extract.receipt,)
        path = write_links(study / "links", table, found.times.about, made_from)
    _report(path, table, found, extract.broken, extract.restrictions)
    for what, all_of, some in (
        ("areas beyond the place's edge", ends.areas_beyond, beyond),
        ("surgeries of other practices around it", ends.neighbours, neighbours),
    ):
        out.print(f"  {some.height:,} of {all_of.height:,} {what} lie within the extract", highlight=False)


def _ends(read: "Study") -> "Ends":
    """Where journeys begin and end: the study's place, its options, and the surgeries around it."""
    from chesil.place.assembling import assemble_place
    from chesil.place.site_register import merge_registers
    from chesil.place.travel import site_destinations
    from chesil.routes.links import ends_of
    from chesil.scenario.from_options import edits_from_option
    from chesil.scenario.scenario import apply_scenario

    place = assemble_place(read.wanted, vintage=read.vintage)
    place = merge_registers(place, read.registers).place
    options = [apply_scenario(place, edits_from_option(option)) for option in read.options.values()]
    england = assemble_place("England", vintage=read.vintage, only=frozenset({"sites"}))
    return ends_of(place, options, site_destinations(england))


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
