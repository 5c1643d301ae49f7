"""Who borders on whom: cells as a graph on flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from gridgeo._rings import repeated

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Graph:
    """Cells and their neighbours.

    ``source`` and ``target`` (edges,): every pair of neighbours both ways, by source;
    ``border`` (edges,): the length of their common border; ``n_cells``: how many cells there are,
    those without a neighbour too.
    """

    source: Ints
    target: Ints
    border: Floats
    n_cells: int

    def keep(self, edges: Bools) -> Graph:
        """Give the same cells with some of the edges."""
        return Graph(self.source[edges], self.target[edges], self.border[edges], self.n_cells)

    def of(self, cells: Ints) -> Graph:
        """Give the graph of some of the cells, in order; they count from 0 in it."""
        start = np.searchsorted(self.source, np.append(cells, self.n_cells))
        place = np.full(self.n_cells, -1)
        place[cells] = np.arange(len(cells))
        stop = np.searchsorted(self.source, cells, side="right")
        source, nth = repeated(stop - start[:-1])
        edge = start[source] + nth
        target = place[self.target[edge]]
        inside = target >= 0
        return Graph(source[inside], target[inside], self.border[edge[inside]], len(cells))


def both_ways(left: Ints, right: Ints, border: Floats, n_cells: int) -> Graph:
    """Make a graph of pairs of neighbours, each given once."""
    source, target = np.append(left, right), np.append(right, left)
    order = np.argsort(source * n_cells + target, kind="stable")
    return Graph(source[order], target[order], np.append(border, border)[order], n_cells)


def add_up(values: Floats, label: Ints, n_labels: int) -> Floats:
    """Add up values by label."""
    return np.bincount(label, values, minlength=n_labels).astype(np.float64)


def borders_with(graph: Graph, label: Ints, n_labels: int) -> tuple[Ints, Ints, Floats]:
    """Measure the border of each cell with every label of its neighbours but its own.

    Gives cell, label and length, each pair once and in order.
    """
    crossing = np.flatnonzero(label[graph.source] != label[graph.target])
    key = graph.source[crossing] * n_labels + label[graph.target[crossing]]
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    border = graph.border[crossing[order]]
    total = np.add.reduceat(border, first) if len(first) else border
    return key[first] // n_labels, key[first] % n_labels, total


def find_parts(graph: Graph, label: Ints | None = None) -> Ints:
    """Find the connected parts of a graph, numbered; cells of different labels are always apart."""
    if label is not None:
        graph = graph.keep(label[graph.source] == label[graph.target])
    start = np.searchsorted(graph.source, np.arange(graph.n_cells + 1)).astype(np.int32)
    links = np.ones(len(graph.target), dtype=np.int8)
    matrix = csr_array(
        (links, graph.target.astype(np.int32), start), shape=(graph.n_cells, graph.n_cells)
    )
    # Every edge is there both ways, so that strong parts are all parts, found in one walk.
    _, part = connected_components(matrix, directed=True, connection="strong")
    return part.astype(np.int64)


def find_ways(
    source: Ints, target: Ints, length: Floats, n: int, roots: Ints
) -> tuple[Floats, Ints, Ints]:
    """Find the shortest way from any root to everything that links lead to.

    Parameters
    ----------
    source, target, length
        (links,) from where, to where, how long; each pair once.
    n
        How many there are that links may join.
    roots
        Where ways begin.

    Returns
    -------
    Floats
        (n,) length of the way, infinite where there is none.
    Ints
        (n,) what comes before on the way; negative at its root and where there is none.
    Ints
        (n,) the root; negative where there is none.
    """
    links = csr_array((length, (source, target)), shape=(n, n))
    distance, before, root = dijkstra(links, indices=roots, min_only=True, return_predecessors=True)
    return distance, before.astype(np.int64), root.astype(np.int64)


def is_largest_part(part: Ints, label: Ints, size: Floats) -> Bools:
    """Tell which cells lie in the largest part of their label, the first of equal ones."""
    n_parts = int(part.max(initial=-1)) + 1
    of_part = np.zeros(n_parts, dtype=np.int64)
    of_part[part] = label
    first = np.full(n_parts, len(part))
    np.minimum.at(first, part, np.arange(len(part)))
    order = np.lexsort((first, -np.bincount(part, size, minlength=n_parts), of_part))
    leads = np.ones(n_parts, dtype=bool)
    leads[1:] = of_part[order][1:] != of_part[order][:-1]
    largest = np.zeros(n_parts, dtype=bool)
    largest[order[leads]] = True
    return largest[part]
