"""The command that shows how targets and milestones stand."""

from chesil.cli.printing import Json, StudyFolder, err, show


def delivery(study: StudyFolder, as_json: Json = False) -> None:
    """Show how each target and milestone of a study's place stands, by figures where there are any."""
    from chesil.plan import make_plan
    from chesil.study import read_study

    read = read_study(study)
    with err.status("reading the study") as status:
        plan = make_plan(read, lambda step: status.update(step))
    tables = plan.assessments["delivery"].tables
    rows: list[tuple[object, ...]] = [
        (r["set_title"], r["title"], r["says"], str(r["by"]), r["verdict"], r["because"])
        for r in tables["targets"].iter_rows(named=True)
    ]
    rows += [
        (
            "Milestones of the study",
            r["milestone"],
            "",
            str(r["due"]),
            r["status"],
            r["evidence"] or "no evidence given",
        )
        for r in tables["milestones"].iter_rows(named=True)
    ]
    show(("set", "target", "it says", "by", "how it stands", "because"), rows, as_json)
