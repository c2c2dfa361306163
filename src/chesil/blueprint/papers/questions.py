"""Questions that people ask, answered from the figures; where no figure answers, it says so."""

from chesil.blueprint.document import Section, Words
from chesil.blueprint.papers.facts import NOT_SAID, Facts, say, section

NAME = "questions-and-answers"


def title(facts: Facts) -> str:
    return f"Questions and answers: primary care in {facts.name}"


def sections(facts: Facts) -> tuple[Section, ...]:
    """Each question as a heading, and its answer."""
    asked: tuple[tuple[str, str, list[Words]], ...] = (
        ("closing", "Is my surgery closing?", [(facts.book.approval,), *facts.lead("options", 2)]),
        ("travel", "Will I have to travel further?", [
            *say("Today the nearest surgery is ", facts.shown("access_drive_nearest"), " minutes by car on average, modelled; in "
                 "England ", facts.of_england("access_drive_nearest"), "."),
            *facts.lead("siting", 2),
        ]),
        ("car", "What about people without a car?", [
            *say(facts.shown("share_no_car"), " of households where patients live have no car; in England ",
                 facts.of_england("share_no_car"), "."),
            ("Whether a bus goes is not known without a timetable, and nothing is said that rests on one.",),
        ]),
        ("doctors", "Are there enough doctors?", [
            *say("Each fully qualified full-time GP looks after ", facts.shown("patients_per_gp_fte"), " patients; in England ",
                 facts.of_england("patients_per_gp_fte"), "."),
            *facts.lead("workforce", 1),
        ]),
        ("homes", "Do you know of the new homes?", facts.lead("need", 3)[2:]),
        ("money", "Is this to save money?", facts.lead("money", 2)),
        ("fair", "Who would lose most?", facts.lead("equality")),
        ("wrong", "What if a number is wrong?", [
            ("Every number names its source, date and formula, and can be worked out again from the pack with one command.",),
            ("A practice’s reply is printed beside its figure.",),
        ]),
    )  # fmt: skip
    return tuple(section(key, question, answer, NOT_SAID) for key, question, answer in asked)
