"""A column of times as people write them -> dates and times; none is guessed, none is lost."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gridgeo._texts import NO_VALUE, as_text
from gridgeo.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt

    from gridgeo.schema import Bools, Floats
    from gridgeo.validate import Faults

_DATE = r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
_SECOND = r"(?P<second>\d{1,2}(?:\.\d+)?)"
_CLOCK = rf"(?P<hour>\d{{1,2}})[:时点](?P<minute>\d{{1,2}})(?:[:分]{_SECOND}秒?|分?)"
_ZONE = r"(?P<zone>Z|UTC|[-+]\d{2}(?::?\d{2})?)"
_WRITTEN = rf"^{_DATE}(?:[T ]*{_CLOCK} *{_ZONE}?)?$"
_DIGITS = (
    r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?$"
)

_NO_TIME: Final = (*NO_VALUE, "nat", "0000-00-00", "0000-00-00 00:00:00")
"""What databases write where there is no time; in lower case."""

_YEARS = ("%Y", "%y", "%c", "%x", "%G")
_MONTHS, _HOURS, _MINUTES = 12, 24, 60


def to_times(
    column: pd.Series, name: str, faults: Faults, time_format: str | None = None
) -> pd.Series:
    """Read a column of times.

    Without a format the year comes first, then month and day, in figures: 2025-03-01 08:30,
    2025/3/1 8:30:05, 2025年3月1日 8时30分, 20250301083005, with a zone or without.

    Parameters
    ----------
    column
        Times, text, or whole numbers of such figures.
    name
        What the file calls it.
    faults
        Takes the rows that hold no time, or none with a zone where others have one.
    time_format
        How the times are written, in the signs of ``strptime``, where otherwise.

    Returns
    -------
    Series
        Times, without a zone where none is written, in their zone where it is the same in all,
        else in UTC. Where nothing was written it is missing.

    Raises
    ------
    InputError
        ``time_format`` is none, or has no year.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    text = as_text(column, exact=False)
    text = text.mask(text.str.lower().isin(_NO_TIME))
    if time_format is not None:
        times = _by_format(text, time_format)
    else:
        times, has_zone = _by_figures(text)
        bare = ~has_zone & times.notna().to_numpy()
        if has_zone.any():
            faults.add(InputError, bare, f"times in column {name!r} without a zone among others")
    wrong = (times.isna() & text.notna()).to_numpy()
    if wrong.any():
        remedy = "mend or empty it, or say how times are written: time_format='%d/%m/%Y %H:%M'"
        if time_format is not None:
            remedy = f"`time_format` {time_format!r} does not read it"
        example = text.to_numpy(object)[wrong][0]
        faults.add(InputError, wrong, f"no time in column {name!r}, such as {example!r}; {remedy}")
    return times


def _by_format(text: pd.Series, time_format: str) -> pd.Series:
    if not any(sign in time_format for sign in _YEARS):
        raise InputError(f"`time_format` {time_format!r} has no year.")
    try:
        return pd.to_datetime(text, errors="coerce", format=time_format)
    except ValueError:  # a sign that there is not, or zones that differ
        pass
    try:
        return pd.to_datetime(text, errors="coerce", format=time_format, utc=True)
    except ValueError as error:
        raise InputError(f"`time_format` {time_format!r} is none: {error}.") from error


def _by_figures(text: pd.Series) -> tuple[pd.Series, Bools]:
    """Read times whose year comes first; and tell which of them have a zone."""
    figures = [pc.extract_regex(pa.array(text, pa.string()), way) for way in (_WRITTEN, _DIGITS)]
    times = pd.Series(_on_the_clock(figures), index=text.index)
    zone = pc.struct_field(figures[0], "zone").to_pandas().replace("", None)
    has_zone = zone.notna().to_numpy() & times.notna().to_numpy()
    if not has_zone.any():
        return times, has_zone
    which, zones = pd.factorize(zone[has_zone])
    ahead = np.array([_minutes_ahead(one) for one in zones])
    minutes = np.zeros(len(text), dtype="m8[m]")
    minutes[has_zone] = ahead[which]
    times = (times - minutes).dt.tz_localize("UTC")
    if (ahead == ahead[0]).all() and ahead[0]:
        times = times.dt.tz_convert(dt.timezone(dt.timedelta(minutes=int(ahead[0]))))
    return times, has_zone


def _on_the_clock(figures: list[pa.Array]) -> npt.NDArray[np.datetime64]:
    """Put figures together, zones apart; what is in no calendar and on no clock is missing."""
    year, month, day, hour, minute, second = (
        _numbers(figures, part) for part in ("year", "month", "day", "hour", "minute", "second")
    )
    months = ((year - 1970) * 12 + month - 1).astype("M8[M]")
    days = months.astype("M8[D]") + (day - 1).astype("m8[D]")
    valid = (month >= 1) & (month <= _MONTHS) & (days.astype("M8[M]") == months)
    valid &= (hour < _HOURS) & (minute < _MINUTES) & (second < _MINUTES)
    clock = (hour * 60 + minute) * 60_000_000 + np.round(second * 1e6)
    times = days.astype("M8[us]") + clock.astype("m8[us]")
    return np.where(valid, times, np.datetime64("NaT", "us"))


def _numbers(figures: list[pa.Array], part: str) -> Floats:
    """Give one part of all times, 0 where it is not written."""
    ways = [pc.struct_field(one, part) for one in figures]
    text = pc.fill_null(pc.coalesce(*ways), "0")
    numbers: Floats = pc.cast(pc.if_else(pc.equal(text, ""), "0", text), pa.float64()).to_numpy()
    return numbers


def _minutes_ahead(zone: str) -> int:
    if not zone.startswith(("+", "-")):
        return 0
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)
