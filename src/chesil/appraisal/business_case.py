"""A business case in the shape that approval asks for: what the study can fill in, and every gap listed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chesil.appraisal.appraising import BUSINESS_AS_USUAL, TESTS
from chesil.appraisal.costs import Line
from chesil.appraisal.results import AppraisedOptions, OptionResult
from chesil.core.errors import ChesilError, did_you_mean
from chesil.definitions import load_definition

CASES = ("justification", "outline")
KINDS = {
    "capital": "capital", "transition": "transition", "revenue": "running costs", "saving": "cash savings", "receipt": "receipts",
    "vat": "VAT",
}  # fmt: skip
ROOM = ("option_rooms", "option_consultations")
PRICED = {"drive": "by car", "walk": "on foot"}


@dataclass(frozen=True)
class Part:
    """One part: its heading, what the study says, and what is missing from it."""

    heading: str
    said: tuple[str, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class BusinessCase:
    """A case for one option. It is a draft: a part is as good as what the study holds, and `gaps` lists what it does not."""

    title: str
    option: str
    opening: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        return tuple(f"{p.heading}: {g}" for p in self.parts for g in p.gaps)


def write_case(case: str, found: AppraisedOptions, option: str, place: str, day: date) -> BusinessCase:
    """The business case of one option; `ChesilError` for a shape or option that is not known, or business as usual."""
    if case not in CASES:
        raise ChesilError(
            f"`{case}` is not a shape of case", [], did_you_mean(case, CASES) or f"There are {', '.join(CASES)}"
        )
    names = [o.name for o in found.options if o.name != BUSINESS_AS_USUAL]
    if option not in names:
        raise ChesilError(
            f"`{option}` is not an option", [], did_you_mean(option, names) or f"There are {', '.join(names)}"
        )
    shape, chosen = load_definition(".", "business_cases")[case], found.option(option)
    opening = [
        f"{place}, {day:%-d %B %Y}. A draft made from a study: nothing has been decided, and it is no application.",
        f"Shape: {shape['source']}.",
    ]
    if chosen.record is not None and chosen.record.is_illustration:
        opening.append("The option is an illustration, not a proposal: nobody has suggested it.")
    if "low_gbp" in shape and not shape["low_gbp"] <= chosen.costed.capital <= shape["high_gbp"]:
        capital = f"£{chosen.costed.capital:,.0f}"
        opening.append(
            f"This shape is for {shape['fits']}; the option’s capital with optimism is {capital}. Ask which is wanted."
        )
    parts = tuple(_part(p, found, chosen) for p in shape["part"])
    return BusinessCase(f"{shape['title']}: {chosen.title}", option, tuple(opening), parts)


def _part(shape: Mapping[str, object], found: AppraisedOptions, option: OptionResult) -> Part:
    said: list[str] = []
    gaps: list[str] = []
    for name in shape.get("filled_by", []):  # type: ignore[attr-defined]
        words, missing = FILLERS[name](found, option)
        said += words
        gaps += missing
    if shape.get("ask"):
        gaps.append(str(shape["ask"]))
    return Part(str(shape["heading"]), tuple(said), tuple(gaps))


Filled = tuple[Sequence[str], Sequence[str]]


def _about(found: AppraisedOptions, option: OptionResult) -> Filled:
    about = option.record.about if option.record else ""
    return ([about] if about else []), ([] if about else ["the option does not say what it is about"])


def _changes(found: AppraisedOptions, option: OptionResult) -> Filled:
    edits = [f"{e.words[:1].upper()}{e.words[1:]}: {e.reason}." for e in option.scenario.edits]
    return edits, ([] if edits else ["the option changes nothing"])


def _options(found: AppraisedOptions, option: OptionResult) -> Filled:
    said = [
        f"{o.title}: net present cost {_pounds(o.costed.net_present_cost)}, capital with optimism {_pounds(o.costed.capital)}."
        for o in found.options
    ]
    gaps = [w for w in found.appraisal.warnings if w.startswith("An appraisal needs")]
    for o in found.options[1:]:
        kept = [
            t for t in TESTS if o.record is None or o.record.deliverability.get(t, "not assessed") == "not assessed"
        ]
        if kept:
            gaps.append(f"nobody has said whether {o.title} is {', '.join(kept)}")
    return said, gaps


def _ranking(found: AppraisedOptions, option: OptionResult) -> Filled:
    said, gaps = [], []
    for r in found.appraisal.rankings:
        at = r.order.index(option.name) + 1 if option.name in r.order else None
        said.append(f"{r.who}: place {at} of {len(r.order)}." if at else f"{r.who}: fails a test and is not ranked.")
        if at:
            k = found.appraisal.ranked_options.index(option.name)
            share = 100 * r.over_all_weights.ranks[k, 0]
            said.append(
                f"{r.who}: first in {share:.0f}% of all weightings there could be, which is no chance of being right."
            )
        if r.left_out:
            gaps.append(f"{r.who} has not judged {', '.join(r.left_out)}")
    return said, gaps


def _costs(found: AppraisedOptions, option: OptionResult) -> Filled:
    costed = option.costed
    said = [_cost_line(line, found.day) for line in costed.lines]
    said += [
        f"{name[:1].upper()}{name[1:]} over {costed.years} years, with optimism: {_pounds(costed.by_kind[kind])}."
        for kind, name in KINDS.items()
        if kind in costed.by_kind
    ]
    if costed.base:
        said.append(f"Older sums are brought to the prices of {costed.base} by the study’s own index.")
    records = option.record.costs if option.record else ()
    gaps = [f"the source of “{c['what']}” is not said" for c in records if not c.get("source")]
    gaps += [f"“{c['what']}” rests on {c['source']}" for c in records if "assumption" in str(c.get("source", ""))]
    if costed.capital and not costed.vat_left_out:
        gaps.append("no VAT is given for the capital: say whether it can be recovered")
    if costed.capital and "transition" not in costed.by_kind:
        gaps.append("no cost of transition is given: moving, double running, closing the old building")
    if costed.capital and "revenue" not in costed.by_kind:
        gaps.append("no running cost is given: rent, rates, maintenance, staff")
    return said, (gaps if said else ["no costs are given"])


def _cost_line(line: Line, day: date) -> str:
    first, last = day.year + line.first, day.year + line.last
    when = f"in {first}" if first == last else f"each year from {first} to {last}"
    prices = f" in the prices of {line.prices}, {_pounds(line.today)} in today’s" if line.prices else ""
    optimism = f"; with {100 * line.uplift:.0f}% for optimism {_pounds(line.used)}" if line.uplift else ""
    return f"{line.what[:1].upper()}{line.what[1:]} ({line.kind}, {when}): {_pounds(line.given)}{prices}{optimism}."


def _value(found: AppraisedOptions, option: OptionResult) -> Filled:
    c = option.costed
    said = [
        f"Net present cost over {c.years} years: {_pounds(c.net_present_cost)}.",
        f"The same evenly spread: {_pounds(c.yearly_equivalent)} a year.",
        f"VAT of {_pounds(c.vat_left_out)} is left out of it, and inflation to come: sums are in the prices of the study’s date.",
    ]
    if c.longer is not None:
        said.append(
            f"Building may take up to {100 * c.longer:.0f}% longer than planned (upper bound of optimism for its type)."
        )
    per = [f for f in found.figures if f.measure == "option_gbp_per_minute" and f.scenario == option.name]
    said += [
        f"A person-minute saved ({PRICED.get(f.unit_code.rsplit(':', 1)[-1], '')}): {_pounds(f.value)}."
        for f in per
        if f.value is not None
    ]
    if c.net_present_value is None:
        return said, ["benefits in pounds: none are valued, so there is no net present value"]
    said.append(f"Benefits that the study values, kept apart from savings: {_pounds(c.benefits)} in today’s money.")
    return [*said, f"Net present value: {_pounds(c.net_present_value)}."], []


def _journeys(found: AppraisedOptions, option: OptionResult) -> Filled:
    said = []
    for mode, words in (*PRICED.items(), ("public_most", "by public transport or on foot, at the slow end")):
        i = option.impacts[mode][0]
        said.append(
            f"Journeys {words}: {i.further:,.0f} people in areas over a minute further, {i.nearer:,.0f} nearer."
        )
    rooms = {
        f.measure: f
        for f in found.figures
        if f.measure in ("option_rooms", "option_consultations") and f.scenario == option.name
    }
    if (more := rooms["option_rooms"]).value:
        most = rooms["option_consultations"].value or 0.0
        said.append(
            f"Rooms more: {more.value:,.0f}, for at most {most:,.0f} consultations a week, whoever would staff them."
        )
    return said, ([f"how many rooms it adds: {more.reason}"] if more.value is None else [])


def _equality(found: AppraisedOptions, option: OptionResult) -> Filled:
    state = found.signed[option.name]
    heavier = [
        f"{i.kind}: {i.group}" for i in option.impacts["drive"] if i.ratio_lower is not None and i.ratio_lower > 1
    ]
    said = [f"The assessment {state.words}.", f"Falls more on: {', '.join(heavier) or 'no group beyond chance'}."]
    return said, [] if state.is_signed else [f"the equality assessment {state.words}"]


def _involvement(found: AppraisedOptions, option: OptionResult) -> Filled:
    return [], ["how people were involved, and what scrutiny said: see the steps on the page of equality"]


def _risks(found: AppraisedOptions, option: OptionResult) -> Filled:
    risks = option.record.risks if option.record else ()
    said = [
        f"{r.get('risk', '')}: likelihood {r.get('likelihood', 'not said')}, owner {r.get('owner', 'not said')}."
        for r in risks
    ]
    return said, ([] if said else ["no risks are entered"])


def _start(found: AppraisedOptions, option: OptionResult) -> Filled:
    starts = option.record.starts if option.record else None
    return ([f"Would start on {starts:%-d %B %Y}."], []) if starts else ([], ["the option does not say when it starts"])


FILLERS: Mapping[str, Callable[[AppraisedOptions, OptionResult], Filled]] = {
    "about": _about, "changes": _changes, "options": _options, "ranking": _ranking, "costs": _costs, "value": _value,
    "journeys": _journeys, "equality": _equality, "involvement": _involvement, "risks": _risks, "start": _start,
}  # fmt: skip


def _pounds(value: float) -> str:
    return f"{'−' if round(value) < 0 else ''}£{abs(value):,.0f}"
