"""Maps: areas by class, surgeries by size, outlines and names, as plain SVG that prints without colour."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from zlib import crc32

from chesil.place.outlines import Ring

RAMP = ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c")
"""Five steps of one blue, light to dark (ColorBrewer Blues, Cynthia Brewer, Apache licence)."""
WIDTH = 760
HALO = 'stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
"""A white edge round a name, so that it can be read on any shade, in every format."""


@dataclass(frozen=True)
class Dot:
    """A mark on a map: where it is in tens of metres, its area in people, and what it is.

    `kind` is "list" (a circle sized by people), or what a plan does with a site: "keep", "close", "open" or "extend".
    """

    easting_10m: float
    northing_10m: float
    people: int
    title: str
    kind: str = "list"


@dataclass(frozen=True)
class Label:
    """A name on a map, for bearings."""

    easting_10m: float
    northing_10m: float
    text: str


def draw_map(
    *,
    rings: Mapping[str, Sequence[Ring]],
    classes: Mapping[str, int],
    titles: Mapping[str, str],
    outlines: Mapping[str, Sequence[Ring]],
    dots: Sequence[Dot],
    labels: Sequence[Label],
    text: str,
    faded: frozenset[str] = frozenset(),
    lines: str = "Lines",
    more_lines: Mapping[str, Mapping[str, Sequence[Ring]]] | None = None,
    places: Sequence[Label] = (),
) -> str:
    """Draw areas (class 0 to 4, anything else hatched), group outlines, dots and labels; `text` is the alternative.

    A label that would lie on an earlier one is not shown until the map is enlarged: give the largest first. Areas in
    `faded` are drawn lightly, as surroundings of the rest, on which the map is framed. `lines` names the outlines.
    `more_lines` (other outlines by name) and `places` (names for bearings) wait until a reader of the page asks for them.
    """
    framed = [r for code, own in rings.items() if code not in faded for r in own]
    east = [x for ring in framed for x, _ in ring]
    north = [y for ring in framed for _, y in ring]
    margin = max(max(east) - min(east), max(north) - min(north)) * 0.03 + 20
    left, right, bottom, top = min(east) - margin, max(east) + margin, min(north) - margin, max(north) + margin
    scale = WIDTH / (right - left)
    height = (top - bottom) * scale

    def at(x: float, y: float) -> str:
        return f"{(x - left) * scale:.1f},{(top - y) * scale:.1f}"

    def path(own: Sequence[Ring]) -> str:
        return "".join(f"M{'L'.join(at(x, y) for x, y in ring)}Z" for ring in own)

    # Several maps may stand on one page, and each must find its own pattern.
    hatch = f"hatch{crc32(text.encode()):08x}"
    parts = [
        f'<svg class="map" role="img" viewBox="0 0 {WIDTH} {height:.0f}" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{escape(text)}</title>",
        f'<defs><pattern id="{hatch}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<line x1="0" y1="0" x2="0" y2="6" stroke="#768692" stroke-width="1.5"/></pattern></defs>',
        '<g data-layer="Areas by shade" stroke="#fff" stroke-width="0.4">',
    ]
    for code, own in sorted(rings.items()):
        shade = classes.get(code)
        fill = RAMP[shade] if shade is not None else f"url(#{hatch})"
        dim = ' fill-opacity="0.25"' if code in faded else ""
        parts.append(
            f'<path data-a="{code}" d="{path(own)}" fill="{fill}"{dim}><title>{escape(titles.get(code, code))}</title></path>'
        )
    parts.append("</g>")
    for name, own_lines in {lines: outlines, **(more_lines or {})}.items():
        hidden = "" if name == lines else ' display="none"'
        parts.append(
            f'<g data-layer="{escape(name)}"{hidden} fill="none" stroke="#212b32" stroke-width="1.1" stroke-linejoin="round">'
        )
        parts += [f'<path d="{path(own)}"/>' for _, own in sorted(own_lines.items()) if own]
        parts.append("</g>")
    parts.append('<g data-layer="Surgeries" fill="#ffb81c" fill-opacity="0.85" stroke="#212b32" stroke-width="0.8">')
    for dot in sorted(dots, key=lambda d: -d.people):
        x, y = at(dot.easting_10m, dot.northing_10m).split(",")
        parts.append(_mark(dot, float(x), float(y)))
    parts.append("</g>")
    for name, own_labels in (("Names", labels), ("Names of places", places)):
        hidden = "" if name == "Names" else ' display="none"'
        parts.append(f'<g data-layer="{name}"{hidden} class="names" font-size="11" {HALO} text-anchor="middle">')
        parts += _names(own_labels, at)
        parts.append("</g>")
    parts += [_scale_bar(scale, height), "</svg>"]
    return "".join(parts)


def _names(labels: Sequence[Label], at: Callable[[float, float], str]) -> list[str]:
    """Names, those that would lie on an earlier one spare; the table and the areas' titles hold them all."""
    parts: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for label in labels:
        x, y = at(label.easting_10m, label.northing_10m).split(",")
        half = len(label.text) * 3.0
        spare = any(abs(float(y) - v) < 13 and abs(float(x) - u) < half + w for u, v, w in taken)
        if not spare:
            taken.append((float(x), float(y), half))
        hidden = ' data-spare="" display="none"' if spare else ""
        parts.append(f'<text x="{x}" y="{y}"{hidden}>{escape(label.text)}</text>')
    return parts


def _mark(dot: Dot, x: float, y: float) -> str:
    """A circle by size; or by decision: a black disc kept, a white cross in a ring closed, a square opened or extended."""
    title = f"<title>{escape(dot.title)}</title>"
    match dot.kind:
        case "keep":
            return f'<circle cx="{x}" cy="{y}" r="4" fill="#212b32" fill-opacity="1">{title}</circle>'
        case "close":
            cross = f"M{x - 3.2:.1f},{y - 3.2:.1f}l6.4,6.4m0,-6.4l-6.4,6.4"
            return (
                f'<g fill-opacity="1"><circle cx="{x}" cy="{y}" r="5.5" fill="#fff"/><path d="{cross}" stroke-width="1.6"/>'
                f"{title}</g>"
            )
        case "open" | "extend":
            return f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill-opacity="1">{title}</rect>'
    radius = 1.5 + (dot.people / 1000) ** 0.5 * 1.25
    return f'<circle cx="{x}" cy="{y}" r="{radius:.1f}">{title}</circle>'


def _scale_bar(scale: float, height: float) -> str:
    """A bar of a round number of kilometres, about a fifth of the map's width."""
    per_km = scale * 100
    kilometres = next((k for k in (50, 20, 10, 5, 2, 1) if k * per_km <= WIDTH / 4), 1)
    length, y = kilometres * per_km, height - 14
    return (
        f'<g class="scale"><path d="M12,{y - 4:.0f}V{y:.0f}H{12 + length:.0f}V{y - 4:.0f}" fill="none" stroke="#212b32"/>'
        f'<text x="{18 + length:.0f}" y="{y + 3:.0f}" font-size="11">{kilometres} km</text></g>'
    )


def draw_legend(people_by_class: Sequence[int], class_names: Sequence[str], title: str) -> str:
    """A legend that is a small histogram: how many people live in areas of each class, above a swatch of its shade.

    The swatch is as high for every class, since the bar of few people is too low to show a shade.
    """
    most = max([*people_by_class, 1])
    bar, gap, base, swatch = 92, 6, 62, 9
    parts = [
        f'<svg class="legend" role="img" viewBox="0 0 {len(RAMP) * (bar + gap)} 106" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{escape(title)}</title>",
    ]
    for k, (count, name) in enumerate(zip(people_by_class, class_names, strict=True)):
        x, tall = k * (bar + gap), 44 * count / most
        parts.append(
            f'<rect x="{x}" y="{base - tall:.1f}" width="{bar}" height="{tall:.1f}" fill="{RAMP[k]}" stroke="#768692" '
            f'stroke-width="0.6"/><rect x="{x}" y="{base + 2}" width="{bar}" height="{swatch}" fill="{RAMP[k]}" '
            f'stroke="#768692" stroke-width="0.6"/>'
            f'<text x="{x + bar / 2}" y="{base - tall - 4:.1f}" font-size="11" text-anchor="middle">'
            f'{count:,}</text><text x="{x + bar / 2}" y="{base + swatch + 15}" font-size="11" text-anchor="middle">'
            f"{escape(name)}</text>"
        )
    parts.append(f'<text x="0" y="{base + swatch + 31}" font-size="11">{escape(title)}</text></svg>')
    return "".join(parts)
