"""Files with a geometry -> frames as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from pyogrio.errors import DataLayerError, DataSourceError

from gridgeo._texts import dbf_encoding, require_encoding
from gridgeo.crs import parse_crs, shifted_degrees
from gridgeo.errors import CRSError, InputError
from gridgeo.io.parquet import PARQUET

if TYPE_CHECKING:
    import os

    from geopandas import GeoDataFrame

_SHAPEFILES = (".shp", ".zip")


def read_frame(
    path: str | os.PathLike[str], *, layer: str | None = None, encoding: str | None = None
) -> GeoDataFrame:
    """Read a file with a geometry as it is; ``layer`` and ``encoding`` as in :func:`read_areas`.

    Raises
    ------
    InputError
        The file does not exist, cannot be read, or has no geometry.
    """
    require_file(path)
    require_encoding(encoding)
    ending = str(path).lower()
    try:
        if ending.endswith(PARQUET):
            return gpd.read_parquet(path)
        if not ending.endswith(_SHAPEFILES):
            encoding = None
        elif encoding is None:
            encoding = dbf_encoding(Path(path))
        with np.errstate(invalid="ignore"):  # coordinates that are NaN are no news to a reader
            frame = gpd.read_file(path, layer=layer, engine="pyogrio", encoding=encoding)
    except (DataSourceError, DataLayerError, ValueError, OSError) as error:
        raise InputError(
            f"{str(path)!r} cannot be read as GeoPackage, Shapefile, GeoJSON or GeoParquet: {error}"
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{str(path)!r} has no geometry; name the layer that has one.")
    return frame


def with_crs(frame: GeoDataFrame, crs: object, path: str | os.PathLike[str]) -> GeoDataFrame:
    """Give a frame the CRS that its file does not say; refuse another than the file says.

    Raises
    ------
    CRSError
        Neither the file nor ``crs`` says which CRS it is, or they differ.
    """
    if crs is not None and frame.crs is None:
        return frame.set_crs(parse_crs(crs))
    if crs is not None and (shifted_degrees(crs) or frame.crs != parse_crs(crs)):
        raise CRSError(f"{str(path)!r} says that it is in {frame.crs.name!r}; leave `crs` out.")
    if frame.crs is None:
        raise CRSError(
            f"{str(path)!r} does not say in which CRS it is; name it, as in crs='EPSG:4326'.",
            rows=frame.index,
        )
    return frame


def require_file(path: str | os.PathLike[str]) -> None:
    """Refuse what is no file; a file geodatabase is a folder."""
    folder = Path(path).suffix.lower() == ".gdb" and Path(path).is_dir()
    if not folder and not Path(path).is_file():
        raise InputError(f"there is no file {str(path)!r} (looked in {str(Path.cwd())!r}).")
