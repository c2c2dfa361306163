"""The web edition: a folder of pages that opens from disk, with no server and no network."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chesil.blueprint.atlas import Atlas, make_atlas, map_of_network, map_of_place
from chesil.blueprint.charts import STRIP_MEASURES, strip_chart
from chesil.blueprint.editions import EDITION_WORDS, make_safe_to_publish
from chesil.blueprint.section_html import section_view
from chesil.blueprint.sections import section_makers
from chesil.blueprint.sentences import Teller
from chesil.blueprint.views import figure_row, figure_view, journeys, measure_view, receipt_view, table_of
from chesil.blueprint.words import place_name
from chesil.core.figure import Figure
from chesil.core.whole_files import whole_folder
from chesil.plan import ENGLAND, HIGH_RATIO, LOW_RATIO, Plan

STATIC = ("style.css", "page.js")
TABLE_MEASURES = ("list_size", "share_65_plus", "deprivation", "share_rural", "share_no_car", "patients_per_gp_fte")


def publish_html(plan: Plan, out: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Write the pages of a plan into `out`, whole or not at all; return the path of index.html."""
    plan = _as_edition(plan)
    environment = Environment(loader=PackageLoader("chesil.blueprint"), undefined=StrictUndefined, autoescape=True)
    sections = [(m, s) for m in section_makers() if (s := m.of_place(plan)) is not None]
    site = _site(plan, [{"file": f"{m.key}.html", "name": m.name} for m, _ in sections])
    tell("drawing maps")
    atlas = make_atlas(plan)
    write = partial(_write, plan, site, environment)
    with whole_folder(out) as folder:
        for name in STATIC:
            (folder / name).write_bytes(files("chesil.blueprint").joinpath("templates", name).read_bytes())
        tell("writing the overview")
        write(folder / "index.html", "index.html", "", *_index(plan, atlas))
        for unit in plan.pcns:
            tell(f"writing {place_name(unit.name)}")
            page = _network(plan, atlas, unit.code, unit.name, unit.practices)
            write(folder / "networks" / f"{unit.code}.html", "network.html", "../", *page)
        for maker, section in sections:
            tell(f"writing {maker.name}")
            view = section_view(section, plan.cards, _by_id(plan), "")
            safe = [plan.figures[f.measure, f.unit_code] for f in section.figures]
            write(folder / f"{maker.key}.html", "section.html", "", {"section": view}, safe)
        tell("writing figures, measures and sources")
        used = {r for f in plan.figures.values() for r in f.receipts}
        receipts = [receipt_view(plan.receipts[r]) for r in sorted(used)]
        by_measure: dict[str, list[Figure]] = {}
        for (name, _), figure in plan.figures.items():
            by_measure.setdefault(name, []).append(figure)
        cards = plan.cards
        measures = [measure_view(m, plan) for m in cards.values()]
        groups = [{"measure": m, "rows": [figure_row(f, m) for f in by_measure[m.name]]} for m in cards.values()]
        write(folder / "figures.html", "figures.html", "", {"groups": groups}, [])
        write(folder / "measures.html", "measures.html", "", {"measures": measures}, [])
        write(folder / "sources.html", "sources.html", "", {"receipts": receipts}, [])
        (folder / "figures.csv").write_text(_csv(plan.figures.values()), encoding="utf-8")
    return out / "index.html"


def _as_edition(plan: Plan) -> Plan:
    parts = {u.code: u.practices for u in plan.pcns} | {plan.place.code: tuple(u.code for u in plan.pcns)}
    safe = make_safe_to_publish(plan.figures.values(), plan.study.edition, parts_of=parts)
    return replace(plan, figures={key: safe[f.id] for key, f in plan.figures.items()})


def _by_id(plan: Plan) -> dict[str, Figure]:
    """Figures as the edition may show them, by the id that a section knows them by."""
    return {f.id: f for f in plan.figures.values()}


def _site(plan: Plan, pages: list[dict[str, str]]) -> dict[str, Any]:
    """What every page says of the blueprint as a whole."""
    return {
        "title": plan.study.title,
        "edition": plan.study.edition,
        "edition_words": EDITION_WORDS[plan.study.edition],
        "as_at": f"{plan.study.as_at:%-d %B %Y}",
        "fingerprint": plan.pack_fingerprint[:12],
        "pages": pages,
    }


def _write(
    plan: Plan,
    site: dict[str, Any],
    environment: Environment,
    path: Path,
    template: str,
    root: str,
    page: dict[str, Any],
    used: Iterable[Figure],
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(journeys(used, plan), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    # A closing tag inside the data would end the script; JSON may write < as an escape.
    safe_json = Markup(text.replace("<", "\\u003c"))
    html = environment.get_template(template).render(site=site, root=root, page_json=safe_json, **page)
    path.write_text(html, encoding="utf-8")


def _index(plan: Plan, atlas: Atlas) -> tuple[dict[str, Any], list[Figure]]:
    teller = Teller(plan, "")
    cards = {m.name: m for m in plan.measures}
    place, name = plan.place, place_name(plan.place.name)
    by_size = sorted(plan.pcns, key=lambda u: -(plan.figures["list_size", u.code].value or 0))
    rows = [(place_name(u.name), u.code, f"networks/{u.code}.html") for u in by_size]
    rows += [(name, place.code, ""), ("England", ENGLAND.upper(), "")]
    table, shown = table_of(
        rows,
        [cards[m] for m in TABLE_MEASURES],
        plan.figures,
        caption=f"Networks of {name}",
        root="",
        totals=(place.code, ENGLAND.upper()),
        first="Network",
    )
    lead = teller.lead_of_place()
    edges, odd = _edges(plan)
    drawn, of_drawn = _drawn(plan)
    page = {
        "heading": _place_heading(plan, teller),
        "lead": lead,
        "map": _marked(map_of_place(plan, atlas)),
        "chart": {
            "heading": f"Where {name} and its networks stand among England’s boards",
            "how": "Grey dots are networks, the blue diamond is the whole place, the black mark is England and thin "
            "ticks are the other boards of England.",
            "svg": Markup(strip_chart(plan)),
            "label": "Strip charts of eight measures; the values are in the table below and on the page of all figures",
            "caption": "Each strip has its own scale; none starts at nought. " + _sources_line(plan),
        },
        "table": table,
        "edges": edges,
        "drawn": drawn,
        "unknown": _unknown(plan),
        "judgements": plan.judgements,
    }
    return page, [*teller.used, *shown, *odd, *of_drawn]


def _place_heading(plan: Plan, teller: Teller) -> str:
    return teller.heading_of_network(plan.place.code, place_name(plan.place.name))


def _network(
    plan: Plan, atlas: Atlas, code: str, published: str, practices: tuple[str, ...]
) -> tuple[dict[str, Any], list[Figure]]:
    teller, cards = Teller(plan, "../"), {m.name: m for m in plan.measures}
    name = place_name(published)
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    by_size = sorted(practices, key=lambda p: -(plan.figures["list_size", p].value or 0))
    both = [(name, code, ""), (place_name(plan.place.name), plan.place.code, ""), ("England", ENGLAND.upper(), "")]
    rows = [(place_name(names[p]), p, "") for p in by_size]
    table, shown = table_of(
        [*rows, *both],
        [cards[m] for m in TABLE_MEASURES],
        plan.figures,
        caption=f"Practices of {name}",
        root="../",
        totals=tuple(c for _, c, _ in both),
        first="Practice",
    )
    every, more = _every_measure(plan, both)
    unit = next(u for u in plan.pcns if u.code == code)
    sections = [s for m in section_makers() if (s := m.of_group(plan, unit)) is not None]
    of_sections = [plan.figures[f.measure, f.unit_code] for s in sections for f in s.figures]
    page = {
        "name": name,
        "code": code,
        "heading": teller.heading_of_network(code, name),
        "lead": teller.lead_of_network(code, len(practices)),
        "map": _marked(map_of_network(plan, atlas, code)),
        "chart": {
            "svg": Markup(strip_chart(plan, code)),
            "label": f"Strip charts of eight measures with {name} in blue; the values are in the table below",
            "caption": "Blue: this network. Grey dots: the other networks. Black: England. Thin ticks: boards of "
            "England. " + _sources_line(plan),
        },
        "table": table,
        "all": every,
        "sections": [section_view(s, plan.cards, _by_id(plan), "../") for s in sections],
    }
    return page, [*teller.used, *shown, *more, *of_sections]


def _every_measure(plan: Plan, columns: list[tuple[str, str, str]]) -> tuple[dict[str, Any], list[Figure]]:
    """The table turned: one row a measure, one column a unit."""
    shown, body = [], []
    for measure in plan.measures:
        own = [plan.figures[measure.name, code] for _, code, _ in columns]
        shown += own
        views = [figure_view(f, measure, "../") for f in own]
        said = measure.unit in ("%", "GBP", "patients", "ratio") or measure.unit.removeprefix("FTE ") in measure.title
        unit = "" if said else f", {measure.unit}"
        label = f"{measure.title}{unit} ({own[0].period})"
        body.append({"name": label, "href": f"../measures.html#{measure.name}", "figures": views, "total": False})
    heads = ["Measure", *(name for name, _, _ in columns)]
    return {
        "caption": "Every measure at the newest date for which it is published",
        "heads": heads,
        "rows": body,
    }, shown


def _marked(drawn: dict[str, Any]) -> dict[str, Any]:
    return {**drawn, "svg": Markup(drawn["svg"]), "legend": Markup(drawn["legend"])}


def _drawn(plan: Plan) -> tuple[list[dict[str, Any]], list[Figure]]:
    """A table for each grouping that the study draws."""
    cards = {m.name: m for m in plan.measures}
    tables, shown = [], []
    for grouping, units in plan.drawn.items():
        rows = [(u.name, u.code, "") for u in units] + [(place_name(plan.place.name), plan.place.code, "")]
        table, figures = table_of(
            rows, [cards[m] for m in TABLE_MEASURES], plan.figures, caption=f"Groups drawn in this study: {grouping}",
            root="", totals=(plan.place.code,), first="Group",
        )  # fmt: skip
        tables.append(table)
        shown += figures
    return tables, shown


def _edges(plan: Plan) -> tuple[dict[str, Any] | None, list[Figure]]:
    """Small areas where far fewer or more people are registered than live there: named before anyone says inflation."""
    card = next(m for m in plan.measures if m.name == "registered_to_resident")
    odd = sorted(plan.odd_areas, key=lambda u: (plan.figures[card.name, u.code].value or 0, u.code))
    if not odd:
        return None, []
    shown = [plan.figures[card.name, u.code] for u in odd]
    rows = [
        {
            "name": figure.unit_name,
            "registered": f"{figure.numerator:,.0f}",
            "residents": f"{figure.denominator:,.0f}",
            "ratio": figure_view(figure, card, ""),
        }
        for figure in shown
    ]
    how = "projected from July 2022" if plan.place.registrations_are == "projected" else "of July 2022"
    noun = "small area" if len(odd) == 1 else "small areas"
    edges = {
        "heading": f"In {len(odd)} {noun} registered and resident people differ widely",
        "text": "Far fewer registered than resident points to people with their own doctors (forces, prisons) or to "
        "practices across a border; far more points to homes built since the count, students, or old records. Name the "
        "cause before calling any of it list inflation.",
        "caption": f"Areas with fewer than {LOW_RATIO} or more than {HIGH_RATIO} registered people ({how}) to a resident",
        "rows": rows,
    }
    return edges, shown


def _unknown(plan: Plan) -> list[str]:
    lines = [
        "Sizes, condition and tenure of buildings: not published; bring them in the study’s table of sites.",
        "Branch surgeries since 2017, opening hours and vacancies: not published.",
        "Patients by small area after July 2022: not in the pack; where patients of 2026 live is projected. "
        + plan.diagnostics["projected_flows"],
    ]
    for measure in plan.measures:
        blank = [
            f
            for (m, code), f in plan.figures.items()
            if m == measure.name and not f.is_known and code in set(plan.place.practices["practice_code"])
        ]
        if blank:
            noun = "practice has" if len(blank) == 1 else "practices have"
            lines.append(f"{measure.title}: {len(blank):,} {noun} no figure ({blank[0].reason}).")
    return lines


def _sources_line(plan: Plan) -> str:
    used = {r for m in STRIP_MEASURES for r in plan.figures[m, plan.place.code].receipts}
    publishers = sorted({plan.receipts[r].publisher for r in used})
    return "Sources: " + "; ".join(publishers) + "; see the page of sources."


CSV_FIELDS = (
    "measure",
    "unit_code",
    "unit_name",
    "vintage",
    "period",
    "scenario",
    "value",
    "lower",
    "upper",
    "lower998",
    "upper998",
    "numerator",
    "denominator",
    "unit",
    "method",
    "limits",
    "standing",
    "reason",
    "notes",
    "receipts",
)


def _csv(figures: Iterable[Figure]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_FIELDS)
    for figure in figures:
        record = figure.as_dict()
        writer.writerow([_cell(record[f]) for f in CSV_FIELDS])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = " | ".join(value)
    # A spreadsheet would run a text that begins like a formula.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
