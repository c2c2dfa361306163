"""Analysis: need. Who lives here and is on the lists, how that will change, how long they live, and how ill they are."""

from chesil.analyses.need.assess import NeedPlaces, assess_need
from chesil.analyses.need.settings import NeedSettings

__all__ = ["NeedPlaces", "NeedSettings", "assess_need"]
