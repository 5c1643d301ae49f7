"""GCJ-02 and BD-09, the shifted degrees of Chinese consumer maps, to WGS 84 and back.

Both are WGS 84 moved by some hundred metres that change from place to place. Their rule is not
published; the formula that everybody uses meets it to about a metre. WGS 84 and CGCS2000 are
taken for the same, they agree within decimetres.

What is moved is decided by the WGS 84 position alone: inside the extent it is moved, outside it
stays. Some points of the extent are moved across its edge, onto places that points outside have
too; such a place is taken for the point inside. A place that no point of the extent is moved to
stays as it is. So every point of the extent comes home, up to its edge, and outside so does all
but a strip of two kilometres. The edge runs through the sea and foreign countries, nowhere
through China.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gridgeo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    import numpy.typing as npt

    from gridgeo.schema import Bools, Floats

    Place: TypeAlias = tuple[Floats, Floats]
    Shift: TypeAlias = Callable[[Floats, Floats], Place]

_WEST: Final = 72.004
_SOUTH: Final = 0.8293
_EAST: Final = 137.8347
_NORTH: Final = 55.8271

_RADIUS: Final = 6_378_245.0
_ECCENTRICITY2: Final = 0.00669342162296594323
"""Krasovsky's ellipsoid, by which GCJ-02 turns metres into degrees."""

_PER_DEGREE: Final = np.pi * 3000 / 180
"""Radians of BD-09's ripple in a degree."""

_REACH: Final = 0.05
"""Degrees, more than any point is moved: what is further from the extent was not moved."""

_ROUNDING: Final = 1e-9
"""Degrees, a tenth of a millimetre: a point on the edge comes back as near as that."""

_ROUNDS: Final = 7
"""Each makes the error of an inverse forty times smaller at least: from 0.02 degrees to 1e-13."""


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Place:
    """Move WGS 84 degrees to GCJ-02, the system of AMap, Tencent and Google's map of China.

    Parameters
    ----------
    lon, lat
        Degrees; numbers or arrays of shapes that go together. What is outside 72.004-137.8347
        East, 0.8293-55.8271 North, or NaN, stays as it is.

    Returns
    -------
    tuple of Floats
        Longitude and latitude, degrees. The formula meets what the maps show to about a metre.

    Raises
    ------
    InputError
        What is given is no numbers, or the shapes do not go together.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02([116.404, 2.35], [39.915, 48.85])
    >>> lon.round(6).tolist(), lat.round(6).tolist()
    ([116.410244, 2.35], [39.916404, 48.85])
    """
    return _move(None, _to_gcj02, lon, lat)


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Place:
    """Move GCJ-02 degrees back to WGS 84, to 1e-9 degree of where the formula says they are from.

    Parameters, errors and what stays as it is: as for :func:`wgs84_to_gcj02`.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(116.404, 39.915))
    >>> print(f"{lon:.9f} {lat:.9f}")
    116.404000000 39.915000000
    """
    return _move(_to_gcj02, None, lon, lat)


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Place:
    """Move WGS 84 degrees to BD-09, the system of Baidu's map.

    Parameters, errors and what stays as it is: as for :func:`wgs84_to_gcj02`.

    Examples
    --------
    >>> lon, lat = wgs84_to_bd09(116.404, 39.915)
    >>> print(f"{lon:.6f} {lat:.6f}")
    116.416627 39.922700
    """
    return _move(None, _to_bd09, lon, lat)


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Place:
    """Move BD-09 degrees back to WGS 84, to 1e-9 degree of where the formula says they are from.

    Parameters, errors and what stays as it is: as for :func:`wgs84_to_gcj02`.

    Examples
    --------
    >>> lon, lat = bd09_to_wgs84(*wgs84_to_bd09(116.404, 39.915))
    >>> print(f"{lon:.9f} {lat:.9f}")
    116.404000000 39.915000000
    """
    return _move(_to_bd09, None, lon, lat)


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Place:
    """Move GCJ-02 degrees to BD-09.

    Parameters, errors and what stays as it is: as for :func:`wgs84_to_gcj02`.

    Examples
    --------
    >>> lon, lat = gcj02_to_bd09(116.404, 39.915)
    >>> print(f"{lon:.6f} {lat:.6f}")
    116.410369 39.921337
    """
    return _move(_to_gcj02, _to_bd09, lon, lat)


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Place:
    """Move BD-09 degrees back to GCJ-02, to 1e-9 degree.

    Parameters, errors and what stays as it is: as for :func:`wgs84_to_gcj02`.

    Examples
    --------
    >>> lon, lat = bd09_to_gcj02(*gcj02_to_bd09(116.404, 39.915))
    >>> print(f"{lon:.9f} {lat:.9f}")
    116.404000000 39.915000000
    """
    return _move(_to_bd09, _to_gcj02, lon, lat)


def _move(back: Shift | None, there: Shift | None, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Place:
    """Undo one shift and do another; None is WGS 84."""
    shape, x, y = _flat(lon, lat)
    at = np.flatnonzero(_in_extent(x, y, 0 if back is None else _REACH))
    u, v = x[at], y[at]
    if back is not None:
        u, v = _undo(back, u, v)
        home = _in_extent(u, v, _ROUNDING)
        at, u, v = at[home], u[home].clip(_WEST, _EAST), v[home].clip(_SOUTH, _NORTH)
    x[at], y[at] = (u, v) if there is None else there(u, v)
    return x.reshape(shape), y.reshape(shape)


def _flat(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[tuple[int, ...], Floats, Floats]:
    try:
        x, y = (np.asarray(degrees, dtype=np.float64) for degrees in (lon, lat))
        x, y = np.broadcast_arrays(x, y)
    except (TypeError, ValueError) as error:
        raise InputError(f"`lon` and `lat` must be numbers that go together: {error}.") from error
    return x.shape, x.flatten(), y.flatten()


def _in_extent(lon: Floats, lat: Floats, margin: float) -> Bools:
    """Tell what lies in the extent or as near to it; NaN does not."""
    east_west = (lon >= _WEST - margin) & (lon <= _EAST + margin)
    return east_west & (lat >= _SOUTH - margin) & (lat <= _NORTH + margin)


def _undo(shift: Shift, lon: Floats, lat: Floats) -> Place:
    """Find what a shift moves here: guess, look where the guess goes, mend it by what is off."""
    u, v = lon, lat
    for _ in range(_ROUNDS):
        x, y = shift(u, v)
        u, v = u + (lon - x), v + (lat - y)
    return u, v


def _to_gcj02(lon: Floats, lat: Floats) -> Place:
    """Move by metres that are a polynomial and waves, around 105 East, 35 North."""
    x, y = lon - 105, lat - 35
    ripple = 20 * (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    east += (ripple + _waves(x, 150, 300)) / 1.5
    north += (ripple + _waves(y, 160, 320)) / 1.5
    latitude = np.radians(lat)
    bend = 1 - _ECCENTRICITY2 * np.sin(latitude) ** 2
    per_east = _RADIUS * np.cos(latitude) / np.sqrt(bend)
    per_north = _RADIUS * (1 - _ECCENTRICITY2) / (bend * np.sqrt(bend))
    return lon + np.degrees(east / per_east), lat + np.degrees(north / per_north)


def _waves(along: Floats, long: float, longest: float) -> Floats:
    turn = np.pi * along
    short: Floats = 20 * np.sin(turn) + 40 * np.sin(turn / 3)
    return short + long * np.sin(turn / 12) + longest * np.sin(turn / 30)


def _to_bd09(lon: Floats, lat: Floats) -> Place:
    """Move on from GCJ-02, whose degrees are taken for a plane: its radius and angle ripple."""
    x, y = _to_gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(_PER_DEGREE * y)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(_PER_DEGREE * x)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
