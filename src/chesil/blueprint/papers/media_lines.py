"""Lines for the media: what may be said, with its number and its certainty, and what may not be said."""

from chesil.blueprint.document import Bullets, Section
from chesil.blueprint.papers.facts import Facts, section

NAME = "media-lines"


def title(facts: Facts) -> str:
    return f"Lines for the media: primary care in {facts.name}"


def sections(facts: Facts) -> tuple[Section, ...]:
    """A line a section of the blueprint with the sentence behind it; then what the figures do not allow to be said."""
    lines = [
        (f"{s.heading}. ", *(s.lead[0] if s.lead else ()))
        for s in facts.book.sections
        if s.key not in ("audit", "groups")
    ]
    never = (
        ("That a plan is settled. " + facts.book.approval,),
        ("That a practice is failing or will close: a flag is a sign to talk, and no ending is forecast.",),
        ("That a modelled time or need was measured: it was worked out, and its limits are given.",),
        ("That recording less than expected means worse care: it may follow who the patients are, or chance.",),
    )
    return (
        section("lines", "What can be said", lines),
        Section("never", "What cannot be said", "What cannot be said", (), (Bullets(never),)),
        section("contact", "Who speaks", [], "Name and telephone of the spokesperson: to be written in."),
    )
