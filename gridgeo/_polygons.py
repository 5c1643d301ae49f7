"""What an overlay leaves, taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from gridgeo.schema import Geometries, Ints


_DIGITS: Final = 14
"""Of these GEOS says that its overlays on a grid hold; in floating point they go astray on slivers,
up to whole areas."""


def polygon_parts(geometry: Geometries) -> tuple[Geometries, Ints]:
    """Give the polygons among the parts of geometries, and the position each came from.

    Points and lines, in which an overlay only touches, are dropped, and so is what has no area.
    """
    parts, outer = shapely.get_parts(geometry, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    polygon &= shapely.area(parts) > 0
    return parts[polygon], outer[inner][polygon]


def finest_grid(polygons: Geometries) -> float:
    """Give the step, in metres, to which an overlay of these polygons may round."""
    size = np.fmax.reduce(np.abs(shapely.total_bounds(polygons)), initial=1.0)
    return float(10.0 ** (np.ceil(np.log10(size)) - _DIGITS))
