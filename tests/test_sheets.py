"""Workbooks out: text stays text, numbers stay numbers, what a sheet cannot hold is refused."""

import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo import _sheets
from gridgeo.errors import InputError, SchemaError
from gridgeo.files import write_frame
from gridgeo.io import read_table


def cells_of(file):
    """The values of the first sheet, as a reader of workbooks finds them."""
    cells = pd.read_excel(file, header=None, dtype=object, na_filter=False, engine="calamine")
    return cells.to_numpy().tolist()


def test_codes_are_text_in_cells_of_text(tmp_path):
    """A code keeps its zeros, now and when its cell is edited: the cell's format is text."""
    file = write_frame(pd.DataFrame({"code": ["0110", "110101001001"]}), tmp_path / "a.xlsx")
    assert cells_of(file) == [["code"], ["0110"], ["110101001001"]]
    with zipfile.ZipFile(file) as book:
        styles = book.read("xl/styles.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    formats = styles[styles.index("<cellXfs") :].split("<xf ")[1:]
    for cell in ("A2", "A3"):
        style = sheet.split(f'r="{cell}" s="')[1].split('"')[0]
        assert 'numFmtId="49"' in formats[int(style)]  # the format text, in any program


def test_no_text_is_a_formula_or_a_link(tmp_path):
    """What would be computed or opened stands there as it was, without an apostrophe."""
    texts = ["=1+1", "+SUM(A1)", "-2", "@now", "{=1}", "http://a.b", "mailto:a@b", "'0110", "\t=1"]
    file = write_frame(pd.DataFrame({"=t": texts}), tmp_path / "a.xlsx")
    assert [row[0] for row in cells_of(file)] == ["=t", *texts]
    with zipfile.ZipFile(file) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
        assert not any("rels" in name for name in book.namelist() if "worksheets" in name)


def test_values_of_every_kind(tmp_path):
    """Numbers, truth values and plain times are such; what a spreadsheet would change is text."""
    day = pd.Series(pd.to_datetime(["2025-03-01 08:30", None]))
    frame = gpd.GeoDataFrame(
        {
            "whole": [7, 8],
            "long": [3205080101000001, 1],
            "gap": pd.array([1, None], dtype="Int64"),
            "decimal": [1.5, np.nan],
            "truth": [True, False],
            "time": day,
            "zoned": day.dt.tz_localize("Asia/Shanghai"),
            "fine": day + pd.Timedelta("1us"),
            "old": day - pd.DateOffset(years=200),
            "kind": pd.Categorical(["a", None]),
            "mixed": pd.Series(["a", 1], dtype=object),
            "span": pd.to_timedelta([1, 2], unit="s"),
        },
        geometry=[shapely.Point(0, 0)] * 2,
        crs=4326,
    )
    header, first, second = cells_of(write_frame(frame, tmp_path / "a.xlsx"))
    assert header == list(frame)[:-1]
    time = pd.Timestamp("2025-03-01 08:30")
    assert first == [
        *(7, "3205080101000001", 1, 1.5, True, time),
        *("2025-03-01 08:30:00+08:00", "2025-03-01 08:30:00.000001", "1825-03-01 08:30:00"),
        *("a", "a", "0 days 00:00:01"),
    ]
    assert second == [8, "1", "", "", False, "", "", "", "", "", "1", "0 days 00:00:02"]


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=20)


@settings(deadline=None, max_examples=30)
@given(st.lists(TEXT | st.from_regex(r"_x[0-9a-fA-F]{4}_", fullmatch=True), min_size=1, max_size=5))
def test_any_text_comes_home(tmp_path_factory, texts):
    """Characters of all languages, and what looks like a spreadsheet's own escapes."""
    file = write_frame(pd.DataFrame({"t": texts, "n": 1}), tmp_path_factory.mktemp("t") / "a.xlsx")
    assert read_table(file)["t"].tolist() == texts


def test_what_a_sheet_cannot_hold_is_refused(tmp_path, monkeypatch):
    """Rows, columns and characters beyond a sheet's are an error; nothing is written or cut."""
    long = pd.DataFrame({"t": ["a", "b" * 32_768]}, index=["x", "y"])
    with pytest.raises(InputError, match=r"'t' is longer than the 32,767 char.*\(row y\)") as info:
        write_frame(long, tmp_path / "a.xlsx")
    assert info.value.rows == ("y",)
    shorter = write_frame(long.map(lambda text: text[1:]), tmp_path / "b.xlsx")
    assert cells_of(shorter)[2] == ["b" * 32_767]
    wide = pd.DataFrame(np.zeros((1, 16_385)), columns=[f"c{k}" for k in range(16_385)])
    with pytest.raises(InputError, match=r"1 rows of 16,385 columns.*write .csv or .parquet"):
        write_frame(wide, tmp_path / "a.xlsx")
    many = pd.DataFrame({"n": np.zeros(1_048_576)})
    with pytest.raises(InputError, match=r"1,048,576 rows of 1 columns.*at most 1,048,575 below"):
        write_frame(many, tmp_path / "a.xlsx")
    monkeypatch.setattr(_sheets, "MAX_ROWS", 3)
    assert len(read_table(write_frame(long.iloc[:1], tmp_path / "b.xlsx"))) == 1
    with pytest.raises(SchemaError, match="columns 'a' repeat"):
        write_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]), tmp_path / "a.xlsx")
    assert [file.name for file in tmp_path.iterdir()] == ["b.xlsx"]


def test_an_empty_frame_is_a_header(tmp_path):
    """Without rows there is a sheet with the names of the columns."""
    file = write_frame(pd.DataFrame({"a": pd.Series(dtype="str"), "b": []}), tmp_path / "a.xlsx")
    assert cells_of(file) == [["a", "b"]]
