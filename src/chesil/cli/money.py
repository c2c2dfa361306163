"""The command that adds up a study's money."""

from chesil.cli.printing import Json, StudyFolder, err, out, show


def money(study: StudyFolder, as_json: Json = False) -> None:
    """Add up a study's money: payments over the years, the ledger of savings, the gap, a fair split, forms."""
    from chesil.place.assembling import assemble_place
    from chesil.setting_up.money import money_of
    from chesil.setting_up.places import at_every_vintage
    from chesil.study import read_study

    read = read_study(study)
    with err.status("adding up"):
        place = assemble_place(read.wanted, vintage=read.vintage, as_at=read.as_at)
        found = money_of(read, place, at_every_vintage(read))
    code = place.code
    rows: list[tuple[object, ...]] = [
        (f.measure, f.unit_name, f.value, f.unit, "; ".join(f.notes))
        for f in found.figures
        if f.unit_code.split("@")[0] == code or f.measure in ("fair_share", "capitated_budget")
    ]
    show(("measure", "of", "value", "unit", "note"), rows, as_json)
    if not as_json and "savings" not in found.tables:
        out.print("No ledger of savings: enter one in registers/savings.csv.", highlight=False)
    if not as_json and found.tables["gap"].is_empty():
        out.print("No income or cost is given: enter them under [money] in study.toml.", highlight=False)
