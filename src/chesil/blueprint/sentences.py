"""Sentences made from figures: each states its size, its certainty and how it compares; no digit is typed here."""

from statistics import pstdev

from markupsafe import Markup, escape

from chesil.blueprint.views import figure_view
from chesil.blueprint.words import compared, one_in, place_name
from chesil.core.figure import Figure
from chesil.measures.card import Measure
from chesil.plan import ENGLAND, Plan

NEED_MEASURES = ("share_65_plus", "deprivation", "share_rural", "share_under_5", "share_no_car")
SAYS = {
    "share_65_plus": "of its patients are 65 or over",
    "share_under_5": "of its patients are under 5",
    "share_rural": "of its patients live in rural areas",
    "share_no_car": "of households where its patients live have no car",
}


class Teller:
    """Puts figures of one plan into sentences, and remembers which it used (`used`)."""

    def __init__(self, plan: Plan, root: str) -> None:
        self.plan, self.root = plan, root
        self.cards = {m.name: m for m in plan.measures}
        self.used: list[Figure] = []

    def link(self, measure: str, code: str) -> Markup:
        """A figure's text as a link to its journey."""
        figure, card = self.plan.figures[measure, code], self.cards[measure]
        self.used.append(figure)
        view = figure_view(figure, card, self.root)
        return Markup('<a class="fig" href="{}figures.html#{}" data-figure="{}">{}</a>').format(
            self.root, view.anchor, view.id, view.text
        )

    def lead_of_place(self) -> list[Markup]:
        """The answer first: who is served, by how many, how old, how deprived, how staffed."""
        plan, code = self.plan, self.plan.place.code
        name = escape(place_name(plan.place.name))
        sentences = [
            Markup("{} has {} practices in {} networks. They look after {} registered patients.").format(
                name, f"{plan.place.practices.height:,}", f"{len(plan.pcns):,}", self.link("list_size", code)
            )
        ]
        sentences += self._need(code)
        gp = plan.figures["patients_per_gp_fte", code]
        if gp.is_known:
            sentences.append(
                Markup("Each fully qualified full-time GP looks after {} patients, {} England’s {}.").format(
                    self.link("patients_per_gp_fte", code),
                    compared(
                        gp, plan.figures["patients_per_gp_fte", ENGLAND.upper()], self.cards["patients_per_gp_fte"]
                    ),
                    self.link("patients_per_gp_fte", ENGLAND.upper()),
                )
            )
        return sentences

    def lead_of_network(self, code: str, practices: int) -> list[Markup]:
        """The same for one network, against England and the place."""
        noun = "practice looks" if practices == 1 else "practices look"
        first = Markup("Its {} {} after {} registered patients.").format(
            f"{practices:,}" if practices > 1 else "one", noun, self.link("list_size", code)
        )
        gp = self.plan.figures.get(("patients_per_gp_fte", code))
        last = []
        if gp is not None and gp.is_known:
            here = self.plan.figures["patients_per_gp_fte", self.plan.place.code]
            last.append(
                Markup("Each fully qualified full-time GP looks after {} of them, {} the {} of {} as a whole.").format(
                    self.link("patients_per_gp_fte", code),
                    compared(gp, here, self.cards["patients_per_gp_fte"]),
                    self.link("patients_per_gp_fte", self.plan.place.code),
                    place_name(self.plan.place.name),
                )
            )
        return [first, *self._need(code), *last]

    def _need(self, code: str) -> list[Markup]:
        england = ENGLAND.upper()
        figures, cards = self.plan.figures, self.cards
        sentences = []
        old = figures["share_65_plus", code]
        if old.value is not None:
            sentences.append(
                Markup("{} patients ({}) {} 65 or over, {} England’s {}.").format(
                    one_in(old.value).capitalize(),
                    self.link("share_65_plus", code),
                    "is aged",
                    compared(old, figures["share_65_plus", england], cards["share_65_plus"]),
                    self.link("share_65_plus", england),
                )
            )
        score = figures["deprivation", code]
        if score.is_known:
            sentences.append(
                Markup("The places where patients live have a mean deprivation score of {}, {} England’s {}.").format(
                    self.link("deprivation", code),
                    compared(score, figures["deprivation", england], cards["deprivation"]),
                    self.link("deprivation", england),
                )
            )
        return sentences

    def heading_of_network(self, code: str, name: str) -> str:
        """The finding: the measure of need furthest from England's, by the spread of England's boards, in words."""
        distances = []
        for measure in NEED_MEASURES:
            figure, other = self.plan.figures[measure, code], self.plan.figures[measure, ENGLAND.upper()]
            spread = _spread([f.value for f in self.plan.boards[measure] if f.value is not None])
            if figure.value is not None and other.value is not None and spread > 0:
                distances.append((abs(figure.value - other.value) / spread, measure, figure, other))
        if not distances:
            return name
        _, measure, figure, other = max(distances, key=lambda d: (d[0], d[1]))
        card: Measure = self.cards[measure]
        text = figure_view(figure, card, "").text
        against = figure_view(other, card, "").text
        how = compared(figure, other, card)
        if measure == "deprivation":
            return f"{name}: deprivation {how} England’s ({text} against {against})"
        return f"{name}: {text} {SAYS[measure]}, {how} England’s {against}"


def _spread(values: list[float]) -> float:
    """Standard deviation of the boards' values (of all of them, not of a sample)."""
    return pstdev(values) if values else 0.0
