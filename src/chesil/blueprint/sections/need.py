"""The section on need: who is on the lists and lives here, how ill they are likely to be, and what is to come."""

import polars as pl

from chesil.blueprint.document import Section, Shown, Words
from chesil.blueprint.sections.need_growth import growth_blocks
from chesil.blueprint.sections.need_levels import check_blocks, group_blocks, kind_blocks, pyramid_blocks
from chesil.blueprint.sections.need_people import (
    age_blocks,
    context_blocks,
    diagnosis_blocks,
    life_blocks,
    practice_blocks,
    profile_blocks,
    registered_blocks,
    unseen_blocks,
)
from chesil.blueprint.sections.need_words import ENGLAND, LEVELS, figure_of, first_up, place_words, signed, sure
from chesil.blueprint.words import compared, place_name
from chesil.measures.computing import Unit
from chesil.plan import Plan

KEY, NAME = "need", "Need"


def of_place(plan: Plan) -> Section | None:
    """The whole place: ages, pyramid of need, growth, registered against resident, profile, length of life, the unseen."""
    if "need" not in plan.assessments:
        return None
    code, name = plan.place.code, place_words(plan)
    blocks = [
        *age_blocks(plan, code, name),
        *pyramid_blocks(plan, code, name),
        *check_blocks(plan),
        *kind_blocks(plan),
        *group_blocks(plan),
        *growth_blocks(plan),
        *registered_blocks(plan),
        *profile_blocks(plan, code, name),
        *life_blocks(plan),
        *diagnosis_blocks(plan),
        *context_blocks(plan),
        *unseen_blocks(),
    ]
    return Section(KEY, NAME, _heading(plan, code, name), _lead(plan, code, name), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """A network: its ages, its pyramid of need, its growth, where its patients live."""
    if "need" not in plan.assessments or (LEVELS[0], unit.code) not in plan.figures:
        return None
    name = place_name(unit.name)
    blocks = [*age_blocks(plan, unit.code, name), *pyramid_blocks(plan, unit.code, name), *practice_blocks(plan, unit)]
    return Section(KEY, NAME, _heading(plan, unit.code, name), _lead(plan, unit.code, name), tuple(blocks))


def _heading(plan: Plan, code: str, name: str) -> str:
    old = plan.figures["share_65_plus", code]
    how = compared(old, plan.figures["share_65_plus", ENGLAND], plan.cards["share_65_plus"])
    age = {
        "higher than": "older than England",
        "far higher than": "far older than England",
        "lower than": "younger than England",
        "far lower than": "far younger than England",
    }.get(how, "about as old as England")
    growth = figure_of(plan, "projected_75_plus_change", code)
    whole = figure_of(plan, "projected_list_change", code)
    if growth and whole and growth.value is not None and whole.value is not None:
        to_come = (
            "its oldest patients will grow in number fastest"
            if growth.value > max(whole.value, 0)
            else ("its oldest patients will not grow in number fastest")
        )
        return first_up(f"{name} is {age}, and {to_come}")
    return first_up(f"{name} is {age}")


def _lead(plan: Plan, code: str, name: str) -> tuple[Words, ...]:
    sentences: list[Words] = []
    old, oldest = (plan.figures[m, code] for m in ("share_65_plus", "share_85_plus"))
    if old.is_known and oldest.is_known:
        sentences.append(
            (
                f"In {name} ",
                sure(plan, old),
                " of patients are 65 or over and ",
                sure(plan, oldest),
                " are 85 or over; in England ",
                Shown(plan.figures["share_65_plus", ENGLAND]),
                " and ",
                Shown(plan.figures["share_85_plus", ENGLAND]),
                ".",
            )
        )
    sentences += _lead_of_levels(plan, code)
    sentences += _lead_of_growth(plan, code)
    women, men = (figure_of(plan, f"life_expectancy_{s}", code) for s in ("female", "male"))
    if women and men and women.is_known and men.is_known:
        sentences.append(
            (
                "A girl born in 2014 could expect ",
                sure(plan, women),
                " years and a boy ",
                sure(plan, men),
                "; in England ",
                Shown(plan.figures["life_expectancy_female", ENGLAND]),
                " and ",
                Shown(plan.figures["life_expectancy_male", ENGLAND]),
                ".",
            )
        )
    elsewhere = [figure_of(plan, f"list_{w}", code) for w in ("inside", "beyond", "outside_england", "unknown")]
    inside, beyond = elsewhere[:2]
    if inside and beyond and inside.is_known and code == plan.place.code:
        sentences.append(
            (
                "Of the patients on its lists ",
                Shown(inside),
                " live in its areas and ",
                Shown(beyond),
                " in other parts of England; no difference is called list inflation here before its causes are named.",
            )
        )
    return tuple(sentences)


def _lead_of_levels(plan: Plan, code: str) -> list[Words]:
    """The three upper levels: their share, or which side of England's they are on, or that neither can be said."""
    table = plan.assessments["need"].tables.get("pyramid")
    if table is None:
        return []
    words: list[str | Shown] = ["Modelled from open data, no record read: "]
    upper = table.filter((pl.col("unit_code") == code) & (pl.col("level") > 2)).sort("level")
    for k, r in enumerate(upper.iter_rows(named=True)):
        figure = plan.figures[f"need_level_{r['level']}", code]
        words.append(f"{'; ' if k else ''}“{r['level_name'].lower()}” ")
        band = f"{r['ratio_lower']:.2f} to {r['ratio_upper']:.2f} times its share"
        if figure.is_known:
            words += [sure(plan, figure), " (England ", Shown(plan.figures[figure.measure, ENGLAND]), ")"]
        elif r["ratio_lower"] > 1 or r["ratio_upper"] < 1:
            side = "more" if r["ratio_lower"] > 1 else "less"
            words.append(f"{side} common than in England, how much {side} is too uncertain to give ({band})")
        else:
            words.append(f"too close to England to tell apart ({band})")
    return [(*words, ".")]


def _lead_of_growth(plan: Plan, code: str) -> list[Words]:
    whole, old = (figure_of(plan, m, code) for m in ("projected_list_change", "projected_75_plus_change"))
    if not whole or not old or whole.value is None or old.value is None:
        return [
            (
                "What is to come is not shown: no projection is held for its councils, or too many of its patients live where "
                "none is.",
            )
        ]
    until = whole.period.split(" to ")[1][:4]
    return [
        (
            f"By {until} its list would change by ",
            signed(plan, whole),
            " and its patients of 75 and over by ",
            signed(plan, old),
            " if the councils' published projection holds and people go on registering as they do; the publisher gives no "
            "limits.",
        )
    ]
