"""Guards: gather every fault of a frame and raise once, naming rows and remedy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._locate import is_finite
from gridgeo._polygons import are_valid
from gridgeo.crs import require_crs
from gridgeo.errors import (
    CodeError,
    GeometryError,
    GridGeoError,
    InputError,
    SchemaError,
    name_rows,
)
from gridgeo.schema import AREA_CODE, CELL_CODE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame

    from gridgeo.schema import Bools

POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class Faults:
    """What is wrong with one frame, gathered before anything is raised.

    Parameters
    ----------
    name
        What the user calls the frame; it stands in the message.
    index
        The frame's index, whose labels the error carries.
    """

    def __init__(self, name: str, index: pd.Index) -> None:
        self._name = name
        self._index = index
        self._found: list[tuple[type[GridGeoError], str, pd.Index]] = []

    def add(self, kind: type[GridGeoError], at_fault: Bools, message: str) -> None:
        """Note the rows where ``at_fault`` is True; nothing where none is."""
        if at_fault.any():
            rows = self._index[at_fault]
            self._found.append((kind, f"{message} {name_rows(rows)}", rows))

    def raise_if_any(self) -> None:
        """Raise one error for all that was found, of the kind that was found first."""
        if not self._found:
            return
        kind = self._found[0][0]
        labels = pd.Index(np.concatenate([rows.to_numpy() for _, _, rows in self._found]))
        messages = "; ".join(message for _, message, _ in self._found)
        raise kind(f"`{self._name}`: {messages}", rows=labels.unique())


def check_areas(areas: GeoDataFrame, name: str = "areas", *, mendable: bool = False) -> None:
    """Guard a frame of areas: ``area_code`` (unique text) and valid polygons, with a CRS.

    Where they are ``mendable``, invalid polygons pass if all their coordinates are numbers.

    Raises
    ------
    SchemaError
        No rows, or no column ``area_code``.
    CodeError
        Codes missing or repeated.
    GeometryError
        Geometries null, empty, invalid or not polygons.
    CRSError
        No CRS.
    """
    check_partition(areas, AREA_CODE, name, mendable=mendable)


def check_cells(cells: GeoDataFrame, name: str = "cells", *, known: Bools | None = None) -> None:
    """Guard a frame of cells: ``cell_code`` (unique text) and valid polygons, with a CRS.

    Polygons that are ``known`` to be valid are not looked at. Raises as :func:`check_areas` does.
    """
    check_partition(cells, CELL_CODE, name, known=known)


def require_geoframe(frame: object, name: str) -> None:
    """Refuse what is no GeoDataFrame with an active geometry."""
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SchemaError(f"`{name}` must be a GeoDataFrame, not {type(frame).__name__}.")
    if frame.active_geometry_name is None:
        raise SchemaError(f"`{name}` has no geometry; name its column with set_geometry(...).")


def require_number(
    value: object, name: str, *, at_least: float = -math.inf, at_most: float = math.inf
) -> None:
    """Refuse what is no number, or one out of range; NaN always is."""
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not (number and at_least <= value <= at_most):  # type: ignore[operator]
        span = f"at least {at_least:g}"
        if at_most < math.inf:
            span = f"from {at_least:g} to {at_most:g}"
        raise InputError(f"`{name}` must be {span}, not {value!r}.")


def require_rows(frame: pd.DataFrame, name: str) -> None:
    """Refuse a frame without rows."""
    if frame.empty:
        raise SchemaError(f"`{name}` has no rows; was it filtered, or read from the wrong layer?")


def require_columns(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse a frame that lacks a column; the message names the columns it has."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        has = ", ".join(map(str, frame.columns))
        raise SchemaError(
            f"`{name}` lacks {', '.join(map(repr, missing))}; its columns are: {has}."
        )


def require_option(value: str, options: Sequence[str], name: str) -> None:
    """Refuse an option that is misspelled, naming those there are."""
    if value not in options:
        raise InputError(f"`{name}` must be one of {', '.join(map(repr, options))}, not {value!r}.")


def check_partition(
    frame: GeoDataFrame,
    code: str,
    name: str,
    *,
    mendable: bool = False,
    known: Bools | None = None,
) -> None:
    """Guard any frame of polygons with a code (unique text). Raises as :func:`check_areas` does."""
    require_geoframe(frame, name)
    require_rows(frame, name)
    require_columns(frame, [code], name)
    require_crs(frame, name)
    faults = Faults(name, frame.index)
    add_code_faults(faults, frame[code], code)
    add_polygon_faults(faults, frame, mendable=mendable, known=known)
    faults.raise_if_any()


def add_code_faults(faults: Faults, codes: pd.Series, name: str) -> None:
    """Note codes that are missing, not text, or repeated."""
    if codes.dtype == "str":
        text, told = codes.notna().to_numpy(), codes
    else:
        text = codes.map(lambda code: isinstance(code, str)).to_numpy(bool)
        told = codes.astype(object).where(text, "text")
    blank = told.str.strip() == ""
    missing = codes.isna().to_numpy() | blank.to_numpy()
    faults.add(CodeError, missing, f"every row needs a code in {name!r}; fill it")
    faults.add(
        CodeError,
        ~text & ~missing,
        f"codes in {name!r} must be text, a number loses its leading zeros; read them as text",
    )
    faults.add(
        CodeError,
        are_repeated(codes) & ~missing,
        f"codes in {name!r} repeat; dissolve the rows that are one area, or use another column",
    )


def are_repeated(codes: pd.Series) -> Bools:
    """Tell which codes are there more than once."""
    values = codes.array
    if codes.dtype == "str" and (values[1:] > values[:-1]).all():
        return np.zeros(len(codes), dtype=bool)  # sorted ones, as most are, need no hashing
    return codes.duplicated(keep=False).to_numpy()


def add_polygon_faults(
    faults: Faults, frame: GeoDataFrame, *, mendable: bool = False, known: Bools | None = None
) -> None:
    """Note geometries that are null, empty, not polygons, or invalid beyond what is mendable.

    Polygons that are ``known`` to be valid are not looked at.
    """
    geometry = frame.geometry.to_numpy()
    at = np.arange(len(geometry)) if known is None else np.flatnonzero(~known)
    null, empty, wrong, invalid = np.zeros((4, len(geometry)), dtype=bool)
    some = geometry[at]
    null[at], empty[at] = shapely.is_missing(some), shapely.is_empty(some)
    wrong[at] = ~null[at] & ~np.isin(shapely.get_type_id(some), POLYGONS)
    at = at[~(null | empty | wrong)[at]]
    sound = is_finite if mendable else are_valid
    invalid[at] = ~sound(geometry[at])
    reasons = sorted({r.split("[")[0] for r in shapely.is_valid_reason(geometry[invalid])})
    faults.add(GeometryError, null, "rows without a geometry; drop them or draw them")
    faults.add(GeometryError, empty & ~null & ~wrong, "rows with an empty geometry; drop them")
    faults.add(GeometryError, wrong, "rows that are not polygons; keep the polygons")
    method = "method='structure', keep_collapsed=False"
    remedy = f"mend them, for example with frame.geometry.make_valid({method})"
    if mendable:
        remedy = "draw them anew, some of their coordinates are no numbers"
    faults.add(GeometryError, invalid, f"invalid polygons ({', '.join(reasons)}); {remedy}")
