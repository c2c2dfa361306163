"""The committee's cover paper in the shape of a board sheet: filled from figures, its gaps said, and nothing decided."""

from chesil.blueprint.document import Section, Words
from chesil.blueprint.papers.facts import Facts, say, section

NAME = "cover-paper"
ASK = "To be written by whoever signs this paper."


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
        section("purpose", "Purpose", [
            (f"To bring to the committee the blueprint for primary care in {facts.name}, as at {book.as_at:%-d %B %Y}.",),
            *say("It is about ", facts.shown("list_size"), " registered patients."),
            (book.edition_words,), (book.approval,),
        ]),
        section("recommendation", "Recommendation", recommend),
        section("findings", "What it found", found),
        section("engagement", "Engagement and consultation", [], "No engagement is recorded in this study. " + ASK),
        section("quality", "Quality and safety", [
            *say(facts.shown("share_rated_good"), " of practices that the regulator has rated are rated good or outstanding."),
            *facts.lead("variation"),
        ]),
        section("risk", "Risk", [*facts.lead("resilience"), *facts.lead("closure", 1)]),
        section("finance", "Finance", facts.lead("money")),
        section("legal", "Legal and regulatory", [
            ("A blueprint changes no contract. A change of services needs the duties to involve the public, to reduce "
             "inequalities and to have due regard to equality to be met and shown.",),
            ("Whether they are met is not judged here. " + ASK,),
        ]),
        section("workforce", "Workforce", facts.lead("workforce")),
        section("equality", "Equality and inequalities", [
            *(facts.lead("equality") or [("No option is appraised, so no effect on any group of people is worked out.",)]),
            *say("The places where patients live have a mean deprivation score of ", facts.shown("deprivation"),
                 "; England’s is ", facts.of_england("deprivation"), "."),
        ]),
        section("estate", "Estate and digital", facts.lead("estate")),
        section("unknown", "What is not known", [
            (f"{sum(not f.is_known for f in book.figures.values()):,} of {len(book.figures):,} figures have no value; "
             "each says why.",),
            ("What is modelled, transcribed or entered by hand is marked so in the blueprint.",),
        ]),
    )  # fmt: skip
