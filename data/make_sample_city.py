"""Make the sample city: an invented district in layers that a planner knows.

Run ``python data/make_sample_city.py``; everything is drawn from one seed, so a second run gives
the same layers. See README.md beside this file for what each layer holds.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import sample_city_names as names
import shapely
from sample_city_areas import N_COMMUNITIES, build_areas
from sample_city_blocks import N_STREETS, Cutter
from sample_city_fabric import build_buildings, build_greens, build_key_units, plots
from sample_city_life import build_events, build_staff
from sample_city_plan import DISTRICT_M2, SEED, StreetField, draw_plan
from sample_city_streets import build_streets, build_water
from sample_city_things import OUTSIDE, build_components, build_pipes

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("district", "streets", "communities")


def make_layers() -> dict[str, pd.DataFrame]:
    """Build every layer; five streams of the seed, so that one part can change alone."""
    rng = dict(zip(("areas", "names", "land", "things", "life"), _streams(5), strict=True))
    plan = draw_plan(rng["areas"])
    field = StreetField(plan, rng["areas"])
    net = Cutter(plan, field, rng["areas"]).cut_all()
    invented = names.place_names(rng["names"])
    areas = build_areas(net, plan, invented, rng["areas"])
    water = build_water(net, plan, areas["district"])
    streets = build_streets(net, plan, water, areas, invented)
    land = plots(areas["blocks"], streets, water, plan, rng["land"])
    buildings = build_buildings(land, field, rng["land"])
    key_units = build_key_units(land, areas, invented, rng["land"])
    return {
        **{level: areas[level] for level in LEVELS},
        "street_lines": streets,
        "buildings": buildings,
        "water": water.frame,
        "components": build_components(streets, land, water, areas, rng["things"]),
        "pipes": build_pipes(streets, areas, rng["things"]),
        "greens": build_greens(land, buildings, streets, water, areas),
        "key_units": key_units,
        "events": build_events(streets, key_units, water, areas, rng["life"]),
        "staff": build_staff(areas, rng["life"]),
    }


def check_layers(layers: dict[str, pd.DataFrame]) -> None:
    """Refuse a city whose levels do not tile, or that is not the one described."""
    district, streets, communities = (layers[level] for level in LEVELS)
    _require(len(streets) == N_STREETS and len(communities) == N_COMMUNITIES, "counts of areas")
    _require(abs(district.area.sum() - DISTRICT_M2) < 10_000, "area of the district")
    for level in (streets, communities):
        _require(level.is_valid.all(), "valid polygons")
        _require(shapely.coverage_is_valid(level.geometry.to_numpy()), "borders that match")
    _require(_unites(communities, streets), "streets that unite their communities")
    _require(_unites(streets, district), "a district that unites its streets")
    inside = shapely.contains(district.geometry.iloc[0], layers["components"].geometry.to_numpy())
    _require((~inside).sum() == OUTSIDE, f"{OUTSIDE} components outside")
    for name, layer in layers.items():
        if isinstance(layer, gpd.GeoDataFrame):
            _require(layer.is_valid.all() and not layer.is_empty.any(), f"valid geometry in {name}")


def _unites(parts: gpd.GeoDataFrame, whole: gpd.GeoDataFrame) -> bool:
    """Compare to the bit: every part's edges, less those two share, are the edges of the whole."""
    return all(
        _outer_edges(group.geometry.to_numpy())
        == _outer_edges(whole.loc[whole["area_code"].eq(code)].geometry.to_numpy())
        for code, group in parts.groupby("parent_code")
    )


def _outer_edges(polygons: np.ndarray) -> set[tuple[tuple[float, float], ...]]:
    edges: set[tuple[tuple[float, float], ...]] = set()
    for ring in shapely.get_rings(shapely.get_parts(polygons)):
        xy = [tuple(v) for v in shapely.get_coordinates(ring).tolist()]
        edges.symmetric_difference_update(tuple(sorted(e)) for e in itertools.pairwise(xy))
    return edges


def _require(holds: object, what: str) -> None:
    if not holds:
        raise RuntimeError(f"the sample city does not have {what}; nothing was written")


def write_layers(layers: dict[str, pd.DataFrame], folder: Path) -> None:
    """Write GeoParquet, and csv where the layer is a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, layer in layers.items():
        if isinstance(layer, gpd.GeoDataFrame):
            layer.to_parquet(
                folder / f"{name}.parquet", index=False, compression="zstd", compression_level=19
            )
        else:
            layer.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")


def _streams(count: int) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in np.random.SeedSequence(SEED).spawn(count)]


def main() -> None:
    """Make, check, write, and print what was made."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "sample_city")
    folder = parser.parse_args().out
    layers = make_layers()
    check_layers(layers)
    write_layers(layers, folder)
    print(f"district: {layers['district'].area.sum() / 1e6:.6f} km2")
    for path in sorted(folder.iterdir()):
        print(
            f"{path.name:22s}{len(layers[path.stem]):7d} rows{path.stat().st_size / 1000:9.1f} kB"
        )
    print(f"together: {sum(path.stat().st_size for path in folder.iterdir()) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
