"""The section on options: what each changes and costs, how it scores, how stable the ranking is, what would change it."""

from math import nan

from chesil.appraisal.appraising import BUSINESS_AS_USUAL, TESTS, Ranked
from chesil.appraisal.results import AppraisedOptions, OptionResult, option_unit
from chesil.blueprint.charts import VEGA_LITE
from chesil.blueprint.document import (
    Block,
    Bullets,
    Chart,
    Paragraph,
    Row,
    Section,
    Shown,
    Subheading,
    Table,
    Weights,
    Words,
)
from chesil.blueprint.words import counted, pounds
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.plan import Plan

KEY, NAME = "options", "Options"
HUES = ("#768692", "#005eb8", "#a34e00", "#006747", "#7c2855", "#41b6e6", "#c27b00", "#330072")
"""Business as usual is grey; an option keeps its hue on every page."""
KEPT_BACK = (
    "Practices, surgeries and areas are named to the public once a person has set the state to “for engagement”."
)
USUAL_STARTS_NOW = (
    "Business as usual needs no start and so scores in full on time; it is also taken to stay as it is, although lists, "
    "staff and buildings will not."
)
MONEY_NOTE = (
    "In the prices of the date of the study: inflation is left out, and discounting is on top of it. VAT is shown above and "
    "left out here, as a transfer within government. Savings that release no cash are not taken off. Minutes are never cash: "
    "they stand beside the money. A person-minute is one minute of one journey by each resident."
)


def of_place(plan: Plan) -> Section | None:
    """Options judged against business as usual, with every number from the same figures as the rest of the blueprint."""
    found = plan.appraised
    if found is None:
        return None
    blocks: list[Block] = [*_illustration(found), *_what_each_is(plan, found)]
    for ranked in found.appraisal.rankings:
        blocks += _weighting(plan, found, ranked)
    blocks.append(_by_hand(found))
    blocks += _what_ifs(found)
    blocks += _risks(found)
    blocks += [*_notes(found), *_money(plan, found)]
    return Section(KEY, NAME, _heading(found), _lead(plan, found), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """Nothing: options are of the whole place."""
    return None


def title_of(found: AppraisedOptions, name: str) -> str:
    """The title of an option."""
    return found.option(name).title


def _heading(found: AppraisedOptions) -> str:
    firsts = {r.order[0] for r in found.appraisal.rankings}
    if len(firsts) == 1:
        return f"“{title_of(found, firsts.pop())}” comes first under every weighting given, and how easily that would change"
    return f"Which option comes first depends on whose weights are used: {counted(len(firsts), 'option')} could"


def _lead(plan: Plan, found: AppraisedOptions) -> tuple[Words, ...]:
    sentences: list[Words] = []
    for r in found.appraisal.rankings:
        first = _figure(plan, "option_first_any_weights", r.order[0], r.who)
        name = title_of(found, r.order[0])
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
        f"The nearest weights that put “{title_of(found, option)}” level with it move {100 * moved:.0f} of 100 points towards "
        f"{' and '.join(titles[g] for g in gains) or 'none'}."
    )


def _figure(plan: Plan, measure: str, option: str, who: str = "") -> Figure:
    code = option_unit(plan.place.code, option)
    return plan.figures[measure, f"{code}~{who}" if who else code]


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
    rows = tuple(Row(o.title, tuple(Shown(_figure(plan, m, o.name)) for m in measures)) for o in found.options)
    table = Table(
        "Figures that feed the criteria, for each option", ("Option", *(plan.cards[m].title for m in measures)), rows
    )
    return [*blocks, table]


def _weighting(plan: Plan, found: AppraisedOptions, ranked: Ranked) -> list[Block]:
    titles = {c.name: c.title for c in found.appraisal.criteria}
    names = found.appraisal.ranked_options
    rows = []
    for name in ranked.order:
        k = names.index(name)
        scores = tuple(f"{s:.1f}" for s in ranked.scores[k])
        total, first = (_figure(plan, m, name, ranked.who) for m in ("option_total", "option_first_any_weights"))
        cells: tuple[str | Shown, ...] = (*scores, Shown(total), Shown(first))
        if ranked.over_their_ranges is not None:
            cells = (*cells, Shown(_figure(plan, "option_first_their_ranges", name, ranked.who)))
        rows.append(Row(title_of(found, name), cells))
    has_ranges = ranked.over_their_ranges is not None
    blanks = ("", "") if has_ranges else ("",)
    weights = Row("Weight", (*(f"{100 * w:.0f}" for w in ranked.weights), "100", *blanks), is_total=True)
    heads = ("Option", *(titles[c] for c in ranked.criteria), "Total", "First, any weights")
    heads = (*heads, "First, their ranges") if has_ranges else heads
    return [
        Subheading(f"{ranked.who}: scores, weights and order"),
        _bars(found, ranked),
        Table(f"Scores of 100 by criterion, and the total under the weights of: {ranked.who}", heads, (*rows, weights)),
        Paragraph((_first_otherwise(found, ranked),)),
    ]


def _by_hand(found: AppraisedOptions) -> Weights:
    """Everybody's weights and scores, for a reader to start from and move."""
    criteria = found.appraisal.criteria
    starts = []
    for r in found.appraisal.rankings:
        at = {name: k for k, name in enumerate(r.criteria)}
        weights = tuple(float(r.weights[at[c.name]]) if c.name in at else 0.0 for c in criteria)
        scores = tuple(tuple(float(row[at[c.name]]) if c.name in at else nan for c in criteria) for row in r.scores)
        starts.append((r.who, weights, scores))
    options = tuple(title_of(found, n) for n in found.appraisal.ranked_options)
    return Weights(options, tuple(c.title for c in criteria), tuple(starts))


def _first_otherwise(found: AppraisedOptions, ranked: Ranked) -> str:
    """Which option would come first if one criterion were left out, or counted half."""
    titles = {c.name: c.title.lower() for c in found.appraisal.criteria}
    usual = ranked.order[0]
    said = [f"without {titles[c]} {title_of(found, o)}" for c, o in ranked.without_each.items() if o != usual]
    said += [f"at half the weight of {titles[c]} {title_of(found, o)}" for c, o in ranked.halved.items() if o != usual]
    if not said:
        return "Leaving out or halving any one criterion leaves the same option first."
    return f"First would come: {'; '.join(said)}."


def _bars(found: AppraisedOptions, ranked: Ranked) -> Chart:
    titles = {c.name: c.title for c in found.appraisal.criteria}
    names = found.appraisal.ranked_options
    values = [
        {"option": title_of(found, n), "criterion": titles[c], "points": float(w * ranked.scores[names.index(n), k])}
        for n in ranked.order
        for k, (c, w) in enumerate(zip(ranked.criteria, ranked.weights, strict=True))
    ]
    order = [title_of(found, n) for n in ranked.order]
    chart = {
        "$schema": VEGA_LITE, "width": 480, "height": {"step": 26}, "data": {"values": values}, "mark": "bar",
        "encoding": {
            "y": {"field": "option", "type": "nominal", "sort": order, "title": None},
            "x": {"field": "points", "type": "quantitative", "aggregate": "sum", "title": "points of 100",
                  "scale": {"domain": [0, 100]}},
            "color": {"field": "criterion", "type": "nominal", "title": None,
                      "scale": {"range": ["#003087", "#41b6e6", "#aeb7bd", "#006747", "#c27b00", "#7c2855"]}},
        },
    }  # fmt: skip
    return Chart(chart, f"Bars of each option's points by criterion under the weights of {ranked.who}; values in the table below",
                 "Weight times score, added up. Scales were fixed before the options were known.")  # fmt: skip


def _notes(found: AppraisedOptions) -> list[Block]:
    a = found.appraisal
    titles = {c.name: c.title.lower() for c in a.criteria}
    points = [*a.warnings, USUAL_STARTS_NOW]
    points += [f"{title_of(found, n)} fails: {', '.join(t)}. It is shown and not ranked." for n, t in a.failed.items()]
    for n, by in a.dominated.items():
        points.append(f"{title_of(found, n)} is nowhere better than {', '.join(title_of(found, b) for b in by)}.")
    points += [f"No weights put {title_of(found, n)} first." for n in a.never_first if n not in a.dominated]
    points += [
        f"{titles[x].capitalize()} and {titles[y]} put the options in nearly the same order: they may count one thing twice."
        for x, y, _ in a.alike
    ]
    points += [f"{o[:1].upper()}{o[1:]}." for c in a.criteria for o in c.overlaps]
    for n, _ in a.beyond_scale:
        points.append(f"{title_of(found, n)}: a figure lies beyond the end of its scale and is scored as the end.")
    scales = [(f"{c.title}: {f.scale_from}.",) for c in a.criteria for f in c.feeds]
    judged = [(f"{c.title}: {c.judged_because}.",) for c in a.criteria if c.is_judged]
    return [
        Subheading("What to know before using the ranking"),
        Bullets(tuple((p,) for p in dict.fromkeys(points))),
        Subheading("Who set the scales"),
        Bullets(tuple([*scales, *judged])),
    ]


def _money(plan: Plan, found: AppraisedOptions) -> list[Block]:
    costed = [o for o in found.options if o.costed.lines]
    if not costed:
        return []
    rows = [Row(line[0], (o.title, line[1], f"{plan.study.as_at.year + line[2]}", pounds(line[3]), f"{100 * line[4]:.0f}%"))
            for o in costed for line in o.costed.lines]  # fmt: skip
    totals = []
    for o in costed:
        sums = (o.costed.capital, o.costed.revenue, o.costed.net_present_cost, o.costed.yearly_equivalent)
        cells: tuple[str | Shown, ...] = (*map(pounds, sums), _minutes_bought(found, o), *_per_minute(plan, o))
        totals.append(Row(o.title, cells))
    columns = ("Capital", "Revenue, receipts and savings", "Net present cost", "The same a year")
    heads = ("Option", *columns, "Minutes a patient", "For a person-minute by car", "On foot")
    return [
        Subheading("What each option costs"),
        Table("Costs as the study gives them", ("Line", "Option", "Kind", "Year", "As given", "Uplift for optimism"), tuple(rows),
              text_columns=(0, 1, 2)),
        Table(f"Over {costed[0].costed.years} years, in today’s money",
              heads, tuple(totals), text_columns=(0, 5),
              note=MONEY_NOTE),
    ]  # fmt: skip


def _per_minute(plan: Plan, option: OptionResult) -> tuple[Shown, ...]:
    code = option_unit(plan.place.code, option.name)
    return tuple(Shown(plan.figures["option_gbp_per_minute", f"{code}:{mode}"]) for mode in option.changes)


def _what_ifs(found: AppraisedOptions) -> list[Block]:
    """Which option would come first if costs, journeys or numbers of patients were otherwise, under each weighting."""
    rankings = found.appraisal.rankings
    if not rankings or not rankings[0].what_ifs:
        return []
    rows = tuple(
        Row(test[:1].upper() + test[1:], tuple(_first_and_lead(found, r, test) for r in rankings))
        for test in rankings[0].what_ifs
    )
    now = Row("As worked out", tuple(f"{title_of(found, r.order[0])}, by {_lead_of(r):.1f}" for r in rankings))
    columns = tuple(range(len(rankings) + 1))
    return [
        Subheading("If the figures were otherwise"),
        Table("Which option would come first, and by how many points over the next", ("If", *(r.who for r in rankings)),
              (now, *rows), text_columns=columns,
              note="The scales stay as they were. Journeys are modelled: an error that all share moves every option alike."),
    ]  # fmt: skip


def _lead_of(ranked: Ranked) -> float:
    totals = sorted(ranked.totals, reverse=True)
    return float(totals[0] - totals[1]) if len(totals) > 1 else 0.0


def _first_and_lead(found: AppraisedOptions, ranked: Ranked, test: str) -> str:
    name, lead = ranked.what_ifs[test]
    return f"{'' if name == ranked.order[0] else 'changes: '}{title_of(found, name)}, by {lead:.1f}"


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
