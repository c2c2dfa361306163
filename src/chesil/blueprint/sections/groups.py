"""The section on groups: today's networks and proposed groups beside each other, on a map, in sizes and in communities."""

from chesil.analyses.grouping import PRESENT, measure_of
from chesil.blueprint.document import Block, Paragraph, Row, Section, Shown, Subheading, Table, Words
from chesil.blueprint.sections.groups_charts import code_of, present_of, shown
from chesil.blueprint.sections.groups_proposal import proposal_blocks
from chesil.blueprint.words import number, place_name
from chesil.measures.computing import Unit
from chesil.plan import Plan
from chesil.registers.proposals import Proposal

KEY, NAME = "groups", "Groups"
PLAN_ROWS = (
    ("number", "Groups", "Groups"),
    ("least", "Patients of the smallest", "Residents of the smallest"),
    ("most", "Patients of the largest", "Residents of the largest"),
    ("in_bounds", "Patients in groups within the bounds", "Residents in groups within the bounds"),
    ("kilometres", "Mean straight line to the hub, km", "Mean straight line to the hub, km"),
    ("parted", "Neighbours parted", "Patients whose practice is in another group"),
    ("moved", "Patients whose practice leaves its network", "Residents whose area leaves its network"),
    ("across_councils", "Patients grouped across a council’s border", "Residents grouped across a council’s border"),
    ("need_spread", "Deprivation, least to most deprived group", "Deprivation, least to most deprived group"),
    ("gap", "Distance from the best possible", "Distance from the best possible"),
)


def of_place(plan: Plan) -> Section | None:
    """Networks of today against each proposal; nothing is solved here."""
    if "grouping" not in plan.assessments or plan.place.practices.height < 2:
        return None
    found = [(n, p) for n, p in plan.study.proposals.items() if p.kind == "groups"]
    proposals = dict(sorted(found, key=lambda f: (f[1].of == "areas", f[1].settings.get("low", 0), f[0])))
    if not proposals and (plan.figures["groups_number", code_of(plan, PRESENT)].value or 0) < 2:
        return None  # one network has no edge to draw otherwise
    kinds = {of: {n: p for n, p in proposals.items() if p.of == of} for of in ("practices", "areas")}
    blocks: list[Block] = [_beside(plan, of, found) for of, found in kinds.items() if found or of == "practices"]
    for name, proposal in proposals.items():
        blocks += [Subheading(proposal.title), *proposal_blocks(plan, name, proposal)]
    if not proposals:
        blocks.append(
            Paragraph(("No groups have been proposed in this study: `chesil propose groups` draws them.",), True)
        )
    blocks.append(_how(plan))
    return Section(KEY, NAME, _heading(plan, kinds["practices"]), _lead(plan, proposals), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """Where the practices of a network would go in each proposal."""
    proposals = [p for _, p in sorted(plan.study.proposals.items()) if p.kind == "groups" and p.of == "practices"]
    if "grouping" not in plan.assessments or not proposals:
        return None
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    proposal = proposals[0]
    group_of = proposal.group_of
    to = list(dict.fromkeys(group_of.get(p, "no group") for p in unit.practices))
    name = place_name(unit.name)
    heading = f"{name} would stay whole" if len(to) == 1 else f"{name} would be parted"
    rows = tuple(
        Row(place_name(names[p]), (group_of.get(p, "in no group"), Shown(plan.figures["list_size", p])))
        for p in unit.practices
    )
    lead: tuple[Words, ...] = (
        (f"In “{proposal.title}”, an illustration and not a decision, its practices would be in: {'; '.join(to)}.",),
    )
    return Section(
        KEY,
        NAME,
        heading,
        lead,
        (Table("Its practices in the proposed groups", ("Practice", "Group", "Patients"), rows, (0, 1)),),
    )


def _heading(plan: Plan, proposals: dict[str, Proposal]) -> str:
    name = place_name(plan.place.name)
    now = plan.figures["groups_in_bounds", code_of(plan, PRESENT)]
    kept = now.numerator == now.denominator
    first = f"Today’s networks of {name} {'all lie' if kept else 'do not all lie'} within the size asked for"
    if not proposals:
        return first
    key, proposal = next(iter(proposals.items()))
    then, parted = (
        plan.figures["groups_in_bounds", code_of(plan, key)],
        plan.figures["groups_parted", code_of(plan, key)],
    )
    more = (parted.value or 0) > (plan.figures["groups_parted", code_of(plan, PRESENT)].value or 0)
    exceptions = any(r.get("is_exception") for r in proposal.assignments)
    if kept or (then.value or 0) <= (now.value or 0):
        return first
    but = "but part more neighbours" if more else "and part fewer neighbours"
    return (
        f"Groups within the size asked for can be "
        f"drawn{' but for a practice that is too large' if exceptions else ''}, {but} than today’s networks"
    )


def _lead(plan: Plan, proposals: dict[str, Proposal]) -> tuple[Words, ...]:
    now = code_of(plan, PRESENT)
    figures = plan.figures
    lead: list[Words] = [
        (
            Shown(figures["groups_in_bounds", now]),
            " of patients are in one of today’s ",
            Shown(figures["groups_number", now]),
            " networks (a practice in none counts as one) whose list lies within the bounds; their lists run from ",
            Shown(figures["groups_least", now]),
            " to ",
            Shown(figures["groups_most", now]),
            ".",
        ),
        (
            "Two people registered in the same small area, taken at random, are in different networks in ",
            Shown(figures["groups_parted", now]),
            " of cases.",
        ),
    ]
    lead += [_said_of(plan, key, proposal) for key, proposal in proposals.items()]
    if proposals:
        lead.append(
            (
                "The proposal is an illustration from open data and stated rules. Nobody has decided on it, and "
                "those who know the "
                "communities should change it.",
            )
        )
    return tuple(lead)


def _said_of(plan: Plan, key: str, proposal: Proposal) -> Words:
    """One sentence on a proposal: how many groups, how many people within the bounds, who is parted, what is proved."""
    of, code = proposal.of, code_of(plan, key)
    people = "residents" if of == "areas" else "patients"
    shown_as = {n: Shown(plan.figures[measure_of(of, n), code]) for n in ("in_bounds", "parted", "moved")}
    if proposal.is_proved:
        proof: Words = ("It is proved that no other plan within the rules is more compact.",)
    elif ("groups_gap", code) in plan.figures:
        gap = Shown(plan.figures["groups_gap", code])
        proof = ("It is not proved to be the most compact: another could be at most ", gap, " better.")
    else:
        proof = ("It is not proved to be the most compact.",)
    if of == "areas":
        parting: Words = (" Of patients, ", shown_as["parted"], " have a practice in another group than their home. ")
    else:
        parting = (" It parts ", shown_as["parted"], " of neighbours; practices with ", shown_as["moved"],
                   " patients would leave most of their network. ")  # fmt: skip
    number = Shown(plan.figures["groups_number", code])
    start: Words = (
        f"“{proposal.title}” has ",
        number,
        " groups, with ",
        shown_as["in_bounds"],
        f" of {people} within the bounds.",
    )
    return (*start, *parting, *proof)


def _beside(plan: Plan, of: str, proposals: dict[str, Proposal]) -> Table:
    codes = [code_of(plan, present_of(of)), *(code_of(plan, n) for n in proposals)]
    rows = []
    for name, of_practices, of_areas in PLAN_ROWS:
        measure = f"groups_{name}" if name in ("number", "gap") else measure_of(of, name)
        if any((measure, c) in plan.figures for c in codes):
            title = of_areas if of == "areas" else of_practices
            rows.append(Row(title, tuple(shown(plan, measure, c) for c in codes)))
    if of == "areas":
        title, first = "Today’s networks by area, and proposed groups of areas", "Today’s networks, by area"
        note = (
            "An area is counted with the network that most of its registered people use. Patients keep their practice."
        )
    else:
        title, first = "Today’s networks and proposed groups", "Today’s networks"
        note = "Nobody is moved by a change of group: patients keep their practice."
    return Table(title, ("", first, *(p.title for p in proposals.values())), tuple(rows), text_columns=(0,), note=note)


def _how(plan: Plan) -> Paragraph:
    card = plan.cards["groups_kilometres"]
    mean = plan.figures["groups_kilometres", code_of(plan, PRESENT)]
    return Paragraph(
        (
            "Two practices touch if the areas that hold most of their patients, or in which they lead, meet; or if "
            "enough of one’s list lives where the "
            "other’s does. Groups hang together so, keep whole practices, and are as compact as can be: the sum over "
            "practices of list times straight "
            f"line to the group’s best-placed surgery (today {number(mean.value, card)} km a patient). Bounds, fixed "
            f"pairs and weights are settings of the study."
            " A practice above the upper bound is a group of its own.",
        ),
        True,
    )
