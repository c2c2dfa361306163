"""Lines for the media: what may be said, with its number and its certainty, and what may not be said."""

from chesil.blueprint.document import Bullets, Section, Words
from chesil.blueprint.papers.facts import Facts, further, section
from chesil.blueprint.plain_text import plain

NAME = "media-lines"


def title(facts: Facts) -> str:
    return f"Lines for the media: primary care in {facts.name}"


LONGEST = 25
"""Words of a sentence that can be read out; a longer one is left to the blueprint."""


def _line(section: Section, facts: Facts) -> Words:
    """The finding, with the sentence behind it if that is short enough to be read out; of equality, who travels further."""
    behind = (further(facts) if section.key == "equality" else list(section.lead))[:1]
    said = [w for w in behind if len(plain(w, facts.book).split()) <= LONGEST]
    return (f"{section.heading}. ", *(said[0] if said else ()))


def sections(facts: Facts) -> tuple[Section, ...]:
    """A line a section of the blueprint with the sentence behind it; then what the figures do not allow to be said."""
    lines = [_line(s, facts) for s in facts.book.sections if s.key not in ("audit", "groups")]
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
