"""The atlas: an overview, an index, a page a zone; read back from the PDF."""

import gc
import re
import weakref

import geopandas as gpd
import pytest
import shapely
from matplotlib.backends.backend_pdf import PdfPages
from test_maps_city import small_city
from test_maps_paper import corners_on_paper, poppler
from test_maps_zoned_city import many_zones, zoned_city

from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.maps import atlas as atlas_room
from gridgeo.maps import plot_atlas, style


def latin_city():
    """The zoned city with names that need no Chinese font."""
    cells, zones = zoned_city()
    zones = zones.assign(leader="Wu", direct_responsible="Luo", manager="Han; Zhao")
    areas = small_city()[1].assign(area_name=[f"Area {n}" for n in range(6)])
    return cells, zones, areas


def page_texts(pdf):
    """The text of every page."""
    text, _ = poppler("pdftotext", "-layout", pdf, "-")
    return text.split("\f")[:-1]


@pytest.fixture(scope="module")
def small_atlas(tmp_path_factory):
    """An atlas of six zones."""
    cells, zones, areas = latin_city()
    path = tmp_path_factory.mktemp("atlas") / "atlas.pdf"
    components = small_city()[2]
    units = gpd.GeoDataFrame(
        {"name": ["School"]}, geometry=[shapely.Point(450_150, 4_420_130)], crs=cells.crs
    )
    layers = {"cells": cells, "areas": areas, "components": components, "key_units": units}
    return plot_atlas(zones, path, **layers, title="Six zones", source="made up")


def test_each_zone_has_the_page_that_the_index_names(small_atlas):
    """The overview's table sends to a page, and there the zone's own name is the heading."""
    overview, *pages = page_texts(small_atlas)
    assert len(pages) == 6
    assert "Six zones" in overview
    for n in range(1, 7):
        line = next(line for line in overview.splitlines() if re.search(rf"\bZ0{n}\b.*Wu", line))
        number = int(line.split()[-1])
        assert number == n + 1
        assert pages[number - 2].split()[0] == f"Z0{n}"
        assert f"Page {number} of 7" in pages[number - 2]


def test_a_page_tells_who_how_much_and_what_is_next(small_atlas):
    """Of Z01: its persons, cells, hectares, components by class, key unit, areas, neighbours."""
    page = page_texts(small_atlas)[1]
    lines = {" ".join(line.split()) for line in page.splitlines()}
    told = " | ".join(lines)
    for words in (
        "Responsible leader Wu",
        "Grid manager Han; Zhao",
        "8.84 ha",
        "0401 Street lamp 3",
        "0301 Litter bin 2",
        "School",
        "Area 0",
        "9 cells",
        "Source: made up",
    ):
        assert words in told, words
    assert re.search(r"Z02\s+page 3", page)
    assert re.search(r"Z04\s+page 5", page)
    assert re.search(r"Z05\s+page 6", page)
    assert not re.search(r"Z03\s+page", page)
    assert "0105" not in page


def test_a_page_is_true_to_scale(tmp_path):
    """A zone of 300 by 300 m is 75 by 75 mm at 1:4,000 on its page, to a twentieth."""
    cells, _ = many_zones(3, 3)
    whole = cells.assign(zone_code="Z").dissolve("zone_code", as_index=False)
    zone = whole[["zone_code", "geometry"]]
    pdf = plot_atlas(zone, tmp_path / "atlas.pdf", scale=4000)
    two = tmp_path / "two.pdf"
    poppler("pdfseparate", "-f", "2", "-l", "2", pdf, two)
    left, low, right, high = corners_on_paper(two, style.AREA_FILLS[0], tmp_path)
    assert right - left == pytest.approx(75, abs=0.05)
    assert high - low == pytest.approx(75, abs=0.05)


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_many_zones_have_pages_of_index(orientation, tmp_path, monkeypatch):
    """130 zones: the index takes as many pages as it needs, names each once and its page."""
    drawn = []
    monkeypatch.setattr(atlas_room, "zone_page", lambda _book, zone: drawn.append(zone) or blank())
    _, zones = many_zones(13, 10)
    pdf = plot_atlas(zones, tmp_path / "atlas.pdf", orientation=orientation)
    assert drawn == list(range(130))
    pages = page_texts(pdf)
    n_index = len(pages) - 131
    assert n_index >= 2
    rows = {}
    for page in pages[1 : 1 + n_index]:
        for code, number in re.findall(
            r"(110101001\d{3}).*?\s(\d+)(?=\s*(?:$|110101))", page, re.MULTILINE
        ):
            rows[code] = int(number)
    assert rows == {code: 2 + n_index + n for n, code in enumerate(sorted(zones["zone_code"]))}


def blank():
    """An empty page."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - of this helper alone

    return Figure(figsize=(1, 1))


def test_an_atlas_without_cells_tells_nothing_of_cells(tmp_path):
    """Of zones alone there are maps, persons and sizes, and no word of cells."""
    _, zones, _ = latin_city()
    pdf = plot_atlas(zones, tmp_path / "atlas.pdf")
    text = "".join(page_texts(pdf))
    assert "Wu" in text
    assert "9.00 ha" in text
    assert "ell" not in text.replace("gridcell", "")
    halves = gpd.GeoDataFrame(
        {"area_code": ["w", "e"], "area_name": ["West", "East"]},
        geometry=shapely.box([450_000, 450_450], 4_420_000, [450_450, 451_000], 4_420_600),
        crs=zones.crs,
    )
    overview = page_texts(plot_atlas(zones, tmp_path / "areas.pdf", areas=halves))[0]
    assert "West" in overview
    assert "East" in overview
    assert overview.count("Z01") == 2


def test_of_some_zones_the_atlas_has_no_others(tmp_path):
    """Two of six zones with the cells of all: two pages, and no word of the other zones."""
    cells, zones, _ = latin_city()
    pages = page_texts(plot_atlas(zones.iloc[:2], tmp_path / "atlas.pdf", cells=cells))
    assert len(pages) == 3
    assert "Z03" not in "".join(pages)
    assert "In no zone" not in pages[0]


def test_zones_too_large_for_the_scale_are_named(tmp_path):
    """At 1:500 one zone of three has no room: its row is named, and the scale at which all have."""
    zones = gpd.GeoDataFrame(
        {"zone_code": ["A", "B", "C"]},
        geometry=[
            shapely.box(0, 0, 50, 50),
            shapely.box(50, 0, 900, 50),
            shapely.box(0, 50, 9, 60),
        ],
        crs="EPSG:4547",
        index=["a", "b", "c"],
    )
    with pytest.raises(
        InputError, match=r"1 of 3 zones .* at 1:500 \(row b\); all have at 1:5,000"
    ) as it:
        plot_atlas(zones, tmp_path / "atlas.pdf", scale=500)
    assert it.value.rows == ("b",)
    assert list(tmp_path.iterdir()) == []
    assert plot_atlas(zones, tmp_path / "atlas.pdf", scale=5000).exists()


def test_a_stopped_atlas_leaves_the_old_one(tmp_path, monkeypatch):
    """When a page cannot be drawn, the old file is whole and nothing else lies about."""
    path = tmp_path / "atlas.pdf"
    path.write_text("old")
    written = []

    def fail(_pages, figure, **_):
        written.append(figure)
        if len(written) == 3:
            raise OSError("disk full")

    monkeypatch.setattr(PdfPages, "savefig", fail)
    with pytest.raises((OSError, InputError), match="disk full"):
        plot_atlas(latin_city()[1], path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_one_page_is_in_memory_at_a_time(tmp_path, monkeypatch):
    """When a page is begun, no page but the one before is left."""
    alive, left = weakref.WeakSet(), []
    draw = atlas_room.zone_page

    def watched(book, zone):
        gc.collect()
        left.append(len(alive))
        figure = draw(book, zone)
        alive.add(figure)
        return figure

    monkeypatch.setattr(atlas_room, "zone_page", watched)
    plot_atlas(latin_city()[1], tmp_path / "atlas.pdf")
    assert len(left) == 6
    assert max(left) <= 1


@pytest.mark.parametrize(
    ("path", "options", "error", "message"),
    [
        ("atlas.png", {}, InputError, r"an atlas is saved as \.pdf, not as 'atlas\.png'"),
        ("a.pdf", {"scale": 0}, InputError, "`scale` must be"),
        ("a.pdf", {"size": "B4"}, InputError, "`size` must be one of"),
        ("a.pdf", {"language": "de"}, InputError, "`language` must be one of"),
        ("a.pdf", {"components": small_city()[2]}, InputError, "give cells= too"),
        ("a.pdf", {"cells": small_city()[0]}, SchemaError, "zone_code"),
        ("a.pdf", {"cells": small_city()[0].assign(zone_code="X")}, CodeError, "in common"),
    ],
)
def test_what_cannot_be_an_atlas_is_refused(path, options, error, message, tmp_path):
    """Wrong endings, options and frames are refused before anything is written."""
    with pytest.raises(error, match=message):
        plot_atlas(latin_city()[1], tmp_path / path, **options)
    assert list(tmp_path.iterdir()) == []


def test_zones_in_degrees_and_in_chinese_are_drawn(tmp_path):
    """Zones in degrees come out in metres; in Chinese the headings are Chinese."""
    cells, zones = zoned_city()
    pdf = plot_atlas(
        zones.to_crs(4326), tmp_path / "图册.pdf", cells=cells.to_crs(4326), language="zh"
    )
    text = "".join(page_texts(pdf))
    for word in ("责任人", "责任领导", "相邻责任网格", "第 3 页"):
        assert word in text, word
    assert text.count("责任领导") == 7
