"""Frames packed for a page: whole numbers, each as the difference to the one before.

A city of 250,000 cells is 100 MB as GeoJSON. Rounded to 1e-6 degree (0.1 m), written as
differences in as few bytes as each needs, it is a tenth of that.

Every stream is a column of signed whole numbers: zigzag (0, -1, 1, -2, ... become
0, 1, 2, 3, ...), then seven bits a byte with the eighth saying that more follow, then base64.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from gridgeo.schema import Floats, Geometries, Ints

STEPS_PER_DEGREE: Final = 1_000_000
"""Coordinates are whole numbers of these steps: 0.11 m along a meridian."""

SEPARATOR: Final = "\x7f"
"""Stands between packed texts: a control character that JSON writes in one byte."""

_BITS: Final = 7
_MORE: Final = 1 << _BITS
_TWO_UNITS: Final = 0xFFFF


def pack_numbers(numbers: Sequence[int] | npt.NDArray[np.integer]) -> str:
    """Write signed whole numbers below 2**52 as base64 of varints.

    Examples
    --------
    >>> pack_numbers([0, -1, 1, 300])
    'AAEC2AQ='
    """
    signed = np.asarray(numbers, dtype=np.int64)
    rest = ((signed << 1) ^ (signed >> 63)).astype(np.uint64)
    size = np.ones(len(rest), dtype=np.int64)
    for bits in range(_BITS, 56, _BITS):
        size += rest >= np.uint64(1 << bits)
    ends = np.cumsum(size)
    packed = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    place = ends - size
    while len(rest):
        more = rest >= np.uint64(_MORE)
        packed[place] = (rest & np.uint64(_MORE - 1)) | np.where(more, _MORE, 0).astype(np.uint64)
        rest, place = rest[more] >> np.uint64(_BITS), place[more] + 1
    return base64.b64encode(packed.tobytes()).decode("ascii")


def pack_steps(numbers: npt.NDArray[np.integer]) -> str:
    """Write whole numbers as :func:`pack_numbers`, each as the difference to the one before."""
    return pack_numbers(np.diff(numbers, prepend=np.int64(0)))


def pack_lonlat(lonlat: Floats) -> dict[str, str]:
    """Write longitudes and latitudes, one row a point, as streams ``x`` and ``y``."""
    steps = np.rint(lonlat * STEPS_PER_DEGREE).astype(np.int64)
    return {"x": pack_steps(steps[:, 0]), "y": pack_steps(steps[:, 1])}


def pack_polygons(lonlat: Geometries) -> dict[str, str]:
    """Write polygons and multipolygons in degrees.

    Returns
    -------
    dict
        ``rings``: rings of each polygon, shells and holes alike; ``sizes``: vertices of each
        ring without the closing one; ``x``, ``y``: the vertices. Shells run against the clock
        and holes with it, so that a page fills them rightly by either rule.
    """
    oriented = shapely.orient_polygons(lonlat)
    points, ring = ring_vertices(oriented)
    sizes = np.bincount(ring)
    last = np.zeros(len(points), dtype=bool)
    last[np.cumsum(sizes) - 1] = True
    return {
        "rings": pack_numbers(_ring_counts(oriented)),
        "sizes": pack_numbers(sizes - 1),
        **pack_lonlat(points[~last]),
    }


def ring_vertices(polygons: Geometries) -> tuple[Floats, Ints]:
    """Give the vertices of all rings, closing ones included, and the number of each one's ring."""
    rings = shapely.get_rings(shapely.get_parts(polygons))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    return points, ring


def pack_texts(texts: Sequence[str]) -> dict[str, str]:
    """Write texts as what each shares with the one before, and its own end.

    Examples
    --------
    >>> pack_texts(["101-001", "101-002"])["ends"].split(SEPARATOR)
    ['101-001', '2']
    """
    shared = _shared_prefixes(texts)
    pairs = zip(texts, shared.tolist(), strict=True)
    ends = SEPARATOR.join(text[n:].replace(SEPARATOR, " ") for text, n in pairs)
    return {"shared": pack_numbers(shared), "ends": ends}


def _ring_counts(polygons: Geometries) -> Ints:
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings = 1 + shapely.get_num_interior_rings(parts)
    return np.bincount(owner, weights=rings, minlength=len(polygons)).astype(np.int64)


def _shared_prefixes(texts: Sequence[str]) -> Ints:
    """Count the leading characters that each text has in common with the one before."""
    table = np.array(texts, dtype=np.str_)
    width = table.dtype.itemsize // 4
    shared = np.zeros(len(texts), dtype=np.int64)
    if len(texts) < 2 or not width:  # noqa: PLR2004 - one text has none before it
        return shared
    letters = table.view(np.uint32).reshape(len(texts), width)
    # A page counts a character beyond the first plane as two; a zero fills up a short text.
    plain = (letters[1:] > 0) & (letters[1:] <= _TWO_UNITS)
    same = (letters[1:] == letters[:-1]) & plain
    shared[1:] = np.minimum.accumulate(same, axis=1).sum(axis=1)
    return shared
