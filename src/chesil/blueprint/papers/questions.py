"""Questions that people ask, answered from the figures; where no figure answers, it says so."""

from chesil.blueprint.document import Section, Words
from chesil.blueprint.papers.facts import NOT_SAID, Facts, costs, further, quoted, say, section
from chesil.blueprint.words import counted

NAME = "questions-and-answers"


def title(facts: Facts) -> str:
    return f"Questions and answers: primary care in {facts.name}"


def sections(facts: Facts) -> tuple[Section, ...]:
    """Each question as a heading, and its answer."""
    asked: tuple[tuple[str, str, list[Words]], ...] = (
        ("closing", "Is my surgery closing?", [(facts.book.approval,), *_closing(facts)]),
        ("best", "Which option is best?", [
            *facts.lead("options", 2),
            ("What counts most is for people to say: anybody may change the weights and see both answers.",),
        ] if facts.options else []),
        ("travel", "Will I have to travel further?", [
            *say("Today the nearest surgery is ", facts.shown("access_drive_nearest"), " minutes by car on average, modelled; in "
                 "England ", facts.of_england("access_drive_nearest"), "."),
            *further(facts),
            *facts.lead("siting", 2)[1:],
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
        ("homes", "Do you know of the new homes?", _homes(facts)),
        ("money", "Is this to save money?", [*costs(facts), *facts.lead("money", 2)]),
        ("fair", "Who would lose most?", [*further(facts), *facts.lead("equality", 9)[-1:]]),
        ("wrong", "What if a number is wrong?", [
            ("Every number names its source, date and formula, and can be worked out again from the pack with one command.",),
            ("A practice’s reply is printed beside its figure.",),
        ]),
    )  # fmt: skip
    return tuple(section(key, question, answer, NOT_SAID) for key, question, answer in asked)


def _closing(facts: Facts) -> list[Words]:
    """What the options would shut, and whose idea they are."""
    options = list(facts.options.values())
    if not options:
        return [("The blueprint puts no option.",)]
    found: list[Words] = [
        (f"Beside business as usual it looks at {counted(len(options), 'option')}: {quoted(options)}.",)
    ]
    if all(o.is_illustration for o in options):
        found.append(
            ("All are illustrations, chosen by a rule that is written beside each; nobody has proposed them.",)
        )
    if facts.closing:
        found.append((f"A surgery or a practice would shut under {quoted(facts.closing)}, and under no other.",))
    else:
        found.append(("None of them shuts a surgery or a practice.",))
    if facts.before_approval:
        found.append(("The people concerned must be involved first; what is not on record is in the cover paper.",))
    return found


def _homes(facts: Facts) -> list[Words]:
    entered = "A list of planned homes is entered, and counts in what is said of need."
    none = (
        "No list of planned homes is entered in this study, so homes that are not yet built are not counted by place."
    )
    return [(entered if facts.holds_homes else none,), *facts.lead("need", 3)[2:]]
