"""A large file part by part: together the parts are what reading it whole gives."""

import gzip

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.files import write_frame
from gridgeo.io import delimited, iter_components, read_components


@pytest.fixture
def small_blocks(monkeypatch):
    """A text is cut up a few rows at a time, so that parts and blocks do not end together."""
    monkeypatch.setattr(delimited, "_BLOCK", 128)


def joined(chunks):
    """The parts, one behind the other; their types and columns must agree before."""
    parts = list(chunks)
    for part in parts:
        assert part.dtypes.equals(parts[0].dtypes)
        assert part.crs == parts[0].crs
    return parts, gpd.GeoDataFrame(pd.concat(parts), crs=parts[0].crs)


def same(path, chunk_rows, **asked):
    """Hold the parts against the whole; give how many rows each has."""
    parts, frame = joined(iter_components(path, chunk_rows=chunk_rows, **asked))
    assert_geodataframe_equal(frame, read_components(path, **asked))
    return [len(part) for part in parts]


def lines(n):
    """Rows of a table: zeros lost, coordinates missing, text that looks like other things."""
    for k in range(n):
        lon = "" if k % 7 == 3 else f"{116 + k / 1000!r}"
        yield f'{k:06d},{k % 3 + 110}.0,{lon},33.5,"line {k}\nand, more"'


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("chunk_rows", [1, 7, 50, 99, 100, 1000])
@pytest.mark.parametrize(
    ("ending", "encoding"), [("csv", "utf-8"), ("csv.gz", "gb18030"), ("txt", "utf-16")]
)
def test_parts_of_a_text(tmp_path, chunk_rows, ending, encoding):
    """Whatever the size of a part, encoding and packing: same rows, labels, types and places."""
    text = "编号,类别,经度,纬度,备注\n" + "\n".join(lines(100))
    data = text.encode(encoding)
    file = tmp_path / f"a.{ending}"
    file.write_bytes(gzip.compress(data) if ending.endswith("gz") else data)
    sizes = same(file, chunk_rows, crs=4326, code="编号")
    assert sum(sizes) == 100
    assert set(sizes[:-1]) <= {chunk_rows}


@pytest.mark.usefixtures("small_blocks")
@settings(deadline=None, max_examples=40)
@given(st.sets(st.integers(0, 59)), st.integers(1, 70))
def test_short_rows_in_any_part(tmp_path_factory, short, chunk_rows):
    """Rows that lack fields stand in their place, wherever parts and blocks end."""
    file = tmp_path_factory.mktemp("t") / "a.csv"
    rows = [f"{k},1" if k in short else f"{k},1,2,x" for k in range(60)]
    file.write_text("lon,lat,n,note\n" + "\n".join(rows), encoding="utf-8")
    chunks = iter_components(file, chunk_rows=chunk_rows, crs=4326)
    if short:
        with pytest.warns(UserWarning, match="fewer fields than the header") as told:
            _, frame = joined(chunks)
        assert len(told) == 1
    else:
        _, frame = joined(chunks)
    assert frame["lon"].tolist() == frame.index.tolist() == list(range(60))
    assert set(frame.index[frame["note"].isna()]) == short


@pytest.mark.usefixtures("small_blocks")
def test_errors_name_rows_of_the_file(tmp_path):
    """What is wrong in a later part is named as when the file is read whole; earlier parts came."""
    file = tmp_path / "a.csv"
    rows = [f"{k},33,0110" for k in range(80)]
    for k, wrong, kind, message in (
        (33, "abc,33,0110", InputError, r"'lon' that is no number.*\(row 33\)"),
        (34, "1,33,1.1E+11", CodeError, r"spreadsheet rounded.*\(row 34\)"),
        (35, "1,33,0110,5", InputError, r"3 fields of the header.*\(row 35\)"),
    ):
        file.write_text(
            "\n".join(["lon,lat,class", *rows[:k], wrong, *rows[k + 1 :]]), encoding="utf-8"
        )
        got = []
        with pytest.raises(kind, match=message):
            got.extend(iter_components(file, chunk_rows=10, crs=4326))
        assert len(got) in {2, 3}
        with pytest.raises(kind, match=message):
            read_components(file, crs=4326)


def test_what_is_wrong_with_a_file_is_said_at_once(tmp_path):
    """Before the first part is asked for: no file, no such column, no size of parts."""
    with pytest.raises(InputError, match="there is no file"):
        iter_components(tmp_path / "none.csv")
    file = tmp_path / "a.csv"
    file.write_text("east,north\n1,2\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="its columns are: east, north"):
        iter_components(file)
    with pytest.raises(InputError, match="`chunk_rows` must be a whole number from 1 on, not 0"):
        iter_components(file, chunk_rows=0)
    file.write_text("lon,lat\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="has no rows"):
        list(iter_components(file, crs=4326))


def test_the_separator_is_that_of_the_first_rows(tmp_path):
    """A later part full of semicolons does not change how it is cut."""
    file = tmp_path / "a.csv"
    rows = ["1,2,x"] * 20_000 + ["1,2,x;y;z"] * 20_000
    file.write_text("lon,lat,n\n" + "\n".join(rows), encoding="utf-8")
    _, frame = joined(iter_components(file, chunk_rows=15_000, crs=4326))
    assert frame["n"].value_counts().to_dict() == {"x": 20_000, "x;y;z": 20_000}


def test_what_is_told_of_codes_is_told_of_the_file(tmp_path):
    """Lost zeros show only when all parts were seen; 1.0 and 1.1 may stand in two parts."""
    file = tmp_path / "a.csv"
    file.write_text("class,lon,lat\n" + "305,1,2\n" * 9 + "2151,1,2\n" * 9, encoding="utf-8")
    with pytest.warns(UserWarning, match=r"9 codes have fewer than 4 digits.*{'class': 4}") as told:
        list(iter_components(file, chunk_rows=5, crs=4326))
    assert told[0].filename == __file__
    file.write_text("class,lon,lat\n" + "1.0,1,2\n" * 9 + "1.1,1,2\n" * 9, encoding="utf-8")
    with pytest.raises(CodeError, match="written with a point and decimal ones too"):
        list(iter_components(file, chunk_rows=9, crs=4326))


@pytest.mark.usefixtures("small_blocks")
def test_progress(tmp_path):
    """Bytes go up to the size of the file; parquet says how many rows there are."""
    file = tmp_path / "a.csv"
    file.write_text("lon,lat\n" + "116.5,33.5\n" * 500, encoding="utf-8")
    chunks = iter_components(file, chunk_rows=100, crs=4326)
    assert (chunks.n_rows, chunks.n_bytes, chunks.bytes_read) == (None, file.stat().st_size, 0)
    for _ in range(2):
        seen = [chunks.bytes_read for _ in chunks]
        assert seen == sorted(seen)
        assert 0 < seen[0] < seen[-1] <= chunks.n_bytes == chunks.bytes_read
    stored = write_frame(read_components(file, crs=4326), tmp_path / "a.parquet")
    chunks = iter_components(stored, chunk_rows=100)
    assert chunks.n_rows == 500
    assert [chunks.bytes_read for _ in chunks] == [chunks.n_bytes * n // 5 for n in range(1, 6)]


def stored(path, frame, **how):
    """Write a frame as parquet in small groups of rows."""
    frame.to_parquet(path, row_group_size=30, **how)
    return path


def columns(n):
    """Columns of every type that changes where values are missing, gaps in the last rows alone."""
    late = np.arange(n) >= n - 3
    return {
        "class_code": pd.Series(np.arange(n) % 3 + 110),
        "whole": pd.array(np.where(late, None, 1), dtype="Int32"),
        "truth": pd.array(np.where(late, None, True), dtype="boolean"),
        "text": pd.Series(np.where(late, None, "a"), dtype="str"),
        "time": pd.Series(pd.date_range("2025", periods=n)).mask(late),
        "kind": pd.Categorical([f"k{k // 40}" for k in range(n)]),
    }


@pytest.mark.parametrize("chunk_rows", [7, 30, 31, 1000])
@pytest.mark.parametrize("statistics", [True, False])
@pytest.mark.parametrize("drawn", [True, False])
def test_parts_of_parquet(tmp_path, chunk_rows, statistics, drawn):
    """A column that has a gap in the last part has the same type in the first."""
    frame = pd.DataFrame(columns(100))
    frame["x"], frame["y"] = np.arange(100.0), 7
    arrow = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    file = tmp_path / "a.parquet"
    if drawn:
        points = gpd.points_from_xy(frame["x"], frame["y"])
        gpd.GeoDataFrame(frame, geometry=points, crs=4548).to_parquet(file)
        whole = parquet.read_table(file)
        arrow = arrow.append_column("geometry", whole["geometry"]).replace_schema_metadata(
            {b"geo": whole.schema.metadata[b"geo"]}
        )
    parquet.write_table(arrow, file, row_group_size=30, write_statistics=statistics)
    read = read_components(file, crs=4548)
    assert [str(read[name].dtype) for name in ("whole", "truth", "kind")] == [
        "float64",
        "object",
        "str",
    ]
    sizes = same(file, chunk_rows, crs=4548)
    assert sizes == [min(chunk_rows, 100 - k) for k in range(0, 100, chunk_rows)]


@pytest.mark.parametrize("index", [None, range(5, 205, 2), [f"r{k}" for k in range(100)]])
def test_labels_of_parquet(tmp_path, index):
    """Labels are those that the file keeps, counted on from part to part."""
    frame = pd.DataFrame(columns(100), index=index and pd.Index(index))
    points = gpd.points_from_xy(np.arange(100), np.arange(100))
    file = tmp_path / "a.parquet"
    gpd.GeoDataFrame(frame, geometry=points, crs=4548).to_parquet(file, row_group_size=30)
    same(file, 40)
    plain = frame.assign(x=1.0, y=2.0)
    plain.to_parquet(tmp_path / "b.parquet")
    same(tmp_path / "b.parquet", 40, crs=4548)


def test_other_files_are_one_part(tmp_path):
    """A layer and a workbook come whole."""
    file = tmp_path / "a.csv"
    file.write_text("lon,lat\n" + "116.5,33.5\n" * 5, encoding="utf-8")
    frame = read_components(file, crs=4326)
    for ending in ("gpkg", "xlsx"):
        path = write_frame(frame, tmp_path / f"a.{ending}")
        assert same(path, 2, crs=None if ending == "gpkg" else 4326) == [5]


def test_real_events_in_parts(real_cities):
    """105,339 places of hotline calls, in parts of no round size."""
    file = real_cities / "tainan" / "events_1999.csv.gz"
    sizes = same(file, 9_999, class_code="subcategory", code="id", crs="EPSG:4326")
    assert sum(sizes) == 105_339
    assert len(sizes) == 11
