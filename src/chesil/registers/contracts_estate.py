"""Contracts of the estate's further tables: use of rooms, proposed health centres, amendments of a return."""

from chesil.core.tables import Column, TableContract, maybe

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


ROOM_USE = TableContract(
    name="room_use",
    about="One row a site, weekday and half-day: how many rooms are in use in a usual week.",
    key=("site_code", "weekday", "half_day"),
    columns=(
        Column("site_code", "text", "code of the site"),
        Column("weekday", "text", "day", one_of=WEEKDAYS),
        Column("half_day", "text", "half-day", one_of=("morning", "afternoon", "evening")),
        Column("rooms_used", "float", "rooms in use", "rooms", low=0, high=400),
        maybe(
            "rooms_open", "float", "rooms that could be used; blank means all of the site's", "rooms", low=0, high=400
        ),
    ),
)

CENTRES = TableContract(
    name="centres",
    about="One row a proposal for a neighbourhood health centre: the parts of the national return that you must say.",
    key=("proposal",),
    columns=(
        Column("proposal", "text", "name of the proposal"),
        maybe("site_code", "text", "site that it builds on, of the table of sites"),
        maybe("group_name", "text", "neighbourhood that it would serve"),
        maybe("works", "text", "what would be built", one_of=("refurbishment", "extension", "new_build", "none")),
        maybe("service_model", "text", "which services would work there"),
        maybe("gia_m2", "float", "gross internal area when done", "m2", low=0, high=50_000),
        maybe("constraints", "text", "what stands in the way"),
        maybe("planning", "text", "planning permission: stage and reference"),
        maybe("digital", "text", "networks, records and devices"),
        maybe("capital_gbp", "float", "capital cost", "GBP"),
        maybe("capital_source", "text", "who would pay"),
        maybe("opens_on", "date", "day it would open"),
        maybe("engagement", "text", "who was asked, when, and what they said"),
        maybe("disposes_of", "text", "codes of the sites it would free, separated by semicolons"),
    ),
)

AMENDMENTS = TableContract(
    name="amendments",
    about="One row a change to a return after it was first made.",
    key=("changed_on", "part", "field"),
    columns=(
        Column("changed_on", "date", "day of the change"),
        Column("part", "text", "proposal or part of the return that changed"),
        Column("field", "text", "what of it changed"),
        maybe("was", "text", "what it said"),
        Column("became", "text", "what it says now"),
        maybe("because", "text", "why"),
        maybe("changed_by", "text", "role of the person who changed it"),
    ),
)

ESTATE_CONTRACTS = (ROOM_USE, CENTRES, AMENDMENTS)
