"""Setting up editions: a plan of one edition made into another without computing anything again, where that is the same."""

from collections.abc import Mapping

from chesil.core.assessment import Assessment
from chesil.place.place import Place
from chesil.setting_up.closure import public_closures
from chesil.setting_up.resilience import public_resilience
from chesil.study import Study


def assessments_in_edition(
    study: Study, to: Study, place: Place, assessments: Mapping[str, Assessment]
) -> dict[str, Assessment] | None:
    """The assessments of `study` as the edition of `to` holds them; None where they must be computed again.

    They are the same if both editions rest on the same tables, none of which is local evidence (of which each edition may
    use another part): then the public edition leaves out what is said of named practices, and nothing else differs.
    """
    if study.edition == "public" or "local_evidence" in study.registers:
        return dict(assessments) if study.edition == to.edition else None
    if study.registers.keys() != to.registers.keys():
        return None
    if any(study.registers[n] is not t and not study.registers[n].equals(t) for n, t in to.registers.items()):
        return None
    found = dict(assessments)
    if to.edition == "public":
        found |= {"closure": public_closures(found["closure"], place)} if "closure" in found else {}
        found |= {"resilience": public_resilience(found["resilience"])} if "resilience" in found else {}
    return found
