"""The street network of the sample city: the district is cut again and again along its streets.

Every cut follows the local street direction from one vertex of a piece's ring to another, so
neighbours share their vertices by construction. The order of the cuts is the rank of the streets:
the first pieces are the subdistricts, later ones communities, the last ones blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from sample_city_plan import STEP, Floats, Plan, StreetField

N_STREETS, N_COMMUNITIES, N_BLOCKS = 17, 179, 900
CORNER = 35.0
"""Degrees by which a ring turns at a corner of its piece."""


@dataclass
class Piece:
    """A piece of the district while it is being cut.

    Parameters
    ----------
    ring
        Vertices, anticlockwise, the first not repeated.
    street, community
        Which of the first pieces it came from.
    """

    ring: list[int]
    street: int = -1
    community: int = -1
    polygon: shapely.Polygon = field(default_factory=shapely.Polygon)
    rank: float = 0.0


@dataclass
class Network:
    """Vertices, cuts and pieces; cut 0 is the river."""

    points: list[tuple[float, float]]
    junctions: dict[int, int] = field(default_factory=dict)
    cuts: list[list[int]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    def xy(self, ids: list[int]) -> Floats:
        """Give the coordinates of vertices."""
        return np.array([self.points[i] for i in ids])


class Cutter:
    """Cuts pieces along streets, always the one that is largest for its place."""

    def __init__(self, plan: Plan, streets: StreetField, rng: np.random.Generator) -> None:
        self._plan, self._streets, self._rng = plan, streets, rng
        self._keep_out = plan.lake.buffer(45)
        self._lake = plan.lake.representative_point()
        outline = [tuple(xy) for xy in plan.outline[:-1].tolist()]
        self.net = Network(points=outline)
        self._add(Piece(list(range(len(outline)))))

    def cut_all(self) -> Network:
        """Cut the river first, then streets down to the last block."""
        self._cut_river()
        for count, name in ((N_STREETS, "street"), (N_COMMUNITIES, "community"), (N_BLOCKS, "")):
            while len(self.net.pieces) < count:
                piece = max(self.net.pieces, key=lambda piece: piece.rank)
                if piece.rank <= 0:
                    raise RuntimeError(f"no piece can be cut any more at {len(self.net.pieces)}")
                self._cut(piece)
            for number, piece in enumerate(self.net.pieces if name else ()):
                setattr(piece, name, number)
        return self.net

    def _add(self, piece: Piece) -> None:
        piece.polygon = shapely.Polygon(self.net.xy(piece.ring))
        wish = self._wished_m2(*shapely.get_coordinates(piece.polygon.centroid)[0])
        piece.rank = piece.polygon.area / wish * float(np.exp(self._rng.normal(0, 0.28)))
        if piece.polygon.area < 650_000 and piece.polygon.contains(self._lake):
            piece.rank = 0.0
        self.net.pieces.append(piece)

    def _wished_m2(self, x: float, y: float) -> float:
        """Wish small blocks in the old centre, large ones at the fringe and in the works."""
        far = np.hypot(*(self._plan.at(-350, 150) - (x, y)))
        works = np.exp(-((np.hypot(*(self._plan.at(2100, -700) - (x, y))) / 800) ** 2))
        fields = np.exp(-((np.hypot(*(self._plan.at(-2000, -1500) - (x, y))) / 900) ** 2))
        return float(
            (10_500 + 34_000 * min(far / 2500, 1.3) ** 1.6) * (1 + 1.5 * works + 0.5 * fields)
        )

    def _cut_river(self) -> None:
        district = self.net.pieces[0].polygon
        inside = self._plan.river[shapely.contains_xy(district, self._plan.river)]
        outline = self._plan.outline[:-1]
        ends = [int(np.argmin(np.hypot(*(outline - inside[k]).T))) for k in (0, -1)]
        clear = np.hypot(*(inside[:, None] - outline[ends]).T).min(axis=0) > 3 * STEP
        self._split(self.net.pieces[0], ends[0], ends[1], inside[clear])

    def _cut(self, piece: Piece) -> None:
        tries = [option for option in (self._try(piece, k) for k in range(14)) if option]
        if not tries:
            piece.rank = 0.0
            return
        _, start, end, inner = max(tries, key=lambda option: option[0])
        self._split(piece, start, end, inner)

    def _try(self, piece: Piece, attempt: int) -> tuple[float, int, int, Floats] | None:
        """Trace one street through a piece; None where it makes no fair halves."""
        box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(piece.polygon))
        sides = np.diff(box[:3], axis=0)
        lengths = np.hypot(*sides.T)
        along = sides[np.argmax(lengths)] / lengths.max()
        middle = shapely.get_coordinates(piece.polygon.centroid)[0]
        spread = 0.4 if piece.polygon.contains(self._lake) else 0.16 + 0.2 * (attempt % 4 == 3)
        seed = middle + along * lengths.max() * self._rng.uniform(-spread, spread)
        if not shapely.contains_xy(piece.polygon, *seed):
            seed = shapely.get_coordinates(piece.polygon.representative_point())[0]
        across = np.array([-along[1], along[0]]) if attempt < 10 else along
        halves = [self._trace(piece.polygon, seed, sign * across) for sign in (1, -1)]
        exits = self._exits(piece.ring)
        ends = [
            self._nearest(piece.ring, exits, half[-1], np.sqrt(piece.polygon.area))
            for half in halves
        ]
        if min(ends) < 0 or ends[0] == ends[1]:
            return None
        inner = self._between(np.vstack([halves[1][::-1], seed, halves[0]]), ends[1], ends[0])
        return self._judge(piece, ends[1], ends[0], inner)

    def _trace(self, polygon: shapely.Polygon, seed: Floats, heading: Floats) -> Floats:
        """Walk along the street direction until the ring is crossed; the last one is outside."""
        shapely.prepare(polygon)
        walked, (x, y) = [], seed
        while True:
            angle = self._streets.angle(x, y)
            crosses = [
                (np.cos(angle + q * np.pi / 2), np.sin(angle + q * np.pi / 2)) for q in range(4)
            ]
            heading = max(crosses, key=lambda c: c[0] * heading[0] + c[1] * heading[1])
            x, y = x + STEP * heading[0], y + STEP * heading[1]
            walked.append((x, y))
            if not shapely.contains_xy(polygon, x, y):
                return np.array(walked)

    def _exits(self, ring: list[int]) -> list[int]:
        """Find where a street may end: opposite another one, else clear of corners and ends."""
        xy = self.net.xy(ring)
        ahead, behind = np.roll(xy, -1, axis=0) - xy, xy - np.roll(xy, 1, axis=0)
        turn = np.abs(np.angle((ahead @ [1, 1j]) / (behind @ [1, 1j]), deg=True))
        met = np.array([self.net.junctions.get(i, 0) for i in ring])
        fixed = xy[(turn > CORNER) | (met > 0)]
        clear = np.ones(len(ring), bool)
        if len(fixed):
            clear = np.hypot(*(xy[:, None] - fixed).T).min(axis=0) > 31
        return [i for i, ok in enumerate(clear | ((met == 1) & (turn < CORNER))) if ok]

    def _nearest(self, ring: list[int], exits: list[int], place: Floats, size: float) -> int:
        if not exits:
            return -1
        met = np.array([self.net.junctions.get(ring[i], 0) for i in exits])
        far = np.hypot(*(self.net.xy([ring[i] for i in exits]) - place).T)
        far = far - np.where(met == 1, min(70.0, 0.3 * size), 0.0)
        best = int(np.argmin(far))
        return ring[exits[best]] if far[best] < 45 else -1

    def _between(self, line: Floats, start: int, end: int) -> Floats:
        """Bend the ends of a traced line to the vertices it ends at, and give what lies between."""
        first, last = self.net.xy([start, end])
        steps = np.arange(len(line))
        reach = max(2.0, min(7.0, len(line) / 2.5))
        near_start = np.clip(1 - steps / reach, 0, 1)[:, None]
        near_end = np.clip(1 - steps[::-1] / reach, 0, 1)[:, None]
        bent = line + near_start * (first - line[0]) + near_end * (last - line[-1])
        far = np.hypot(*(bent[:, None] - np.array([first, last])).T).min(axis=0)
        inner = bent[(far > 0.75 * STEP) & (steps > 0) & (steps < steps[-1])]
        return np.round(inner + self._rng.normal(0, 0.25, inner.shape), 3)

    def _judge(
        self, piece: Piece, start: int, end: int, inner: Floats
    ) -> tuple[float, int, int, Floats] | None:
        """Score a cut: fair halves of good shape, no slivers; None where it is not one."""
        if (
            len(inner) < 1
            or shapely.distance(piece.polygon.exterior, shapely.points(inner)).min() < 7
        ):
            return None
        line = shapely.LineString(np.vstack([self.net.xy([start]), inner, self.net.xy([end])]))
        if not (
            line.is_simple and piece.polygon.contains(line) and not line.intersects(self._keep_out)
        ):
            return None
        parts = [shapely.Polygon(xy) for xy in self._rings(piece.ring, start, end, inner)]
        if not all(part.is_valid for part in parts):
            return None
        areas = np.array([part.area for part in parts])
        rounds = 4 * np.pi * areas / np.array([part.length for part in parts]) ** 2
        least = 0.14 if piece.polygon.contains(self._lake) else 0.24
        if areas.min() < least * areas.sum() or rounds.min() < 0.28:
            return None
        crossings = sum(self.net.junctions.get(v, 0) == 1 for v in (start, end))
        return (
            float(rounds.min() + 0.25 * areas.min() / areas.sum() + 0.2 * crossings),
            start,
            end,
            inner,
        )

    def _rings(self, ring: list[int], start: int, end: int, inner: Floats) -> tuple[Floats, Floats]:
        left, right = _sides(ring, start, end)
        return np.vstack([self.net.xy(left), inner]), np.vstack([self.net.xy(right), inner[::-1]])

    def _split(self, piece: Piece, start: int, end: int, inner: Floats) -> None:
        first = len(self.net.points)
        self.net.points.extend(map(tuple, inner.tolist()))
        new = list(range(first, len(self.net.points)))
        self.net.cuts.append([start, *new, end])
        for vertex in (start, end):
            self.net.junctions[vertex] = self.net.junctions.get(vertex, 0) + 1
        left, right = _sides(piece.ring, start, end)
        self.net.pieces.remove(piece)
        for ring in (left + new, right + new[::-1]):
            self._add(Piece(ring, piece.street, piece.community))


def _sides(ring: list[int], start: int, end: int) -> tuple[list[int], list[int]]:
    """Give the ring's vertices from end to start and from start to end, both included."""
    j = ring.index(end)
    turned = ring[j:] + ring[:j]
    i = turned.index(start)
    return turned[: i + 1], [*turned[i:], end]
