"""Dirty partitions made clean: what is noise is given away, what is a conflict stays.

Polygons are in one projected CRS in metres. How wide ground is means the diameter of the largest
circle that fits into it: 5 km of a sliver 10 cm wide are 0.1 m wide.

``find_mismatched``, ``find_holes`` and ``unite`` have namesakes in ``_findings``, on purpose: a
check shares no code with what it checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import shapely

from gridgeo._polygons import by_group, finest_grid, polygon_parts, polygonal, unite

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Geometries, Ints

Keeper: TypeAlias = Literal["longest_border", "largest", "smallest", "first"]

KEEPERS: Final = {
    "longest_border": "longest_border",
    "largest": "max_area",
    "smallest": "min_area",
    "first": "min_index",
}
"""Who keeps ground that several claim, and what GEOS calls it."""

MIN_SNAP: Final = 1e-6
"""Metres; GEOS loses areas where it may not snap at all (libgeos/geos#1525)."""

_MOST: Final = 0.5
"""Where others claim more than this of an area, its overlaps are conflicts however narrow."""

_WIDTH_STEPS: Final = 14


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a repair may go, in metres, and who keeps what two areas claim."""

    max_gap: float
    max_overlap: float
    snap: float
    keeper: Keeper


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Ground that stays with all who claim it: disjoint faces, and pairs of a face and an area."""

    faces: Geometries
    face: Ints
    area: Ints


@dataclass(frozen=True, slots=True)
class Repaired:
    """Polygons after a repair, one for each before."""

    polygons: Geometries
    members: Ints
    """Positions of those that were looked at."""
    pieces: Geometries
    """Disjoint ground of the members."""
    piece: Ints
    """Positions of pieces, each with the area that has it; one that is disputed has several."""
    owner: Ints


def mend_rings(polygons: Geometries) -> tuple[Geometries, Ints]:
    """Make rings valid that cross themselves; also give the positions of those that did."""
    invalid = np.flatnonzero(~shapely.is_valid(polygons))
    mended = polygons.copy()
    # Even-odd filling would punch a hole where parts overlap; the structure of shells and
    # holes fills it.
    valid = shapely.make_valid(polygons[invalid], method="structure", keep_collapsed=False)
    mended[invalid] = polygonal(valid)
    return mended, invalid


def repair(polygons: Geometries, limits: Limits) -> Repaired:
    """Fill narrow gaps and settle narrow overlaps; leave all that is wider.

    Only areas at a fault are touched. An area that would lose all its ground comes back empty.
    """
    mismatched = find_mismatched(polygons)
    shared = find_shared(polygons, mismatched)
    # What is narrower than this snapping closes anyway.
    conflicts = _find_conflicts(polygons, shared, max(limits.max_overlap, limits.snap / 2))
    member = mismatched | _have_narrow_parts(polygons, limits.max_gap)
    member[shared[0]] = member[shared[1]] = True
    while True:
        members = np.flatnonzero(member)
        repaired = _clean(polygons, members, conflicts, limits)
        disturbed = _find_disturbed(repaired, limits.max_gap)
        if member[disturbed].all():
            return repaired
        member[disturbed] = True


def find_mismatched(polygons: Geometries) -> Bools:
    """Tell which polygons have an edge that a neighbour does not match, or that lies inside one."""
    return ~np.asarray(shapely.is_empty(shapely.coverage_invalid_edges(polygons)), dtype=bool)


def find_shared(polygons: Geometries, mismatched: Bools) -> tuple[Ints, Ints, Geometries]:
    """Find pairs of polygons that share ground; several rows a pair where that is in parts."""
    suspects = np.flatnonzero(mismatched)
    suspect, other = shapely.STRtree(polygons).query(polygons[suspects], predicate="intersects")
    one = suspects[suspect]
    once = np.where(mismatched[other], one < other, one != other)
    first, second = np.minimum(one, other)[once], np.maximum(one, other)[once]
    shared = shapely.intersection(
        polygons[first], polygons[second], grid_size=finest_grid(polygons)
    )
    parts, pair = polygon_parts(shared)
    return first[pair], second[pair], parts


def find_holes(polygons: Geometries, mismatched: Bools) -> Geometries:
    """Find the ground that polygons surround and none has, lakes inside one among it."""
    # The quick union trusts that edges match.
    whole = shapely.union_all(
        [
            shapely.coverage_union_all(polygons[~mismatched]),
            shapely.union_all(polygons[mismatched]),
        ]
    )
    blocks = shapely.get_parts(whole)
    rings, block = shapely.get_rings(blocks, return_index=True)
    holes = np.asarray(shapely.polygons(rings[np.diff(block, prepend=-1) == 0]))
    hole, island = shapely.STRtree(blocks).query(holes, predicate="contains")
    islands = unite(blocks[island], hole, len(holes))
    return polygon_parts(shapely.difference(holes, islands))[0]


def along(grounds: Geometries, polygons: Geometries) -> tuple[Ints, Ints]:
    """Find pairs of a ground and a polygon that have a stretch of border in common."""
    ground, polygon = shapely.STRtree(polygons).query(grounds, predicate="intersects")
    line = shapely.relate_pattern(grounds[ground], polygons[polygon], "****1****")
    return ground[line], polygon[line]


def wider(grounds: Geometries, limit: float) -> Bools:
    """Tell which polygons a circle of this diameter fits into, with room to spare."""
    least, most = _width_bounds(grounds)
    wide: Bools = least > limit
    doubtful = ~wide & (most > limit)
    wide[doubtful] = ~shapely.is_empty(shapely.buffer(grounds[doubtful], -limit / 2))
    return wide


def widths(grounds: Geometries) -> Floats:
    """Measure how wide ground is, in metres, to one in a thousand.

    Halving the interval by buffers is thirty times as fast as GEOS is with a circle in a sliver.
    """
    least, most = _width_bounds(grounds)
    for _ in range(_WIDTH_STEPS):
        middle = np.sqrt(least * most)
        fits = ~shapely.is_empty(shapely.buffer(grounds, -middle / 2))
        least, most = np.where(fits, middle, least), np.where(fits, most, middle)
    return np.sqrt(least * most)


def _find_conflicts(
    polygons: Geometries, shared: tuple[Ints, Ints, Geometries], max_overlap: float
) -> Conflicts:
    first, second, parts = shared
    m2 = shapely.area(parts)
    claimed = sum(
        np.bincount(area, weights=m2, minlength=len(polygons)) for area in (first, second)
    )
    lost = claimed > _MOST * shapely.area(polygons)
    disputed = wider(parts, max_overlap) | lost[first] | lost[second]
    parts, first, second = parts[disputed], first[disputed], second[disputed]
    # Where three areas claim ground the parts overlap, the faces between their borders do not.
    lines = shapely.union_all(shapely.boundary(parts), grid_size=finest_grid(polygons))
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inside = shapely.STRtree(shapely.point_on_surface(faces))
    part, face = inside.query(parts, predicate="contains")
    claims = np.concatenate([np.c_[face, first[part]], np.c_[face, second[part]]])
    claims = np.unique(claims.astype(np.int64), axis=0)
    # Parts are cut pair by pair: between their borders lie faces that are rounding, and a union in
    # which GEOS merges these fails ("overlapping inputs"). They go to one of those that claim them.
    claims = claims[wider(faces, MIN_SNAP)[claims[:, 0]]]
    used, face = np.unique(claims[:, 0], return_inverse=True)
    return Conflicts(faces[used], face, claims[:, 1])


def _have_narrow_parts(polygons: Geometries, max_gap: float) -> Bools:
    """Tell which polygons GEOS would take for a gap where it does not see them."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    narrow = np.zeros(len(polygons), dtype=bool)
    narrow[owner[~wider(parts, max_gap)]] = True
    return narrow


def _at_narrow_holes(polygons: Geometries, mismatched: Bools, max_gap: float) -> Ints:
    holes = find_holes(polygons, mismatched)
    narrow = holes[~wider(holes, max_gap)]
    at: Ints = shapely.STRtree(polygons).query(narrow, predicate="intersects")[1]
    return at


def _clean(polygons: Geometries, members: Ints, conflicts: Conflicts, limits: Limits) -> Repaired:
    """Make a coverage of the members, less what they dispute, and of the disputed faces."""
    claimant = np.searchsorted(members, conflicts.area)
    claimed = unite(conflicts.faces[conflicts.face], claimant, len(members))
    own = polygons[members]
    disputing = np.flatnonzero(~shapely.is_empty(claimed))
    own[disputing] = polygonal(shapely.difference(own[disputing], claimed[disputing]))
    pieces = shapely.coverage_clean(
        np.concatenate([own, conflicts.faces]),
        gap_width=limits.max_gap,
        snapping_distance=limits.snap / 2,  # a vertex may be moved twice
        merge_strategy=KEEPERS[limits.keeper],
    )
    piece = np.concatenate([np.arange(len(members)), len(members) + conflicts.face])
    owner = np.concatenate([members, conflicts.area])
    after = polygons.copy()
    after[members] = _join(pieces[piece], np.searchsorted(members, owner), len(members))
    same = members[_same_ground(polygons[members], after[members])]
    after[same] = polygons[same]
    return Repaired(after, members, pieces, piece, owner)


def _find_disturbed(repaired: Repaired, max_gap: float) -> Ints:
    """Find the polygons that have to be cleaned too: those at holes, and for what others had done.

    Cleaning may have moved a common border on one side only, or closed the mouth of a slit.
    """
    polygons, members = repaired.polygons, repaired.members
    near = shapely.STRtree(polygons).query(polygons[members], predicate="intersects")[1]
    around = np.union1d(members, near)
    mismatched = np.zeros(len(polygons), dtype=bool)
    mismatched[around] = find_mismatched(polygons[around])
    at_holes = _at_narrow_holes(polygons, mismatched, max_gap)
    return np.concatenate([around[mismatched[around]], at_holes])


def _join(pieces: Geometries, group: Ints, n_groups: int) -> Geometries:
    order = np.argsort(group, kind="stable")
    pieces, group = pieces[order], group[order]
    several = np.bincount(group, minlength=n_groups) > 1
    joined = np.full(n_groups, None, dtype=object)
    joined[group] = pieces
    if several.any():
        joined[several] = by_group(shapely.coverage_union_all, pieces, group, n_groups)[several]
    return joined


def _same_ground(polygons: Geometries, others: Geometries) -> Bools:
    """Tell which pairs are vertex for vertex the same, wherever their rings begin."""
    plain = shapely.normalize(shapely.remove_repeated_points(polygons, 0.0))
    same: Bools = shapely.equals_exact(plain, shapely.normalize(others))
    return same


def _width_bounds(grounds: Geometries) -> tuple[Floats, Floats]:
    """Bound the width of grounds: one of this perimeter has, and one of this area can have."""
    m2 = shapely.area(grounds)
    return m2 / shapely.length(grounds), 2 * np.sqrt(m2 / np.pi)
