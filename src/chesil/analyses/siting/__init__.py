"""Siting: which surgeries to keep, close, open or extend, what each closure costs whom, and how sure the answer is."""

from chesil.analyses.siting.assessing import ProposedSites, assess_another, assess_siting
from chesil.analyses.siting.firmness import OtherWay
from chesil.analyses.siting.inputs import SitingInputs, localities_of, siting_inputs, siting_sites
from chesil.analyses.siting.proposing import SitesFound, propose_sites
from chesil.analyses.siting.settings import SitingSettings

__all__ = [
    "OtherWay",
    "ProposedSites",
    "SitesFound",
    "SitingInputs",
    "SitingSettings",
    "assess_another",
    "assess_siting",
    "localities_of",
    "propose_sites",
    "siting_inputs",
    "siting_sites",
]
