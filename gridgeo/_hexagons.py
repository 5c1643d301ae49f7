"""Outlines of areas, split where they cross the borders of a mesh of H3 cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gridgeo._rings import insert, move_vertices, repeated
from gridgeo._walk import NEAR, Edges, put_on_corners, walk

if TYPE_CHECKING:
    from gridgeo._mesh import Mesh
    from gridgeo._rings import Rings
    from gridgeo._walk import Walked
    from gridgeo.schema import Bools, Floats, Geometries, Ints


@dataclass(frozen=True)
class MeshOutlines:
    """Outlines of areas, split along a mesh: see :class:`gridgeo._chains.Outlines`.

    Per point ``border`` is the border of the mesh on which it lies, -1 for a vertex inside a cell;
    ``inside`` are the keys of cells whose centre is in an area.
    """

    rings: Rings
    cell: Ints
    touchy: Ints
    crossing: Bools
    border: Ints
    mesh: Mesh
    inside: Ints

    @classmethod
    def of(cls, rings: Rings, guess: Ints, mesh: Mesh, inside: Ints) -> MeshOutlines:
        """Insert a point wherever the outline of an area crosses a border of the mesh.

        Parameters
        ----------
        rings
            Rings of the areas.
        guess
            (vertices,) a cell at or beside each vertex.
        mesh
            All cells that areas touch, and those around them.
        inside
            Keys of the cells whose centre is in an area.
        """
        cell, distance = mesh.locate(guess, rings.xy)
        xy, on_border = _put_on_mesh(mesh, cell, distance, rings.xy)
        rings, kept = move_vertices(rings, xy)
        cell, on_border = cell[kept], on_border[kept]
        edges = Edges.of(rings, cell)
        met = walk(mesh, edges)
        split, first, place = insert(rings, met.edge, met.xy, swapped=edges.swapped)
        crossing, border = np.zeros(len(split.xy), dtype=bool), np.empty(len(split.xy), np.int64)
        crossing[place] = True
        border[first], border[place] = on_border, met.border
        sub_cell = _cells_of_edges(edges, met, first, place)
        keys = split.area[split.ring] * len(mesh.corner) + sub_cell
        area, at = rings.area[rings.ring], np.flatnonzero(on_border >= 0)
        near = np.append(area[met.near_edge], area[at]), np.append(met.near_cell, cell[at])
        touchy = np.append(_keys_around(mesh, *near), keys[mesh.bent[sub_cell]])
        return cls(split, keys, touchy, crossing, border, mesh, inside)

    def cell_of(self, key: Ints) -> Ints:
        """Give the cells of keys."""
        return key % len(self.mesh.corner)

    def area_of(self, key: Ints) -> Ints:
        """Give the areas of keys."""
        return key // len(self.mesh.corner)

    def beside(self, key: Ints) -> Ints:
        """Give the keys of cells and of those beside them, in the same areas."""
        return np.unique(_keys_around(self.mesh, self.area_of(key), self.cell_of(key)))

    def border_place(self, point: Ints, edge: Ints) -> tuple[Ints, Floats]:
        """Give the side of the edge's cell on which a crossing lies, and how far along it."""
        cell = self.cell_of(self.cell[edge])
        side = (self.mesh.border[cell] == self.border[point][:, None]).argmax(axis=1)
        return side, self.mesh.along(cell, side, self.rings.xy[point])

    def n_sides(self, edge: Ints) -> Ints:
        """Give the number of sides of the edges' cells."""
        return self.mesh.n_sides[self.cell_of(self.cell[edge])]

    def corner(self, edge: Ints, side: Ints) -> Floats:
        """Give the point where a side of the edge's cell ends, counter-clockwise."""
        return self.mesh.xy[self.mesh.end[self.cell_of(self.cell[edge]), side]]

    def cell_m2(self, key: Ints) -> Floats:
        """Give the sizes of cells."""
        return self.mesh.m2[self.cell_of(key)]

    def cell_polygons(self, key: Ints) -> Geometries:
        """Build the outlines of cells, with all points that areas have on them."""
        mesh, cell = self.mesh, self.cell_of(key)
        owner, nth = repeated(mesh.n_sides[cell])
        border, corner = mesh.border[cell[owner], nth], mesh.xy[mesh.corner[cell[owner], nth]]
        points = np.flatnonzero(self.border >= 0)
        points = points[np.argsort(self.border[points], kind="stable")]
        lower = np.searchsorted(self.border[points], border)
        n_points = np.searchsorted(self.border[points], border, side="right") - lower
        side, each = repeated(n_points)
        xy = self.rings.xy[points[lower[side] + each]]
        place = mesh.along(cell[owner[side]], nth[side], xy)
        number = np.append(np.arange(len(owner)), side)
        order = np.lexsort((np.append(np.full(len(owner), -np.inf), place), number))
        return _polygons(np.concatenate([corner, xy])[order], np.append(owner, owner[side])[order])

    def whole_cells(self) -> Ints:
        """Find the cells whose centre lies in an area; keys, in order."""
        return self.inside


def _keys_around(mesh: Mesh, area: Ints, cell: Ints) -> Ints:
    """Give the keys of cells and of all beside them, in one area each."""
    around = np.column_stack([cell, mesh.beyond[cell]])
    return (area[:, None] * len(mesh.corner) + around)[around >= 0]


def _put_on_mesh(mesh: Mesh, cell: Ints, distance: Floats, xy: Floats) -> tuple[Floats, Ints]:
    """Put vertices that miss a corner by rounding onto it, and tell which lie on a border."""
    side = np.abs(distance).argmin(axis=1)
    near = np.flatnonzero(np.abs(distance[np.arange(len(side)), side]) < NEAR)
    border = np.full(len(side), -1)
    border[near] = mesh.border[cell[near], side[near]]
    put = xy.copy()
    put[near], _ = put_on_corners(mesh, cell[near], side[near], xy[near])
    return put, border


def _cells_of_edges(edges: Edges, met: Walked, first: Ints, place: Ints) -> Ints:
    """Give the cell of each edge of split rings."""
    last = met.first.copy()
    last[met.edge] = met.after  # the last crossing of an edge is the one that stays
    cell = np.empty(len(first) + len(place), dtype=np.int64)
    cell[first] = np.where(edges.swapped, last, met.first)
    cell[place] = np.where(edges.swapped[met.edge], met.before, met.after)
    return cell


def _polygons(xy: Floats, owner: Ints) -> Geometries:
    """Build polygons from the points of their rings, in order, without closing points."""
    n_points = np.bincount(owner)
    start = np.cumsum(n_points) - n_points
    closed = np.insert(xy, start + n_points, xy[start], axis=0)
    offsets = np.append(start + np.arange(len(start)), len(closed))
    rings = np.arange(len(offsets))
    return shapely.from_ragged_array(shapely.GeometryType.POLYGON, closed, (offsets, rings))
