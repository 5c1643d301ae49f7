"""The map on a printed sheet: fills, cell lines, borders, names, dots, coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib import patheffects
from matplotlib.collections import PathCollection
from matplotlib.path import Path as Outline

from gridgeo._edges import unique_edges
from gridgeo.maps import style
from gridgeo.maps.coloring import joined_cells, label_places
from gridgeo.maps.packing import ring_vertices
from gridgeo.maps.paper import POINTS_PER_MM, round_down
from gridgeo.schema import AREA_CODE, AREA_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes

    from gridgeo.maps.pen import Pen
    from gridgeo.schema import Floats, Geometries, Ints

_LINES_A_PATH: Final = 5_000
_NAME_SIZES: Final = (8.5, 7.0, 5.5)
_LINE_HEIGHT: Final = 1.2
_GAP: Final = 0.3
"""Between two names side by side, in heights of a line."""
_TICK_GAP: Final = 70.0
_MM2_A_DOT: Final = 1.5
"""Below so many square millimetres a component, dots would run into one another."""


@dataclass(frozen=True)
class _Room:
    """Where the name of an area may stand: at the middle of a chord; metres."""

    area: shapely.Geometry
    x: float
    y: float
    chord: float
    height: float

    def box(self, width: float, height: float) -> shapely.Geometry:
        across, up = width / 2, height / 2
        return shapely.box(self.x - across, self.y - up, self.x + across, self.y + up)


@dataclass(frozen=True)
class _Label:
    """A name as it is set, its size in points on A3, and the place it takes on the map."""

    text: str
    size: float
    box: shapely.Geometry


def draw_cells(
    axes: Axes, cells: GeoDataFrame, shown: GeoDataFrame, scale: float, unit: float
) -> None:
    """Fill the cells in the colours of their areas and draw their lines."""
    joined = joined_cells(cells)
    colors = shown.set_index(AREA_CODE)["color"].loc[joined[AREA_CODE]]
    fills = style.area_fills(int(shown["color"].max()) + 1)
    axes.add_collection(
        PathCollection(
            outlines(joined.geometry.to_numpy()),
            facecolors=[fills[color] for color in colors],
            edgecolors="none",
            gid="cell_fills",
        )
    )
    width, alpha = cell_line_look(cells.geometry.to_numpy(), scale, unit)
    axes.add_collection(
        PathCollection(
            line_paths(cell_lines(cells.geometry.to_numpy())),
            facecolors="none",
            edgecolors=style.CELL_LINE,
            linewidths=width,
            alpha=alpha,
            gid="cell_lines",
        )
    )


def draw_borders(axes: Axes, shown: GeoDataFrame, unit: float) -> None:
    """Draw the borders of the areas."""
    axes.add_collection(
        PathCollection(
            outlines(shown.geometry.to_numpy()),
            facecolors="none",
            edgecolors=style.AREA_LINE,
            linewidths=0.9 * unit,
            joinstyle="round",
            gid="area_borders",
        )
    )


def draw_dots(
    axes: Axes, points: Geometries, group: Ints, colors: Sequence[str], unit: float
) -> None:
    """Draw a dot a component, in the colour of its group."""
    for place, color in enumerate(colors):
        xy = shapely.get_coordinates(points[group == place])
        axes.scatter(
            xy[:, 0],
            xy[:, 1],
            s=(0.65 * unit * POINTS_PER_MM) ** 2,
            color=color,
            linewidths=0,
            zorder=3,
            gid="components",
        )


def dots_fit(n: int, area_m2: float, scale: float, unit: float) -> bool:
    """Tell whether so many components can be told apart at a scale."""
    on_paper = area_m2 * 1e6 / scale**2
    return n * _MM2_A_DOT * unit**2 <= on_paper


def draw_names(axes: Axes, pen: Pen, shown: GeoDataFrame, scale: float) -> None:
    """Write the names of the areas, the widest first, each where it fits and covers no other."""
    areas = shown.geometry.to_numpy()
    places = label_places(areas)
    taken: list[shapely.Geometry] = []
    for row in np.argsort(-places.chords, kind="stable"):
        x, y = places.points[row]
        room = _Room(areas[row], x, y, places.chords[row], places.heights[row])
        labels = _fitting_labels(pen, shown[AREA_NAME].iloc[row], room, scale)
        free = (one for one in labels if not any(one.box.intersects(other) for other in taken))
        label = next(free, None)
        if label is None:
            continue
        taken.append(label.box)
        _write_name(axes, pen, x, y, label)


def draw_coordinates(axes: Axes, pen: Pen, scale: float) -> None:
    """Mark round coordinates on the frame and by small crosses inside it."""
    unit = pen.paper.unit
    step = round_down(_TICK_GAP * unit * scale / 1000)
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    xs = np.arange(math.ceil(west / step), math.floor(east / step) + 1) * step
    ys = np.arange(math.ceil(south / step), math.floor(north / step) + 1) * step
    axes.set_xticks(xs, [f"{x:,.0f}" for x in xs])
    axes.set_yticks(ys, [f"{y:,.0f}" for y in ys])
    axes.tick_params(
        direction="in",
        length=2 * unit * POINTS_PER_MM,
        width=0.4 * unit,
        pad=1.2 * unit * POINTS_PER_MM,
        top=True,
        right=True,
        color=style.INK,
    )
    font = pen.font.copy()
    font.set_size(6 * unit)
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        label.set(fontproperties=font, color=style.FAINT_INK)
    for label in axes.get_yticklabels():
        label.set(rotation=90, va="center")
    cross_x, cross_y = (grid.ravel() for grid in np.meshgrid(xs, ys))
    axes.scatter(
        cross_x,
        cross_y,
        marker="+",
        s=(2.4 * unit * POINTS_PER_MM) ** 2,
        linewidths=0.4 * unit,
        color=style.FAINT_INK,
        zorder=1,
        gid="crosses",
    )


def cell_lines(cells: Geometries) -> Floats:
    """Give every line between two vertices of the cells once: rows of x, y, x, y.

    Neighbours draw their common border twice; a quarter of a million cells have a million
    such lines, half of them needless in a file that a printer has to take.
    """
    return unique_edges(cells)


def line_paths(lines: Floats) -> list[Outline]:
    """Gather lines into a few long paths, which is what plotting and PDF are quick with."""
    points = lines.reshape(-1, 2)
    codes = np.tile(np.array([Outline.MOVETO, Outline.LINETO], dtype=np.uint8), len(lines))
    step = 2 * _LINES_A_PATH
    return [Outline(points[i : i + step], codes[i : i + step]) for i in range(0, len(points), step)]


def cell_line_look(cells: Geometries, scale: float, unit: float) -> tuple[float, float]:
    """Choose width (points) and opacity of the cell lines: fine and pale on small cells.

    A line is never thinner than a dot of the printer, so that on cells of half a
    millimetre opaque lines would drown the colours of the areas.
    """
    across_mm = math.sqrt(float(np.median(shapely.area(cells)))) * 1000 / scale / unit
    width = float(np.clip(0.06 * across_mm * POINTS_PER_MM, 0.05, 0.4)) * unit
    return width, float(np.clip(across_mm / 1.6, 0.3, 1.0))


def outlines(polygons: Geometries) -> list[Outline]:
    """Turn polygons into paths, holes cut out."""
    return [_outline(polygon) for polygon in shapely.orient_polygons(polygons)]


def _outline(polygon: shapely.Geometry) -> Outline:
    points, ring = ring_vertices(np.array([polygon], dtype=object))
    codes = np.full(len(points), Outline.LINETO, dtype=np.uint8)
    new = np.flatnonzero(np.diff(ring, prepend=-1))
    codes[new] = Outline.MOVETO
    codes[np.append(new[1:], len(points)) - 1] = Outline.CLOSEPOLY
    return Outline(points, codes)


def _write_name(axes: Axes, pen: Pen, x: float, y: float, label: _Label) -> None:
    """Write a name over its halo: text with a halo of its own would be outlines in a PDF."""
    font = pen.font.copy()
    font.set_size(label.size * pen.paper.unit)
    font.set_weight("bold")
    halo = patheffects.Stroke(linewidth=2 * pen.paper.unit, foreground="white", alpha=0.85)
    for gid, effects in (("halo", [halo]), ("area_name", [])):
        axes.text(
            x,
            y,
            label.text,
            ha="center",
            va="center",
            color=style.INK,
            fontproperties=font,
            linespacing=_LINE_HEIGHT,
            parse_math=False,
            path_effects=effects,
            zorder=5,
            gid=gid,
        )


def _fitting_labels(pen: Pen, name: str, room: _Room, scale: float) -> Iterator[_Label]:
    """Set a name in every size its room allows, the largest first; in two lines where needed."""
    metres = scale / 1000
    for size in _NAME_SIZES:
        high = size * pen.paper.unit / POINTS_PER_MM * metres
        wide = pen.width(name, size, "bold") * metres
        if wide <= room.chord and high <= room.height:
            yield _Label(name, size, room.box(wide + _GAP * high, high))
            continue
        lines = _halves(name)
        wide = max(pen.width(line, size, "bold") for line in lines) * metres
        box = room.box(wide, high * (1 + _LINE_HEIGHT * (len(lines) - 1)))
        if len(lines) > 1 and room.area.covers(box):
            yield _Label("\n".join(lines), size, box)


def _halves(name: str) -> list[str]:
    """Break a name at the space that makes its longer line the shortest."""
    words = name.split(" ")
    breaks = [[" ".join(words[:n]), " ".join(words[n:])] for n in range(1, len(words))]
    return min(breaks, key=lambda lines: max(map(len, lines)), default=[name])
