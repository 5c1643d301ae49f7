"""Times in: read as written, refused where that is not clear, kept in their zone."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InputError, SchemaError
from gridgeo.io import read_events
from gridgeo.io.times import to_times
from gridgeo.validate import Faults

WAYS = {
    "%Y-%m-%d %H:%M:%S": dt.timedelta(seconds=1),
    "%Y/%m/%d %H:%M": dt.timedelta(minutes=1),
    "%Y.%m.%d": dt.timedelta(days=1),
    "%Y年%m月%d日 %H时%M分%S秒": dt.timedelta(seconds=1),
    "%Y年%m月%d日%H:%M": dt.timedelta(minutes=1),
    "%Y-%m-%dT%H:%M:%S.%f": dt.timedelta(microseconds=1),
    "%Y%m%d": dt.timedelta(days=1),
    "%Y%m%d%H%M": dt.timedelta(minutes=1),
    "%Y%m%d%H%M%S": dt.timedelta(seconds=1),
}
"""How times are written, and what is the least that is said so."""

TIMES = st.datetimes(dt.datetime(1000, 1, 1), dt.datetime(2999, 12, 31))  # noqa: DTZ001
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda n: dt.timezone(dt.timedelta(minutes=n)))


def read(*texts, time_format=None):
    """Read a column of times."""
    column = pd.Series(texts, name="when")
    faults = Faults("e.csv", column.index)
    times = to_times(column, "when", faults, time_format)
    faults.raise_if_any()
    return times


@settings(deadline=None)
@given(TIMES, st.sampled_from(list(WAYS)))
def test_what_python_writes_is_read(time, way):
    """Each way in which a year can come first gives the time that was written."""
    floor = time - (time - dt.datetime(1, 1, 1)) % WAYS[way]  # noqa: DTZ001
    assert read(time.strftime(way)).iloc[0].to_pydatetime() == floor


@settings(deadline=None)
@given(st.lists(st.tuples(TIMES, ZONES), min_size=1, max_size=5))
def test_zones_are_kept_or_become_utc(written):
    """Each is the moment that was written; where all zones are the same it is in that zone."""
    moments = [time.replace(tzinfo=zone) for time, zone in written]
    times = read(*[moment.isoformat() for moment in moments])
    assert times.tolist() == moments
    offsets = {moment.utcoffset() for moment in moments}
    expected = offsets.pop() if len(offsets) == 1 else dt.timedelta(0)
    assert {time.utcoffset() for time in times} == {expected}


def test_figures_need_no_second_digit():
    """Spreadsheets in Chinese write 2025/3/1 8:30; Z, UTC and +08 are zones."""
    assert read("2025/3/1 8:30").iloc[0] == pd.Timestamp("2025-03-01 08:30")
    assert read("2025年3月1日 8时5分").iloc[0] == pd.Timestamp("2025-03-01 08:05")
    for zone, hour in {"Z": 8, " UTC": 8, "+08": 0, " +0800": 0, "-01:30": 10}.items():
        time = read(f"2025-03-01 08:30{zone}").iloc[0].tz_convert("UTC")
        assert time.hour == hour


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "now",
        "08:30",
        "May",
        "01/02/2025",
        "2025-03",
        "2025",
        "0830",
        "2025-02-29",
        "2025-13-01",
        "2025-00-10",
        "2025-03-01 24:00",
        "2025-03-01 08:60",
        "2025-03-01 8:30 PM",
        "1740817800",
        "45717.35",
        "2025-03-01 08:30 CST",
        "25-03-01",
    ],
)
def test_what_is_no_time_is_named(text):
    """Nothing is filled up from the clock, put into an order by guess, or lost."""
    with pytest.raises(InputError, match=rf"no time in column 'when', such as '{text}'.*\(row 1\)"):
        read("2025-03-01 08:30", text, "2025-03-02")


def test_what_was_not_written_is_missing():
    """An empty cell, and what databases write for it, are no time and no fault."""
    words = ["", None, "0000-00-00 00:00:00", "0000-00-00", "\\N", "NULL", "NaT", "-"]
    times = read("2025-03-01", *words)
    assert times.isna().tolist() == [False, *[True] * len(words)]


def test_times_with_and_without_a_zone():
    """Which moment the bare ones are cannot be known; they are named."""
    with pytest.raises(InputError, match=r"without a zone among others \(rows 1, 3\)"):
        read("2025-03-01 08:30Z", "2025-03-01 08:30", "", "2025-03-01")


def test_a_format_that_is_named():
    """Day first, month first, two digits of a year: as the caller says, the others are named."""
    assert read("01/02/2025", time_format="%d/%m/%Y").iloc[0] == pd.Timestamp("2025-02-01")
    assert read("01/02/25", time_format="%m/%d/%y").iloc[0] == pd.Timestamp("2025-01-02")
    with pytest.raises(InputError, match=r"'2025-03-01'; `time_format` '%d/%m/%Y' does not read"):
        read("01/02/2025", "2025-03-01", time_format="%d/%m/%Y")
    zoned = read("1/2/2025 +0800", "1/2/2025 +0000", time_format="%d/%m/%Y %z")
    assert [time.hour for time in zoned] == [16, 0]
    with pytest.raises(InputError, match="has no year"):
        read("08:30", time_format="%H:%M")
    with pytest.raises(InputError, match="'%Y %Q' is none"):
        read("2025 1", time_format="%Y %Q")


def test_numbers_are_no_nanoseconds(tmp_path):
    """A column of whole numbers holds dates in digits, also where one is null."""
    points = gpd.GeoDataFrame(
        {"time": [20250301, None]}, geometry=gpd.points_from_xy([0, 1], [0, 1]), crs=4548
    )
    points.to_file(tmp_path / "e.gpkg", layer="second")
    events = read_events(tmp_path / "e.gpkg", layer="second")
    assert events["time"].tolist() == [pd.Timestamp("2025-03-01"), pd.NaT]
    with pytest.raises(InputError, match="'third'"):
        read_events(tmp_path / "e.gpkg", layer="third")


def test_times_of_a_file_that_knows_them(tmp_path):
    """What is stored as a time, with a zone or without, comes as it is."""
    times = pd.Series(pd.to_datetime(["2025-03-01 08:30", None]))
    frame = gpd.GeoDataFrame(
        {"bare": times, "zoned": times.dt.tz_localize("Asia/Shanghai")},
        geometry=gpd.points_from_xy([0, 1], [0, 1]),
        crs=4548,
    )
    frame.to_parquet(tmp_path / "e.parquet")
    for name in ("bare", "zoned"):
        read_times = read_events(tmp_path / "e.parquet", time=name)["time"]
        pd.testing.assert_series_equal(read_times, frame[name], check_names=False)


def table(folder, header, *rows):
    """Write events of one header."""
    file = folder / "e.csv"
    lines = [f"{header},lon,lat", *(f"{row},116.6,33" for row in rows)]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["time", "时间", "发生时间", "Timestamp"])
def test_the_column_is_found_by_its_name(tmp_path, name):
    """English and Chinese names are known; any other is named by the caller."""
    assert read_events(table(tmp_path, name, "2025-03-01"), crs=4326)["time"].dt.year.item() == 2025
    file = table(tmp_path, "when", "2025-03-01")
    with pytest.raises(SchemaError, match=r"which column of .* is `time`; .*: when, lon"):
        read_events(file, crs=4326)
    assert read_events(file, time="when", crs=4326)["time"].dt.year.item() == 2025
    with pytest.raises(SchemaError, match="lacks 'then'; its columns are: when, lon, lat"):
        read_events(file, time="then", crs=4326)


def test_two_columns_of_time(tmp_path):
    """Which of them is meant is asked; one that is called time is taken before others."""
    with pytest.raises(SchemaError, match=r"which column of .* is `time`: 上报时间, 发生时间\."):
        read_events(table(tmp_path, "上报时间,发生时间", "2025-03-01,2025-03-02"), crs=4326)
    read_both = read_events(table(tmp_path, "上报时间,time", "2025-03-01,2025-03-02"), crs=4326)
    assert read_both["time"].dt.day.item() == 2


def test_an_event_has_a_code_of_its_own(tmp_path):
    """`code` becomes event_code; a component's would be component_code."""
    file = table(tmp_path, "time,编号", "2025-03-01,007")
    assert read_events(file, code="编号", crs=4326)["event_code"].tolist() == ["007"]


def test_several_files_of_events(tmp_path):
    """They become one frame, as components do."""
    files = [table(tmp_path, "time", "2025-03-01")]
    files.append(files[0].rename(tmp_path / "f.csv"))
    files[0] = table(tmp_path, "时间", "2025-03-02")
    assert read_events(files, crs=4326)["time"].dt.day.tolist() == [2, 1]


def test_real_events(real_cities):
    """105,339 hotline calls of four years: as many rows, the same times as pandas reads."""
    file = real_cities / "tainan" / "events_1999.csv.gz"
    events = read_events(file, class_code="subcategory", code="id", crs="EPSG:4326")
    plain = pd.read_csv(file, dtype="str")
    assert len(events) == len(plain) == 105_339
    assert (events["time"].to_numpy() == pd.to_datetime(plain["time"]).to_numpy()).all()
    np.testing.assert_array_equal(events.geometry.x, plain["lon"].astype(float))
