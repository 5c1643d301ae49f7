"""Grids as values: what a lattice is, not where a city lies on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo.errors import InputError

if TYPE_CHECKING:
    from gridgeo.schema import Floats, Geometries

UNIT_GRID_M2: Final = 10_000.0
"""The unit grid of city management: about 10,000 m2 in built-up areas."""

MAX_RESOLUTION: Final = 15


@dataclass(frozen=True)
class SquareGrid:
    """A lattice of squares, anchored to the origin of the working CRS.

    The lattice does not move with the data: a district gives the same cells whether it is cut
    alone or with its neighbours.

    Parameters
    ----------
    cell_area
        Area of a whole cell, m2 of the working CRS; 10,000 where nothing is said.
    cell_size
        Side of a whole cell, metres; give this or ``cell_area``.
    origin
        A corner of the lattice: easting and northing, metres.
    angle
        Rotation of the lattice about its origin, degrees counter-clockwise.

    Raises
    ------
    InputError
        A size that is not a positive number, two sizes that disagree, or an origin or angle
        that is not finite.

    Examples
    --------
    >>> SquareGrid(cell_area=2_500).cell_size
    50.0
    >>> SquareGrid(cell_size=100).cell_area
    10000.0
    """

    cell_area: float | None = None
    cell_size: float | None = None
    origin: tuple[float, float] = (0.0, 0.0)
    angle: float = 0.0

    def __post_init__(self) -> None:
        for name in ("cell_area", "cell_size"):
            value = getattr(self, name)
            if value is not None and not (_is_number(value) and 0 < value < math.inf):
                raise InputError(f"`{name}` must be a positive number, not {value!r}.")
        origin = self.origin if isinstance(self.origin, (tuple, list)) else ()
        place = (*origin, self.angle)
        finite = all(_is_number(value) and math.isfinite(value) for value in place)
        if not finite or len(place) != 3:  # noqa: PLR2004 - two of the origin, and the angle
            raise InputError(
                "`origin` must be two finite numbers in metres, `angle` one in degrees."
            )
        area, size = self.cell_area, self.cell_size
        if area is not None and size is not None and not math.isclose(area, size * size):
            raise InputError(
                f"`cell_size` {size} gives {size * size} m2, not {area}; give one of them."
            )
        if size is None:
            size = math.sqrt(UNIT_GRID_M2 if area is None else area)
        object.__setattr__(self, "cell_size", float(size))
        object.__setattr__(self, "cell_area", float(size * size if area is None else area))

    @property
    def size(self) -> float:
        """Side of a whole cell, metres."""
        return float(self.cell_size or 0.0)

    @property
    def area(self) -> float:
        """Area of a whole cell, m2."""
        return float(self.cell_area or 0.0)

    def to_lattice(self, geometry: Geometries) -> Geometries:
        """Move geometries from the working CRS to the lattice, whose lines stand at multiples."""
        return self._moved(geometry, self._rotation(-self.angle), before=True)

    def from_lattice(self, geometry: Geometries) -> Geometries:
        """Move geometries from the lattice back to the working CRS."""
        return self._moved(geometry, self._rotation(self.angle), before=False)

    def _moved(self, geometry: Geometries, rotation: Floats, *, before: bool) -> Geometries:
        if not any((*self.origin, self.angle)):
            return geometry
        origin = np.asarray(self.origin)
        if before:
            return shapely.transform(geometry, lambda xy: (xy - origin) @ rotation.T)
        return shapely.transform(geometry, lambda xy: xy @ rotation.T + origin)

    @staticmethod
    def _rotation(degrees: float) -> Floats:
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return np.array([[cos, -sin], [sin, cos]])


@dataclass(frozen=True)
class H3Grid:
    """The global H3 grid of hexagons.

    Parameters
    ----------
    resolution
        0 to 15. A cell measures 105,333 m2 on average at 9, 15,048 m2 at 10, 2,150 m2 at 11; none
        measures 10,000 m2.

    Raises
    ------
    InputError
        Not a whole number from 0 to 15.
    """

    resolution: int = 10

    def __post_init__(self) -> None:
        whole = isinstance(self.resolution, int) and not isinstance(self.resolution, bool)
        if not whole or not 0 <= self.resolution <= MAX_RESOLUTION:
            raise InputError(
                f"`resolution` must be a whole number from 0 to {MAX_RESOLUTION}, "
                f"not {self.resolution!r}."
            )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
