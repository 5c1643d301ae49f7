"""Grids are values: sizes agree, bad ones are refused, lattices go there and back."""

import numpy as np
import pytest
import shapely

from gridgeo.errors import InputError
from gridgeo.grids import H3Grid, SquareGrid


def test_the_unit_grid_is_the_default():
    """Nothing said means 10,000 m2, given either way it is the same value."""
    assert SquareGrid() == SquareGrid(cell_area=10_000) == SquareGrid(cell_size=100)
    assert hash(SquareGrid()) == hash(SquareGrid(cell_size=100.0))


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "100", None, True])
@pytest.mark.parametrize("name", ["cell_area", "cell_size"])
def test_sizes_must_be_positive_numbers(name, value):
    """Zero, negative, not a number, text: the message quotes the parameter."""
    if value is None:
        assert SquareGrid(**{name: None}) == SquareGrid()
        return
    with pytest.raises(InputError, match=f"`{name}` must be a positive number"):
        SquareGrid(**{name: value})


def test_sizes_that_disagree_are_refused():
    """A side of 50 m is not 10,000 m2."""
    with pytest.raises(InputError, match="give one of them"):
        SquareGrid(cell_area=10_000, cell_size=50)


@pytest.mark.parametrize(
    "bad",
    [{"origin": (0, float("nan"))}, {"angle": float("inf")}, {"origin": 5}, {"origin": (1, 2, 3)}],
)
def test_origin_and_angle_are_finite(bad):
    """A lattice has a place."""
    with pytest.raises(InputError, match="`origin` must be two finite numbers"):
        SquareGrid(**bad)


def test_a_rotated_lattice_comes_back():
    """To the lattice and back moves nothing by more than rounding."""
    grid = SquareGrid(angle=33, origin=(500_000, 4_000_000))
    box = np.array([shapely.box(500_100, 4_000_100, 500_900, 4_000_300)])
    back = grid.from_lattice(grid.to_lattice(box))
    assert shapely.hausdorff_distance(back, box)[0] < 1e-8
    quarter = SquareGrid(angle=90)
    turned = quarter.to_lattice(np.array([shapely.Point(0, 10)]))
    assert shapely.equals_exact(turned[0], shapely.Point(10, 0), 1e-12)


@pytest.mark.parametrize("resolution", [-1, 16, 9.5, "10", True])
def test_h3_has_sixteen_resolutions(resolution):
    """Whole numbers from 0 to 15."""
    with pytest.raises(InputError, match="whole number from 0 to 15"):
        H3Grid(resolution)
