"""The section on resilience: what a published rule gives, what cannot be seen, and who is exposed to a neighbour."""

from collections.abc import Sequence

from chesil.analyses.resilience import ResilienceSettings, all_offers, match_support
from chesil.analyses.resilience.counting import band_title, bands
from chesil.analyses.resilience.rule import FLAG, SENSITIVE_KINDS, all_criteria, threshold_words
from chesil.analyses.resilience.spectrum import all_pressures
from chesil.analyses.resilience.support import Offer
from chesil.blueprint.charts import BLUE, CONFIG, RULE, VEGA_LITE
from chesil.blueprint.document import (
    Block,
    Chart,
    Paragraph,
    Row,
    Section,
    Shown,
    Subheading,
    Table,
    Words,
)
from chesil.blueprint.words import limits_text, mid_sentence, number, part_text, place_name
from chesil.core.figure import Figure
from chesil.core.settings import settings_from
from chesil.definitions import load_definition
from chesil.measures.card import load_measure
from chesil.measures.computing import Unit
from chesil.plan import Plan

KEY, NAME = "resilience", "Resilience"
NO_OFFER = "No programme in the definitions fits and is open: add local offers in the study’s settings of resilience."
RETIRING = (
    "Who is near retirement is not published by practice, for GPs, nurses or managers: a board that has asked enters it in its "
    "table of local evidence, shown in its own edition alone. The national share assumed stands in the section on workforce."
)


def of_place(plan: Plan) -> Section | None:
    """The rule of 2015 counted, its unknowns, pressures, list sizes, exposure, support and (board) local evidence."""
    if "resilience" not in plan.assessments:
        return None
    code, name = plan.place.code, place_name(plan.place.name)
    blocks: list[Block] = [
        Subheading("The twelve criteria of 2015"),
        _criteria(plan, code),
        *_by_flags(plan, code),
        *_named(plan),
        *_spectrum(plan, code),
        *_sizes(plan, code, name),
        *_support(plan),
        *_evidence(plan),
        Paragraph((" ".join(plan.assessments["resilience"].warnings[1:]),), True),
    ]
    unknown = [plan.figures["resilience_criterion_unknown", f"{code}:{c.code}"] for c in all_criteria()]
    return Section(KEY, NAME, _heading(plan, unknown, name), _lead(plan, code, name), tuple(blocks))


def _heading(plan: Plan, unknown: Sequence[Figure], name: str) -> str:
    """What share has a flag and how many criteria cannot be seen; where that is withheld, no count of it is made up."""
    subject = f"What the rule of 2015 can and cannot see of {name}’s practices"
    if not all(f.is_known for f in unknown):
        return f"{subject} is not shown"
    unseen = sum(1 for f in unknown if f.value == f.denominator)
    blind = f"{unseen} of {len(unknown)} criteria cannot be seen"
    share = plan.figures["resilience_share_flagged", plan.place.code]
    if not share.is_known:
        return f"{subject}: {blind}"
    return f"What can be seen flags {number(share.value, plan.cards[share.measure])} of {name}’s practices; {blind}"


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """Counts of the group; and (but in the public edition) each practice's flags, unknowns and exposure."""
    if ("resilience_share_flagged", unit.code) not in plan.figures:
        return None
    name = place_name(unit.name)
    share = plan.figures["resilience_share_flagged", unit.code]
    seen: Words = (
        (f"Of {name}’s practices ", Shown(share), " have at least one flag of the rule of 2015, on the criteria that can "
         "be seen; most of the twelve cannot.")
        if share.is_known else
        (f"How many of {name}’s practices have a flag by the rule of 2015 is not shown here: {share.reason}.",)
    )  # fmt: skip
    lead: list[Words] = [
        seen,
        (*_exposed_words(plan, unit.code),),
    ]  # fmt: skip
    pace = plan.figures.get(("readiness_pace", unit.code))
    if pace is not None and pace.is_known:
        lead.append(
            (
                "By their own account the least ready of its practices stands at ",
                Shown(pace),
                f" on a scale of {plan.cards[pace.measure].unit}.",
            )
        )
    blocks = () if plan.study.edition == "public" else (_practices(plan, unit.practices, f"Practices of {name}"),)
    return Section(KEY, NAME, f"Signs of strain in {name}, and what is not known", tuple(lead), blocks)


def _lead(plan: Plan, code: str, name: str) -> tuple[Words, ...]:
    share = plan.figures["resilience_share_flagged", code]
    parts = (part_text(share.numerator), part_text(share.denominator))
    seen: Words = (
        ("By the national rule of 2015, ", Shown(share), f" of {name}’s practices (", Shown(share, parts[0]),
         " of ", Shown(share, parts[1]), ") have at least one flag on the criteria that can be seen.")
        if share.is_known else
        (f"How many of {name}’s practices have a flag by the national rule of 2015 is not shown here: {share.reason}.",)
    )  # fmt: skip
    return (
        seen,
        ("The strategy of 2016 put vulnerable practices at about a quarter: that was its own estimate, and the rule prints "
         "no weights. What is not published is unknown, not clear; entering it can only add flags or clear doubts.",),
        _exposed_words(plan, code),
    )  # fmt: skip


def _exposed_words(plan: Plan, code: str) -> Words:
    exposed = plan.figures["resilience_exposed", code]
    if not exposed.is_known:
        return (f"Exposure to neighbours is not known: {exposed.reason}.",)
    limit = _settings(plan).exposure_pct
    practices = "practice" if exposed.denominator == 1 else "practices"
    count = f"{exposed.value:,.0f} of {part_text(exposed.denominator)} {practices}"
    return (
        Shown(exposed, count),
        f" would receive more than {limit:g}% of their present list if one neighbour closed (modelled from where patients "
        "live; it says nothing of how likely that is).",
    )


def _settings(plan: Plan) -> ResilienceSettings:
    return settings_from(ResilienceSettings, plan.study.settings.get("resilience", {}), "study.toml [resilience]")


def _criteria(plan: Plan, code: str) -> Table:
    rows, settings = [], _settings(plan)
    for criterion in all_criteria():
        hit, unknown = (
            plan.figures[m, f"{code}:{criterion.code}"]
            for m in ("resilience_criterion", "resilience_criterion_unknown")
        )
        rows.append(
            Row(
                criterion.title,
                (
                    Shown(hit) if hit.is_known else "–",
                    Shown(unknown),
                    threshold_words(criterion, settings),
                    criterion.source,
                ),
            )
        )
    return Table(
        "Practices flagged and practices of which nothing is known, by criterion",
        ("Criterion", "Flagged", "Unknown", "Threshold", "Source"),
        tuple(rows),
        text_columns=(0, 3, 4),
        note="NHS England’s letter of 7 December 2015, as reported (secondary). Thresholds are in the study’s settings.",
    )


def _by_flags(plan: Plan, code: str) -> list[Block]:
    figures = [f for (m, c), f in plan.figures.items() if m == "resilience_by_flags" and c.startswith(f"{code}:")]
    known = [f for f in figures if f.value is not None]
    if not known:
        return []
    axis = {"gridColor": RULE, "domain": False, "ticks": False, "tickMinStep": 1, "labelColor": "#4c6272"}
    values = [{"flags": f.unit_code.rsplit(":", 1)[1], "practices": f.value} for f in known]
    spec = {
        "$schema": VEGA_LITE, "width": 640, "height": 26 * len(values), "config": CONFIG, "data": {"values": values},
        "mark": {"type": "bar", "color": BLUE, "height": 16},
        "encoding": {"y": {"field": "flags", "type": "nominal", "title": "flags", "axis": {"domain": False, "ticks": False}},
                     "x": {"field": "practices", "type": "quantitative", "title": "practices", "axis": axis}},
    }  # fmt: skip
    rows = tuple(Row(f.unit_code.rsplit(":", 1)[1], (Shown(f),)) for f in figures)
    return [
        Chart(spec, "Practices by number of flags; the values are in the table below",
              "Practices by number of flags among the criteria that are known. The axis starts at nought."),
        Table("Practices by number of flags", ("Flags", "Practices"), rows),
    ]  # fmt: skip


def _named(plan: Plan) -> list[Block]:
    if plan.study.edition == "public":
        return []
    counts = plan.assessments["resilience"].tables["counts"]
    flagged = sorted(r["practice_code"] for r in counts.iter_rows(named=True) if r[FLAG] > 0)
    if not flagged:
        return []
    return [
        Subheading("Practices with a flag, by code"),
        Paragraph(("In order of code, never of flags: a reason to talk early, not a judgement.",)),
        _practices(plan, tuple(flagged), "Practices with at least one flag"),
    ]


def _practices(plan: Plan, codes: tuple[str, ...], caption: str) -> Table:
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    titles = {c.code: c.title for c in all_criteria()}
    tables = plan.assessments["resilience"].tables
    flags = tables["flags"]
    first = tables["exposure"].group_by("practice_code", maintain_order=True).first()
    exposed = dict(first.select("practice_code", "closing").iter_rows())
    rows = []
    for code in (c for c in codes if c in names):
        mine = [r for r in flags.iter_rows(named=True) if r["practice_code"] == code and r["state"] == FLAG]
        which = "; ".join(f"{titles[r['criterion']]}: {r['value']}" for r in mine) or "none"
        exposure = plan.figures["resilience_exposure", code]
        nearest = exposed.get(code)
        worst = f"{place_name(names[nearest])} ({nearest})" if nearest in names else exposure.reason
        cells = (Shown(plan.figures["resilience_flags", code]), Shown(plan.figures["resilience_unknown", code]), which,
                 Shown(exposure) if exposure.is_known else "–", worst)  # fmt: skip
        rows.append(Row(f"{place_name(names[code])} ({code})", cells))
    return Table(
        caption,
        ("Practice", "Flags", "Unknown", "Which", "Largest share of own list to come, %", "If this neighbour closed"),
        tuple(rows),
        text_columns=(0, 3, 5),
    )


def _spectrum(plan: Plan, code: str) -> list[Block]:
    rows = []
    for pressure in all_pressures():
        figure = plan.figures["resilience_pressed", f"{code}:{pressure.code}"]
        sign = load_measure(pressure.measure).title if pressure.measure else "no sign is published by practice"
        rows.append(Row(pressure.title, (Shown(figure) if figure.is_known else "unknown", sign)))
    share = _settings(plan).pressed_share_pct
    return [
        Subheading("The spectrum of pressure"),
        Table(
            f"Practices in the worst {share:g}% of England’s on the sign of each pressure",
            ("Pressure", "Practices", "Sign"),
            tuple(rows),
            text_columns=(0, 2),
            note="The nine pressures of the strategy of 2016. One sign stands for each; it is not the pressure itself.",
        ),
    ]


def _sizes(plan: Plan, code: str, name: str) -> list[Block]:
    rows = []
    for low, high, _, _ in bands():
        here, ended = (
            plan.figures["resilience_band", f"{code}:{low}"],
            plan.figures["resilience_band_ended", f"ENGLAND:{low}"],
        )
        rows.append(
            Row(band_title(low, high), (Shown(here), Shown(ended), limits_text(ended, plan.cards[ended.measure])))
        )
    return [
        Subheading("List size, and what became of England’s codes"),
        Table(
            f"Practices of {name} by list, and the share of England’s codes of that size that ended in about three years",
            ("List", f"Practices, {name}", "Ended, England", "95%"),
            tuple(rows),
            text_columns=(0, 3),
            note="Codes of 2022/23 with no patients in July 2026. Ended means closed or merged, not failed; many small codes "
            "were being wound up already. It is what happened to a size of list, and no forecast of any practice.",
        ),
    ]


def _support(plan: Plan) -> list[Block]:
    flags = plan.assessments["resilience"].tables["flags"]
    hit = [
        c.code for c in all_criteria() if flags.filter((flags["criterion"] == c.code) & (flags["state"] == FLAG)).height
    ]
    offers = all_offers(_settings(plan))
    matched = match_support(hit, offers, plan.study.as_at)
    titles = {c.code: c.title for c in all_criteria()}
    day = plan.study.as_at

    def state(offer: Offer) -> str:
        if offer.is_open(day):
            return "open"
        return f"ended on {offer.until:%-d %B %Y}" if offer.until and offer.until < day else "not open yet"

    fitting = {offer.name: fits for offer, fits, _ in matched}
    rows = tuple(
        Row(
            offer.name,
            (
                state(offer),
                "; ".join(mid_sentence(titles[c]) for c in fitting.get(offer.name, ())) or "none",
                offer.reference,
            ),
        )
        for offer in sorted(offers, key=lambda o: (not o.is_open(day), o.name))
    )
    none = () if any(is_open for _, _, is_open in matched) else (Paragraph((NO_OFFER,)),)
    asked = tuple(
        Row(q["name"], ("; ".join(mid_sentence(titles[c]) for c in q["criteria"]), q["prompt"]))
        for q in load_definition(".", "success_checklist")["question"]
    )
    return [
        Subheading("Support that fits"),
        *none,
        Table("Offers of support, and the flags here that each fits", ("Offer", "State", "Fits", "Who says so"), rows,
              text_columns=(0, 1, 2, 3)),
        Table("What to talk about with a practice, whether or not it has a flag",
              ("Key question", "Criteria that bear on it", "Ask"), asked, text_columns=(0, 1, 2),
              note="The five key questions by which the Care Quality Commission inspects. Which criteria bear on each, "
              "and what to ask, are a judgement of Chesil’s; no practice is scored by them."),
        Paragraph((RETIRING,), True),
    ]  # fmt: skip


def _evidence(plan: Plan) -> list[Block]:
    table = plan.study.registers.get("local_evidence")
    if table is None or plan.study.edition == "public":
        return []
    rows = [
        Row(
            r["practice_code"],
            (r["kind"].replace("_", " "), r["value"], r["source"] or "not named", f"{r['known_on']}"),
        )
        for r in table.sort("practice_code", "kind", "known_on").iter_rows(named=True)
        if plan.study.edition == "board" or not (r["board_only"] or r["kind"] in SENSITIVE_KINDS)
    ]
    if not rows:
        return []
    return [
        Subheading("What is known locally"),
        Table("Entries of the study’s table of local evidence", ("Practice", "Kind", "What is known", "Source", "Known on"),
              tuple(rows), text_columns=(0, 1, 2, 3, 4)),
    ]  # fmt: skip
