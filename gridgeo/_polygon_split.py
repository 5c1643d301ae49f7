"""Polygons cut by the borders of other polygons: every patch of ground has one owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._line_split import Pieces
from gridgeo._locate import OUTSIDE, ranks
from gridgeo._polygons import overlay, polygonal, unite

if TYPE_CHECKING:
    from gridgeo._locate import Codes, Locator
    from gridgeo.schema import Floats, Geometries, Ints

ROUNDING: Final = 1e-10
"""Share of a polygon: a piece, or a part outside, that is smaller is what rounding leaves."""

SLIGHT: Final = 1e-9
"""Share of a polygon by which the sum of its pieces may differ from it."""


def split_polygons(polygons: Geometries, locator: Locator, codes: Codes) -> Pieces:
    """Cut polygons by the polygons of a locator.

    Parameters
    ----------
    polygons
        (n,) valid polygons and multipolygons with some area, in the CRS of the locator.
    locator
        The owners; where they overlap the lowest code owns the ground.
    codes
        One text an owner, none twice.

    Returns
    -------
    Pieces
        One for every polygon and owner with common ground, by code, and one for what is outside.
    """
    feature, owner, ground = _lay_over(polygons, locator)
    order = np.lexsort((ranks(codes, owner), feature))
    feature, owner, ground = feature[order], owner[order], ground[order]
    united = unite(ground, feature, len(polygons))
    ground = _share_once(feature, ground, united)
    m2 = shapely.area(polygons)
    kept = shapely.area(ground) > ROUNDING * m2[feature]
    feature, owner, ground = feature[kept], owner[kept], ground[kept]
    covered = np.bincount(feature, weights=shapely.area(ground), minlength=len(m2))
    short, left = _find_outside(polygons, m2 - covered, united)
    feature, owner = np.append(feature, short), np.append(owner, np.full(len(short), OUTSIDE))
    ground = np.append(ground, left)
    order = np.argsort(feature, kind="stable")
    return Pieces(feature[order], owner[order], shapely.area(ground[order]), ground[order])


def _lay_over(polygons: Geometries, locator: Locator) -> tuple[Ints, Ints, Geometries]:
    """Find the common ground of polygons and owners; only those that cross are intersected."""
    tree = shapely.STRtree(polygons)
    owner, feature = tree.query(locator.polygons)
    ready = shapely.force_2d(polygons)
    shapely.prepare(ready)
    order = np.argsort(feature, kind="stable")
    owner, feature = owner[order], feature[order]
    meets = shapely.intersects(ready[feature], locator.polygons[owner])
    owner, feature = owner[meets], feature[meets]
    ground = locator.polygons[owner]
    crosses = ~shapely.contains_properly(ready[feature], ground)
    inside = np.zeros(len(feature), dtype=bool)
    inside[crosses] = shapely.covers(ground[crosses], ready[feature[crosses]])
    ground[inside] = ready[feature[inside]]
    crosses &= ~inside
    ground[crosses] = polygonal(
        overlay(shapely.intersection, ready[feature[crosses]], ground[crosses])
    )
    return feature, owner, ground


def _share_once(feature: Ints, ground: Geometries, united: Geometries) -> Geometries:
    """Take from ground what an earlier owner has of the same polygon.

    That is done where ground sums up to more than it is when united.
    """
    total = np.bincount(feature, weights=shapely.area(ground), minlength=len(united))
    doubled = np.flatnonzero(total > (1 + SLIGHT) * shapely.area(united))
    first, end = np.searchsorted(feature, doubled), np.searchsorted(feature, doubled, "right")
    met = [_meeting(ground[start:stop]) + start for start, stop in zip(first, end, strict=True)]
    later, earlier = np.concatenate([np.empty((2, 0), dtype=np.int64), *met], axis=1)
    at, place = np.unique(later, return_inverse=True)
    taken = unite(ground[earlier], place, len(at))
    ground = ground.copy()
    ground[at] = polygonal(overlay(shapely.difference, ground[at], taken))
    return ground


def _meeting(ground: Geometries) -> Ints:
    """Find the pairs that meet, (2, pairs) positions, the later one first."""
    pairs: Ints = shapely.STRtree(ground).query(ground, predicate="intersects")
    return pairs[:, pairs[0] > pairs[1]]


def _find_outside(
    polygons: Geometries, bare: Floats, united: Geometries
) -> tuple[Ints, Geometries]:
    """Find the polygons that owners leave bare to some m2, and what is left of each."""
    m2 = shapely.area(polygons)
    short = np.flatnonzero(bare > SLIGHT * m2)
    left = polygonal(overlay(shapely.difference, polygons[short], united[short]))
    real = shapely.area(left) > ROUNDING * m2[short]
    return short[real], left[real]
