"""What the section on options says of the ranking: everybody's scores and order, how firm it is, and who set the scales."""

from math import nan

from chesil.appraisal.appraising import Ranked
from chesil.appraisal.criteria import Feed
from chesil.appraisal.results import AppraisedOptions, option_unit
from chesil.appraisal.sensitivity import Alike
from chesil.blueprint.charts import VEGA_LITE
from chesil.blueprint.document import Block, Bullets, Chart, Row, Shown, Subheading, Table, Weights
from chesil.blueprint.words import counted
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.plan import Plan

USUAL_STARTS_NOW = (
    "Business as usual needs no start and so scores in full on time; it is also taken to stay as it is, although lists, "
    "staff and buildings will not."
)
FIRST = {
    "option_first_these_weights": "First, these weights",
    "option_first_their_ranges": "First, their ranges",
    "option_first_any_weights": "First, any weights",
}
FIRST_NOTE = (
    "How often an option comes first when figures are drawn within their errors: under these weights, within the ranges that "
    "the person accepts, and over every weighting there could be. Errors that options share, such as those of modelled "
    "journeys, are drawn once for all. A share of draws, not the chance of being right."
)
EACH_NOTE = (
    "The others keep their proportions. Counted twice is what happens if a criterion is split in two and each part weighs as "
    "the whole did."
)
SCALE_NOTE = (
    "Ends are fixed before options are known, so that one option never moves another’s score. A weight values the whole swing "
    "from one end to the other."
)


def title_of(found: AppraisedOptions, name: str) -> str:
    """The title of an option."""
    return found.option(name).title


def option_figure(plan: Plan, measure: str, option: str, who: str = "") -> Figure:
    """A figure of an option, or of it under one person's weights."""
    code = option_unit(plan.place.code, option)
    return plan.figures[measure, f"{code}~{who}" if who else code]


def weighting_blocks(plan: Plan, found: AppraisedOptions, ranked: Ranked) -> list[Block]:
    """One person's scores, weights and order, how often each option comes first, and what each criterion does to it."""
    titles = {c.name: c.title for c in found.appraisal.criteria}
    names = found.appraisal.ranked_options
    shares = dict(FIRST)
    if ranked.over_their_ranges is None:
        shares.pop("option_first_their_ranges")
    rows = []
    for name in ranked.order:
        scores = tuple(f"{s:.1f}" for s in ranked.scores[names.index(name)])
        cells = tuple(Shown(option_figure(plan, m, name, ranked.who)) for m in ("option_total", *shares))
        rows.append(Row(title_of(found, name), (*scores, *cells)))
    weights = Row("Weight", (*(f"{100 * w:.0f}" for w in ranked.weights), "100", *("" for _ in shares)), is_total=True)
    heads = ("Option", *(titles[c] for c in ranked.criteria), "Total", *shares.values())
    caption = f"Scores of 100 by criterion, and the total under the weights of: {ranked.who}"
    return [
        Subheading(f"{ranked.who}: scores, weights and order"),
        _bars(found, ranked),
        Table(caption, heads, (*rows, weights), note=FIRST_NOTE),
        _each_criterion(found, ranked),
    ]


def _each_criterion(found: AppraisedOptions, ranked: Ranked) -> Table:
    """For each criterion: which option comes first without it, at half its weight or twice, and the weight that switches."""
    titles = {c.name: c.title for c in found.appraisal.criteria}
    usual = ranked.order[0]

    def first(name: str) -> str:
        return "" if not name else "the same" if name == usual else title_of(found, name)

    rows = []
    for k, name in enumerate(ranked.criteria):
        switch = ranked.switches[k]
        at = (
            "none does"
            if switch.weight is None or switch.option is None
            else (f"{100 * switch.weight:.0f} ({title_of(found, found.appraisal.ranked_options[switch.option])})")
        )
        tests = (ranked.without_each, ranked.halved, ranked.doubled)
        cells = (f"{100 * ranked.weights[k]:.0f}", at, *(first(t.get(name, "")) for t in tests))
        rows.append(Row(titles[name], cells))
    heads = (
        "Criterion",
        "Weight",
        "Weight at which another comes level",
        "First without it",
        "At half",
        "Counted twice",
    )
    caption = f"What each criterion does to the first place of “{title_of(found, usual)}”: {ranked.who}"
    return Table(caption, heads, tuple(rows), text_columns=(0, 2, 3, 4, 5), note=EACH_NOTE)


def side_by_side(found: AppraisedOptions) -> list[Block]:
    """Everybody's order beside everybody else's: compared, and never averaged into one."""
    rankings = found.appraisal.rankings
    if len(rankings) < 2:
        return []
    names = found.appraisal.ranked_options
    rows = tuple(
        Row(title_of(found, n), tuple(f"{r.order.index(n) + 1} ({r.totals[k]:.1f})" for r in rankings))
        for k, n in enumerate(names)
    )
    weights = tuple(
        Row(f"Weight of {c.title.lower()}", tuple(_weight_of(r, c.name) for r in rankings))
        for c in found.appraisal.criteria
    )
    heads = ("Option", *(r.who for r in rankings))
    return [
        Subheading("Whose weights, side by side"),
        Table("Place, and total of 100 in brackets, under each person’s weights", heads, (*rows, *weights),
              note="They are kept apart: a mean of them would be nobody’s view."),
    ]  # fmt: skip


def _weight_of(ranked: Ranked, criterion: str) -> str:
    if criterion in ranked.left_out:
        return "not judged"
    return f"{100 * ranked.weights[ranked.criteria.index(criterion)]:.0f}"


def by_hand(found: AppraisedOptions) -> Weights:
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


def notes_blocks(found: AppraisedOptions) -> list[Block]:
    a = found.appraisal
    points = [*a.warnings, USUAL_STARTS_NOW]
    points += [f"{title_of(found, n)} fails: {', '.join(t)}. It is shown and not ranked." for n, t in a.failed.items()]
    for n, by in a.dominated.items():
        points.append(f"{title_of(found, n)} is nowhere better than {', '.join(title_of(found, b) for b in by)}.")
    points += [f"No weights put {title_of(found, n)} first." for n in a.never_first if n not in a.dominated]
    points += [_alike(found, pair) for pair in a.alike]
    points += [f"{o[:1].upper()}{o[1:]}." for c in a.criteria for o in c.overlaps]
    for n, _ in a.beyond_scale:
        points.append(f"{title_of(found, n)}: a figure lies beyond the end of its scale and is scored as the end.")
    points += _level(found)
    judged = [(f"{c.title}: {c.judged_because}.",) for c in a.criteria if c.is_judged]
    return [
        Subheading("What to know before using the ranking"),
        Bullets(tuple((p,) for p in dict.fromkeys(points))),
        Subheading("Who set the scales"),
        _scales(found),
        *([Bullets(tuple(judged))] if judged else []),
    ]


def _scales(found: AppraisedOptions) -> Table:
    """The two ends of every scale and whence they are: fixed before any option was known."""
    feeds = [(c, f, load_measure(f.measure)) for c in found.appraisal.criteria for f in c.feeds]
    rows = tuple(
        Row(
            card.title,
            (
                c.title,
                f"{100 * f.share:.0f}%",
                *(f"{end:.{card.decimals}f}" for end in (f.worst, f.best)),
                f.scale_from,
            ),
        )
        for c, f, card in feeds
    )
    heads = ("Figure", "Criterion", "Its share", "Scores 0 at", "Scores 100 at", "Whence")
    return Table("The scale of each figure", heads, rows, text_columns=(0, 1, 5), note=SCALE_NOTE)


def _ends(feed: Feed, decimals: int) -> tuple[str, ...]:
    return tuple(f"{end:.{decimals}f}".replace("-", "−") for end in (feed.worst, feed.best))


def _level(found: AppraisedOptions) -> list[str]:
    """Where two options come level at the top, which of them stands first says nothing."""
    return [
        f"{r.who}: {title_of(found, r.order[0])} and {title_of(found, r.order[1])} come level; which is named first says nothing."
        for r in found.appraisal.rankings
        if len(r.order) > 1 and lead_of(r) < 0.05
    ]


def _alike(found: AppraisedOptions, pair: Alike) -> str:
    """A pair of criteria that may count one thing twice, in whose scores, and what comes first if they were one."""
    titles = {c.name: c.title.lower() for c in found.appraisal.criteria}
    every = len(pair.whose) == len(found.appraisal.rankings)
    whose = "" if every else f" in the scores of {' and '.join(pair.whose)}"
    mine = [r for r in found.appraisal.rankings if r.who in pair.whose]
    others = {r.who: o for r in mine if (o := r.counted_once[pair.first, pair.second]) != r.order[0]}
    once = "; ".join(f"under {who} {title_of(found, o)} would come first" for who, o in others.items())
    return (
        f"{titles[pair.first].capitalize()} and {titles[pair.second]} put the options in nearly the same order{whose}, and may "
        f"count one thing twice (among {counted(len(found.appraisal.ranked_options), 'option')} that can be chance). Counted "
        f"as one: {once or 'the same options come first'}."
    )


def what_if_blocks(found: AppraisedOptions) -> list[Block]:
    """Which option would come first if costs, journeys or numbers of patients were otherwise, under each weighting."""
    rankings = found.appraisal.rankings
    if not rankings or not rankings[0].what_ifs:
        return []
    rows = tuple(
        Row(test[:1].upper() + test[1:], tuple(_first_and_lead(found, r, test) for r in rankings))
        for test in rankings[0].what_ifs
    )
    now = Row("As worked out", tuple(f"{title_of(found, r.order[0])}, by {lead_of(r):.1f}" for r in rankings))
    columns = tuple(range(len(rankings) + 1))
    return [
        Subheading("If the figures were otherwise"),
        Table("Which option would come first, and by how many points over the next", ("If", *(r.who for r in rankings)),
              (now, *rows), text_columns=columns,
              note="The scales stay as they were. Journeys are modelled: an error that all share moves every option alike."),
    ]  # fmt: skip


def lead_of(ranked: Ranked) -> float:
    """Points by which the first option leads the second; nought where it is alone."""
    totals = sorted(ranked.totals, reverse=True)
    return float(totals[0] - totals[1]) if len(totals) > 1 else 0.0


def _first_and_lead(found: AppraisedOptions, ranked: Ranked, test: str) -> str:
    name, lead = ranked.what_ifs[test]
    return f"{'' if name == ranked.order[0] else 'changes: '}{title_of(found, name)}, by {lead:.1f}"
