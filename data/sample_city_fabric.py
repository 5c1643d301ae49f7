"""What stands in the blocks: land use, buildings, greens, key units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sample_city_plan import CRS, Floats, Plan, StreetField
from sample_city_streets import Water, roads_with_verges, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

USES = (
    "courtyards",
    "slabs",
    "towers",
    "commercial",
    "office",
    "school",
    "industrial",
    "village",
    "garden",
)
# The mix of uses by quarter, in the order of USES.
_MIX = {
    "old": (0.55, 0.10, 0.00, 0.18, 0.06, 0.05, 0.00, 0.00, 0.06),
    "inner": (0.10, 0.52, 0.06, 0.11, 0.07, 0.06, 0.02, 0.00, 0.06),
    "outer": (0.00, 0.50, 0.14, 0.07, 0.05, 0.06, 0.06, 0.06, 0.06),
    "works": (0.00, 0.12, 0.00, 0.04, 0.05, 0.02, 0.74, 0.00, 0.03),
    "fringe": (0.00, 0.20, 0.03, 0.03, 0.02, 0.03, 0.10, 0.46, 0.13),
}
# Footprints in unit squares, anticlockwise: plain, L, U.
_FOOTPRINTS = (
    ((0, 0), (1, 0), (1, 1), (0, 1)),
    ((0, 0), (1, 0), (1, 0.42), (0.46, 0.42), (0.46, 1), (0, 1)),
    ((0, 0), (1, 0), (1, 1), (0.72, 1), (0.72, 0.36), (0.28, 0.36), (0.28, 1), (0, 1)),
)
# Of each use: width from, to; depth from, to; gap along, gap across; share kept; footprint chances;
# floors from, to; published use.
_PATTERN = {
    "courtyards": (11, 23, 10, 15, 2.5, 3.5, 0.84, (0.50, 0.26, 0.24), 1, 2, "residential"),
    "slabs": (38, 66, 11, 13.5, 13, 25, 0.93, (0.97, 0.03, 0.00), 5, 7, "residential"),
    "towers": (24, 32, 20, 26, 24, 38, 0.85, (0.75, 0.25, 0.00), 16, 28, "residential"),
    "commercial": (24, 52, 18, 30, 7, 10, 0.86, (0.62, 0.28, 0.10), 2, 9, "commercial"),
    "office": (30, 52, 17, 25, 17, 26, 0.80, (0.55, 0.30, 0.15), 6, 18, "office"),
    "school": (42, 62, 14, 30, 22, 32, 0.60, (0.45, 0.25, 0.30), 3, 5, "school"),
    "industrial": (48, 104, 26, 48, 15, 19, 0.80, (0.85, 0.15, 0.00), 1, 2, "industrial"),
    "village": (11, 17, 9, 13, 5, 9, 0.62, (0.78, 0.22, 0.00), 1, 3, "residential"),
}


def plots(
    blocks: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    water: Water,
    plan: Plan,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Take roads and banks off the blocks and give each the use of its land."""
    off = [
        *roads_with_verges(streets, 4.0),
        water.river_zone.buffer(12),
        water.channel_zone.buffer(12),
    ]
    tree = shapely.STRtree(off)
    inner = []
    for block, on_island in zip(blocks.geometry, blocks["is_island"], strict=True):
        near = [off[k] for k in tree.query(block, predicate="intersects")]
        left = (
            block.buffer(-2) if on_island else block.buffer(-2).difference(shapely.union_all(near))
        )
        inner.append(max(shapely.get_parts(left), key=shapely.area, default=shapely.Polygon()))
    frame = gpd.GeoDataFrame({"area_code": blocks["area_code"]}, geometry=inner, crs=CRS)
    frame["use"] = _uses(frame, plan, rng)
    frame.loc[blocks["is_island"].to_numpy(), "use"] = "island"
    frame.loc[blocks.geometry.map(lambda block: len(block.interiors) > 0).to_numpy(), "use"] = (
        "park"
    )
    return frame[~frame.is_empty & (frame.area > 500)].reset_index(drop=True)


def _uses(frame: gpd.GeoDataFrame, plan: Plan, rng: np.random.Generator) -> list[str]:
    middle = shapely.get_coordinates(
        shapely.point_on_surface(frame.geometry.to_numpy()), return_index=True
    )
    xy = np.full((len(frame), 2), np.nan)
    xy[middle[1]] = middle[0]

    def far(x: float, y: float) -> Floats:
        return np.hypot(*(xy - plan.at(x, y)).T)

    old = far(-350, 150) < 900 + rng.normal(0, 90, len(xy))
    works = (far(2150, -720) < 780) | (far(-1300, 2050) < 420)
    fringe = (far(-350, 150) > 2550) & ((far(-2300, -900) < 1500) | (far(2700, 900) < 900))
    inner = far(-350, 150) < 1600
    quarter = np.select([old, works, fringe, inner], ["old", "works", "fringe", "inner"], "outer")
    return [str(USES[int(rng.choice(len(USES), p=_MIX[q]))]) for q in quarter.tolist()]


def build_buildings(
    land: gpd.GeoDataFrame, field: StreetField, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Fill the plots with buildings in rows that follow the streets."""
    rows = []
    for plot, use in zip(land.geometry, land["use"], strict=True):
        pattern = _PATTERN.get(use)
        if pattern is None:
            continue
        shapes = _rows_of_buildings(plot, field, pattern, rng)
        floors = rng.integers(pattern[8], pattern[9] + 1, len(shapes))
        rows += [(pattern[10], int(f), shape) for f, shape in zip(floors, shapes, strict=True)]
    frame = pd.DataFrame(rows, columns=["use", "floors", "geometry"])
    frame.insert(0, "building_id", [f"B{k + 1:05d}" for k in range(len(frame))])
    return gpd.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=rounded(frame["geometry"]), crs=CRS
    )


def _rows_of_buildings(
    plot: shapely.Polygon, field: StreetField, pattern: tuple, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Lay rows over a plot and keep the buildings that stand wholly in it."""
    least, most, shallow, deep, gap_x, gap_y, share, chances = pattern[:8]
    x, y = shapely.get_coordinates(plot.centroid)[0]
    angle = field.angle(x, y) + rng.normal(0, 0.015)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    local = (shapely.get_coordinates(plot) - (x, y)) @ turn.T
    (west, south), (east, north) = local.min(axis=0), local.max(axis=0)
    found = []
    row = south + rng.uniform(0, 2)
    while row < north:
        depth = rng.uniform(shallow, deep)
        at, stood = west + rng.uniform(0, 2), len(found)
        while at < east:
            width = rng.uniform(least, most)
            corner, size = (
                (at, row + rng.uniform(0, 0.1) * gap_y),
                (width, depth * rng.uniform(0.92, 1.0)),
            )
            shape = _footprint(corner, size, int(rng.choice(3, p=chances)), rng)
            inside = shapely.contains_properly(plot, shapely.Polygon(shape @ turn + (x, y)))
            if inside and rng.random() < share:
                found.append(shapely.Polygon(shape @ turn + (x, y)))
            # A row that meets the plot's edge tries again a little further on.
            at += (width + gap_x * rng.uniform(0.8, 1.5)) if inside else 4.0
        row += depth + gap_y * rng.uniform(0.9, 1.2) if len(found) > stood else 4.0
    return np.array(found, dtype=object)


def _footprint(
    corner: tuple[float, float], size: tuple[float, float], kind: int, rng: np.random.Generator
) -> Floats:
    shape = np.array(_FOOTPRINTS[kind], float)
    if kind and rng.random() < 0.5:
        shape = (shape * (-1, 1) + (1, 0))[::-1]
    if kind and rng.random() < 0.5:
        shape = (shape * (1, -1) + (0, 1))[::-1]
    return np.array(corner) + shape * size


def build_greens(
    land: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    water: Water,
    areas: dict[str, gpd.GeoDataFrame],
) -> gpd.GeoDataFrame:
    """Give the park, gardens, sports fields, river banks and the strips along major streets."""
    built = shapely.STRtree(buildings.geometry.to_numpy())
    rows = [("park", plot) for plot in land.loc[land["use"].isin(["park", "island"])].geometry]
    rows += [("garden", plot.buffer(-3)) for plot in land.loc[land["use"].eq("garden")].geometry]
    rows += _lawns(land.loc[land["use"].isin(["school", "slabs", "towers", "office"])], built)
    district = areas["district"].geometry.iloc[0]
    roads = shapely.union_all(roads_with_verges(streets, 1.0).to_numpy())
    banks = (
        water.river.buffer(11)
        .difference(water.river.buffer(1.5))
        .intersection(district.buffer(-0.5))
    )
    rows += [
        ("bank", part) for part in shapely.get_parts(banks.difference(roads)) if part.area > 300
    ]
    major = streets[streets["class"].eq("major")]
    strips = (
        roads_with_verges(major, 4.5)
        .union_all()
        .difference(roads_with_verges(streets, 1.8).union_all())
    )
    strips = strips.difference(water.river_zone).intersection(district.buffer(-0.5))
    rows += [("strip", part) for part in shapely.get_parts(strips) if part.area > 90]
    frame = pd.DataFrame(rows, columns=["kind", "geometry"])
    frame["geometry"] = shapely.simplify(frame["geometry"].to_numpy(), 0.25)
    frame.insert(0, "green_id", [f"G{k + 1:04d}" for k in range(len(frame))])
    return gpd.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=rounded(frame["geometry"]), crs=CRS
    )


def _lawns(land: gpd.GeoDataFrame, built: shapely.STRtree) -> list[tuple[str, shapely.Polygon]]:
    """Find the largest open circle of a plot; a school makes an oval sports field of it."""
    rows = []
    for plot, use in zip(land.geometry, land["use"], strict=True):
        near = built.geometries[built.query(plot, predicate="intersects")]
        open_land = plot.buffer(-3).difference(shapely.union_all(near).buffer(4))
        if open_land.is_empty or open_land.area < 400:
            continue
        core = max(shapely.get_parts(open_land), key=shapely.area)
        radius = shapely.maximum_inscribed_circle(core, 1.0).length
        if radius < (16 if use == "school" else 11):
            continue
        core = core.buffer(-0.55 * radius).buffer(0.5 * radius, quad_segs=4)
        lawn = max(shapely.get_parts(core), key=shapely.area)
        rows.append(("sports" if use == "school" else "lawn", lawn))
    return rows


# kind, name after the place, English, how many, on land of these uses, at least so far apart
_UNITS = (
    ("school", "小学", "Primary School", 16, ("school",), 500),
    ("school", "中学", "Middle School", 9, ("school",), 700),
    ("kindergarten", "幼儿园", "Kindergarten", 14, ("slabs", "courtyards", "towers"), 450),
    ("hospital", "医院", "Hospital", 4, ("office", "commercial"), 1500),
    ("clinic", "社区卫生服务中心", "Community Health Centre", 9, ("slabs", "courtyards"), 900),
    ("petrol station", "加油站", "Petrol Station", 7, ("commercial", "industrial", "village"), 900),
    ("market", "农贸市场", "Produce Market", 7, ("commercial",), 800),
    ("fire station", "消防救援站", "Fire Station", 3, ("office", "industrial"), 1600),
    ("library", "图书馆", "Library", 1, ("office",), 1),
    ("bus station", "客运站", "Coach Station", 1, ("commercial",), 1),
    ("metro station", "地铁站", "Metro Station", 5, ("commercial",), 1000),
    ("care home", "养老院", "Care Home", 5, ("slabs", "village"), 1200),
    ("hazard source", "化工库", "Chemical Store", 3, ("industrial",), 500),
)  # fmt: skip


def build_key_units(
    land: gpd.GeoDataFrame,
    areas: dict[str, gpd.GeoDataFrame],
    invented: Iterator[tuple[str, str]],
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Place schools, hospitals and the like on fitting land, apart from one another."""
    places = shapely.point_on_surface(land.geometry.to_numpy())
    free = np.ones(len(land), bool)
    rows = []
    for kind, zh, en, wanted, uses, apart in _UNITS:
        chosen: list[int] = []
        for k in rng.permutation(np.flatnonzero(free & land["use"].isin(uses).to_numpy())).tolist():
            if len(chosen) == wanted:
                break
            if not chosen or shapely.distance(places[chosen], places[k]).min() > apart:
                chosen.append(k)
                name, english = next(invented)
                rows.append((f"{name}{zh}", f"{english} {en}", kind, places[k]))
        free[chosen] = False
    free &= ~land["use"].isin(["park", "island", "garden"]).to_numpy()
    for street in areas["streets"].itertuples():
        inside = np.flatnonzero(free & shapely.contains(street.geometry, places))
        centre = street.geometry.centroid
        k = int(inside[np.argmin(shapely.distance(places[inside], centre))])
        free[k] = False
        english = f"{street.area_name_en} Office"
        rows.append((f"{street.area_name}办事处", english, "street office", places[k]))
    frame = pd.DataFrame(rows, columns=["name", "name_en", "kind", "geometry"])
    frame.insert(0, "unit_id", [f"U{k + 1:03d}" for k in range(len(frame))])
    return gpd.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=rounded(frame["geometry"]), crs=CRS
    )
