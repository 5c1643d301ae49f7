"""Generated cities: communities with crooked borders that tile exactly, of any size."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

POINTS_ON_BORDER = 32
"""Vertices between two corners of a community, as in a surveyed layer."""


def make_city(n_communities: int, km2: float, seed: int = 0) -> gpd.GeoDataFrame:
    """Make a round city whose communities share every vertex with their neighbours.

    Parameters
    ----------
    n_communities
        How many.
    km2
        Area of all of them.
    seed
        The same seed gives the same city.

    Returns
    -------
    GeoDataFrame
        ``area_code`` of 12 digits and polygons in EPSG:4548, metres.
    """
    rng = np.random.default_rng(seed)
    sites = rng.random((int(n_communities * 1.8) + 60, 2)) - 0.5
    cells = _cells_around(sites)
    inner = np.argsort(np.hypot(*sites.T))[:n_communities]
    crooked = _bend_borders(cells[inner], sites[inner], rng)
    scale = np.sqrt(km2 * 1e6 / shapely.area(crooked).sum())
    centre = np.array([500_000.0, 4_000_000.0])
    placed = shapely.transform(crooked, lambda xy: xy * scale + centre)
    number = np.arange(n_communities)
    codes = [f"990101{n // 60 + 1:03d}{n % 60 + 1:03d}" for n in number]
    return gpd.GeoDataFrame({"area_code": codes}, geometry=placed, crs="EPSG:4548")


def _cells_around(sites: np.ndarray) -> np.ndarray:
    """Give the Voronoi cell of each site."""
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(sites)))
    site, cell = shapely.STRtree(cells).query(shapely.points(sites), predicate="within")
    ordered = np.empty(len(sites), dtype=object)
    ordered[site] = cells[cell]
    return ordered


def _bend_borders(cells: np.ndarray, sites: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Replace every straight border by a crooked one, the same on both sides.

    A border stays inside the two triangles that it spans with the sites beside it, so that no two
    of them can cross.
    """
    xy, owner = shapely.get_coordinates(cells, return_index=True)
    edge = np.flatnonzero(owner[1:] == owner[:-1])
    start, end, owner = xy[edge], xy[edge + 1], owner[edge]
    swapped = (end[:, 0] < start[:, 0]) | ((end[:, 0] == start[:, 0]) & (end[:, 1] < start[:, 1]))
    low, high = np.where(swapped[:, None], end, start), np.where(swapped[:, None], start, end)
    _, first, border = np.unique(
        np.hstack([low, high]), axis=0, return_index=True, return_inverse=True
    )

    along = np.arange(1, POINTS_ON_BORDER + 1) / (POINTS_ON_BORDER + 1)
    steps = rng.normal(size=(border.max() + 1, POINTS_ON_BORDER)).cumsum(axis=1)
    wander = np.clip(steps / np.sqrt(POINTS_ON_BORDER), -0.9, 0.9) * np.minimum(along, 1 - along)
    span, aside = high - low, sites[owner] - low
    length = np.hypot(*span.T)
    normal = np.column_stack([-span[:, 1], span[:, 0]]) / length[:, None]
    foot = (aside * span).sum(axis=1) / length**2
    reach = np.abs((aside * normal).sum(axis=1)) / np.maximum(1, np.maximum(foot, 1 - foot))
    # Both sides bend by what the first of them computed.
    offset = wander[border] * reach[first[border], None]
    bent = low[:, None] + along[:, None] * span[:, None] + offset[:, :, None] * normal[:, None]
    bent[swapped] = bent[swapped, ::-1]
    points = np.concatenate([start[:, None], bent], axis=1).reshape(-1, 2)
    rings = shapely.linearrings(points, indices=np.repeat(owner, POINTS_ON_BORDER + 1))
    return np.asarray(shapely.polygons(rings))
