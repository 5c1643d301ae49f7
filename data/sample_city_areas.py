"""Blocks -> communities -> streets -> district: four levels that share every vertex."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import sample_city_names as names
import shapely
from sample_city_plan import CRS, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from sample_city_blocks import Network

N_COMMUNITIES = 182
SMALL_M2 = 10_000
LARGE_M2 = 450_000
SIMPLIFY = 3.0
"""Side in metres of a right triangle that a border may lose: bends stay, straight runs thin out."""


class Grouping:
    """Blocks and the communities they belong to, while border blocks still change hands.

    A street tree gives communities too straight to be true: real ones took in a block here and
    lost one there. Blocks across the river are no neighbours, so no community crosses it.
    """

    def __init__(self, net: Network, plan: Plan) -> None:
        self.polygons = np.array([piece.polygon for piece in net.pieces])
        self.community = np.array([piece.community for piece in net.pieces])
        self.street_of = {piece.community: piece.street for piece in net.pieces}
        self.neighbours = _neighbours(net)
        self.park = int(np.flatnonzero(shapely.contains(self.polygons, plan.lake))[0])

    def trade(self, rng: np.random.Generator, *, rounds: int = 700, wanted: int = 170) -> None:
        """Give border blocks to a neighbouring community where both stay in one piece."""
        done = 0
        for block in rng.integers(len(self.polygons), size=rounds):
            own = self.community[block]
            others = sorted({int(self.community[b]) for b in self.neighbours[block]} - {int(own)})
            if block == self.park or not others or done >= wanted:
                continue
            other = others[int(rng.integers(len(others)))]
            if self.street_of[own] != self.street_of[other] and rng.random() < 0.5:
                continue
            done += self._give(int(block), other)

    def set_apart(self, centre: shapely.Point) -> list[int]:
        """Make communities of the park and of small blocks of the old centre, up to the count."""
        small = np.flatnonzero(shapely.area(self.polygons) < 0.9 * SMALL_M2)
        near = small[np.argsort(shapely.distance(self.polygons[small], centre), kind="stable")]
        apart = []
        for block in [self.park, *near.tolist()]:
            if len(np.unique(self.community)) == N_COMMUNITIES:
                break
            if all(b not in self.neighbours[block] for b in apart) and self._give(block, None):
                apart.append(block)
        return [block for block in apart if block != self.park]

    def _give(self, block: int, other: int | None) -> bool:
        own = int(self.community[block])
        left = [b for b in np.flatnonzero(self.community == own).tolist() if b != block]
        if len(left) < (2 if other is not None else 1) or not self._whole(left):
            return False
        before = self.community.copy()
        target = int(self.community.max()) + 1 if other is None else other
        self.street_of.setdefault(target, self.street_of[own])
        self.community[block] = target
        joined = np.flatnonzero(self.community == target)
        fits = shapely.area(self.polygons[joined]).sum() < LARGE_M2 or other is None
        if fits and self._whole(joined.tolist()) and self._streets_whole(own, target):
            return True
        self.community = before
        return False

    def _streets_whole(self, *communities: int) -> bool:
        streets = {self.street_of[c] for c in communities}
        of_block = np.array([self.street_of[c] for c in self.community.tolist()])
        return len(streets) == 1 or all(
            self._whole(np.flatnonzero(of_block == s).tolist()) for s in streets
        )

    def _whole(self, blocks: list[int]) -> bool:
        union = shapely.coverage_union_all(self.polygons[blocks])
        return union.geom_type == "Polygon" and not len(union.interiors)


def _neighbours(net: Network) -> dict[int, set[int]]:
    river = set(net.cuts[0])
    owners: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, piece in enumerate(net.pieces):
        for pair in zip(piece.ring, piece.ring[1:] + piece.ring[:1], strict=True):
            if not river.issuperset(pair):
                owners[(min(pair), max(pair))].append(number)
    found: dict[int, set[int]] = {number: set() for number in range(len(net.pieces))}
    for blocks in owners.values():
        for block in blocks:
            found[block].update(b for b in blocks if b != block)
    return found


def build_areas(
    net: Network, plan: Plan, invented: Iterator[tuple[str, str]], rng: np.random.Generator
) -> dict[str, gpd.GeoDataFrame]:
    """Give the frames district, streets, communities and blocks; the blocks are not published."""
    centre = shapely.Point(plan.at(-350, 150))
    grouping = Grouping(net, plan)
    grouping.trade(rng)
    tiny = grouping.set_apart(centre)
    blocks = gpd.GeoDataFrame(
        {
            "community": grouping.community,
            "street": [grouping.street_of[c] for c in grouping.community.tolist()],
        },
        geometry=_final_polygons(grouping, plan),
        crs=CRS,
    )
    special = {int(grouping.community[grouping.park]): names.PARK}
    special |= {int(grouping.community[b]): name for b, name in zip(tiny, names.TINY, strict=False)}
    blocks = _with_island(blocks, plan)
    streets = _number_streets(blocks, plan, centre)
    communities = _number_communities(blocks, streets, special, invented)
    blocks["area_code"] = blocks["community"].map(communities.set_index("community")["area_code"])
    return {
        "district": _district(streets),
        "streets": _published(streets),
        "communities": _published(communities),
        "blocks": blocks[["area_code", "is_island", "geometry"]],
    }


def _final_polygons(grouping: Grouping, plan: Plan) -> NDArray[np.object_]:
    polygons = shapely.coverage_simplify(grouping.polygons, SIMPLIFY)
    park = polygons[grouping.park]
    polygons[grouping.park] = shapely.Polygon(park.exterior, [plan.lake.simplify(0.5).exterior])
    return shapely.orient_polygons(polygons)


def _with_island(blocks: gpd.GeoDataFrame, plan: Plan) -> gpd.GeoDataFrame:
    """Add the island as a block of the riverside community it lies nearest to."""
    nearest = blocks.loc[blocks.distance(plan.island).idxmin()]
    island = gpd.GeoDataFrame(
        {"community": [nearest["community"]], "street": [nearest["street"]], "is_island": [True]},
        geometry=[plan.island.simplify(0.5)],
        crs=CRS,
    )
    return pd.concat([blocks.assign(is_island=False), island], ignore_index=True)


def _number_streets(
    blocks: gpd.GeoDataFrame, plan: Plan, centre: shapely.Point
) -> gpd.GeoDataFrame:
    """Give streets their numbers, from the old centre outwards."""
    streets = _union(blocks, "street")
    # The whole distance, not the nearest point: several streets reach into the old centre.
    order = streets.centroid.distance(centre).argsort(kind="stable")
    streets = streets.iloc[order].reset_index(drop=True)
    works = shapely.Point(plan.at(2100, -700))
    chosen = {
        int(streets.distance(plan.lake).idxmin()): names.LAKE_STREET,
        int(streets.geometry.geom_type.eq("MultiPolygon").idxmax()): names.ISLAND_STREET,
    }
    others = streets.drop(index=list(chosen))
    chosen[int(others.distance(works).idxmin())] = names.WORKS_STREET
    rest = iter(names.STREETS)
    own = [chosen.get(k) or next(rest) for k in range(len(streets))]
    streets["area_code"] = [f"{names.DISTRICT[0]}{k + 1:03d}" for k in range(len(streets))]
    streets["area_name"] = [f"{zh}街道" for zh, _ in own]
    streets["area_name_en"] = [f"{en} Subdistrict" for _, en in own]
    return streets.assign(parent_code=names.DISTRICT[0], level="street")


def _number_communities(
    blocks: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    special: dict[int, tuple[str, str]],
    invented: Iterator[tuple[str, str]],
) -> gpd.GeoDataFrame:
    """Give communities their numbers: rows from north to south, west to east."""
    communities = _union(blocks, "community")
    street = blocks.groupby("community")["street"].first()
    code = streets.set_index("street")["area_code"]
    communities["parent_code"] = communities["community"].map(street).map(code)
    middle = communities.centroid
    communities = communities.assign(row=-(middle.y // 300), x=middle.x)
    communities = communities.sort_values(["parent_code", "row", "x"]).reset_index(drop=True)
    sequence = communities.groupby("parent_code").cumcount() + 1
    communities["area_code"] = communities["parent_code"] + sequence.astype(str).str.zfill(3)
    own = [special.get(c) or next(invented) for c in communities["community"].tolist()]
    communities["area_name"] = [f"{zh}社区" for zh, _ in own]
    communities["area_name_en"] = [f"{en} Community" for _, en in own]
    return communities.assign(level="community")


def _union(blocks: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    groups = blocks.groupby(by, sort=True).indices
    shapes = blocks.geometry.to_numpy()
    merged = [shapely.coverage_union_all(shapes[rows]) for rows in groups.values()]
    return gpd.GeoDataFrame({by: list(groups)}, geometry=shapely.orient_polygons(merged), crs=CRS)


def _district(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    code, name, english = names.DISTRICT
    merged = shapely.coverage_union_all(streets.geometry.to_numpy())
    return _published(
        gpd.GeoDataFrame(
            {
                "area_code": [code],
                "area_name": [name],
                "area_name_en": [english],
                "parent_code": [names.CITY_CODE],
                "level": ["district"],
            },
            geometry=[shapely.orient_polygons(merged)],
            crs=CRS,
        )
    )


def _published(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return areas[["area_code", "area_name", "area_name_en", "parent_code", "level", "geometry"]]
