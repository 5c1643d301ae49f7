"""children, parents -> report: which child lies in which parent, level by level.

A check looks and never repairs.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._findings import NOWHERE, find_mismatched, find_overlaps
from gridgeo._layers import code_column, find_claim, find_claimed, is_usable, read_layer, text
from gridgeo._levels_report import LevelsReport
from gridgeo._nesting_report import NestingReport
from gridgeo._report_words import nth_levels
from gridgeo._shares import is_first, nest
from gridgeo.crs import metric_crs, require_crs
from gridgeo.errors import InputError
from gridgeo.validate import (
    require_columns,
    require_geoframe,
    require_number,
    require_rows,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from pyproj import CRS

    from gridgeo._layers import Layer
    from gridgeo._shares import Nesting
    from gridgeo.schema import Floats, Geometries, Ints

__all__ = ["TOLERANCE_M2", "LevelsReport", "NestingReport", "check_levels", "check_nesting"]

TOLERANCE_M2: Final = 1e-3
"""Ten thousand times what rounding leaves along a border."""

_OF_CHILDREN: Final = ("crossings", "outside", "wrong_parent_codes")
_MIN_LEVELS: Final = 2


def check_nesting(
    children: GeoDataFrame,
    parents: GeoDataFrame,
    *,
    parent: str | None = None,
    tolerance_m2: float = TOLERANCE_M2,
) -> NestingReport:
    """Check that every child lies in one parent, and that the children fill the parents once.

    A layer's own code is its ``cell_code``, else its ``zone_code``, else its ``area_code``.
    Everything is measured in one projected CRS: the children's own where that is in metres, else
    the working CRS. Bring both layers in the CRS in which they were drawn: a straight border of
    one CRS is a curve in another, and its bulge would show as a crossing.

    Parameters
    ----------
    children, parents
        A code and polygons, in any CRS: communities and streets, cells and areas, zones and
        streets. Invalid polygons and codes that are missing or repeated are findings, not
        errors. What is invalid is not measured: ground of an invalid child is unfilled, children
        of an invalid parent lie outside.
    parent
        The children's column that holds the code of their parent. By default the column that
        bears the name of the parents' own code, else ``parent_code``, if more than half of what
        it says are codes of these parents: else it speaks of another level and is not checked.
    tolerance_m2
        What counts as rounding, in m2: ground that a child has in common with a parent, or in
        no parent, all its pieces together; and each single piece of unfilled ground. A border
        that was drawn twice, with other vertices in either layer, leaves slivers far above
        rounding: they are findings, until this says that they are noise.

    Returns
    -------
    NestingReport
        Shares and parent of every child, and all that was found, each with codes, m2 and place.
        Ground where two parents overlap lies in both: its children are crossings, of which
        ``contested_m2`` tells how much is the parents' fault.

    Raises
    ------
    SchemaError
        A frame has no rows or lacks its code, or the children lack the column ``parent``.
    CRSError
        A frame has no CRS, or spans too much for a working CRS.
    InputError
        The tolerance is negative or no number.

    Examples
    --------
    >>> import geopandas, shapely
    >>> streets = geopandas.GeoDataFrame(
    ...     {"area_code": ["A", "B"]},
    ...     geometry=[shapely.box(0, 0, 200, 100), shapely.box(200, 0, 400, 100)],
    ...     crs="EPSG:4547",
    ... )
    >>> communities = geopandas.GeoDataFrame(
    ...     {"area_code": ["A1", "A2", "B1"], "parent_code": ["A", "A", "B"]},
    ...     geometry=[
    ...         shapely.box(0, 0, 100, 100), shapely.box(100, 0, 230, 100),
    ...         shapely.box(230, 0, 400, 100),
    ...     ],
    ...     crs="EPSG:4547",
    ... )
    >>> report = check_nesting(communities, streets)
    >>> report.crossings[["child_code", "parent_code", "reaches_into", "m2"]].to_dict("records")
    [{'child_code': 'A2', 'parent_code': 'A', 'reaches_into': 'B', 'm2': 3000.0}]
    >>> report.parents["share"].round(3).tolist()
    [1.0, 0.769, 1.0]
    """
    _guard(children, "children", parent)
    _guard(parents, "parents")
    _guard_tolerance(tolerance_m2)
    return _check(children, parents, parent, tolerance_m2)


def check_levels(
    levels: Sequence[GeoDataFrame],
    *,
    names: Sequence[str] | None = None,
    parents: Sequence[str | None] | None = None,
    tolerance_m2: float = TOLERANCE_M2,
) -> LevelsReport:
    """Check that each level nests in the next higher: ``check_nesting``, step by step.

    Whether the areas of the highest level overlap one another is ``check_coverage``'s question.

    Parameters
    ----------
    levels
        Two or more frames as ``check_nesting`` takes them, from the highest level to the lowest:
        district, streets, communities, cells.
    names
        What the levels are called in the report; by default ``level 1``, ``level 2`` and so on.
    parents
        For each level below the first, its column that holds the code of its parent, as
        ``check_nesting`` takes it; None: found as there.
    tolerance_m2
        As for ``check_nesting``.

    Returns
    -------
    LevelsReport
        ``.table`` has one row a step, ``.steps`` the report of each.

    Raises
    ------
    InputError
        Fewer than two levels, or not as many names, or not one fewer of ``parents``, or a bad
        tolerance.
    SchemaError, CRSError
        As for ``check_nesting``; the message tells the level.

    Examples
    --------
    >>> import geopandas, shapely
    >>> district = geopandas.GeoDataFrame(
    ...     {"area_code": ["D"]}, geometry=[shapely.box(0, 0, 400, 100)], crs="EPSG:4547"
    ... )
    >>> streets = geopandas.GeoDataFrame(
    ...     {"area_code": ["A", "B"]},
    ...     geometry=[shapely.box(0, 0, 200, 100), shapely.box(200, 0, 390, 100)],
    ...     crs="EPSG:4547",
    ... )
    >>> report = check_levels([district, streets], names=["district", "streets"])
    >>> report.table[["child_level", "unfilled_m2", "verdict"]].to_dict("records")
    [{'child_level': 'streets', 'unfilled_m2': 1000.0, 'verdict': 'not nested, 1 fault'}]
    >>> print(report)
    LevelsReport: 2 levels not nested, 1 fault
      district    1    40,000.000 m2
      streets     2    39,000.000 m2  not nested, 1 fault
        unfilled  1     1,000.000 m2
      parent codes: streets unchecked; CGCS2000 / 3-degree Gauss-Kruger CM 114E; tolerance 0.001 m2
    """
    if isinstance(levels, gpd.GeoDataFrame) or len(levels) < _MIN_LEVELS:
        raise InputError(
            "`levels` must be a list of two or more frames, from the highest level to the lowest."
        )
    if names is None:
        names = nth_levels(len(levels), "en")
    if isinstance(names, str) or len(names) != len(levels):
        raise InputError(f"`names` must be a list of {len(levels)}, one a level, not {names!r}.")
    n_steps = len(levels) - 1
    if parents is None:
        parents = [None] * n_steps
    if isinstance(parents, str) or len(parents) != n_steps:
        raise InputError(
            f"`parents` must be a list of {n_steps}, one for each level below the first, "
            f"not {parents!r}."
        )
    names = [" ".join(str(name).split()) for name in names]
    for name, level, parent in zip(names, levels, [None, *parents], strict=True):
        _guard(level, name, parent)
    _guard_tolerance(tolerance_m2)
    steps = [
        _check(lower, upper, parent, tolerance_m2)
        for (upper, lower), parent in zip(pairwise(levels), parents, strict=True)
    ]
    return LevelsReport(tuple(steps), tuple(names))


def _guard(frame: GeoDataFrame, name: str, parent: str | None = None) -> None:
    require_geoframe(frame, name)
    require_rows(frame, name)
    require_columns(frame, [code_column(frame), *([] if parent is None else [parent])], name)
    require_crs(frame, name)


def _guard_tolerance(tolerance_m2: float) -> None:
    require_number(tolerance_m2, "tolerance_m2", at_least=0)
    if math.isinf(tolerance_m2):
        raise InputError("`tolerance_m2` must be m2, not infinite.")


def _check(
    children: GeoDataFrame, parents: GeoDataFrame, parent: str | None, tolerance: float
) -> NestingReport:
    usable = is_usable(children)
    crs = metric_crs(children[usable] if usable.any() else parents[is_usable(parents)])
    lower, upper = read_layer(children, crs), read_layer(parents, crs)
    claim = parent or find_claim(children, parents)
    claims = text(children[claim]).to_numpy(object)[lower.sound.index] if claim else None
    claimed = np.full(len(lower.sound), NOWHERE)
    if claims is not None:
        claimed = find_claimed(claims, upper.codes[:-1])
    mismatched = find_mismatched(lower.polygons)
    nesting = nest(lower.polygons, upper.polygons, claimed, mismatched, tolerance)
    found = _held(lower, upper, nesting)
    found["wrong_parent_codes"] = _wrong_codes(lower, upper, nesting.homes, claims)
    pairs = find_overlaps(lower.polygons, mismatched, tolerance)
    overlaps = {
        "child_code_1": lower.codes[pairs.first],
        "child_code_2": lower.codes[pairs.second],
    }
    at_fault = [found[kind].index for kind in _OF_CHILDREN]
    at_fault += [lower.sound.index[pairs.first], lower.sound.index[pairs.second]]
    at_fault.append(lower.rows.index[lower.rows["repeated"] | (lower.rows["reason"] != "")])
    for kind in _OF_CHILDREN:
        found[kind].index = children.index[found[kind].index]
    return NestingReport(
        shares=_shares(lower, upper, nesting),
        parents=_parents(lower, upper, nesting),
        **found,
        overlaps=_faults(overlaps, pairs.ground, crs),
        **_bad_rows(lower, upper),
        rows=tuple(children.index[np.unique(np.concatenate(at_fault))]),
        claim=claim,
        crs=crs,
        n_children=len(children),
        n_parents=len(parents),
        children_m2=float(lower.sound.area.sum()),
        parents_m2=float(upper.sound.area.sum()),
        tolerance_m2=tolerance,
    )


def _held(lower: Layer, upper: Layer, nesting: Nesting) -> dict[str, GeoDataFrame]:
    """Tell where children do not lie in one parent, and what of the parents is unfilled."""
    sound, homes, shares = lower.sound, nesting.homes, nesting.shares
    abroad = np.flatnonzero(homes[shares.first] != shares.second)
    first = shares.first[abroad]
    reached = {"reaches_into": upper.codes[shares.second[abroad]]}
    places = {
        "crossings": (first, shares.ground[abroad], reached),
        "outside": (nesting.outside, nesting.beyond, {}),
    }
    m2 = sound.area.to_numpy()
    found = {}
    for kind, (at, ground, more) in places.items():
        codes = {"child_code": lower.codes[at], "parent_code": upper.codes[homes[at]]} | more
        faults = _faults(codes, ground, sound.crs).set_index(sound.index[at])
        faults.insert(len(codes) + 1, "share", faults["m2"] / m2[at])
        found[kind] = faults
    found["crossings"].insert(4, "contested_m2", _contested_m2(upper, nesting, abroad))
    bare = {"parent_code": upper.codes[nesting.bare]}
    at = upper.sound.index[nesting.bare]
    unfilled = _faults(bare, nesting.unfilled, sound.crs).set_index(upper.labels[at])
    return found | {"unfilled": unfilled}


def _contested_m2(upper: Layer, nesting: Nesting, at: Ints) -> Floats:
    """Measure how much of some shares the child's own parent has as well."""
    m2 = np.zeros(len(at))
    both = nesting.contested[nesting.shares.first[at]]
    at = at[both]
    homes = upper.polygons[nesting.homes[nesting.shares.first[at]]]
    m2[both] = shapely.area(shapely.intersection(nesting.shares.ground[at], homes))
    return m2


def _wrong_codes(
    lower: Layer, upper: Layer, homes: Ints, claims: Geometries | None
) -> GeoDataFrame:
    lies_in = upper.codes[homes]
    if claims is None:
        claims = lies_in
    # A child that lies in no parent may name any there is: where it lies is told as outside.
    known = pd.Index(claims).isin(upper.rows["code"]) & (claims != "")
    at = np.flatnonzero((claims != lies_in) & ~(known & (homes == NOWHERE)))
    codes = {"child_code": lower.codes[at], "parent_code": claims[at], "lies_in": lies_in[at]}
    return _faults(codes, lower.polygons[at], lower.rows.crs).set_index(lower.sound.index[at])


def _bad_rows(lower: Layer, upper: Layer) -> dict[str, GeoDataFrame]:
    """List the rows of both layers that have no valid polygon, or no code of their own."""
    layers = {"children": lower, "parents": upper}
    both = pd.concat(
        [layer.rows.assign(layer=name).set_axis(layer.labels) for name, layer in layers.items()]
    )
    invalid, repeated = both["reason"] != "", both["repeated"]
    return {
        "invalid": both.assign(m2=np.nan)[invalid][["layer", "code", "reason", "m2", "geometry"]],
        "duplicate_codes": both.assign(m2=both.area)[repeated][["layer", "code", "m2", "geometry"]],
    }


def _shares(lower: Layer, upper: Layer, nesting: Nesting) -> pd.DataFrame:
    first, second = nesting.shares.first, nesting.shares.second
    m2 = shapely.area(nesting.shares.ground)
    return pd.DataFrame(
        {
            "child_code": lower.codes[first],
            "parent_code": upper.codes[second],
            "m2": m2,
            "share": m2 / lower.sound.area.to_numpy()[first],
        },
        index=lower.labels[lower.sound.index[first]],
    )


def _parents(lower: Layer, upper: Layer, nesting: Nesting) -> pd.DataFrame:
    n, at = len(lower.rows), lower.sound.index.to_numpy()
    first = nesting.shares.first
    top = is_first(first)
    m2, share = np.full(n, np.nan), np.full(n, np.nan)
    m2[at] = 0.0
    m2[at[first[top]]] = shapely.area(nesting.shares.ground[top])
    share[at] = m2[at] / lower.sound.area.to_numpy()
    codes = np.full(n, "", dtype=object)
    codes[at] = upper.codes[nesting.homes]
    return pd.DataFrame(
        {
            "child_code": lower.rows["code"].to_numpy(),
            "parent_code": codes,
            "m2": m2,
            "share": share,
            "n_parents": np.bincount(at[first], minlength=n),
        },
        index=lower.labels,
    )


def _faults(codes: dict[str, Any], ground: Geometries, crs: CRS) -> GeoDataFrame:
    return gpd.GeoDataFrame({**codes, "m2": shapely.area(ground)}, geometry=ground, crs=crs)
