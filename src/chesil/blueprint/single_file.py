"""The single file: the whole web edition in one HTML file that opens from a memory stick and asks no server for anything."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from pathlib import Path

from chesil.blueprint.book import Book
from chesil.blueprint.fonts import FOLDER as FONTS
from chesil.blueprint.fonts import WEB_FILES
from chesil.blueprint.html import SCRIPTS, places_script, render_pages, template_bytes
from chesil.core.whole_files import whole_file

FIRST = "index.html"
LEVEL = 6
"""Of compression: 9 takes twice the time for a fortieth less."""
WITHOUT_SCRIPT = (
    "<noscript><p><b>This file needs a script to open any page but this one.</b> The folder of pages that was published with it "
    "can be read without.</p></noscript>"
)
MAIN = '<main id="main" tabindex="-1">'
LINK = re.compile(r'href="(?:\.\./)?((?:networks/|figures/)?[\w-]+)\.html(?:#([^"]*))?"')
FACTS = re.compile(r'<script type="application/json" id="figures">(.*?)</script>', re.S)
LINKED = re.compile(r'(?:<script src="[^"]*"></script>\s*)+')
SCRIPT = re.compile(r"<script>(.*?)</script>", re.S)


def write_single_file(
    book: Book, path: Path, tell: Callable[[str], None] = lambda _: None, pages: Mapping[str, str] | None = None
) -> Path:
    """Write the pages of a book as one file at `path`, whole or not at all.

    The first page stands in the file as it is, so that it shows at once; each other is packed (gzip, base64) and unpacked
    when the address names it: `#need`, `#networks/U02749`, `#figures/list_size:list_size-QVV`. Style, fonts, scripts and pictures
    are inside, and a policy forbids the browser any request.
    """
    tell("writing the single file")
    whole = _in_one(pages if pages is not None else render_pages(book, tell), places_script(book))
    with whole_file(path) as temporary:
        temporary.write_text(whole, encoding="utf-8")
    return path


def _in_one(pages: Mapping[str, str], places: str) -> str:
    first = LINK.sub(_address, pages[FIRST])
    packed = "\n".join(
        f'<script type="text/plain" data-page="{escape(path.removesuffix(".html"))}">{_packed(text)}</script>'
        for path, text in pages.items()
    )
    scripts = [*(template_bytes(name).decode() for name in (*SCRIPTS, "single.js")), places]
    first = first.replace(MAIN, MAIN + WITHOUT_SCRIPT, 1)
    lines = first.replace('<html lang="en-GB">', '<html lang="en-GB" data-single>', 1)
    lines = FACTS.sub("", lines, count=1)
    lines = lines.replace('<link rel="stylesheet" href="style.css">', f"<style>{_style()}</style>", 1)
    code = "\n".join(f"<script>{s}</script>" for s in scripts)
    before, after = LINKED.split(lines, maxsplit=1)
    lines = f"{before}{code}\n{packed}{after}"
    hashes = " ".join(f"'sha256-{_sha256(s)}'" for s in dict.fromkeys(SCRIPT.findall(lines)))
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; font-src data:; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return lines.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{meta}', 1)


def _packed(text: str) -> str:
    """A page's title, main part and figures, small; the same bytes every time."""
    linked = LINK.sub(_address, text)
    main = linked.split(MAIN, 1)[1].rsplit("</main>", 1)[0]
    title = unescape(linked.split("<title>", 1)[1].split("</title>", 1)[0])
    found = FACTS.search(text)
    facts = json.loads(found[1]) if found else {"figures": {}, "receipts": {}}
    record = json.dumps({"facts": facts, "main": main, "title": title}, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(record.encode(), LEVEL, mtime=0)).decode()


def _address(match: re.Match[str]) -> str:
    page, anchor = match.groups()
    return f'href="#{page}:{anchor}"' if anchor else f'href="#{page}"'


def _style() -> str:
    style = template_bytes("style.css").decode()
    for name in WEB_FILES:
        data = base64.b64encode((FONTS / name).read_bytes()).decode()
        style = style.replace(f"url({name})", f"url(data:font/woff2;base64,{data})")
    return style


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
