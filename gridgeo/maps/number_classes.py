"""numbers -> classes: where one colour of a map ends and the next begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from gridgeo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridgeo.schema import Floats, Ints

Scheme = Literal["quantiles", "fisher_jenks", "equal_interval"]


def class_edges(numbers: Floats, scheme: Scheme | Sequence[float], n_classes: int) -> Floats:
    """Give the upper edge of each class; a class holds its upper edge and not its lower one.

    Parameters
    ----------
    numbers
        Finite, at least one.
    scheme
        ``"quantiles"``: equally many numbers in each class. ``"equal_interval"``: equally wide
        classes. ``"fisher_jenks"``: natural breaks, the classes within which numbers differ least
        (least sum of squared differences from the mean; Fisher 1958). Or upper edges of one's
        own; where they end below the largest number, one more class holds the rest.
    n_classes
        How many; fewer where there are not as many different numbers. Not used with own edges.

    Returns
    -------
    Floats
        Growing; the last is not below the largest number.

    Examples
    --------
    >>> numbers = np.array([1.0, 2, 3, 10, 11, 12, 40])
    >>> class_edges(numbers, "fisher_jenks", 3).tolist()
    [3.0, 12.0, 40.0]
    >>> class_edges(numbers, [5, 20], 0).tolist()
    [5.0, 20.0, 40.0]
    """
    if not isinstance(scheme, str):
        return _own_edges(numbers, scheme)
    different = np.unique(numbers)
    n = min(n_classes, len(different))
    if scheme == "quantiles":
        edges = np.quantile(numbers, np.arange(1, n + 1) / n)
    elif scheme == "equal_interval":
        edges = np.linspace(different[0], different[-1], n + 1)[1:]
    else:
        edges = _natural_edges(numbers, n)
    edges[-1] = different[-1]
    return np.unique(edges)


def class_of(numbers: Floats, edges: Floats) -> Ints:
    """Give the class of each number, from 0; -1 for what is no number."""
    row = np.searchsorted(edges, numbers, side="left")
    return np.where(np.isfinite(numbers), np.minimum(row, len(edges) - 1), -1)


def _own_edges(numbers: Floats, edges: Sequence[float]) -> Floats:
    own = np.asarray(edges, dtype=float)
    if own.ndim != 1 or not len(own) or not np.isfinite(own).all() or (np.diff(own) <= 0).any():
        raise InputError(
            f"`scheme` must be a name or upper edges of classes that grow, not {edges!r}."
        )
    largest = float(numbers.max())
    return own if largest <= own[-1] else np.append(own, largest)


def _natural_edges(numbers: Floats, n: int) -> Floats:
    values, weights = np.unique(numbers, return_counts=True)
    return values[_best_ends(values, weights.astype(float), n)]


def _best_ends(values: Floats, weights: Floats, n: int) -> Ints:
    """Split sorted values into ``n`` runs of least squared differences; where each run ends."""
    shifted = values - np.average(values, weights=weights)
    sums = [np.concatenate([[0.0], np.cumsum(weights * shifted**power)]) for power in (0, 1, 2)]

    def cost(start: Ints, end: Ints) -> Floats:
        """Sum of squared differences from the mean of the values from start to end."""
        w, x, xx = (total[end + 1] - total[start] for total in sums)
        return np.asarray(xx - x * x / w)

    last = len(values) - 1
    least = cost(np.zeros(last + 1, dtype=np.int64), np.arange(last + 1))
    starts = []
    for run in range(1, n):
        least, start = _with_one_more(least, cost, run)
        starts.append(start)
    ends = [last]
    for start in reversed(starts):
        ends.append(int(start[ends[-1]]) - 1)
    return np.array(ends[::-1])


def _with_one_more(
    least: Floats, cost: Callable[[Ints, Ints], Floats], first: int
) -> tuple[Floats, Ints]:
    """Let one more run end at each value: the least cost so far, and where that run starts.

    The best start moves only forward as the end does: the end in the middle is solved first, and
    leaves to the ends on either side only the starts on that side. All middles of one round are
    solved together.
    """
    least_now, best = np.full(len(least), np.inf), np.zeros(len(least), dtype=np.int64)
    # One row a stretch of ends: its first and last end, the first and last start to try.
    stretches = np.array([[first, len(least) - 1, first, len(least) - 1]])
    while len(stretches):
        low, high, from_, to = stretches.T
        middle = (low + high) // 2
        n_tried = np.minimum(to, middle) - from_ + 1
        begins = np.cumsum(n_tried) - n_tried
        tried = np.arange(n_tried.sum()) + np.repeat(from_ - begins, n_tried)
        costs = least[tried - 1] + cost(tried, np.repeat(middle, n_tried))
        least_now[middle] = np.minimum.reduceat(costs, begins)
        ties = np.where(costs == np.repeat(least_now[middle], n_tried), tried, len(least))
        best[middle] = np.minimum.reduceat(ties, begins)
        before = np.column_stack([low, middle - 1, from_, best[middle]])
        after = np.column_stack([middle + 1, high, best[middle], to])
        stretches = np.concatenate([before, after])
        stretches = stretches[stretches[:, 0] <= stretches[:, 1]]
    return least_now, best
