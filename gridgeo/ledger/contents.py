"""What a ledger and a card tell: guarded frames, each row with its zone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._locate import has_place
from gridgeo._names import first_names, spoken
from gridgeo.counting import component_sizes
from gridgeo.crs import LONLAT, to_crs
from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.geocoding import geocode
from gridgeo.ledger.posts import refuse_repeated, zone_posts
from gridgeo.schema import (
    AREA_CODE,
    AREA_M2,
    AREA_NAME,
    CELL_CODE,
    CLASS_CODE,
    CLASS_NAME,
    LENGTH_M,
    LOAD,
    MAJOR_NAME,
    N_CELLS,
    N_COMPONENTS,
    NAME,
    UNIT_ID,
    ZONE_CODE,
    ZONE_NAME,
)
from gridgeo.validate import Faults, add_code_faults, require_columns, require_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

    from gridgeo.schema import Bools, Floats, Ints, Language

_SAME_M2: Final = 1.0
"""Up to this the area of a zone is the sum of its cells: files round to decimetres."""

_SAME: Final = 1e-6
"""The same as a share, for zones of many km2."""


@dataclass(frozen=True)
class Contents:
    """What a ledger tells.

    Parameters
    ----------
    cells
        As they came, with ``zone_code`` (empty text where there is none) where any has a zone,
        ``area_name``, and ``n_components`` where there are components.
    zones
        As they came, with ``area_m2`` and ``n_cells`` of their cells, and ``n_components``.
    components
        One row each: ``cell_code`` and ``zone_code``, empty text where there is none,
        ``class_code``, ``length_m``, ``area_m2``.
    classes
        One row a class: ``class_code``, ``class_name``, ``major_name`` in the ledger's language.
    key_units
        As they came, with ``cell_code``, ``zone_code`` and their name in the ledger's language.
    posts
        Who is what where: ``zone_code``, ``role``, ``staff_id``, ``name``.
    """

    cells: pd.DataFrame
    zones: pd.DataFrame | None
    components: pd.DataFrame | None
    classes: pd.DataFrame
    key_units: pd.DataFrame | None
    posts: pd.DataFrame
    language: Language

    def zone(self, code: str) -> pd.Series:
        """Give the row of a zone."""
        return self._plain_zones.iloc[self._zone_rows[code]]

    @cached_property
    def _zone_rows(self) -> Mapping[str, int]:
        return {code: row for row, code in enumerate(self._plain_zones[ZONE_CODE])}

    @cached_property
    def _plain_zones(self) -> pd.DataFrame:
        return pd.DataFrame() if self.zones is None else plain_table(self.zones)

    @cached_property
    def positions(self) -> Mapping[str, tuple[float, float]]:
        """Longitude and latitude of a point inside each zone that has a geometry."""
        if isinstance(self.zones, gpd.GeoDataFrame) and self.zones.crs is not None:
            frame = self.zones[have_place(self.zones)]
        elif isinstance(self.cells, gpd.GeoDataFrame) and self.cells.crs is not None:
            frame = _middle_cells(self.cells[have_place(self.cells)])
        else:
            return {}
        inside = frame.geometry.representative_point()
        places = to_crs(inside.to_frame("geometry"), LONLAT).geometry
        return dict(zip(frame[ZONE_CODE], zip(places.x, places.y, strict=True), strict=True))

    @cached_property
    def cells_of(self) -> Mapping[str, Ints]:
        """Rows of the cells of each zone."""
        return _rows_by_zone(self.cells)

    @cached_property
    def components_of(self) -> Mapping[str, Ints]:
        """Rows of the components of each zone."""
        return {} if self.components is None else _rows_by_zone(self.components)

    @cached_property
    def key_units_of(self) -> Mapping[str, Ints]:
        """Rows of the key units of each zone."""
        return {} if self.key_units is None else _rows_by_zone(self.key_units)

    @cached_property
    def posts_of(self) -> Mapping[str, Ints]:
        """Rows of the posts of each zone."""
        return _rows_by_zone(self.posts)


def gather(  # noqa: PLR0913 - one for each frame of a ledger
    cells: pd.DataFrame,
    *,
    zones: pd.DataFrame | None,
    components: pd.DataFrame | None,
    key_units: pd.DataFrame | None,
    areas: pd.DataFrame | None,
    classes: pd.DataFrame | None,
    language: Language,
) -> Contents:
    """Guard the frames of a ledger, and give each row its zone."""
    cells = _guarded_cells(cells, areas, language)
    if zones is None and ZONE_CODE in cells:
        zones = _zones_of(cells)
    elif zones is not None:
        zones = _guarded_zones(zones, cells, language)
    found = None if components is None else _placed(components, cells)
    if found is not None:
        cells = cells.assign(**{N_COMPONENTS: _count(found, CELL_CODE, cells)})
        if zones is not None:
            zones = zones.assign(**{N_COMPONENTS: _count(found, ZONE_CODE, zones)})
    return Contents(
        cells,
        zones,
        found,
        _class_names(components, classes, language),
        None if key_units is None else _placed_units(key_units, cells, language),
        zone_posts(zones),
        language,
    )


def _guarded_cells(
    cells: pd.DataFrame, areas: pd.DataFrame | None, language: Language
) -> pd.DataFrame:
    require_rows(cells, "cells")
    refuse_repeated(cells, "cells")
    require_columns(cells, [CELL_CODE, AREA_M2], "cells")
    faults = Faults("cells", cells.index)
    add_code_faults(faults, cells[CELL_CODE], CELL_CODE)
    sizes = _numbers(cells[AREA_M2])
    faults.add(SchemaError, np.isnan(sizes), f"every row needs a number in {AREA_M2!r}")
    made: dict[str, Any] = {AREA_M2: sizes}
    if ZONE_CODE in cells:
        codes = cells[ZONE_CODE]
        text = codes.map(lambda code: isinstance(code, str)).to_numpy(bool)
        wrong = codes.notna().to_numpy() & ~text
        faults.add(CodeError, wrong, f"codes in {ZONE_CODE!r} must be text; read them as text")
        made[ZONE_CODE] = codes.astype(object).where(text, "").astype("str").str.strip()
    faults.raise_if_any()
    if areas is not None:
        require_columns(areas, [AREA_CODE], "areas")
        require_columns(cells, [AREA_CODE], "cells")
        names = first_names(areas, spoken(AREA_NAME, language)).set_axis(areas[AREA_CODE])
        names = names[~names.index.duplicated()]
        made[AREA_NAME] = cells[AREA_CODE].map(names).astype("str").fillna("")
    return cells.assign(**made)


def _guarded_zones(zones: pd.DataFrame, cells: pd.DataFrame, language: Language) -> pd.DataFrame:
    require_rows(zones, "zones")
    refuse_repeated(zones, "zones")
    require_columns(zones, [ZONE_CODE], "zones")
    if ZONE_CODE not in cells:
        raise SchemaError(
            f"`cells` lacks {ZONE_CODE!r}, so nobody knows which cells are in which of the `zones`."
        )
    faults = Faults("cells", cells.index)
    strange = ~cells[ZONE_CODE].isin([*zones[ZONE_CODE], ""]).to_numpy()
    faults.add(CodeError, strange, f"{ZONE_CODE!r} names none of the `zones`; dissolve them anew")
    faults.raise_if_any()
    faults = Faults("zones", zones.index)
    add_code_faults(faults, zones[ZONE_CODE], ZONE_CODE)
    made = _known_sums(zones, cells, faults)
    faults.raise_if_any()
    named = first_names(zones, spoken(ZONE_NAME, language)).astype("str").fillna("")
    if (named != "").any():
        made[ZONE_NAME] = named
    return zones.drop(columns=f"{ZONE_NAME}_en", errors="ignore").assign(**made)


def _known_sums(zones: pd.DataFrame, cells: pd.DataFrame, faults: Faults) -> dict[str, Any]:
    """Sum up the cells of each zone, and note the zones that tell other sums."""
    known = cells.groupby(ZONE_CODE)[AREA_M2].agg(["sum", "size"])
    known = known.reindex(zones[ZONE_CODE].to_numpy())
    size, number = known["sum"].to_numpy(float), known["size"].fillna(0).to_numpy(np.int64)
    faults.add(CodeError, number == 0, "no cell is in these zones; dissolve the cells anew")
    for column, real, allowed in (
        (AREA_M2, size, np.maximum(_SAME_M2, _SAME * size)),
        (N_CELLS, number, 0),
    ):
        if column in zones:
            stale = ~(np.abs(_numbers(zones[column]) - real) <= allowed) & (number > 0)
            remedy = "is not that of their cells; dissolve the cells anew, or drop the column"
            faults.add(SchemaError, stale, f"{column!r} {remedy}")
    if LOAD not in zones:
        return {AREA_M2: size, N_CELLS: number}
    load = _numbers(zones[LOAD])
    strange = np.isnan(load) & zones[LOAD].notna().to_numpy()
    faults.add(SchemaError, strange, f"{LOAD!r} must hold numbers")
    whole = zones[LOAD].dtype.kind in "iu"
    return {AREA_M2: size, N_CELLS: number, LOAD: zones[LOAD].to_numpy() if whole else load}


def _numbers(column: pd.Series) -> Floats:
    """Read a column as numbers; NaN where there is none."""
    return pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)


def _zones_of(cells: pd.DataFrame) -> pd.DataFrame:
    own = cells[cells[ZONE_CODE] != ""]
    sums = own.groupby(ZONE_CODE)[AREA_M2].agg(["size", "sum"])
    table: pd.DataFrame = sums.set_axis([N_CELLS, AREA_M2], axis=1).reset_index()
    return table


def _placed(components: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Give each component its cell, its zone, its class and its size."""
    require_columns(components, [CELL_CODE, CLASS_CODE], "components")
    codes = components[CELL_CODE].astype(object).fillna("").astype("str")
    faults = Faults("components", components.index)
    faults.add(
        CodeError,
        ~codes.isin([*cells[CELL_CODE], ""]).to_numpy(),
        f"{CELL_CODE!r} names no cell; geocode them with these cells",
    )
    faults.raise_if_any()
    measured = have_place(components)
    table = pd.DataFrame({CELL_CODE: codes.to_numpy()})
    table[CLASS_CODE] = components[CLASS_CODE].astype(object).fillna("").astype("str").to_numpy()
    table[ZONE_CODE] = _zone_by_cell(table[CELL_CODE], cells)
    sizes = component_sizes(components, measured).set_axis(np.flatnonzero(measured))
    return table.join(sizes[[LENGTH_M, AREA_M2]])


def have_place(frame: pd.DataFrame) -> Bools:
    """Tell which rows have a place on the ground; of a table without geometries all are taken."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return np.ones(len(frame), bool)
    return has_place(frame.geometry.to_numpy())


def _middle_cells(cells: GeoDataFrame) -> GeoDataFrame:
    """Give the cell of each zone that lies nearest to the middle of its ground."""
    xy = shapely.get_coordinates(shapely.centroid(cells.geometry.to_numpy()))
    table = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "m2": cells[AREA_M2].to_numpy(float)})
    zone = cells[ZONE_CODE].to_numpy(object)
    sums = table.assign(x=table["x"] * table["m2"], y=table["y"] * table["m2"]).groupby(zone).sum()
    middle = sums[["x", "y"]].div(sums["m2"], axis=0).loc[zone].to_numpy()
    nearest = pd.Series(np.hypot(*(xy - middle).T)).groupby(zone).idxmin()
    return cells.iloc[nearest.to_numpy()]


def plain_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame without its geometries, its rows numbered."""
    shapes = [name for name, dtype in frame.dtypes.items() if dtype == "geometry"]
    return pd.DataFrame(frame.drop(columns=shapes)).reset_index(drop=True)


def _rows_by_zone(frame: pd.DataFrame) -> Mapping[str, Ints]:
    """Give the rows of each zone."""
    groups = frame.groupby(ZONE_CODE).indices
    return {str(code): np.asarray(rows, np.int64) for code, rows in groups.items()}


def _zone_by_cell(codes: pd.Series, cells: pd.DataFrame) -> pd.Series:
    if ZONE_CODE not in cells:
        return pd.Series("", index=codes.index, dtype="str")
    zones = cells.set_index(CELL_CODE)[ZONE_CODE]
    return codes.map(zones).fillna("").astype("str")


def _count(found: pd.DataFrame, column: str, frame: pd.DataFrame) -> Ints:
    counts = found[column].value_counts().reindex(frame[column].to_numpy())
    return np.asarray(counts.fillna(0), np.int64)


def _class_names(
    components: pd.DataFrame | None, classes: pd.DataFrame | None, language: Language
) -> pd.DataFrame:
    """Name the classes, by the table of classes where it has them, else as the components do."""
    named = {CLASS_NAME: spoken(CLASS_NAME, language), MAJOR_NAME: spoken(MAJOR_NAME, language)}
    tables = []
    for frame in (classes, components):
        if frame is not None:
            require_columns(frame, [CLASS_CODE], "classes")
            codes = frame[CLASS_CODE].astype(object).fillna("").astype("str").to_numpy()
            texts = {name: first_names(frame, columns).array for name, columns in named.items()}
            tables.append(pd.DataFrame({CLASS_CODE: codes, **texts}))
    if not tables:
        return pd.DataFrame(columns=[CLASS_CODE, *named], dtype="str")
    first = pd.concat(tables).groupby(CLASS_CODE).first()
    return first.astype("str").fillna("").reset_index()


def _placed_units(units: pd.DataFrame, cells: pd.DataFrame, language: Language) -> pd.DataFrame:
    refuse_repeated(units, "key_units")
    require_columns(units, [NAME], "key_units")
    if CELL_CODE not in units:
        units = geocode(_with_place(units, "key_units"), _with_place(cells, "cells"))
        units = units.drop(columns=[AREA_CODE, "placed", "reason"], errors="ignore")
    codes = units[CELL_CODE].astype(object).fillna("").astype("str")
    faults = Faults("key_units", units.index)
    strange = ~codes.isin([*cells[CELL_CODE], ""]).to_numpy()
    faults.add(CodeError, strange, f"{CELL_CODE!r} names no cell; geocode them with these cells")
    faults.raise_if_any()
    called = first_names(units, [*spoken(NAME, language), UNIT_ID])
    units = units.reset_index(drop=True)
    units[CELL_CODE] = codes.to_numpy()
    units[NAME] = called.fillna("").astype("str").to_numpy()
    units[ZONE_CODE] = _zone_by_cell(units[CELL_CODE], cells).to_numpy()
    return units


def _with_place(frame: pd.DataFrame, name: str) -> GeoDataFrame:
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(
            f"`key_units` without {CELL_CODE!r} need places, and `{name}` has no geometry; give "
            "GeoDataFrames, or geocode the key units before."
        )
    return frame
