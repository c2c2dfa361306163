"""What to know before using a ranking, in sentences that pages and commands print alike."""

from chesil.appraisal.results import AppraisedOptions
from chesil.appraisal.sensitivity import Alike
from chesil.measures.card import load_measure

LEVEL = 0.05
"""Points within which two options come level as printed."""
USUAL_STARTS_NOW = (
    "Business as usual needs no start and so scores in full on time; it is also taken to stay as it is, although lists, "
    "staff and buildings will not."
)


def notes_of(found: AppraisedOptions) -> tuple[str, ...]:
    """Warnings, failures, domination, ties, figures beyond a scale, and what may be counted twice; each once."""
    a = found.appraisal
    named = {n: f"“{found.title_of(n)}”" for n in (o.name for o in found.options)}
    points = [*a.warnings, USUAL_STARTS_NOW]
    points += [f"{named[n]} fails: {', '.join(tests)}. It is shown and not ranked." for n, tests in a.failed.items()]
    points += [
        f"{named[n]} is dominated: nowhere better than {' or '.join(named[b] for b in by)}, and somewhere worse."
        for n, by in a.dominated.items()
    ]
    points += [f"No weights put {named[n]} first." for n in a.never_first if n not in a.dominated]
    points += [
        f"{r.who}: {named[r.order[0]]} and {named[r.order[1]]} come level; which is named first says nothing."
        for r in a.rankings
        if len(r.order) > 1 and r.lead < LEVEL
    ]
    beyond: dict[str, list[str]] = {}
    for n, measure in a.beyond_scale:
        beyond.setdefault(measure, []).append(named[n])
    points += [
        f"{load_measure(m).title}: beyond the end of its scale, and scored as the end, under {', '.join(names)}."
        for m, names in beyond.items()
    ]
    points += [_alike(found, pair) for pair in a.alike]
    points += [f"{o[:1].upper()}{o[1:]}." for c in a.criteria for o in c.overlaps]
    return tuple(dict.fromkeys(points))


def _alike(found: AppraisedOptions, pair: Alike) -> str:
    """A pair of criteria that may count one thing twice, in whose scores, and what comes first if they were one."""
    titles = {c.name: c.title.lower() for c in found.appraisal.criteria}
    every = len(pair.whose) == len(found.appraisal.rankings)
    whose = "" if every else f" in the scores of {' and '.join(pair.whose)}"
    mine = [r for r in found.appraisal.rankings if r.who in pair.whose]
    others = {r.who: o for r in mine if (o := r.counted_once[pair.first, pair.second]) != r.order[0]}
    once = "; ".join(f"under {who} “{found.title_of(o)}” would come first" for who, o in others.items())
    return (
        f"{titles[pair.first].capitalize()} and {titles[pair.second]} put the options in nearly the same order{whose}, and may "
        f"count one thing twice (among {len(found.appraisal.ranked_options)} options that can be chance). Counted as one: "
        f"{once or 'the same options come first'}."
    )
