"""Real cities and the sample city: exactly n zones, connected, in their units, of like load."""

import numpy as np
import pytest

from gridgeo import areas_to_cells, count_by_cell, geocode, repair_areas
from gridgeo.codes import PLAIN
from gridgeo.datasets import read_sample
from gridgeo.dissolving import dissolve_zones
from gridgeo.zone_check import check_zones
from gridgeo.zones import cells_to_zones

CENTRE_OF_TAINAN = ["中西區", "東區", "南區", "北區", "安平區", "安南區"]
FEW, ALL = range(2), range(20)


@pytest.fixture(scope="module")
def barcelona_cells(barcelona):
    """About 10,000 cells in ten districts; residents are thrown into them."""
    districts = (
        barcelona.dissolve("DISTRICTE")
        .reset_index()
        .assign(area_code=lambda frame: frame["DISTRICTE"])
    )
    cells = areas_to_cells(districts[["area_code", "geometry"]])
    crowd = np.exp(-cells.centroid.distance(cells.union_all().centroid) / 3000)
    return cells.assign(w=np.random.default_rng(0).poisson(40 * crowd + 2).astype(float))


@pytest.fixture(scope="module")
def tainan_cells(tainan):
    """About 18,500 cells in the six districts of the centre, slivers between them repaired."""
    centre = tainan[tainan["area_name"].isin(CENTRE_OF_TAINAN)]
    return areas_to_cells(repair_areas(centre).areas, scheme=PLAIN)


@pytest.fixture(scope="module")
def sample_cells():
    """The sample city, with the number of components."""
    cells = areas_to_cells(read_sample("communities"))
    placed = geocode(read_sample("components"), cells)
    counts = count_by_cell(placed, cells).sum(axis=1).to_numpy()
    return cells.assign(w=counts.astype(float), street_code=cells["area_code"].str[:9])


@pytest.fixture(scope="module")
def cambridge_cells(cambridge, real_cities):
    """About 1,850 cells, a third of them with street lamps."""
    import geopandas as gpd  # noqa: PLC0415

    cells = areas_to_cells(cambridge)
    lamps = gpd.read_parquet(real_cities / "cambridge" / "street_lights.parquet")
    placed = geocode(lamps.assign(class_code="lamp"), cells)
    return cells.assign(w=count_by_cell(placed, cells)["lamp"].to_numpy(dtype=float))


def assert_even(cells, n_zones, seeds, **asked):
    """For every seed: no fault, as many as asked for, and max/mean 1.05 where that can be."""
    for seed in seeds:
        made = cells_to_zones(cells, n_zones=n_zones, seed=seed, **asked)
        report = check_zones(made, **asked)
        assert report.ok, report
        assert len(report.zones) == n_zones
        assert report.max_to_mean <= max(1.05, 1.05 * report.bound)
        if report.bound < 1.045:
            assert report.max_to_mean <= 1.05
        assert (report.units["max_to_mean"] <= 1.05 * report.units["bound"]).all()
    return made


def sample(seeds):
    """Twenty seeds where time allows."""
    return pytest.param(seeds, marks=[pytest.mark.slow] if len(seeds) > len(FEW) else [])


SEEDS = pytest.mark.parametrize("seeds", [sample(FEW), sample(ALL)], ids=["few", "all"])


@SEEDS
@pytest.mark.real
@pytest.mark.parametrize("load", ["area_m2", "w"])
def test_barcelona(barcelona_cells, seeds, load):
    """A hundred zones in ten districts, by area and by a count."""
    assert_even(barcelona_cells, 100, seeds, load=load, within="area_code")


@SEEDS
@pytest.mark.real
def test_tainan(tainan_cells, seeds):
    """120 zones in six districts by area."""
    assert_even(tainan_cells, 120, seeds, within="area_code")


@SEEDS
@pytest.mark.real
@pytest.mark.parametrize("load", ["area_m2", "w"])
def test_cambridge(cambridge_cells, seeds, load):
    """Forty zones, by area and by lamps, of which most cells have none."""
    made = assert_even(cambridge_cells, 40, seeds, load=load)
    assert made["zone_code"].nunique() == 40


@SEEDS
@pytest.mark.parametrize(("n_zones", "within"), [(60, "street_code"), (24, None)])
def test_sample_city(sample_cells, seeds, n_zones, within):
    """By components; the zones tile what the cells tile, vertex by vertex."""
    made = assert_even(sample_cells, n_zones, seeds, load="w", within=within)
    zones = dissolve_zones(made, load="w")
    assert zones["load"].sum() == 34_964
    assert zones["area_m2"].sum() == pytest.approx(made["area_m2"].sum())
    import shapely  # noqa: PLC0415

    assert shapely.coverage_is_valid(zones.geometry.to_numpy())
    if within:
        assert zones["street_code"].tolist() == zones["zone_code"].str[:9].tolist()


@pytest.mark.parametrize("seed", range(3))
def test_two_percent_more_components(sample_cells, seed):
    """Under 5 % of the cells change zone, and balance holds."""
    asked = {"n_zones": 24, "load": "w"}
    made = cells_to_zones(sample_cells, **asked)
    rng = np.random.default_rng(seed)
    more = np.bincount(rng.integers(0, len(made), 700), minlength=len(made))
    grown = made.assign(w=made["w"] + more)
    again = cells_to_zones(grown, **asked, previous="zone_code")
    report = check_zones(again, load="w", previous=made["zone_code"])
    assert report.ok
    assert report.max_to_mean <= 1.05
    assert len(report.changes) < 0.05 * len(made)


@pytest.mark.real
def test_five_levels_of_barcelona(barcelona):
    """District, quarter group, quarter, zone, cell: each level joins whole units of the next."""
    quarters = (
        barcelona.dissolve("BARRI")
        .reset_index()
        .assign(area_code=lambda frame: frame["DISTRICTE"] + frame["BARRI"])
    )
    groups = cells_to_zones(quarters, n_zones=25, within="DISTRICTE")
    assert check_zones(groups, within="DISTRICTE", tolerance=9).ok
    cells = areas_to_cells(groups[["area_code", "geometry"]])
    levels = groups.set_index("area_code")[["DISTRICTE", "zone_code"]]
    cells["district_code"] = cells["area_code"].map(levels["DISTRICTE"])
    cells["group_code"] = cells["area_code"].map(levels["zone_code"])
    made = cells_to_zones(cells, n_zones=100, within="group_code")
    zones = dissolve_zones(made)
    assert {"group_code", "district_code"} <= set(zones)
    assert zones["zone_code"].str.startswith(tuple(groups["zone_code"])).all()
    assert (zones["group_code"] == zones["zone_code"].str[:-3]).all()
    assert len(dissolve_zones(made, by="group_code")) == 25
