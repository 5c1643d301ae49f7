"""A file of components into cells, part by part: the same as all at once, whole or not at all."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiLineString
from typer.testing import CliRunner

from gridgeo.china import wgs84_to_gcj02
from gridgeo.cli import app
from gridgeo.datasets import read_sample, sample_path
from gridgeo.errors import InputError, SchemaError
from gridgeo.files import write_frame, write_parts
from gridgeo.geocoding import CellIndex, geocode
from gridgeo.io import iter_components, read_components
from gridgeo.workflow import geocode_to_file

CRS = "EPSG:4548"


@pytest.fixture(scope="module")
def cells():
    """The communities of the sample city, as hand-drawn cells."""
    communities = read_sample("communities")
    return communities.rename(columns={"area_code": "cell_code"})[["cell_code", "geometry"]]


@pytest.fixture
def pipes(tmp_path):
    """A layer of lines that cross the city's communities."""
    lines = read_sample("pipes")
    return write_frame(lines, tmp_path / "pipes.parquet")


@pytest.mark.parametrize("ending", ["parquet", "csv", "gpkg"])
def test_parts_give_what_the_whole_file_gives(cells, tmp_path, ending):
    """Row for row and column for column, however the file is cut into parts."""
    path = sample_path("components")
    expected = geocode(read_components(path), cells)
    for chunk_rows in (4_999, 1_000_000):
        out = tmp_path / "望河 区" / f"placed {chunk_rows}.{ending}"
        summary = geocode_to_file(iter_components(path, chunk_rows=chunk_rows), cells, out)
        assert (summary.n_features, summary.n_rows) == (34_971, 34_971)
        assert summary.placed == expected["placed"].sum()
        assert summary.reasons == {"outside": 7}
        if ending == "parquet":
            pd.testing.assert_frame_equal(gpd.read_parquet(out), expected.reset_index(drop=True))
        elif ending == "gpkg":
            read = gpd.read_file(out)
            assert read["cell_code"].fillna("").tolist() == expected["cell_code"].tolist()
            assert read.geometry.geom_equals_exact(
                expected.geometry.reset_index(drop=True), 0
            ).all()
            assert read.crs == expected.crs
        else:
            whole = write_frame(expected, tmp_path / "whole.csv")
            assert out.read_bytes() == whole.read_bytes()


def test_split_lines_are_summed_up_over_parts(cells, pipes, tmp_path):
    """More rows than lines, and the length of all of them."""
    lines = read_components(pipes)
    out = tmp_path / "pieces.parquet"
    summary = geocode_to_file(iter_components(pipes, chunk_rows=100), cells, out, by="split")
    pieces = gpd.read_parquet(out)
    assert summary.n_features == len(lines) < summary.n_rows == len(pieces)
    whole = lines.to_crs(cells.crs) if lines.crs != cells.crs else lines
    assert pieces["length_m"].sum() == pytest.approx(whole.length.sum(), rel=1e-9)


def test_an_index_serves_and_a_summary_tells(cells, tmp_path):
    """Cells that were read once serve; the summary is one line."""
    out = tmp_path / "a.csv"
    parts = iter_components(sample_path("components"))
    summary = geocode_to_file(parts, CellIndex(cells), out)
    assert repr(summary) == "34,971 components, 34,964 in a cell; outside: 7"


@pytest.mark.filterwarnings("ignore:.*features lie in no cell:UserWarning")
def test_a_run_that_stops_leaves_the_old_file(cells, tmp_path):
    """A row that is refused in a later part: nothing new is there, and no scrap."""
    table = tmp_path / "lamps.csv"
    rows = ["lon,lat,class_code", *["116.4,39.9,0101"] * 50, "here,39.9,0101"]
    table.write_text("\n".join(rows), encoding="utf-8")
    out = tmp_path / "placed.csv"
    out.write_text("old", encoding="utf-8")
    parts = iter_components(table, crs=4326, chunk_rows=20)
    with pytest.raises(InputError, match="row 50"):
        geocode_to_file(parts, cells, out)
    assert out.read_text(encoding="utf-8") == "old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["lamps.csv", "placed.csv"]


def test_shifted_coordinates_are_told_once_not_for_every_part(cells, tmp_path):
    """Ten parts of degrees that are swapped: one warning, and all rows written."""
    lonlat = read_sample("components").to_crs(4326).geometry
    swapped = pd.DataFrame({"lat": lonlat.x, "lon": lonlat.y, "class_code": "0101"})
    table = write_frame(swapped.iloc[:5_000], tmp_path / "swapped.csv")
    parts = iter_components(table, crs=4326, chunk_rows=500)
    with pytest.warns(UserWarning, match="exchanged") as heard:
        summary = geocode_to_file(parts, cells, tmp_path / "out.csv")
    assert len(heard) == 1
    assert (summary.n_rows, summary.placed) == (5_000, 0)


def write_all(parts, path):
    """Write frames into one file."""
    with write_parts(path) as add:
        for part in parts:
            add(part)


def test_a_column_may_begin_with_parts_in_which_nothing_stands(tmp_path):
    """Dates and truth values that only a later part has are what they are, nulls stay nulls."""
    values = [[None, None], [None, True], [dt.date(2025, 3, 1), None], [None, None]]
    parts = [
        gpd.GeoDataFrame(
            {"day": [day], "seen": pd.Series([seen], dtype=object), "code": ["0110"]},
            geometry=shapely.points([[at, 0]]),
            crs=CRS,
        )
        for at, (day, seen) in enumerate(values)
    ]
    write_all(parts, tmp_path / "a.parquet")
    read = gpd.read_parquet(tmp_path / "a.parquet")
    assert read["day"].tolist() == [None, None, dt.date(2025, 3, 1), None]
    assert read["seen"].tolist() == [None, True, None, None]
    assert read["code"].tolist() == ["0110"] * 4
    assert read.geometry.x.tolist() == [0, 1, 2, 3]
    assert read.crs == CRS
    assert [file.name for file in tmp_path.iterdir()] == ["a.parquet"]


def test_a_geometry_has_its_type_whatever_else_is_in_a_part(tmp_path):
    """A line is a line, also in a part with lines of several parts."""
    lines = [LineString([(0, 0), (1, 1)]), MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])]
    parts = [
        gpd.GeoDataFrame({"a": ["1"] * len(of)}, geometry=of, crs=CRS) for of in (lines, lines[:1])
    ]
    write_all(parts, tmp_path / "a.gpkg")
    read = gpd.read_file(tmp_path / "a.gpkg")
    assert read.geom_type.tolist() == ["LineString", "MultiLineString", "LineString"]


def test_parts_of_unequal_columns_are_refused(tmp_path):
    """What does not fit the first part is an error, not a column in the wrong place."""
    first = gpd.GeoDataFrame({"a": ["1"]}, geometry=shapely.points([[0, 0]]), crs=CRS)
    parts = [first, first.rename(columns={"a": "b"})]
    for ending in ("parquet", "csv", "gpkg"):
        with pytest.raises(SchemaError, match="a part has the columns b, geometry"):
            write_all(parts, tmp_path / f"a.{ending}")
    with pytest.raises(InputError, match=r"must end in .parquet, .csv or .gpkg"):
        write_all(parts, tmp_path / "a.geojson")
    assert not list(tmp_path.iterdir())


def test_the_command_geocodes_a_table_of_consumer_map_degrees(cells, tmp_path):
    """A csv in GCJ-02 through the command: every component is where the sample has it."""
    components = read_sample("components").to_crs(4326)
    lon, lat = wgs84_to_gcj02(components.geometry.x, components.geometry.y)
    table = write_frame(
        pd.DataFrame({"经度": lon, "纬度": lat, "类别": components["class_code"]}),
        tmp_path / "部件 表.csv",
    )
    grid = write_frame(cells, tmp_path / "cells.gpkg")
    out = tmp_path / "placed.parquet"
    command = ["geocode", str(table), str(grid), "--out", str(out), "--crs", "gcj02"]
    result = CliRunner().invoke(app, [*command, "--chunk-rows", "10000"])
    assert result.exit_code == 0, result.output
    assert "34,971 components, 34,964 in a cell; outside: 7" in result.output
    expected = geocode(read_sample("components"), cells)["cell_code"]
    assert gpd.read_parquet(out)["cell_code"].tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--max-distance", "5"], "goes with outside='nearest'"),
        (["--crs", "nonsense"], "no CRS that PROJ knows"),
        (["--x", "east"], "lacks 'east'|no column 'east'|'east'"),
    ],
)
def test_what_cannot_run_exits_with_2(cells, tmp_path, options, message):
    """One sentence, exit code 2, no file."""
    table = tmp_path / "lamps.csv"
    table.write_text("lon,lat,class_code\n116.4,39.9,0101\n", encoding="utf-8")
    grid = write_frame(cells, tmp_path / "cells.gpkg")
    out = tmp_path / "placed.csv"
    command = ["geocode", str(table), str(grid), "--out", str(out), "--crs", "EPSG:4326"]
    result = CliRunner().invoke(app, [*command, *options])
    assert result.exit_code == 2
    assert pd.Series([result.output]).str.contains(message).all(), result.output
    assert not out.exists()


@pytest.mark.parametrize("width", ["kind=4,no=16", "4"])
def test_the_command_gives_zeros_back(cells, tmp_path, width):
    """Digits by column, or for the one column of codes, as in Python."""
    lines = ["lon,lat,kind,no", "116.6,33.06,110,105080101000001"]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    write_frame(cells, tmp_path / "cells.gpkg")
    files = [str(tmp_path / name) for name in ("a.csv", "cells.gpkg")]
    options = ["--out", str(tmp_path / "a.parquet"), "--crs", "EPSG:4326", "--class", "kind"]
    run = CliRunner().invoke(app, ["geocode", *files, *options, "--code-width", width])
    assert run.exit_code == 0, run.output
    read = gpd.read_parquet(tmp_path / "a.parquet")
    assert read["class_code"].tolist() == ["0110"]
    assert read["no"].tolist() == ["0105080101000001" if "no" in width else "105080101000001"]
    for wrong in ("kind=four", "kind", "4.0"):
        run = CliRunner().invoke(app, ["geocode", *files, *options, "--code-width", wrong])
        assert run.exit_code == 2
        assert "must be like 'kind=4,id=16' or 16" in run.output


def test_the_command_does_not_write_over_what_it_reads(cells, tmp_path):
    """The components' own file is no place to write to."""
    grid = write_frame(cells, tmp_path / "cells.gpkg")
    result = CliRunner().invoke(app, ["geocode", str(grid), str(grid), "--out", str(grid)])
    assert result.exit_code == 2
    assert "named twice" in result.output


def test_more_points_than_one_part_are_located_alike(tmp_path):
    """Random points in parts of a thousand have the owners that they have together."""
    rng = np.random.default_rng(4)
    west = 100.0 * np.arange(20)
    squares = gpd.GeoDataFrame(
        {"cell_code": [f"{i:02d}" for i in rng.permutation(20)]},
        geometry=shapely.box(west, 0, west + 100, 100),
        crs=CRS,
    )
    points = gpd.GeoDataFrame(
        {"class_code": "0101"},
        geometry=shapely.points(rng.uniform([0, 0], [2000, 110], (7_777, 2))),
        index=range(7_777),
        crs=CRS,
    )
    file = write_frame(points, tmp_path / "points.parquet")
    geocode_to_file(iter_components(file, chunk_rows=1_000), squares, tmp_path / "out.parquet")
    placed = gpd.read_parquet(tmp_path / "out.parquet")
    assert placed["cell_code"].tolist() == geocode(points, squares)["cell_code"].tolist()
