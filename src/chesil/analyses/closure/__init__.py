"""Analysis: closure. Where a closing practice's patients go, who passes a stated threshold, and what follows then."""

from chesil.analyses.closure.assessing import assess_closures, assess_what_if
from chesil.analyses.closure.hand_back import Paper, hand_back_paper, timetable
from chesil.analyses.closure.settings import Asked, ClosureSettings

__all__ = ["Asked", "ClosureSettings", "Paper", "assess_closures", "assess_what_if", "hand_back_paper", "timetable"]
