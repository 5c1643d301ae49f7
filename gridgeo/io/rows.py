"""Rows of one file -> features, the same way for every part of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from gridgeo.crs import GCJ02, parse_crs, shifted_degrees
from gridgeo.errors import SchemaError, name_rows
from gridgeo.io.codes import CodeColumn, code_widths
from gridgeo.io.columns import CLASSES, OWN_CODES, TIMES, coordinate_columns, one_usual
from gridgeo.io.frames import with_crs
from gridgeo.io.points import to_numbers, to_points, without_lost
from gridgeo.io.times import to_times
from gridgeo.schema import CLASS_CODE, COMPONENT_CODE, TIME
from gridgeo.shifts import from_bd09, from_gcj02
from gridgeo.validate import Faults, require_columns

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from geopandas import GeoDataFrame

    from gridgeo.io.codes import CodeWidth


@dataclass(frozen=True)
class Asked:
    """What the caller says of files that they do not say of themselves.

    ``own_code`` is what a thing's own code is called, ``timed`` whether things have a time; all
    else is as in :func:`read_events`.
    """

    own_code: str = COMPONENT_CODE
    timed: bool = False
    class_code: str | None = None
    code: str | None = None
    x: str | None = None
    y: str | None = None
    time: str | None = None
    time_format: str | None = None
    crs: object = None
    layer: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    code_width: CodeWidth | None = None


class FeatureRows:
    """The way from rows of a file to features.

    Parameters
    ----------
    path
        The file; its name is the class of rows that have none.
    columns
        Its columns.
    asked
        What the caller says of it.
    drawn
        Whether rows come with a geometry, not with columns of coordinates.
    keep_crs
        Whether a file that says its CRS keeps it, whatever the caller says.

    Raises
    ------
    SchemaError
        A column is not there, or it is not clear which one is meant.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        columns: Sequence[str],
        asked: Asked,
        *,
        drawn: bool,
        keep_crs: bool = False,
    ) -> None:
        self._path, self._asked, self._keep_crs = path, asked, keep_crs
        self._columns = list(columns)
        self._point = None if drawn else self._coordinates()
        self._time = self._time_column() if asked.timed else None
        self._codes = self._code_columns()
        self._notes: list[str] = []

    def features(self, rows: pd.DataFrame) -> GeoDataFrame:
        """Make features of all rows of the file, or of the next part of them.

        Raises
        ------
        InputError, CodeError
            Rows hold what is no coordinate, code or time.
        CRSError
            Nothing says which CRS the file is in, or it says another than the caller.
        """
        faults = Faults(str(self._path), rows.index)
        point = [to_numbers(rows[name], faults) for name in self._point or ()]
        made: dict[str, Any] = {
            name: column.text(rows[column.name], faults) for name, column in self._codes.items()
        }
        if self._time is not None:
            made[TIME] = to_times(rows[self._time], self._time, faults, self._asked.time_format)
        faults.raise_if_any()
        if CLASS_CODE not in made:
            stem = Path(self._path).name.split(".")[0]
            made[CLASS_CODE] = pd.Series(stem, index=rows.index, dtype="str")
        self._note_repeated(made.get(self._asked.own_code))
        if self._point is None:
            frame = without_lost(rows)
        else:
            frame = to_points(rows.assign(**dict(zip(self._point, point, strict=True))), *point)
        return self._in_crs(frame).assign(**made)

    def take_notes(self) -> list[str]:
        """Give what the user should hear of the rows that were seen, once."""
        notes, self._notes = self._notes, []
        return notes

    def last_notes(self) -> list[str]:
        """Give what the user should hear when all rows were seen."""
        found = [column.note() for column in self._codes.values()]
        return [f"{str(self._path)!r}: {note}" for note in found if note]

    def _coordinates(self) -> tuple[str, str]:
        x, y, crs = self._asked.x, self._asked.y, self._asked.crs
        degrees = crs is None or shifted_degrees(crs) is not None
        metres_first = not degrees and parse_crs(crs).is_projected
        pair = coordinate_columns(self._columns, x, y, self._path, metres_first=metres_first)
        self._require(pair)
        return pair

    def _time_column(self) -> str:
        found = self._asked.time or one_usual(self._columns, TIMES, "time", self._path)
        if found is None:
            has = ", ".join(self._columns)
            raise SchemaError(
                f"say which column of {str(self._path)!r} is `time`; its columns are: {has}."
            )
        self._require([found])
        return found

    def _code_columns(self) -> dict[str, CodeColumn]:
        """Give the columns of codes, by the names that they get."""
        asked, has = self._asked, self._columns
        own = OWN_CODES[asked.own_code]
        names = {
            CLASS_CODE: asked.class_code or one_usual(has, CLASSES, "class_code", self._path),
            asked.own_code: asked.code or one_usual(has, own, "code", self._path),
        }
        found = {new: name for new, name in names.items() if name is not None}
        widths = code_widths(asked.code_width, list(found.values()))
        widths = {found.get(name, name): width for name, width in widths.items()}
        found |= {name: name for name in widths if name not in found.values()}
        self._require(found.values())
        return {new: CodeColumn(name, widths.get(name)) for new, name in found.items()}

    def _require(self, columns: Iterable[str]) -> None:
        require_columns(pd.DataFrame(columns=self._columns), list(columns), str(self._path))

    def _in_crs(self, frame: GeoDataFrame) -> GeoDataFrame:
        crs = self._asked.crs
        if self._keep_crs and frame.crs is not None:
            return frame
        shifted = shifted_degrees(crs)
        if shifted is not None and (frame.crs is None or frame.crs.is_geographic):
            return from_gcj02(frame) if shifted is GCJ02 else from_bd09(frame)
        return with_crs(frame, crs, self._path)

    def _note_repeated(self, codes: pd.Series | None) -> None:
        if codes is None:
            return
        repeated = codes.duplicated(keep=False) & codes.notna()
        if repeated.any():
            rows = codes.index[repeated]
            self._notes.append(
                f"{str(self._path)!r}: codes in {self._asked.own_code!r} repeat; all rows are kept "
                f"{name_rows(rows)}."
            )
