"""The bundled sample city is what its description says, and every level of it tiles exactly."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from gridgeo import datasets
from gridgeo.datasets import LAYERS, read_sample, read_staff, sample_path
from gridgeo.errors import GridGeoError, InputError

SCRIPT = Path(__file__).parents[1] / "data" / "make_sample_city.py"
STATES = ["丢失", "完好", "废弃", "破损"]


@pytest.fixture(scope="module")
def city():
    """Every layer, read once."""
    return {layer: read_sample(layer) for layer in LAYERS}


def edges(polygons):
    """Give the edges that belong to one polygon only, as pairs of vertices to the bit."""
    found = set()
    for ring in shapely.get_rings(shapely.get_parts(polygons)):
        xy = [tuple(vertex) for vertex in shapely.get_coordinates(ring).tolist()]
        found ^= {tuple(sorted(edge)) for edge in itertools.pairwise(xy)}
    return found


@pytest.mark.parametrize(("parts", "whole"), [("communities", "streets"), ("streets", "district")])
def test_parts_tile_their_whole(city, parts, whole):
    """The parts of each area have its very outline, share every inner vertex, and sum up to it."""
    lower, upper = city[parts], city[whole]
    assert lower.is_valid.all()
    assert shapely.coverage_is_valid(lower.geometry.to_numpy())
    assert set(lower["parent_code"]) == set(upper["area_code"])
    for code, group in lower.groupby("parent_code"):
        area = upper.loc[upper["area_code"].eq(code)]
        assert edges(group.geometry.to_numpy()) == edges(area.geometry.to_numpy())
        assert group.area.sum() == pytest.approx(area.area.sum(), abs=1e-3)


def test_edges_sees_a_vertex_that_only_one_side_has():
    """The comparison above notices a T-junction, which an area sum would not."""
    left, right = shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 2)
    notched = shapely.Polygon([(1, 0), (2, 0), (2, 2), (1, 2), (1, 1)])
    assert len(edges([left, right])) == 6
    assert len(edges([left, notched])) == 9


def test_size_of_the_city(city):
    """The district measures 25.38 km2, in 17 streets and 182 communities, some of them tiny."""
    assert city["district"].area.sum() == pytest.approx(25_380_000, abs=10_000)
    assert [len(city[layer]) for layer in ("district", "streets", "communities")] == [1, 17, 182]
    assert 1 <= (city["communities"].area < 10_000).sum() <= 3
    assert city["communities"].area.max() < 1_000_000


def test_codes_are_text_and_nested_by_prefix(city):
    """Codes have 6, 9 and 12 digits and begin with the code of the area above; none repeats."""
    for layer, digits in (("district", 6), ("streets", 9), ("communities", 12)):
        areas = city[layer]
        assert areas["area_code"].map(type).eq(str).all()
        assert areas["area_code"].str.fullmatch(rf"\d{{{digits}}}").all()
        assert areas["area_code"].is_unique
        assert areas["area_name"].is_unique
        pairs = zip(areas["area_code"], areas["parent_code"], strict=True)
        assert all(code.startswith(parent) for code, parent in pairs)
    assert city["district"]["area_code"].tolist() == ["990101"]


def test_awkward_shapes_are_there(city):
    """One community has a part on an island, and one has a lake cut out of it."""
    communities = city["communities"]
    assert communities.geom_type.value_counts()["MultiPolygon"] == 1
    holes = [g for g in shapely.get_parts(communities.geometry.to_numpy()) if len(g.interiors)]
    lake = city["water"].set_index("kind").geometry["lake"]
    assert len(holes) == 1
    assert shapely.Polygon(holes[0].interiors[0]).equals(lake)
    assert city["district"].intersection(lake).area.sum() == 0


def test_layers_are_clean_and_in_metres(city):
    """Every geometry is valid and rounded to the millimetre; only events come in degrees."""
    for name, layer in city.items():
        assert layer.crs.to_epsg() == (4326 if name == "events" else 4548)
        assert layer.is_valid.all()
        assert not layer.is_empty.any()
        xy = shapely.get_coordinates(layer.geometry.to_numpy())
        assert np.array_equal(xy, np.round(xy, 6 if name == "events" else 3))


def test_components_lie_where_they_should(city):
    """All components but 7 lie inside the district, in no water; ids and classes are text."""
    components = city["components"]
    assert len(components) >= 20_000
    assert components["component_id"].is_unique
    assert components["class_code"].nunique() >= 14
    assert components["class_code"].str.fullmatch("0[1-6][0-3][0-9]").all()
    assert sorted(components["state"].unique()) == STATES
    assert components["state"].eq("完好").mean() > 0.9
    inside = shapely.contains(city["district"].geometry.iloc[0], components.geometry.to_numpy())
    assert (~inside).sum() == 7
    wet = components.sjoin(city["water"])
    assert set(wet["kind"]) == {"channel"}
    assert len(wet) == 7


def test_class_names_belong_to_their_codes(city):
    """A class has one name in each language, and no two classes share one."""
    for layer in ("components", "pipes"):
        names = city[layer][["class_code", "class_name", "class_name_en"]].drop_duplicates()
        assert all(names[column].is_unique for column in names)
    lamps = city["components"].query("class_code == '0118'")
    assert lamps["class_name"].unique().tolist() == ["路灯"]


def test_buildings_stand_in_their_community(city):
    """No building crosses a community's border, a street's carriageway or the water."""
    buildings = city["buildings"]
    assert 5_000 <= len(buildings) <= 9_000
    borders = gpd.GeoDataFrame(geometry=city["communities"].boundary)
    streets = city["street_lines"]
    roads = gpd.GeoDataFrame(geometry=streets.buffer(streets["width_m"] / 2, cap_style="flat"))
    for others in (borders, roads, city["water"]):
        assert buildings.sjoin(others[["geometry"]]).empty
    assert buildings.within(city["district"].geometry.iloc[0]).all()


def test_pipes_are_lines_of_six_kinds(city):
    """Pipes are lines inside the district, each kind with its own local class code."""
    pipes = city["pipes"]
    assert pipes.geom_type.eq("LineString").all()
    assert pipes.groupby("kind")["class_code"].unique().str.join("").to_dict() == {
        "water": "2151",
        "sewer": "2152",
        "storm": "2153",
        "gas": "2154",
        "power": "2155",
        "telecom": "2156",
    }
    assert pipes.within(city["district"].geometry.iloc[0]).all()


def test_events_fill_a_year_with_a_daily_rhythm(city):
    """Events lie in the district, in one year, more of them by day than by night."""
    events = city["events"]
    assert 5_000 <= len(events) <= 8_000
    assert pd.api.types.is_datetime64_any_dtype(events["time"])
    assert events["time"].dt.year.unique().tolist() == [2025]
    assert events["class_code"].str.fullmatch(r"0[1-5]\d\d").all()
    hour = events["time"].dt.hour
    assert hour.between(8, 17).mean() > 3 * hour.isin([22, 23, 0, 1, 2, 3, 4]).mean()
    district = city["district"].geometry.iloc[0]
    assert events.to_crs(4548).within(district).all()


def test_snow_is_reported_in_winter_only(city):
    """A class of one season keeps to it."""
    snow = city["events"].query("class_code == '0407'")
    assert set(snow["time"].dt.month) <= {12, 1, 2}


def test_every_street_has_its_persons(city):
    """Each street has one leader, one direct responsible, and inspectors; codes are text."""
    staff = read_staff()
    streets = set(city["streets"]["area_code"])
    assert staff["staff_id"].is_unique
    assert staff["full_time"].dtype == bool
    assert set(staff["street_code"]) == streets | {""}
    by_role = staff[staff["street_code"].ne("")].groupby(["role", "street_code"]).size()
    for role in ("leader", "direct_responsible"):
        assert by_role[role].eq(1).all()
        assert len(by_role[role]) == 17
    assert by_role["inspector"].min() >= 6


def test_it_stays_small():
    """The whole folder stays under 5 MB and holds exactly the layers and the staff."""
    folder = sample_path("district").parent
    files = sorted(folder.iterdir())
    assert sum(file.stat().st_size for file in files) < 5_000_000
    assert {file.stem for file in files} == {*LAYERS, "staff"}
    assert all(sample_path(layer).is_file() for layer in (*LAYERS, "staff"))


def test_a_misspelled_layer_names_the_options():
    """A typo is answered with the layers there are; staff is no layer to be read as one."""
    with pytest.raises(InputError, match=re.escape("'communities', 'components'")):
        sample_path("comunities")
    with pytest.raises(InputError, match="not 'staff'"):
        read_sample("staff")


def test_it_is_found_in_an_installed_package(tmp_path, monkeypatch):
    """The folder inside the package comes first, on a path with Chinese characters and spaces."""
    package = tmp_path / "规划 工具" / "gridgeo"
    inside = package / "sample_city"
    inside.mkdir(parents=True)
    for layer in ("water", "staff"):
        file = sample_path(layer)
        (inside / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(datasets.resources, "files", lambda _: package)
    assert sample_path("water").parent == inside
    assert len(read_sample("water")) == 3
    assert not read_staff().empty


def test_a_missing_folder_is_said_plainly(tmp_path, monkeypatch):
    """Where there is no sample city the error tells how to get it."""
    monkeypatch.setattr(datasets.resources, "files", lambda _: tmp_path / "gridgeo")
    with pytest.raises(GridGeoError, match="install gridgeo anew"):
        read_sample("water")


@pytest.mark.slow
def test_the_script_makes_the_shipped_layers(city, tmp_path):
    """Running the script again gives the layers that are shipped."""
    subprocess.run([sys.executable, SCRIPT, "--out", tmp_path], check=True, capture_output=True)
    for layer, shipped in city.items():
        again = tmp_path / sample_path(layer).name
        if again.suffix == ".parquet":
            assert_geodataframe_equal(gpd.read_parquet(again), shipped)
        else:
            assert again.read_bytes() == sample_path(layer).read_bytes()
    assert (tmp_path / "staff.csv").read_bytes() == sample_path("staff").read_bytes()
