"""H3 cells around areas, as a mesh on the plane: the only room that speaks to H3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import h3ronpy
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from h3ronpy import vector as h3

from gridgeo._hexagons import MeshOutlines
from gridgeo._mesh import Mesh
from gridgeo._rings import repeated, rings_of

if TYPE_CHECKING:
    from gridgeo.crs import Projection
    from gridgeo.schema import Bools, Floats, Geometries, Ints

EARTH_M2: Final = 4 * np.pi * 6_371_007.180918475**2
"""The sphere on which H3 measures: the one with the area of WGS 84."""

SAME_DEGREES: Final = 1e-9
"""A tenth of a millimetre: cells compute their common corners each for itself."""

MAX_EDGE: Final = 1_000.0
"""Metres; a longer edge strays from the straight line between its ends on the sphere."""

WKB_HEAD: Final = 13
"""Bytes before the points of a polygon with one ring: order, type, number of rings and points."""

WKB_POINT: Final = 16


def mean_cell_m2(resolution: int) -> float:
    """Give the mean area of the cells of a resolution, m2."""
    return float(EARTH_M2 / (2 + 120 * 7**resolution))


def h3_outlines(
    polygons: Geometries, resolution: int, projection: Projection
) -> tuple[MeshOutlines, Geometries]:
    """Split the outlines of areas along H3 cells.

    Parameters
    ----------
    polygons
        (n,) valid polygons or multipolygons on the plane, metres.
    resolution
        H3 resolution.
    projection
        From the plane to longitude and latitude, and back.

    Returns
    -------
    MeshOutlines
        The split outlines.
    Geometries
        (cells,) H3 addresses of the mesh's cells, 15 hexadecimal digits.

    Raises
    ------
    BeyondPlane
        Areas at cells that the plane does not hold, or shows turned around.
    """
    rings = rings_of(polygons)
    points, vertex = _along_edges(rings.xy, rings.xy[rings.following], resolution)
    lonlat = projection.to_lonlat(points)
    edge = np.repeat(np.arange(len(vertex)), np.diff(np.append(vertex, len(points))))
    astray = ~np.isfinite(lonlat[:, 0] + lonlat[:, 1])
    _refuse(rings.area[rings.ring[edge]], astray)
    passed = _cells_at(lonlat, resolution)
    area, inside = _cells_inside(polygons, resolution, projection)
    around = np.asarray(h3ronpy.grid_disk(pa.array(np.unique(passed)), 1, flatten=True))
    ids = np.union1d(around, inside)
    mesh, ids = _mesh_of(ids, projection)
    by_id = np.argsort(ids)
    number = by_id[np.searchsorted(ids, np.concatenate([passed[vertex], inside]), sorter=by_id)]
    guess, inside = number[: len(vertex)], number[len(vertex) :]
    folded: Bools = ~(mesh.m2 > 0)
    _refuse(np.append(rings.area[rings.ring], area), folded[number])
    keys = np.sort(area * len(ids) + inside)
    names = pa.array(h3ronpy.cells_to_string(pa.array(ids))).to_numpy(zero_copy_only=False)
    return MeshOutlines.of(rings, guess, mesh, keys), names


class BeyondPlane(Exception):  # noqa: N818  # a signal that becomes an error with row labels
    """Areas, by position, where H3 cells cannot be drawn on the plane."""

    def __init__(self, areas: Ints) -> None:
        super().__init__(areas)
        self.areas = areas


def _refuse(area: Ints, at_fault: Bools) -> None:
    if at_fault.any():
        raise BeyondPlane(np.unique(area[at_fault]))


def _along_edges(start: Floats, end: Floats, resolution: int) -> tuple[Floats, Ints]:
    """Give points along edges, half a cell apart, and where among them the edges start.

    Every cell that an edge passes is then the cell of one of the points, or beside one.
    """
    spacing = np.sqrt(mean_cell_m2(resolution)) / 2
    n_points = 1 + (np.hypot(*(end - start).T) // spacing).astype(np.int64)
    edge, nth = repeated(n_points)
    share = (nth / n_points[edge])[:, None]
    return start[edge] + share * (end - start)[edge], np.cumsum(n_points) - n_points


def _cells_at(lonlat: Floats, resolution: int) -> Ints:
    lon, lat = (pa.array(np.ascontiguousarray(values)) for values in lonlat.T)
    return np.asarray(h3.coordinates_to_cells(lat, lon, resolution))


def _cells_inside(
    polygons: Geometries, resolution: int, projection: Projection
) -> tuple[Ints, Ints]:
    """Find the cells whose centre lies in an area: position of the area, and H3 cell."""
    # h3ronpy stumbles over empty parts.
    parts, owner = shapely.get_parts(polygons, return_index=True)
    real = ~shapely.is_empty(parts)
    solid = shapely.multipolygons(parts[real], indices=owner[real])
    lonlat = shapely.transform(shapely.segmentize(solid, MAX_EDGE), projection.to_lonlat)
    mode = h3.ContainmentMode.ContainsCentroid
    found = pa.array(h3.wkb_to_cells(pa.array(shapely.to_wkb(lonlat)), resolution, mode))
    n_cells = found.value_lengths().to_numpy()
    return np.repeat(np.arange(len(polygons)), n_cells), found.flatten().to_numpy()


def _mesh_of(ids: Ints, projection: Projection) -> tuple[Mesh, Ints]:
    """Give the mesh of cells, and the cells in its order: north to south, west to east."""
    lonlat, n_sides = _corners_of(ids)
    owner, nth = repeated(n_sides)
    point, first = _same_points(lonlat, SAME_DEGREES)
    # A corner is where the lowest of its cells puts it, whichever other cells are there.
    xy = projection.to_plane(lonlat[first])
    corner = np.zeros((len(ids), int(n_sides.max())), dtype=np.int64)
    corner[owner, nth] = point
    x, y = (np.bincount(owner, weights=xy[point, axis]) / n_sides for axis in (0, 1))
    order = np.lexsort((x, -y))
    return Mesh.of(xy, corner[order], n_sides[order]), ids[order]


def _corners_of(ids: Ints) -> tuple[Floats, Ints]:
    """Give the corners of H3 cells, longitude and latitude, and how many each cell has."""
    polygons = pa.array(h3.cells_to_wkb_polygons(pa.array(ids)))
    n_bytes = pc.binary_length(polygons)
    n_corners = (n_bytes.to_numpy() - WKB_HEAD) // WKB_POINT - 1
    xy = np.empty((n_corners.sum(), 2))
    for size in pc.unique(n_bytes).to_pylist():
        # One pass for all hexagons, and one for each other number of corners.
        alike = pa.concat_arrays([polygons.filter(pc.equal(n_bytes, size))])
        content = np.frombuffer(alike.buffers()[2], np.uint8, len(alike) * size)
        points = content.reshape(-1, size)[:, WKB_HEAD:-WKB_POINT].copy().view(np.float64)
        chosen = n_corners == (size - WKB_HEAD) // WKB_POINT - 1
        xy[np.repeat(chosen, n_corners)] = points.reshape(-1, 2)
    return xy, n_corners


def _same_points(xy: Floats, tolerance: float) -> tuple[Ints, Ints]:
    """Find points that are nearer to each other than ``tolerance``.

    Points are told apart by gaps in x, then by gaps in y: no rounding, so no two points of one
    corner fall on different sides of a rounding border.

    Returns
    -------
    Ints
        (n,) the group of each point.
    Ints
        (groups,) the first point of each.
    """
    order = np.argsort(xy[:, 0])
    stripe = np.cumsum(np.diff(xy[order, 0], prepend=-np.inf) > tolerance)
    jumps = np.diff(stripe, prepend=-1) == 0
    jumps[1:] &= np.abs(np.diff(xy[order, 1])) > tolerance
    crowded = np.flatnonzero(np.isin(stripe, stripe[jumps]))
    again = np.lexsort((xy[order[crowded], 1], stripe[crowded]))
    order[crowded] = order[crowded][again]
    step = np.diff(xy[order, 1], prepend=np.inf)
    new = (np.diff(stripe, prepend=-1) > 0) | (np.abs(step) > tolerance)
    group = np.empty(len(xy), dtype=np.int64)
    group[order] = np.cumsum(new) - 1
    return group, np.minimum.reduceat(order, np.flatnonzero(new))
