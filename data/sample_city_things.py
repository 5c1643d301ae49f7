"""Components and pipes: what stands along the streets and what lies under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import sample_city_names as names
import shapely
from sample_city_plan import CRS, Floats
from sample_city_streets import Water, roads_with_verges, rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STATES = ("完好", "破损", "丢失", "废弃")
_STATE_SHARES = (0.952, 0.034, 0.008, 0.006)


class Rule(NamedTuple):
    """How one class stands along the streets.

    Parameters
    ----------
    class_code
        The class.
    streets
        ``major``, ``minor`` or ``all``.
    spacing
        Metres along the street.
    across
        Metres beyond the kerb; where negative, a share of the half carriageway.
    sides
        ``left``, ``right``, ``both`` or ``alternate``.
    share
        Share of the streets that have the class.
    """

    class_code: str
    streets: str
    spacing: float
    across: float
    sides: str
    share: float


_ALONG = (
    Rule("0118", "major", 34, 1.2, "alternate", 1.00),
    Rule("0118", "minor", 56, 0.9, "right", 0.94),
    Rule("0402", "major", 15, 2.4, "both", 0.86),
    Rule("0402", "minor", 18, 1.6, "left", 0.20),
    Rule("0305", "major", 110, 2.0, "both", 1.00),
    Rule("0305", "minor", 220, 1.2, "left", 0.70),
    Rule("0407", "major", 240, 3.1, "alternate", 0.60),
    Rule("0307", "major", 310, 3.4, "right", 0.70),
    Rule("0203", "major", 460, 1.6, "both", 0.90),
    Rule("0212", "major", 260, 2.8, "left", 0.80),
    Rule("0209", "major", 210, 0.8, "alternate", 1.00),
    Rule("0113", "major", 120, 1.9, "right", 1.00),
    Rule("0113", "minor", 200, 1.3, "left", 0.75),
    Rule("0117", "minor", 70, 1.1, "left", 0.30),
    Rule("0404", "major", 130, 2.9, "alternate", 0.40),
    Rule("0123", "major", 900, 2.6, "right", 0.80),
    Rule("0115", "minor", 420, 1.4, "right", 0.60),
    Rule("0134", "minor", 520, 1.5, "left", 0.50),
    Rule("0102", "all", 95, -0.25, "left", 0.88),
    Rule("0103", "all", 105, -0.30, "right", 0.70),
    Rule("0104", "all", 85, -0.93, "alternate", 0.72),
    Rule("0101", "all", 150, -0.55, "left", 0.80),
    Rule("0111", "all", 220, -0.60, "right", 0.62),
    Rule("0105", "all", 190, -0.78, "right", 0.50),
    Rule("0107", "all", 170, -0.80, "left", 0.52),
    Rule("0106", "major", 180, -0.97, "alternate", 0.90),
)
# class, land uses, how many a plot on average
_ON_LAND = (
    ("0126", ("slabs", "towers", "garden"), 1.1),
    ("0501", ("slabs", "courtyards", "village", "towers"), 0.7),
    ("0301", ("garden", "courtyards", "village", "park", "commercial"), 0.32),
    ("0401", ("courtyards", "garden", "park", "village"), 0.45),
    ("0406", ("garden", "park", "office"), 0.5),
    ("0407", ("garden", "slabs"), 1.4),
    ("0134", ("industrial", "towers", "commercial"), 0.9),
)
_PARK_THINGS = (
    ("0407", 55),
    ("0305", 30),
    ("0118", 60),
    ("0402", 340),
    ("0401", 14),
    ("0301", 4),
    ("0406", 6),
)
OUTSIDE = 7
"""Facilities that stand in the channel, beyond the district: surveyed by the city all the same."""
# kind, place across as a share of the half carriageway, share of minor streets that have it
_PIPES = (
    ("water", 0.55, 0.92), ("sewer", 0.25, 0.90), ("storm", -0.30, 0.72), ("gas", -0.60, 0.64),
    ("power", -0.78, 0.50), ("telecom", 0.80, 0.54),
)  # fmt: skip
_DIAMETER_MM = {"water": (300, 150), "sewer": (600, 300), "storm": (800, 400), "gas": (250, 110)}


def build_components(
    streets: gpd.GeoDataFrame,
    land: gpd.GeoDataFrame,
    water: Water,
    areas: dict[str, gpd.GeoDataFrame],
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Place every class where it belongs, then drop what would stand in water or on a road."""
    found = [_along(streets, rule, rng) for rule in _ALONG]
    found += [_at_crossings(streets, rng), _on_land(land, rng), _in_park(land, rng)]
    frame = pd.concat(found, ignore_index=True)
    district = areas["district"].geometry.iloc[0]
    inside = district.buffer(-0.05)
    points = frame["geometry"].to_numpy()
    shapely.prepare(inside)
    good = shapely.contains(inside, points) & ~_within(water.frame.geometry, points)
    # What stands beside one street must not stand on the carriageway of the next.
    good &= frame["on_road"].to_numpy() | ~_within(roads_with_verges(streets, -0.2), points)
    frame = pd.concat([frame[good], _on_water(water, district, rng)], ignore_index=True)
    return _as_components(frame, rng)


def _as_components(frame: pd.DataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    xy = shapely.get_coordinates(frame["geometry"].to_numpy())
    # Neighbours stand together in the file: it packs better and reads as a survey would be walked.
    frame = frame.iloc[np.lexsort((xy[:, 0], -(xy[:, 1] // 250)))].reset_index(drop=True)
    code = frame["class_code"]
    return gpd.GeoDataFrame(
        {
            "component_id": [f"C{k + 1:06d}" for k in range(len(frame))],
            "class_code": code,
            "class_name": code.map(names.COMPONENTS["class_name"]),
            "class_name_en": code.map(names.COMPONENTS["class_name_en"]),
            "state": np.array(_STATES)[rng.choice(4, len(frame), p=_STATE_SHARES)],
        },
        geometry=rounded(frame["geometry"]),
        crs=CRS,
    )


def _along(streets: gpd.GeoDataFrame, rule: Rule, rng: np.random.Generator) -> pd.DataFrame:
    """Set one class at a regular distance along the streets that have it."""
    fits = streets["class"].eq(rule.streets) | (rule.streets == "all")
    having = streets[fits & (rng.random(len(streets)) < rule.share)]
    across, spacing = rule.across, rule.spacing
    found = []
    for line, width in zip(having.geometry, having["width_m"], strict=True):
        at = np.arange(rng.uniform(0.2, 0.9) * min(spacing, line.length), line.length, spacing)
        at = np.clip(at + rng.normal(0, 0.02 * spacing, len(at)), 0, line.length)
        offset = width / 2 + across if across > 0 else -across * width / 2
        if rule.sides == "alternate":
            found.append(_beside(line, at, offset * np.where(np.arange(len(at)) % 2, 1, -1)))
        for side, sign in (("left", 1), ("right", -1)):
            if rule.sides in {side, "both"}:
                found.append(_beside(line, at, np.full(len(at), sign * offset)))
    return pd.DataFrame(
        {"class_code": rule.class_code, "geometry": np.concatenate(found), "on_road": across < 0}
    )


def _beside(line: shapely.LineString, at: Floats, offset: Floats) -> NDArray[np.object_]:
    """Give points at distances along a line, ``offset`` metres to its left."""
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    ahead = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.minimum(at + 2, line.length))
    )
    behind = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(at - 2, 0)))
    heading = ahead - behind
    normal = np.column_stack([-heading[:, 1], heading[:, 0]]) / np.hypot(*heading.T)[:, None]
    return shapely.points(here + offset[:, None] * normal)


def _within(shapes: gpd.GeoSeries, points: NDArray[np.object_]) -> NDArray[np.bool_]:
    hit = np.zeros(len(points), bool)
    tree = shapely.STRtree(points)
    hit[tree.query(shapes.to_numpy(), predicate="contains")[1]] = True
    return hit


def _at_crossings(streets: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Set signals and cameras at crossings of major streets, name signs at street ends."""
    lines = streets.geometry.to_numpy()
    major = streets["class"].eq("major").to_numpy()
    rows = []
    for k in range(len(lines)):
        for at, ahead in ((0.0, 1.0), (lines[k].length, -1.0)):
            end = shapely.line_interpolate_point(lines[k], at)
            met = [m for m in _touching(lines, end) if m != k]
            if not met:
                continue
            back = at + ahead * (streets["width_m"].iloc[met].max() / 2 + 3)
            beside = streets["width_m"].iloc[k] / 2 + 1.5
            left, right = (
                _beside(lines[k], np.array([back]), np.array([s * beside]))[0] for s in (1, -1)
            )
            rows.append(("0213", left))
            if major[k] and major[met].any():
                rows += [("0210", left), ("0210", right), ("0136", right)]
            elif major[met].any() and rng.random() < 0.4:
                rows += [("0210", right)]
    frame = pd.DataFrame(rows, columns=["class_code", "geometry"])
    moved = shapely.get_coordinates(frame["geometry"].to_numpy()) + rng.normal(
        0, 0.5, (len(frame), 2)
    )
    return frame.assign(geometry=shapely.points(moved), on_road=False)


def _touching(lines: NDArray[np.object_], end: shapely.Point) -> list[int]:
    return np.flatnonzero(shapely.dwithin(lines, end, 1.0)).tolist()


def _on_land(land: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for class_code, uses, mean in _ON_LAND:
        for plot in land.loc[land["use"].isin(uses)].geometry:
            rows += [(class_code, point) for point in _scatter(plot, int(rng.poisson(mean)), rng)]
    return pd.DataFrame(rows, columns=["class_code", "geometry"]).assign(on_road=False)


def _in_park(land: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    park = land.loc[land["use"].eq("park")].geometry.iloc[0].buffer(-12)
    rows = [(code, point) for code, count in _PARK_THINGS for point in _scatter(park, count, rng)]
    return pd.DataFrame(rows, columns=["class_code", "geometry"]).assign(on_road=False)


def _scatter(plot: shapely.Polygon, count: int, rng: np.random.Generator) -> list[shapely.Point]:
    west, south, east, north = plot.bounds
    xy = rng.uniform((west, south), (east, north), (12 * count + 4, 2))
    return list(shapely.points(xy[shapely.contains_xy(plot, xy)][:count]))


def _on_water(
    water: Water, district: shapely.MultiPolygon, rng: np.random.Generator
) -> pd.DataFrame:
    """Set gauges and moorings: most on the river banks, some in the channel outside."""
    channel = water.frame.geometry.iloc[2]
    island = min(shapely.get_parts(district), key=shapely.area)
    shore = channel.intersection(island.buffer(70).difference(island.buffer(20)))
    outside = _scatter(max(shapely.get_parts(shore), key=shapely.area), OUTSIDE, rng)
    river = water.frame.geometry.iloc[0].buffer(2)
    bank = shapely.line_merge(river.boundary)
    at = np.arange(90, bank.length, 260.0)
    beside = shapely.line_interpolate_point(bank, at)
    near = shapely.contains(water.river_zone.difference(water.channel_zone.buffer(20)), beside)
    return pd.DataFrame(
        {"class_code": "0603", "geometry": [*beside[near], *outside], "on_road": True}
    )


def build_pipes(
    streets: gpd.GeoDataFrame, areas: dict[str, gpd.GeoDataFrame], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Lay pipes under the carriageways, each kind at its own place across the street."""
    inside = areas["district"].geometry.iloc[0].buffer(-0.05)
    rows = []
    for kind, across, share in _PIPES:
        code, zh, en = names.PIPES[kind]
        major = streets["class"].eq("major").to_numpy()
        having = streets[major | (rng.random(len(streets)) < share)]
        lines = shapely.offset_curve(
            having.geometry.to_numpy(), across * having["width_m"].to_numpy() / 2
        )
        for line, wide in zip(lines, having["class"].eq("major"), strict=True):
            size = _DIAMETER_MM.get(kind, (0, 0))[0 if wide else 1]
            parts = shapely.get_parts(shapely.simplify(line, 0.3).intersection(inside))
            rows += [
                (code, kind, zh, en, size, p)
                for p in parts
                if p.geom_type == "LineString" and p.length > 8
            ]
    columns = ["class_code", "kind", "class_name", "class_name_en", "diameter_mm", "geometry"]
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(0, "pipe_id", [f"P{k + 1:05d}" for k in range(len(frame))])
    return gpd.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=rounded(frame["geometry"]), crs=CRS
    )
