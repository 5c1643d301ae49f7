"""The inset of a printed sheet: where in the district its map lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib.collections import PathCollection

from gridgeo.crs import require_crs, to_crs
from gridgeo.errors import GeometryError
from gridgeo.maps.sheet_map import outlines
from gridgeo.maps.sheet_view import extent_of, view_of
from gridgeo.validate import POLYGONS, require_geoframe, require_rows

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo.maps.paper import Box
    from gridgeo.maps.pen import Pen
    from gridgeo.maps.sheet_view import View
    from gridgeo.maps.subject import Subject
    from gridgeo.schema import Geometries

GROUND: Final = "#e3e6eb"
_LINE: Final = "#9aa1ad"
_MARK: Final = "#d1001f"
_LEAST: Final = 0.03
"""Of the inset's width: a smaller mark would not be seen, and is drawn so large."""

_AIR: Final = 1.06
_FINEST: Final = 0.05
"""mm"""

_BEYOND: Final = 0.001
"""Of an area: less of it beyond the map is no reason for an inset."""


@dataclass(frozen=True)
class Inset:
    """Outlines, and what is marked among them.

    Parameters
    ----------
    outlines
        Of the district or its areas, in the CRS of the cells.
    mark
        The ground of the map, or a zone.
    """

    outlines: Geometries
    mark: shapely.Geometry


def inset_outlines(subject: Subject, view: View, district: GeoDataFrame | None) -> Inset | None:
    """Choose what the inset shows: the district, or areas that reach beyond the map; or nothing."""
    if district is not None:
        return Inset(_district(district, subject.cells.crs), view.box)
    areas = subject.areas.geometry.to_numpy()
    outside = shapely.area(shapely.difference(areas, view.box))
    if (outside <= _BEYOND * shapely.area(areas)).all():
        return None
    return Inset(areas, view.box)


def _district(district: GeoDataFrame, crs: object) -> Geometries:
    require_geoframe(district, "district")
    require_rows(district, "district")
    require_crs(district, "district")
    shown = to_crs(district, crs).geometry.to_numpy()
    drawn = np.isin(shapely.get_type_id(shown), POLYGONS) & ~shapely.is_empty(shown)
    if not drawn.any():
        raise GeometryError(
            "`district` has no polygon for an inset to show; give its outline, or leave it out.",
            rows=district.index,
        )
    return np.asarray(shown[drawn], dtype=object)


def draw_inset(pen: Pen, inset: Inset, box: Box) -> None:
    """Draw the inset into a box of the paper."""
    unit = pen.paper.unit
    extent = extent_of(shapely.total_bounds(inset.outlines), inset.mark.bounds)
    view = view_of(extent, box, air=_AIR)
    if view is None:
        return
    axes = pen.axes(box, view, "inset")
    axes.set_axis_off()
    axes.add_collection(
        PathCollection(
            outlines(_plain(inset.outlines, view)),
            facecolors=GROUND,
            edgecolors=_LINE,
            linewidths=0.25 * unit,
            gid="inset_outlines",
        )
    )
    axes.add_collection(
        PathCollection(
            outlines(np.array([_seen(inset.mark, view)], dtype=object)),
            facecolors=(*_rgb(_MARK), 0.18),
            edgecolors=_MARK,
            linewidths=0.9 * unit,
            gid="inset_mark",
        )
    )


def _plain(shapes: Geometries, view: View) -> Geometries:
    """Leave out vertices that cannot be told apart on paper."""
    return np.asarray(shapely.simplify(shapes, _FINEST * view.scale / 1000), dtype=object)


def _seen(mark: shapely.Geometry, view: View) -> shapely.Geometry:
    """Give the mark, or a box in its middle where it is too small to be seen."""
    west, south, east, north = mark.bounds
    least = (view.east - view.west) * _LEAST
    if max(east - west, north - south) >= least:
        return mark
    x, y = (west + east) / 2, (south + north) / 2
    return shapely.box(x - least / 2, y - least / 2, x + least / 2, y + least / 2)


def _rgb(color: str) -> tuple[float, ...]:
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
