"""Analysis: money. Payments over nine years, the gap, a ledger of savings, a fair split and what each form would hold."""

from chesil.analyses.money.assessing import assess_money
from chesil.analyses.money.settings import MoneySettings, MoneyTables

__all__ = ["MoneySettings", "MoneyTables", "assess_money"]
