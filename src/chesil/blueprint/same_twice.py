"""The same twice: documents made from the same inputs get the same bytes, whenever they are made."""

import re
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

from chesil.core.whole_files import write_whole

CORE_PROPERTIES = "docProps/core.xml"


def make_same_twice(path: Path, as_at: date) -> Path:
    """Rewrite an Office document (.docx, .pptx) with what differs from run to run taken out.

    Members stand in order of their names, with one time (of `as_at`) and one compression; the dates in the core
    properties are those of `as_at`. The content is as it was.
    """
    stamp = (as_at.year, as_at.month, as_at.day, 0, 0, 0)
    rewritten = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new:
        # The content types come first, as readers that stream a document expect.
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            content = old.read(name)
            if name == CORE_PROPERTIES:
                content = _dated(content, as_at)
            member = zipfile.ZipInfo(name, stamp)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            new.writestr(member, content)
    return write_whole(path, rewritten.getvalue())


def _dated(properties: bytes, as_at: date) -> bytes:
    """Core properties with both of their dates set to the start of a day."""
    moment = f"{as_at.isoformat()}T00:00:00Z".encode()
    return re.sub(
        rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)", rb"\g<1>" + moment + rb"\g<3>", properties
    )
