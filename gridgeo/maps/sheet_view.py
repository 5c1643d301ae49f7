"""What of the ground a sheet shows: exactly as much as its frame holds at its scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

import numpy as np
import shapely

from gridgeo.errors import InputError
from gridgeo.maps.paper import Box, Orientation, Paper, Size, paper, round_scale
from gridgeo.validate import require_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridgeo.schema import Bools, Floats, Geometries

_AIR: Final = 1.02
"""The frame is so much wider than the city, that its border does not lie on the frame."""

_MARGIN: Final = 0.1

_LARGEST, _SMALLEST = 1.0, 1e9
_EXACT: Final = 1 + 1e-9


@dataclass(frozen=True)
class View:
    """A rectangle of the ground, in the CRS of the cells, and the scale it is shown at."""

    west: float
    south: float
    east: float
    north: float
    scale: float

    @property
    def box(self) -> shapely.Polygon:
        """The rectangle."""
        return shapely.box(self.west, self.south, self.east, self.north)

    def cut(self, geometry: Geometries) -> Geometries:
        """Give what may be seen of polygons: those that meet the rectangle, cut a little outside.

        Their borders along that cut lie beyond the frame.
        """
        across, up = (self.east - self.west) * _MARGIN, (self.north - self.south) * _MARGIN
        bounds = (self.west - across, self.south - up, self.east + across, self.north + up)
        seen = geometry[self.meets(geometry)]
        inside = shapely.covers(shapely.box(*bounds), seen)
        parts = np.where(inside, seen, shapely.clip_by_rect(seen, *bounds))
        return parts[shapely.area(parts) > 0]

    def meets(self, geometry: Geometries) -> Bools:
        """Tell which geometries may be seen: those whose bounds meet the rectangle."""
        west, south, east, north = shapely.bounds(geometry).T
        across = (west <= self.east) & (east >= self.west)
        return np.asarray(across & (south <= self.north) & (north >= self.south))


def extent_of(*bounds: Sequence[float]) -> Floats:
    """Give the least bounds that hold others, those of nothing aside: west, south, east, north."""
    all_bounds = np.array(bounds, dtype=np.float64)
    return np.concatenate(
        [np.nanmin(all_bounds[:, :2], axis=0), np.nanmax(all_bounds[:, 2:], axis=0)]
    )


def require_scale(scale: float | None) -> None:
    """Refuse what is no denominator of a scale."""
    if scale is not None:
        require_number(scale, "scale", at_least=_LARGEST, at_most=_SMALLEST)


def view_of(
    extent: Floats, frame: Box, scale: float | None = None, *, air: float = _AIR
) -> View | None:
    """Show an extent in the middle of a frame: at a scale, or at the largest round one.

    None where it has no room in the frame at that scale.
    """
    west, south, east, north = extent
    if scale is None:
        scale = round_scale((east - west) * air, (north - south) * air, frame)
    elif least_scale(extent, frame) > scale * _EXACT:
        return None
    half = np.array([frame.width, frame.height]) * scale / 2000
    x, y = (west + east) / 2, (south + north) / 2
    return View(x - half[0], y - half[1], x + half[0], y + half[1], float(scale))


def least_scale(extent: Floats, frame: Box) -> float:
    """Give the denominator at which an extent just fits a frame."""
    west, south, east, north = extent
    return float(max((east - west) / frame.width, (north - south) / frame.height)) * 1000


def no_room(
    extent: Floats, sheet: Paper, scale: float, size: Size, orientation: Orientation
) -> str:
    """Say how large an extent would be on paper, and where it has room."""
    width, height = (extent[2:] - extent[:2]) * 1000 / scale
    frame = sheet.map
    there = [f"1:{_fitting(extent, frame):,.0f} on {size}"]
    for other in reversed(get_args(Size)):
        larger = paper(other, orientation, roomy=sheet.roomy).map
        if larger.width > frame.width and least_scale(extent, larger) <= scale * _EXACT:
            there.append(f"1:{scale:,.0f} on {other}")
            break
    return (
        f"at 1:{scale:,.0f} the cells measure {width:,.0f} by {height:,.0f} mm, and the map on "
        f"{size} {orientation} {frame.width:,.0f} by {frame.height:,.0f} mm. They have room at "
        f"{', or at '.join(there)}; or give fewer cells, or one page a zone: plot_atlas."
    )


def _fitting(extent: Floats, frame: Box) -> float:
    return round_scale(extent[2] - extent[0], extent[3] - extent[1], frame)


def refuse_view(
    extent: Floats, sheet: Paper, scale: float, size: Size, orientation: Orientation
) -> InputError:
    """Give the error for an extent that has no room."""
    return InputError(no_room(extent, sheet, scale, size, orientation))
