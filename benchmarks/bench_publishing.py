"""How long it takes to publish Dorset in every edition and format, and every practice's own edition: cold, with all processes."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
CHESIL = [sys.executable, "-c", "from chesil.cli import main; main()", "blueprint", "studies/dorset"]
JOBS = (
    (
        "board, public and one practice's edition, every format",
        ("--edition", "board,public,practice", "--practice", "J81612", "--formats", "all"),
        "20 s, 1.5 GB",
    ),
    ("each of 68 practices, every format", ("--edition", "practice", "--practice", "all", "--formats", "all"), "60 s"),
    ("each of 68 practices, pages", ("--edition", "practice", "--practice", "all"), "60 s"),
)  # fmt: skip
EVERY = 0.1


def _with_children(first: int) -> list[int]:
    """A process and all below it, from /proc (Linux)."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(entry.read_text().rsplit(")", 1)[1].split()[1]), []).append(int(entry.parent.name))
        except OSError:
            continue
    found, left = [], [first]
    while left:
        found.append(left.pop())
        left += parents.get(found[-1], [])
    return found


def _megabytes(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def run(words: list[str]) -> tuple[float, float, float]:
    """Seconds by the clock, processor seconds of all processes, and the most megabytes they held together."""
    import resource

    before, start, most = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0.0
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(_megabytes(p) for p in _with_children(process.pid)))
            time.sleep(EVERY)
    if process.returncode:
        raise SystemExit(f"It ended with {process.returncode}: {' '.join(words)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, used, most


def main() -> None:
    """Print one row a job: clock, processor, memory of all processes together, and what was asked for."""
    table = Table("job", "clock s", "processor s", "MB together", "asked for")
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, words, asked) in enumerate(JOBS):
            clock, used, most = run([*CHESIL, "--out", f"{folder}/{number}", *words])
            table.add_row(name, f"{clock:.1f}", f"{used:.1f}", f"{most:,.0f}", asked)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
