"""An easy-read skeleton: one idea a sentence, with a place for a picture beside each; people must finish and test it."""

from chesil.blueprint.document import Bullets, Paragraph, Section, Words
from chesil.blueprint.papers.facts import Facts, say
from chesil.blueprint.words import one_in

NAME = "easy-read"
NOTE = (
    "A skeleton. Pictures must be chosen, and the words tested with people who use easy read, before it is given out."
)


def title(facts: Facts) -> str:
    return f"Doctors in {facts.name}: easy read"


def sections(facts: Facts) -> tuple[Section, ...]:
    """Each point is the slot for a picture and one short sentence."""
    carless = _begin(one_in(facts.value("share_no_car") or 0.0))
    some = _begin(one_in(facts.value("share_65_plus") or 0.0))
    parts = (
        ("about", "What this is about", [
            *_slot("a doctor’s surgery", [(f"This is about doctors in {facts.name}.",)]),
            *_slot("a group of people", say("They look after ", facts.about("list_size"), " people.")),
            *_slot("a box with no tick in it", [(facts.book.approval,)]),
        ]),
        ("found", "What we found", [
            *_slot("an older person", say(facts.shown("share_65_plus", text=some), " people are sixty-five or older.")),
            *_slot("a car and a clock", say("A surgery is ", facts.about("access_drive_nearest"), " minutes away by car.")),
            *_slot("a home without a car", say(facts.shown("share_no_car", text=carless), " homes have no car.")),
            *_slot("one doctor, many people", say("Each full-time doctor has ", facts.about("patients_per_gp_fte"), " people.")),
        ]),
        ("next", "What happens next", [
            *_slot("people talking", [("We want to know what you think.",)]),
            *_slot("a telephone and a letter", [("You can call or write to us. (Put the number and the address here.)",)]),
            *_slot("two people at a table", [("You can ask for help to read this.",)]),
        ]),
    )  # fmt: skip
    note = Section("note", "For whoever finishes this", "For whoever finishes this", (), (Paragraph((NOTE,)),))
    return (*(Section(k, h, h, (), (Bullets(tuple(points)),)) for k, h, points in parts), note)


def _slot(picture: str, sentences: list[Words]) -> list[Words]:
    return [(f"[Picture: {picture}] ", *words) for words in sentences]


def _begin(text: str) -> str:
    return text[:1].upper() + text[1:]
