"""Cells joined into zones: gridgeo against spopt and GerryChain, as ratios of one run.

All of them get the same cells and as many zones to make; what is compared beside time is how even
the zones are and how compact. ``make bench`` runs a district; ``make bench-large`` a city too,
and a province that only gridgeo is asked for.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np
from city import make_city
from turns import measure, run_in_turn, tell

import gridgeo as gg
from gridgeo._edges import shared_borders

if TYPE_CHECKING:
    import geopandas as gpd

CITIES = {
    "2,200 cells into 40 zones": (20, 22, 40),
    "42,000 cells into 40 zones": (40, 420, 40),
    "1,000,000 cells into 60,000 zones within 1,000 communities": (1_000, 10_000, 60_000),
}
LARGE = ("42,000 cells into 40 zones",)
PROVINCE = "1,000,000 cells into 60,000 zones within 1,000 communities"
SPOPT_CELLS = 5_000
"""Beyond which Skater is not waited for: its time grows faster than the number of cells."""


def by_gridgeo(cells: gpd.GeoDataFrame, n_zones: int) -> np.ndarray:
    """Make zones with gridgeo, borders and codes included."""
    return gg.cells_to_zones(cells, n_zones=n_zones)["zone_code"].to_numpy(object)


def by_gridgeo_within(cells: gpd.GeoDataFrame, n_zones: int) -> np.ndarray:
    """Make zones that stay inside their community."""
    made = gg.cells_to_zones(cells, n_zones=n_zones, within="area_code")
    return made["zone_code"].to_numpy(object)


def by_spopt(cells: gpd.GeoDataFrame, n_zones: int) -> np.ndarray:
    """Do what planners find first: Skater on the place and size of cells, neighbours given."""
    from libpysal.weights import W  # noqa: PLC0415  # heavy, and needed in its own process only
    from spopt.region import Skater  # noqa: PLC0415

    left, right, _ = shared_borders(cells.geometry.to_numpy())
    neighbours: dict[int, list[int]] = {cell: [] for cell in range(len(cells))}
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        neighbours[one].append(other)
        neighbours[other].append(one)
    centers = cells.centroid
    placed = cells.assign(x=centers.x, y=centers.y).reset_index(drop=True)
    floor = int(0.6 * len(cells) / n_zones)
    model = Skater(
        placed, W(neighbours, silence_warnings=True), ["x", "y"], n_clusters=n_zones, floor=floor
    )
    model.solve()
    return np.asarray(model.labels_)


def by_gerrychain(cells: gpd.GeoDataFrame, n_zones: int) -> np.ndarray:
    """Do what electoral districts are drawn with: spanning trees cut where loads are even."""
    import random  # noqa: PLC0415

    import networkx as nx  # noqa: PLC0415
    from gerrychain import Graph  # noqa: PLC0415
    from gerrychain.partition import recursive_tree_part  # noqa: PLC0415

    random.seed(0)
    left, right, _ = shared_borders(cells.geometry.to_numpy())
    network = nx.Graph(zip(left.tolist(), right.tolist(), strict=True))
    load = cells["area_m2"].to_numpy()
    nx.set_node_attributes(network, dict(enumerate(load.tolist())), "load")
    parts = recursive_tree_part(
        Graph.from_networkx(network), range(n_zones), load.sum() / n_zones, "load", 0.05
    )
    return np.array([parts[cell] for cell in range(len(cells))])


WORKS = {
    "spopt Skater": by_spopt,
    "GerryChain recursive_tree_part": by_gerrychain,
    "gridgeo": by_gridgeo,
}
ALONE = {"gridgeo within communities": by_gridgeo_within}


def figures(cells: gpd.GeoDataFrame, zone: np.ndarray) -> list[float]:
    """Count zones, and tell how even and how compact they are and how many are in pieces."""
    report = gg.check_zones(cells.assign(zone_code=[f"Z{code}" for code in zone]), tolerance=99)
    return [len(report.zones), report.max_to_mean, report.compactness, len(report.pieces)]


def make_cells(city: str) -> tuple[gpd.GeoDataFrame, int]:
    """Make the cells of a city, a connected one, and say how many zones it gets."""
    n_communities, km2, n_zones = CITIES[city]
    cells = gg.areas_to_cells(make_city(n_communities, km2), scheme=gg.PLAIN)
    return cells, n_zones


def do(city: str, work: str) -> None:
    """Do one work on one city in this process."""
    cells, n_zones = make_cells(city)
    make = (WORKS | ALONE)[work]
    make(gg.areas_to_cells(make_city(3, 1), scheme=gg.PLAIN), 4)  # what is loaded on first use
    measure(lambda: make(cells, n_zones), lambda zone: figures(cells, zone))


def compare(city: str, rounds: int) -> None:
    """Print one city's figures; gridgeo has to make exactly the zones asked for, all connected."""
    _, km2, n_zones = CITIES[city]
    works = ALONE if city == PROVINCE else WORKS
    if km2 * 100 > SPOPT_CELLS:
        works = {work: make for work, make in works.items() if work != "spopt Skater"}
    runs = run_in_turn(__file__, city, works, rounds)
    tell(city, runs, "zones")
    for work, of_work in runs.items():
        made, max_to_mean, compactness, pieces = of_work[0].found
        print(
            f"    {work:<34} max/mean {max_to_mean:.3f}, compactness {compactness:.3f}, "
            f"{pieces:.0f} pieces apart"
        )
        if work.startswith("gridgeo"):
            assert (made, pieces) == (n_zones, 0), f"{made:.0f} zones of {n_zones}"


def main() -> None:
    """Run every comparison that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="a city and a province too: minutes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("CITY", "WORK"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        do(*options.measure)
        return
    for city in CITIES:
        if city in (*LARGE, PROVINCE) and not options.large:
            continue
        compare(city, options.rounds)


if __name__ == "__main__":
    main()
