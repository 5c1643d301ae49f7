"""Cells on a lattice with holes, islands, units and loads: what zones are tried on."""

import geopandas as gpd
import hypothesis.strategies as st
import numpy as np
import shapely


def lattice(kept, **columns):
    """Cells of 100 m where ``kept`` (rows, columns) is True, from south to north."""
    row, column = np.nonzero(np.atleast_2d(kept))
    codes = [f"C{place:04d}" for place in range(len(row))]
    boxes = shapely.box(column * 100, row * 100, column * 100 + 100, row * 100 + 100)
    return gpd.GeoDataFrame({"cell_code": codes, **columns}, geometry=boxes, crs="EPSG:4547")


@st.composite
def cities(draw):
    """Cells with a load ``w`` each, in units ``u`` that may be torn; some of them far apart."""
    shape = draw(st.sampled_from([(9, 9), (7, 12), (1, 12), (3, 3)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kept = rng.random(shape) < draw(st.sampled_from([0.7, 0.85, 1.0]))
    kept[0, 0] = True
    cells = lattice(kept)
    n = len(cells)
    loads = {
        "even": np.ones(n),
        "counts": rng.integers(0, 30, n).astype(float),
        "few": (rng.random(n) < 0.2).astype(float),
        "skewed": rng.pareto(1.5, n),
    }
    cells["w"] = loads[draw(st.sampled_from(sorted(loads)))]
    cells.loc[0, "w"] += 1.0
    strips = (cells.geometry.bounds["minx"] // 400).astype(int)
    mixed = rng.integers(0, draw(st.integers(1, 3)), n)
    cells["u"] = [f"U{unit}" for unit in (strips if draw(st.booleans()) else mixed)]
    return cells


@st.composite
def tasks(draw):
    """A city and a number of zones that it can have."""
    cells = draw(cities())
    n_units, n_cells = cells["u"].nunique(), len(cells)
    some = draw(st.sampled_from([n_units, n_units + 2, n_cells // 8, n_cells // 3, n_cells]))
    return cells, min(max(some, n_units), n_cells)


def n_parts(polygons):
    """How many parts polygons have together, by GEOS: what touches in a corner is apart."""
    return shapely.get_num_geometries(shapely.union_all(polygons))
