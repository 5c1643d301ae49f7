"""Tables in: how they are written is found out, every row is there, every value is text."""

import csv
import gzip
import io
import zipfile
import zlib
from base64 import b85decode

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InputError, SchemaError
from gridgeo.io import delimited, read_table, survey

CHINESE = "编号,类别,经度,纬度\n001,路灯,116.6,33.05\n002,井盖,116.7,33.06\n"


def put(folder, content, name="t.csv", encoding="utf-8"):
    """Write a file of text, or of bytes, packed where its name says so."""
    data = content if isinstance(content, bytes) else content.encode(encoding)
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder / name


def rows_of(frame):
    """The header and the rows, missing values as None."""
    return [list(frame), *frame.astype(object).where(frame.notna(), None).to_numpy().tolist()]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.txt", "t.TSV"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encoding_and_separator_are_found_out(tmp_path, encoding, separator, name):
    """Every encoding that needs no guess, cut by every separator, packed or not, is the same."""
    text = CHINESE.replace(",", separator)
    read = read_table(put(tmp_path, text, name, encoding))
    assert rows_of(read) == [line.split(",") for line in CHINESE.split()]
    assert (read.dtypes == "str").all()


def test_utf_16_of_either_order(tmp_path):
    """The mark says which byte comes first; without a mark the zeros are noticed."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert len(read_table(put(tmp_path, mark + CHINESE.encode(encoding)))) == 2
    with pytest.raises(InputError, match=r"bytes of zero.*encoding='utf-16-le'"):
        read_table(put(tmp_path, "lon,lat\n1,2\n", encoding="utf-16-le"))
    assert len(read_table(put(tmp_path, CHINESE, encoding="utf-16-le"), encoding="utf-16-le")) == 2


def test_the_whole_text_decides(tmp_path):
    """One Chinese character far beyond what is looked at first makes a file GB18030."""
    many = "a,b\n" + "1,2\n" * 3_000_000
    read = read_table(put(tmp_path, many + "3,井\n", encoding="gb18030"))
    assert read.iloc[-1].tolist() == ["3", "井"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("São Tomé,Março", "cp1252"), ("門牌號碼,路燈", "big5"), ("São,Grün", "latin-1")],
)
def test_what_is_valid_by_chance_is_not_taken_for_chinese(tmp_path, text, encoding):
    """Nearly all bytes are GB18030 of something; what nobody writes is refused, not read."""
    file = put(tmp_path, f"a,b\n{text}\n", encoding=encoding)
    with pytest.raises(InputError, match=r"neither in UTF-8 nor in GB18030; name its `encoding`"):
        read_table(file)
    assert rows_of(read_table(file, encoding=encoding))[1] == text.split(",")


def test_a_text_cut_off_within_a_character(tmp_path):
    """A download that stopped is neither UTF-8, whose last character lacks a byte, nor GB18030."""
    text = "编号,经度,纬度,备注\n1,2,3,路灯杆\n1,2,3,井盖".encode()
    with pytest.raises(InputError, match="neither in UTF-8 nor in GB18030"):
        read_table(put(tmp_path, text[:-1]))


@pytest.mark.parametrize("encoding", ["utf-16", "ascii", "utf-8"])
def test_an_encoding_that_is_not_that_of_the_file(tmp_path, encoding):
    """What the caller names is held to: a text that is written otherwise is refused."""
    file = put(tmp_path, CHINESE, encoding="gb18030")
    with pytest.raises(InputError, match=f"written not in {encoding}; name its `encoding`"):
        read_table(file, encoding=encoding)


def test_rare_characters_among_common_ones(tmp_path):
    """A name that GB 2312 lacks does not make a Chinese file another one."""
    text = CHINESE + "003,李喆的灯,116.6,33\n"
    assert read_table(put(tmp_path, text, encoding="gbk")).iloc[2, 1] == "李喆的灯"


def test_a_first_line_may_tell_the_separator(tmp_path):
    """`sep=;` is for spreadsheets, no header; rows count from behind the header."""
    file = put(tmp_path, "sep=;\r\na,x;b\r\n1;2\r\n1;2;3\r\n")
    with pytest.raises(InputError, match=r"more than the 2 fields.*\(row 1\)"):
        read_table(file)
    read = read_table(put(tmp_path, "sep=;\r\na,x;b\r\n1;2\r\n"))
    assert rows_of(read) == [["a,x", "b"], ["1", "2"]]


def test_the_rows_decide_where_the_header_does_not(tmp_path):
    """A header that all separators cut is cut by the one that cuts the rows alike."""
    read = read_table(put(tmp_path, "a, of all;b, of all;c\n1;2;3\n"))
    assert list(read) == ["a, of all", "b, of all", "c"]
    many = "a, of all;b, of all;c\n" + "12;34;56\n" * 20_000
    assert read_table(put(tmp_path, many)).shape == (20_000, 3)
    with pytest.raises(InputError, match=r"may be cut at ',' or at ';'.*'sep=;'"):
        read_table(put(tmp_path, "a,b;c\n1,2;3\n"))


def test_marks_blank_lines_and_quotes(tmp_path):
    """A mark, blank lines and DOS's end of file are no values; what is quoted is one."""
    text = '\ufeff\r\n"a\r\nb",c,d\r\n\r\n1,"2, and ""3""\r\nmore",\r\n   \r\n4,5" pipe,6\r\n\x1a'
    assert rows_of(read_table(put(tmp_path, text))) == [
        ["a\r\nb", "c", "d"],
        ["1", '2, and "3"\r\nmore', None],
        ["4", '5" pipe', "6"],
    ]


def test_short_rows_are_filled_and_told(tmp_path, monkeypatch):
    """Spreadsheets leave trailing empty fields out: no row is lost, none changes its place."""
    monkeypatch.setattr(delimited, "_BLOCK", 40)
    lines = [f"{n},{n}" if n % 3 == 1 else f"{n},x,y" for n in range(40)]
    lines[20:20] = ["", "  "]
    file = put(tmp_path, "a,b,c\n" + "\n".join(lines))
    with pytest.warns(UserWarning, match=r"fewer fields than the header.*\(rows 1, 4, 7, .* and 5"):
        read = read_table(file)
    assert read["a"].tolist() == [str(n) for n in range(40)]
    assert read.index[read["c"].isna()].tolist() == list(range(1, 40, 3))


def test_long_rows_are_refused(tmp_path, monkeypatch):
    """A value with an unquoted separator shifts its row: all such rows are named at once."""
    monkeypatch.setattr(delimited, "_BLOCK", 40)
    lines = [f"{n},x{',' * (n in {3, 30})}" for n in range(40)]
    with pytest.raises(InputError, match=r"2 fields of the header.*marks \(rows 3, 30\)") as info:
        read_table(put(tmp_path, "a,b\n" + "\n".join(lines)))
    assert info.value.rows == (3, 30)


def test_a_quotation_mark_left_open(tmp_path):
    """One that takes the rest of the file is refused; one that took rows on its way is told."""
    file = put(tmp_path, 'a,b,c\n1,2,3\n4,5,"6\n7,8,9\n')
    with pytest.raises(InputError, match=r"opened and never closed.*\(row 1\)"):
        read_table(file)
    file = put(tmp_path, 'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n7,8",9\n7,8,9\n')
    with pytest.warns(UserWarning, match=r"column 'b' hold lines that look like rows.*\(row 1\)"):
        assert len(read_table(file)) == 3


def test_columns_that_repeat(tmp_path):
    """All of equal names get a number, so none can be taken for the other; a blank one a place."""
    file = put(tmp_path, "a, a ,,a_1,lon\n1,2,3,4,5\n")
    with pytest.warns(UserWarning, match="columns 'a' repeat; they are told apart by numbers"):
        assert list(read_table(file)) == ["a_2", "a_3", "column_3", "a_1", "lon"]


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_an_empty_table(tmp_path, content):
    """A file of nothing is said to be empty; a header alone is a table without rows."""
    with pytest.raises(SchemaError, match="is empty"):
        read_table(put(tmp_path, content))
    for header in ("a,b", "a,b\n", "a,b\r\n\r\n"):
        read = read_table(put(tmp_path, header))
        assert read.shape == (0, 2)
        assert (read.dtypes == "str").all()


def test_a_file_that_is_no_table(tmp_path):
    """Bytes that are no text, and an archive that is cut off, are refused."""
    with pytest.raises(InputError, match="bytes of zero: it is no text table"):
        read_table(put(tmp_path, b"PK\x03\x04\x14\0\0\0"))
    packed = gzip.compress(CHINESE.encode() * 100)[:-20]
    (tmp_path / "t.csv.gz").write_bytes(packed)
    with pytest.raises(InputError, match="cannot be read as a table"):
        read_table(tmp_path / "t.csv.gz")
    with pytest.raises(InputError, match="there is no file"):
        read_table(tmp_path / "none.csv")


def test_archives_that_were_appended(tmp_path):
    """Packed files written one behind the other are one file."""
    parts = [gzip.compress(part.encode()) for part in ("a,b\n1,2\n", "3,4\n")]
    (tmp_path / "t.csv.gz").write_bytes(b"".join(parts))
    assert rows_of(read_table(tmp_path / "t.csv.gz"))[1:] == [["1", "2"], ["3", "4"]]


FIELDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1a"), max_size=9)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(FIELDS, min_size=3, max_size=3), min_size=1, max_size=20),
    st.sampled_from([",", ";", "\t"]),
    st.integers(64, 400),
)
def test_what_a_writer_quotes_comes_home(tmp_path_factory, rows, separator, block):
    """Any text, quoted as Python's own writer does, is read back, in blocks of any size."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    file = put(tmp_path_factory.mktemp("t"), text.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(survey, "BLOCK", block)
        read = read_table(file, encoding="utf-8")
    assert rows_of(read)[1:] == [[field or None for field in row] for row in rows]


def workbook(path, **sheets):
    """Write a workbook with these sheets."""
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return path


def test_a_workbook_is_text(tmp_path):
    """Numbers are their digits, dates in ISO order; digits that were lost show as rounded."""
    frame = pd.DataFrame(
        {
            "text": ["0110", "", "'0110"],
            "number": [110101001001, 3205080101000001, 1.5],
            "date": [pd.Timestamp("2025-03-01 08:30"), pd.NaT, pd.Timestamp("2025-03-02")],
            "truth": [True, False, None],
        }
    )
    read = read_table(workbook(tmp_path / "t.xlsx", 部件=frame))
    assert rows_of(read) == [
        ["text", "number", "date", "truth"],
        ["0110", "110101001001", "2025-03-01 08:30:00", "True"],
        [None, "3.205080101e+15", None, "False"],
        ["'0110", "1.5", "2025-03-02 00:00:00", None],
    ]
    assert (read.dtypes == "str").all()


def test_which_sheet(tmp_path):
    """The only one that is not empty; of several it must be said which, and they are listed."""
    one, two = pd.DataFrame({"a": ["1"]}), pd.DataFrame({"b": ["2"]})
    book = workbook(tmp_path / "t.xlsx", Sheet1=pd.DataFrame(), 路灯=one, Sheet3=pd.DataFrame())
    assert list(read_table(book)) == ["a"]
    book = workbook(tmp_path / "t.xlsx", 路灯=one, 井盖=two)
    with pytest.raises(InputError, match=r"say which `sheet` of .* it has: 路灯, 井盖"):
        read_table(book)
    assert list(read_table(book, sheet="井盖")) == ["b"]
    with pytest.raises(InputError, match=r"say which `sheet` of .* it has: 路灯, 井盖"):
        read_table(book, sheet="消火栓")
    empty = workbook(tmp_path / "e.xlsx", Sheet1=pd.DataFrame())
    for sheet in (None, "Sheet1"):
        with pytest.raises(SchemaError, match="is empty"):
            read_table(empty, sheet=sheet)


def test_what_surrounds_a_table_in_a_sheet(tmp_path):
    """Empty rows and columns around and in it are none; an unnamed column with values is one."""
    with pd.ExcelWriter(tmp_path / "t.xlsx", engine="xlsxwriter") as writer:
        sheet = writer.book.add_worksheet()
        for place, row in {2: ["a", "", "", "b"], 3: [1, "", "x", 2], 6: [3, "", "", 4]}.items():
            sheet.write_row(place, 1, row)
    assert rows_of(read_table(tmp_path / "t.xlsx")) == [
        ["a", "column_2", "b"],
        ["1", "x", "2"],
        ["3", None, "4"],
    ]


ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="部件">{}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)
"""A sheet as LibreOffice stores it."""

XLS = (
    b"c-rk)O-NKx6#njW#`#IdH#P<u$RMO;E*#plv8O?~N~}#0fjxB=;xH3qn_84*vkZb(MH|758?}uowWwAt0;3i|5X{uF"
    b"RZ!4E=XuVV`(i8?4wP8j?{U9--noD0-FxnN@4h!{@#5^`wi1593DlwNMNnU*Q<Nh9jSVXIJQn>tOvy9&rw|F#Le>ZI"
    b"wDEO_*O1q{1Pe=n7sS9PN|$g2L%D1^xr;a{Hn@sy=p$BmM4A{{#j0lEG2#8fi&FEMaKC8o3inanqPmDRXQ=zQ_Tmdx"
    b"hm^&@{XUU4A4HQv3tq7o-@K<Pb%PklPq>-AS<oJ6z#M4Z2GiMe-pv$|paq=6cP|Ni^LOg=q|xuLUV-#Kw(3LM=<izr"
    b"U>e?Kaqt2K*Ozsb1$Nib0hT#M$<;IN)YQmWZahtjOfF09dQ++1C`V-3!S<FN+$f&iKs=5nk>lduHpS@m`LA!!j1D^^"
    b"qM4ScU5V|7*c^Dc#Vx3DOiHYu+%0@m__p+VP~<k@1bHRpox?3!I6WhE?nr4TjdM)!&grU>50hN@a(1P?@Yy*+^1@*0"
    b"dSc<dGfU4OA?uY~Gw4x0>fr;%s^jNM$AOQ+t-r;Duw`r8J^cb}!UoSKAue3G<JnQVzS^d~lKR}^4J#`4#IbLg-jP-_"
    b"mSuYStKO1P7#J8B7#J8B7#QqTDE)2E=M4V(59$*{NdMQ_pj0-$N&Z`$LyoSibTB=IEaiDztI2;3AgKJl)DGMD{|g!C"
    b"Y4kiMF)DUU*6hD@0#wz{v*U*LpW8yUj$f|D&c8hVCY40MrT"
)
"""A sheet of two rows and two columns, as Excel stored it until 2003; packed."""


def test_a_workbook_of_libreoffice(tmp_path):
    """An ods is read as an xlsx is."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [["class_code", "lon"], ["0110", "116.5"]]
    cells = ["".join(cell.format(value) for value in row) for row in rows]
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", ODS.format(table))
        book.writestr("META-INF/manifest.xml", "<manifest/>")
    assert rows_of(read_table(tmp_path / "t.ods")) == rows


def test_a_workbook_of_old(tmp_path):
    """An xls is read as an xlsx is."""
    (tmp_path / "t.xls").write_bytes(zlib.decompress(b85decode(XLS)))
    assert rows_of(read_table(tmp_path / "t.xls")) == [["class_code", "lon"], ["0110", "116.5"]]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html><table></table></html>"])
def test_a_workbook_that_is_none(tmp_path, content):
    """A page of HTML under the name of a workbook, as old systems give it out, is refused."""
    (tmp_path / "t.xls").write_bytes(content)
    with pytest.raises(InputError, match=r"cannot be read as a workbook.*save it as .xlsx or .csv"):
        read_table(tmp_path / "t.xls")
