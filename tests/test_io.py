"""Files in and out: text stays text, nothing is guessed, nothing is half written."""

import gzip
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridgeo.errors import CodeError, CRSError, InputError, SchemaError
from gridgeo.files import replacing, staged, write_frame, write_json
from gridgeo.io import read_areas, read_components


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
    """7 becomes "7" and 110101001001.0 its digits; 1.5 and 1e16 are refused with the remedy."""
    numbers = {"code": [7, 8], "long": [110101001001.0, 110101001002.0], "vast": [1e16, 2.0]}
    file = write_frame(areas().assign(**numbers), folder / "a.parquet")
    assert read_areas(file, code="code")["area_code"].tolist() == ["7", "8"]
    assert read_areas(file, code="long")["area_code"].tolist() == ["110101001001", "110101001002"]
    with pytest.raises(CodeError, match=r"'n' holds decimal numbers.*as text \(rows 0, 1\)"):
        read_areas(file, code="n")
    with pytest.raises(CodeError, match=r"longer ones than a decimal column keeps.*\(row 0\)"):
        read_areas(file, code="vast")
    short = write_frame(areas().assign(vast=np.array([2**25, 2], "f4")), folder / "b.parquet")
    with pytest.raises(CodeError, match=r"\(row 0\)"):
        read_areas(short, code="vast")


def test_a_code_that_is_missing_stays_missing(folder):
    """One null makes a column of whole numbers decimal; an area's code may not be missing."""
    file = write_frame(areas().assign(code=[7.0, None]), folder / "a.parquet")
    read = read_components(file, class_code="code")
    assert read["class_code"].iloc[0] == "7"
    assert read["class_code"].isna().tolist() == [False, True]
    with pytest.raises(CodeError, match=r"needs a code in 'area_code'; fill it \(row 1\)"):
        read_areas(file, code="code")


def test_a_name_may_be_any_value(folder):
    """A name is shown and never computed with: 1.5 is one, and so is 7."""
    file = write_frame(areas().assign(whole=[7.0, 8.0]), folder / "a.parquet")
    assert read_areas(file, code="section", name="n")["area_name"].tolist() == ["1.5", "2.5"]
    assert read_areas(file, code="section", name="whole")["area_name"].tolist() == ["7", "8"]


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


def test_a_class_may_be_called_na(folder):
    """Every value of a table is text; only an empty cell is missing, and NA for a coordinate."""
    file = folder / "p.csv"
    file.write_text("class,lon,lat\nNA,116.6,33\nnull,NA,33\n,116.6,33\n", encoding="utf-8")
    read = read_components(file, class_code="class", crs="EPSG:4326")
    assert read["class_code"].iloc[:2].tolist() == ["NA", "null"]
    assert read["class_code"].isna().tolist() == [False, False, True]
    assert read.geometry.isna().tolist() == [False, True, False]


@pytest.mark.parametrize(("crs", "x"), [("EPSG:4326", 116.6), ("EPSG:4548", 462000)])
def test_two_pairs_of_coordinates(folder, crs, x):
    """Degrees come before x and y, unless the CRS that was named is in metres; a half is none."""
    file = folder / "p.csv"
    file.write_text("x,y,lon,lat\n462000,3658000,116.6,33.05\n", encoding="utf-8")
    assert read_components(file, crs=crs).geometry.x.tolist() == [x]
    file.write_text("x,y,lon\n462000,3658000,116.6\n", encoding="utf-8")
    assert read_components(file, crs=crs).geometry.x.tolist() == [462000]


def test_crs_is_for_files_that_do_not_say(folder):
    """Beside a table that needs `crs`, a file that says its own keeps it; alone it is refused."""
    lamps = gpd.GeoDataFrame(geometry=gpd.points_from_xy([116.6], [33.05]), crs=4326)
    own = write_frame(lamps.to_crs(4548), folder / "poles.gpkg")
    bare = write_frame(lamps.set_crs(None, allow_override=True), folder / "bare.parquet")
    table = folder / "lamps.csv"
    table.write_text("lon,lat\n116.6,33.05\n", encoding="utf-8")
    read = read_components([table, own, bare], crs="EPSG:4326")
    assert read.crs == 4326
    lonlat = shapely.get_coordinates(read.geometry.to_numpy())
    np.testing.assert_allclose(lonlat, [[116.6, 33.05]] * 3, rtol=1e-11)
    with pytest.raises(CRSError, match="leave `crs` out"):
        read_components([own], crs="EPSG:4326")


def shapefile(file, encoding, language=0, **columns):
    """Write a Shapefile that does not say how its text is written, but for a byte in its .dbf."""
    areas().assign(**columns).to_file(file, encoding=encoding)
    file.with_suffix(".cpg").unlink()
    data = bytearray(file.with_suffix(".dbf").read_bytes())
    data[29] = language
    file.with_suffix(".dbf").write_bytes(data)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("language", [0, 0x57])
def test_a_shapefile_that_does_not_say_its_encoding(folder, encoding, language):
    """UTF-8 and GB18030 are told apart, in columns' names too, and may be named."""
    file = shapefile(folder / "区[域].shp", encoding, language, 街道=["望河", "路口"])
    for named in (None, encoding):
        read = read_areas(file, code="section", name="街道", encoding=named)
        assert read["area_name"].tolist() == ["望河", "路口"]


def test_a_shapefile_in_neither_encoding(folder):
    """What is valid in neither stays with GDAL, and so does a language that the .dbf names."""
    words = {"name": ["Sarrià", "Çès"]}
    for language in (0x57, 0x03):
        file = shapefile(folder / f"{language}.shp", "cp1252", language, **words)
        assert read_areas(file, code="section", name="name")["area_name"].tolist() == words["name"]


def test_an_encoding_is_checked(folder):
    """One that is misspelled, or is not the file's, is refused."""
    file = shapefile(folder / "a.shp", "gb18030")
    with pytest.raises(InputError, match="'gbq' is none that Python knows"):
        read_areas(file, code="section", encoding="gbq")
    with pytest.raises(InputError, match="cannot be read"):
        read_areas(file, code="section", encoding="utf-8")
    table = folder / "p.csv"
    table.write_bytes(TABLE.encode("gb18030"))
    with pytest.raises(InputError, match="written not in utf-8; name its `encoding`"):
        read_components(table, crs="EPSG:4326", encoding="utf-8")
    read = read_components(table, crs="EPSG:4326", class_code="类别", encoding="gbk")
    assert read["class_code"].tolist() == ["路灯", "井盖"]


def test_a_file_geodatabase_is_a_folder(folder):
    """A folder that ends in .gdb is read, by layer; any other folder is no file."""
    areas().to_file(folder / "城市.gdb", driver="OpenFileGDB", layer="areas")
    read = read_areas(folder / "城市.gdb", code="section", layer="areas")
    assert read["area_code"].tolist() == ["001", "002"]
    with pytest.raises(InputError, match="there is no file"):
        read_areas(folder)


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
        SchemaError, match=r"say which column of .* is `x` and which `y`; its columns are: east, n"
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


def test_a_geopackage_tells_columns_apart_by_a_number(folder):
    """Equal but for case, or the format's own names: all columns and values are there again."""
    clash = {
        "CLASS_CODE": ["a", "b"],
        "class_code": ["c", "d"],
        "Class_Code_2": ["e", "f"],
        "fid": [7, 7],
        "FID": ["x", "y"],
        "Geom": ["u", "v"],
        "geometry": ["s", "t"],
        "Name": ["N", "M"],
        "NAME": ["n", "m"],
    }
    frame = areas()[["geometry"]].rename_geometry("shape").assign(**clash)
    read = gpd.read_file(write_frame(frame, folder / "a.gpkg"))
    assert read.drop(columns="geometry").to_dict("list") == {
        "CLASS_CODE_3": ["a", "b"],
        "class_code": ["c", "d"],
        "Class_Code_2": ["e", "f"],
        "fid_2": [7, 7],
        "FID_3": ["x", "y"],
        "Geom_2": ["u", "v"],
        "geometry_2": ["s", "t"],
        "Name": ["N", "M"],
        "NAME_2": ["n", "m"],
    }
    assert read.area.tolist() == [2500, 2000]
    assert list(frame.columns) == ["shape", *clash]


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
@pytest.mark.parametrize(
    "values",
    [
        pd.to_timedelta([1, 2], unit="s"),
        np.array([1j, 2j]),
        np.array([1, 2**63 + 1], "uint64"),
        np.array([1, 2], "float16"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(folder, ending, values):
    """The message names the column and the remedy, and nothing is written."""
    with pytest.raises(SchemaError, match="columns 'v' hold what the format cannot; make them num"):
        write_frame(areas().assign(v=values, w=values.astype(str)), folder / f"a.{ending}")
    assert list(folder.iterdir()) == []


def test_columns_that_no_file_can_hold(folder):
    """Names that repeat or are no text, a second geometry, no geometry, values of two kinds."""
    twice = areas().rename(columns={"name": "district"})
    with pytest.raises(SchemaError, match="columns 'district' repeat; rename them"):
        write_frame(twice, folder / "a.gpkg")
    with pytest.raises(SchemaError, match=r"columns 5 have names that are no text.*columns=str"):
        write_frame(areas().rename(columns={"name": 5}), folder / "a.gpkg")
    second = areas().assign(center=areas().centroid)
    with pytest.raises(SchemaError, match="'center' are second geometries; drop them"):
        write_frame(second, folder / "a.gpkg")
    assert len(gpd.read_parquet(write_frame(second, folder / "a.parquet"))) == 2
    with pytest.raises(InputError, match=r"geometry; write a table as .csv or .xlsx"):
        write_frame(pd.DataFrame({"a": [1]}), folder / "b.gpkg")
    with pytest.raises(
        InputError, match=r"b.parquet' cannot be written: Could not convert 'a'.*; .*column mixed"
    ):
        write_frame(areas().assign(mixed=[1, "a"]), folder / "b.parquet")
    assert [file.name for file in folder.iterdir()] == ["a.parquet"]


def test_a_table_holds_no_formulas(folder):
    """Text that a spreadsheet would compute gets an apostrophe; numbers, also as text, do not."""
    texts = ["=1+1", "+SUM(A1)", "-2+3", "@now", "\t=1", "\r=1", "a=1", "-1.5", "+8e3", None, "-"]
    frame = pd.DataFrame({"=t": texts, "n": np.arange(-5.0, 6.0)})
    frame["k"] = frame["=t"].astype("category")
    frame["o"] = pd.Series([*texts[:-1], -3], dtype=object)
    frame["d"] = pd.to_timedelta(frame["n"], unit="s")
    file = write_frame(frame, folder / "a.csv")
    read = pd.read_csv(file, keep_default_na=False, dtype=str)
    safe = ["'=1+1", "'+SUM(A1)", "'-2+3", "'@now", "'\t=1", "'\r=1", "a=1", "-1.5", "+8e3", ""]
    assert read["'=t"].tolist() == [*safe, "'-"]
    assert read["k"].tolist() == [*safe, "'-"]
    assert read["o"].tolist() == [*safe, "-3"]
    assert read["n"].astype(float).tolist() == frame["n"].tolist()
    assert read["d"].iloc[0] == "'-1 days +23:59:55"
    assert frame["=t"].iloc[0] == "=1+1"


def test_a_table_drops_geometries_alone(folder):
    """A geometry of any name goes; a text column called geometry stays."""
    frame = areas().rename_geometry("shape").assign(geometry=["p", "q"])
    frame["center"] = frame.centroid
    read = pd.read_csv(write_frame(frame, folder / "a.csv"))
    assert list(read.columns) == ["district", "section", "name", "n", "geometry"]
    assert read["geometry"].tolist() == ["p", "q"]


@pytest.mark.parametrize("ending", ["GPKG", "GeoJSON", "Parquet", "CSV"])
def test_an_ending_may_be_in_capitals(folder, ending):
    """What is written under such a name is of that format."""
    file = write_frame(areas(), folder / f"a.{ending}")
    read = pd.read_csv(file) if ending == "CSV" else read_areas(file, code="section")
    assert read["name"].tolist() == ["甲", "乙"]


def stage(folder, *names):
    """Write a new text into files of these names, all or none."""
    with staged(folder) as part:
        for name in names:
            (part / name).write_text("new", encoding="utf-8")


def test_a_place_that_cannot_be_written_is_said(folder):
    """A file where a folder should be, and a folder where a file should be, are named."""
    (folder / "file").write_text("old", encoding="utf-8")
    for place in (folder / "file", folder / "file" / "below"):
        with pytest.raises(InputError, match=r"file.* cannot be written: .*; name another place"):
            stage(place, "a")
        with pytest.raises(InputError, match="cannot be written"):
            write_frame(areas(), place / "a.gpkg")
    (folder / "b").mkdir()
    with pytest.raises(InputError, match=r"b' cannot be written: there is a folder of this name"):
        write_json({}, folder / "b")
    assert sorted(file.name for file in folder.iterdir()) == ["b", "file"]


def test_all_files_move_in_or_none(folder):
    """Where a folder stands in the last file's place, the first keeps its old text too."""
    (folder / "a").write_text("old", encoding="utf-8")
    (folder / "z").mkdir()
    with pytest.raises(InputError, match=r"z' cannot be written: there is a folder of this name"):
        stage(folder, "a", "m", "z")
    assert sorted(file.name for file in folder.iterdir()) == ["a", "z"]
    assert (folder / "a").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("stuck", ["a", "b"])
@pytest.mark.parametrize("aside", [True, False])
def test_a_file_that_another_program_holds(folder, monkeypatch, stuck, aside):
    """Where the system forbids a move, aside or in, all old files are there again."""
    for name in "ab":
        (folder / name).write_text("old", encoding="utf-8")
    replace = Path.replace

    def held(self, target):
        if self.name == stuck and (self.parent == folder) is aside:
            raise PermissionError(13, "in use")
        return replace(self, target)

    def put_back(self, target):
        return replace(self, target) if self.parent.name == "old" else held(self, target)

    monkeypatch.setattr(Path, "replace", put_back)
    with pytest.raises(InputError, match=rf"{stuck}' cannot be written: in use; .*close the prog"):
        stage(folder, "a", "b", "c")
    monkeypatch.undo()
    assert {f.name: f.read_text(encoding="utf-8") for f in folder.iterdir()} == dict.fromkeys(
        "ab", "old"
    )
    stage(folder, "a", "b", "c")
    assert {f.name: f.read_text(encoding="utf-8") for f in folder.iterdir()} == dict.fromkeys(
        "abc", "new"
    )


@pytest.mark.parametrize(("names", "text"), [("a", "new"), ("ab", "old")])
def test_a_stop_in_the_midst_of_moving(folder, monkeypatch, names, text):
    """A file alone is new as soon as it is moved; of several all are as before."""
    for name in names:
        (folder / name).write_text("old", encoding="utf-8")
    replace = Path.replace

    def stopped(self, target):
        replace(self, target)
        if self.parent.name == "new" and self.name == names[-1]:
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        stage(folder, *names)
    assert [file.read_text(encoding="utf-8") for file in folder.iterdir()] == [text] * len(names)


def test_an_old_file_that_cannot_go_back_is_kept(folder, monkeypatch):
    """Where even the way back is barred, the message says where the old files lie."""
    (folder / "a").write_text("old", encoding="utf-8")
    replace = Path.replace

    def one_way(self, target):
        if self.parent != folder:
            raise PermissionError(13, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", one_way)
    with pytest.raises(InputError, match=r"The files that were there are in .*old'"):
        stage(folder, "a", "b")
    kept = [file for file in folder.rglob("*") if file.is_file()]
    assert [file.read_text(encoding="utf-8") for file in kept] == ["old"]


def test_a_folder_made_in_vain_is_gone_again(folder):
    """Where writing fails, no new folder is left, nor one above it; one with files stays."""
    with pytest.raises(InputError, match="cannot be written"):
        write_frame(areas().assign(mixed=[1, "a"]), folder / "new" / "deep" / "a.parquet")
    assert list(folder.iterdir()) == []
    stage(folder / "new" / "deep", "a")
    assert [file.name for file in (folder / "new" / "deep").iterdir()] == ["a"]


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
    with pytest.raises(InputError, match=r"must end in .gpkg, .geojson, .parquet, .csv or .xlsx"):
        write_frame(areas(), folder / "new" / "a.xyz")
    assert list(folder.iterdir()) == []
