"""Analysis: money. Payments over nine years, the gap, a ledger of savings, a fair split and what each form would hold."""

from chesil.analyses.money.assessing import assess_money
from chesil.analyses.money.beside_similar import ALL_COMPARED
from chesil.analyses.money.settings import MoneySettings, MoneyTables
from chesil.analyses.money.splitting import EFFECT

__all__ = ["ALL_COMPARED", "EFFECT", "MoneySettings", "MoneyTables", "assess_money"]
