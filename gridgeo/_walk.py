"""Edges of areas through a mesh: each from cell to cell, and where it crosses a border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from gridgeo._rings import comes_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridgeo._mesh import Mesh
    from gridgeo._rings import Rings
    from gridgeo.schema import Bools, Floats, Ints

NEAR: Final = 1e-6
"""Metres; points nearer to each other would give edges that do not outlive a reprojection."""


@dataclass(frozen=True)
class Edges:
    """Edges of rings in canonical direction, with the cells in which they begin and end."""

    low: Floats
    high: Floats
    swapped: Bools
    first: Ints
    last: Ints

    @classmethod
    def of(cls, rings: Rings, cell: Ints) -> Edges:
        """Give the edges of rings whose vertices lie in these cells."""
        here, there, beyond = rings.xy, rings.xy[rings.following], cell[rings.following]
        swapped = comes_first(there, here)
        low, high = np.where(swapped[:, None], there, here), np.where(swapped[:, None], here, there)
        first, last = np.where(swapped, beyond, cell), np.where(swapped, cell, beyond)
        return cls(low, high, swapped, first, last)


@dataclass(frozen=True)
class Walked:
    """What edges have met.

    Per crossing, by edge and along it in canonical direction: ``edge``, ``xy``, the ``border`` of
    the mesh, and the cells ``before`` and ``after`` it. ``first`` (edges,) is the cell in which
    an edge begins. ``near_edge`` and ``near_cell``: edges that meet a border in a vertex or a
    corner, and the cells where they do; no crossing is made within ``NEAR`` of a vertex.
    """

    edge: Ints
    xy: Floats
    border: Ints
    before: Ints
    after: Ints
    first: Ints
    near_edge: Ints
    near_cell: Ints


_Met: TypeAlias = "tuple[Ints, Floats, Ints, Ints, Ints]"
"""Edge, place, border, cell before, cell after."""


def walk(mesh: Mesh, edges: Edges) -> Walked:
    """Follow every edge from the cell of its low end to that of its high end."""
    first = edges.first.copy()
    # A bent cell may be left and entered again.
    edge = np.flatnonzero((edges.first != edges.last) | mesh.bent[edges.first])
    at, since = edges.first[edge], np.zeros(len(edge))
    none = edge[:0]
    met: list[_Met] = [(none, np.empty((0, 2)), none, none, none)]
    near = [(none, none)]
    # A straight line enters a convex cell once, a bent one seldom twice.
    for _ in range(len(mesh.corner)):
        if not len(edge):
            break
        side, share, onward = _exits(mesh, at, edges.low[edge], edges.high[edge], since)
        edge, at, side, share = edge[onward], at[onward], side[onward], share[onward]
        xy = edges.low[edge] + share[:, None] * (edges.high[edge] - edges.low[edge])
        xy, at_corner = put_on_corners(mesh, at, side, xy)
        target = mesh.beyond[at, side]
        begins, ends = _within(xy, edges.low[edge]), _within(xy, edges.high[edge])
        first[edge[begins]] = target[begins]
        made = ~(begins | ends) & (target >= 0)
        met.append((edge[made], xy[made], mesh.border[at, side][made], at[made], target[made]))
        doubtful = begins | ends | at_corner
        near.append((edge[doubtful], at[doubtful]))
        going = ~ends & (target >= 0)
        going &= (target != edges.last[edge]) | mesh.bent[target]
        edge, at, since = edge[going], target[going], share[going]
    return _in_order(met, first, near)


def _exits(
    mesh: Mesh, at: Ints, low: Floats, high: Floats, since: Floats
) -> tuple[Ints, Floats, Bools]:
    """Find the side through which edges leave their cells, at which share, and whether they do.

    ``since`` is the share at which they entered: a bent cell is left further on.
    """
    inside_low, inside_high = mesh.inward(at, low), mesh.inward(at, high)
    leaving = (inside_high < 0) & (inside_low > inside_high)
    along = np.full(leaving.shape, np.inf)
    along[leaving] = inside_low[leaving] / (inside_low[leaving] - inside_high[leaving])
    bent = np.flatnonzero(mesh.bent[at])
    along[bent] = _on_side(mesh, at[bent], low[bent], high[bent], along[bent])
    along[bent] = np.where(along[bent] > since[bent, None], along[bent], np.inf)
    side = along.argmin(axis=1)
    share = along[np.arange(len(at)), side]
    onward = np.isfinite(share)
    return side, np.clip(np.where(onward, share, 0), 0, 1), onward


def _on_side(mesh: Mesh, at: Ints, low: Floats, high: Floats, along: Floats) -> Floats:
    """Keep exits that lie between the ends of their side: a bent cell need not be convex."""
    share = np.where(np.isfinite(along), along, 0)
    xy = low[:, None] + share[..., None] * (high - low)[:, None]
    start, end = mesh.xy[mesh.corner[at]], mesh.xy[mesh.end[at]]
    span, miss = end - start, NEAR * np.hypot(*np.moveaxis(end - start, -1, 0))
    between = ((xy - start) * span).sum(axis=-1) >= -miss
    between &= ((end - xy) * span).sum(axis=-1) >= -miss
    return np.where(between, along, np.inf)


def put_on_corners(mesh: Mesh, at: Ints, side: Ints, xy: Floats) -> tuple[Floats, Bools]:
    """Put points on sides of cells onto a corner that they miss by rounding, and tell which."""
    start, end = mesh.xy[mesh.corner[at, side]], mesh.xy[mesh.end[at, side]]
    at_start, at_end = _within(xy, start), _within(xy, end)
    xy = np.where(at_start[:, None], start, np.where(at_end[:, None], end, xy))
    return xy, at_start | at_end


def _within(some: Floats, others: Floats) -> Bools:
    return np.hypot(*(some - others).T) < NEAR


def _in_order(met: Sequence[_Met], first: Ints, near: Sequence[tuple[Ints, Ints]]) -> Walked:
    edge, xy, border, before, after = (np.concatenate(column) for column in zip(*met, strict=True))
    near_edge, near_cell = (np.concatenate(column) for column in zip(*near, strict=True))
    order = np.argsort(edge, kind="stable")
    return Walked(
        edge[order],
        xy[order],
        border[order],
        before[order],
        after[order],
        first,
        near_edge,
        near_cell,
    )
