"""Features shared out among polygons: lines by length, polygons by area, all others by point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gridgeo._features import INVALID
from gridgeo._line_split import split_lines
from gridgeo._locate import OUTSIDE, locate, ranks
from gridgeo._polygon_split import split_polygons
from gridgeo._polygons import are_valid

if TYPE_CHECKING:
    from gridgeo._features import Features, Reasons
    from gridgeo._locate import Codes, Locator
    from gridgeo.schema import Floats, Geometries, Ints

SAME: Final = 1e-9
"""Share of a size by which two of them may differ and still be equal."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What owners have of features, those of one feature together; one value a part.

    ``length_m`` and ``area_m2`` are NaN but for lines and for polygons; ``share`` is of the
    feature, 0 to 1; ``reason`` a number of ``REASONS``; ``geometry`` is None where the part is
    the feature.
    """

    feature: Ints
    owner: Ints
    length_m: Floats
    area_m2: Floats
    share: Floats
    reason: Reasons
    geometry: Geometries

    def take(self, at: Ints) -> Parts:
        """Give some of the parts, by position."""
        return Parts(*(getattr(self, name)[at] for name in self.__slots__))


def place(features: Features, locator: Locator, codes: Codes) -> Parts:
    """Give each feature, as one part, to the owner of the point that stands for it."""
    n = len(features.x)
    return Parts(
        np.arange(n),
        _place(features.x, features.y, locator, codes),
        length_m=np.broadcast_to(np.nan, n),
        area_m2=np.broadcast_to(np.nan, n),
        share=np.broadcast_to(1.0, n),
        reason=features.reason,
        geometry=np.broadcast_to(np.array(None, dtype=object), n),
    )


def _place(x: Floats, y: Floats, locator: Locator, codes: Codes) -> Ints:
    has = np.isfinite(x) & np.isfinite(y)
    if has.all():
        return locate(x, y, locator, codes)
    owner = np.full(len(x), OUTSIDE, dtype=np.int64)
    owner[has] = locate(x[has], y[has], locator, codes)
    return owner


def share_out(features: Features, locator: Locator, codes: Codes) -> Parts:
    """Cut features by their owners; what has no size, or no valid shape, goes by its point."""
    lines, polygons = features.lines(), features.polygons()
    valid = are_valid(features.shapes[polygons])
    reason = features.reason.copy()
    reason[features.shaped[polygons[~valid]]] = INVALID
    polygons = polygons[valid]
    of_line, of_polygon = features.shaped[lines], features.shaped[polygons]
    by_line = split_lines(features.shapes[lines], locator, codes)
    by_polygon = split_polygons(features.shapes[polygons], locator, codes)
    whole = np.setdiff1d(np.arange(len(reason)), np.append(of_line, of_polygon))
    by_point = _place(features.x[whole], features.y[whole], locator, codes)
    none = [np.full(len(some), np.nan) for some in (by_line.size, by_polygon.size, whole)]
    feature = np.concatenate([of_line[by_line.feature], of_polygon[by_polygon.feature], whole])
    size = np.concatenate([by_line.size, by_polygon.size, np.ones(len(whole))])
    geometry = np.concatenate(
        [by_line.geometry, by_polygon.geometry, np.full(len(whole), None, dtype=object)]
    )
    geometry[np.bincount(feature, minlength=len(reason))[feature] == 1] = None
    parts = Parts(
        feature,
        np.concatenate([by_line.owner, by_polygon.owner, by_point]),
        np.concatenate([by_line.size, none[1], none[2]]),
        np.concatenate([none[0], by_polygon.size, none[2]]),
        size / np.bincount(feature, weights=size, minlength=len(reason))[feature],
        reason[feature],
        geometry,
    )
    return parts.take(np.argsort(feature, kind="stable"))


def largest(parts: Parts, codes: Codes) -> Parts:
    """Keep of each feature the part that is largest, of equal ones that of the lowest code.

    What lies in no polygon counts only where all of the feature does.
    """
    size = np.where(parts.owner == OUTSIDE, 0.0, parts.share)
    most = np.zeros(int(parts.feature.max(initial=-1)) + 1)
    np.maximum.at(most, parts.feature, size)
    at = np.flatnonzero(size >= (1 - SAME) * most[parts.feature])
    rank = np.where(parts.owner[at] == OUTSIDE, 0, ranks(codes, np.maximum(parts.owner[at], 0)))
    at = at[np.lexsort((rank, parts.feature[at]))]
    return parts.take(at[np.diff(parts.feature[at], prepend=-1) > 0])
