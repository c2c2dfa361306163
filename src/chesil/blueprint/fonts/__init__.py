"""The typeface of every format: Source Sans 3 (Adobe, SIL Open Font License 1.1), shipped so that pages look alike."""

from functools import lru_cache
from pathlib import Path

import vl_convert

from chesil.core.errors import ChesilError, Problem

FOLDER = Path(__file__).parent
FAMILY = "Source Sans 3"
WEB_FILES = ("source-sans-3-latin-400-normal.woff2", "source-sans-3-latin-700-normal.woff2")
PRINT_FILES = ("SourceSans3-Regular.ttf", "SourceSans3-Bold.ttf", "SourceSans3-It.ttf")


def check_fonts(folder: Path = FOLDER) -> None:
    """Raise `ChesilError` naming each file of the typeface that is missing: pictures would be drawn without their words."""
    missing = [n for n in (*PRINT_FILES, *WEB_FILES) if not (folder / n).is_file()]
    if missing:
        problems = [Problem("is missing", n, "words would be set in another typeface or left out") for n in missing]
        raise ChesilError("The typeface of the blueprint is not there", problems, "Install Chesil again")


@lru_cache(maxsize=1)
def register_for_charts() -> None:
    """Let the drawer of charts measure text with this typeface, not with whatever the machine has."""
    check_fonts()
    vl_convert.register_font_directory(str(FOLDER))
