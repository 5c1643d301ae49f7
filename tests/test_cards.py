"""Cards of zones: the map is true to scale, the figures are those of the frames, text is text."""

import html
import re
import shutil
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import gridgeo as gg
from gridgeo.datasets import read_sample
from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.ledger.card_map import HEIGHT, WIDTH

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)
CODE = "990101013004"


@pytest.fixture(scope="module")
def city():
    """The sample city, each community a zone; the zones have a manager, one of them nobody."""
    cells = gg.areas_to_cells(read_sample("communities"))
    cells["zone_code"] = cells["area_code"]
    areas = read_sample("communities")
    zones = areas.rename(columns={"area_code": "zone_code", "area_name": "zone_name"})
    zones = zones[["zone_code", "zone_name", "area_name_en", "geometry"]].rename(
        columns={"area_name_en": "zone_name_en"}
    )
    zones["manager"] = ["", *(f"Person {n}" for n in range(1, len(zones)))]
    return {
        "cells": cells,
        "zones": zones,
        "components": gg.geocode(read_sample("components"), cells),
        "key_units": read_sample("key_units"),
        "areas": areas,
    }


def svg_of(card):
    """The first map of a page, parsed: only what is well-formed can be."""
    return ET.fromstring(re.search(r"<svg.*?</svg>", card.html, re.DOTALL).group())  # noqa: S314


def scale_of(card):
    """The denominator of the scale that a card tells."""
    return float(re.search(r"1:([\d,]+)", card.html).group(1).replace(",", ""))


def drawn(card, kind):
    """The polygons of a class of paths, in millimetres from the upper left corner."""
    paths = [path.get("d") for path in svg_of(card).iter("path") if path.get("class") == kind]
    rings = [ring for path in paths for ring in re.split(r"[MZ]+", path) if ring]
    return [
        shapely.Polygon([tuple(map(float, xy.split(","))) for xy in ring.split(" ")])
        for ring in rings
    ]


def texts(card):
    """What a reader sees of a page: its text without its marks."""
    body = card.html[card.html.index("<body>") :]
    return html.unescape(re.sub(r"<[^>]+>", "|", body))


@pytest.mark.parametrize("crs", ["EPSG:4548", "EPSG:4326", "EPSG:32650"])
def test_the_map_is_true_to_scale(city, crs):
    """The zone and its cells have on paper the size that the scale says, whatever the CRS."""
    cells = city["cells"].to_crs(crs)
    card = gg.zone_card(CODE, cells=cells, zones=city["zones"])
    on_ground = (scale_of(card) / 1000) ** 2
    own = city["cells"][city["cells"]["zone_code"] == CODE]
    (zone,) = drawn(card, "zone")
    parts = drawn(card, "cells")
    assert zone.area * on_ground == pytest.approx(own.area.sum(), rel=5e-3)
    assert len(parts) == len(own)
    assert sum(part.area for part in parts) == pytest.approx(zone.area, rel=2e-3)
    assert shapely.box(0, 0, WIDTH, HEIGHT).contains(zone)


def test_key_units_stand_where_they_are(city):
    """Each unit of the zone, and no other, at its place: north is up."""
    card = gg.zone_card(CODE, **city)
    units = gg.geocode(city["key_units"], city["cells"])
    own = units[units["area_code"] == CODE]
    scale = scale_of(card) / 1000
    west, south, east, north = city["zones"].set_index("zone_code").geometry[CODE].bounds
    circles = [one for one in svg_of(card).iter("circle") if one.get("class") == "unit"]
    assert len(circles) == len(own) > 0
    for circle, point in zip(circles, own.geometry, strict=True):
        x = (west + east) / 2 + (float(circle.get("cx")) - WIDTH / 2) * scale
        y = (south + north) / 2 - (float(circle.get("cy")) - HEIGHT / 2) * scale
        assert (x, y) == pytest.approx((point.x, point.y), abs=0.011 * scale)
    for name in own["name_en"]:
        assert f"|{name}|" in texts(card)


def test_the_scale_bar_is_as_long_as_it_says(city):
    """Its metres on the ground are its millimetres on paper."""
    card = gg.zone_card(CODE, cells=city["cells"])
    (bar,) = [one for one in svg_of(card).iter("rect") if one.get("class") == "bar"]
    (told,) = [one.text for one in svg_of(card).iter("text") if one.get("class") == "scale"]
    assert float(bar.get("width")) * scale_of(card) / 1000 == pytest.approx(
        float(told.removesuffix(" m").replace(",", "")), rel=1e-3
    )


@given(st.floats(15, 4e5), st.floats(15, 4e5))
@settings(max_examples=40)
def test_any_zone_fits_its_frame(width, height):
    """From a house to a county, long or wide: all of it in the frame, and large enough to see."""
    cells = gpd.GeoDataFrame(
        {"cell_code": ["a"], "zone_code": ["z"], "area_m2": [width * height]},
        geometry=[shapely.box(5e5, 3e6, 5e5 + width, 3e6 + height)],
        crs="EPSG:4548",
    )
    (zone,) = drawn(gg.zone_card("z", cells=cells), "zone")
    west, north, east, south = zone.bounds
    assert min(west, north) >= 0
    assert east <= WIDTH
    assert south <= HEIGHT
    assert max((east - west) / WIDTH, (south - north) / HEIGHT) > 0.6


def test_neighbours_are_drawn_faintly_and_named(city):
    """Those that touch the zone are on its map; their names are where there is room."""
    card = gg.zone_card(CODE, cells=city["cells"], zones=city["zones"], language="zh")
    zones = city["zones"].set_index("zone_code")
    touching = zones[zones.touches(zones.geometry[CODE])]
    assert len(drawn(card, "neighbour")) >= len(touching)
    faint = {one.text for one in svg_of(card).iter("text") if one.get("class") == "faint"}
    assert faint & set(touching["zone_name"])
    assert zones.loc[CODE, "zone_name"] not in faint


def test_cells_are_numbered_so_that_they_can_be_told_apart(city):
    """By their number in the area; in a zone of several areas also by the area."""
    numbers = {
        zone: [
            one.text
            for one in svg_of(gg.zone_card(zone, cells=cells)).iter("text")
            if one.get("class") == "number"
        ]
        for zone, cells in (
            (CODE, city["cells"]),
            ("z", city["cells"].iloc[:9].assign(zone_code="z")),
        )
    }
    own = city["cells"].loc[city["cells"]["zone_code"] == CODE, "cell_code"]
    assert set(numbers[CODE]) <= set(own.str[12:])
    codes = city["cells"]["cell_code"].iloc[:9]
    assert len({*city["cells"]["area_code"].iloc[:9]}) > 1
    assert set(numbers["z"]) <= {f"{code[11:12]}-{code[12:]}" for code in codes}
    assert len(set(numbers["z"])) == len(numbers["z"]) > 1


def test_a_zone_with_a_hole_and_parts():
    """What lies within a zone but is not of it stays open, and every part is drawn."""
    ring = shapely.box(0, 0, 300, 300) - shapely.box(100, 100, 200, 200)
    shapes = [
        shapely.MultiPolygon([ring, shapely.box(400, 0, 500, 100)]),
        shapely.box(100, 100, 200, 200),
    ]
    cells = gpd.GeoDataFrame(
        {"cell_code": ["a", "b"], "zone_code": ["z", "y"], "area_m2": [9e4, 1e4]},
        geometry=shapes,
        crs="EPSG:4548",
    )
    card = gg.zone_card("z", cells=cells)
    rings = drawn(card, "zone")
    unit = (scale_of(card) / 1000) ** 2
    assert sorted(round(ring.area * unit) for ring in rings) == [10_000, 10_000, 90_000]
    assert "fill-rule:evenodd" in card.html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_are_those_of_the_frames(city, language):
    """Area, cells, components in all and by class, in either language."""
    card = gg.zone_card(CODE, **city, language=language)
    own = city["cells"][city["cells"]["zone_code"] == CODE]
    parts = city["components"][city["components"]["area_code"] == CODE]
    told = texts(card)
    unit = {"en": "m²", "zh": "平方米"}[language]
    assert f"|{own['area_m2'].sum():,.1f} {unit}|" in told
    assert {"en": f"|Cells||{len(own)}|", "zh": f"|单元网格||{len(own)}|"}[language] in told
    name = {"en": "class_name_en", "zh": "class_name"}[language]
    for label, number in parts[name].value_counts().items():
        assert f"|{label}||{number:,}|" in told
    assert {"en": f"|Total||{len(parts)}|", "zh": f"|合计||{len(parts)}|"}[language] in told
    zone = city["zones"].set_index("zone_code").loc[CODE]
    assert zone[{"en": "zone_name_en", "zh": "zone_name"}[language]] in told
    assert {"en": 'lang="en"', "zh": 'lang="zh-CN"'}[language] in card.html


@pytest.mark.parametrize("zones", [True, False])
def test_the_position_lies_in_the_zone(city, zones):
    """In degrees, near enough to find the way to it; with a layer of zones and without."""
    frames = city if zones else {**city, "zones": None}
    told = re.search(r"([\d.]+)° N, ([\d.]+)° E", gg.zone_card(CODE, **frames).html)
    lat, lon = map(float, told.groups())
    zone = city["zones"].to_crs(4326).set_index("zone_code").geometry[CODE]
    assert zone.contains(shapely.Point(lon, lat))


def test_a_zone_of_many_areas_names_the_first(city):
    """And tells how many there are."""
    cells = city["cells"].assign(zone_code="all")
    assert ", ... (182 in all)|" in texts(gg.zone_card("all", cells=cells))
    assert "等 182 个|" in texts(gg.zone_card("all", cells=cells, language="zh"))


def test_a_post_that_nobody_fills_is_told(city):
    """In words, and in red."""
    card = gg.zone_card("990101001001", **city, language="zh")
    assert '<td class="vacant">空缺</td>' in card.html
    assert "vacant" not in gg.zone_card(CODE, **city).html.split("</style>")[1]


HOSTILE = '<script>alert("1")</script> & \'x\' "y"'


def test_all_text_is_escaped(city):
    """Names of zones, neighbours, persons, units, classes and areas, title and source."""
    zones = city["zones"].assign(zone_name=HOSTILE, zone_name_en=HOSTILE, manager=HOSTILE)
    units = city["key_units"].assign(name=HOSTILE, name_en=HOSTILE, kind=HOSTILE)
    components = city["components"].assign(class_name_en=HOSTILE)
    areas = city["areas"].assign(area_name_en=HOSTILE)
    frames = {**city, "zones": zones, "key_units": units, "components": components, "areas": areas}
    card = gg.zone_card(CODE, **frames, title=HOSTILE, source=HOSTILE)
    assert "<script" not in card.html
    assert 'aria-label="&lt;script' in card.html
    assert texts(card).count(HOSTILE) > 8
    svg_of(card)


def test_a_card_needs_nothing_but_itself(city):
    """No script, no address: it opens without a network, and its policy forbids the rest."""
    page = gg.zone_card(CODE, **city).html
    assert "http:" not in page
    assert "https:" not in page
    assert "<script" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_a_notebook_shows_it_in_a_frame_of_its_own(city):
    """The page whole, and shut off: its style does not reach the notebook."""
    card = gg.zone_card(CODE, **city)
    shown = card._repr_html_()
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', shown).group(1)) == card.html
    assert 'sandbox=""' in shown
    assert repr(card).startswith(f"ZoneCard: {CODE}; ")


def test_cards_of_all_zones_make_a_booklet(city, tmp_path):
    """One card each, in the order of the zones or as asked for; a file whole or not at all."""
    some = ["990101001003", CODE, "990101001003"]
    booklet = gg.zone_cards(**city, codes=some)
    assert booklet.codes == ("990101001003", CODE)
    assert booklet.html.count('<section class="card">') == 2
    assert booklet.html.index("990101001003") < booklet.html.index(CODE)
    path = booklet.save(tmp_path / "cards.html")
    assert path.read_text(encoding="utf-8") == booklet.html
    with pytest.raises(InputError, match=r"saved as \.html"):
        booklet.save(tmp_path / "cards.pdf")
    assert len(gg.zone_cards(**city).codes) == len(city["zones"])


def test_zones_without_a_geometry_are_their_cells_joined(city):
    """A table of zones draws the same zone as a layer of them."""
    plain = pd.DataFrame(city["zones"].drop(columns="geometry"))
    layer = gg.zone_card(CODE, cells=city["cells"], zones=city["zones"])
    joined = gg.zone_card(CODE, cells=city["cells"], zones=plain)
    (one,), (other,) = drawn(layer, "zone"), drawn(joined, "zone")
    assert one.symmetric_difference(other).area < 0.005 * one.area


def test_what_has_no_place_is_listed_all_the_same(city):
    """A zone without a shape is drawn as its cells; a unit without a place has no mark."""
    zones = city["zones"].copy()
    zones.loc[3, "geometry"] = None
    units = gg.geocode(city["key_units"], city["cells"])
    row = units.index[units["area_code"] == CODE][0]
    units.loc[row, "geometry"] = None
    frames = {**city, "zones": zones, "key_units": units}
    card = gg.zone_card(CODE, **frames)
    assert units.loc[row, "name_en"] in texts(card)
    assert len([*svg_of(card).iter("circle")]) == (units["area_code"] == CODE).sum() - 1
    assert len(drawn(gg.zone_card(zones.loc[3, "zone_code"], **frames), "zone")) == 1


def test_many_classes_stand_in_two_columns():
    """All of them are there, once, with one total."""
    cells = gpd.GeoDataFrame(
        {"cell_code": ["a"], "zone_code": ["z"], "area_m2": [1e4]},
        geometry=[shapely.box(0, 0, 100, 100)],
        crs="EPSG:4548",
    )
    codes = [f"{n:04}" for n in range(31)]
    components = pd.DataFrame({"cell_code": "a", "class_code": codes, "length_m": np.arange(31.0)})
    card = gg.zone_card("z", cells=cells, components=components)
    assert card.html.count('<table class="tight">') == 2
    for code in codes:
        assert card.html.count(f"<td>{code}</td>") == 1
    assert card.html.count('class="total"') == 1
    assert "|Total||31|" in texts(card)


@pytest.mark.parametrize(
    ("code", "change", "error", "message"),
    [
        ("nope", {}, CodeError, "zones that there are not: 'nope'; zones are '990101001001'"),
        (7, {}, InputError, "must be the text of one code"),
        (CODE, {"language": "fr"}, InputError, "must be one of 'en', 'zh'"),
    ],
)
def test_what_cannot_be_drawn_is_told(city, code, change, error, message):
    """The zones that there are, and the options."""
    with pytest.raises(error, match=re.escape(message)):
        gg.zone_card(code, cells=city["cells"], **change)


def test_cells_need_zones_and_polygons(city):
    """Cells that name no zone have no card, and a table has no map."""
    with pytest.raises(InputError, match="needs zones"):
        gg.zone_card(CODE, cells=city["cells"].drop(columns="zone_code"))
    with pytest.raises(SchemaError, match="must be a GeoDataFrame"):
        gg.zone_card(CODE, cells=pd.DataFrame(city["cells"].drop(columns="geometry")))


@pytest.fixture(scope="module")
def browser():
    """Start Chromium; tests are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as run:
        chromium = run.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium.new_context(offline=True)
        chromium.close()


@pytest.mark.browser
def test_each_card_is_one_sheet_of_paper(city, browser):
    """A4, as a browser prints it: no card runs over, in either language, with its neighbours."""
    some = ["990101001003", CODE, "990101001023"]
    for language in ("en", "zh"):
        full = gg.zone_cards(**city, codes=some, language=language)
        short = gg.zone_cards(cells=city["cells"], codes=some, language=language)
        for cards in (full, short):
            page = browser.new_page()
            page.set_content(cards.html)
            printed = page.pdf(prefer_css_page_size=True, print_background=True)
            page.close()
            assert len(re.findall(rb"/Type /Page\b", printed)) == len(some)
            boxes = set(re.findall(rb"/MediaBox \[([^\]]+)\]", printed))
            sizes = {tuple(round(float(x)) for x in box.split()) for box in boxes}
            assert sizes == {(0, 0, 595, 842)}


@pytest.mark.browser
def test_a_card_fits_a_narrow_screen(city, browser):
    """On a telephone nothing is wider than the screen."""
    page = browser.new_page()
    page.set_viewport_size({"width": 390, "height": 800})
    page.set_content(gg.zone_card(CODE, **city).html)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert width <= 390
