"""The README's examples are run as they stand."""

import re
import shlex
from pathlib import Path

import pytest
from test_command_line import chesil

README = (Path(__file__).parents[2] / "README.md").read_text()
COMMANDS = re.findall(r"^\$ chesil (.+)$", README, re.M)


@pytest.mark.parametrize("words", COMMANDS)
def test_commands(words: str) -> None:
    done = chesil(*shlex.split(words))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_python() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, re.S)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})


def test_the_folders_named_are_there() -> None:
    root = Path(__file__).parents[2]
    for name in re.findall(r"^\| `([^` ]+)` \|", README, re.M):
        assert (root / name).exists(), name
