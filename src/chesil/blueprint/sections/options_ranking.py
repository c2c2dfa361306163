"""What the section on options says of the ranking: everybody's scores and order, how firm it is, and who set the scales."""

from math import nan

from chesil.appraisal.appraising import Ranked
from chesil.appraisal.criteria import Feed
from chesil.appraisal.results import AppraisedOptions, option_unit
from chesil.appraisal.saying import notes_of
from chesil.blueprint.charts import VEGA_LITE
from chesil.blueprint.document import Block, Bullets, Chart, Row, Shown, Subheading, Table, Weights
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.plan import Plan

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
        rows.append(Row(found.title_of(name), (*scores, *cells)))
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
        return "" if not name else "the same" if name == usual else found.title_of(name)

    rows = []
    for k, name in enumerate(ranked.criteria):
        switch = ranked.switches[k]
        at = (
            "none does"
            if switch.weight is None or switch.option is None
            else (f"{100 * switch.weight:.0f} ({found.title_of(found.appraisal.ranked_options[switch.option])})")
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
    caption = f"What each criterion does to the first place of “{found.title_of(usual)}”: {ranked.who}"
    return Table(caption, heads, tuple(rows), text_columns=(0, 2, 3, 4, 5), note=EACH_NOTE)


def side_by_side(found: AppraisedOptions) -> list[Block]:
    """Everybody's order beside everybody else's: compared, and never averaged into one."""
    rankings = found.appraisal.rankings
    if len(rankings) < 2:
        return []
    names = found.appraisal.ranked_options
    rows = tuple(
        Row(found.title_of(n), tuple(f"{r.order.index(n) + 1} ({r.totals[k]:.1f})" for r in rankings))
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
    options = tuple(found.title_of(n) for n in found.appraisal.ranked_options)
    return Weights(options, tuple(c.title for c in criteria), tuple(starts))


def _bars(found: AppraisedOptions, ranked: Ranked) -> Chart:
    titles = {c.name: c.title for c in found.appraisal.criteria}
    names = found.appraisal.ranked_options
    values = [
        {"option": found.title_of(n), "criterion": titles[c], "points": float(w * ranked.scores[names.index(n), k])}
        for n in ranked.order
        for k, (c, w) in enumerate(zip(ranked.criteria, ranked.weights, strict=True))
    ]
    order = [found.title_of(n) for n in ranked.order]
    chart = {
        "$schema": VEGA_LITE, "width": 480, "height": {"step": 26}, "data": {"values": values}, "mark": "bar",
        "encoding": {
            "y": {"field": "option", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 0}},
            "x": {"field": "points", "type": "quantitative", "aggregate": "sum", "title": "points of 100",
                  "scale": {"domain": [0, 100]}},
            "color": {"field": "criterion", "type": "nominal", "title": None,
                      "legend": {"orient": "top", "labelLimit": 0, "columns": 3},
                      "scale": {"range": ["#003087", "#41b6e6", "#aeb7bd", "#006747", "#c27b00", "#7c2855"]}},
        },
    }  # fmt: skip
    return Chart(chart, f"Bars of each option's points by criterion under the weights of {ranked.who}; values in the table below",
                 "Weight times score, added up. Scales were fixed before the options were known.")  # fmt: skip


def notes_blocks(found: AppraisedOptions) -> list[Block]:
    """What to know before using the ranking, and who set the scales."""
    judged = [(f"{c.title}: {c.judged_because}.",) for c in found.appraisal.criteria if c.is_judged]
    return [
        Subheading("What to know before using the ranking"),
        Bullets(tuple((p,) for p in notes_of(found))),
        Subheading("Who set the scales"),
        _scales(found),
        *([Bullets(tuple(judged))] if judged else []),
    ]


def _scales(found: AppraisedOptions) -> Table:
    """The two ends of every scale and whence they are: fixed before any option was known."""
    feeds = [(c, f, load_measure(f.measure)) for c in found.appraisal.criteria for f in c.feeds]
    rows = tuple(
        Row(card.title, (c.title, f"{100 * f.share:.0f}%", *_ends(f, card.decimals), f.scale_from))
        for c, f, card in feeds
    )
    heads = ("Figure", "Criterion", "Its share", "Scores 0 at", "Scores 100 at", "Whence")
    return Table("The scale of each figure", heads, rows, text_columns=(0, 1, 5), note=SCALE_NOTE)


def _ends(feed: Feed, decimals: int) -> tuple[str, ...]:
    return tuple(f"{end:.{decimals}f}".replace("-", "−") for end in (feed.worst, feed.best))


def what_if_blocks(found: AppraisedOptions) -> list[Block]:
    """Which option would come first if costs, journeys or numbers of patients were otherwise, under each weighting."""
    rankings = found.appraisal.rankings
    if not rankings or not rankings[0].what_ifs:
        return []
    rows = tuple(
        Row(test[:1].upper() + test[1:], tuple(_first_and_lead(found, r, test) for r in rankings))
        for test in rankings[0].what_ifs
    )
    now = Row("As worked out", tuple(f"{found.title_of(r.order[0])}, by {r.lead:.1f}" for r in rankings))
    columns = tuple(range(len(rankings) + 1))
    return [
        Subheading("If the figures were otherwise"),
        Table("Which option would come first, and by how many points over the next", ("If", *(r.who for r in rankings)),
              (now, *rows), text_columns=columns,
              note="The scales stay as they were. Journeys are modelled: an error that all share moves every option alike."),
    ]  # fmt: skip


def _first_and_lead(found: AppraisedOptions, ranked: Ranked, test: str) -> str:
    name, lead = ranked.what_ifs[test]
    return f"{'' if name == ranked.order[0] else 'changes: '}{found.title_of(name)}, by {lead:.1f}"
