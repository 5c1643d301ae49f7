"""Tables as sheets: titles a spreadsheet takes, texts that fit, nothing lost, nothing computed."""

import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo import _sheets
from gridgeo._books import (
    MAX_TITLE,
    WIDEST,
    Block,
    Sheet,
    column_widths,
    continued,
    sheet_titles,
    without_long_texts,
)
from gridgeo.errors import InputError
from gridgeo.files import BookLook, write_workbook

LOOK = BookLook("City & Co", "source, 2025-01-01", "Page {page} of {pages}", "Calibri")
ANY_TEXT = st.text(st.characters(), max_size=60)


def units(text):
    """The length of a text as spreadsheets count it."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def rows_of(path, sheet):
    """The values of a sheet, as a reader that is none of ours finds them."""
    frame = pd.read_excel(
        path, sheet_name=sheet, header=None, dtype=object, na_filter=False, engine="calamine"
    )
    return frame.to_numpy().tolist()


def listing(**columns):
    """A sheet with one table."""
    return Sheet("S", (Block(pd.DataFrame(columns)),))


def xml(path, name="xl/worksheets/sheet1.xml"):
    """A part of a workbook as it is written."""
    with zipfile.ZipFile(path) as book:
        return book.read(name).decode()


@given(st.lists(ANY_TEXT, max_size=8), st.lists(ANY_TEXT, max_size=3))
def test_titles_are_what_a_spreadsheet_takes(wanted, taken):
    """Whatever a zone is called, its sheet has a name: short, unlike others, without signs."""
    titles = sheet_titles(wanted, taken)
    assert len(titles) == len(wanted)
    for title in titles:
        assert 1 <= units(title) <= MAX_TITLE
        assert not set(title) & set("[]:*?/\\")
        assert title[0] != "'"
        assert title[-1] != "'"
        assert title.lower() != "history"
        assert re.sub(r"[\x00-\x1f\ud800-\udfff\ufffe\uffff]", "", title) == title
    lower = [title.lower() for title in titles]
    assert len(set(lower)) == len(lower)
    assert not set(lower) & {title.lower() for title in taken}


def test_titles_that_need_no_change_stay():
    """A code is its own title, and the next of the same name is numbered within 31 characters."""
    assert sheet_titles(["990101001", "网格"]) == ["990101001", "网格"]
    assert sheet_titles(["a" * 40, "A" * 40]) == ["a" * 31, "A" * 27 + " (2)"]


@given(
    st.lists(
        st.one_of(
            ANY_TEXT,
            st.none(),
            st.builds(
                lambda unit, n: unit * n, st.sampled_from("a中😀\x01"), st.integers(1, 40_000)
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=60)
def test_texts_are_cut_and_kept(texts):
    """What does not fit a cell stands in full behind, in pieces that fit; all else as it was."""
    column = pd.Series(texts, dtype=object)
    codes = [f"r{at}" for at in range(len(texts))]
    sheets, long = without_long_texts([listing(code=codes, note=column)])
    shown = sheets[0].blocks[0].table["note"]
    kept = long.groupby("row")["text"].agg("".join) if len(long) else {}
    for code, text, cell in zip(codes, texts, shown, strict=True):
        if text is None:
            assert pd.isna(cell)
            continue
        clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
        assert units(cell) <= 32_767
        assert clean.startswith(cell)
        assert (code in kept) == (units(clean) > 32_767)
        if code in kept:
            assert kept[code] == clean
        else:
            assert cell == clean
    if len(long):
        assert long["text"].map(units).max() <= 32_767


def test_long_texts_say_where_they_belong():
    """Sheet, row, column and part of what was cut, so that it can be put together again."""
    _, long = without_long_texts([listing(code=["a", "b"], note=["short", "x" * 70_000])])
    assert long[["sheet", "row", "column", "part"]].to_numpy().tolist() == [
        ["S", "b", "note", 1],
        ["S", "b", "note", 2],
        ["S", "b", "note", 3],
    ]


def test_listings_go_on_where_a_sheet_ends(monkeypatch):
    """All rows are there, in order, each sheet within its limit, totals on the last one."""
    monkeypatch.setattr(_sheets, "MAX_ROWS", 12)
    block = Block(pd.DataFrame({"n": range(23)}), totals={"n": 253})
    parts = continued(Sheet("Cells", (block,)))
    assert [part.title for part in parts] == ["Cells", "Cells (2)", "Cells (3)"]
    tables = [part.blocks[0].table for part in parts]
    assert pd.concat(tables)["n"].tolist() == list(range(23))
    assert max(map(len, tables)) == 10
    assert [bool(part.blocks[0].totals) for part in parts] == [False, False, True]


def test_continued_sheets_can_be_written(monkeypatch, tmp_path):
    """A sheet that is full takes its head, its rows and its totals."""
    monkeypatch.setattr(_sheets, "MAX_ROWS", 5)
    sheet = Sheet("S", (Block(pd.DataFrame({"n": range(6)}), totals={"n": 15}),))
    path = write_workbook(continued(sheet), tmp_path / "a.xlsx", LOOK)
    assert rows_of(path, "S (2)") == [["n"], [3], [4], [5], [15]]


def test_columns_are_as_wide_as_their_text():
    """A Chinese character takes two columns; nothing is wider than a page can show."""
    table = pd.DataFrame({"a": ["中文中文中文"], "b": ["abcdef"], "c": ["x" * 999], "d": [1e9]})
    wide, narrow, most, number = column_widths(Sheet("S", (Block(table),)))
    assert wide == 12 + 2.5
    assert narrow == 6 + 2.5
    assert most == WIDEST
    assert number == len("1,000,000,000.00") + 2.5


def test_headings_that_repeat_are_numbered():
    """A column of the user may be called as one of ours in words: both are kept apart."""
    block = Block(pd.DataFrame({"area_m2": [1], "Area": [2]}), {"area_m2": "Area"})
    assert block.headed().columns.tolist() == ["Area", "Area (2)"]


def test_every_kind_of_value(tmp_path):
    """Codes and formulas stay text, numbers numbers, times times; what is missing stays empty."""
    time = pd.Timestamp("2025-03-01 08:30")
    texts = ["0012", "=1+1", "+86 10", "-5", "@x", "http://a.b", "_x0041_", None]
    n = len(texts)
    table = pd.DataFrame(
        {
            "code": texts,
            "count": pd.array([1, None] * (n // 2), dtype="Int64"),
            "size": [1.5, np.nan, np.inf, -0.25] * (n // 4),
            "truth": [True, False] * (n // 2),
            "time": [time, pd.NaT] * (n // 2),
            "mixed": pd.Series(["a", 1] * (n // 2), dtype=object),
        }
    )
    path = write_workbook([Sheet("S", (Block(table),))], tmp_path / "a.xlsx", LOOK)
    head, *rows = rows_of(path, "S")
    assert head == list(table)
    assert [row[0] for row in rows] == [text or "" for text in texts]
    assert [row[1] for row in rows] == [1, ""] * (n // 2)
    assert [row[2] for row in rows] == [1.5, "", "inf", -0.25] * (n // 4)
    assert [row[3] for row in rows] == [True, False] * (n // 2)
    assert [row[4] for row in rows] == [time, ""] * (n // 2)
    assert [row[5] for row in rows] == ["a", "1"] * (n // 2)
    assert "<f>" not in xml(path)


@given(st.lists(ANY_TEXT, min_size=1, max_size=4))
@settings(max_examples=40)
def test_any_text_comes_home(tmp_path_factory, texts):
    """Whatever was typed comes back as text, but for what no workbook can hold."""
    sheets, _ = without_long_texts([listing(code=pd.Series(texts, dtype=object))])
    path = write_workbook(sheets, tmp_path_factory.mktemp("book") / "a.xlsx", LOOK)
    expected = [
        re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
        for text in texts
    ]
    # XML has one end of line.
    expected = [text.replace("\r\n", "\n").replace("\r", "\n") for text in expected]
    found = [row[0].replace("\r\n", "\n").replace("\r", "\n") for row in rows_of(path, "S")[1:]]
    # A reader leaves out rows at the end in which nothing stands.
    assert found + [""] * (len(expected) - len(found)) == expected


def test_a_listing_is_made_to_be_read_and_printed(tmp_path):
    """Its head stays in view and on every page; the filter ends above the totals."""
    table = pd.DataFrame({"code": ["01", "02"], "n": [1000, 2]})
    block = Block(table, formats={"n": "count"}, totals={"code": "Total", "n": 1002})
    path = write_workbook([Sheet("Zones", (block,))], tmp_path / "a.xlsx", LOOK)
    sheet, book = xml(path), xml(path, "xl/workbook.xml")
    assert 'topLeftCell="B2"' in sheet
    assert '<autoFilter ref="A1:B3"/>' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'fitToHeight="0"' in sheet
    assert 'numberStoredAsText="1"' in sheet
    assert "&amp;LCity &amp;&amp; Co&amp;R&amp;A" in sheet
    assert "Page &amp;P of &amp;N" in sheet
    assert "Zones!$1:$1" in book
    assert rows_of(path, "Zones")[-1] == ["Total", 1002]


def test_a_text_that_does_not_fit_its_column_gets_more_lines(tmp_path):
    """Spreadsheets do not all fit rows to their text; a note of a page does not fill the screen."""
    table = pd.DataFrame({"code": list("abc"), "note": ["x", "word " * 30, "word " * 6_000]})
    path = write_workbook([Sheet("S", (Block(table),))], tmp_path / "a.xlsx", LOOK)
    heights = [float(height) for height in re.findall(r'<row [^>]* ht="([\d.]+)"', xml(path))]
    assert heights == [4 * 13.5, 12 * 13.5]


def test_large_books_are_written_row_by_row(monkeypatch, tmp_path):
    """The way that needs no memory gives the same values."""
    from gridgeo.files import workbooks  # noqa: PLC0415 - the constant is looked up there

    table = pd.DataFrame({"code": ["=1", "0012", "a\x00b", None], "n": [1.0, np.nan, 3.0, 4.0]})
    sheets, _ = without_long_texts([Sheet("S", (Block(table, totals={"code": "Total", "n": 8}),))])
    small = write_workbook(sheets, tmp_path / "small.xlsx", LOOK)
    monkeypatch.setattr(workbooks, "_LARGE", 0)
    large = write_workbook(sheets, tmp_path / "large.xlsx", LOOK)
    assert "inlineStr" in xml(large)
    assert "inlineStr" not in xml(small)
    assert rows_of(large, "S") == rows_of(small, "S")


def test_a_failed_book_leaves_the_old_one(tmp_path):
    """Too many columns for a sheet: told as such, and the file that was there is whole."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    table = pd.DataFrame(np.zeros((1, 16_385)), columns=[f"c{n}" for n in range(16_385)])
    with pytest.raises(InputError, match=r"16,385 columns"):
        write_workbook([Sheet("S", (Block(table),))], path, LOOK)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]
