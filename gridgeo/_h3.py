"""Areas cut by the H3 grid: the only room that speaks to h3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from h3.api import numpy_int as h3

from gridgeo._polygons import polygon_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridgeo.schema import Bools, Floats, Geometries, Ints

SAME_DEGREES: Final = 1e-9
"""A tenth of a millimetre: cells compute their common corners each for itself."""

SAME_METRES: Final = 1e-6
"""Two computations of one crossing differ by less, two vertices of a city by more."""


def mean_cell_m2(resolution: int) -> float:
    """Give the mean area of the cells of a resolution, m2."""
    return float(h3.average_hexagon_area(resolution, unit="m^2"))


def cells_touching(polygons: Iterable[shapely.Geometry], resolution: int) -> Ints:
    """List the H3 cells that touch any of the polygons, each once, in order.

    Parameters
    ----------
    polygons
        Polygons or multipolygons in longitude and latitude, degrees.
    resolution
        H3 resolution.
    """
    found = [
        h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(polygon), resolution, contain="overlap")
        for polygon in polygons
    ]
    return np.unique(np.concatenate(found)).astype(np.int64)


def cell_polygons(cells: Ints) -> Geometries:
    """Build the outlines of H3 cells, in degrees; neighbours share their corners bit for bit."""
    # h3 gives one outline at a time; a pass through Arrow is no faster.
    outlines = [h3.cell_to_boundary(cell) for cell in cells.tolist()]
    n_corners = np.fromiter(map(len, outlines), dtype=np.int64, count=len(outlines))
    latlon = np.array([corner for outline in outlines for corner in outline])
    xy = snap(latlon[:, ::-1], SAME_DEGREES)
    rings = shapely.linearrings(xy, indices=np.repeat(np.arange(len(cells)), n_corners))
    return shapely.polygons(rings)


def cell_names(cells: Ints) -> list[str]:
    """Write H3 cells the way they are exchanged, as 15 hexadecimal digits."""
    return [f"{cell:x}" for cell in cells.tolist()]


def cut_by_grid(polygons: Geometries, grid: Geometries) -> tuple[Ints, Ints, Geometries, Bools]:
    """Cut polygons by grid cells of any form that cover them without overlap.

    Parameters
    ----------
    polygons
        (n,) valid polygons or multipolygons, projected, metres.
    grid
        (m,) polygons whose neighbours have the same corners.

    Returns
    -------
    Ints, Ints
        (pieces,) position of each connected piece's polygon and grid cell, in this order.
    Geometries
        (pieces,) the pieces.
    Bools
        (pieces,) whether a piece is its whole grid cell.
    """
    polygon, cell = shapely.STRtree(grid).query(polygons, predicate="intersects")
    shapely.prepare(polygons)
    whole = shapely.covers(polygons[polygon], grid[cell])
    cut = np.flatnonzero(~whole)
    overlay = shapely.intersection(polygons[polygon[cut]], grid[cell[cut]])
    parts, position = polygon_parts(overlay)
    pair = np.concatenate([np.flatnonzero(whole), cut[position]])
    geometry = np.concatenate([grid[cell[whole]], parts])
    is_whole = np.arange(len(pair)) < whole.sum()
    order = np.lexsort((cell[pair], polygon[pair]))
    geometry = shapely.transform(geometry, lambda xy: snap(xy, SAME_METRES))
    return polygon[pair][order], cell[pair][order], geometry[order], is_whole[order]


def snap(xy: Floats, tolerance: float) -> Floats:
    """Give points that are nearer than ``tolerance`` the coordinates of one of them.

    Points are told apart by gaps in x, then by gaps in y: no rounding, so no two points of one
    corner fall on different sides of a rounding border.
    """
    by_x = np.argsort(xy[:, 0], kind="stable")
    stripe = np.empty(len(xy), dtype=np.int64)
    stripe[by_x] = np.cumsum(np.diff(xy[by_x, 0], prepend=-np.inf) > tolerance)
    order = np.lexsort((xy[:, 1], stripe))
    new = np.ones(len(xy), dtype=bool)
    new[1:] = (np.diff(stripe[order]) > 0) | (np.diff(xy[order, 1]) > tolerance)
    snapped = np.empty_like(xy)
    snapped[order] = xy[order][np.flatnonzero(new)][np.cumsum(new) - 1]
    return snapped
