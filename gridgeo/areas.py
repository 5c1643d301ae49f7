"""areas -> areas: repair a layer whose borders do not meet, and tell who gave ground to whom."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Final, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._moves import NOBODY, find_astray, find_moves
from gridgeo._repair import (
    MIN_SNAP,
    Keeper,
    Limits,
    along,
    find_holes,
    find_mismatched,
    find_shared,
    mend_rings,
    repair,
    widths,
)
from gridgeo.crs import to_crs, working_crs
from gridgeo.errors import CoverageError, GeometryError, InputError, name_rows
from gridgeo.schema import AREA_CODE
from gridgeo.validate import Faults, check_areas, require_number, require_option

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo._moves import Moves
    from gridgeo._repair import Repaired
    from gridgeo.schema import Bools, Geometries, Ints

__all__ = ["AreaRepair", "repair_areas"]

_SNAP_SHARES: Final = (1.0, 0.7, 0.4, 0.1, 0.0)
"""Where snapping makes borders cross, GEOS may join two areas into one; a little less does not."""

ROUNDING_M2: Final = 1e-6
"""A square millimetre; what moved less between two areas is not listed."""

_REASONS: Final = ("ring", "overlap", "gap", "snap")
_LEFT: Final = ("overlap", "gap", "edge")
_TOLD: Final = {
    "ring": "rings that crossed themselves",
    "overlap": "ground that several claimed, now with one",
    "gap": "ground that nobody had, now with one",
    "snap": "borders moved onto one another",
    "overlap left": "ground that two areas still claim",
    "gap left": "holes between areas",
    "edge left": "areas whose border does not match a neighbour's",
}
"""The lines of a repair's table, and what each counts."""


@dataclass(frozen=True, eq=False, repr=False)
class AreaRepair:
    """What ``repair_areas`` made, what it moved, and what it left.

    All frames are in the working CRS; sizes are planar, in m2, widths in metres.

    Parameters
    ----------
    areas
        The repaired areas: the same rows, index and columns as before.
    changes
        One row for every pair of areas and reason: ``from_code``, ``to_code`` (empty text:
        nobody), ``reason``, ``m2``, ``width`` of the widest place, and the ground itself.
        ``overlap``: both claimed it, ``from_code`` lost it, ``to_code`` has kept it and gains
        nothing by it. ``gap``: nobody had it. ``snap``: a border was moved onto another; also
        where ground that nobody had, or several claimed, is wider than ``max_gap`` or
        ``max_overlap`` and only snapping reached it. What ``from_code`` then lost and others keep
        nobody gains: ``to_code`` is empty.
        ``ring``: a ring crossed itself and measures as much more, or less, since it was made
        valid; it is listed where that is nothing too, the area is its ground, and there is no
        width. What moved less than 1e-6 m2 between two areas is not listed.
    balance
        One row for every area, on the areas' index: ``area_code``, ``m2_before``, ``m2_gained``,
        ``m2_lost``, ``m2_after``. Before, and gained, less lost, is after. Lost is the sum of
        the changes from the area; gained that of the changes to it but overlaps.
    left
        What is beyond the limits and waits for a decision: ``kind`` (``overlap``, ``gap``,
        ``edge``), ``area_codes`` (of all that claim or surround it, by comma), ``m2``,
        ``width``, and the ground. A lake inside one area is no gap.
    limits
        The limits of the repair by name, in metres; ``snap`` is lower than asked for where GEOS
        would have gone beyond the limits with it.
    """

    areas: GeoDataFrame
    changes: GeoDataFrame
    balance: pd.DataFrame
    left: GeoDataFrame
    limits: dict[str, float]
    _at_fault: Ints
    """Positions of the areas that ``left`` names; a code may hold the comma that parts them."""

    @property
    def ok(self) -> bool:
        """Whether nothing is left: the areas tile."""
        return self.left.empty

    def raise_for_faults(self) -> None:
        """Raise where anything is left.

        Raises
        ------
        CoverageError
            With the codes, m2 and width of the first; ``.rows`` are the areas at fault.
        """
        if self.ok:
            return
        shown = self.left.iloc[:8]
        told = "; ".join(
            shown["kind"]
            + " of "
            + shown["area_codes"]
            + shown["m2"].map(" ({:,.3f} m2, ".format)
            + shown["width"].map("{:,.3f} m wide)".format)
        )
        raise CoverageError(
            f"faults beyond the limits are left ({len(self.left):,}): {told}. See repair.left; "
            "settle them by hand, or raise the limits.",
            rows=self.areas.index[self._at_fault],
        )

    def __repr__(self) -> str:
        lines = [
            f"  {name:<18}{n:>9}{m2:>20}{width:>18}".rstrip()
            for name, n, m2, width in self._table()
        ]
        return "\n".join([f"AreaRepair: {self._verdict()}", f"  {self._basis()}", *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr title="{escape(_TOLD[name])}"><th>{name}</th>'
            f"<td>{n}</td><td>{m2}</td><td>{width}</td></tr>"
            for name, n, m2, width in self._table()
        )
        head = "<tr><th></th><th>rows</th><th>m2</th><th>widest</th></tr>"
        return (
            f"<p><b>Repair: {escape(self._verdict())}</b><br>{escape(self._basis())}</p>"
            f"<table>{head}{rows}</table>"
        )

    def _verdict(self) -> str:
        done = _number(len(self.changes), "change") or "nothing changed"
        return f"{done}, {_number(len(self.left), 'fault') or 'nothing'} left"

    def _basis(self) -> str:
        limits = ", ".join(f"{name} {metres:g} m" for name, metres in self.limits.items())
        return f"{len(self.areas):,} areas; {self.areas.crs.name}; {limits}"

    def _table(self) -> list[tuple[str, str, str, str]]:
        changed = [(name, self.changes[self.changes["reason"] == name]) for name in _REASONS]
        left = [(f"{kind} left", self.left[self.left["kind"] == kind]) for kind in _LEFT]
        return [
            (
                name,
                f"{len(rows):,}",
                f"{rows['m2'].sum():,.3f} m2" if len(rows) else "",
                f"{rows['width'].max():,.3f} m wide" if rows["width"].notna().any() else "",
            )
            for name, rows in changed + left
        ]


def _number(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}" if n else ""


def repair_areas(
    areas: GeoDataFrame,
    *,
    max_gap: float = 1.0,
    max_overlap: float = 1.0,
    snap: float = 0.01,
    keeper: Keeper = "longest_border",
    crs: object = None,
) -> AreaRepair:
    """Repair areas whose borders do not meet, and tell what moved.

    Rings that cross themselves are made valid, narrow gaps are filled, narrow overlaps go to one
    of those that claim them, borders drawn twice become one: ``shapely.coverage_clean`` within
    limits. What is wider than a limit is no fault of drawing but a question that is not for a
    program to answer: it stays as it is, and ``left`` names it.

    Each limit bounds the width of the changes that have its name for a reason: no ``gap`` is wider
    than ``max_gap``, no ``overlap`` than ``max_overlap``, no ``snap`` than ``snap`` (within 1 %,
    to which widths are measured, and a micrometre). The limits do not bound one another: snapping
    closes what is narrower than half of ``snap`` where ``max_gap`` or ``max_overlap`` is less, and
    the change says ``snap``. With ``snap`` below a centimetre GEOS fails more often.

    Width is the diameter of the largest circle that fits in: 5 km of a sliver 10 cm wide are
    0.1 m wide.

    Parameters
    ----------
    areas
        One row per area: ``area_code`` (unique text) and a polygon, valid or not, in any CRS.
    max_gap
        Metres: holes up to this width, between areas or inside one, go to the neighbour with the
        longest border; 0 fills none. A slit that is open to the outside is no hole; only ``snap``
        closes it.
    max_overlap
        Metres: ground up to this width that several areas claim goes to one of them; 0 settles
        none. Where others claim more than half of an area all its overlaps stay: it may be there
        twice.
    snap
        Metres, at least 1e-6: at areas with a fault, vertices nearer than half of this to one
        another or to an edge are moved together, none farther than this. It closes slits that
        narrow, and also the neck of an area.
    keeper
        Who keeps an overlap: of those that claim it the one with the ``"longest_border"`` to it,
        the ``"largest"``, the ``"smallest"`` or the ``"first"`` row.
    crs
        The working CRS, projected in metres; see :func:`gridgeo.crs.working_crs`.

    Returns
    -------
    AreaRepair
        ``.areas`` in the working CRS, where the borders match vertex for vertex and which the next
        stages take as it is: same rows, index and columns, heights dropped. An area without a
        fault keeps its polygon, coordinate for coordinate, unless snapping moved a border that
        it has in common with one. ``.changes``, ``.balance`` and ``.left`` tell what moved and
        what did not.

    Raises
    ------
    SchemaError, CodeError, CRSError
        The areas cannot be used as they are; see :func:`gridgeo.validate.check_areas`.
    GeometryError
        Geometries null, empty, not polygons, or enclosing nothing; areas of which the repair
        would leave nothing, or that it could not keep within the limits; faults that GEOS
        cannot clean.
    InputError
        A limit is negative or no number, or ``keeper`` is misspelled.

    Examples
    --------
    >>> import geopandas, shapely
    >>> west = shapely.box(500_000, 4_000_000, 500_300, 4_000_100)
    >>> east = shapely.box(500_299.5, 4_000_000, 500_500, 4_000_100)
    >>> areas = geopandas.GeoDataFrame(
    ...     {"area_code": ["W", "E"]}, geometry=[west, east], crs="EPSG:4548"
    ... )
    >>> repair = repair_areas(areas)
    >>> repair.changes[["from_code", "to_code", "reason", "m2"]].to_dict("records")
    [{'from_code': 'E', 'to_code': 'W', 'reason': 'overlap', 'm2': 50.0}]
    >>> repair.ok
    True
    """
    check_areas(areas, mendable=True)
    limits = _read_limits(max_gap, max_overlap, snap, keeper)
    moved = to_crs(areas, working_crs(areas, crs))
    drawn = shapely.force_2d(moved.geometry.to_numpy())
    mended, crossed = mend_rings(drawn)
    message = "polygons that enclose no ground; draw them anew or drop them"
    _refuse(areas, shapely.is_empty(mended), message)
    repaired, moves, kept = _repair_within(areas, mended, limits)
    frame = moved.set_geometry(gpd.GeoSeries(repaired.polygons, index=moved.index, crs=moved.crs))
    left, at_fault = _left(frame)
    return AreaRepair(
        areas=frame,
        changes=_changes(moved, drawn, mended, crossed, moves),
        balance=_balance(frame, drawn, mended, moves),
        left=left,
        limits={"max_gap": max_gap, "max_overlap": max_overlap, "snap": kept.snap},
        _at_fault=at_fault,
    )


def _read_limits(max_gap: float, max_overlap: float, snap: float, keeper: Keeper) -> Limits:
    require_number(max_gap, "max_gap", at_least=0)
    require_number(max_overlap, "max_overlap", at_least=0)
    require_number(snap, "snap", at_least=MIN_SNAP)
    if not math.isfinite(max_gap + max_overlap + snap):
        raise InputError("`max_gap`, `max_overlap` and `snap` must be metres, not infinite.")
    require_option(keeper, get_args(Keeper), "keeper")
    return Limits(max_gap, max_overlap, snap, keeper)


def _repair_within(
    areas: GeoDataFrame, mended: Geometries, limits: Limits
) -> tuple[Repaired, Moves, Limits]:
    """Repair; with less snapping where GEOS fails or goes beyond the limits."""
    message = "areas with faults that GEOS cannot clean; raise `snap`, or draw them anew"
    beyond = find_mismatched(mended)
    for share in _SNAP_SHARES:
        tried = replace(limits, snap=max(share * limits.snap, MIN_SNAP))
        try:
            repaired = repair(mended, tried)
            moves = find_moves(mended, repaired, limits)
        except shapely.GEOSException:
            continue
        beyond = _find_beyond(repaired, moves, limits)
        if not beyond.any():
            return repaired, moves, tried
        message = "areas swallowed, or moved beyond the limits; raise `snap`, or draw them anew"
    rows = areas.index[beyond]
    raise GeometryError(f"`areas`: {message} {name_rows(rows)}", rows=rows)


def _find_beyond(repaired: Repaired, moves: Moves, limits: Limits) -> Bools:
    """Tell which areas lost all their ground, or moved beyond the limits."""
    astray = find_astray(moves, limits)
    beyond = np.asarray(shapely.is_empty(repaired.polygons), dtype=bool)
    hands = np.concatenate([moves.giver[astray], moves.taker[astray]])
    beyond[hands[hands != NOBODY]] = True
    return beyond


def _refuse(areas: GeoDataFrame, at_fault: Bools, message: str) -> None:
    faults = Faults("areas", areas.index)
    faults.add(GeometryError, at_fault, message)
    faults.raise_if_any()


def _changes(
    areas: GeoDataFrame, drawn: Geometries, mended: Geometries, crossed: Ints, moves: Moves
) -> GeoDataFrame:
    codes = np.append(areas[AREA_CODE].to_numpy(object), "")
    nobody = np.full(len(crossed), NOBODY)
    more = shapely.area(mended[crossed]) - shapely.area(drawn[crossed])
    rings = gpd.GeoDataFrame(
        {
            "from_code": codes[np.where(more < 0, crossed, nobody)],
            "to_code": codes[np.where(more < 0, nobody, crossed)],
            "reason": "ring",
            "m2": np.abs(more),
            "width": np.nan,
        },
        geometry=mended[crossed],
        crs=areas.crs,
    )
    names = ["from_code", "to_code", "reason"]
    hands = zip(names, (codes[moves.giver], codes[moves.taker], moves.reason), strict=True)
    ground = gpd.GeoDataFrame(dict(hands), geometry=moves.ground, crs=areas.crs)
    ground = ground.assign(m2=ground.area)
    if len(ground):
        ground = ground.dissolve(by=names, aggfunc="sum", as_index=False)
    ground = ground[ground["m2"] > ROUNDING_M2]
    ground = ground.assign(width=widths(ground.geometry.to_numpy()))
    changes = pd.concat([rings, ground[rings.columns]]) if len(ground) else rings
    rank = changes["reason"].map({reason: rank for rank, reason in enumerate(_REASONS)})
    order = np.lexsort((-changes["m2"].to_numpy(), rank.to_numpy()))
    return changes.iloc[order].reset_index(drop=True).astype(dict.fromkeys(names, "str"))


def _balance(
    areas: GeoDataFrame, drawn: Geometries, mended: Geometries, moves: Moves
) -> pd.DataFrame:
    more = shapely.area(mended) - shapely.area(drawn)
    return pd.DataFrame(
        {
            AREA_CODE: areas[AREA_CODE],
            "m2_before": shapely.area(drawn),
            "m2_gained": moves.gained + np.maximum(more, 0),
            "m2_lost": moves.lost + np.maximum(-more, 0),
            "m2_after": areas.area,
        },
        index=areas.index,
    )


def _left(areas: GeoDataFrame) -> tuple[GeoDataFrame, Ints]:
    """Look for what repaired areas still have, and which: ground claimed twice, holes, edges."""
    polygons, codes = areas.geometry.to_numpy(), areas[AREA_CODE].to_numpy(object)
    bad_edges = shapely.coverage_invalid_edges(polygons)
    mismatched = ~shapely.is_empty(bad_edges)
    first, second, shared = find_shared(polygons, mismatched)
    large = shapely.area(shared) > ROUNDING_M2
    first, second, shared = first[large], second[large], shared[large]
    holes = find_holes(polygons, mismatched)
    hole, around = along(holes, polygons)
    between = np.bincount(hole, minlength=len(holes)) > 1
    named = pd.Series(codes[around]).groupby(hole).agg(", ".join)
    odd = np.setdiff1d(np.flatnonzero(mismatched), np.concatenate([first, second]))
    ground = np.concatenate([shared, holes[between]])
    left = gpd.GeoDataFrame(
        {
            "kind": np.repeat(list(_LEFT), [len(shared), between.sum(), len(odd)]),
            "area_codes": np.concatenate(
                [codes[first] + ", " + codes[second], named.to_numpy()[between], codes[odd]]
            ),
            "m2": np.append(shapely.area(ground), np.zeros(len(odd))),
            "width": np.append(widths(ground), np.zeros(len(odd))),
        },
        geometry=np.concatenate([ground, bad_edges[odd]]),
        crs=areas.crs,
    ).astype({"kind": "str", "area_codes": "str"})
    at_fault = np.unique(np.concatenate([first, second, around[between[hole]], odd]))
    return left, at_fault
