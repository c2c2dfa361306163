"""Who may import whom, held by reading every import in the package."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "chesil"

MAY_IMPORT = {
    "core": set(),
    "methods": {"core"},
    "definitions": {"core"},
    "sources": {"core"},
    "packs": {"core"},
    "place": {"core", "methods", "definitions", "packs"},
    "packing": {"core", "methods", "definitions", "sources", "packs"},
    "registers": {"core"},
    "measures": {"core", "methods", "definitions", "packs", "place"},
    "scenario": {"core", "methods", "definitions", "place", "registers"},
    "analyses": {"core", "methods", "definitions", "measures", "place"},
    "appraisal": {"core", "methods", "definitions", "measures", "scenario", "place", "registers"},
    "routes": {"core", "methods", "definitions", "sources", "place"},
    "study": {"core", "place", "registers", "scenario"},
    "setting_up": {
        "core",
        "definitions",
        "packs",
        "place",
        "registers",
        "scenario",
        "study",
        "analyses",
        "appraisal",
        "measures",
    },
    "plan": {
        "setting_up",
        "core",
        "definitions",
        "packs",
        "place",
        "measures",
        "analyses",
        "appraisal",
        "scenario",
        "registers",
        "study",
    },
    "blueprint": {
        "setting_up",
        "core",
        "definitions",
        "packs",
        "place",
        "measures",
        "analyses",
        "appraisal",
        "scenario",
        "registers",
        "plan",
        "study",
    },
    "cli": {
        "setting_up",
        "core",
        "definitions",
        "packs",
        "packing",
        "place",
        "measures",
        "scenario",
        "analyses",
        "appraisal",
        "study",
        "plan",
        "blueprint",
        "sources",
        "routes",
        "registers",
    },
    "manual": {"cli", "core", "methods", "definitions", "measures", "registers", "scenario", "setting_up"},
}
OPENS_THE_NETWORK = {"httpx", "requests", "urllib.request", "socket", "http.client"}
READS_THE_CLOCK = {"today", "now", "utcnow"}


def _house(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def _modules() -> list[Path]:
    return [p for p in sorted(SOURCE.rglob("*.py")) if p != SOURCE / "__init__.py"]


def test_imports_only_point_down() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for path in _modules()
        for name in sorted(_imports(path))
        if name.startswith("chesil.")
        and (there := name.split(".")[1]) != (here := _house(path))
        and there not in MAY_IMPORT[here]
    ]
    assert not wrong, "\n".join(wrong)


def test_no_analysis_imports_another() -> None:
    folder = SOURCE / "analyses"
    wrong = [
        f"{p.relative_to(folder)} imports {name}"
        for p in folder.rglob("*.py")
        for name in _imports(p)
        if name.startswith("chesil.analyses.")
        and name.split(".")[2] != p.relative_to(folder).parts[0].removesuffix(".py")
    ]
    assert not wrong


def test_only_sources_open_the_network() -> None:
    wrong = [str(p) for p in _modules() if _imports(p) & OPENS_THE_NETWORK and _house(p) != "sources"]
    assert not wrong


def test_only_the_command_line_reads_the_clock_and_nothing_draws_at_random() -> None:
    wrong = []
    for path in _modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)]
        clock = any(isinstance(c, ast.Attribute) and c.attr in READS_THE_CLOCK for c in calls)
        if (clock and _house(path) != "cli") or "random" in _imports(path):
            wrong.append(str(path))
    assert not wrong


def test_every_module_opens_with_one_sentence() -> None:
    wrong = [str(p) for p in SOURCE.rglob("*.py") if not (ast.get_docstring(ast.parse(p.read_text())) or "").strip()]
    assert not wrong
