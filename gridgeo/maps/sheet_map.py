"""The map on a printed sheet: fills, cell lines, borders, names, dots, coordinates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib import patheffects
from matplotlib.collections import PathCollection
from matplotlib.path import Path as Outline

from gridgeo.maps import style
from gridgeo.maps.coloring import joined_cells, label_places
from gridgeo.maps.packing import rings_of
from gridgeo.maps.paper import POINTS_PER_MM, round_down
from gridgeo.schema import AREA_CODE, AREA_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes

    from gridgeo.maps.pen import Pen
    from gridgeo.schema import Floats, Geometries, Ints

_LINES_A_PATH: Final = 5_000
_STEPS_PER_METRE: Final = 1_000
_NAME_SIZES: Final = (8.5, 7.0, 5.5)
_TICK_GAP: Final = 70.0
_MM2_A_DOT: Final = 1.5
"""Below so many square millimetres a component, dots would run into one another."""


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
    places = label_places(shown.geometry.to_numpy())
    metre = 1000 / scale
    taken: list[tuple[float, float, float, float]] = []
    halo = patheffects.withStroke(linewidth=2 * pen.paper.unit, foreground="white", alpha=0.85)
    for row in np.argsort(-places.chords, kind="stable"):
        name = shown[AREA_NAME].iloc[row]
        room = (places.chords[row] * metre, places.heights[row] * metre)
        size = _fitting_size(pen, name, room)
        if size is None:
            continue
        x, y = places.points[row]
        half = (
            pen.width(name, size, "bold") / metre / 2,
            size * pen.paper.unit / POINTS_PER_MM / metre / 2,
        )
        box = (x - half[0], y - half[1], x + half[0], y + half[1])
        if any(_meet(box, other) for other in taken):
            continue
        taken.append(box)
        font = pen.font.copy()
        font.set_size(size * pen.paper.unit)
        font.set_weight("bold")
        text = axes.text(
            x,
            y,
            name,
            ha="center",
            va="center",
            color=style.INK,
            fontproperties=font,
            parse_math=False,
            zorder=5,
            gid="area_name",
        )
        text.set_path_effects([halo])


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
        zorder=1 if len(xs) else 0,
        gid="crosses",
    )


def cell_lines(cells: Geometries) -> Floats:
    """Give every line between two vertices of the cells once: rows of x, y, x, y.

    Neighbours draw their common border twice; a quarter of a million cells have a million
    such lines, half of them needless in a file that a printer has to take.
    """
    points, ring = rings_of(cells)
    within = ring[1:] == ring[:-1]
    start, end = points[:-1][within], points[1:][within]
    later = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[later], end[later] = end[later], start[later]
    lines = np.hstack([start, end])
    steps = np.rint(lines * _STEPS_PER_METRE).astype(np.int64).view(np.uint64)
    # One number a line: sorting four columns as one is several times slower.
    key = np.zeros(len(lines), dtype=np.uint64)
    for column in steps.T:
        key = (key ^ column) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return lines[np.unique(key, return_index=True)[1]]


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
    points, ring = rings_of(np.array([polygon], dtype=object))
    codes = np.full(len(points), Outline.LINETO, dtype=np.uint8)
    new = np.flatnonzero(np.diff(ring, prepend=-1))
    codes[new] = Outline.MOVETO
    codes[np.append(new[1:], len(points)) - 1] = Outline.CLOSEPOLY
    return Outline(points, codes)


def _fitting_size(pen: Pen, name: str, room: tuple[float, float]) -> float | None:
    for size in _NAME_SIZES:
        high = size * pen.paper.unit / POINTS_PER_MM
        if pen.width(name, size, "bold") <= room[0] and high <= room[1]:
            return size
    return None


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
