"""cells or zones, measures -> the type of each: school, residential, commercial, fringe, rural."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd
import shapely

from gridgeo._cover import find_doubled, lay_over, sum_ground
from gridgeo._texts import as_text
from gridgeo.crs import metric_crs, to_crs
from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.schema import CELL_CODE, CELL_TYPE, ZONE_CODE, ZONE_TYPE
from gridgeo.type_rules import CITY_TYPES, OTHER, require_rules
from gridgeo.validate import (
    Faults,
    add_code_faults,
    add_polygon_faults,
    require_columns,
    require_geoframe,
    require_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geopandas import GeoDataFrame

    from gridgeo.schema import Bools, Floats
    from gridgeo.type_rules import Measure, TypeRule

Frame = TypeVar("Frame", bound=pd.DataFrame)

_SHARE: Final = "_share"
COVERED: Final = f"covered{_SHARE}"
"""Share of a cell that any class covers."""


def classify_cells(
    cells: Frame,
    rules: Iterable[TypeRule] = CITY_TYPES,
    *,
    measures: pd.DataFrame | None = None,
    otherwise: str = OTHER,
) -> Frame:
    """Give each cell or zone the type of the first rule whose measures it meets.

    Parameters
    ----------
    cells
        Cells with ``cell_code``, else zones with ``zone_code``.
    rules
        In the order in which they are tried; see :class:`gridgeo.TypeRule`.
    measures
        A table with those codes as its index, as :func:`gridgeo.count_by_cell` and
        :func:`gridgeo.cover_shares` give it: side by side, ``pd.concat([...], axis=1)``. Measures
        that it does not have are columns of the cells.
    otherwise
        The type of what no rule fits.

    Returns
    -------
    DataFrame
        The cells, row by row, with ``cell_type``; zones with ``zone_type``.

    Raises
    ------
    InputError
        Rules that are none.
    SchemaError
        A measure is not there, or holds no numbers.
    CodeError
        Codes are missing or repeat, or the measures lack some of them.

    Examples
    --------
    >>> from gridgeo.type_rules import Measure, TypeRule
    >>> cells = pd.DataFrame({"cell_code": ["A1", "A2", "A3"], "shops": [30, 2, 0]})
    >>> schools = pd.DataFrame({"school": [1, 0, 1]}, index=["A3", "A1", "A2"])
    >>> rules = [
    ...     TypeRule("school", "学校型", "School", Measure("school", at_least=1)),
    ...     TypeRule("commercial", "商业型", "Commercial", Measure("shops", at_least=10)),
    ... ]
    >>> classify_cells(cells, rules, measures=schools)["cell_type"].tolist()
    ['commercial', 'school', 'school']
    """
    rules = require_rules(rules)
    code = _check_codes(cells)
    table = _table(cells, code, measures)
    names = [
        name for rule in rules for one in rule.ranges() for name in (one.column, one.per) if name
    ]
    _require_measures(table, names)
    fits = [np.logical_and.reduce([_holds(table, one) for one in r.ranges()]) for r in rules]
    types = np.select(fits, [np.array(rule.key, dtype=object) for rule in rules], otherwise)
    column = CELL_TYPE if code == CELL_CODE else ZONE_TYPE
    return cells.assign(**{column: pd.Series(types, index=cells.index, dtype="str")})


def cover_shares(
    cells: GeoDataFrame, polygons: GeoDataFrame, *, column: str, classes: Iterable[str] = ()
) -> pd.DataFrame:
    """Measure what share of each cell or zone the polygons of each class cover.

    Ground that several polygons of a class cover counts once for the class, and ground that
    several classes cover once for all together.

    Parameters
    ----------
    cells
        ``cell_code``, else ``zone_code``, and valid polygons, in any CRS.
    polygons
        Land use or buildings: valid polygons, in any CRS.
    column
        The column of the polygons that holds their class; a polygon without one counts in none,
        but is covered ground all the same.
    classes
        Classes that have a column also where no polygon is of them.

    Returns
    -------
    DataFrame
        One row for every cell, in their order, with the code as the index: ``<class>_share`` for
        each class, sorted, and ``covered_share`` for all together; from 0 to 1.

    Raises
    ------
    SchemaError, CodeError, CRSError, GeometryError
        A column or a CRS is missing, codes are missing or repeat, or polygons are none.

    Examples
    --------
    >>> import geopandas, shapely
    >>> cells = geopandas.GeoDataFrame(
    ...     {"cell_code": ["A1", "A2"]},
    ...     geometry=[shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)],
    ...     crs="EPSG:4547",
    ... )
    >>> houses = geopandas.GeoDataFrame(
    ...     {"use": ["shop", "shop", "flat"]},
    ...     geometry=shapely.box([0, 2, 5], 0, [4, 6, 12], 10),
    ...     crs="EPSG:4547",
    ... )
    >>> cover_shares(cells, houses, column="use")
               flat_share  shop_share  covered_share
    cell_code
    A1                0.5         0.6            1.0
    A2                0.2         0.0            0.2
    """
    require_geoframe(cells, "cells")
    require_geoframe(polygons, "polygons")
    require_columns(polygons, [column], "polygons")
    code = _check_codes(cells)
    crs = metric_crs(cells)
    shapes, ground = (to_crs(frame, crs) for frame in (polygons, cells))
    for frame, name in ((ground, "cells"), (shapes, "polygons")):
        faults = Faults(name, frame.index)
        add_polygon_faults(faults, frame)
        faults.raise_if_any()
    own, covers = ground.geometry.to_numpy(), shapely.force_2d(shapes.geometry.to_numpy())
    own_class = as_text(polygons[column], exact=False).fillna("").to_numpy(object)
    asked = [classes] if isinstance(classes, str) else classes
    names = sorted({*own_class, *asked} - {""})
    if COVERED in {name + _SHARE for name in names}:
        raise SchemaError(f"no class may be called 'covered', {COVERED!r} is that of all together.")
    covered = lay_over(own, covers)
    number = pd.Index(names).get_indexer(pd.Index(own_class))
    known = np.flatnonzero(number[covered.cover] >= 0)
    of_class = type(covered)(covered.cell[known], covered.cover[known], covered.ground[known])
    group = of_class.cell * len(names) + number[of_class.cover]
    by_class = sum_ground(of_class, group, len(own) * len(names), find_doubled(covers, number))
    everyone = np.zeros(len(covers), dtype=np.int64)
    by_all = sum_ground(covered, covered.cell, len(own), find_doubled(covers, everyone))
    m2 = np.column_stack([by_class.reshape(len(own), len(names)), by_all])
    shares = np.minimum(m2 / shapely.area(own)[:, None], 1.0)
    return pd.DataFrame(
        shares,
        index=pd.Index(cells[code], name=code),
        columns=[*(name + _SHARE for name in names), COVERED],
    )


def _check_codes(cells: pd.DataFrame) -> str:
    """Guard the codes of cells or zones, and say which column holds them."""
    require_rows(cells, "cells")
    code = CELL_CODE if CELL_CODE in cells or ZONE_CODE not in cells else ZONE_CODE
    require_columns(cells, [code], "cells")
    faults = Faults("cells", cells.index)
    add_code_faults(faults, cells[code], code)
    faults.raise_if_any()
    return code


def _table(cells: pd.DataFrame, code: str, measures: pd.DataFrame | None) -> pd.DataFrame:
    """Put the measures beside the cells' own columns, those before these."""
    if measures is None:
        return pd.DataFrame(cells)
    if not isinstance(measures, pd.DataFrame):
        raise InputError(f"`measures` must be a DataFrame, not {type(measures).__name__}.")
    if not measures.index.is_unique or not measures.columns.is_unique:
        raise InputError("`measures` must have one row for each code and no column twice.")
    faults = Faults("cells", cells.index)
    faults.add(
        CodeError,
        ~cells[code].isin(measures.index).to_numpy(),
        f"`measures` has no row for their {code!r}; measure these cells, with the code as index",
    )
    faults.raise_if_any()
    own = pd.DataFrame(cells).drop(columns=measures.columns, errors="ignore")
    return own.join(measures, on=code)


def _require_measures(table: pd.DataFrame, names: Iterable[str]) -> None:
    """Refuse measures that are not there or hold no numbers."""
    names = list(dict.fromkeys(names))
    missing = [name for name in names if name not in table]
    if missing:
        raise SchemaError(
            f"neither `cells` nor `measures` has {', '.join(map(repr, missing))}, which the rules "
            f"ask for; columns there are: {', '.join(map(str, table.columns))}."
        )
    for name in names:
        if not pd.api.types.is_numeric_dtype(table[name]):
            raise SchemaError(f"measure {name!r} holds no numbers; convert it, or name another.")


def _holds(table: pd.DataFrame, measure: Measure) -> Bools:
    """Tell where a measure lies in its range."""
    values: Floats = table[measure.column].to_numpy(np.float64, na_value=np.nan)
    if measure.per is not None:
        by = table[measure.per].to_numpy(np.float64, na_value=np.nan)
        values = values / np.where(by == 0, np.nan, by)
    holds: Bools = (values >= measure.at_least) & (values <= measure.at_most)
    return holds
