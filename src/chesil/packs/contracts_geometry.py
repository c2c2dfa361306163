"""The contracts of the pack's geometry: outlines of small areas on a 10 m grid, their neighbours and outer edges."""

from chesil.core.tables import Column, TableContract

LSOA11 = Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}")
TENS = "10 m, British National Grid"

AREA_BOUNDARIES = TableContract(
    name="area_boundaries",
    about="Outline of each small area: one row a ring, its corners in order; the last joins the first.",
    key=("lsoa11", "part", "ring"),
    columns=(
        LSOA11,
        Column("part", "int", "number of the polygon", low=0),
        Column("ring", "int", "0 is the outer ring, others are holes", low=0),
        Column("eastings", "ints", "eastings of the corners", TENS),
        Column("northings", "ints", "northings of the corners", TENS),
    ),
)

AREA_NEIGHBOURS = TableContract(
    name="area_neighbours",
    about="Pairs of small areas that share a border; the first code comes first.",
    key=("lsoa11_a", "lsoa11_b"),
    columns=(
        Column("lsoa11_a", "text", "one area", pattern="E01[0-9]{6}"),
        Column("lsoa11_b", "text", "the other", pattern="E01[0-9]{6}"),
        Column("shared_border_m", "int", "length of the border they share, generalised", "metres", low=0),
    ),
)

AREA_OUTER_EDGES = TableContract(
    name="area_outer_edges",
    about="Edges that one small area alone has: water (coast, estuary, harbour) or a national border (land).",
    key=("lsoa11", "kind", "line"),
    columns=(
        LSOA11,
        Column("kind", "text", "what lies beyond", one_of=("water", "national_border")),
        Column("line", "int", "number of the line within the area and kind", low=0),
        Column("length_m", "int", "length, generalised", "metres", low=0),
        Column("eastings", "ints", "eastings of its points in order", TENS),
        Column("northings", "ints", "northings of its points in order", TENS),
    ),
)

GEOMETRY_CONTRACTS = (AREA_BOUNDARIES, AREA_NEIGHBOURS, AREA_OUTER_EDGES)
