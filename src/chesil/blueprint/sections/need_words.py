"""Words that the parts of the section on need share."""

from chesil.blueprint.document import Shown
from chesil.blueprint.words import limits_text, number, people, place_name
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.plan import Plan

ENGLAND = "ENGLAND"
LEVELS = tuple(f"need_level_{k}" for k in range(1, 6))


def place_words(plan: Plan) -> str:
    """The place's name as people say it; a list of practices or areas is called by its study's title."""
    return place_name(plan.place.name)


def level_names(plan: Plan) -> list[str]:
    table = plan.assessments["need"].tables.get("pyramid")
    return [] if table is None else table.sort("level")["level_name"].unique(maintain_order=True).to_list()


def sure(plan: Plan, figure: Figure) -> Shown:
    card = plan.cards[figure.measure]
    if figure.lower is None or figure.value is None:
        return Shown(figure)
    return Shown(figure, f"{number(figure.value, card)} ({limits_text(figure, card)})")


def signed(plan: Plan, figure: Figure) -> Shown:
    text = number(figure.value, plan.cards[figure.measure])
    return Shown(figure, f"+{text}" if (figure.value or 0) > 0 else text.replace("-", "−"))


def plain(value: float, unit: str) -> str:
    return f"{value:.1f}%" if unit == "%" else f"{people(value, modelled=True)} {unit}"


def first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def figure_of(plan: Plan, measure: str, code: str) -> Figure | None:
    return plan.figures.get((measure, code))


def known(plan: Plan, measure: str, code: str) -> bool:
    figure = plan.figures.get((measure, code))
    return figure is not None and figure.is_known


def href_of(plan: Plan, unit: Unit) -> str:
    return f"networks/{unit.code}.html" if unit in plan.pcns else ""
