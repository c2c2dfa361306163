"""Setting up the analysis of money: payments of England's pack, the study's ledger and prices, the definitions."""

from collections.abc import Mapping

from chesil.analyses.money import MoneySettings, MoneyTables, assess_money
from chesil.core.assessment import Assessment
from chesil.core.settings import settings_from
from chesil.definitions import load_definition
from chesil.packs.pack import read_manifest, read_table
from chesil.place.place import Place
from chesil.setting_up.variation import similar_practices
from chesil.study import Study


def money_settings(study: Study) -> MoneySettings:
    """The study's settings of money."""
    return settings_from(MoneySettings, study.settings.get("money", {}), "study.toml [money]")


def money_of(study: Study, place: Place, earlier: Mapping[str, Place]) -> Assessment:
    """The assessment of a study's money; `earlier` are the same place at other vintages."""
    manifest = read_manifest()
    similar, of_similar = similar_practices(study, set(place.practices["practice_code"]))
    receipts = tuple(dict.fromkeys([*manifest.receipts_of("payments"), *manifest.receipts_of("payment_years")]))
    tables = MoneyTables(
        payments=read_table("payments"),
        years=read_table("payment_years"),
        receipts=receipts,
        stream_groups=load_definition(".", "payment_streams")["groups"],
        forms=tuple(load_definition(".", "organisational_forms")["form"]),
        savings=study.registers.get("savings"),
        deflators=study.registers.get("deflators"),
        similar=similar,
        factors=read_table("practice_factors"),
        factor_receipts=(*receipts, *of_similar),
    )
    return assess_money(place, earlier, tables, money_settings(study))
