"""A zone on its card: cells, neighbours and key units as SVG, true to scale on paper."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._locate import place_on
from gridgeo._names import one_line
from gridgeo._polygons import join_coverage
from gridgeo._round_numbers import round_down, round_up
from gridgeo.crs import metric_crs, to_crs
from gridgeo.ledger.contents import have_place
from gridgeo.ledger.words import words
from gridgeo.schema import AREA_CODE, CELL_CODE, ZONE_CODE, ZONE_NAME

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo.ledger.contents import Contents
    from gridgeo.schema import Floats, Geometries, Ints, Language

WIDTH: Final = 186.0
HEIGHT: Final = 92.0
"""Millimetres on paper: an A4 page between its margins, and what leaves room for the tables."""

_AIR: Final = 1.12
"""The frame is so much wider than the zone: its border does not lie on the frame."""

_SCALES: Final = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0)
_FINEST: Final = 0.05
"""Millimetres on paper that nobody sees."""

_BAR: Final = 40.0
"""The scale bar is at most so long on paper, mm."""

_CORNER: Final = 23.0
"""Height of the corners that belong to the arrow and the scale bar, mm."""

_CELL_ROOM: Final = 7.0
_NAME_ROOM: Final = 90.0
"""A cell so wide has room for its number, and a neighbour with so many mm2 for its name."""


_FRAME: Final = (
    f'<rect class="frame" x=".2" y=".2" width="{WIDTH - 0.4:g}" height="{HEIGHT - 0.4:g}"/>'
)


@dataclass(frozen=True)
class CardMaps:
    """Shapes of all zones, made ready once for any number of cards.

    All are in one CRS in metres; key units without a place are None.
    """

    cells: Geometries
    zones: Geometries
    names: list[str]
    rows: dict[str, int]
    tree: shapely.STRtree
    key_units: Geometries | None
    codes: list[tuple[str, str]]
    language: Language


def card_maps(contents: Contents, cells: GeoDataFrame) -> CardMaps:
    """Make the shapes of a ledger's zones ready to be drawn."""
    crs = metric_crs(cells)
    shapes = to_crs(cells, crs).geometry.to_numpy()
    table = contents.zones if contents.zones is not None else pd.DataFrame({ZONE_CODE: []})
    if isinstance(table, gpd.GeoDataFrame) and table.crs is not None and have_place(table).all():
        zones = to_crs(table, crs).geometry.to_numpy()
    else:
        zone = pd.Index(table[ZONE_CODE]).get_indexer(contents.cells[ZONE_CODE])
        zones = join_coverage(shapes[zone >= 0], zone[zone >= 0], len(table))
    codes = [str(code) for code in table[ZONE_CODE]]
    names = codes if ZONE_NAME not in table else _named(table[ZONE_NAME], codes)
    return CardMaps(
        shapes,
        zones,
        names,
        {code: row for row, code in enumerate(codes)},
        shapely.STRtree(zones),
        _places(contents, crs),
        _code_parts(contents.cells),
        contents.language,
    )


def draw_card_map(maps: CardMaps, code: str, cells: Ints, key_units: Ints) -> str:
    """Draw a zone as SVG; ``cells`` and ``key_units`` are its rows. All text is escaped."""
    own = maps.rows[code]
    view = _View.of(maps.zones[own])
    said = words(maps.language)
    name = escape(maps.names[own], quote=True)
    parts = [
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{name}">',
        '<rect class="ground" width="100%" height="100%"/>',
        *_neighbours(maps, own, view),
        _cells(maps.cells[cells], view),
        f'<path class="zone" d="{view.path(maps.zones[[own]])}"/>',
        *_numbers(maps, cells, view),
        *_units(maps, key_units, view),
        _north(said["north"]),
        _scale_bar(view, said["in_metres"]),
        _FRAME,
        "</svg>",
    ]
    return "".join(parts)


def card_scale(maps: CardMaps, code: str) -> str:
    """Tell the scale of a zone's map.

    It holds where the card is printed at 100 %.
    """
    return f"1:{_View.of(maps.zones[maps.rows[code]]).scale:,.0f}"


@dataclass(frozen=True)
class _View:
    """The frame on the ground: its upper left corner in metres, and the scale's denominator."""

    west: float
    north: float
    scale: float

    @classmethod
    def of(cls, zone: shapely.Geometry) -> _View:
        west, south, east, north = zone.bounds
        least = max((east - west) / WIDTH, (north - south) / HEIGHT, 0.1) * 1000 * _AIR
        scale = round_up(least * (1 - 1e-9), _SCALES)
        half_width, half_height = WIDTH * scale / 2000, HEIGHT * scale / 2000
        return cls((west + east) / 2 - half_width, (south + north) / 2 + half_height, scale)

    def box(self, x_air: float = 0.0, y_air: float = 0.0) -> shapely.Geometry:
        """Give the ground in the frame, some millimetres within it."""
        width, height, x, y = (mm * self.scale / 1000 for mm in (WIDTH, HEIGHT, x_air, y_air))
        east, south = self.west + width, self.north - height
        return shapely.box(self.west + x, south + y, east - x, self.north - y)

    def on_paper(self, xy: Floats) -> Floats:
        """Give places in millimetres from the upper left corner."""
        return (xy - (self.west, self.north)) * (1000 / self.scale, -1000 / self.scale)

    def path(self, polygons: Geometries) -> str:
        """Write polygons as the path of an SVG."""
        fine = shapely.simplify(polygons, _FINEST * self.scale / 1000)
        rings = shapely.get_rings(shapely.get_parts(fine))
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        texts = [f"{x:.2f},{y:.2f}" for x, y in self.on_paper(xy)]
        ends = np.flatnonzero(np.diff(ring, append=-1)) + 1
        starts = [0, *ends[:-1]]
        # The last point of a ring is the first; Z goes there.
        drawn = [" ".join(texts[a : b - 1]) for a, b in zip(starts, ends, strict=True)]
        return "".join(f"M{points}Z" for points in drawn if points)


def _cells(shapes: Geometries, view: _View) -> str:
    """Draw cells; the smaller they are on paper, the finer are their borders."""
    size = float(np.median(np.sqrt(shapely.area(shapes)))) * 1000 / view.scale
    line = min(0.25, size / 16)
    return f'<path class="cells" stroke-width="{line:.2g}" d="{view.path(shapes)}"/>'


def _neighbours(maps: CardMaps, own: int, view: _View) -> list[str]:
    rows = np.sort(maps.tree.query(view.box(), predicate="intersects"))
    rows = rows[rows != own]
    parts = [f'<path class="neighbour" d="{view.path(maps.zones[[row]])}"/>' for row in rows]
    # A name stands where all of it is in the frame.
    seen = shapely.intersection(maps.zones[rows], view.box(10, 3))
    roomy = shapely.area(seen) * (1000 / view.scale) ** 2 >= _NAME_ROOM
    middles = view.on_paper(shapely.get_coordinates(shapely.point_on_surface(seen[roomy])))
    return parts + [
        _text("faint", x, y, maps.names[row])
        for row, (x, y) in zip(rows[roomy], middles, strict=True)
        if not _is_covered(x, y)
    ]


def _is_covered(x: float, y: float) -> bool:
    """Tell whether a name would lie under the arrow or the scale bar."""
    return (x > WIDTH - 22 and y < _CORNER) or (x < _BAR + 22 and y > HEIGHT - _CORNER)


def _numbers(maps: CardMaps, cells: Ints, view: _View) -> list[str]:
    shapes = maps.cells[cells]
    width = np.sqrt(shapely.area(shapes)) * 1000 / view.scale
    inside = view.on_paper(shapely.get_coordinates(shapely.point_on_surface(shapes)))
    labels = _labels([maps.codes[cell] for cell in cells])
    return [
        _text("number", x, y, label)
        for label, mm, (x, y) in zip(labels, width, inside, strict=True)
        if mm >= max(_CELL_ROOM, 1.7 * len(label))
    ]


def _units(maps: CardMaps, rows: Ints, view: _View) -> list[str]:
    """Draw key units with the numbers that they have in the list."""
    if maps.key_units is None:
        return []
    points = maps.key_units[rows]
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    numbers = np.flatnonzero(there) + 1
    places = view.on_paper(shapely.get_coordinates(points[there]))
    return [
        f'<circle class="unit" cx="{x:.2f}" cy="{y:.2f}" r="2.1"/>'
        + _text("unit-number", x, y, str(number))
        for number, (x, y) in zip(numbers, places, strict=True)
    ]


def _north(letter: str) -> str:
    x = WIDTH - 9
    return f'<path class="ink" d="M{x},5 l3,10 l-3,-2 l-3,2 Z"/>{_text("north", x, 19.5, letter)}'


def _scale_bar(view: _View, unit: str) -> str:
    metres = round_down(_BAR * view.scale / 1000)
    width = metres * 1000 / view.scale
    x, y = 6.0, HEIGHT - 6.0
    told = unit.format(n=f"{metres:,.0f}" if metres >= 1 else f"{metres:g}")
    return (
        f'<rect class="paper" x="{x - 2.5:g}" y="{y - 7:g}" width="{width + 5:g}" height="10"/>'
        f'<rect class="bar" x="{x:g}" y="{y - 1.2:g}" width="{width:g}" height="1.4"/>'
        f'<rect class="ink" x="{x:g}" y="{y - 1.2:g}" width="{width / 2:g}" height="1.4"/>'
        + _text("scale", x + width / 2, y - 3.4, told)
    )


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.2f}" y="{y:.2f}">{escape(one_line(text))}</text>'


def _places(contents: Contents, crs: object) -> Geometries | None:
    units = contents.key_units
    if not isinstance(units, gpd.GeoDataFrame) or units.crs is None:
        return None
    known = have_place(units)
    places = np.full(len(units), None, dtype=object)
    if known.any():
        places[known] = place_on(to_crs(units[known], crs).geometry.to_numpy())
    return places


def _named(names: pd.Series, codes: list[str]) -> list[str]:
    return [str(name) or code for name, code in zip(names.fillna(""), codes, strict=True)]


def _code_parts(cells: pd.DataFrame) -> list[tuple[str, str]]:
    """Take the code of each cell apart: that of its area, empty where it has none, and the rest."""
    codes = cells[CELL_CODE].tolist()
    if AREA_CODE not in cells:
        return [("", code) for code in codes]
    areas = cells[AREA_CODE].astype("str").fillna("").tolist()
    rests = [code.removeprefix(area).lstrip("-") for code, area in zip(codes, areas, strict=True)]
    return [
        (area, rest) if rest not in ("", code) else ("", code)
        for code, area, rest in zip(codes, areas, rests, strict=True)
    ]


def _labels(parts: list[tuple[str, str]]) -> list[str]:
    """Label the cells of a zone: by their number, and by what tells their areas apart."""
    areas = {area for area, _ in parts}
    if len(areas) == 1:
        return [rest for _, rest in parts]
    # What the first and the last in order begin with, all between them do.
    ends = zip(min(areas), max(areas), strict=False)
    shared = next((at for at, (one, other) in enumerate(ends) if one != other), len(min(areas)))
    return [f"{area[shared:]}-{rest}" if area else rest for area, rest in parts]
