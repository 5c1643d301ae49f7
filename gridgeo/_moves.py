"""Who gave ground to whom: the borders before and after a repair, laid over one another.

Overlays of slivers, area by area, go astray in GEOS. The faces between all borders do not: each is
counted once, and a point inside it tells who had it and who has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._polygons import finest_grid, polygon_parts, unite
from gridgeo._repair import MIN_SNAP, wider

if TYPE_CHECKING:
    from gridgeo._repair import Limits, Repaired
    from gridgeo.schema import Bools, Floats, Geometries, Ints

NOBODY: Final = -1
"""Stands for the area that ground comes from or goes to where there is none."""

_MARGIN: Final = 1.01
"""To this GEOS and we measure how wide ground is."""

_REASONS: Final = np.array(["gap", "overlap", "snap"], dtype=object)
_GAP, _OVERLAP, _SNAP = range(3)


@dataclass(frozen=True, slots=True)
class Moves:
    """Ground that changed hands: where it came from, where it went, why, one value a move."""

    giver: Ints
    taker: Ints
    reason: Geometries
    ground: Geometries
    gained: Floats
    """m2 by area, all of them."""
    lost: Floats


def find_moves(before: Geometries, repaired: Repaired, limits: Limits) -> Moves:
    """Tell every piece of ground that areas lost or gained, and why.

    Ground that several claimed goes from those that lost it to the one that has it, for an
    ``overlap``; ground that nobody had goes from nobody, for a ``gap``; all else was moved by
    snapping one border onto another, for a ``snap``, and so was what is wider than the limit of
    gaps or overlaps; nobody takes what others keep. All that an area lost is in the moves from
    it; all that it gained is in the moves to it, without overlaps, which are told of one more.
    """
    n_areas = len(before)
    faces, had, has = _lay_over(before, repaired)
    lost, gained = np.setdiff1d(had, has), np.setdiff1d(has, had)
    face, giver = np.divmod(lost, n_areas)
    kept_by = _first_of_face(np.intersect1d(had, has), len(faces), n_areas)
    gained_by = _first_of_face(gained, len(faces), n_areas)
    taker = np.where(kept_by == NOBODY, gained_by, kept_by)[face]
    # Of several that lost ground to one that did not have it, the first has passed it on.
    passed = (kept_by[face] == NOBODY) & (taker != NOBODY) & (np.diff(face, prepend=-1) != 0)
    reason = np.where((taker != NOBODY) & ~passed, _OVERLAP, _SNAP)
    told = np.isin(gained, face[passed] * n_areas + taker[passed])
    at, owner = np.divmod(gained, n_areas)
    why = np.where(np.isin(at, had // n_areas), _SNAP, _GAP)
    giver = np.append(giver, np.full((~told).sum(), NOBODY))
    hands = np.c_[giver, np.append(taker, owner[~told]), np.append(reason, why[~told])]
    hands, ground = _join_faces(hands, faces[np.append(face, at[~told])])
    hands = _tell_snapped(hands, ground, limits)
    m2 = shapely.area(faces)
    return Moves(
        giver=hands[:, 0],
        taker=hands[:, 1],
        reason=_REASONS[hands[:, 2]],
        ground=ground,
        gained=_sum_by_area(owner, m2[at], n_areas),
        lost=_sum_by_area(giver[: len(face)], m2[face], n_areas),
    )


def find_astray(moves: Moves, limits: Limits) -> Bools:
    """Tell which moves go beyond the limits, which GEOS does where its snapping fails."""
    allowed = {"gap": limits.max_gap, "overlap": limits.max_overlap, "snap": limits.snap}
    astray = np.zeros(len(moves.reason), dtype=bool)
    for reason, metres in allowed.items():
        at = np.flatnonzero(moves.reason == reason)
        astray[at] = wider(moves.ground[at], _MARGIN * metres + MIN_SNAP)
    return astray


def _join_faces(hands: Ints, faces: Geometries) -> tuple[Ints, Geometries]:
    """Join faces that lie side by side and have giver, taker and reason in common."""
    groups, group = np.unique(hands, axis=0, return_inverse=True)
    ground, of_group = polygon_parts(unite(faces, group, len(groups)))
    return groups[of_group], ground


def _tell_snapped(hands: Ints, ground: Geometries, limits: Limits) -> Ints:
    """Give what is wider than the limit of its reason the reason that could move it."""
    told = hands.copy()
    for reason, metres in ((_GAP, limits.max_gap), (_OVERLAP, limits.max_overlap)):
        at = np.flatnonzero(hands[:, 2] == reason)
        told[at[wider(ground[at], _MARGIN * metres)], 2] = _SNAP
    told[(hands[:, 2] == _OVERLAP) & (told[:, 2] == _SNAP), 1] = NOBODY
    return told


def _lay_over(before: Geometries, repaired: Repaired) -> tuple[Geometries, Ints, Ints]:
    """Give the faces between all borders, and who had and has each, as face * areas + area."""
    old = before[repaired.members]
    lines = shapely.boundary(np.concatenate([old, repaired.pieces]))
    noded = shapely.union_all(lines, grid_size=finest_grid(before))
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.STRtree(shapely.point_on_surface(faces))
    area, face = inside.query(old, predicate="contains")
    had = face * len(before) + repaired.members[area]
    piece, face = inside.query(repaired.pieces[repaired.piece], predicate="contains")
    has = face * len(before) + repaired.owner[piece]
    return faces, np.unique(had), np.unique(has)


def _first_of_face(claims: Ints, n_faces: int, n_areas: int) -> Ints:
    """Give the first area that claims each face; the claims are in order."""
    face, area = np.divmod(claims, n_areas)
    lead = np.diff(face, prepend=-1) != 0
    first = np.full(n_faces, NOBODY)
    first[face[lead]] = area[lead]
    return first


def _sum_by_area(area: Ints, m2: Floats, n_areas: int) -> Floats:
    return np.bincount(area, weights=m2, minlength=n_areas).astype(np.float64)
