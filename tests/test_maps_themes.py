"""Numbers in classes, and the colours that tell them."""

# ruff: noqa: RUF001 - a span is written with a dash of its own

import mapclassify
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_maps_city import small_city

from gridgeo.errors import InputError, SchemaError
from gridgeo.maps.number_classes import class_edges, class_of
from gridgeo.maps.subject import map_subject
from gridgeo.maps.themes import column_theme, map_theme
from gridgeo.maps.words import words

NUMBERS = st.lists(st.integers(-1000, 1000), min_size=1, max_size=60).map(np.array)
SCHEMES = st.sampled_from(["quantiles", "equal_interval", "fisher_jenks"])


@given(NUMBERS, SCHEMES, st.integers(1, 8))
def test_every_number_lies_in_the_span_of_its_class(numbers, scheme, n_classes):
    """Classes grow, hold their upper edge and not their lower one, and leave no number out."""
    edges = class_edges(numbers.astype(float), scheme, n_classes)
    row = class_of(numbers.astype(float), edges)
    lower = np.concatenate([[-np.inf], edges])[row]
    assert len(edges) <= n_classes
    assert (np.diff(edges) > 0).all()
    assert ((lower < numbers) & (numbers <= edges[row])).all()


@given(NUMBERS, st.integers(2, 6))
def test_quantiles_and_equal_intervals_are_those_of_mapclassify(numbers, n_classes):
    """Where there are numbers enough for all classes, the edges agree with an independent maker."""
    numbers = np.unique(numbers).astype(float)
    if len(numbers) < n_classes:
        return
    equal = class_edges(numbers, "equal_interval", n_classes)
    quantiles = class_edges(numbers, "quantiles", n_classes)
    assert equal == pytest.approx(mapclassify.EqualInterval(numbers, n_classes).bins)
    assert quantiles == pytest.approx(mapclassify.Quantiles(numbers, n_classes).bins)


def spread(numbers, edges):
    """Sum of squared differences from the mean of the class."""
    row = class_of(numbers, edges)
    groups = (numbers[row == one] for one in np.unique(row))
    return sum(((group - group.mean()) ** 2).sum() for group in groups)


@pytest.mark.filterwarnings("ignore:Numba not installed")
@given(NUMBERS, st.integers(2, 5))
def test_natural_breaks_are_the_best_there_are(numbers, n_classes):
    """No classes differ less within themselves; those of mapclassify, another way, as little."""
    numbers = numbers.astype(float)
    if len(np.unique(numbers)) <= n_classes:
        return
    own = spread(numbers, class_edges(numbers, "fisher_jenks", n_classes))
    other = spread(numbers, mapclassify.FisherJenks(numbers, n_classes).bins.astype(float))
    assert own == pytest.approx(other, rel=1e-9, abs=1e-6)


def test_natural_breaks_of_many_numbers():
    """Of 60,000 numbers in three heaps the breaks lie between the heaps."""
    heaps = np.random.default_rng(0).normal([[0], [100], [1000]], 5, (3, 20_000)).ravel()
    edges = class_edges(heaps, "fisher_jenks", 3)
    assert np.bincount(class_of(heaps, edges)).tolist() == [20_000] * 3


def test_edges_of_ones_own():
    """They are taken as they are, with one class more for what lies above the last."""
    numbers = np.array([0.0, 5, 6, 99])
    assert class_edges(numbers, [5, 50], 4).tolist() == [5, 50, 99]
    assert class_edges(numbers, [5, 100], 4).tolist() == [5, 100]
    for wrong in ([], [3, 2], [1, np.nan], [[1, 2]]):
        with pytest.raises(InputError, match="upper edges of classes that grow"):
            class_edges(numbers, wrong, 4)


def theme(values, **options):
    """Theme of one column of cells."""
    return column_theme(
        pd.DataFrame({"load": values}), "load", of="cells", said=words("en"), **options
    )


def test_the_legend_tells_each_span_once():
    """Whole numbers begin one above the class before; others have decimals enough to differ."""
    whole = theme([1, 2, 3, 40], scheme=[1, 3, 50])
    assert whole.legend["name"].tolist() == ["1", "2 – 3", "4 – 50"]
    assert whole.legend["count"].tolist() == [1, 2, 1]
    fine = theme([0.501, 0.502, 0.503], scheme="equal_interval", n_classes=2)
    assert fine.legend["name"].tolist() == ["0.501 – 0.502", "0.502 – 0.503"]
    own = theme([1.1, 7.0], scheme=[2.5, 10])
    assert own.legend["name"].tolist() == ["1.1 – 2.5", "2.5 – 10.0"]
    assert theme([0.4, 33.3, 66.7, 1e4], scheme=[33.3, 66.7]).legend["name"].iloc[1] == "33 – 67"
    assert whole.name == "Load"
    assert theme([5, 5, 5]).legend["name"].tolist() == ["5"]


@given(NUMBERS, SCHEMES, st.integers(1, 8))
def test_a_legend_of_counts_leaves_none_open(numbers, scheme, n_classes):
    """Of whole numbers each lies in one span of the legend, that of its class, edges included."""
    found = theme(numbers, scheme=scheme, n_classes=n_classes)
    spans = [name.replace(",", "").split(" – ") for name in found.legend["name"]]
    first, last = np.array([[int(span[0]), int(span[-1])] for span in spans]).T
    inside = (first <= numbers[:, None]) & (numbers[:, None] <= last)
    assert (inside.sum(axis=1) == 1).all()
    assert (inside.argmax(axis=1) == found.row).all()
    edges = class_edges(numbers.astype(float), scheme, n_classes)
    groups = np.unique(class_of(numbers.astype(float), edges), return_inverse=True)[1]
    assert (np.unique(found.row, return_inverse=True)[1] == groups).all()


def test_no_number_is_no_class():
    """Missing and infinite values have no colour; a column without a number is refused."""
    assert theme([1, None, np.inf, 2], n_classes=1).row.tolist() == [0, -1, -1, 0]
    with pytest.raises(SchemaError, match="no number in 'load'"):
        theme([np.nan, np.nan])
    with pytest.raises(SchemaError, match="no value in 'load'"):
        theme([None, " "])


def test_words_have_a_colour_each_and_the_rare_ones_share_one():
    """Of twelve words the nine most frequent stand alone; text of data is one line."""
    values = [f"kind {i:02}\n" for i in range(12) for _ in range(12 - i)] + [None]
    found = theme(values)
    assert found.legend["name"].tolist() == [f"kind {i:02}" for i in range(9)] + ["Other values"]
    assert found.legend["count"].tolist() == [*range(12, 3, -1), 6]
    assert found.legend["fill"].is_unique
    assert np.bincount(found.row[:-1]).tolist() == found.legend["count"].tolist()
    assert found.row[-1] == -1


def test_density_is_components_in_the_size_of_a_cell():
    """Five components in 10,000 m2 are 5, one in half of that is 2, none elsewhere is 0."""
    cells, _, components = small_city()
    half = cells["cell_code"] == "110101004005"
    cells["area_m2"] = cells["area_m2"].where(~half, 5_000)
    subject = map_subject(cells, None, components, "en")
    found = map_theme(subject, "density", scheme=[0, 1.9, 2, 5])
    at = dict(zip(cells["cell_code"], found.row, strict=True))
    assert (at["110101001005"], at["110101004005"], at["110101002002"]) == (3, 2, 0)
    assert found.name == "Components per 10,000 m²"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"color": "zone"}, "`color` must be 'area'.*not 'zone'"),
        ({"color": "density"}, "not 'density'"),
        ({"color": "geometry"}, "not 'geometry'"),
        ({"color": "area_m2", "scheme": "jenks"}, "`scheme` must be one of 'quantiles'"),
        ({"color": "area_m2", "n_classes": 0}, "`n_classes` must be from 1 to 12"),
        ({"color": "area_m2", "n_classes": 13}, "`n_classes` must be from 1 to 12"),
    ],
)
def test_a_theme_that_is_not_there_is_refused(options, message):
    """Zones, components and columns that the map has not, and misspelled options."""
    subject = map_subject(small_city()[0], None, None, "en")
    with pytest.raises(InputError, match=message):
        map_theme(subject, **options)
