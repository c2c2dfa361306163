"""The public summary: what the blueprint says, in short plain sentences that a reader of about twelve can follow."""

from chesil.blueprint.document import Section, Words
from chesil.blueprint.papers.facts import Facts, say
from chesil.blueprint.words import one_in

NAME = "public-summary"


def title(facts: Facts) -> str:
    return f"GP care in {facts.name}: a summary for everyone"


def sections(facts: Facts) -> tuple[Section, ...]:
    """Who lives here, how far the doctor is, who works there, what may change, what is not known, how to have a say."""
    parts = (
        ("people", f"Who is looked after in {facts.name}", _people(facts)),
        ("far", "How far it is to a surgery", _far(facts)),
        ("staff", "Who works there", _staff(facts)),
        ("change", "What may change", _change(facts)),
        ("unknown", "What we do not know", _unknown()),
        ("say", "How to have your say", [
            ("Is a number wrong? Tell us, and say how you know.",),
            ("You can work out each number again. The full plan shows how.",),
            (facts.book.approval,),
        ]),
    )  # fmt: skip
    return tuple(Section(key, heading, heading, tuple(lead)) for key, heading, lead in parts if lead)


def _people(facts: Facts) -> list[Words]:
    old = facts.value("share_65_plus") or 0.0
    return [
        *say("Doctors here look after ", facts.shown("list_size"), " people."),
        *say("Of them ", facts.shown("share_65_plus", text=one_in(old)), " is aged over sixty-four."),
        *say(
            "That is ",
            facts.shown("share_65_plus"),
            ". In all of England it is ",
            facts.of_england("share_65_plus"),
            ".",
        ),
        *say("In ", facts.shown("share_no_car"), " of homes there is no car."),
    ]


def _far(facts: Facts) -> list[Words]:
    return [
        *say("By car it takes about ", facts.shown("access_drive_nearest"), " minutes to get to the closest one."),
        *say("In England as a whole it takes ", facts.of_england("access_drive_nearest"), "."),
        ("We worked these times out. No one drove them.",),
        ("We do not know when each bus runs.",),
    ]


def _staff(facts: Facts) -> list[Words]:
    return [
        *say("For each full-time doctor there are ", facts.shown("patients_per_gp_fte"), " people."),
        *say("In England there are ", facts.of_england("patients_per_gp_fte"), "."),
    ]


def _change(facts: Facts) -> list[Words]:
    if not facts.finding("options"):
        return [("The plan does not ask for a change yet.",)]
    return [
        ("The plan looks at some things that could be done.",),
        ("It does not choose.",),
        *([MADE_UP] if all(o.is_illustration for o in facts.options.values()) else []),
        *(s for name, o in facts.options.items() for s in _what_it_does(facts, name, o.title)),
    ]


MADE_UP: Words = ("They are made up to test the sums. No one has asked for them.",)


def _what_it_does(facts: Facts, name: str, title: str) -> list[Words]:
    """One option by its name, and for how many people the drive grows."""
    longer = facts.travel_further(name)
    if longer is None:
        return [(f"One is called “{title}”.",)]
    if not longer.figure.value:
        return [(f"One is called “{title}”. It makes no drive much longer.",)]
    return [(f"One is called “{title}”. ", "It makes the drive longer where ", longer, " people live.")]


def _unknown() -> list[Words]:
    return [
        ("We do not know how good each building is.",),
        ("We do not know how many jobs are empty.",),
        ("We know what is written down. We do not know how each person feels.",),
    ]
