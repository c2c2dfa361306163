"""The neighbourhood health centre return: its parts filled from a study, every gap said, as a workbook or as text."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from chesil.blueprint.words import place_name
from chesil.core.assessment import Assessment
from chesil.core.errors import ChesilError, did_you_mean
from chesil.core.whole_files import whole_file, write_whole
from chesil.measures.computing import units_of
from chesil.place.place import Place, plain_name
from chesil.study import Study

GAP = "not known: to be filled"
PROPOSAL_PARTS = (
    ("location", "Location"),
    ("population", "Population served"),
    ("service_model", "Service model"),
    ("works", "Works"),
    ("gia_m2", "Area when done, m2"),
    ("constraints", "Constraints"),
    ("planning", "Planning"),
    ("digital", "Digital"),
    ("capital_gbp", "Capital, £"),
    ("capital_source", "Who would pay"),
    ("opens_on", "Opens on"),
    ("engagement", "Engagement"),
    ("disposes_of", "Disposals enabled"),
)


@dataclass(frozen=True)
class Part:
    """One part of the return: its name, heads, rows, and how many cells are gaps."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def gaps(self) -> int:
        return sum(cell.startswith(GAP) for row in self.rows for cell in row)


def return_parts(study: Study, place: Place, found: Assessment) -> tuple[Part, ...]:
    """Geography, existing estate, proposals, disposals they enable, amendments, and the gaps of each."""
    parts = (
        _geography(study, place),
        _estate(place),
        _proposals(study, place),
        _disposals(study, place, found),
        _amendments(study),
    )
    gaps = Part("Gaps", ("Part", "Cells to be filled"), tuple((p.name, str(p.gaps)) for p in parts))
    return (*parts, gaps)


def write_return(parts: tuple[Part, ...], title: str, path: Path) -> Path:
    """Write the return as .xlsx or .md, whole or not at all."""
    if path.suffix == ".md":
        return write_whole(path, _as_text(parts, title))
    if path.suffix != ".xlsx":
        raise ChesilError(f"A return is written as .xlsx or .md, not as {path.name}", [], "Name a file that ends so")
    with whole_file(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), {"strings_to_formulas": False, "strings_to_urls": False})
        bold, wrapped = (
            book.add_format({"bold": True, "bottom": 1}),
            book.add_format({"text_wrap": True, "valign": "top"}),
        )
        missing = book.add_format({"text_wrap": True, "valign": "top", "italic": True, "bg_color": "#fff2cc"})
        for part in parts:
            sheet = book.add_worksheet(part.name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(0, len(part.heads) - 1), 26)
            for k, head in enumerate(part.heads):
                sheet.write_string(0, k, head, bold)
            for n, row in enumerate(part.rows, start=1):
                for k, cell in enumerate(row):
                    sheet.write_string(n, k, cell, missing if cell.startswith(GAP) else wrapped)
        book.close()
    return path


def _as_text(parts: tuple[Part, ...], title: str) -> str:
    lines = [f"# Neighbourhood health centre return: {title}", ""]
    for part in parts:
        lines += [f"## {part.name}", ""]
        if not part.rows:
            lines += ["Nothing to say yet.", ""]
            continue
        lines += ["| " + " | ".join(part.heads) + " |", "|" + "---|" * len(part.heads)]
        lines += ["| " + " | ".join(c.replace("|", "/").replace("\n", " ") for c in row) + " |" for row in part.rows]
        lines.append("")
    return "\n".join(lines)


def _geography(study: Study, place: Place) -> Part:
    drawn = sorted({t for t in place.groups["group_type"] if t.startswith("study:")})
    proposals = [p for p in study.proposals.values() if p.kind == "groups"]
    proposals.sort(key=lambda p: (p.of == "areas", p.settings.get("low", 0), p.name))
    first = next((k for p in proposals if (k := f"study:{plain_name(p.title)}") in drawn), None)
    kind = first or (drawn[0] if drawn else "pcn")
    lists = dict(place.practices.select("practice_code", "list_size").iter_rows())
    how = "as drawn in the study (an illustration until it is decided)" if drawn else "primary care networks"
    rows = tuple(
        (
            place_name(u.name),
            f"{sum(lists[p] for p in u.practices):,}",
            str(len(u.practices)),
            ", ".join(u.practices),
            how,
        )
        for u in units_of(place, kind)
    )
    return Part(
        "Geography", ("Neighbourhood", "Registered patients", "Practices", "Practice codes", "How it is drawn"), rows
    )


def _estate(place: Place) -> Part:
    heads = (
        "Site",
        "Code",
        "Practice",
        "Kind",
        "Postcode",
        "Area, m2",
        "Rooms",
        "Tenure",
        "Condition",
        "Lease ends",
        "Last confirmed",
    )
    rows = tuple(
        (
            place_name(s["site_name"]),
            s["site_code"],
            s["practice_code"] or "none",
            s["kind"],
            _said(s["postcode"]),
            _said(s["gia_m2"]),
            _said(s["consulting_rooms"]),
            _said(s["tenure"]),
            _said(s["condition_grade"]),
            "does not apply" if s["tenure"] == "owned" else _said(s["lease_end"]),
            _said(s["known_on"]),
        )
        for s in place.sites.filter(pl.col("status") == "open").iter_rows(named=True)
    )
    return Part("Existing estate", heads, rows)


def _proposals(study: Study, place: Place) -> Part:
    heads = ("Proposal", *(h for _, h in PROPOSAL_PARTS))
    centres = study.registers.get("centres")
    rows = []
    for c in centres.iter_rows(named=True) if centres is not None else ():
        filled = {**c, "location": _location(place, c["site_code"]), "population": _population(place, c["group_name"])}
        rows.append((c["proposal"], *(_said(filled[k]) for k, _ in PROPOSAL_PARTS)))
    return Part("Proposals", heads, tuple(rows))


def _location(place: Place, code: str | None) -> str | None:
    found = place.sites.filter(pl.col("site_code") == (code or ""))
    if found.is_empty():
        return None
    site = found.row(0, named=True)
    return ", ".join(str(v) for v in (site["site_name"], site["address"], site["postcode"]) if v)


def _population(place: Place, group: str | None) -> str | None:
    if not group:
        return None
    members = place.groups.filter(pl.col("group_name").str.to_lowercase() == group.lower())["member_code"]
    if members.is_empty():
        names = place.groups.filter(pl.col("group_type").str.starts_with("study:") | (pl.col("group_type") == "pcn"))
        near = did_you_mean(group, set(names["group_name"]))
        return f"{GAP} ({group}: no such neighbourhood{'. ' if near else ''}{near})"
    lists = place.practices.filter(pl.col("practice_code").is_in(members.implode()))
    return f"{group}: {int(lists['list_size'].sum()):,} registered patients" if lists.height else None


def _disposals(study: Study, place: Place, found: Assessment) -> Part:
    heads = ("Proposal", "Site freed", "Cash saved a year, £", "One-off cost, £", "Public receipt, £")
    closing = {r["site_code"]: r for r in found.tables["closing"].iter_rows(named=True)}
    centres = study.registers.get("centres")
    rows = []
    for c in centres.iter_rows(named=True) if centres is not None else ():
        for code in (p.strip() for p in (c["disposes_of"] or "").split(";") if p.strip()):
            row: dict[str, Any] = closing.get(code, {})
            rows.append(
                (
                    c["proposal"],
                    _location(place, code) or f"{code}: no such site",
                    *(_said_or_why(row, m) for m in ("saves", "costs", "receipt")),
                )
            )
    return Part("Disposals", heads, tuple(rows))


def _said_or_why(row: dict[str, Any], what: str) -> str:
    """An amount of closing a site, else that it is not known and why."""
    said, why = _said(row.get(f"{what}_gbp")), row.get(f"{what}_why")
    return f"{GAP} ({why})" if said == GAP and why else said


def _amendments(study: Study) -> Part:
    heads = ("Changed on", "Part", "Field", "Was", "Became", "Because", "By")
    table = study.registers.get("amendments")
    names = ("changed_on", "part", "field", "was", "became", "because", "changed_by")
    rows = tuple(tuple(_said(r[n]) for n in names) for r in table.iter_rows(named=True)) if table is not None else ()
    return Part("Amendments", heads, rows)


def _said(value: object) -> str:
    if value is None:
        return GAP
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
