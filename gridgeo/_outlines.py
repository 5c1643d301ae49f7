"""Outlines of areas, split where they cross the lines of a square lattice.

Every edge is crossed in one canonical direction, so that two neighbours that share it get the
same crossing points, bit for bit. Lattice lines stand at whole multiples of the cell size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Geometries, Ints

VERTEX: Final = 0
ON_COLUMN_LINE: Final = 1
ON_ROW_LINE: Final = 2

ON_LINE: Final = 1e-8
"""Metres; a point nearer to a line would give edges that do not outlive a reprojection."""


@dataclass(frozen=True)
class Rings:
    """Rings without repeated points or closing point, the interior always on the left.

    ``xy`` (n, 2); ``ring`` (n,) the ring of each vertex; ``start`` (rings + 1,) where each
    begins; ``part``, ``area`` and ``hole`` (rings,): the polygon each ring bounds, counted over
    all areas, its area, and whether it is a hole. A part's shell comes before its holes.
    """

    xy: Floats
    ring: Ints
    start: Ints
    part: Ints
    area: Ints
    hole: Bools

    @property
    def following(self) -> Ints:
        """Index of the vertex after each one, around its ring."""
        after = np.arange(1, len(self.xy) + 1)
        after[self.start[1:] - 1] = self.start[:-1]
        return after

    @property
    def preceding(self) -> Ints:
        """Index of the vertex before each one, around its ring."""
        before = np.arange(-1, len(self.xy) - 1)
        before[self.start[:-1]] = self.start[1:] - 1
        return before


@dataclass(frozen=True)
class Outlines:
    """Rings whose edges each lie in one lattice cell.

    Per point: ``xy``, ``kind`` (vertex, on a column line, on a row line), ``line`` (which one);
    per edge from that point to the next: ``column`` and ``row`` of its cell. ``touchy`` lists
    (area, column, row) where an outline meets a line in a vertex or a lattice corner.
    """

    rings: Rings
    kind: Ints
    line: Ints
    column: Ints
    row: Ints
    touchy: Ints


def lattice_index(values: Floats, size: float) -> Ints:
    """Give the number of the lattice line at or just below each value."""
    index = np.floor(values / size).astype(np.int64)
    index -= values < index * size
    index += values >= (index + 1) * size
    return index


def snap_to_lines(xy: Floats, size: float) -> Floats:
    """Put coordinates that miss a lattice line by rounding onto it."""
    line = np.rint(xy / size) * size
    return np.where(np.abs(xy - line) < ON_LINE, line, xy)


def rings_of(polygons: Geometries, size: float) -> Rings:
    """Take polygons apart into rings, shells counter-clockwise and holes clockwise.

    Vertices that miss a lattice line of spacing ``size`` by rounding are put onto it.
    """
    parts, part_area = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy = snap_to_lines(xy, size)
    keep = np.ones(len(xy), dtype=bool)
    keep[:-1] = (ring[1:] == ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    keep[-1:] = False  # each ring's closing point goes, and every point repeated by the next
    xy, ring = xy[keep], ring[keep]
    start = np.searchsorted(ring, np.arange(len(rings) + 1))
    return Rings(xy, ring, start, ring_part, part_area[ring_part], ~shapely.is_ccw(rings))


def split_outlines(rings: Rings, size: float) -> Outlines:
    """Insert a point wherever a ring crosses a lattice line.

    Parameters
    ----------
    rings
        Rings in lattice coordinates, metres.
    size
        Side of a lattice cell, metres.
    """
    edges = _canonical_edges(rings, size)
    cross = _crossings(edges, size)
    n_points = 1 + edges.n_columns + edges.n_rows
    first = np.cumsum(n_points) - n_points
    n_total = int(n_points.sum())

    swapped = edges.swapped[cross.edge]
    rank = cross.rank
    place = first[cross.edge] + np.where(swapped, n_points[cross.edge] - 1 - rank, 1 + rank)
    xy = np.empty((n_total, 2))
    xy[first] = rings.xy
    xy[place] = cross.xy
    kind = np.zeros(n_total, dtype=np.int64)
    kind[place] = np.where(cross.on_column, ON_COLUMN_LINE, ON_ROW_LINE)
    line = np.zeros(n_total, dtype=np.int64)
    line[place] = cross.line
    column, row = np.empty(n_total, dtype=np.int64), np.empty(n_total, dtype=np.int64)
    column[first] = edges.column + np.where(edges.swapped, edges.n_columns, 0)
    row[first] = edges.row + np.where(edges.swapped, edges.n_rows * edges.upward, 0)
    step_column = np.where(swapped, 0, cross.on_column)
    step_row = np.where(swapped, 0, ~cross.on_column * edges.upward[cross.edge])
    column[place] = cross.column + step_column
    row[place] = cross.row + step_row

    area = rings.area[rings.ring]
    touchy = np.concatenate(
        [_around_vertices(rings, area, size), _around_corners(cross, area[cross.edge], size)]
    )
    start = np.append(first, n_total)[rings.start]
    ring = np.repeat(rings.ring, n_points)
    split = replace(rings, xy=xy, ring=ring, start=start)
    return Outlines(split, kind, line, column, row, touchy)


@dataclass(frozen=True)
class _Edges:
    """Edges in canonical direction: from the lexicographically lower end to the higher."""

    low: Floats
    high: Floats
    swapped: Bools
    column: Ints  # of the cell at the low end
    row: Ints
    n_columns: Ints  # column lines strictly crossed
    n_rows: Ints
    upward: Ints  # +1 or -1: the direction in which rows are crossed


@dataclass(frozen=True)
class _Crossings:
    """Crossings, by edge and along it; ``column`` and ``row`` of the cell before each."""

    edge: Ints
    rank: Ints
    on_column: Bools
    line: Ints
    xy: Floats
    column: Ints
    row: Ints


def _canonical_edges(rings: Rings, size: float) -> _Edges:
    here, there = rings.xy, rings.xy[rings.following]
    swapped = (there[:, 0] < here[:, 0]) | (
        (there[:, 0] == here[:, 0]) & (there[:, 1] < here[:, 1])
    )
    low = np.where(swapped[:, None], there, here)
    high = np.where(swapped[:, None], here, there)
    column, n_columns = _lines_between(low[:, 0], high[:, 0], size)
    south, north = np.minimum(low[:, 1], high[:, 1]), np.maximum(low[:, 1], high[:, 1])
    row, n_rows = _lines_between(south, north, size)
    upward = np.where(high[:, 1] >= low[:, 1], 1, -1)
    row = np.where(upward > 0, row, row + n_rows)
    return _Edges(low, high, swapped, column, row, n_columns, n_rows, upward)


def _lines_between(lower: Floats, upper: Floats, size: float) -> tuple[Ints, Ints]:
    """Give the cell at the lower end and the number of lines strictly between the two."""
    first, last = lattice_index(lower, size), lattice_index(upper, size)
    return first, np.maximum(last - first - (upper == last * size), 0)


def _crossings(edges: _Edges, size: float) -> _Crossings:
    by_column, nth_column = repeated(edges.n_columns)
    by_row, nth_row = repeated(edges.n_rows)
    southmost = np.where(edges.upward > 0, edges.row, edges.row - edges.n_rows)
    line = np.concatenate(
        [edges.column[by_column] + 1 + nth_column, southmost[by_row] + 1 + nth_row]
    )
    edge = np.concatenate([by_column, by_row])
    on_column = np.arange(len(edge)) < len(by_column)
    low, span = edges.low[edge], edges.high[edge] - edges.low[edge]
    axis = np.where(on_column, 0, 1)
    each = np.arange(len(edge))
    along = (line * size - low[each, axis]) / span[each, axis]
    order = np.lexsort((~on_column, along, edge))
    edge, line, on_column, along = edge[order], line[order], on_column[order], along[order]

    n_crossings = edges.n_columns + edges.n_rows
    first = (np.cumsum(n_crossings) - n_crossings)[edge]
    rank = each - first
    columns_so_far: Ints = np.cumsum(on_column) - on_column
    columns_before: Ints = columns_so_far - columns_so_far[first]
    column = edges.column[edge] + columns_before
    row = edges.row[edge] + (rank - columns_before) * edges.upward[edge]
    # Each crossing is kept on its edge's own stretch and on the border of its cell.
    low, high = edges.low[edge], edges.high[edge]
    xy = low + along[:, None] * (high - low)
    xy = np.clip(xy, np.minimum(low, high), np.maximum(low, high))
    cell = np.column_stack([column, row])
    xy = np.clip(xy, cell * size, (cell + 1) * size)
    xy[each, axis[order]] = line * size
    xy = snap_to_lines(xy, size)
    return _Crossings(edge, rank, on_column, line, xy, column, row)


def _around_vertices(rings: Rings, area: Ints, size: float) -> Ints:
    """List the cells around every vertex that lies on a lattice line."""
    index = lattice_index(rings.xy, size)
    on_line = rings.xy == index * size
    touching = on_line.any(axis=1)
    return _cells_around(area[touching], index[touching], on_line[touching])


def _around_corners(cross: _Crossings, area: Ints, size: float) -> Ints:
    """List the cells around every crossing that falls on a lattice corner."""
    index = lattice_index(cross.xy, size)
    on_line = cross.xy == index * size
    corner = on_line.all(axis=1)
    return _cells_around(area[corner], index[corner], on_line[corner])


def _cells_around(area: Ints, index: Ints, on_line: Bools) -> Ints:
    around = [
        np.column_stack([area, index[:, 0] - west, index[:, 1] - south])[
            (on_line[:, 0] | (west == 0)) & (on_line[:, 1] | (south == 0))
        ]
        for west in (0, 1)
        for south in (0, 1)
    ]
    return np.concatenate(around)


def repeated(counts: Ints) -> tuple[Ints, Ints]:
    """Give, for every count, its position that many times, and 0, 1, 2 ... within each."""
    position = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(position)) - np.repeat(np.cumsum(counts) - counts, counts)
    return position, nth
