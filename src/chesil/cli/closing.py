"""Commands on endings of practices: who goes where if some close or merge, and the desk for a contract handed back."""

from pathlib import Path
from typing import Annotated

import typer

from chesil.cli.printing import Json, StudyFolder, day, err, out, show
from chesil.core.assessment import Assessment
from chesil.core.errors import ChesilError

SHOWN = 20


def what_if(
    study: StudyFolder,
    close: Annotated[list[str] | None, typer.Option(help="Code of a practice that closes; may be said again.")] = None,
    merge: Annotated[list[str] | None, typer.Option(help="A:B, practice A merges into B; may be said again.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the simulation; else the study's.")] = None,
    every_receiver: Annotated[bool, typer.Option("--all", help="Print every receiver.")] = False,
    as_json: Json = False,
) -> None:
    """Print who goes where if practices close or merge, with ranges, and who passes a stated threshold."""
    from chesil.analyses.closure import Asked
    from chesil.setting_up.closure import what_if as ask
    from chesil.study import read_study

    asked = Asked(tuple(c.strip().upper() for c in close or ()), _pairs(merge or []))
    read = read_study(study)
    with err.status("dispersing"):
        _, found = ask(read, asked, seed)
    if as_json:
        import json

        record = {
            "figures": [f.as_dict() for f in found.figures],
            "tables": {name: table.to_dicts() for name, table in found.tables.items()},
            "warnings": list(found.warnings),
        }
        print(json.dumps(record, ensure_ascii=False, indent=1, default=str))
        return
    _print(found, [*asked.close, *asked.merge], every_receiver)


def _pairs(words: list[str]) -> dict[str, str]:
    pairs = {}
    for word in words:
        closing, _, into = word.partition(":")
        if not closing.strip() or not into.strip():
            raise ChesilError(f"`--merge {word}` is not two practices", [], "Write --merge CLOSING:INTO")
        if closing.strip().upper() in pairs:
            raise ChesilError(f"{closing} is merged twice", [], "Merge it into one practice")
        pairs[closing.strip().upper()] = into.strip().upper()
    return pairs


def _print(found: Assessment, ended: list[str], every: bool) -> None:
    table = found.tables["receivers"]
    moved = int(table["received"].sum())
    beyond = int(table.filter(~table["is_here"])["received"].sum())
    out.print(
        f"[bold]If {' and '.join(ended)} ended[/bold], {moved:,} patients would need another practice.", highlight=False
    )
    out.print(
        f"  {table.filter(table['received'] > 0).height} practices receive some; {beyond:,} patients go beyond the place's edge.",
        highlight=False,
    )
    rows: list[tuple[object, ...]] = [
        (
            f"{r['practice_code']} {r['practice_name'][:34]}", f"{r['received']:,}", f"{r['lower']:,.0f} to {r['upper']:,.0f}",
            f"{r['list_before']:,}", "" if r["growth_pct"] is None else f"{r['growth_pct']:.1f}%",
            "not known" if r["per_gp_after"] is None else f"{r['per_gp_after']:,.0f}",
            "yes" if r["passes"] else ("over already" if r["over_before"] else "at the upper limit" if r["may_pass"] else "no"),
        )
        for r in (table if every else table.head(SHOWN)).iter_rows(named=True)
    ]  # fmt: skip
    show(
        ("receiver", "expected", "95% range", "list now", "growth", "patients per GP after", "past a threshold"),
        rows,
        False,
    )
    if not every and table.height > SHOWN:
        out.print(f"  and {table.height - SHOWN} more (--all).", highlight=False)
    for row in found.tables["minutes"].iter_rows(named=True) if "minutes" in found.tables else ():
        if row["before"] is not None:
            out.print(
                f"  Mean drive of {row['practice_code']}'s patients, modelled: {row['before']:.1f} minutes now, "
                f"{row['after']:.1f} after.",
                highlight=False,
            )
    for row in found.tables["special"].iter_rows(named=True):
        if row["patients"]:
            out.print(f"  {row['practice_code']}: {row['patients']:,} {row['group']}: {row['rule']}.", highlight=False)
    second = found.tables["second_round"]
    over = table.filter(table["passes"]).height
    if over and second.height:
        passing = second.filter(second["passes"])["practice_code"].to_list()
        out.print(
            f"[bold]Second round, a stress test:[/bold] if those past a threshold ({second['ended'][0]}) ended too, "
            f"{second['received'].sum():,} patients would move and {len(passing)} more would pass: "
            f"{', '.join(passing) or 'none'}.",
            highlight=False,
        )
    elif over:
        out.print(
            "[bold]Second round:[/bold] if those past a threshold ended too, nobody else takes patients there.",
            highlight=False,
        )
    else:
        out.print(
            "No receiver passes a threshold in the expected dispersal, so there is no second round.", highlight=False
        )
    for warning in found.warnings:
        out.print(f"  {warning}", highlight=False, markup=False)


def hand_back(
    study: StudyFolder,
    code: Annotated[str, typer.Argument(help="Code of the practice that hands its contract back.")],
    notice: Annotated[str, typer.Option(help="Day of the notice, such as 2026-12-01.")],
    contract: Annotated[str, typer.Option(help="GMS, PMS or APMS; else as last published.")] = "",
    single_handed: Annotated[bool, typer.Option("--single-handed", help="The contractor is one doctor.")] = False,
    to: Annotated[Path | None, typer.Option("--out", help="Folder for the paper as a page and as Markdown.")] = None,
) -> None:
    """Print the paper for a committee on a contract handed back: timetable, ways on, neighbours, allocation list."""
    from chesil.blueprint.papers.hand_back import paper_html, paper_markdown
    from chesil.core.whole_files import write_whole
    from chesil.setting_up.closure import hand_back as ask
    from chesil.study import read_study

    on = day(notice)
    if on is None:
        raise ChesilError("No day of notice is given", [], "Say --notice 2026-12-01")
    code = code.strip().upper()
    with err.status("making the paper"):
        paper = ask(read_study(study), code, on, contract.upper(), single_handed)
    text = paper_markdown(paper)
    if to is None:
        out.print(text, highlight=False, markup=False)
        return
    page = write_whole(to / f"hand-back-{code}.html", paper_html(paper))
    write_whole(to / f"hand-back-{code}.md", text)
    out.print(f"Wrote {page} and the same as Markdown.", highlight=False)
