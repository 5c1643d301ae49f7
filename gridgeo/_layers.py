"""A layer as it is checked: its codes, its valid polygons in one CRS, whom its rows name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._findings import NOWHERE
from gridgeo._locate import is_finite
from gridgeo._polygons import are_valid
from gridgeo.crs import to_crs
from gridgeo.schema import AREA_CODE, CELL_CODE, PARENT_CODE
from gridgeo.validate import POLYGONS

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pyproj import CRS

    from gridgeo.schema import Bools, Geometries, Ints

CODE_COLUMNS: Final = (CELL_CODE, "zone_code", AREA_CODE)
"""The columns that may hold a layer's own code, the finest layer first."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as it is checked: ``rows`` by position, and of these the ``sound`` ones."""

    rows: GeoDataFrame
    sound: GeoDataFrame
    labels: pd.Index

    @property
    def polygons(self) -> Geometries:
        """The polygons of the sound rows."""
        polygons: Geometries = self.sound.geometry.to_numpy()
        return polygons

    @property
    def codes(self) -> Geometries:
        """The codes of the sound rows, and at ``NOWHERE`` empty text."""
        return np.append(self.sound["code"].to_numpy(object), "")


def code_column(frame: GeoDataFrame) -> str:
    """Name the column of a layer's own codes; ``area_code`` also where it has none."""
    return next((name for name in CODE_COLUMNS if name in frame), AREA_CODE)


def is_usable(frame: GeoDataFrame) -> Bools:
    """Tell which geometries have coordinates that can be brought into another CRS."""
    own = frame.geometry.to_numpy()
    return ~shapely.is_missing(own) & ~shapely.is_empty(own) & is_finite(own)


def read_layer(frame: GeoDataFrame, crs: CRS) -> Layer:
    """Read a layer in the CRS of the check, noting what is wrong with its rows."""
    own, usable = frame.geometry.to_numpy(), is_usable(frame)
    polygons = np.full(len(frame), None, dtype=object)
    polygons[usable] = shapely.force_2d(to_crs(frame.geometry[usable].to_frame(), crs).geometry)
    reason = invalid_reasons(own, are_valid(own))
    moved = np.flatnonzero(reason == "")
    reason[moved] = invalid_reasons(polygons[moved], are_valid(polygons[moved]))
    codes = text(frame[code_column(frame)]).reset_index(drop=True)
    rows = gpd.GeoDataFrame(
        {
            "code": codes,
            "reason": reason,
            "repeated": codes.duplicated(keep=False) | (codes.str.strip() == ""),
        },
        geometry=polygons,
        crs=crs,
    )
    return Layer(rows, rows[rows["reason"] == ""], frame.index)


def invalid_reasons(polygons: Geometries, valid: Bools) -> Geometries:
    """Say why each is no valid polygon; empty text where it is one."""
    reason = np.full(len(polygons), "", dtype=object)
    polygonal = np.isin(shapely.get_type_id(polygons), POLYGONS)
    wrong = np.flatnonzero(~valid | ~polygonal | shapely.is_empty(polygons))
    why = np.asarray(shapely.is_valid_reason(polygons[wrong]), dtype=object)
    why[~polygonal[wrong]] = "not a polygon"
    why[shapely.is_empty(polygons[wrong])] = "empty"
    why[shapely.is_missing(polygons[wrong])] = "no geometry"
    reason[wrong] = why
    return reason


def text(codes: pd.Series) -> pd.Series:
    """Give codes as text, empty where one is missing."""
    if codes.dtype != "str":
        codes = codes.astype("string").fillna("").astype("str")
    return codes.fillna("")


def find_claim(children: GeoDataFrame, parents: GeoDataFrame) -> str | None:
    """Find the column in which the children name their parent; None where they name no such."""
    own, theirs = code_column(children), code_column(parents)
    codes = pd.Index(text(parents[theirs])).difference([""])
    for name in (theirs, PARENT_CODE):
        if name in children and name != own:
            said = text(children[name]).to_numpy(object)
            said = said[said != ""]
            if 2 * pd.Index(said).isin(codes).sum() > len(said):
                return name
    return None


def find_claimed(claims: Geometries, codes: Geometries) -> Ints:
    """Find the parent that each child names, the first of those with one code."""
    first = pd.Series(codes).drop_duplicates()
    at = pd.Index(first).get_indexer(claims)
    return np.append(first.index, NOWHERE)[at]
