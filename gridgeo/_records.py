"""What reports have in common: how they leave, faults in one frame, frames as plain types."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pandas as pd

from gridgeo.crs import LONLAT, to_crs
from gridgeo.files import write_json

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geopandas import GeoDataFrame

    from gridgeo.schema import Language

_Frame = TypeVar("_Frame", bound=pd.DataFrame)
_SHOWN: Final = 8


class Report(ABC):
    """What every report can do: be shown, in two languages, and be written down."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain types that JSON can hold."""

    @abstractmethod
    def to_gpkg(self, path: str | os.PathLike[str]) -> Path:
        """Write a GeoPackage, whole or not at all."""

    @abstractmethod
    def to_text(self, language: Language = "en") -> str:
        """Write lines for a terminal, aligned where Chinese characters are two columns wide.

        Parameters
        ----------
        language
            ``"en"``, as ``print`` shows it, or ``"zh"``.

        Raises
        ------
        InputError
            The language is another one.
        """

    @abstractmethod
    def to_html(self, language: Language = "en") -> str:
        """Write a table that a planner can read; all text from data is escaped.

        Parameters
        ----------
        language
            ``"en"``, as Jupyter shows it, or ``"zh"``.

        Raises
        ------
        InputError
            The language is another one.
        """

    def to_json(self, path: str | os.PathLike[str]) -> Path:
        """Write :meth:`to_dict` as JSON, whole or not at all.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        return write_json(self.to_dict(), path)

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return self.to_html()


class FaultReport(Report):
    """A report on faults of several kinds."""

    @abstractmethod
    def found(self) -> Mapping[str, pd.DataFrame]:
        """Give the faults by kind, in the order of the report."""

    @property
    def n_faults(self) -> int:
        """The number of faults of all kinds."""
        return sum(len(frame) for frame in self.found().values())

    @property
    def ok(self) -> bool:
        """Whether nothing at all was found."""
        return self.n_faults == 0


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


def with_rows(layers: Mapping[str, _Frame]) -> dict[str, _Frame]:
    """Keep the layers that have any rows."""
    return {name: frame for name, frame in layers.items() if len(frame)}


def m2_of(frame: GeoDataFrame, unit: str = "m2") -> str:
    """Write the sum of a kind's m2; empty text where it has none."""
    return f"{frame['m2'].sum():,.3f} {unit}" if len(frame) and frame["m2"].notna().any() else ""


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
