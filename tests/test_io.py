"""Files in and out: text stays text, nothing is guessed, nothing is half written."""

import gzip
import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gridgeo.errors import CodeError, CRSError, InputError, SchemaError
from gridgeo.io import (
    read_areas,
    read_components,
    read_events,
    replacing,
    staged,
    write_frame,
    write_json,
)


@pytest.fixture
def folder(tmp_path):
    """A folder as planners have them: Chinese characters and spaces."""
    path = tmp_path / "网格 数据 2026"
    path.mkdir()
    return path


def areas():
    """Two areas with codes in two columns, one with leading zeros."""
    return gpd.GeoDataFrame(
        {
            "district": ["01", "01"],
            "section": ["001", "002"],
            "name": ["甲", "乙"],
            "n": [1.5, 2.5],
        },
        geometry=[shapely.box(0, 0, 50, 50), shapely.box(50, 0, 90, 50)],
        crs="EPSG:4548",
    )


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "shp"])
def test_areas_come_home_from_every_format(folder, ending):
    """Codes, names, other columns and the CRS are the same after a file of each kind."""
    file = folder / f"区域.{ending}"
    if ending == "shp":
        areas().to_file(file, encoding="utf-8")
    else:
        write_frame(areas(), file)
    read = read_areas(file, code=["district", "section"], name="name", parent="district")
    assert read["area_code"].tolist() == ["01001", "01002"]
    assert read["area_name"].tolist() == ["甲", "乙"]
    assert read["parent_code"].tolist() == ["01", "01"]
    assert read["n"].tolist() == [1.5, 2.5]
    assert read.to_crs("EPSG:4548").area.tolist() == pytest.approx([2500, 2000], rel=1e-6)


def test_a_whole_number_is_a_code_and_a_decimal_one_is_not(folder):
    """7 becomes "7"; 110101001001.0 is refused with the remedy."""
    file = write_frame(areas().assign(code=[7, 8]), folder / "a.parquet")
    assert read_areas(file, code="code")["area_code"].tolist() == ["7", "8"]
    with pytest.raises(CodeError, match=r"'n' holds decimal numbers.*store it as text"):
        read_areas(file, code="n")


def test_the_name_falls_back_to_the_code(folder):
    """Every area has a name; a file's own column `area_name` is one."""
    file = write_frame(areas(), folder / "a.parquet")
    assert read_areas(file, code="section")["area_name"].tolist() == ["001", "002"]
    named = write_frame(areas().rename(columns={"name": "area_name"}), folder / "b.parquet")
    assert read_areas(named, code="section")["area_name"].tolist() == ["甲", "乙"]


def test_bad_area_files_are_refused(folder):
    """Each fault of a file gets its kind of error, naming what is there and the remedy."""
    with pytest.raises(InputError, match="there is no file"):
        read_areas(folder / "none.gpkg")
    (folder / "text.gpkg").write_text("no package", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as GeoPackage"):
        read_areas(folder / "text.gpkg")
    file = write_frame(areas(), folder / "a.parquet")
    with pytest.raises(SchemaError, match="lacks 'code'; its columns are: district, section"):
        read_areas(file, code="code")
    with pytest.raises(CodeError, match=r"repeat.*\(rows 0, 1\)"):
        read_areas(file, code="district")
    write_frame(areas().iloc[:0], folder / "empty.parquet")
    with pytest.raises(SchemaError, match="has no rows"):
        read_areas(folder / "empty.parquet", code="district")
    write_frame(areas().set_crs(None, allow_override=True), folder / "bare.parquet")
    with pytest.raises(CRSError, match="does not say in which CRS"):
        read_areas(folder / "bare.parquet", code="section")
    assert read_areas(folder / "bare.parquet", code="section", crs=4548).crs == 4548
    with pytest.raises(CRSError, match="leave `crs` out"):
        read_areas(file, code="section", crs="EPSG:4326")


TABLE = "编号,类别,经度,纬度\n001,路灯,116.6,33.05\n002,井盖,,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("name", ["部件.csv", "部件.csv.gz"])
def test_tables_of_points(folder, name, encoding):
    """UTF-8, with or without a mark, and GB18030 are told apart; codes keep their zeros."""
    data = TABLE.encode(encoding)
    (folder / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    read = read_components(folder / name, class_code="类别", crs="EPSG:4326")
    assert read["编号"].tolist() == ["001", "002"]
    assert read["class_code"].tolist() == ["路灯", "井盖"]
    assert read.geometry.iloc[0].coords[0] == (116.6, 33.05)
    assert read.geometry.iloc[1] is None


def test_several_component_files_become_one_frame(folder):
    """Each file without a class column is a class of its own, named by the file."""
    lamps = gpd.GeoDataFrame(geometry=gpd.points_from_xy([116.6], [33.05]), crs=4326)
    write_frame(lamps, folder / "lamps.parquet")
    write_frame(lamps.to_crs(4548), folder / "poles.gpkg")
    both = read_components([folder / "lamps.parquet", folder / "poles.gpkg"])
    assert both["class_code"].tolist() == ["lamps", "poles"]
    assert both.crs == 4326
    assert both.geometry.iloc[0].distance(both.geometry.iloc[1]) < 1e-9


def test_bad_tables_are_refused(folder):
    """Text in a coordinate column, unclear columns, no CRS, nothing at all."""
    file = folder / "p.csv"
    file.write_text("lon,lat\n116.6,33\nabc,33\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"text in column 'lon' that is no number.*\(row 1\)"):
        read_components(file, crs="EPSG:4326")
    file.write_text("east,north\n1,2\n", encoding="utf-8")
    with pytest.raises(
        SchemaError, match=r"say which column of .* is `x`; its columns are: east, n"
    ):
        read_components(file, crs="EPSG:4326")
    assert len(read_components(file, x="east", y="north", crs="EPSG:4548")) == 1
    with pytest.raises(CRSError, match="does not say in which CRS"):
        read_components(file, x="east", y="north")
    file.write_text("", encoding="utf-8")
    with pytest.raises(SchemaError, match="is empty"):
        read_components(file)
    with pytest.raises(InputError, match="names no file"):
        read_components([])


def test_events_keep_rows_whose_time_cannot_be_read(folder):
    """A time that is none becomes missing; the row stays."""
    file = folder / "e.csv"
    file.write_text("when,lon,lat\n2025-03-01 08:30,116.6,33\nsoon,116.6,33\n", encoding="utf-8")
    events = read_events(file, time="when", crs="EPSG:4326")
    assert events["time"].tolist() == [pd.Timestamp("2025-03-01 08:30"), pd.NaT]
    with pytest.raises(SchemaError, match="lacks 'time'"):
        read_events(file, crs="EPSG:4326")


def test_a_stopped_run_leaves_the_old_files(folder):
    """Where writing fails half way, what was there stays whole and nothing else is left."""
    old = write_json({"old": True}, folder / "report.json")

    def write_half(writer, name):
        with writer as part:
            (part / name).write_text("{", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half(replacing(old), "")
    with pytest.raises(KeyboardInterrupt):
        write_half(staged(folder), "report.json")
    assert [file.name for file in folder.iterdir()] == ["report.json"]
    assert json.loads(old.read_text(encoding="utf-8")) == {"old": True}


def test_an_unknown_ending_is_refused(folder):
    """The endings there are stand in the message."""
    with pytest.raises(InputError, match=r"must end in .gpkg, .geojson, .parquet or .csv"):
        write_frame(areas(), folder / "a.xyz")
    assert list(folder.iterdir()) == []
