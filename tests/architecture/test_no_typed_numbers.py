"""No number is typed in a sentence: every digit that reaches a reader comes from a figure, a setting or a constant with a name.

What may stand in words is listed here with its reason; anything else is an error that names the file and the line.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

BLUEPRINT = Path(__file__).parents[2] / "src" / "chesil" / "blueprint"
NO_PROSE = ("html.py", "map_svg.py", "smaller_pdf.py", "pdf.py", "pack.py", "word.py", "workers.py")
"""Drawers and files: markup, names of styles, steps of instructions."""
FILES = [
    *sorted((BLUEPRINT / "sections").glob("*.py")),
    *sorted((BLUEPRINT / "papers").glob("*.py")),
    *sorted(p for p in BLUEPRINT.glob("*.py") if p.name not in NO_PROSE),
]
MAY_STAND = {
    "a date, or a year as part of a name (strategy of 2016, Census 2021)": r"\b(\d{1,2} [A-Z][a-z]+ )?(19|20)\d\d([-/]\d\d)?\b",
    "the ages that measures are named by": r"\b([Uu]nder 5|(65|75|85)( to 84| and over| or over)?)\b",
    "the two sets of limits that every figure has": r"\b(95|99\.8)%",
    "the base of a rate, as the unit of its measure": r"\b([Tt]o|per) 10?,000\b",
    "the length of a scale that has no other name": r"\bof 100\b|\bScores 0 at\b|\bScores 100 at\b",
    "square metres": r"\bm2\b",
    "the name of the licence": r"Licence v3\.0",
    "how a share is said in words": r"\b1 in $",
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_no_digit_is_typed_in_a_sentence(path: Path) -> None:
    wrong = [f"{path.name}:{line}: {text.strip()!r}" for line, text in _words(path) if re.search(r"\d", _without(text))]
    assert not wrong, "a number is typed; take it from a figure, a setting or a named constant:\n" + "\n".join(wrong)


def test_the_search_finds_a_typed_number(tmp_path: Path) -> None:
    path = tmp_path / "section.py"
    path.write_text(
        '"""Doc 7."""\nA = f"{x:.2f} of 37 people"\nB = "strategy of 2016"\nC = "code_12"\nD = "about 41% higher"\n'
    )
    assert sorted(line for line, text in _words(path) if re.search(r"\d", _without(text))) == [2, 5]


def _without(text: str) -> str:
    for pattern in MAY_STAND.values():
        text = re.sub(pattern, "", text)
    return text


def _words(path: Path) -> Iterator[tuple[int, str]]:
    """Strings that may be words: with a space, and no docstring, format, markup, style, address or expression of a chart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            silent |= {id(part) for part in ast.walk(node.format_spec)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in silent:
            continue
        text = node.value
        if " " in text.strip() and not re.search(r"[<{]|datum\.|https?://", text):
            yield node.lineno, text
