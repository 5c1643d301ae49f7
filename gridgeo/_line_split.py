"""Lines cut where they cross the borders of polygons: every stretch of a line has one owner.

A line is cut at every border it meets, in doubt once too often; then each stretch goes where its
middle lies. So the stretches of a line sum up to the line whatever the polygons are, and one that
runs along a common border is counted once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._edges import straight_edges
from gridgeo._locate import OUTSIDE, locate, settle
from gridgeo._rings import repeated

if TYPE_CHECKING:
    from gridgeo._locate import Codes, Locator
    from gridgeo.schema import Floats, Geometries, Ints

ALONG: Final = 1e-6
"""Metres: a line so near to a border runs along it, and one that goes no further does not cross."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What features are cut into, each piece after those of the features before.

    ``feature`` and ``owner`` (pieces,) are positions, the owner ``OUTSIDE`` where a piece lies in
    no polygon; ``size`` (pieces,) is its length in m, or its area in m2.
    """

    feature: Ints
    owner: Ints
    size: Floats
    geometry: Geometries


@dataclass(frozen=True, slots=True)
class _Edges:
    """The straight edges of lines, from ``start`` to ``end`` (n, 2 or 3 with heights)."""

    start: Floats
    end: Floats
    part: Ints
    line: Ints

    @property
    def length(self) -> Floats:
        """Length of each edge on the plane."""
        lengths: Floats = np.hypot(*(self.end[:, :2] - self.start[:, :2]).T)
        return lengths

    def at(self, edge: Ints, share: Floats) -> Floats:
        """Give points at a share of the way along edges; the ends as they are."""
        start, end = self.start[edge], self.end[edge]
        share = share[:, None]
        return np.where(share == 1, end, start + share * (end - start))

    def share(self, edge: Ints, xy: Floats) -> Floats:
        """Tell at which share of the way along edges points are, or are nearest."""
        start, span = self.start[edge, :2], self.end[edge, :2] - self.start[edge, :2]
        return _dot(xy - start, span) / _dot(span, span)


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Stretches of edges, in order, as shares of the way along each."""

    edge: Ints
    since: Floats
    until: Floats

    @property
    def middle(self) -> Floats:
        return (self.since + self.until) / 2


@dataclass(frozen=True, slots=True)
class _Borders:
    """Stretches of edges that run along the border of a polygon."""

    edge: Ints
    since: Floats
    until: Floats
    polygon: Ints


def split_lines(lines: Geometries, locator: Locator, codes: Codes) -> Pieces:
    """Cut lines where they cross the borders of polygons.

    Parameters
    ----------
    lines
        (n,) linestrings, rings and multilinestrings with finite coordinates and some length, in
        the CRS of the polygons, in metres; heights are interpolated.
    locator
        The polygons; where they overlap the lowest code owns a stretch.
    codes
        One text a polygon, none twice.

    Returns
    -------
    Pieces
        One for every line and polygon that owns some of it, and one for what is outside; those
        of a line in the order in which it meets them.
    """
    edges = _edges_of(lines)
    cut_edge, cut, borders = _find_cuts(edges, locator)
    stretches = _cut(len(edges.line), cut_edge, cut)
    xy = edges.at(stretches.edge, stretches.middle)
    owner = locate(xy[:, 0].copy(), xy[:, 1].copy(), locator, codes)
    _give_borders(owner, stretches, borders, codes)
    _give_stubs(owner, stretches, edges)
    return _join(lines, edges, stretches, owner)


def _edges_of(lines: Geometries) -> _Edges:
    parts, line = shapely.get_parts(lines, return_index=True)
    high = bool(shapely.has_z(parts).any())
    xy, part = shapely.get_coordinates(parts, include_z=high, return_index=True)
    real = (xy[1:, :2] != xy[:-1, :2]).any(axis=1)
    first = np.flatnonzero(real & (part[1:] == part[:-1]))
    return _Edges(xy[first], xy[first + 1], part[first], line[part[first]])


def _find_cuts(edges: _Edges, locator: Locator) -> tuple[Ints, Floats, _Borders]:
    """Find where edges of lines cross edges of polygons, and where they run along them."""
    ends = np.stack([edges.start[:, :2], edges.end[:, :2]], axis=1)
    tree = shapely.STRtree(shapely.linestrings(ends))
    near = np.unique(tree.query(locator.polygons)[0])
    owner, here, there = straight_edges(locator.polygons[near])
    sides = shapely.linestrings(np.stack([here, there], axis=1))
    side, edge = tree.query(sides, "dwithin", distance=ALONG)
    here, there, owner = here[side], there[side], near[owner[side]]
    start, span = edges.start[edge, :2], edges.end[edge, :2] - edges.start[edge, :2]
    since, until = np.sort([edges.share(edge, here), edges.share(edge, there)], axis=0).clip(0, 1)
    way = there - here
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = _cross(here - start, way) / _cross(span, way)
    length = np.hypot(*way.T)
    beside = [
        np.abs(_cross(way, start + share[:, None] * span - here)) <= ALONG * length
        for share in (since, until)
    ]
    along = np.flatnonzero(beside[0] & beside[1] & (until > since) & (length > ALONG))
    borders = _Borders(edge[along], since[along], until[along], owner[along])
    shares = np.concatenate([cross, borders.since, borders.until])
    of_edge = np.concatenate([edge, borders.edge, borders.edge])
    inside = (shares > 0) & (shares < 1)  # NaN where parallel
    return of_edge[inside], shares[inside], borders


def _cut(n_edges: int, edge: Ints, share: Floats) -> _Stretches:
    """Cut edges at shares of the way along them."""
    number = np.arange(n_edges)
    edge = np.concatenate([number, edge, number])
    share = np.concatenate([np.zeros(n_edges), share, np.ones(n_edges)])
    order = np.lexsort((share, edge))
    edge, share = edge[order], share[order]
    whole = np.flatnonzero((edge[1:] == edge[:-1]) & (share[1:] > share[:-1]))
    return _Stretches(edge[whole], share[whole], share[whole + 1])


def _give_borders(owner: Ints, stretches: _Stretches, borders: _Borders, codes: Codes) -> None:
    """Let the lowest code own what runs along a border, whichever side its middle rounds to."""
    place = stretches.edge + stretches.middle
    first = np.searchsorted(place, borders.edge + borders.since)
    end = np.searchsorted(place, borders.edge + borders.until)
    border, nth = repeated(np.maximum(end - first, 0))
    on = first[border] + nth
    had = np.unique(on)
    had = had[owner[had] >= 0]
    settle(owner, np.append(on, had), np.append(borders.polygon[border], owner[had]), codes)


def _give_stubs(owner: Ints, stretches: _Stretches, edges: _Edges) -> None:
    """Give what is shorter than rounding to the owner of what is before it, else behind it."""
    length = edges.length[stretches.edge] * (stretches.until - stretches.since)
    stub, real = np.flatnonzero(length <= ALONG), np.flatnonzero(length > ALONG)
    if not len(stub) or not len(real):
        return
    part = edges.part[stretches.edge]
    behind = np.searchsorted(real, stub)
    for place in (behind, behind - 1):
        beside = real[place.clip(0, len(real) - 1)]
        same = part[beside] == part[stub]
        owner[stub[same]] = owner[beside[same]]


def _join(lines: Geometries, edges: _Edges, stretches: _Stretches, owner: Ints) -> Pieces:
    """Join what follows one another and has one owner, then what one owner has of a line."""
    part = edges.part[stretches.edge]
    begins = np.append(True, (part[1:] != part[:-1]) | (owner[1:] != owner[:-1]))[: len(part)]
    run = np.cumsum(begins) - 1
    ends = np.append(begins[1:], True)[: len(part)]
    # A cut inside a run is no vertex.
    kept = ends | (stretches.until == 1)
    xy = np.concatenate(
        [
            edges.at(stretches.edge[begins], stretches.since[begins]),
            edges.at(stretches.edge[kept], stretches.until[kept]),
        ]
    )
    of_run = np.append(run[begins], run[kept])
    order = np.argsort(of_run, kind="stable")
    geometry = shapely.linestrings(xy[order], indices=of_run[order])
    length = edges.length[stretches.edge] * (stretches.until - stretches.since)
    line, owner = edges.line[stretches.edge[begins]], owner[begins]
    flat = ~shapely.has_z(lines)[line]
    geometry[flat] = shapely.force_2d(geometry[flat])
    return _collect(lines, line, owner, _sums(run, length, len(line)), geometry)


def _collect(
    lines: Geometries, line: Ints, owner: Ints, length: Floats, geometry: Geometries
) -> Pieces:
    """Put the runs of one line and owner into one piece; a line of one piece stays as it is."""
    pair = line * (owner.max(initial=OUTSIDE) + 2) + owner + 1
    _, first, piece = np.unique(pair, return_index=True, return_inverse=True)
    by_first = np.argsort(first)
    number = np.empty(len(first), dtype=np.int64)
    number[by_first] = np.arange(len(first))
    piece, first = number[piece], first[by_first]
    feature, owner = line[first], owner[first]
    joined = geometry[first]
    several = (np.bincount(piece, minlength=len(first)) > 1)[piece]
    order = np.flatnonzero(several)[np.argsort(piece[several], kind="stable")]
    shapely.multilinestrings(geometry[order], indices=piece[order], out=joined)
    alone = (np.bincount(feature, minlength=len(lines)) == 1)[feature]
    joined[alone] = lines[feature[alone]]
    return Pieces(feature, owner, _sums(piece, length, len(first)), joined)


def _sums(group: Ints, values: Floats, n_groups: int) -> Floats:
    sums: Floats = np.zeros(n_groups)
    np.add.at(sums, group, values)
    return sums


def _cross(some: Floats, others: Floats) -> Floats:
    product: Floats = some[:, 0] * others[:, 1] - some[:, 1] * others[:, 0]
    return product


def _dot(some: Floats, others: Floats) -> Floats:
    product: Floats = (some * others).sum(axis=1)
    return product
