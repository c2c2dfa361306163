"""A paper for a committee as Markdown and as one page of HTML that prints."""

from html import escape

from chesil.analyses.closure import Paper

STYLE = (
    "body{font:18px/28px Arial,sans-serif;color:#212b32;max-width:72ch;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:28px;line-height:34px}h2{font-size:22px;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%;font-size:15px;line-height:21px;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;vertical-align:top;padding:4px 8px 4px 0;border-bottom:1px solid #d8dde0}"
    "div{overflow-x:auto}thead{display:table-header-group}tr{break-inside:avoid}"
)


def paper_markdown(paper: Paper) -> str:
    """The paper in Markdown: headings, sentences, tables."""
    lines = [f"# {paper.title}", ""]
    for part in paper.parts:
        lines += [f"## {part.heading}", "", *(line for s in part.sentences for line in (s, ""))]
        if part.heads:
            lines += [_row(part.heads), _row(("---",) * len(part.heads)), *(_row(r) for r in part.rows), ""]
    return "\n".join(lines)


def paper_html(paper: Paper) -> str:
    """The paper as one page without scripts or outside files."""
    body = [f"<h1>{escape(paper.title)}</h1>"]
    for part in paper.parts:
        body.append(f"<section><h2>{escape(part.heading)}</h2>")
        body += [f"<p>{escape(s)}</p>" for s in part.sentences]
        if part.heads:
            heads = "".join(f'<th scope="col">{escape(h)}</th>' for h in part.heads)
            rows = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in r) + "</tr>" for r in part.rows)
            body.append(f'<div tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>')
        body.append("</section>")
    title = escape(paper.title)
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style>"
    )
    main = "".join(body)
    return f'<!doctype html><html lang="en-GB"><head>{head}</head><body><main>{main}</main></body></html>\n'


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(c.replace("|", "/") for c in cells) + " |"
