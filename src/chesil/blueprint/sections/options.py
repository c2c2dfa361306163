"""The section on options: what each changes and costs, how it scores, how stable the ranking is, what would change it."""

from collections.abc import Sequence

from chesil.appraisal.appraising import BUSINESS_AS_USUAL, TESTS, Ranked
from chesil.appraisal.costs import Line
from chesil.appraisal.results import AppraisedOptions, OptionResult, option_unit
from chesil.blueprint.document import (
    Block,
    Bullets,
    Paragraph,
    Row,
    Section,
    Shown,
    Subheading,
    Table,
    Words,
)
from chesil.blueprint.sections.options_ranking import (
    by_hand,
    notes_blocks,
    option_figure,
    side_by_side,
    weighting_blocks,
    what_if_blocks,
)
from chesil.blueprint.words import counted, pounds
from chesil.measures.computing import Unit
from chesil.plan import Plan

KEY, NAME = "options", "Options"
HUES = ("#768692", "#005eb8", "#a34e00", "#006747", "#7c2855", "#41b6e6", "#c27b00", "#330072")
"""Business as usual is grey; an option keeps its hue on every page."""
KEPT_BACK = (
    "Practices, surgeries and areas are named to the public once a person has set the state to “for engagement”."
)
SETS = {1: "the weights given", 2: "both sets of weights given"}
ROOM = ("option_rooms", "option_consultations")
ROOM_NOTE = (
    "A ceiling, not a forecast: one consultation after another in every added room, whoever would staff them. Rooms feed no "
    "criterion."
)
HUB_NOTE = (
    "A hub counts among the surgeries of every practice that it serves: their patients’ journeys are to whichever is nearer, "
    "for the care that the hub gives. What stays at their own surgery stays as far as it is."
)
MONEY_NOTE = (
    "In the prices of the date of the study: sums of other years are brought to them by the study’s own index, inflation to "
    "come is left out, and discounting is on top. VAT is shown and left out of the net present cost, as a transfer within "
    "government. Savings that release no cash are not taken off."
)
BOUGHT_NOTE = (
    "Minutes are never cash: they stand beside the money. A person-minute is one minute of one journey by each resident. "
    "Benefits are those that the study values in pounds, discounted; they are no savings and are not in the net present cost."
)
KINDS = {
    "capital": "Capital", "transition": "Transition", "revenue": "Running costs", "saving": "Cash savings", "receipt": "Receipts",
    "vat": "VAT, left out",
}  # fmt: skip


def of_place(plan: Plan) -> Section | None:
    """Options judged against business as usual, with every number from the same figures as the rest of the blueprint."""
    found = plan.appraised
    if found is None:
        return None
    blocks: list[Block] = [*_illustration(found), *_what_each_is(plan, found)]
    for ranked in found.appraisal.rankings:
        blocks += weighting_blocks(plan, found, ranked)
    blocks += [*side_by_side(found), by_hand(found), *what_if_blocks(found), *_risks(found)]
    blocks += [*notes_blocks(found), *_money(plan, found)]
    return Section(KEY, NAME, _heading(found), _lead(plan, found), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """Nothing: options are of the whole place."""
    return None


def _heading(found: AppraisedOptions) -> str:
    rankings = found.appraisal.rankings
    firsts = {r.order[0] for r in rankings}
    if len(firsts) == 1:
        name = firsts.pop()
        k = found.appraisal.ranked_options.index(name)
        least = min(float(r.over_all_weights.ranks[k, 0]) for r in rankings)
        given = SETS.get(len(rankings), f"all {len(rankings)} sets of weights given")
        return f"“{found.title_of(name)}” comes first under {given}, and in {100 * least:.0f}% of all there could be"
    return f"Which option comes first depends on whose weights are used: {counted(len(firsts), 'option')} could"


def _lead(plan: Plan, found: AppraisedOptions) -> tuple[Words, ...]:
    sentences: list[Words] = []
    for r in found.appraisal.rankings:
        first = option_figure(plan, "option_first_any_weights", r.order[0], r.who)
        name = found.title_of(r.order[0])
        how = " of all weightings there could be."
        sentences.append((f"{r.who}: “{name}” comes first, and does so in ", Shown(first), how))
        sentences.append((_what_changes_it(found, r),))
    sentences.append(("How often an option comes first is a share of weightings, not the chance that it is right.",))
    return tuple(sentences)


def _what_changes_it(found: AppraisedOptions, ranked: Ranked) -> str:
    if ranked.nearest_switch is None:
        return "No weights put another option first."
    weights, moved, option = ranked.nearest_switch
    gains = [c for c, new, old in zip(ranked.criteria, weights, ranked.weights, strict=True) if new > old + 1e-6]
    titles = {c.name: c.title.lower() for c in found.appraisal.criteria}
    return (
        f"The nearest weights that put “{found.title_of(option)}” level with it move {100 * moved:.0f} of 100 points towards "
        f"{' and '.join(titles[g] for g in gains) or 'none'}."
    )


def _illustration(found: AppraisedOptions) -> list[Block]:
    shown = [o.title for o in found.options if o.record is not None and o.record.is_illustration]
    return (
        [
            Paragraph(
                (
                    f"Illustrations, not proposals: {'; '.join(shown)}. Nobody has suggested them; nothing has been decided.",
                )
            )
        ]
        if shown
        else []
    )


def is_kept_back(plan: Plan) -> bool:
    """True in a public edition that nobody has released for engagement: it names no practice or surgery of an option."""
    return plan.study.edition == "public" and plan.study.approval.state == "draft"


def _what_each_is(plan: Plan, found: AppraisedOptions) -> list[Block]:
    blocks: list[Block] = [Subheading("What each option would change")]
    for o in found.options[1:]:
        about = o.record.about if o.record is not None else ""
        blocks.append(Paragraph((f"“{o.title}”. {about}".strip(),)))
        edits = [(f"{e.words[:1].upper()}{e.words[1:]}: {e.reason}",) for e in o.scenario.edits]
        if edits and is_kept_back(plan):
            blocks.append(Paragraph((f"Edits: {len(edits)}. {KEPT_BACK}",), is_quiet=True))
            continue
        blocks.append(Bullets(tuple(edits)) if edits else Paragraph(("Nothing but what it costs.",), is_quiet=True))
    measures = list(dict.fromkeys(m for c in found.appraisal.criteria for f in c.feeds for m in (f.measure,)))
    rows = tuple(Row(o.title, tuple(Shown(option_figure(plan, m, o.name)) for m in measures)) for o in found.options)
    table = Table(
        "Figures that feed the criteria, for each option", ("Option", *(plan.cards[m].title for m in measures)), rows
    )
    return [*blocks, table, *_room(plan, found)]


def _room(plan: Plan, found: AppraisedOptions) -> list[Block]:
    """What an option adds in rooms, beside its GPs: room without staff sees nobody. Nothing where no option changes rooms."""
    figures = [(o, [option_figure(plan, m, o.name) for m in ROOM]) for o in found.options[1:]]
    if not any(f.value != 0 for _, pair in figures for f in pair):
        return []
    rows = tuple(
        Row(o.title, tuple(Shown(f) for f in (*pair, option_figure(plan, "option_gp_per_10000", o.name))))
        for o, pair in figures
    )
    heads = ("Option", "Rooms more", "Consultations a week, at most", "GPs (FTE) to 10,000 patients")
    hubs = any(e.verb == "OpenHub" for o in found.options if o.record is not None for e in o.record.edits)
    note = f"{ROOM_NOTE} {HUB_NOTE}" if hubs else ROOM_NOTE
    return [Table("Room that each option adds to business as usual", heads, rows, note=note)]


def _money(plan: Plan, found: AppraisedOptions) -> list[Block]:
    costed = [o for o in found.options if o.costed.lines]
    if not costed:
        return []
    rows = [
        Row(line.what, (o.title, line.kind, _years(plan, line), pounds(line.given), _prices(line), f"{100 * line.uplift:.0f}%"))
        for o in costed for line in o.costed.lines
    ]  # fmt: skip
    kinds = [k for k in KINDS if any(k in o.costed.by_kind for o in costed)]
    sums = tuple(
        Row(o.title, (*(pounds(o.costed.by_kind.get(k, 0.0)) for k in kinds), pounds(o.costed.net_present_cost),
                      pounds(o.costed.yearly_equivalent)))
        for o in costed
    )  # fmt: skip
    heads = ("Line", "Option", "Kind", "Years", "As given", "In the prices of", "Uplift for optimism")
    span = f"Over {costed[0].costed.years} years, in today’s money"
    return [
        Subheading("What each option costs"),
        Table("Costs as the study gives them", heads, tuple(rows), text_columns=(0, 1, 2, 3, 5)),
        Table(f"{span}: added up by kind with optimism, and the net present cost",
              ("Option", *(KINDS[k] for k in kinds), "Net present cost", "The same a year"), sums, note=MONEY_NOTE),
        _bought(plan, found, costed),
    ]  # fmt: skip


def _bought(plan: Plan, found: AppraisedOptions, costed: Sequence[OptionResult]) -> Table:
    """What the money buys: minutes, and benefits that the study values, kept apart from savings."""
    rows = []
    for o in costed:
        c, value = o.costed, o.costed.net_present_value
        worth = ("none valued", "not known") if value is None else (pounds(c.benefits), pounds(value))
        rows.append(Row(o.title, (_minutes_bought(found, o), *_per_minute(plan, o), *worth)))
    heads = (
        "Option",
        "Minutes a patient",
        "For a person-minute by car",
        "On foot",
        "Benefits valued",
        "Net present value",
    )
    return Table("What the money buys", heads, tuple(rows), text_columns=(0, 1), note=BOUGHT_NOTE)


def _years(plan: Plan, line: Line) -> str:
    first, last = plan.study.as_at.year + line.first, plan.study.as_at.year + line.last
    return f"{first}" if first == last else f"{first} to {last}, each"


def _prices(line: Line) -> str:
    return line.prices or "the study’s date"


def _per_minute(plan: Plan, option: OptionResult) -> tuple[Shown, ...]:
    code = option_unit(plan.place.code, option.name)
    return tuple(Shown(plan.figures["option_gbp_per_minute", f"{code}:{mode}"]) for mode in ("drive", "walk"))


def _risks(found: AppraisedOptions) -> list[Block]:
    """What could go wrong, as the study says it, and the three tests outside the weights."""
    held = [(o, r) for o in found.options[1:] if o.record is not None for r in o.record.risks]
    blocks: list[Block] = [Subheading("Whether each can be done")]
    tests = tuple(
        Row(o.title, tuple(str(o.record.deliverability.get(t, "not assessed")) if o.record else "pass" for t in TESTS))
        for o in found.options[1:]
    )
    heads = ("Option", *(t.capitalize() for t in TESTS))
    blocks.append(Table("Tests outside the weights, as people entered them", heads, tests, text_columns=(0, 1, 2, 3)))
    if held:
        rows = tuple(
            Row(
                str(r.get("risk", "")),
                (o.title, *(str(r.get(k, "not said")) for k in ("likelihood", "owner", "response"))),
            )
            for o, r in held
        )
        caption, heads = "Register of risks", ("Risk", "Option", "Likelihood", "Owner", "Response")
        blocks.append(Table(caption, heads, rows, text_columns=(0, 1, 2, 3, 4)))
    return blocks


def _minutes_bought(found: AppraisedOptions, option: OptionResult) -> str:
    usual = found.option(BUSINESS_AS_USUAL).feeding["access_drive_own"].value
    then = option.feeding["access_drive_own"].value
    if usual is None or then is None:
        return "not known"
    change = then - usual
    return (
        "no change"
        if abs(change) < 0.005
        else f"{abs(change):.2f} minutes {'longer' if change > 0 else 'shorter'} by car"
    )
