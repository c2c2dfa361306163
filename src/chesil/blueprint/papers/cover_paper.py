"""The committee's cover paper in the shape of a board sheet: filled from figures, its gaps said, and nothing decided."""

from dataclasses import replace

from chesil.blueprint.document import Bullets, Paragraph, Row, Section, Shown, Table, Words
from chesil.blueprint.papers.facts import Facts, costs, further, say, section

NAME = "cover-paper"
ASK = "To be written by whoever signs this paper."
FILL = "to be filled in"
NO_OPTION = "No option is appraised, so no effect on any group of people is worked out."


def title(facts: Facts) -> str:
    return f"Cover paper: a blueprint for primary care in {facts.name}"


def sections(facts: Facts) -> tuple[Section, ...]:
    """Purpose, recommendation, findings, then each heading on which a committee asks to be assured."""
    book = facts.book
    found: list[Words] = [(f"{s.name}: {s.heading}.",) for s in book.sections]
    options = facts.finding("options")
    recommend: list[Words] = [
        ("The committee is asked to note what the figures say and what is not known.",),
        ("The committee is asked to say which options it wishes to be worked up and put to the public.",)
        if options
        else ("No option is put: the study holds none.",),
        ("Nothing is recommended by the software that made this paper, and nothing has been decided by it.",),
    ]
    return (
        _sheet(facts),
        section("purpose", "Purpose", [
            (f"To bring to the committee the blueprint for primary care in {facts.name}, as at {book.as_at:%-d %B %Y}.",),
            *say("It is about ", facts.shown("list_size"), " registered patients."),
            (book.edition_words,), (book.approval,),
        ]),
        section("recommendation", "Recommendation", recommend),
        section("findings", "What it found", found),
        *_options(facts),
        _engagement(facts),
        section("quality", "Quality and safety", [
            *say(facts.shown("share_rated_good"), " of practices that the regulator has rated are rated good or outstanding."),
            *facts.lead("variation"),
        ]),
        _risk(facts),
        section("finance", "Finance", [*costs(facts), *facts.lead("money")]),
        section("legal", "Legal and regulatory", [
            ("A blueprint changes no contract. A change of services needs the duties to involve the public, to reduce "
             "inequalities and to have due regard to equality to be met and shown.",),
            *([(step,) for step in facts.law] if facts.options else []),
            ("Whether they are met is not judged here, and no advice on the law is given. " + ASK,),
        ]),
        section("workforce", "Workforce", facts.lead("workforce")),
        section("equality", "Equality and inequalities", [
            *([*further(facts), *facts.lead("equality", 9)[-1:]] or [(NO_OPTION,)]),
            *say("The places where patients live have a mean deprivation score of ", facts.shown("deprivation"),
                 "; England’s is ", facts.of_england("deprivation"), "."),
        ]),
        section("estate", "Estate and digital", facts.lead("estate")),
        section("environment", "Environment", [], "No effect on the environment is worked out here. " + ASK),
        section("privacy", "Privacy", [
            ("No record of any person was read: all comes from published tables and from what the study’s owner entered.",),
            (f"{book.edition_words}",),
        ]),
        section("interests", "Conflicts of interest", [], "Not known to the software. " + ASK),
        section("unknown", "What is not known", [
            (f"{sum(not f.is_known for f in book.figures.values()):,} of {len(book.figures):,} figures have no value; "
             "each says why.",),
            ("What is modelled, transcribed or entered by hand is marked so in the blueprint.",),
        ]),
    )  # fmt: skip


def _sheet(facts: Facts) -> Section:
    """The head of a board sheet: what the software knows is filled, the rest is left to people and says so."""
    book = facts.book
    rows = (
        ("Meeting and date", FILL),
        ("Agenda item", FILL),
        ("Title", title(facts)),
        ("Author and sponsor", FILL),
        ("For", "decision, discussion, assurance or information: " + FILL),
        ("State of the blueprint", book.approval),
        ("Edition", book.edition_words),
        ("Earlier committees", FILL),
    )
    table = Table("What this paper is", ("Item", "What it is"), tuple(Row(n, (v,)) for n, v in rows), text_columns=(1,))
    return Section("sheet", "For the committee", "For the committee", (), (table,))


def _options(facts: Facts) -> tuple[Section, ...]:
    """The options beside business as usual: what each shuts, who would travel further, what it costs."""
    if not facts.options:
        return ()
    shuts = {o.name for o in facts.closing}
    rows = []
    for name, option in facts.options.items():
        cost = facts.of_option("option_npc_per_patient", name)
        rows.append(
            Row(
                option.title,
                (
                    "yes" if name in shuts else "no",
                    facts.travel_further(name) or "not known",
                    Shown(cost) if cost is not None else "not known",
                    "an illustration" if option.is_illustration else "a proposal",
                ),
            )
        )
    table = Table(
        "Options beside business as usual",
        ("Option", "Shuts a surgery or a practice", "People whose journey by car lengthens by over a minute",
         "Cost a patient, today’s money", "Whose idea"),
        tuple(rows), text_columns=(1, 4),
        note="An illustration was chosen by a rule that stands beside it; nobody has proposed it.",
    )  # fmt: skip
    return (Section("options", "Options", "Options", tuple(facts.lead("options", 1)), (table,)),)


def _risk(facts: Facts) -> Section:
    """What the figures say of risk, then the study's own register; what nobody entered is said to be missing."""
    said = section("risk", "Risk", [*facts.lead("resilience"), *facts.lead("closure", 1)])
    held = [(o, r) for o in facts.options.values() for r in o.risks]
    if not held:
        return replace(
            said, blocks=(*said.blocks, Paragraph(("No risk of an option is entered in the study. " + ASK,)))
        )
    rows = tuple(
        Row(
            str(r.get("risk", "")), (o.title, *(str(r.get(k, "not said")) for k in ("likelihood", "owner", "response")))
        )
        for o, r in held
    )
    heads = ("Risk", "Option", "Likelihood", "Owner", "Response")
    table = Table("Risks of the options, as the study enters them", heads, rows, text_columns=(1, 2, 3, 4))
    return replace(said, blocks=(*said.blocks, table))


def _engagement(facts: Facts) -> Section:
    """What is on record of involving people, and each step that is not."""
    heading = "Engagement and consultation"
    if not facts.before_approval:
        return section("engagement", heading, [], "No engagement is recorded in this study. " + ASK)
    missing = tuple((step,) for step in facts.before_approval)
    ask = Paragraph(("No engagement is recorded in this study. Before an option can be approved:",))
    return Section("engagement", heading, heading, (), (ask, Bullets(missing), Paragraph((ASK,))))
