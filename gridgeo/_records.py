"""What reports have in common: faults in one frame, and frames as text and as plain types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from gridgeo.crs import LONLAT, to_crs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geopandas import GeoDataFrame

_SHOWN: Final = 8


def join_kinds(
    found: Mapping[str, GeoDataFrame], codes: Sequence[str], measures: Sequence[str]
) -> GeoDataFrame:
    """Put the faults of all kinds into one frame: ``kind``, codes, measures, ``geometry``.

    Codes that a kind does not have are empty text, so that the frame fits one file.
    """
    kinds = [
        frame.reset_index(drop=True).assign(kind=kind)
        for kind, frame in found.items()
        if len(frame)
    ]
    none = next(iter(found.values())).assign(kind="")
    together = pd.concat(kinds, ignore_index=True) if kinds else none
    together = together.reindex(columns=["kind", *codes, *measures, "geometry"])
    together[[*codes]] = together[[*codes]].astype(object).fillna("")
    return together


def m2_of(frame: GeoDataFrame) -> str:
    """Write the sum of a kind's m2; empty text where it has none."""
    return f"{frame['m2'].sum():,.3f} m2" if len(frame) and frame["m2"].notna().any() else ""


def first_codes(frame: GeoDataFrame, columns: Sequence[str], between: str) -> str:
    """Write the codes of the first rows, and how many more there are."""
    codes = frame[[*columns]].iloc[:_SHOWN].agg(between.join, axis=1)
    more = f" and {len(frame) - _SHOWN} more" if len(frame) > _SHOWN else ""
    return ", ".join(codes) + more


def records(frame: pd.DataFrame, *, place: bool = False) -> list[dict[str, Any]]:
    """Give rows as plain types; ``place``: with longitude and latitude of a point inside each."""
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    if place:
        points = frame.geometry.representative_point().reset_index(drop=True)
        lonlat = to_crs(points.to_frame("geometry"), LONLAT).geometry
        plain = plain.assign(lon=lonlat.x.to_numpy(), lat=lonlat.y.to_numpy())
    rows: list[dict[str, Any]] = json.loads(plain.to_json(orient="records", double_precision=9))
    return rows
