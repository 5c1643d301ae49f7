"""The command line of checks: levels on files, and both languages on a terminal."""

# ruff: noqa: RUF001 - Chinese has its own comma and colon

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from test_faults_report import sound
from test_nesting import COMMUNITIES, DISTRICT, LAKE, STREETS, with_shapes
from typer.testing import CliRunner
from wcwidth import wcswidth

from gridgeo import SquareGrid, areas_to_cells
from gridgeo.cli import app

run = CliRunner()
ROOT = Path(__file__).resolve().parents[1]
NAMES = ["district", "streets", "communities", "cells"]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Four levels in files, as gridgeo names columns and as an office does, and faulty ones."""
    monkeypatch.chdir(tmp_path)
    cells = areas_to_cells(COMMUNITIES, SquareGrid(cell_area=400))
    levels = [DISTRICT, STREETS.assign(parent_code="D"), COMMUNITIES, cells]
    own = [
        {"area_code": "QDM"},
        {"area_code": "JDDM", "parent_code": "QDM"},
        {"area_code": "SQDM", "parent_code": "JDDM"},
        {"cell_code": "BGDM", "area_code": "SQDM"},
    ]
    for name, level, columns in zip(NAMES, levels, own, strict=True):
        level.to_parquet(f"{name}.parquet")
        level.rename(columns=columns).to_parquet(f"own_{name}.parquet")
        level.to_file("city.gpkg", layer=name)
    crossing = with_shapes(A2=shapely.box(90, 0, 230, 100) - LAKE, B1=shapely.box(230, 0, 300, 100))
    crossing.to_parquet("crossing.parquet")
    return tmp_path


def levels(names, *options):
    """Run the check of levels on files by their names; one without an ending is GeoParquet."""
    files = [name if "." in name else f"{name}.parquet" for name in names.split()]
    return run.invoke(app, ["levels", *files, *options])


def per_file(option, *values):
    """Give an option several times."""
    return [part for value in values for part in (option, value)]


@pytest.mark.usefixtures("files")
def test_levels_that_nest_exit_with_0():
    """Names are those of the files, codes and claims are found as in the library."""
    result = levels("district streets communities cells")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "LevelsReport: 4 levels nested, each fills the one above once"
    assert [line.split()[0] for line in lines[1:5]] == NAMES
    assert "streets 'parent_code', communities 'parent_code', cells 'area_code'" in lines[5]


def test_faults_of_levels_exit_with_1_and_are_written(files):
    """The GeoPackage and the JSON hold the crossing, and the output names both."""
    result = levels("streets crossing", "--out", "f.gpkg", "--json", "f.json")
    assert result.exit_code == 1, result.output
    assert result.output.splitlines()[3].split() == ["crossings", "1", "3,000.000", "m2"]
    assert result.output.endswith("wrote f.gpkg\nwrote f.json\n")
    crossings = gpd.read_file(files / "f.gpkg", layer="2 crossing crossings")
    assert crossings["m2"].tolist() == pytest.approx([3000])
    told = json.loads((files / "f.json").read_text(encoding="utf-8"))
    assert told["names"] == ["streets", "crossing"]
    assert told["steps"][0]["faults"]["crossings"]["rows"][0]["child_code"] == "A2"
    forgiven = levels("streets crossing", "--tolerance-m2", "3001")
    assert forgiven.exit_code == 0, forgiven.output


@pytest.mark.usefixtures("files")
def test_columns_of_an_office_are_named_file_by_file():
    """Codes and parents in the order of the files; the report quotes the names that were given."""
    files = "own_district own_streets own_communities own_cells"
    codes = per_file("--code", "QDM", "JDDM", "SQDM", "BGDM")
    parents = per_file("--parent", "QDM", "JDDM", "SQDM")
    result = levels(files, *codes, *parents, *per_file("--name", "区", "街道", "社区", "网格"))
    assert result.exit_code == 0, result.output
    assert "parent codes: 街道 'QDM', 社区 'JDDM', 网格 'SQDM'" in result.output
    swapped = levels(files, *codes, *per_file("--parent", "", "SQDM", "SQDM"))
    assert swapped.exit_code == 1, swapped.output
    assert "wrong_parent_codes" in swapped.output
    assert "own_streets unchecked" in swapped.output


@pytest.mark.usefixtures("files")
def test_cells_of_gridgeo_name_communities_of_an_office():
    """Where the cells have area_code it is held against the code of the level above."""
    result = levels("own_streets own_communities cells", *per_file("--code", "JDDM", "SQDM", ""))
    assert result.exit_code == 0, result.output
    assert "own_communities unchecked, cells 'area_code'" in result.output


def test_cells_of_an_office_name_communities_of_gridgeo(files):
    """The code of the lowest level leaves its area_code to name the level above."""
    cells = gpd.read_parquet(files / "cells.parquet").rename(columns={"cell_code": "BGDM"})
    cells.to_parquet(files / "coded.parquet")
    result = levels("communities coded", *per_file("--code", "", "BGDM"))
    assert result.exit_code == 0, result.output
    assert "coded 'area_code'" in result.output


@pytest.mark.usefixtures("files")
def test_one_option_is_for_all_files():
    """Files of one make need an option once: a joined code, a parent, a layer."""
    result = levels("streets communities", "--code", "area_code, area_code")
    assert result.exit_code == 0, result.output
    result = levels("district streets communities", "--parent", "parent_code")
    assert result.exit_code == 0, result.output
    assert result.output.count("'parent_code'") == 2


def test_levels_may_be_layers_of_one_file(files):
    """A layer for each level, by whose name it is called; CRS where the files do not say."""
    layered = levels("city.gpkg " * 4, *per_file("--layer", *NAMES))
    assert layered.exit_code == 0, layered.output
    assert [line.split()[0] for line in layered.output.splitlines()[1:5]] == NAMES
    for name in NAMES[1:3]:
        frame = gpd.read_parquet(files / f"{name}.parquet")
        frame.set_crs(None, allow_override=True).to_parquet(files / f"{name}.parquet")
    assert levels("streets communities").exit_code == 2
    told = levels("streets communities", "--crs", "EPSG:4547")
    assert told.exit_code == 0, told.output


def test_zones_lie_between_areas_and_cells(files):
    """A file of zones is named by --code zone_code, and cells name their zone by that column."""
    zones = STREETS.rename(columns={"area_code": "zone_code"}).assign(cell_code="x", area_code="D")
    zones.to_parquet(files / "zones.parquet")
    cells = COMMUNITIES.rename(columns={"area_code": "cell_code", "parent_code": "zone_code"})
    cells.to_parquet(files / "by_zone.parquet")
    codes = per_file("--code", "", "zone_code", "")
    result = levels("district zones by_zone", *codes)
    assert result.exit_code == 0, result.output
    assert "zones 'area_code', by_zone 'zone_code'" in result.output


def test_a_parent_in_the_column_of_a_code_keeps_its_name(files):
    """Where area_code names the parent, the level's own code does not go there."""
    streets = STREETS.rename(columns={"area_code": "JDDM"}).assign(area_code="D")
    streets.to_parquet(files / "odd.parquet")
    options = [*per_file("--code", "", "JDDM", ""), *per_file("--parent", "area_code", "")]
    result = levels("district odd communities", *options)
    assert result.exit_code == 0, result.output
    assert "odd 'area_code', communities 'parent_code'" in result.output


def test_codes_that_are_numbers_are_digits(files):
    """A code that a spreadsheet made a decimal number still names its parent."""
    streets = STREETS.assign(area_code=[7.0, 8.0])
    communities = COMMUNITIES.assign(street=[7.0, 7.0, 8.0, 8.0])
    streets.to_parquet(files / "s.parquet")
    communities.to_parquet(files / "c.parquet")
    result = levels("s c", "--parent", "street")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["streets"], "two or more frames"),
        (["streets none.gpkg"], "there is no file"),
        (["own_streets communities"], "`own_streets.parquet` lacks 'cell_code'"),
        (["streets communities", "--parent", "JDDM"], "lacks 'JDDM'"),
        (["streets communities", *per_file("--code", "a", "b", "c")], "give --code once, or 2"),
        (["streets communities", *per_file("--parent", "a", "b")], "give --parent once, or 1"),
        (["streets communities", "--name", "a"], "`names` must be a list of 2"),
        (["streets communities", "--tolerance-m2", "-1"], "`tolerance_m2` must be"),
        (["streets communities", "--out", "f.shp"], "must end in .gpkg"),
        (["streets communities", "--json", "streets.parquet"], "is named twice"),
    ],
)
def test_levels_that_cannot_be_checked_exit_with_2(files, options, message):
    """One line that says why, no traceback, and every file as it was."""
    before = {path: path.stat().st_size for path in files.iterdir()}
    result = levels(*options)
    assert result.exit_code == 2, result.output
    assert result.output.startswith("error: ")
    assert message in result.output
    assert result.output.count("\n") == 1
    assert {path: path.stat().st_size for path in files.iterdir()} == before


def test_checks_speak_chinese(files):
    """`--language zh`: the same figures and exit codes, columns that end below one another."""
    cells, areas = sound("001")
    areas.to_parquet("areas.parquet")
    cells.iloc[1:].to_parquet("faulty.parquet")
    told = run.invoke(
        app, ["check", "faulty.parquet", "areas.parquet", "--language", "zh", "--json", "报告.json"]
    )
    assert told.exit_code == 1, told.output
    lines = told.output.splitlines()
    assert lines[0] == "覆盖检查：不合格，发现 1 处问题"
    assert lines[1].startswith("  35 个单元网格，共 350,000.000 平方米；2 个区域，共 360,000.000")
    assert lines[2] == "  空白                      1   10,000.000 平方米"
    assert {wcswidth(line) for line in lines[3:11]} == {29}
    assert lines[11] == "已写入 报告.json"
    assert (files / "报告.json").is_file()
    levelled = levels("streets crossing", "--language", "zh")
    assert levelled.exit_code == 1, levelled.output
    assert levelled.output.startswith("层级检查：2 级未全部合格，发现 1 处问题\n")
    english = run.invoke(app, ["check", "faulty.parquet", "areas.parquet"])
    assert english.output.startswith("CoverageReport: not sound, 1 fault\n")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_chinese_console_shows_the_report(files, encoding):
    """From outside, in the encoding of a console, and nothing on the channel of errors."""
    named = [files / "streets.parquet", files / "crossing.parquet"]
    done = subprocess.run(
        [sys.executable, "-m", "gridgeo", "levels", *named, "--language", "zh"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding},
    )
    assert (done.returncode, done.stderr) == (1, b"")
    told = done.stdout.decode(encoding)
    assert "跨越上级边界                1        3,000.000 平方米" in told
    assert "\\x" not in told


@pytest.mark.real
def test_five_levels_of_barcelona(real_cities, tmp_path):
    """City, districts, barris, statistical areas and sections, by the columns of their files."""
    names = ["municipality", "districts", "barris", "aeb", "census_sections"]
    files = [str(real_cities / "barcelona" / f"{name}.parquet") for name in names]
    codes = per_file("--code", "CODI_UA", "DISTRICTE", "BARRI", "AEB", "DISTRICTE,SEC_CENS")
    parents = per_file("--parent", "", "DISTRICTE", "BARRI", "AEB")
    report = tmp_path / "report.json"
    result = run.invoke(app, ["levels", *files, *codes, *parents, "--json", str(report)])
    assert result.exit_code == 0, result.output
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [step["claim"] for step in told["steps"]] == [None, "DISTRICTE", "BARRI", "AEB"]
    assert [step["n_children"] for step in told["steps"]] == [10, 73, 233, 1068]
