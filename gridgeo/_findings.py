"""What is wrong with a partition: polygons in, places and sizes out.

Nothing here repairs. Polygons are valid and in one projected CRS in metres; sizes are in m2 and a
``tolerance`` is the m2 up to which a single polygon is taken for rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._polygons import by_group, overlay, polygonal, unite
from gridgeo._proof import lay_together

if TYPE_CHECKING:
    from gridgeo._proof import Laid, Proof
    from gridgeo.schema import Bools, Geometries, Ints

NOWHERE: Final = -1
"""Stands for the area of a cell that has none."""

SETTLED: Final = -2
"""Stands for an area that needs no look."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Pairs of polygons and the ground they share, one value a pair."""

    first: Ints
    second: Ints
    ground: Geometries

    def above(self, tolerance: float) -> Shared:
        """Give the pairs that share more ground than this, in m2."""
        large = shapely.area(self.ground) > tolerance
        return Shared(self.first[large], self.second[large], self.ground[large])


@dataclass(frozen=True, slots=True)
class Held:
    """Polygons held against areas: positions in either, and the ground at fault."""

    homes: Ints
    """The area each polygon is taken to belong to: its own, or another that holds more of it."""
    gaps: Geometries
    bare: Ints
    """The area each gap lies in."""
    outside: Ints
    """Polygons that reach beyond all areas."""
    beyond: Geometries
    crossings: Shared
    """Polygons and the second area they reach into."""

    def above(self, tolerance: float) -> Held:
        """Give what is larger than this, in m2."""
        bare, out = (shapely.area(ground) > tolerance for ground in (self.gaps, self.beyond))
        return Held(
            self.homes,
            self.gaps[bare],
            self.bare[bare],
            self.outside[out],
            self.beyond[out],
            self.crossings.above(tolerance),
        )


def hold_against(
    areas: Geometries,
    polygons: Geometries,
    own: Ints,
    proof: Proof,
    mismatched: Bools,
    *,
    tolerance: float,
) -> Held:
    """Find what the polygons leave of the areas, and where they reach out of them.

    ``own`` is the area that each polygon claims, or ``NOWHERE``; ``proof`` tells where nothing
    can be amiss. Unions by area find the few polygons that need a look; only these are laid over
    the areas one by one.
    """
    doubtful = np.flatnonzero(~proof.settled)
    homes = own.copy()
    homes[doubtful] = find_homes(polygons[doubtful], areas)
    open_areas = np.flatnonzero(~proof.proven)
    number = np.append(np.where(proof.proven, SETTLED, np.cumsum(~proof.proven) - 1), NOWHERE)
    united = unite_clean(polygons, number[homes], len(open_areas), mismatched)
    ground = _find_places(areas, open_areas, proof)
    gaps, bare = find_gaps(ground, united, polygons, tolerance)
    bare = open_areas[bare]
    strays = find_strays(areas[open_areas], united, polygons, number[homes], tolerance)
    # A guest in an area that is proven is in no union that would show where it ends.
    strays |= (homes != own) & ((own != NOWHERE) | (number[homes] == SETTLED))
    at = np.flatnonzero(strays)
    shares = share_out(polygons[at], areas)
    homes[at] = find_largest(shares, own[at], tolerance)
    crossings = find_crossings(shares, areas, homes[at], tolerance)
    beyond = find_outside(polygons[at], shares)
    out = np.flatnonzero(shapely.area(beyond) > tolerance)
    return Held(
        homes,
        gaps,
        bare,
        at[out],
        beyond[out],
        Shared(at[crossings.first], crossings.second, crossings.ground),
    )


def _find_places(areas: Geometries, open_areas: Ints, proof: Proof) -> Geometries:
    """Give what of the open areas lies in the places that are to be looked at."""
    number = np.searchsorted(open_areas, proof.area)
    boxes = unite(shapely.box(*proof.places.T), number, len(open_areas))
    ground = areas[open_areas]
    within = ~shapely.covers(boxes, shapely.envelope(ground))
    ground[within] = overlay(shapely.intersection, ground[within], boxes[within])
    return ground


def find_suspects(
    polygons: Geometries, own: Ints, areas: Geometries, proof: Proof, tolerance: float
) -> Ints:
    """Find the polygons that need a look: those that are not settled, and all that lie near them.

    Areas that are proven may still overlap one another; what lies there is looked at too.
    """
    doubtful = np.flatnonzero(~proof.settled)
    shared = find_overlaps(areas, find_mismatched(areas), tolerance).ground
    probe = np.concatenate([polygons[doubtful], shared])
    if not len(probe):
        return doubtful
    near = np.zeros(len(areas) + 1, dtype=bool)
    near[shapely.STRtree(areas).query(probe)[1]] = True
    candidates = np.flatnonzero(proof.settled & near[own])
    beside = candidates[np.unique(shapely.STRtree(polygons[candidates]).query(probe)[1])]
    return np.union1d(doubtful, beside)


def find_mismatched(polygons: Geometries, laid: Laid | None = None) -> Bools:
    """Tell which polygons have an edge inside a neighbour, or one that a neighbour does not match.

    Of two polygons that overlap at least one is found, duplicates and nested ones included. A
    coverage without any is sound but for what is missing from it.
    """
    mismatched = (laid or lay_together(polygons)).doubtful.copy()
    edges = shapely.coverage_invalid_edges(polygons[mismatched])
    mismatched[mismatched] = ~shapely.is_empty(edges)
    return mismatched


def find_overlaps(polygons: Geometries, mismatched: Bools, tolerance: float) -> Shared:
    """Find the pairs of polygons that share ground, each pair once, in order."""
    suspects = np.flatnonzero(mismatched)
    suspect, other = shapely.STRtree(polygons).query(polygons[suspects], predicate="intersects")
    one = suspects[suspect]
    once = np.where(mismatched[other], one < other, one != other)
    first, second = np.minimum(one, other)[once], np.maximum(one, other)[once]
    meet = ~shapely.touches(polygons[first], polygons[second])
    first, second = first[meet], second[meet]
    ground = polygonal(overlay(shapely.intersection, polygons[first], polygons[second]))
    large = np.flatnonzero(shapely.area(ground) > tolerance)
    large = large[np.lexsort((second[large], first[large]))]
    return Shared(first[large], second[large], ground[large])


def find_holes(polygons: Geometries, laid: Laid, tolerance: float) -> Geometries:
    """Find the holes between polygons, without what lies on islands inside them.

    Polygons that touch one another in points alone enclose ground too. A hole that one polygon
    alone surrounds is its own: a lake that was cut out of it, or that its parts enclose.
    """
    ground = laid.ground
    if ground is None:
        ground = shapely.get_parts(shapely.union_all(polygons))
    holes = np.asarray(shapely.polygons(_interior_rings(ground)))
    hole, island = shapely.STRtree(ground).query(holes, predicate="contains")
    islands = unite(ground[island], hole, len(holes))
    between = np.append(overlay(shapely.difference, holes, islands), _pockets(ground))
    between = split(between, tolerance)[0]
    tree = shapely.STRtree(between)
    near = polygons[np.unique(tree.query(polygons, predicate="intersects")[0])]
    lakes = np.asarray(shapely.polygons(_interior_rings(near)))
    several = near[shapely.get_num_geometries(near) > 1]
    lakes = np.concatenate([lakes, *(_pockets(shapely.get_parts(cell)) for cell in several)])
    lake, hole = tree.query(lakes, predicate="covers")
    same = shapely.area(lakes[lake]) - shapely.area(between[hole]) <= tolerance
    return np.delete(between, hole[same])


def find_homes(polygons: Geometries, areas: Geometries) -> Ints:
    """Find the area in which a point inside each polygon lies, the first where areas overlap."""
    points = shapely.STRtree(shapely.point_on_surface(polygons))
    area, polygon = points.query(areas, predicate="intersects")
    last_wins = np.argsort(-area, kind="stable")
    homes = np.full(len(polygons), NOWHERE, dtype=np.int64)
    homes[polygon[last_wins]] = area[last_wins]
    return homes


def find_gaps(
    areas: Geometries, united: Geometries, polygons: Geometries, tolerance: float
) -> tuple[Geometries, Ints]:
    """Find the ground of each area that no polygon covers, and the area it belongs to.

    ``united`` holds, for each area, the union of the polygons at home in it. What that leaves is
    held against every polygon near by: guests from other areas, and the others once more, since
    an overlay of a whole city may round more than a small one.
    """
    bare, area = split(overlay(shapely.difference, areas, united), tolerance)
    piece, near = shapely.STRtree(polygons).query(bare, predicate="intersects")
    covered = unite(polygons[near], piece, len(bare))
    gaps, piece = split(overlay(shapely.difference, bare, covered), tolerance)
    return gaps, area[piece]


def find_strays(
    areas: Geometries, united: Geometries, polygons: Geometries, homes: Ints, tolerance: float
) -> Bools:
    """Tell which polygons may reach out of their home; those without a home do."""
    beyond, area = split(overlay(shapely.difference, united, areas), tolerance)
    piece, polygon = shapely.STRtree(polygons).query(beyond, predicate="intersects")
    strays: Bools = homes == NOWHERE
    strays[polygon[homes[polygon] == area[piece]]] = True
    return strays


def share_out(polygons: Geometries, areas: Geometries) -> Shared:
    """Find which areas (``second``) each polygon (``first``) lies in, and with what ground."""
    tree = shapely.STRtree(polygons)
    area, polygon = tree.query(areas, predicate="intersects")
    inner_area, inner = tree.query(areas, predicate="covers")
    cut = ~np.isin(polygon * len(areas) + area, inner * len(areas) + inner_area)
    ground = polygons[polygon]
    ground[cut] = polygonal(overlay(shapely.intersection, ground[cut], areas[area[cut]]))
    return Shared(polygon, area, ground)


def find_outside(polygons: Geometries, shares: Shared) -> Geometries:
    """Give what of each polygon lies in none of its shares; empty where nothing does."""
    inside = unite(shares.ground, shares.first, len(polygons))
    return polygonal(overlay(shapely.difference, polygons, inside))


def find_largest(shares: Shared, own: Ints, tolerance: float) -> Ints:
    """Find the area that holds the most of each polygon; its ``own`` one where none holds more."""
    m2 = shapely.area(shares.ground)
    at_home = own[shares.first] == shares.second
    last_wins = np.lexsort((-shares.second, m2))
    largest = own.copy()
    most, at_own = np.zeros(len(own)), np.zeros(len(own))
    largest[shares.first[last_wins]] = shares.second[last_wins]
    most[shares.first[last_wins]] = m2[last_wins]
    at_own[shares.first[at_home]] = m2[at_home]
    return np.where(most > at_own + tolerance, largest, own)


def find_crossings(shares: Shared, areas: Geometries, homes: Ints, tolerance: float) -> Shared:
    """Keep of the shares what lies in another area than home and not also in the home."""
    abroad = (homes[shares.first] != shares.second) & (homes[shares.first] != NOWHERE)
    first, second = shares.first[abroad], shares.second[abroad]
    ground = polygonal(overlay(shapely.difference, shares.ground[abroad], areas[homes[first]]))
    large = shapely.area(ground) > tolerance
    return Shared(first[large], second[large], ground[large])


def unite_clean(polygons: Geometries, group: Ints, n_groups: int, mismatched: Bools) -> Geometries:
    """Unite the polygons of each group; those with a negative group are left out.

    The quick union trusts that edges match, which holds for groups without one that is mismatched.
    """
    dirty = np.isin(group, group[mismatched])
    united = by_group(shapely.coverage_union_all, polygons[~dirty], group[~dirty], n_groups)
    several = np.unique(group[dirty & (group >= 0)])
    united[several] = unite(polygons[dirty], group[dirty], n_groups)[several]
    return united


def split(geometries: Geometries, tolerance: float) -> tuple[Geometries, Ints]:
    """Take geometries apart into polygons above the tolerance, with the position each came from."""
    parts, origin = shapely.get_parts(geometries, return_index=True)
    large = shapely.area(parts) > tolerance
    return parts[large], origin[large]


def _interior_rings(polygons: Geometries) -> Geometries:
    rings, part = shapely.get_rings(shapely.get_parts(polygons), return_index=True)
    return rings[np.diff(part, prepend=NOWHERE) == 0]


def _pockets(parts: Geometries) -> Geometries:
    """Find what parts that touch in points alone enclose, in no hole of one of them."""
    one, other = shapely.STRtree(parts).query(parts, predicate="intersects")
    touching = parts[np.unique(one[one != other])]
    noded = shapely.union_all(shapely.boundary(touching))
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.STRtree(shapely.point_on_surface(faces))
    filled = shapely.polygons(shapely.get_exterior_ring(parts))
    return np.delete(faces, inside.query(filled, predicate="intersects")[1])
