"""The bundled sample city: an invented district to try everything on."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gridgeo.errors import GridGeoError
from gridgeo.io import read_events, read_frame, read_table
from gridgeo.validate import require_option

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

LAYERS: Final = (
    "buildings",
    "communities",
    "components",
    "district",
    "events",
    "greens",
    "key_units",
    "pipes",
    "street_lines",
    "streets",
    "water",
)
"""Layers with a geometry, for :func:`read_sample`."""

_TABLES: Final = ("events", "staff")


def sample_path(layer: str) -> Path:
    """Give the file of a layer of the sample city.

    Parameters
    ----------
    layer
        One of :data:`LAYERS`, or ``"staff"``.

    Returns
    -------
    Path
        A GeoParquet file; for ``events`` and ``staff`` a csv file in UTF-8.

    Raises
    ------
    InputError
        There is no such layer.

    Examples
    --------
    >>> sample_path("communities").name
    'communities.parquet'
    """
    require_option(layer, (*LAYERS, "staff"), "layer")
    return _folder() / f"{layer}.{'csv' if layer in _TABLES else 'parquet'}"


def read_sample(layer: str) -> GeoDataFrame:
    """Read a layer of the sample city.

    Parameters
    ----------
    layer
        One of :data:`LAYERS`.

    Returns
    -------
    GeoDataFrame
        In EPSG:4548 (CGCS2000 three-degree zone, metres), codes as text. ``events`` are points in
        EPSG:4326, with ``time`` as dates and times.

    Raises
    ------
    InputError
        There is no such layer; ``staff`` has no geometry, see :func:`read_staff`.

    Examples
    --------
    >>> communities = read_sample("communities")
    >>> len(communities), communities["area_code"].iloc[0]
    (182, '990101001001')
    >>> print(f"{communities.area.sum() / 1e6:.2f} km2")
    25.38 km2
    """
    require_option(layer, LAYERS, "layer")
    if layer == "events":
        return read_events(sample_path(layer), crs="EPSG:4326")
    return read_frame(sample_path(layer))


def read_staff() -> pd.DataFrame:
    """Read the persons of the sample city, all of them invented.

    Returns
    -------
    DataFrame
        ``staff_id``, ``name``, ``name_en``, ``role``, ``street_code`` (text, empty for those who
        belong to the whole district), ``full_time``.

    Examples
    --------
    >>> staff = read_staff()
    >>> sorted(staff["role"].unique())
    ['deputy', 'direct_responsible', 'inspector', 'leader', 'manager']
    """
    staff = read_table(sample_path("staff")).fillna("")
    return staff.assign(full_time=staff["full_time"].eq("True"))


def _folder() -> Path:
    """Find the sample city: inside an installed package, or beside it in a checkout."""
    package = Path(str(resources.files("gridgeo")))
    for folder in (package / "sample_city", package.parent / "data" / "sample_city"):
        if folder.is_dir():
            return folder
    raise GridGeoError(
        f"the sample city is missing beside {package}; install gridgeo anew, or in a checkout run "
        "data/make_sample_city.py."
    )
