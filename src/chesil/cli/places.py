"""Commands to find a place, begin a study of it and look the study over."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from chesil.cli.printing import Json, StudyFolder, out, show, today
from chesil.core.errors import ChesilError, InputRefused, NotFound, Problem, did_you_mean


def places(
    text: Annotated[str, typer.Argument(help="Part of a name, a code or a postcode.")] = "", as_json: Json = False
) -> None:
    """List places whose code or name holds TEXT, or around a postcode; without TEXT, every integrated care board."""
    from chesil.place.finding import KINDS, group_index, search_places

    if text:
        matches = [
            (m.code, m.name, KINDS[m.kind], ", ".join(v for v in m.vintages if v), m.detail)
            for m in search_places(text)
        ]
    else:
        index = group_index().filter(group_index()["group_type"] == "icb")
        matches = [
            (r["group_code"], r["group_name"], KINDS["icb"], ", ".join(r["vintages"]), "")
            for r in index.iter_rows(named=True)
        ]
    if not matches:
        raise ChesilError(f"Nothing is called `{text}`", [], "Try a shorter part of the name, or a postcode")
    show(("code", "name", "kind", "held at", ""), matches, as_json)


def new(
    study: Annotated[Path, typer.Argument(help="Folder of the new study.")],
    icb: Annotated[str, typer.Option(help="Code or name of an integrated care board.")] = "",
    pcn: Annotated[str, typer.Option(help="Code or name of a primary care network.")] = "",
    council: Annotated[str, typer.Option(help="Code or name of a council.")] = "",
    practices: Annotated[str, typer.Option(help="Practice codes, separated by commas.")] = "",
    title: Annotated[str, typer.Option(help="Title of the study.")] = "",
) -> None:
    """Begin a study of a place: a folder with study.toml, to be edited by hand."""
    from chesil.blueprint.words import counted, place_name
    from chesil.place.assembling import assemble_place
    from chesil.study import new_study

    given = [g for g in (icb, pcn, council, practices) if g]
    if len(given) != 1:
        raise ChesilError("Name the place in one way", [], "Use one of --icb, --pcn, --council or --practices")
    codes = [c.strip().upper() for c in practices.split(",") if c.strip()]
    place = assemble_place(codes or given[0])
    path = new_study(
        study, title or place_name(place.name), as_at=today(), place="" if codes else place.code, practices=codes
    )
    out.print(
        f"Wrote {path}. {place.name}: {counted(place.practices.height, 'practice')}, {place.patients:,} patients.",
        highlight=False,
    )
    out.print(f"Next: chesil blueprint {study} --out DIR", highlight=False)


def template(
    register: Annotated[str, typer.Argument(help="Name of a register; without one, all are listed.")] = "",
    to: Annotated[Path, typer.Option("--out", help="Folder that the workbook is written to.")] = Path(),
) -> None:
    """Write an empty workbook for a register, to be filled in and kept in a study's folder `registers`."""
    from chesil.registers.contracts import REGISTERS
    from chesil.registers.templates import write_template

    if not register:
        show(("register", "what a row is"), [(n, c.about) for n, c in sorted(REGISTERS.items())], as_json=False)
        return
    if register not in REGISTERS:
        raise NotFound(
            f"There is no register `{register}`",
            [],
            did_you_mean(register, REGISTERS) or "`chesil template` lists them",
        )
    path = to / f"{register}.xlsx"
    if path.exists():
        raise ChesilError(
            f"{path} is already there and may hold rows", [], "Move it, or name another folder with --out"
        )
    to.mkdir(parents=True, exist_ok=True)
    out.print(
        f"Wrote {write_template(REGISTERS[register], path)}. Fill it in and keep it in the study's `registers`.",
        highlight=False,
    )


def check(study: StudyFolder) -> None:
    """Read a study and everything in it, and say what is wrong or that nothing is."""
    from chesil.blueprint.words import counted
    from chesil.place.assembling import assemble_place
    from chesil.place.site_register import merge_registers
    from chesil.scenario.from_options import edits_from_option
    from chesil.scenario.scenario import apply_scenario
    from chesil.setting_up.checking import check_settings
    from chesil.study import read_study

    read = read_study(study)
    check_settings(read)
    place = assemble_place(read.wanted, vintage=read.vintage)
    out.print(
        f"{read.title}: {counted(place.practices.height, 'practice')}, {place.patients:,} patients at {place.vintage}.",
        highlight=False,
    )
    merged = merge_registers(place, read.registers)
    problems: list[Problem] = []
    for option in read.options.values():
        try:
            apply_scenario(merged.place, edits_from_option(option))
        except ChesilError as error:
            found = error.problems or [Problem(error.title, "", "", error.way_out)]
            problems += [replace(p, where=f"options/{option.name}.toml {p.where}".strip()) for p in found]
        else:
            out.print(f"  option {option.name}: {len(option.edits)} edits", highlight=False)
    if problems:
        raise InputRefused("Options of the study cannot be carried out", problems, "Put these right and try again")
    for name, table in read.registers.items():
        out.print(f"  {name}: {table.height} rows", highlight=False)
    for mode, links in read.links.items():
        out.print(f"  links by {mode}: {links.height} pairs", highlight=False)
    for note in merged.notes:
        out.print(f"  {note}", highlight=False, markup=False)
    out.print("Nothing is wrong.")
