"""The whole walk: on the sample city, on real cities, from the command line."""

import dataclasses
import inspect
import json
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import gridgeo as gg
from gridgeo.cli import app
from gridgeo.workflow import FILES, ZONE_FILES

run = CliRunner()


@pytest.fixture(scope="module")
def plan():
    """The plan of the sample city."""
    communities = gg.datasets.read_sample("communities")
    return gg.build_plan(communities, components=gg.datasets.read_sample("components"))


def test_the_sample_city_is_sound(plan):
    """182 communities, cells that sum up to them, 7 components in the channel outside."""
    assert plan.ok
    total = plan.cells.groupby("area_code")["area_m2"].sum()
    expected = plan.areas.set_index("area_code").area
    np.testing.assert_allclose(total, expected.reindex(total.index), rtol=1e-10)
    assert len(total) == 182
    assert (~plan.components["placed"]).sum() == 7
    assert len(plan.components) == len(gg.datasets.read_sample("components"))
    assert plan.cells["cell_code"].str.fullmatch(r"\d{15}").all()
    assert (plan.cells["cell_code"].str[:12] == plan.cells["area_code"]).all()


def test_a_plan_tells_what_it_holds(plan):
    """Counts, share of components in a cell, and both verdicts, in a few lines."""
    told = repr(plan)
    assert f"cells       {len(plan.cells):,} (" in told
    assert "34,964 of 34,971 in a cell, 7 in none; 31 classes" in told
    assert told.count("sound") == 2


def test_a_plan_is_saved_and_read_again(plan, tmp_path):
    """Every file is there, opens, and holds what the frames hold."""
    folder = tmp_path / "万米 网格"
    files = plan.save(folder, title="望河区", language="zh")
    assert sorted(file.name for file in files) == sorted(FILES)
    assert sorted(file.name for file in folder.iterdir()) == sorted(FILES)
    cells = gpd.read_file(folder / "cells.gpkg")
    assert cells["cell_code"].tolist() == plan.cells["cell_code"].tolist()
    assert cells.crs == plan.cells.crs
    assert cells.area.sum() == pytest.approx(plan.cells.area.sum(), rel=1e-12)
    components = gpd.read_file(folder / "components.gpkg")
    assert components["cell_code"].fillna("").tolist() == plan.components["cell_code"].tolist()
    verdict = json.loads((folder / "coverage.json").read_text(encoding="utf-8"))
    assert verdict["ok"] is True
    assert verdict["cells"]["n_cells"] == len(cells)
    assert "望河区" in (folder / "map.html").read_text(encoding="utf-8")
    assert (folder / "map.png").read_bytes().startswith(b"\x89PNG")


def streets_named(communities):
    """Name the column of the parent as staff does."""
    return communities.rename(columns={"parent_code": "street_code"})


@pytest.fixture(scope="module")
def managed():
    """The sample city with zones, staff and key units."""
    return gg.build_plan(
        streets_named(gg.datasets.read_sample("communities")),
        components=gg.datasets.read_sample("components"),
        staff=gg.datasets.read_staff(),
        key_units=gg.datasets.read_sample("key_units"),
        n_zones=100,
        within="street_code",
    )


def test_a_plan_may_have_zones_and_staff(managed):
    """As the stages give them one by one: components are the load, no zone leaves its street."""
    assert managed.ok
    cells, zones = managed.cells, managed.zones
    assert cells["n_components"].sum() == managed.components["placed"].sum() == 34_964
    assert (cells["street_code"] == cells["area_code"].str[:9]).all()
    alone = gg.cells_to_zones(cells, n_zones=100, load="n_components", within="street_code")
    assert alone["zone_code"].tolist() == cells["zone_code"].tolist()
    assert len(zones) == 100
    assert zones["load"].sum() == 34_964
    assert zones.area.sum() == pytest.approx(cells["area_m2"].sum())
    assert gg.check_staffing(zones, managed.staff).ok
    assert managed.zones_check.within == "street_code"
    told = repr(managed).splitlines()
    assert [line[:22] for line in told[-2:]] == ["zones       100: sound", "staff       303: staff"]


def test_what_a_managed_plan_hands_out(managed, tmp_path):
    """Zones, ledger and tree beside the rest; the totals agree; without zones they go again."""
    files = managed.save(tmp_path / "册", title="望河区", language="zh")
    assert sorted(file.name for file in files) == sorted({*FILES, *ZONE_FILES})
    zones = gpd.read_file(tmp_path / "册" / "zones.gpkg")
    assert zones["inspector"].tolist() == managed.zones["inspector"].tolist()
    book = pd.read_excel(
        tmp_path / "册" / "ledger.xlsx", sheet_name=None, header=None, engine="calamine"
    )
    assert sum((sheet == "990101001Z01").any(axis=None) for sheet in book.values()) >= 2
    tree = (tmp_path / "册" / "tree.html").read_text(encoding="utf-8")
    assert all(code in tree for code in managed.zones["zone_code"])
    verdict = json.loads((tmp_path / "册" / "coverage.json").read_text(encoding="utf-8"))
    assert verdict["ok"] is verdict["zones"]["ok"] is verdict["staff"]["ok"] is True
    bare = dataclasses.replace(managed, zones=None, zones_check=None, staff=None, staffing=None)
    bare = dataclasses.replace(bare, cells=managed.cells.drop(columns="zone_code"))
    bare.save(tmp_path / "册")
    assert sorted(file.name for file in (tmp_path / "册").iterdir()) == sorted(FILES)


def test_what_goes_with_zones_is_refused_without(managed):
    """Staff, a load or a unit say nothing where no zones are asked for."""
    areas = streets_named(gg.datasets.read_sample("communities"))
    with pytest.raises(gg.InputError, match=r"`staff`, `within` goes with zones; say how many"):
        gg.build_plan(areas, staff=managed.staff, within="street_code")
    with pytest.raises(gg.SchemaError, match="`areas` lacks 'street'"):
        gg.build_plan(areas, n_zones=9, within="street")


@pytest.mark.filterwarnings("ignore:zones lack persons")
def test_zones_and_staff_by_the_command_line(tmp_path):
    """Files in, a managed plan out; a zone without persons is a fault, and exits with 1."""
    file = tmp_path / "communities.parquet"
    streets_named(gg.datasets.read_sample("communities")).to_parquet(file)
    options = {
        "--n-zones": 60,
        "--within": "street_code",
        "--staff": gg.datasets.sample_path("staff"),
        "--key-units": gg.datasets.sample_path("key_units"),
        "--out": tmp_path / "out",
    }
    said = [str(part) for option in options.items() for part in option]
    result = run.invoke(app, ["plan", str(file), *said])
    assert result.exit_code == 0, result.output
    assert "staff       303: staffed" in result.output
    few = gg.datasets.read_staff().query("role != 'deputy'")
    few.to_csv(tmp_path / "few.csv", index=False)
    said[said.index("--staff") + 1] = str(tmp_path / "few.csv")
    result = run.invoke(app, ["plan", str(file), *said])
    assert result.exit_code == 1, result.output
    assert "faults found" in result.output


def test_components_outside_can_be_refused():
    """`outside="raise"` names the rows that lie in no cell."""
    components = gg.datasets.read_sample("components")
    with pytest.raises(gg.InputError, match="features in no cell") as caught:
        gg.build_plan(
            gg.datasets.read_sample("communities"), components=components, outside="raise"
        )
    assert len(caught.value.rows) == 7


@pytest.mark.real
def test_cambridge(real_cities, tmp_path):
    """33 tracts are covered exactly; 6,109 of 6,117 lamps lie in a cell."""
    city = real_cities / "cambridge"
    result = run.invoke(
        app,
        ["plan", str(city / "adj_tracts2020.parquet"), "--code", "GEOID20", "--out", str(tmp_path)]
        + [
            option
            for name in ("street_lights", "hydrants", "utility_poles")
            for option in ("--components", str(city / f"{name}.parquet"))
        ],
    )
    assert result.exit_code == 0, result.output
    assert "verdict: ok" in result.output
    components = gpd.read_file(tmp_path / "components.gpkg")
    lamps = components[components["class_code"] == "street_lights"]
    assert (lamps["placed"].sum(), len(lamps)) == (6109, 6117)
    hydrants = components[components["class_code"] == "hydrants"]
    assert (~hydrants["placed"]).sum() == 17


@pytest.mark.real
def test_barcelona(barcelona):
    """1,068 sections: sound, and the cells sum up to 101.705 km2."""
    plan = gg.build_plan(barcelona, min_share=0)
    assert plan.ok
    assert plan.cells["area_m2"].sum() == pytest.approx(barcelona.area.sum(), rel=1e-12)
    assert plan.cells["area_m2"].sum() == pytest.approx(101_704_973.946, rel=1e-9)
    assert shapely.coverage_is_valid(plan.cells.geometry.to_numpy())


@pytest.mark.real
def test_tainan(tainan, real_cities):
    """Faults of the districts are reported, not hidden, and no event is lost."""
    events = gg.read_events(
        real_cities / "tainan" / "events_1999.csv.gz", class_code="category", crs="EPSG:4326"
    )
    plan = gg.build_plan(tainan, components=events)
    assert not plan.ok
    assert plan.areas_coverage.overlaps["m2"].sum() == pytest.approx(7.8, abs=0.1)
    assert plan.coverage.overlaps["m2"].sum() == pytest.approx(7.8, abs=0.1)
    assert len(plan.coverage.gaps) == len(plan.coverage.outside) == 0
    assert len(plan.components) == 105_339
    assert (~plan.components["placed"]).sum() == 22
    total = plan.cells.groupby("area_code")["area_m2"].sum()
    expected = tainan.to_crs(plan.cells.crs).set_index("area_code").area
    np.testing.assert_allclose(total, expected.reindex(total.index), rtol=1e-10)


def test_a_second_plan_leaves_nothing_of_the_first(plan, tmp_path):
    """Where the new plan has no components, the file of the old one goes."""
    plan.save(tmp_path)
    bare = dataclasses.replace(plan, components=None)
    assert "components.gpkg" not in [file.name for file in bare.save(tmp_path)]
    assert not (tmp_path / "components.gpkg").exists()


def test_the_report_counts_the_components(plan):
    """The fate of components stands in the report: how many, why not, of which class."""
    fate = plan.to_dict()["components"]
    assert (fate["count"], fate["placed"]) == (34_971, 34_964)
    assert fate["reasons"] == {"outside": 7}
    assert sum(fate["outside_by_class"].values()) == 7


def two_areas():
    """Two square areas side by side."""
    squares = [shapely.box(0, 0, 500, 500), shapely.box(500, 0, 900, 500)]
    return gpd.GeoDataFrame({"area_code": ["A", "B"]}, geometry=squares, crs="EPSG:4548")


def lamps(x, y):
    """Lamps at these coordinates."""
    points = gpd.points_from_xy(x, y)
    return gpd.GeoDataFrame({"class_code": ["0118"] * len(x)}, geometry=points, crs="EPSG:4548")


def test_components_elsewhere_are_told():
    """Components of another place, or with swapped axes, give a warning that says so."""
    with pytest.warns(UserWarning, match="only 1 of 3 components lie in a cell; check their CRS"):
        plan = gg.build_plan(two_areas(), components=lamps([9, -9, -9], [9, 9, 9]))
    assert plan.ok


def test_faults_of_frames_are_found_before_any_work():
    """Errors name the frame by the user's word, and a missing class is told at once."""
    with pytest.raises(gg.CRSError, match="`areas` has no CRS"):
        gg.build_plan(two_areas().set_crs(None, allow_override=True))
    with pytest.raises(gg.SchemaError, match="`areas` lacks 'area_code'"):
        gg.build_plan(two_areas().drop(columns="area_code"))
    with pytest.raises(gg.SchemaError, match="`components` lacks 'class_code'"):
        gg.build_plan(two_areas(), components=lamps([9], [9]).drop(columns="class_code"))


def test_columns_left_by_an_earlier_run_do_no_harm():
    """Areas that carry cell codes from a join are still areas."""
    assert gg.build_plan(two_areas().assign(cell_code="X")).ok


def test_another_scheme_numbers_more_cells():
    """Where a 12-digit area has over 999 cells, the advice of the error can be followed."""
    square = shapely.box(0, 0, 4_000, 4_000)
    area = gpd.GeoDataFrame({"area_code": ["990101001001"]}, geometry=[square], crs="EPSG:4548")
    with pytest.raises(gg.CodeError, match="such as PLAIN"):
        gg.build_plan(area)
    assert len(gg.build_plan(area, scheme=gg.PLAIN).cells) == 1_600


def areas_file(folder, **changed):
    """A file of two square areas, changed so that something is wrong with it."""
    squares = [shapely.box(0, 0, 500, 500), shapely.box(500, 0, 900, 500)]
    areas = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=squares, crs="EPSG:4548")
    file = folder / "areas.parquet"
    areas.assign(**changed).to_parquet(file)
    return file


@pytest.mark.parametrize(
    ("changed", "options", "message"),
    [
        ({"code": ["A", "A"]}, [], "repeat"),
        ({"geometry": [shapely.box(0, 0, 9, 9), None]}, [], "without a geometry"),
        ({}, ["--cell-area", "0"], "`cell_area` must be a positive number"),
        ({}, ["--cell-area", "nan"], "`cell_area` must be a positive number"),
        ({}, ["--cell-area", "0.001"], "would make about"),
        ({}, ["--min-share", "2"], "`min_share` must be from 0 to 1"),
        ({}, ["--crs", "EPSG:4326"], "must be projected, in metres"),
        ({}, ["--h3", "99"], "whole number from 0 to 15"),
        ({}, ["--components", "none.csv"], "there is no file 'none.csv'"),
        ({}, ["--scheme", "NONE"], "`--scheme` must be one of 'UNIT_GRID_15'"),
        ({}, ["--h3", "9", "--cell-area", "100"], "not both"),
    ],
)
def test_what_cannot_run_says_why_and_writes_nothing(tmp_path, changed, options, message):
    """Exit code 2, one message without a traceback, and no folder."""
    file = areas_file(tmp_path, **changed)
    out = tmp_path / "out"
    result = run.invoke(app, ["plan", str(file), "--code", "code", "--out", str(out), *options])
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert not out.exists()


def test_faults_give_exit_code_1_and_all_files(tmp_path):
    """Overlapping areas are cut, drawn and reported; the exit code tells."""
    squares = [shapely.box(0, 0, 500, 500), shapely.box(450, 0, 900, 500)]
    file = areas_file(tmp_path, geometry=squares)
    result = run.invoke(app, ["plan", str(file), "--code", "code", "--out", str(tmp_path / "out")])
    assert result.exit_code == 1, result.output
    assert "faults found" in result.output
    verdict = json.loads((tmp_path / "out" / "coverage.json").read_text(encoding="utf-8"))
    assert verdict["areas"]["faults"]["overlaps"]["m2"] == pytest.approx(25_000)
    assert verdict["cells"]["faults"]["overlaps"]["m2"] == pytest.approx(25_000)


def test_the_options_for_awkward_files(tmp_path):
    """Codes listed with spaces, a csv with its own names, another scheme: all by options."""
    file = areas_file(tmp_path)
    table = tmp_path / "lamps.csv"
    table.write_text("kind,east,north\n0118,9,9\n0118,450,20\n", encoding="utf-8")
    options = {
        "--code": "code, code",
        "--components": table,
        "--class": "kind",
        "--x": "east",
        "--y": "north",
        "--components-crs": "EPSG:4548",
        "--scheme": "PLAIN",
        "--out": tmp_path / "out",
    }
    said = [str(part) for option in options.items() for part in option]
    result = run.invoke(app, ["plan", str(file), *said])
    assert result.exit_code == 0, result.output
    cells = gpd.read_file(tmp_path / "out" / "components.gpkg")["cell_code"]
    assert cells.str.startswith("AA-").tolist() == [True, True]


def test_cells_are_cut_from_files(tmp_path):
    """`gridgeo cut` writes what `areas_to_cells` gives, and does not write over its areas."""
    file = areas_file(tmp_path)
    out = tmp_path / "cells.gpkg"
    said = ["cut", str(file), "--code", "code", "--cell-area", "2500", "--out"]
    result = run.invoke(app, [*said, str(out)])
    assert result.exit_code == 0, result.output
    areas = gg.read_areas(file, code="code")
    cells = gg.areas_to_cells(areas, gg.SquareGrid(cell_area=2_500))
    assert f"{len(cells):,} cells" in result.output
    assert gpd.read_file(out)["cell_code"].tolist() == cells["cell_code"].tolist()
    before = file.read_bytes()
    assert run.invoke(app, [*said, str(file)]).exit_code == 2
    assert file.read_bytes() == before


def test_a_crash_is_no_verdict(tmp_path, monkeypatch):
    """An error of our own exits with 2 as well: 1 is for faults that were found."""
    monkeypatch.setattr("gridgeo.cli.plans.build_plan", lambda *_, **__: 1 / 0)
    result = run.invoke(
        app, ["plan", str(areas_file(tmp_path)), "--code", "code", "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_the_module_is_a_command():
    """`python -m gridgeo --help` names the verbs."""
    shown = subprocess.run(
        [sys.executable, "-m", "gridgeo", "--help"], capture_output=True, text=True, check=True
    )
    assert {"plan", "demo"} <= set(shown.stdout.split())


def test_the_facade_is_sorted_and_whole():
    """`__all__` names what is there, each once."""
    public = {
        name
        for name, value in vars(gg).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert sorted(gg.__all__) == sorted(public | {"datasets"})
