"""Edges that polygons share, found by hash and sort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from gridgeo.schema import Floats, Geometries, Ints


def shared_borders(polygons: Geometries) -> tuple[Ints, Ints, Floats]:
    """Measure the borders that polygons have in common.

    Parameters
    ----------
    polygons
        (n,) polygons whose common borders have the same vertices on both sides.

    Returns
    -------
    Ints, Ints
        (pairs,) positions of two polygons, the lower first, each pair once and in order.
    Floats
        (pairs,) length of their common border, in the polygons' unit.
    """
    owner, low, high = _edges(polygons)
    ends = np.column_stack([low, high])
    mixed = _hash(ends)
    order = np.argsort(mixed, kind="stable")
    first, second = order[:-1], order[1:]
    twin = (mixed[first] == mixed[second]) & (owner[first] != owner[second])
    first, second = first[twin], second[twin]
    same = (ends[first] == ends[second]).all(axis=1)
    first, second = first[same], second[same]
    return sum_pairs(
        np.minimum(owner[first], owner[second]),
        np.maximum(owner[first], owner[second]),
        np.hypot(*(high[first] - low[first]).T),
    )


def sum_pairs(left: Ints, right: Ints, length: Floats) -> tuple[Ints, Ints, Floats]:
    """Add up lengths of equal pairs; each pair once, in order."""
    order = np.lexsort((right, left))
    left, right, length = left[order], right[order], length[order]
    first = np.ones(len(left), dtype=bool)
    first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    start = np.flatnonzero(first)
    total = np.add.reduceat(length, start) if len(start) else length
    return left[start], right[start], total


def _edges(polygons: Geometries) -> tuple[Ints, Floats, Floats]:
    """Give each edge's owner and its two ends, the lexicographically lower first."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    here = np.flatnonzero((ring[1:] == ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1))
    start, end = xy[here], xy[here + 1]
    swap = (end[:, 0] < start[:, 0]) | ((end[:, 0] == start[:, 0]) & (end[:, 1] < start[:, 1]))
    low = np.where(swap[:, None], end, start)
    high = np.where(swap[:, None], start, end)
    return part_owner[ring_part[ring[here]]], low, high


def _hash(rows: Floats) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Mix rows of doubles into one integer each; equal rows give equal integers."""
    # Adding 0.0 turns -0.0 into 0.0, which has other bits.
    bits = np.ascontiguousarray(rows + 0.0).view(np.uint64)
    mixed = np.zeros(len(rows), dtype=np.uint64)
    for column in bits.T:
        mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(32)
    return mixed
