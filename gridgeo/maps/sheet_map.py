"""The map on a printed sheet: fills, cell lines, borders, dots, stars, coordinates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import PathCollection
from matplotlib.path import Path as Outline

from gridgeo._edges import unique_edges
from gridgeo._round_numbers import round_down
from gridgeo.maps import style
from gridgeo.maps.coloring import join_by
from gridgeo.maps.packing import ring_vertices
from gridgeo.maps.paper import POINTS_PER_MM
from gridgeo.maps.themes import ZONE
from gridgeo.schema import AREA_CODE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes

    from gridgeo.maps.pen import Pen
    from gridgeo.maps.sheet_view import View
    from gridgeo.maps.subject import Subject
    from gridgeo.maps.themes import Theme
    from gridgeo.schema import Floats, Geometries, Ints

_LINES_A_PATH: Final = 5_000
_TICK_GAP: Final = 70.0
_MM2_A_DOT: Final = 1.5
"""Below so many square millimetres a component, dots would run into one another."""

_BORDERS: Final = (0.7, 1.3, 2.0, 2.4)
"""Widths of borders by level, the lowest first; points on A3, as the next."""

_ZONE_BORDER: Final = 1.4

STAR: Final = 3.4
"""Of a key unit, mm on A3."""

_FILL: Final = "fill"


def fills_of(subject: Subject, color: str, theme: Theme | None) -> pd.Series:
    """Give the fill of each cell, on the index of the cells."""
    cells, zoning = subject.cells, subject.zoning
    if theme is not None:
        fills = np.array([*theme.legend["fill"], style.NO_FILL])
        row = theme.row
        if theme.of == "zones" and zoning is not None:
            row = np.append(theme.row, -1)[zoning.row]
    elif color == ZONE and zoning is not None:
        numbers = zoning.zones["color"].to_numpy()
        fills = np.array([*style.area_fills(int(numbers.max()) + 1), style.NO_FILL])
        row = np.append(numbers, -1)[zoning.row]
    else:
        numbers = cells[AREA_CODE].map(subject.areas.set_index(AREA_CODE)["color"])
        row = numbers.to_numpy()
        fills = np.array(style.area_fills(int(row.max()) + 1))
    return pd.Series(fills[row], index=cells.index, dtype=object)


def draw_cells(
    axes: Axes, cells: GeoDataFrame, fills: pd.Series, scale: float, unit: float
) -> None:
    """Fill the cells and draw their lines."""
    # Filled one by one, cells would show hairlines of the paper between them.
    pieces = cells[[AREA_CODE, cells.active_geometry_name]]
    joined = join_by(pieces.assign(**{_FILL: pieces[AREA_CODE].astype(str) + " " + fills}), _FILL)
    axes.add_collection(
        PathCollection(
            outlines(joined.geometry.to_numpy()),
            facecolors=joined[_FILL].str.rsplit(" ", n=1).str[-1].tolist(),
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


def draw_borders(axes: Axes, subject: Subject, view: View, unit: float) -> None:
    """Draw the borders of areas and zones: of each level its own width, the highest on top."""
    drawn = [
        (border.areas, style.AREA_LINE, weight, "upper_borders")
        for border, weight in zip(subject.borders, border_points(len(subject.borders)), strict=True)
    ][::-1]
    drawn[:1] = [(*border[:3], "area_borders") for border in drawn[:1]]
    if subject.zoning is not None:
        drawn.insert(1, (subject.zoning.zones, style.ZONE_LINE, zone_points(), "zone_borders"))
    for shown, color, weight, gid in drawn:
        _draw_outlines(axes, shown, view, color, weight * unit, gid)


def draw_focus(axes: Axes, subject: Subject, zone: int, unit: float) -> None:
    """Set one zone off by its border."""
    if subject.zoning is not None:
        geometry = subject.zoning.zones.geometry.to_numpy()[[zone]]
        axes.add_collection(
            PathCollection(
                outlines(geometry),
                facecolors="none",
                edgecolors=style.ZONE_LINE,
                linewidths=2 * zone_points() * unit,
                joinstyle="round",
                gid="focus",
            )
        )


def border_points(n: int) -> list[float]:
    """Give the widths of the borders of ``n`` levels in points on A3, the highest level first."""
    return [_BORDERS[min(level, len(_BORDERS) - 1)] for level in reversed(range(n))]


def zone_points() -> float:
    """Give the width of the border of a zone in points on A3."""
    return _ZONE_BORDER


def _draw_outlines(
    axes: Axes, shown: GeoDataFrame, view: View, color: str, width: float, gid: str
) -> None:
    geometry = shown.geometry.to_numpy()
    axes.add_collection(
        PathCollection(
            outlines(view.cut(geometry)),
            facecolors="none",
            edgecolors=color,
            linewidths=width,
            joinstyle="round",
            gid=gid,
        )
    )


def draw_stars(axes: Axes, points: Geometries, unit: float) -> None:
    """Draw a star on each key unit."""
    xy = shapely.get_coordinates(points)
    axes.scatter(
        xy[:, 0],
        xy[:, 1],
        marker="*",
        s=(STAR * unit * POINTS_PER_MM) ** 2,
        facecolor=style.KEY_UNIT,
        edgecolor="white",
        linewidths=0.5 * unit,
        zorder=4,
        gid="key_units",
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
