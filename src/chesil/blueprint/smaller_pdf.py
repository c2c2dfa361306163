"""A smaller PDF: its many small objects packed together and compressed, as PDF 1.5 and later allow; nothing else is changed."""

import re
import zlib
from itertools import pairwise

PER_STREAM = 200
"""Objects that are packed into one stream."""
_WIDTHS = (1, 4, 2)
"""Bytes of the three columns of the table of objects: kind, where, and place within."""


def pack_objects(pdf: bytes) -> bytes:
    """The same document with its objects in object streams (ISO 32000-1, 7.5.7) and its table of objects compressed (7.5.8).

    A tagged document holds an object for each cell of each table; one by one they are most of the file. Takes a PDF with
    one classic table of objects, as the setter writes; any other is returned as it came.
    """
    found = _read(pdf)
    if found is None:
        return pdf
    objects, trailer = found
    out = bytearray(pdf[: pdf.index(b"\n") + 1] + b"%\x80\x80\x80\x80\n")
    entries: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
    small = [(n, body) for n, body in objects.items() if not body.endswith(b"endstream")]
    for number, body in objects.items():
        if body.endswith(b"endstream"):
            entries[number] = (1, len(out), 0)
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    following = max(objects) + 1
    for start in range(0, len(small), PER_STREAM):
        group = small[start : start + PER_STREAM]
        heads, at = [], 0
        for index, (number, body) in enumerate(group):
            heads.append(b"%d %d" % (number, at))
            at += len(body) + 1
            entries[number] = (2, following, index)
        head = b" ".join(heads) + b"\n"
        content = zlib.compress(head + b"\n".join(body for _, body in group), 9)
        entries[following] = (1, len(out), 0)
        out += b"%d 0 obj\n<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream\nendobj\n" % (
            following, len(group), len(head), len(content), content,
        )  # fmt: skip
        following += 1
    entries[following] = (1, len(out), 0)
    return bytes(out) + _table(entries, following, trailer, len(out))


def _table(entries: dict[int, tuple[int, int, int]], own: int, trailer: bytes, at: int) -> bytes:
    free = (0, 0, 0)
    rows = b"".join(
        b"".join(value.to_bytes(width, "big") for value, width in zip(entries.get(n, free), _WIDTHS, strict=True))
        for n in range(own + 1)
    )
    content = zlib.compress(rows, 9)
    return (b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]%b/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream\n"
           b"endobj\nstartxref\n%d\n%%%%EOF\n") % (
        own, own + 1, trailer, len(content), content, at,
    )  # fmt: skip


def _read(pdf: bytes) -> tuple[dict[int, bytes], bytes] | None:
    """Every object by number as written, and the trailer's entries but its size; None if it is not laid out so."""
    end = re.search(rb"trailer\s*<<(.*?)>>\s*startxref\s+(\d+)\s+%%EOF\s*$", pdf[-4096:], re.S)
    if end is None or not pdf[int(end[2]) :].startswith(b"xref") or b"/Prev" in end[1]:
        return None
    lines = pdf[int(end[2]) :].split(b"\n")
    first, count = (int(w) for w in lines[1].split())
    if first != 0:
        return None
    objects = {}
    for number, line in enumerate(lines[2 : 2 + count]):
        if b"n" not in line:
            continue
        at = int(line[:10])
        head = b"%d 0 obj" % number
        if not pdf.startswith(head, at):
            return None
        objects[number] = at
    ends = sorted([*objects.values(), int(end[2])])
    following = dict(pairwise(ends))
    bodies = {}
    for number, at in objects.items():
        body = pdf[at + len(b"%d 0 obj" % number) : following[at]].strip()
        if not body.endswith(b"endobj"):
            return None
        bodies[number] = body.removesuffix(b"endobj").strip(b"\r\n ")
    return bodies, re.sub(rb"/Size\s+\d+", b"", end[1])
