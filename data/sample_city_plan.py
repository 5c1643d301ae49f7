"""The drawn part of the sample city: outline, river, lake, island, and what lies where.

Drawn in metres from the old centre, x to the east and y to the north, then scaled so that the
district measures :data:`DISTRICT_M2` and moved to :data:`ORIGIN`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SEED = 20250401
CRS = "EPSG:4548"
DISTRICT_M2 = 25_380_000.0
ORIGIN = np.array([463_200.0, 3_657_400.0])
"""Easting and northing of the old centre: farmland in the plain, no city."""
STEP = 15.0
"""Spacing in metres of the vertices that a street may end at."""

# Anticlockwise. The first run is the bank of the channel, the others are land borders.
_BANK = (
    (-2420, -1930), (-2050, -2190), (-1600, -2330), (-1050, -2390), (-450, -2290), (150, -2160),
    (700, -2180), (1200, -2290), (1700, -2210), (2200, -1930), (2620, -1640), (2960, -1270),
)  # fmt: skip
_LAND = (
    (2960, -1270), (2900, -940), (2660, -790), (2730, -330), (2860, 60), (3160, 190), (3110, 640),
    (2980, 1010), (2610, 1080), (2480, 1490), (1990, 1620), (1850, 2020), (1490, 2260),
    (1060, 2310), (930, 2090), (410, 2140), (90, 2420), (-380, 2600), (-900, 2550), (-1180, 2230),
    (-1730, 2180), (-2150, 2010), (-2500, 1660), (-2430, 1230), (-2760, 930), (-3060, 560),
    (-2990, 90), (-2710, -160), (-2780, -640), (-2930, -980), (-2560, -1200), (-2590, -1600),
    (-2420, -1930),
)  # fmt: skip
_RIVER = (
    (-2740, 2020), (-2330, 1840), (-1930, 1560), (-1720, 1150), (-1380, 850), (-900, 860),
    (-560, 1120), (-110, 1190), (290, 930), (380, 500), (230, 100), (330, -330), (760, -560),
    (1160, -740), (1330, -1110), (1180, -1530), (1120, -1900), (1290, -2420),
)  # fmt: skip
_LAKE = (
    (1560, 560), (1740, 500), (1880, 590), (1860, 720), (1970, 810), (1930, 950), (1760, 960),
    (1680, 850), (1570, 830), (1500, 690),
)  # fmt: skip
_ISLAND = (
    (1720, -2560), (1960, -2500), (2230, -2310), (2390, -2130), (2370, -2070), (2190, -2140),
    (1960, -2310), (1760, -2440),
)  # fmt: skip

# Where the street pattern takes its angle from: x, y, reach in metres, degrees, weight.
_ANGLES = (
    (-350, 150, 1000, 13, 3.0), (-2300, 300, 1300, -11, 1.2), (-1500, -1500, 1100, 4, 1.0),
    (2300, 100, 1300, 27, 1.2), (900, 1700, 1000, 20, 1.0), (-1200, 1900, 900, -18, 1.0),
    (500, -1500, 900, 2, 1.0),
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What is drawn by hand, in metres of the sample city's CRS, rounded to the millimetre.

    Parameters
    ----------
    outline, bank, river
        Vertices of the district's ring (closed, anticlockwise), of the channel's bank, and of the
        river's centre line, about :data:`STEP` apart.
    lake, island, channel
        Polygons: the lake is cut out of the district, the island belongs to it, the channel is
        the water outside.
    scale
        Ground metres for one drawn metre.
    """

    outline: Floats
    bank: Floats
    river: Floats
    lake: shapely.Polygon
    island: shapely.Polygon
    channel: shapely.Polygon
    scale: float

    def at(self, x: float, y: float) -> Floats:
        """Place a drawn position on the ground."""
        return ORIGIN + self.scale * np.array([x, y])


def draw_plan(rng: np.random.Generator) -> Plan:
    """Draw the plan and scale it to the district's area."""
    bank = curve(_BANK)
    land = _frayed(np.array(_LAND, float), rng)
    ring = np.vstack([bank[:-1], land])
    lake, island = (shapely.Polygon(curve((*xy, xy[0]))) for xy in (_LAKE, _ISLAND))
    drawn = shapely.Polygon(ring).area - lake.area + island.area
    scale = float(np.sqrt(DISTRICT_M2 / drawn))

    def place(xy: Floats) -> Floats:
        return np.round(ORIGIN + scale * xy, 3)

    def ground(polygon: shapely.Polygon) -> shapely.Polygon:
        return shapely.Polygon(place(spaced(shapely.get_coordinates(polygon), STEP)))

    outline = place(spaced(ring, STEP / scale))
    district, isle = shapely.Polygon(outline), ground(island)
    far = curve([(x + 130, y - 640 - 60 * np.sin(x / 500)) for x, y in _BANK])
    # Reach inland at the ends, so that the water leaves no dry wedge along the bank.
    wet = shapely.Polygon(
        place(np.vstack([bank[0] + [-260, 130], bank, bank[-1] + [260, 240], far[::-1]]))
    )
    return Plan(
        outline=outline,
        bank=place(bank),
        river=place(spaced(curve(_RIVER), STEP / scale)),
        lake=ground(lake),
        island=isle,
        channel=wet.difference(district).difference(isle),
        scale=scale,
    )


def curve(points: object, *, per_span: int = 24) -> Floats:
    """Draw a Catmull-Rom curve through points; closed where the last point is the first."""
    xy = np.asarray(points, float)
    closed = np.array_equal(xy[0], xy[-1])
    before, after = (xy[-2], xy[1]) if closed else (2 * xy[0] - xy[1], 2 * xy[-1] - xy[-2])
    p = np.vstack([before, xy, after])
    a, b, c, d = (p[i : len(p) - 3 + i, None, :] for i in range(4))
    t = np.arange(per_span)[None, :, None] / per_span
    spans = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.vstack([spans.reshape(-1, 2), xy[-1]])


def spaced(xy: Floats, step: float) -> Floats:
    """Give a line vertices at equal distances of about ``step``, its ends kept."""
    line = shapely.LineString(xy)
    count = max(1, round(line.length / step))
    inner = shapely.line_interpolate_point(line, np.arange(1, count) / count, normalized=True)
    return np.vstack([xy[0], shapely.get_coordinates(inner), xy[-1]])


def _frayed(xy: Floats, rng: np.random.Generator) -> Floats:
    """Make a land border crooked: runs between corners bow and waver, some step aside."""
    runs = []
    for start, end in itertools.pairwise(xy):
        length = np.hypot(*(end - start))
        t = np.linspace(0, 1, max(3, round(length / 45)))[:, None]
        normal = np.array([start[1] - end[1], end[0] - start[0]]) / length
        bow = rng.normal(0, 0.035) * length * np.sin(np.pi * t)
        waver = 9 * np.sin(2 * np.pi * (t * rng.uniform(1.2, 2.4))) * np.sin(np.pi * t)
        runs.append((start + t * (end - start) + normal * (bow + waver))[:-1])
    return np.vstack([*runs, xy[-1]])


class StreetField:
    """The direction of streets at every place, on a raster of 25 m.

    A cross has the same look after a quarter turn, so directions are averaged as ``exp(4i angle)``.
    """

    def __init__(self, plan: Plan, rng: np.random.Generator) -> None:
        low, high = plan.outline.min(axis=0) - 200, plan.outline.max(axis=0) + 200
        self._low, self._cell = low, 25.0
        x, y = (np.arange(low[i], high[i], self._cell) for i in (0, 1))
        xy = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
        field = np.full(xy.shape[:2], 0.05 + 0j)
        for cx, cy, reach, degrees, weight in _ANGLES:
            far = np.hypot(*np.moveaxis(xy - plan.at(cx, cy), -1, 0)) / (reach * plan.scale)
            field += weight * np.exp(-(far**2)) * np.exp(4j * np.deg2rad(degrees))
        for line, reach, weight in ((plan.river, 170.0, 4.0), (plan.bank, 260.0, 4.0)):
            field += weight * _pull_along(line, xy, reach)
        turn = np.deg2rad(5.0) * _smooth_noise(xy / 900, rng) + np.deg2rad(2.5) * _smooth_noise(
            xy / 330, rng
        )
        self._angle = (field / np.abs(field)) * np.exp(4j * turn)

    def angle(self, x: float, y: float) -> float:
        """Give the direction in radians, between -45 and 45 degrees from the east."""
        i, j = int((x - self._low[0]) / self._cell), int((y - self._low[1]) / self._cell)
        i, j = min(max(i, 0), self._angle.shape[0] - 1), min(max(j, 0), self._angle.shape[1] - 1)
        return float(np.angle(self._angle[i, j]) / 4)


def _pull_along(line: Floats, xy: Floats, reach: float) -> NDArray[np.complex128]:
    string = shapely.LineString(line)
    points = shapely.points(xy)
    place = shapely.line_locate_point(string, points)
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(string, (place + 30).ravel()))
    behind = shapely.get_coordinates(
        shapely.line_interpolate_point(string, np.maximum(place - 30, 0).ravel())
    )
    dx, dy = (ahead - behind).T
    direction = np.exp(4j * np.arctan2(dy, dx)).reshape(place.shape)
    return np.exp(-shapely.distance(string, points) / reach) * direction


def _smooth_noise(xy: Floats, rng: np.random.Generator) -> Floats:
    total = np.zeros(xy.shape[:-1])
    for _ in range(5):
        wave = rng.normal(0, 1, 2)
        total += np.sin(2 * np.pi * (xy @ wave) + rng.uniform(0, 2 * np.pi))
    return total / np.sqrt(2.5)
