"""Worked examples of measures: what a planner may expect of each method, in tables that become the manual."""

from datetime import date

import polars as pl
import pytest

from chesil.core.errors import InputRefused, NotFound
from chesil.measures.asking import ask_figure, newest_vintage, trace_journey
from chesil.measures.card import Measure, Quantity, all_measures, load_measure
from chesil.measures.computing import ALL, Unit, compute_measure, units_of
from chesil.place.place import Place


def small_place(practices: str, staff: str = "", flows: str = "", areas: str = "") -> Place:
    """A made-up place from tables written as text; codes such as Z99001 are invented."""
    empty = pl.DataFrame({"practice_code": pl.Series([], dtype=pl.String)})
    return Place(
        name="Testbury", code="T", kind="practices", vintage="2022/23", as_at=date(2023, 3, 31),
        areas=_table(areas) if areas else pl.DataFrame({"lsoa11": []}), areas_beyond=_table(areas).clear() if areas else pl.DataFrame({"lsoa11": []}),
        area_ages=empty, practices=_table(practices), practice_ages=empty, registrations=_table(flows) if flows else empty,
        registered_elsewhere=empty, registers=empty, staff=_table(staff) if staff else empty, payments=empty, sites=empty,
        groups=empty,
    )  # fmt: skip


def _table(text: str) -> pl.DataFrame:
    lines = [line.split("|") for line in text.strip().splitlines()]
    heads = [h.strip() for h in lines[0]]
    columns = {h: [_value(line[k].strip()) for line in lines[1:]] for k, h in enumerate(heads)}
    return pl.DataFrame(columns, strict=False)


def _value(text: str) -> object:
    if text == "":
        return None
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


PRACTICES = """
practice_code | practice_name | list_size
Z99001        | Abbey         | 2100
Z99002        | Brook         | 3000
Z99003        | Cliff         | 4000
"""
STAFF = """
practice_code | role               | fte
Z99001        | gp_fully_qualified | 1.0
Z99002        | gp_fully_qualified | 2.5
"""


def test_patients_per_gp_leaves_a_practice_without_a_return_out_of_both_parts() -> None:
    place = small_place(PRACTICES, STAFF)
    figures = {
        f.unit_code: f for f in compute_measure(place, load_measure("patients_per_gp_fte"), units_of(place, "practice"))
    }
    assert figures["Z99001"].value == 2100
    assert figures["Z99002"].value == 1200
    assert figures["Z99003"].value is None
    assert "not published" in figures["Z99003"].reason
    whole = compute_measure(place, load_measure("patients_per_gp_fte"), units_of(place, ALL))[0]
    assert (whole.numerator, whole.denominator) == (5100, 3.5)
    assert whole.value == pytest.approx(5100 / 3.5)
    assert whole.notes[0].startswith("2 of 3 practices")


def test_an_implausible_return_is_shown_left_out_and_imputed() -> None:
    staff = STAFF + "Z99003        | gp_fully_qualified | 0.0\n"
    place = small_place(PRACTICES, staff)
    whole = compute_measure(place, load_measure("patients_per_gp_fte"), units_of(place, ALL))[0]
    assert whole.value == pytest.approx(5100 / 3.5)
    assert any("1 practice with a zero or implausible return is left out" in n for n in whole.notes)
    assert any("as they stand it would be 2,600" in n and "imputed for them, 1,457" in n for n in whole.notes)


def test_a_share_of_where_patients_live_is_weighted_by_them() -> None:
    place = small_place(
        PRACTICES,
        flows="""
        practice_code | lsoa11    | patients
        Z99001        | E01999001 | 100
        Z99001        | E01999002 | 300
        Z99002        | E01999002 | 50
        """,
        areas="""
        lsoa11    | no_car_share_2011
        E01999001 | 0.5
        E01999002 | 0.1
        """,
    )
    one = compute_measure(place, load_measure("share_no_car"), [Unit("Z99001", "Abbey", ("Z99001",))])[0]
    assert one.numerator == pytest.approx(80)
    assert one.denominator == 400
    assert one.value == pytest.approx(20.0)
    assert one.lower is None and one.limits.startswith("none: ")


def test_every_card_is_whole_and_every_measure_computes_for_dorset(dorset_2022: Place) -> None:
    cards = all_measures()
    assert len(cards) >= 15
    for card in cards:
        whole = compute_measure(dorset_2022, card, units_of(dorset_2022, ALL))[0]
        assert whole.is_known, card.name
        assert whole.receipts, card.name
        assert whole.lower is None or whole.lower <= whole.value <= whole.upper  # type: ignore[operator]
        for level in ("practice", "pcn", "ltla21"):
            for figure in compute_measure(dorset_2022, card, units_of(dorset_2022, level)):
                assert figure.is_known or figure.reason


@pytest.mark.parametrize(
    ("measure", "vintage", "value"),
    [
        ("list_size", "2022/23", 821_082),
        ("list_size", "2025/26", 825_523),
        ("registered_to_resident", "2022/23", 827_182 / 776_780),
    ],
)
def test_published_numbers_are_met_again(measure: str, vintage: str, value: float) -> None:
    assert ask_figure(measure, "QVV", vintage=vintage).value == pytest.approx(value)


def test_premises_payments_of_dorset_are_those_published() -> None:
    figure = ask_figure("premises_per_patient", "QVV")
    assert figure.numerator == pytest.approx(10.4e6, rel=0.01)
    assert figure.period == "2022/23"


def test_groups_add_up_to_the_place(dorset_2026: Place) -> None:
    card = load_measure("share_65_plus")
    whole = compute_measure(dorset_2026, card, units_of(dorset_2026, ALL))[0]
    parts = compute_measure(dorset_2026, card, units_of(dorset_2026, "pcn"))
    assert sum(f.numerator or 0 for f in parts) == whole.numerator
    assert sum(f.denominator or 0 for f in parts) == whole.denominator == 825_523


def test_row_order_does_not_matter(dorset_2022: Place) -> None:
    turned = dorset_2022.with_tables(
        registrations=dorset_2022.registrations.reverse(), staff=dorset_2022.staff.reverse(),
        practices=dorset_2022.practices.reverse(), payments=dorset_2022.payments.reverse(),
    )  # fmt: skip
    for card in all_measures():
        one = compute_measure(dorset_2022, card, units_of(dorset_2022, ALL))[0]
        two = compute_measure(turned, card, units_of(turned, ALL))[0]
        assert one.value == two.value, card.name


def test_without_a_date_the_newest_vintage_that_has_the_measure() -> None:
    assert newest_vintage(load_measure("list_size")) == "2025/26"
    assert newest_vintage(load_measure("nurse_fte_per_10000")) == "2022/23"
    assert newest_vintage(load_measure("list_size"), date(2024, 1, 1)) == "2022/23"


def test_old_data_are_marked_at_a_date() -> None:
    notes = ask_figure("patients_per_gp_fte", "QVV", as_at=date(2026, 11, 24)).notes
    assert any("not for contract action" in n for n in notes)


def test_the_journey_adds_up_to_the_figure() -> None:
    journey = trace_journey("patients_per_gp_fte", "U02749")
    sound = journey.parts.filter(~pl.col("implausible")).drop_nulls()
    assert sound["numerator"].sum() / sound["denominator"].sum() == pytest.approx(journey.figure.value)
    assert len(journey.receipts) == len(journey.figure.receipts) >= 2


def test_an_unknown_measure_names_the_nearest() -> None:
    with pytest.raises(NotFound, match="Did you mean patients_per_gp_fte"):
        load_measure("pateints_per_gp_fte")


def test_a_card_with_faults_is_refused_with_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from chesil.measures import card

    broken = {"title": "x", "unit": "y", "method": "guess", "numerator": {"table": "praktices"}, "colour": "red"}
    monkeypatch.setattr(card, "load_definition", lambda *_: broken)
    with pytest.raises(InputRefused) as error:
        load_measure.__wrapped__("x")  # type: ignore[attr-defined]
    text = str(error.value)
    for part in (
        "`polarity` is missing",
        "`colour` is not a field",
        "method `guess`",
        "Did you mean practices",
        "must say why",
    ):
        assert part in text, part


def test_a_measure_agrees_with_a_slow_plain_second_way(dorset_2022: Place) -> None:
    """Long-term illness straight from its definition, with loops."""
    share = {
        r["lsoa11"]: r["illness_share_2011"]
        for t in (dorset_2022.areas, dorset_2022.areas_beyond)
        for r in t.iter_rows(named=True)
    }
    above = below = 0.0
    for row in dorset_2022.registrations.iter_rows(named=True):
        if share.get(row["lsoa11"]) is not None:
            above += row["patients"] * share[row["lsoa11"]]
            below += row["patients"]
    figure = compute_measure(dorset_2022, load_measure("share_long_term_illness"), units_of(dorset_2022, ALL))[0]
    assert figure.value == pytest.approx(100 * above / below)


def test_quantities_are_data_not_code() -> None:
    assert all(isinstance(q, Quantity) for m in all_measures() for q in m.quantities)
    assert isinstance(all_measures()[0], Measure)
