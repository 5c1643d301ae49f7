"""Components in: every row is kept, codes are text, places are right or there is none."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.china import wgs84_to_bd09, wgs84_to_gcj02
from gridgeo.errors import CodeError, CRSError, InputError, SchemaError
from gridgeo.files import write_frame
from gridgeo.geocoding import geocode
from gridgeo.io import read_areas, read_components
from gridgeo.io.codes import CodeColumn
from gridgeo.validate import Faults


def table(folder, *lines, name="lamps.csv"):
    """Write a csv of these lines."""
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder / name


def coded(folder, *codes):
    """Write components of these classes."""
    return table(folder, "类别,lon,lat", *(f"{code},116.5,33" for code in codes))


def classes(folder, *codes, **asked):
    """Read the classes of components."""
    return read_components(coded(folder, *codes), crs=4326, **asked)["class_code"].tolist()


# Codes


def test_what_a_spreadsheet_put_around_a_code_goes(tmp_path):
    """A decimal point behind a whole number, an apostrophe before it, blanks; no more."""
    codes = classes(tmp_path, "110101001001.0", "'0110", " 0110 ", "2.", "1E3", "A-1e5", "'A01")
    assert codes == ["110101001001", "0110", "0110", "2", "1E3", "A-1e5", "A01"]


@pytest.mark.parametrize("code", ["1.10101001001E+11", "1.1e11", "1E+05", "1.101e+15", "1.e5"])
def test_a_rounded_number_is_refused(tmp_path, code):
    """Digits that a spreadsheet left out cannot come back."""
    with pytest.raises(CodeError, match=r"spreadsheet rounded, such as 1.1E\+11.*\(row 1\)"):
        classes(tmp_path, "110101001001", code)


def test_points_in_codes(tmp_path):
    """1.1 and 1.10 are codes of a hierarchy; beside 1.0 it is not clear what the point means."""
    assert classes(tmp_path, "1.1", "1.10") == ["1.1", "1.10"]
    with pytest.raises(CodeError, match=r"written with a point and decimal ones.*\(rows 0, 2\)"):
        classes(tmp_path, "1.0", "A", "1.1")


def test_longer_numbers_than_a_decimal_column_keeps(tmp_path):
    """2**53 - 1 is the last one that is sure, as text with a point and as a number."""
    assert classes(tmp_path, f"{2**53 - 1}.0") == [f"{2**53 - 1}"]
    with pytest.raises(CodeError, match=r"longer numbers than a decimal column.*\(row 1\)"):
        classes(tmp_path, "1.0", f"{2**53}.0")
    assert classes(tmp_path, "3205080101000001") == ["3205080101000001"]


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**12 - 1), min_size=1, max_size=9))
def test_zeros_come_back_by_width(numbers):
    """What a spreadsheet makes of codes of twelve digits is undone by their width, exactly."""
    codes = [f"{number:012d}" for number in numbers]
    for made in (
        pd.Series(codes).astype("int64"),
        pd.Series(codes).astype("float64"),
        pd.Series(codes).astype("int64").astype("str"),
        pd.Series(codes).astype("float64").map("{:.1f}".format).astype("str"),
        "'" + pd.Series(codes, dtype="str"),
        pd.Series(codes, dtype="str"),
    ):
        faults = Faults("x", made.index)
        assert CodeColumn("c", 12).text(made, faults).tolist() == codes
        faults.raise_if_any()


def test_a_width_refuses_what_is_no_code(tmp_path):
    """Letters are not filled up, longer ones not cut; a missing code stays missing."""
    with pytest.raises(CodeError, match=r"no code of 4 digits.*\(rows 0, 2\)"):
        classes(tmp_path, "A1", "110", "11000", code_width=4)
    assert classes(tmp_path, "110", '""', "2151", code_width=4)[::2] == ["0110", "2151"]


def test_which_column_a_width_is_for(tmp_path):
    """One number is for the one column of codes; of several each is named, others too."""
    lines = ["类别,编号,社区,lon,lat", "110,12,101001001,116.5,33"]
    file = table(tmp_path, *lines)
    assert read_components(file, crs=4326, code_width=4)["class_code"].tolist() == ["0110"]
    with pytest.raises(InputError, match=r"which column `code_width` is.*'类别': 4, '编号': 4"):
        read_components(file, crs=4326, code="编号", code_width=4)
    widths = {"class_code": 4, "编号": 6, "社区": 12}
    read = read_components(file, crs=4326, code="编号", code_width=widths)
    made = ["class_code", "component_code", "社区", "类别"]
    assert read.loc[0, made].tolist() == ["0110", "000012", "000101001001", "110"]
    with pytest.raises(SchemaError, match="lacks '街道'; its columns are: 类别, 编号"):
        read_components(file, crs=4326, code_width={"街道": 9})
    for width in (0, 4.0, "4"):
        with pytest.raises(InputError, match=rf"of '类别' must be a whole num.* not {width!r}"):
            read_components(file, crs=4326, code_width={"类别": width})
    bare = table(tmp_path, "lon,lat", "1,2", name="bare.csv")
    with pytest.raises(InputError, match="which column `code_width` is"):
        read_components(bare, crs=4326, code_width=4)


@pytest.mark.parametrize(
    "codes",
    [("0110", "2151"), ("110", "305"), ("110", "A151"), ("998", "999", "1000"), ("7", "12")],
)
def test_no_zero_is_missed_where_none_is_lost(tmp_path, codes):
    """Codes of one length, codes with letters, and what was counted, get no warning."""
    assert classes(tmp_path, *codes) == list(codes)


def test_lost_zeros_are_told(tmp_path):
    """Where the shorter codes lack one or two digits of the longer, and none begins with zero."""
    for codes in (("110", "305", "2151"), ("11010100100", "110101001001"), ("101", "11001")):
        file = coded(tmp_path, *codes)
        with pytest.warns(UserWarning, match=r"fewer than \d+ digits.*={'类别': ") as told:
            assert read_components(file, crs=4326)["class_code"].tolist() == list(codes)
        assert told[0].filename == __file__
    assert classes(tmp_path, "110", "305", "2151", code_width=4) == ["0110", "0305", "2151"]


def test_areas_get_their_zeros_back(tmp_path):
    """The code of an area, and by column that of its parent and parts that are joined."""
    squares = [shapely.box(x, 0, x + 9, 9) for x in (0, 9)]
    frame = gpd.GeoDataFrame({"d": [1, 1], "s": [7, 12]}, geometry=squares, crs=4548)
    file = write_frame(frame, tmp_path / "a.gpkg")
    assert read_areas(file, code="s", code_width=3)["area_code"].tolist() == ["007", "012"]
    read = read_areas(file, code=["d", "s"], parent="d", code_width={"d": 2, "s": 3})
    assert read["area_code"].tolist() == ["01007", "01012"]
    assert read["parent_code"].tolist() == ["01", "01"]


def test_a_code_survives_every_format(tmp_path):
    """Twelve digits, zeros in front, go from csv to xlsx, gpkg and parquet and stay the same."""
    codes = ["011010100100", "110101001001", "000000000001"]
    frame = read_components(coded(tmp_path, *codes), crs=4326)
    for ending in ("csv", "xlsx", "gpkg", "geojson", "parquet", "csv"):
        file = write_frame(frame, tmp_path / f"next.{ending}")
        crs = 4326 if ending in {"csv", "xlsx"} else None
        frame = read_components(file, crs=crs)
        assert frame["class_code"].tolist() == frame["类别"].tolist() == codes
        assert frame.geometry.x.tolist() == [116.5] * 3


def test_own_codes_that_repeat_are_kept_and_told(tmp_path):
    """Every row stays; the message names those with one code."""
    file = table(tmp_path, "objid,lon,lat", *(f"{n},1,2" for n in ("7", "8", "", "", "7")))
    with pytest.warns(UserWarning, match=r"codes in 'component_code' repeat.*\(rows 0, 4\)"):
        read = read_components(file, crs=4326)
    assert read["component_code"].fillna("-").tolist() == ["7", "8", "-", "-", "7"]


def test_the_column_of_the_class_is_found(tmp_path):
    """class_code, then a Chinese code, then a word for it; two of a kind are asked for."""
    lines = ("类别,类别代码,class_code,lon,lat", "a,b,c,1,2")
    assert read_components(table(tmp_path, *lines), crs=4326)["class_code"].item() == "c"
    short = [line.replace(",class_code", "").replace(",c", "") for line in lines]
    assert read_components(table(tmp_path, *short), crs=4326)["class_code"].item() == "b"
    file = table(tmp_path, "类别,部件类别,lon,lat", "a,b,1,2")
    with pytest.raises(SchemaError, match=r"which column of .* is `class_code`: 类别, 部件类别"):
        read_components(file, crs=4326)
    assert read_components(table(tmp_path, "lon,lat", "1,2"), crs=4326)["class_code"].item() == (
        "lamps"
    )


def test_a_blank_code_is_missing(tmp_path):
    """Blanks, and an apostrophe alone, are no code; no width is asked of them."""
    file = coded(tmp_path, "  ", "'", "110")
    for width in (None, 4):
        read = read_components(file, crs=4326, code_width=width)
        assert read["class_code"].isna().tolist() == [True, True, False]


# Coordinates


NOWHERE = ["", "NaN", "null", "NA", "-", "\\N", "#N/A", "inf", "-Infinity", "1e400", " "]


@pytest.mark.parametrize("word", NOWHERE)
@pytest.mark.parametrize("axis", [0, 1])
def test_a_row_without_coordinates_is_a_row_without_a_place(tmp_path, word, axis):
    """Nothing is dropped, nothing shifts; the coordinate that is there stays in its column."""
    row = ["116.5", "33"]
    row[axis] = word
    read = read_components(table(tmp_path, "lon,lat", "1,2", ",".join(row), "3,4"), crs=4326)
    assert read.geometry.isna().tolist() == [False, True, False]
    assert read.geometry.iloc[2].coords[0] == (3, 4)
    assert read[["lon", "lat"]].isna().to_numpy()[1].tolist() == [axis == 0, axis == 1]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ('"12,5"', "write a point for the comma"),
        ("116.4°E", "mend or empty it"),
        ("116°24", "mend or empty it"),
        ("E116.4", "mend or empty it"),
        ("116.4.1", "mend or empty it"),
        ("0x10", "mend or empty it"),
        ("1_000", "mend or empty it"),
        ("\uff11\uff11\uff16", "mend or empty it"),
    ],
)
def test_text_for_a_coordinate_is_named(tmp_path, text, remedy):
    """What is no number might be any: the file is refused, with the row and an example."""
    file = table(tmp_path, "lon,lat", "1,2", f"{text},2", "", "nan,2")
    with pytest.raises(InputError, match=rf"column 'lon'.*such as '.*'; {remedy} \(row 1\)"):
        read_components(file, crs=4326)


@settings(deadline=None)
@given(st.lists(st.floats(-180, 180), min_size=1, max_size=9), st.sampled_from(["", " ", "inf"]))
def test_numbers_are_those_that_were_written(tmp_path_factory, numbers, other):
    """To the last digit, with and without another row that needs a closer look."""
    lines = [f"{number!r},2" for number in numbers]
    file = table(tmp_path_factory.mktemp("t"), "lon,lat", *lines, f"{other},2")
    read = read_components(file, crs=4326)
    assert read["lon"].tolist()[:-1] == numbers
    assert read.geometry.x.tolist()[:-1] == numbers


def test_decimal_commas_in_a_table_of_semicolons(tmp_path):
    """Both columns are named at once; 462,000 may be metres or not."""
    file = table(tmp_path, "lon;lat", "116,5;33,0", "116,6;33")
    with pytest.raises(InputError, match=r"'lon'.*\(rows 0, 1\); .*'lat'.*\(row 0\)") as info:
        read_components(file, crs=4326)
    assert info.value.rows == (0, 1)


def test_a_needed_column_that_repeats(tmp_path):
    """Which of two longitudes is meant is not guessed: neither bears the name any more."""
    file = table(tmp_path, "lon,lat,lon", "1,2,3")
    with pytest.raises(SchemaError, match="its columns are: lon_1, lat, lon_2"):
        read_components(file, crs=4326)


def test_a_column_called_geometry(tmp_path):
    """A text of this name gives way to the points, and is kept."""
    read = read_components(table(tmp_path, "geometry,lon,lat", "POINT (1 2),1,2"), crs=4326)
    assert read["geometry_1"].tolist() == ["POINT (1 2)"]
    assert read.geometry.iloc[0].coords[0] == (1, 2)


def test_names_with_blanks_around_them(tmp_path):
    """A header written with blanks behind its commas is the same header."""
    read = read_components(table(tmp_path, "class, lon, lat", "a, 1, 2"), crs=4326)
    assert list(read)[:3] == ["class", "lon", "lat"]
    assert read.geometry.iloc[0].coords[0] == (1, 2)


# Files with a geometry, parquet without one, workbooks


def test_geometries_that_are_nowhere(tmp_path):
    """Null, empty, and with a coordinate that is NaN or infinite: rows stay, without a place."""
    with np.errstate(invalid="ignore"):
        line = shapely.LineString([(0, 0), (1, np.nan)])
    points = [shapely.Point(), shapely.Point(np.nan, 1), shapely.Point(np.inf, 1)]
    shapes = [shapely.Point(1, 2), None, *points, line]
    frame = gpd.GeoDataFrame({"n": range(6)}, geometry=shapes, crs=4548)
    frame.to_parquet(tmp_path / "a.parquet")
    read = read_components(tmp_path / "a.parquet")
    assert read["n"].tolist() == list(range(6))
    has_place = ~(read.geometry.isna() | read.geometry.is_empty)
    assert has_place.tolist() == [True] + [False] * 5


def test_mixed_types_and_heights(tmp_path):
    """Points, lines and polygons in one layer, with heights or not, lie in the same cells."""
    shapes = [
        shapely.Point(50, 50, 7),
        shapely.LineString([(150, 10), (160, 20)]),
        shapely.box(110, 60, 120, 70),
    ]
    frame = gpd.GeoDataFrame({"class_code": ["a", "b", "c"]}, geometry=shapes, crs=4548)
    file = write_frame(frame, tmp_path / "a.gpkg")
    cells = gpd.GeoDataFrame(
        {"cell_code": ["A1", "A2"]},
        geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)],
        crs=4548,
    )
    read = read_components(file)
    assert read.geometry.iloc[0].z == 7
    assert geocode(read, cells)["cell_code"].tolist() == ["A1", "A2", "A2"]


def test_parquet_without_a_geometry(tmp_path):
    """It is a table with types: numbers are coordinates, NaN and infinity no place, codes text."""
    frame = pd.DataFrame(
        {"x": [1.5, np.nan, np.inf, 4], "y": [1, 2, 3, 4], "class": [110, 305, 110, 305]}
    )
    frame["n"] = pd.Categorical(["a", "b", "a", "b"])
    frame.to_parquet(tmp_path / "a.parquet")
    read = read_components(tmp_path / "a.parquet", crs=4548)
    assert read.geometry.isna().tolist() == [False, True, True, False]
    assert read["class_code"].tolist() == ["110", "305", "110", "305"]
    assert read["class"].dtype == "int64"
    assert read["n"].dtype == "str"
    with pytest.raises(InputError, match=r"cannot be read as GeoPackage.*geo metadata"):
        read_areas(tmp_path / "a.parquet", code="class")
    (tmp_path / "b.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be read as parquet"):
        read_components(tmp_path / "b.parquet")


def test_a_workbook_of_points(tmp_path):
    """Numbers and texts of numbers side by side, as people type them, are coordinates alike."""
    frame = pd.DataFrame(
        {"经度": [116.5, "116.6", None], "纬度": [33, 33.05, 33], "类别": [110, "0110", "2151"]}
    )
    frame.to_excel(tmp_path / "a.xlsx", sheet_name="路灯", index=False)
    read = read_components(tmp_path / "a.xlsx", crs=4326)
    assert shapely.get_coordinates(read.geometry).tolist() == [[116.5, 33], [116.6, 33.05]]
    assert read["class_code"].tolist() == ["110", "0110", "2151"]
    long = pd.DataFrame({"lon": [1], "lat": [2], "objid": [3205080101000001]})
    long.to_excel(tmp_path / "b.xlsx", index=False)
    with pytest.raises(CodeError, match=r"'objid' holds numbers that a spreadsheet rounded.*row 0"):
        read_components(tmp_path / "b.xlsx", crs=4326)


def test_files_whose_geometry_is_called_otherwise(tmp_path):
    """The rows of both have their places in the one geometry of the frame."""
    lamps = gpd.GeoDataFrame(geometry=gpd.points_from_xy([116.5], [33]), crs=4326)
    lamps.to_parquet(tmp_path / "a.parquet")
    lamps.rename_geometry("shape").to_parquet(tmp_path / "b.parquet")
    read = read_components([tmp_path / "a.parquet", tmp_path / "b.parquet"])
    assert read.geometry.x.tolist() == [116.5, 116.5]
    assert "shape" not in read


# Shifted degrees


@pytest.mark.parametrize("name", ["GCJ-02", "gcj02", "BD-09", "bd09"])
def test_degrees_of_consumer_maps(tmp_path, name):
    """A table and a layer in shifted degrees come back to WGS 84; columns stay as in the file."""
    shift = wgs84_to_gcj02 if "j" in name.lower() else wgs84_to_bd09
    lon, lat = shift([116.404, 121.5], [39.915, 31.2])
    rows = (f"{a!r},{b!r}" for a, b in zip(lon.tolist(), lat.tolist(), strict=True))
    file = table(tmp_path, "x,y,lon,lat", *(f"9,9,{row}" for row in rows), "9,9,,")
    read = read_components(file, crs=name)
    assert read.crs == 4326
    expected = [[116.404, 39.915], [121.5, 31.2]]
    np.testing.assert_allclose(shapely.get_coordinates(read.geometry), expected, atol=1e-9)
    assert read["lon"].tolist()[:2] == lon.tolist()
    assert read.geometry.isna().tolist() == [False, False, True]
    layer = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
    read = read_components(write_frame(layer, tmp_path / "a.gpkg"), crs=name)
    np.testing.assert_allclose(shapely.get_coordinates(read.geometry), expected, atol=1e-9)


def test_metres_are_no_shifted_degrees(tmp_path):
    """Rows that cannot be degrees are named."""
    with pytest.raises(CRSError, match=r"not in degrees.*\(row 1\)"):
        read_components(table(tmp_path, "lon,lat", "116,39", "462000,3658000"), crs="GCJ-02")
    layer = gpd.GeoDataFrame(geometry=gpd.points_from_xy([462000], [3658000]), crs=4548)
    with pytest.raises(CRSError, match=r"says that it is in 'CGCS2000.*leave `crs` out"):
        read_components(write_frame(layer, tmp_path / "a.gpkg"), crs="GCJ-02")


# Real layers


def test_real_layers_keep_their_rows(real_cities, tmp_path):
    """Street lights and mixed benches of Cambridge, through every format: as many rows, as placed.

    A table keeps points alone, so benches go through layers only.
    """
    lights = gpd.read_parquet(real_cities / "cambridge" / "street_lights.parquet")
    lights = lights[["geometry"]].assign(lon=lights.geometry.x, lat=lights.geometry.y)
    for ending in ("csv", "xlsx", "gpkg", "parquet"):
        file = write_frame(lights, tmp_path / f"lights.{ending}")
        read = read_components(file, crs=None if ending in {"gpkg", "parquet"} else 4326)
        assert len(read) == len(lights) == 6117
        found, expected = (shapely.get_coordinates(frame.geometry) for frame in (read, lights))
        np.testing.assert_allclose(found, expected, atol=1e-12)
    benches = real_cities / "cambridge" / "park_benches.parquet"
    assert len(read_components(benches)) == 3017


def test_codes_go_through_every_format_unchanged(tmp_path):
    """Twelve and sixteen digits, with zeros in front: csv, xlsx, gpkg, parquet, and csv again."""
    codes = ["000101001001", "110101001001", "999999999999"]
    own = ["0205080101000001", "3205080101000001", "3205080101999999"]
    lines = [f"{code},{one},0110,116.5,33.0" for code, one in zip(codes, own, strict=True)]
    file = table(tmp_path, "社区,编号,类别,lon,lat", *lines)
    frame = read_components(file, crs=4326, code="编号")
    for name in ("a.xlsx", "b.gpkg", "c.parquet", "d.csv", "e.xlsx"):
        write_frame(frame, tmp_path / name)
        frame = read_components(tmp_path / name, crs=4326, code="编号")
        assert frame["社区"].tolist() == codes
        assert frame["编号"].tolist() == frame["component_code"].tolist() == own
        assert frame["class_code"].tolist() == ["0110"] * 3
        assert [(point.x, point.y) for point in frame.geometry] == [(116.5, 33)] * 3
