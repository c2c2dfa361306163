"""The typeface of every format: Source Sans 3 (Adobe, SIL Open Font License 1.1), shipped so that pages look alike."""

from functools import lru_cache
from pathlib import Path

import vl_convert

FOLDER = Path(__file__).parent
FAMILY = "Source Sans 3"
WEB_FILES = ("source-sans-3-latin-400-normal.woff2", "source-sans-3-latin-700-normal.woff2")


@lru_cache(maxsize=1)
def register_for_charts() -> None:
    """Let the drawer of charts measure text with this typeface, not with whatever the machine has."""
    vl_convert.register_font_directory(str(FOLDER))
