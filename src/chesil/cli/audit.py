"""The command that does a strategy's sums again."""

from chesil.cli.printing import Json, StudyFolder, out, show


def audit(study: StudyFolder, as_json: Json = False) -> None:
    """Do the sums of a strategy again, from the study's tables of documents, statements and checks."""
    from chesil.analyses.audit import REGISTERS, VERDICTS, assess_audit
    from chesil.core.errors import ChesilError
    from chesil.place.assembling import assemble_place
    from chesil.study import read_study

    read = read_study(study)
    missing = [name for name in REGISTERS if name not in read.registers]
    if missing:
        raise ChesilError(
            f"The study has no table of {' and '.join(missing)}",
            [],
            "Enter the strategy's figures in registers/documents.csv, statements.csv and checks.csv; "
            "studies/dorset-2016 shows how",
        )
    place = assemble_place(read.wanted, vintage=read.vintage, as_at=read.as_at, only=frozenset())
    found = assess_audit(place, read.registers)
    rows = []
    for row in found.tables["checks"].iter_rows(named=True):
        figure = found.figure("strategy_sums", row["check"])
        gives = "" if figure.value is None else f"{figure.value:,.2f} {figure.unit}"
        rows.append((row["check"], row["question"], gives, row["verdict"], row["because"]))
    show(("check", "question", "the sum gives", "result", "because"), rows, as_json)
    if not as_json:
        counts = found.tables["checks"]["verdict"].to_list()
        out.print("; ".join(f"{counts.count(v)}: {v}" for v in VERDICTS), highlight=False)
