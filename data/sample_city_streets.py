"""Streets and water: centre lines with their names and widths, bank roads, bridges, the river."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sample_city_plan import CRS, Floats, Plan, spaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sample_city_blocks import Network

MAJOR_CUTS = 48
"""So many of the first cuts are major streets: they bound streets and large groups of blocks."""
STRAIGHT = 40.0
"""Degrees up to which a street goes on, under its name, beyond a crossing."""
LANE_REACH = 850.0
RIVER_WALK, CHANNEL_WALK = 20.0, 30.0
"""Metres from the water to the centre line of the road along it."""


@dataclass(frozen=True)
class Water:
    """The river inside the district, and where land streets end at the water.

    Parameters
    ----------
    river
        Water surface inside the district.
    frame
        The layer ``water``: river, lake, channel.
    river_zone, channel_zone
        Water with its banks; the bank roads run along their edges.
    """

    river: shapely.Polygon
    frame: gpd.GeoDataFrame
    river_zone: shapely.Polygon
    channel_zone: shapely.Polygon


def build_water(net: Network, plan: Plan, district: gpd.GeoDataFrame) -> Water:
    """Widen the river's centre line to a water surface and add lake and channel."""
    line = shapely.LineString(net.xy(net.cuts[0]))
    center = spaced(shapely.get_coordinates(line), 12.0)
    # Beyond both ends, so that the water reaches the outline over its whole width.
    center = np.vstack([2 * center[0] - center[5], center, 2 * center[-1] - center[5:0:-1][-1]])
    along = np.gradient(center, axis=0)
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    t = np.linspace(0, 1, len(center))[:, None]
    half = 21 + 17 * t**2 + 4 * np.sin(17 * t) + 3 * np.sin(41 * t + 1)
    surface = shapely.Polygon(np.vstack([center + half * normal, (center - half * normal)[::-1]]))
    land = district.geometry.iloc[0]
    river = max(shapely.get_parts(surface.buffer(0).intersection(land)), key=shapely.area)
    lake = shapely.Polygon(
        land.geoms[int(np.argmax(shapely.area(shapely.get_parts(land))))].interiors[0]
    )
    frame = gpd.GeoDataFrame(
        {
            "name": ["柳溪河", "镜湖", "望江汊道"],
            "name_en": ["Liuxi River", "Jinghu Lake", "Wangjiang Channel"],
            "kind": ["river", "lake", "channel"],
        },
        geometry=rounded([river, lake, plan.channel.difference(land)]),
        crs=CRS,
    )
    return Water(river, frame, surface.buffer(RIVER_WALK), plan.channel.buffer(CHANNEL_WALK))


def build_streets(
    net: Network,
    plan: Plan,
    water: Water,
    areas: dict[str, gpd.GeoDataFrame],
    invented: Iterator[tuple[str, str]],
) -> gpd.GeoDataFrame:
    """Give centre lines with name, class and width; they run along the borders of blocks."""
    kept = {tuple(xy) for xy in shapely.get_coordinates(areas["blocks"].geometry).tolist()}
    lines = {
        number: shapely.LineString([net.points[v] for v in cut if net.points[v] in kept])
        for number, cut in enumerate(net.cuts)
        if number > 0
    }
    group, bridges = _continue_streets(net, water)
    old_centre = shapely.Point(plan.at(-350, 150))
    rows = []
    for number, line in lines.items():
        wet = (
            water.channel_zone if number in bridges else water.channel_zone.union(water.river_zone)
        )
        width = (
            28.0 if number < MAJOR_CUTS else 8.0 if line.distance(old_centre) < LANE_REACH else 14.0
        )
        rows += [(group[number], width, part) for part in shapely.get_parts(line.difference(wet))]
    frame = pd.DataFrame(rows, columns=["group", "width_m", "geometry"])
    frame = _named(frame, invented)
    banks = _bank_roads(water, areas["district"].geometry.iloc[0])
    frame = pd.concat([frame, banks], ignore_index=True)
    frame = frame[shapely.length(frame["geometry"].to_numpy()) > 20].reset_index(drop=True)
    frame["class"] = np.where(frame["width_m"] > 20, "major", "minor")
    frame["street_id"] = [f"S{k + 1:04d}" for k in range(len(frame))]
    columns = ["street_id", "name", "name_en", "class", "width_m"]
    return gpd.GeoDataFrame(frame[columns], geometry=rounded(frame["geometry"]), crs=CRS)


def _continue_streets(net: Network, water: Water) -> tuple[list[int], set[int]]:
    """Join cuts that meet end to end, and find those that meet on the river: bridges."""
    group = list(range(len(net.cuts)))
    ends: dict[int, list[tuple[int, Floats]]] = {}
    for number, cut in enumerate(net.cuts):
        xy = net.xy(cut)
        for vertex, heading in (
            (cut[0], xy[min(4, len(xy) - 1)] - xy[0]),
            (cut[-1], xy[-min(5, len(xy))] - xy[-1]),
        ):
            ends.setdefault(vertex, []).append((number, heading))
    river = set(net.cuts[0])
    bridges: set[int] = set()
    for vertex, met in ends.items():
        if len(met) != 2 or 0 in (met[0][0], met[1][0]):
            continue
        (a, out_a), (b, out_b) = met
        turn = np.abs(np.angle(complex(*out_a) / -complex(*out_b), deg=True))
        if vertex in river:
            reach = [
                shapely.LineString(net.xy(net.cuts[k])).intersection(water.river_zone).length
                for k in (a, b)
            ]
            if max(reach) < 130 and min(a, b) < 330:
                bridges |= {a, b}
        if turn < STRAIGHT and (vertex not in river or a in bridges):
            old, new = max(group[a], group[b]), min(group[a], group[b])
            group = [new if g == old else g for g in group]
    return group, bridges


def _named(frame: pd.DataFrame, invented: Iterator[tuple[str, str]]) -> pd.DataFrame:
    kinds = {28.0: ("大道", "Avenue"), 14.0: ("路", "Road"), 8.0: ("巷", "Lane")}
    named = {}
    for group, width in frame.groupby("group")["width_m"].max().items():
        (zh, en), (suffix, suffix_en) = next(invented), kinds[width]
        named[group] = (zh + suffix, f"{en} {suffix_en}")
    frame["name"] = [named[g][0] for g in frame["group"]]
    frame["name_en"] = [named[g][1] for g in frame["group"]]
    return frame.drop(columns="group")


def _bank_roads(water: Water, district: shapely.MultiPolygon) -> pd.DataFrame:
    inland = max(shapely.get_parts(district), key=shapely.area).buffer(-3)
    rows = []
    edges = (
        (water.river_zone.difference(water.channel_zone), "滨溪路", "Binxi Road", 14.0),
        (water.channel_zone, "江堤路", "Jiangdi Road", 14.0),
    )
    both = water.river_zone.union(water.channel_zone)
    for zone, zh, en, width in edges:
        edge = shapely.line_merge(zone.boundary.intersection(both.boundary).intersection(inland))
        rows += [(width, part.simplify(0.4), zh, en) for part in shapely.get_parts(edge)]
    return pd.DataFrame(rows, columns=["width_m", "geometry", "name", "name_en"])


def rounded(shapes: object) -> list[shapely.Geometry]:
    """Round coordinates to the millimetre; for layers that share no borders."""
    return list(shapely.transform(np.asarray(shapes, object), lambda xy: np.round(xy, 3)))


def roads_with_verges(streets: gpd.GeoDataFrame, verge: float) -> gpd.GeoSeries:
    """Widen centre lines to the road with ``verge`` metres on either side."""
    return streets.buffer(streets["width_m"] / 2 + verge, cap_style="flat", resolution=4)
