"""check_coverage on sound partitions of real cities: each planted fault is found, and no other."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.affinity import scale, translate

from gridgeo._report import FAULTS
from gridgeo.cells import areas_to_cells
from gridgeo.codes import PLAIN
from gridgeo.coverage import check_coverage
from gridgeo.datasets import read_sample
from gridgeo.grids import H3Grid, SquareGrid

RIGHT = {"abs": 1e-6, "rel": 0}
"""To a square millimetre."""

PARTITIONS = {
    "sample city": ("sample", SquareGrid()),
    "sample city, turned": ("sample", SquareGrid(angle=17.0, origin=(12.3, 45.6))),
    "sample city, H3": ("sample", H3Grid(10)),
    "Barcelona": ("barcelona", SquareGrid()),
}


@pytest.fixture(scope="module", params=PARTITIONS)
def partition(request):
    """Sound cells on their codes, and the areas they cover."""
    city, grid = PARTITIONS[request.param]
    if city == "sample":
        areas = read_sample("communities")
    else:
        folder = request.getfixturevalue("real_cities")
        areas = gpd.read_parquet(folder / "barcelona" / "aeb.parquet")[["AEB", "geometry"]]
        areas = areas.rename(columns={"AEB": "area_code"})
    cells = areas_to_cells(areas, grid, scheme=PLAIN)
    return cells.set_index("cell_code", drop=False).rename_axis(None), areas


def inner(cells, areas):
    """A whole cell far from every border."""
    whole = cells[(cells["kind"] == "whole")]
    away = shapely.distance(whole.geometry.to_numpy(), outline(areas))
    return whole.index[away.argmax()]


def outline(areas):
    """All borders of areas, as one line."""
    return shapely.union_all(areas.geometry.boundary.to_numpy())


def border(cells, areas):
    """A cell that a common border of two areas cuts, with no other area near."""
    edge = shapely.union_all(areas.geometry.to_numpy()).boundary
    rim = shapely.distance(cells.geometry.to_numpy(), edge) < 1
    cut = cells[(cells["kind"] != "whole") & ~rim]
    return cut["area_m2"].sort_values().index[len(cut) // 2]


def corner(cells, areas):
    """The cell furthest to the north-east, at the rim of the city."""
    east, north = shapely.bounds(cells.geometry.to_numpy())[:, 2:].T
    del areas
    return cells.index[(east + north).argmax()]


PLACES = pytest.mark.parametrize("place", [inner, border, corner])


def found(cells, areas):
    """Kinds of fault and their m2, of those there are."""
    report = check_coverage(cells, areas)
    frames = {kind: getattr(report, kind) for kind in FAULTS}
    return {kind: frame for kind, frame in frames.items() if len(frame)}


def moved(cells, code, shape):
    """The cells with another shape for one of them."""
    changed = cells.copy()
    changed.loc[code, "geometry"] = shape
    return changed


def with_cell(cells, code, shape, like):
    """The cells and one more, that claims the area of another."""
    more = cells.loc[[like]].assign(cell_code=code).set_axis([code]).set_geometry([shape])
    return gpd.GeoDataFrame(pd.concat([cells, more.set_crs(cells.crs)]), crs=cells.crs)


@pytest.mark.real
def test_a_sound_partition_has_no_fault(partition):
    """Not one finding on cells that tile, with lakes, islands and cells in two parts."""
    cells, areas = partition
    report = check_coverage(cells, areas)
    assert report.ok, report
    whole = shapely.get_parts(shapely.union_all(areas.geometry.to_numpy()))
    rings = [ring for part in whole for ring in part.interiors]
    holes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    alone = check_coverage(cells)
    assert alone.n_faults == len(alone.gaps)
    assert alone.gaps["m2"].sum() == pytest.approx(shapely.area(holes).sum(), rel=1e-9)


@PLACES
@pytest.mark.real
def test_a_dropped_cell_is_one_gap(partition, place):
    """The gap is the cell's ground, inside, at a border, and at the rim of the city."""
    cells, areas = partition
    code = place(cells, areas)
    faults = found(cells.drop(code), areas)
    assert list(faults) == ["gaps"]
    assert faults["gaps"]["m2"].sum() == pytest.approx(cells.geometry[code].area, **RIGHT)
    assert set(faults["gaps"]["area_code"]) == {cells.loc[code, "area_code"]}
    assert len(faults["gaps"]) == len(shapely.get_parts(cells.geometry[code]))


@PLACES
@pytest.mark.real
def test_a_doubled_cell_is_one_overlap(partition, place):
    """The pair is named, and shares all its ground."""
    cells, areas = partition
    code = place(cells, areas)
    faults = found(with_cell(cells, "twice", cells.geometry[code], code), areas)
    assert list(faults) == ["overlaps"]
    (pair,) = faults["overlaps"][["cell_code_1", "cell_code_2"]].to_numpy().tolist()
    assert sorted(pair) == sorted([code, "twice"])
    assert faults["overlaps"]["m2"].iloc[0] == pytest.approx(cells.geometry[code].area, **RIGHT)


@pytest.mark.real
def test_a_nested_cell_is_one_overlap(partition):
    """A cell inside another touches no edge of it, and is found."""
    cells, areas = partition
    code = inner(cells, areas)
    nested = scale(cells.geometry[code], 0.3, 0.3)
    faults = found(with_cell(cells, "nested", nested, code), areas)
    assert list(faults) == ["overlaps"]
    assert len(faults["overlaps"]) == 1
    assert faults["overlaps"]["m2"].iloc[0] == pytest.approx(nested.area, **RIGHT)


@pytest.mark.real
@pytest.mark.parametrize("metres", [0.5, 0.001])
def test_a_shifted_cell_is_a_gap_and_overlaps(partition, metres):
    """What the cell left is bare, what it moved onto is claimed twice, by GEOS's own measure."""
    cells, areas = partition
    code = inner(cells, areas)
    shape = translate(cells.geometry[code], metres, metres / 3)
    faults = found(moved(cells, code, shape), areas)
    assert set(faults) == {"gaps", "overlaps"}
    bare = cells.geometry[code].difference(shape)
    assert faults["gaps"]["m2"].sum() == pytest.approx(bare.area, **RIGHT)
    others = cells.drop(code)
    shared = others.geometry.intersection(shape).area
    shared = shared[shared > 1e-3]
    pairs = faults["overlaps"][["cell_code_1", "cell_code_2"]].to_numpy()
    assert sorted(np.where(pairs == code, "", pairs).max(axis=1)) == sorted(shared.index)
    assert faults["overlaps"]["m2"].sum() == pytest.approx(shared.sum(), abs=1e-5)


@pytest.mark.real
def test_a_t_junction_is_an_unmatched_edge(partition):
    """A vertex that the neighbour lacks is named with both cells, and the length of the side."""
    cells, areas = partition
    code = inner(cells, areas)
    xy = shapely.get_coordinates(cells.geometry[code])
    middle = (xy[0] + xy[1]) / 2
    faults = found(moved(cells, code, shapely.Polygon([xy[0], middle, *xy[1:]])), areas)
    assert list(faults) == ["unmatched_edges"]
    (row,) = faults["unmatched_edges"].to_dict("records")
    neighbour = cells.index[shapely.dwithin(cells.geometry.to_numpy(), shapely.Point(middle), 0.01)]
    assert sorted(row["cell_codes"].split(", ")) == sorted(neighbour)
    assert row["length_m"] == pytest.approx(np.hypot(*(xy[1] - xy[0])), abs=1e-6)
    assert row["m2"] == 0


@PLACES
@pytest.mark.real
def test_a_cell_given_to_another_area_is_named(partition, place):
    """The cell with the wrong area is the one fault, though two areas are out of balance."""
    cells, areas = partition
    code = place(cells, areas)
    wrong = cells.copy()
    wrong.loc[code, "area_code"] = next(a for a in areas["area_code"] if a != cells.area_code[code])
    faults = found(wrong, areas)
    assert list(faults) == ["wrong_area_codes"]
    (row,) = faults["wrong_area_codes"].to_dict("records")
    assert (row["cell_code"], row["lies_in"]) == (code, cells.loc[code, "area_code"])
    assert row["m2"] == pytest.approx(cells.geometry[code].area, **RIGHT)


@pytest.mark.real
def test_a_repeated_code_names_both_cells(partition):
    """Two cells with one code, and nothing else."""
    cells, areas = partition
    code = inner(cells, areas)
    twice = cells.copy()
    twice.loc[corner(cells, areas), "cell_code"] = code
    faults = found(twice, areas)
    assert list(faults) == ["duplicate_codes"]
    assert sorted(faults["duplicate_codes"].index) == sorted([code, corner(cells, areas)])


@pytest.mark.real
def test_a_bow_tie_is_invalid_and_its_ground_a_gap(partition):
    """A ring that crosses itself encloses nothing one can sign for."""
    cells, areas = partition
    code = inner(cells, areas)
    xy = shapely.get_coordinates(cells.geometry[code])[:-1]
    tied = shapely.Polygon([xy[1], xy[0], *xy[2:]])
    faults = found(moved(cells, code, tied), areas)
    assert set(faults) == {"invalid", "gaps"}
    assert faults["invalid"].index.tolist() == [code]
    assert "Self-intersection" in faults["invalid"]["reason"].iloc[0]
    assert faults["gaps"]["m2"].sum() == pytest.approx(cells.geometry[code].area, **RIGHT)


@pytest.mark.real
def test_a_sliver_of_a_hundredth_of_a_square_metre_is_a_gap(partition):
    """A tenth of a millimetre along a side leaves 0.01 m2 bare between two cells."""
    cells, areas = partition
    code = inner(cells, areas)
    xy = shapely.get_coordinates(cells.geometry[code])
    side, inward = xy[1] - xy[0], cells.geometry[code].centroid.coords[0] - (xy[0] + xy[1]) / 2
    tip = (xy[0] + xy[1]) / 2 + inward / np.hypot(*inward) * 0.02 / np.hypot(*side)
    dented = shapely.Polygon([xy[0], tip, *xy[1:]])
    bare = cells.geometry[code].area - dented.area
    assert bare == pytest.approx(0.01, rel=0.02)
    faults = found(moved(cells, code, dented), areas)
    assert list(faults) == ["gaps"]
    assert faults["gaps"]["m2"].tolist() == [pytest.approx(bare, **RIGHT)]
