"""Two versions of a partition laid over one another: polygons in, pairs out.

Polygons are valid, without heights and in one projected CRS. Most of a city does not change from
one version to the next, so what is the same is found by hash, and only the rest goes to GEOS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from gridgeo._edges import hash_rows
from gridgeo._polygons import polygonal

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Geometries, Ints

Hashes: TypeAlias = npt.NDArray[np.uint64]

_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Polygons of two versions and the ground they have in common, one value a pair."""

    first: Ints
    second: Ints
    ground: Geometries
    m2: Floats

    def take(self, at: Ints | Bools) -> Pairs:
        """Give some of the pairs, by position or mask."""
        return Pairs(self.first[at], self.second[at], self.ground[at], self.m2[at])


def find_pairs(
    versions: tuple[Geometries, Geometries], names: tuple[Ints, Ints], grid: float
) -> Pairs:
    """Find the pairs of polygons, one of each version, with ground in common, in order.

    Polygons that are in both versions, coordinate for coordinate, are a pair and are not laid
    over one another: two that overlap in both versions have not changed. Of several equal
    ones those with the same name are paired first. All else is laid over on a ``grid``, in metres.
    """
    before, after = versions
    one, other = find_identical(versions, names)
    kept_before, kept_after = np.zeros(len(before), dtype=bool), np.zeros(len(after), dtype=bool)
    kept_before[one], kept_after[other] = True, True
    first, second = _find_candidates(versions, kept_before, kept_after)
    # Without a grid GEOS may take all of a neighbour for what two polygons have in common.
    common = polygonal(shapely.intersection(before[first], after[second], grid_size=grid))
    m2 = shapely.area(common)
    changed = Pairs(first, second, common, m2).take(m2 > 0)
    first = np.concatenate([one, changed.first])
    second = np.concatenate([other, changed.second])
    ground = np.concatenate([before[one], changed.ground])
    m2 = np.concatenate([shapely.area(before[one]), changed.m2])
    return Pairs(first, second, ground, m2).take(np.lexsort((second, first)))


def find_identical(
    versions: tuple[Geometries, Geometries], names: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """Pair polygons with the same coordinates, wherever their rings start; each at most once."""
    before, after = versions
    prints, other_prints = _fingerprints(before), _fingerprints(after)
    one, other = _match(_mix(prints, names[0]), _mix(other_prints, names[1]))
    left = np.setdiff1d(np.arange(len(before)), one, assume_unique=True)
    right = np.setdiff1d(np.arange(len(after)), other, assume_unique=True)
    more, others = _match(_numbered(prints[left]), _numbered(other_prints[right]))
    one = np.concatenate([one, left[more]])
    other = np.concatenate([other, right[others]])
    same = shapely.equals_identical(before[one], after[other])
    turned = np.flatnonzero(~same)
    same[turned] = shapely.equals_identical(
        shapely.normalize(before[one[turned]]), shapely.normalize(after[other[turned]])
    )
    return one[same], other[same]


def _find_candidates(
    versions: tuple[Geometries, Geometries], kept_before: Bools, kept_after: Bools
) -> tuple[Ints, Ints]:
    """Find the pairs that may have ground in common, and of which one is not kept at least."""
    before, after = versions
    left, right = np.flatnonzero(~kept_before), np.flatnonzero(~kept_after)
    one, second = _query(before[left], after)
    other, first = _query(after[right], before)
    # Those of which neither is kept were found from the left already.
    more = kept_before[first]
    return np.append(left[one], first[more]), np.append(second, right[other[more]])


def _query(polygons: Geometries, others: Geometries) -> tuple[Ints, Ints]:
    """Find the pairs whose boxes have ground in common; a border alone is none."""
    if not len(polygons):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    one, other = shapely.STRtree(others).query(polygons, predicate="intersects")
    west, south, east, north = shapely.bounds(polygons[one]).T
    west2, south2, east2, north2 = shapely.bounds(others[other]).T
    wide = np.minimum(east, east2) > np.maximum(west, west2)
    high = np.minimum(north, north2) > np.maximum(south, south2)
    meet = wide & high
    return one[meet], other[meet]


def _fingerprints(polygons: Geometries) -> Hashes:
    """Mix the edges of each polygon into one integer, wherever its rings start and turn."""
    several = shapely.get_type_id(polygons) != shapely.GeometryType.POLYGON
    several |= shapely.get_num_interior_rings(polygons) > 0
    if several.any():
        polygons = polygons.copy()
        polygons[several] = shapely.normalize(polygons[several])
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    vertex = hash_rows(xy)
    edge = (vertex[1:] + vertex[:-1]) * _ODD
    edge ^= edge >> np.uint64(32)
    edge[owner[1:] != owner[:-1]] = 0
    start = np.searchsorted(owner, np.arange(len(polygons)))
    prints: Hashes = np.add.reduceat(edge, start)
    return prints


def _numbered(prints: Hashes) -> Hashes:
    """Tell equal prints apart by their number among those that are equal."""
    order = np.argsort(prints, kind="stable")
    place = np.arange(len(prints))
    leads = np.ones(len(prints), dtype=bool)
    leads[1:] = prints[order][1:] != prints[order][:-1]
    number = np.empty_like(place)
    number[order] = place - np.maximum.accumulate(np.where(leads, place, 0))
    return _mix(prints, number)


def _mix(prints: Hashes, numbers: Ints) -> Hashes:
    return prints + numbers.astype(np.uint64) * _ODD


def _match(keys: Hashes, others: Hashes) -> tuple[Ints, Ints]:
    """Give the positions of equal keys; one that repeats is taken once."""
    _, one, other = np.intersect1d(keys, others, return_indices=True)
    return one, other
