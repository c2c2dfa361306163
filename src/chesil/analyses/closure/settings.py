"""Settings of the analysis of closure, and what is asked of a single what-if."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date

from chesil.core.errors import InputRefused, Problem
from chesil.definitions import load_definition, load_parameter
from chesil.methods.dispersal import ChoiceModel
from chesil.place.place import Place


@dataclass(frozen=True)
class ClosureSettings:
    """Thresholds of the stress test (0: the parameter's own), runs and seed of the simulation, and local knowledge.

    `closed_lists` take nobody. `rooms` are "CODE=patients" that a practice can still take. `together` are "AREA=people"
    who move as one, such as a care home's residents. `far_km` is beyond which patients count as living far away.
    """

    list_growth_pct: float = 0.0
    patients_per_gp: float = 0.0
    runs: int = 1000
    seed: int = 20261124
    closed_lists: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    far_km: float = 30.0
    student_area_pct: float = 30.0

    def __post_init__(self) -> None:
        for name in ("list_growth_pct", "patients_per_gp", "far_km", "student_area_pct"):
            if getattr(self, name) < 0:
                raise ValueError(f"`{name}` is {getattr(self, name):g}, below nought")
        if self.runs < 2:
            raise ValueError("`runs` is below 2")
        pairs(self.rooms, "rooms")
        pairs(self.together, "together")


@dataclass(frozen=True)
class Asked:
    """What a what-if asks: practices that close, and practices that merge into a successor."""

    close: tuple[str, ...] = ()
    merge: Mapping[str, str] = field(default_factory=dict)


def pairs(words: tuple[str, ...], name: str) -> dict[str, int]:
    """Read "CODE=number"; `ValueError` names the one that is not so."""
    found = {}
    for word in words:
        code, _, number = word.partition("=")
        if not code.strip() or not number.strip().isdigit():
            raise ValueError(f"`{name}` holds `{word}`, which is not a code and a whole number such as J81010=500")
        found[code.strip().upper()] = int(number)
    return found


def thresholds(settings: ClosureSettings, as_at: date) -> tuple[float, float]:
    """Growth of the list (%) and patients per GP (FTE) at which a receiver passes."""
    return (
        settings.list_growth_pct or load_parameter("closure_list_growth").on(as_at).value,
        settings.patients_per_gp or load_parameter("closure_patients_per_gp").on(as_at).value,
    )


def fitted_model(place: Place) -> ChoiceModel:
    """The fitted model of choice, with what a scenario set instead (`choice_of_practice.spread` and so on)."""
    said = dict(place.parameters.iter_rows())
    fitted = load_definition("parameters", "choice_of_practice")["model"]
    return ChoiceModel(
        **{f.name: said.get(f"choice_of_practice.{f.name}", fitted[f.name]) for f in fields(ChoiceModel)}
    )


def check_asked(place: Place, asked: Asked) -> None:
    """Raise `InputRefused` with everything wrong: unknown, twice, into itself, into one that closes too, the last one."""
    from chesil.core.errors import did_you_mean

    names = set(place.practices["practice_code"])
    ends = [*asked.close, *asked.merge]
    problems = [
        Problem(
            f"{code} is not a practice of {place.name} at {place.vintage}",
            "",
            "",
            did_you_mean(code, names) or f"`chesil places {code}` says where it is, and whether it has closed",
        )
        for code in dict.fromkeys([*ends, *asked.merge.values()])
        if code not in names
    ]
    problems += [Problem(f"{code} is asked to end twice") for code in dict.fromkeys(ends) if ends.count(code) > 1]
    problems += [
        Problem(f"{a} cannot merge into itself", "", "", "Name two practices") for a, b in asked.merge.items() if a == b
    ]
    problems += [
        Problem(f"{a} cannot merge into {b}, which ends too", "", "", f"Merge {a} into the practice that stays")
        for a, b in asked.merge.items()
        if a != b and b in ends
    ]
    if not ends:
        problems.append(Problem("no practice is named", "", "", "Name one with --close CODE or --merge CODE:CODE"))
    if problems:
        raise InputRefused("This what-if cannot be done", problems, "Put these right and try again")
