"""What is packed for a page comes back as it was."""

import base64
import json

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from test_maps_city import small_city

from gridgeo.maps.packing import (
    SEPARATOR,
    STEPS_PER_DEGREE,
    pack_numbers,
    pack_polygons,
    pack_steps,
    pack_texts,
)
from gridgeo.maps.payload import pack_city, script_safe
from gridgeo.maps.subject import map_subject

BIG = 2**45


def unpacked(text):
    """Read varints one at a time: slow, plain, independent of how they were written."""
    numbers, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append((value >> 1) ^ -(value & 1))
            value = shift = 0
    return numbers


def unpacked_polygons(packed):
    """Read polygons as lists of rings of points in degrees."""
    x, y = (np.cumsum(unpacked(packed[axis])) / STEPS_PER_DEGREE for axis in "xy")
    points = np.stack([x, y], axis=1)
    rings = np.split(points, np.cumsum(unpacked(packed["sizes"]))[:-1])
    ends = np.cumsum(unpacked(packed["rings"]))
    return [rings[begin:end] for begin, end in zip([0, *ends[:-1]], ends, strict=True)]


@given(st.lists(st.integers(-BIG, BIG)))
def test_numbers_come_back(numbers):
    """Any whole numbers come back, plain or as differences."""
    assert unpacked(pack_numbers(np.array(numbers, dtype=np.int64))) == numbers
    assert np.cumsum(unpacked(pack_steps(np.array(numbers, dtype=np.int64)))).tolist() == numbers


@given(
    st.lists(
        st.text(st.characters(exclude_characters=SEPARATOR + "\0", codec="utf-8"), min_size=1),
        min_size=1,
    )
)
def test_texts_come_back(texts):
    """Any codes come back; the shared part is counted as a page counts it, in UTF-16 units."""
    packed = pack_texts(texts)
    last, found = "", []
    for shared, end in zip(
        unpacked(packed["shared"]), packed["ends"].split(SEPARATOR), strict=True
    ):
        kept = last.encode("utf-16-le")[: 2 * shared].decode("utf-16-le")
        last = kept + end
        found.append(last)
    assert found == texts


def test_polygons_come_back_to_a_tenth_of_a_metre():
    """Every ring of every cell, hole and detached part too, lies where it was, to half a step."""
    cells = small_city("EPSG:4326")[0].geometry.to_numpy()
    for cell, rings in zip(cells, unpacked_polygons(pack_polygons(cells)), strict=True):
        came = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(np.array([cell]))))
        assert len(rings) == len(came)
        for ring, packed in zip(came, rings, strict=True):
            points = shapely.get_coordinates(ring)[:-1]
            assert np.abs(points - packed).max() <= 0.5 / STEPS_PER_DEGREE * 1.001


def test_neighbours_still_meet():
    """A corner that two cells share is the same number in both: no slits between them."""
    rings = unpacked_polygons(pack_polygons(small_city("EPSG:4326")[0].geometry.to_numpy()))
    corners = np.concatenate([ring for polygon in rings for ring in polygon])
    assert len(np.unique(corners, axis=0)) == 7 * 10 + 4 + 4


def test_a_cell_takes_few_bytes():
    """A city of 10,000 cells with codes, kinds and areas takes under 110 bytes a cell."""
    small = small_city()[0]
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(100), np.arange(100)))
    cells = small.iloc[np.zeros(10_000, dtype=int)].reset_index(drop=True)
    cells["cell_code"] = [
        f"110101{c // 10:03}{r // 10:03}{r % 10 * 10 + c % 10:03}"
        for c, r in zip(column, row, strict=True)
    ]
    cells["area_code"] = cells["cell_code"].str[:12]
    west, south = 450_000 + 100 * column, 4_420_000 + 100 * row
    cells["geometry"] = shapely.box(west, south, west + 100, south + 100)
    city = pack_city(map_subject(cells, None, None, "en"), "area", "en")
    assert len(script_safe(city["cells"])) / len(cells) < 110


def test_nothing_in_a_text_can_leave_its_script():
    """No tag, entity or line separator stands in what is embedded; the text itself survives."""
    evil = "</script><img src=x onerror=alert(1)>&amp;\u2028\u2029"
    safe = script_safe({"name": evil})
    assert not set(safe) & set("<>&\u2028\u2029")
    assert json.loads(safe) == {"name": evil}
