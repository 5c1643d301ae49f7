"""The interactive map, in a browser: what is seen, clicked and switched on and off."""

import html
import re

import folium
import numpy as np
import pytest
import shapely
from browsing import SETTLED
from test_maps_city import NAMES, beside, middle, small_city
from test_maps_packing import unpacked_polygons

from gridgeo.errors import CodeError, CRSError, InputError, SchemaError
from gridgeo.geocoding import geocode
from gridgeo.maps import explore_grid, plot_sheet, save_html
from gridgeo.maps.packing import pack_numbers
from gridgeo.maps.payload import pack_city
from gridgeo.maps.subject import map_subject
from gridgeo.maps.words import one_line


@pytest.fixture(scope="module")
def city():
    """Cells, areas and components of the small city."""
    return small_city()


@pytest.mark.browser
def test_a_click_on_a_cell_tells_what_it_is(opened, city):
    """Code, area with name, size, kind and the components by class, as known by hand."""
    cells, areas, components = city
    page = opened(explore_grid(cells, areas=areas, components=components))
    said = page.click(*beside(cells, "110101001005", 35, -35))
    assert "Cell 110101001005" in said
    assert "东华门 (110101001)" in said
    assert "10,000 m²" in said
    assert re.search(r"Kind\s+Whole", said)
    assert re.search(r"Components\s+5\n", said)
    assert re.search(r"0401 Street lamp\s+3\n", said)
    assert re.search(r"0301 Litter bin\s+2", said)


@pytest.mark.browser
def test_the_merged_cell_and_the_pipe_are_told(opened, city):
    """A cell of two parts answers on its far part; a line counts where its cell is."""
    cells, areas, components = city
    page = opened(explore_grid(cells, areas=areas, components=components))
    far = beside(cells, "110101006008", 225, -35)
    said = page.click(*far)
    assert "Cell 110101006009" in said
    assert re.search(r"Kind\s+Merged \(2 pieces\)", said)
    assert "10,900 m²" in said
    assert "No components" in said
    assert re.search(r"0105 Drain\s+1", page.click(*beside(cells, "110101004005", 40, -10)))


@pytest.mark.browser
def test_a_hole_is_no_part_of_its_cell(opened, city):
    """In the lake nothing is filled and a click tells nothing; beside it the cell answers."""
    cells, areas, _ = city
    page = opened(explore_grid(cells, areas=areas))
    lake, shore = middle(cells, "110101001001"), beside(cells, "110101001001", 35, 35)
    assert page.color_at(*lake)[3] == 0
    assert page.color_at(*shore)[3] == 255
    assert page.click(*lake) is None
    assert "110101001001" in page.click(*shore)


@pytest.mark.browser
def test_neighbouring_areas_are_seen_in_different_colors(opened, city):
    """The pixels in the middle of two areas side by side differ, within one they agree."""
    cells, areas, _ = city
    page = opened(explore_grid(cells, areas=areas))
    seen = {code: page.color_at(*middle(cells, f"{code}005")) for code in areas["area_code"]}
    assert seen["110101001"] != seen["110101002"]
    assert seen["110101001"] != seen["110101004"]
    assert seen["110101001"] != seen["110101005"]
    assert page.color_at(*middle(cells, "110101002004")) == seen["110101002"]


@pytest.mark.browser
def test_layers_can_be_switched(opened, city):
    """Each entry of the layer control takes its layer off the map and puts it back."""
    cells, areas, components = city
    page = opened(explore_grid(cells, areas=areas, components=components))
    page.tab.hover(".leaflet-control-layers")
    labels = page.tab.locator(".leaflet-control-layers-overlays label")
    assert [text.strip() for text in labels.all_inner_texts()] == [
        "Cells",
        "Outer border",
        "Area border",
        "Area names",
        "Street lamp",
        "Litter bin",
        "Drain",
    ]
    at = middle(cells, "110101003005")
    labels.nth(0).click()
    page.settle()
    assert page.run("return grid.map.hasLayer(grid.layers.cells)") is False
    labels.nth(0).click()
    page.settle()
    assert page.color_at(*at)[3] == 255
    shown = "return grid.layers.canvas.marks.flatMap(mark => mark.members).length"
    assert page.run(shown) == 7
    labels.nth(4).click()
    page.settle()
    assert page.run(shown) == 3
    for entry in (5, 6):
        labels.nth(entry).click()
    page.settle()
    assert page.run("return grid.map.hasLayer(grid.layers.canvas)") is False


@pytest.mark.browser
def test_components_gather_and_part_again(opened, city):
    """Far out the five of one cell are one bunch; a click zooms in until they are single dots."""
    cells, areas, components = city
    page = opened(explore_grid(cells, areas=areas, components=components))
    page.run("grid.map.setView(grid.map.getCenter(), 14.5, {animate: false})")
    assert max(page.run("return grid.layers.canvas.marks.map(mark => mark.members.length)")) >= 5
    spot = page.run(
        """
        const layer = grid.layers.canvas, mark = layer.marks.find(mark => mark.members.length > 3);
        const box = layer._canvas.getBoundingClientRect();
        return [mark.x + box.left, mark.y + box.top]"""
    )
    page.tab.mouse.click(*spot)
    page.tab.wait_for_timeout(700)
    assert page.run("return grid.map.getZoom()") > 15
    page.run("grid.map.setZoom(19, {animate: false})")
    assert set(page.run("return grid.layers.canvas.marks.map(mark => mark.members.length)")) == {1}


@pytest.mark.browser
def test_a_click_on_a_component_tells_its_class_and_cell(opened, city):
    """A lamp tells its class and cell; the one outside says that it is outside."""
    cells, areas, components = city
    page = opened(explore_grid(cells, areas=areas, components=components, language="zh"))
    points = components.to_crs(4326).geometry
    page.run(f"grid.map.setView([{points[1].y}, {points[1].x}], 20, {{animate: false}})")
    said = page.click(points[1].x, points[1].y)
    assert "0401 路灯" in said
    assert "单元网格 110101001005" in said
    page.run(f"grid.map.setView([{points[5].y}, {points[5].x}], 20, {{animate: false}})")
    assert "不在任何单元网格内" in page.click(points[5].x, points[5].y)


@pytest.mark.browser
def test_head_and_legend_tell_the_totals(opened, city):
    """Areas, cells, km2 and components in the head; the areas, kinds and classes in the legend."""
    cells, areas, components = city
    page = opened(explore_grid(cells, areas=areas, components=components, title="Six areas"))
    assert page.tab.inner_text(".gg-header h1") == "Six areas"
    assert page.tab.title() == "Six areas"
    figures = page.tab.locator(".gg-figure").all_inner_texts()
    assert figures == ["6 areas", "54 cells", "0.539 km²", "7 components"]
    legend = page.tab.inner_text(".gg-legend")
    for name in NAMES:
        assert name in legend
    assert re.search(r"Whole\s+53", legend)
    assert re.search(r"Street lamp\s+4", legend)


@pytest.mark.browser
def test_everything_is_said_in_chinese(opened, city):
    """Head, legend, control and pop-up are Chinese, and the page says so of itself."""
    cells, areas, components = city
    page = opened(explore_grid(cells, areas=areas, components=components, language="zh"))
    assert page.tab.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.tab.inner_text(".gg-header h1") == "网格化管理地图"
    assert "54 个单元网格" in page.tab.locator(".gg-figure").all_inner_texts()
    page.tab.hover(".leaflet-control-layers")
    assert "区域边界" in page.tab.inner_text(".leaflet-control-layers")
    said = page.click(*beside(cells, "110101001005", 35, -35))
    assert re.search(r"类型\s+完整网格", said)
    assert re.search(r"0401 路灯\s+3", said)


@pytest.mark.browser
def test_text_from_data_stays_text(opened, city):
    """Markup, scripts and templates in any name are shown as they are and never run."""
    cells, areas, components = city
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{ 7 * 7 }}&lt;"
    cells = cells.assign(
        cell_code=cells["cell_code"] + evil,
        kind=evil,
        area_code=cells["area_code"] + evil,
    )
    areas = areas.assign(area_name=evil, area_code=areas["area_code"] + evil)
    components = components.assign(
        class_code=components["class_code"] + evil,
        class_name_en=evil,
        cell_code=components["cell_code"] + evil,
    )
    page = opened(explore_grid(cells, areas=areas, components=components, title=evil))
    page.tab.hover(".leaflet-control-layers")
    assert evil in page.tab.inner_text(".leaflet-control-layers")
    assert evil in page.tab.inner_text(".gg-legend")
    assert page.tab.inner_text(".gg-header h1") == evil
    assert page.click(*beside(cells, "110101001005" + evil, 35, -35)).count(evil) >= 4
    assert page.tab.locator("img[src=x]").count() == 0


@pytest.mark.browser
def test_names_of_areas_do_not_meet(opened, city):
    """Zoomed in all names are written; zoomed far out, those that have no room are not."""
    cells, areas, _ = city
    page = opened(explore_grid(cells, areas=areas))
    assert sorted(page.run("return grid.layers.names.areas.shown")) == sorted(NAMES)
    page.run("grid.map.setView(grid.map.getCenter(), grid.map.getZoom() - 3, {animate: false})")
    assert len(page.run("return grid.layers.names.areas.shown")) < 6


@pytest.mark.browser
def test_color_by_kind(opened, city):
    """By kind, the merged cell has another colour than the whole ones, in any area."""
    cells, areas, _ = city
    page = opened(explore_grid(cells, areas=areas, color="kind"))
    whole = page.color_at(*middle(cells, "110101001005"))
    assert page.color_at(*middle(cells, "110101002005")) == whole
    assert page.color_at(*beside(cells, "110101006008", 115, 10)) != whole


@pytest.mark.browser
def test_layers_of_the_user_stand_in_the_control(opened, city):
    """A marker with icon and pop-up, added by the user, is shown, listed and clicked, offline."""
    cells, areas, _ = city
    m = explore_grid(cells, areas=areas)
    lon, lat = middle(cells, "110101005005")
    group = folium.FeatureGroup(name="<i>mine</i>").add_to(m)
    folium.Marker([lat, lon], popup="<b>Key unit</b>").add_to(group)
    page = opened(m)
    page.tab.hover(".leaflet-control-layers")
    assert "<i>mine</i>" in page.tab.inner_text(".leaflet-control-layers")
    assert page.tab.locator("img.leaflet-marker-icon").evaluate("icon => icon.naturalWidth") == 25
    page.tab.mouse.move(600, 700)
    page.tab.locator("img.leaflet-marker-icon").click()
    page.tab.wait_for_timeout(300)
    assert page.tab.inner_text(".leaflet-popup-content") == "Key unit"


@pytest.mark.browser
def test_a_control_of_the_user_takes_the_place_of_its_layers(opened, city):
    """With folium's own control on the map, the user's layers are listed there and only once."""
    m = explore_grid(city[0])
    folium.FeatureGroup(name="mine").add_to(m)
    folium.LayerControl().add_to(m)
    page = opened(m)
    entries = page.tab.locator(".leaflet-control-layers-overlays label").all_text_contents()
    assert [entry.strip() for entry in entries].count("mine") == 1


def test_a_linked_page_names_the_layers_of_the_user_last(city, tmp_path):
    """With links, too, the call that lists the user's layers stands behind what makes them."""
    m = explore_grid(city[0])
    group = folium.FeatureGroup(name="mine").add_to(m)
    page = save_html(m, tmp_path / "map.html", offline=False).read_text(encoding="utf-8")
    assert page.index(f"var {group.get_name()} =") < page.index("gridgeo.show(")


@pytest.mark.browser
def test_a_notebook_shows_the_map_without_network(browser, city):
    """What a notebook gets is a frame whose page fetches nothing and draws the city."""
    cells, areas, _ = city
    shown = explore_grid(cells, areas=areas)._repr_html_()
    inner = html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1])
    tab = browser.new_page()
    requests = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.set_content(inner)
    tab.evaluate(SETTLED)
    assert tab.inner_text(".gg-header h1") == "Grid management map"
    assert [url for url in requests if not url.startswith("data:")] == []
    tab.close()


def test_it_is_a_folium_map(city):
    """Users may add to it what they add to any folium map."""
    assert isinstance(explore_grid(city[0]), folium.Map)


def test_input_is_not_changed(city):
    """The frames are the same after drawing."""
    before = [frame.copy() for frame in city]
    explore_grid(city[0], areas=city[1], components=city[2])
    assert all(was.equals(frame) for was, frame in zip(before, city, strict=True))


def test_no_components_are_no_components(city):
    """An empty frame of components gives a map without them."""
    cells, areas, components = city
    page = explore_grid(cells, areas=areas, components=components.iloc[:0]).get_root().render()
    assert '"groups":[]' in page


def test_many_classes_are_grouped_by_major_class(city):
    """Twelve classes of two majors become two entries; each class still has its own count."""
    cells, _, components = city
    many = components.iloc[[0] * 12].assign(
        class_code=[f"0{1 + i % 2}{i:02}" for i in range(12)], cell_code="110101001005"
    )
    page = explore_grid(cells, components=many).get_root().render()
    assert (
        '"groups":[{"name":"01: Street lamp, …","count":6},{"name":"02: Street lamp, …","count":6}]'
        in page
    )


def test_classes_named_in_words_have_no_major_class(city):
    """Of twelve classes that are no digits, the nine most frequent stand alone."""
    cells, _, components = city
    rows = np.repeat(np.arange(12), np.arange(12, 0, -1))
    many = components.iloc[[0] * len(rows)].assign(
        class_code=[f"灯{row:02}" for row in rows], class_name_en=[f"kind {row}" for row in rows]
    )
    groups = map_subject(cells, None, many, "en").components.groups
    assert groups["name"].tolist() == [f"kind {row}" for row in range(9)] + ["Other classes"]
    assert groups["count"].tolist() == [*range(12, 3, -1), 6]


def test_components_without_a_class_are_no_other_class(city):
    """Where classes outnumber colours, those without a class stay a group of their own."""
    cells, _, components = city
    rows = np.repeat(np.arange(12), np.arange(12, 0, -1))
    many = components.iloc[[0] * len(rows)].drop(columns=["class_name", "class_name_en"])
    many = many.assign(class_code=["" if row == 0 else f"灯{row:02}" for row in rows])
    shown = map_subject(cells, None, many, "en").components
    assert shown.groups["name"].tolist()[::9] == ["No class", "Other classes"]
    assert np.bincount(shown.group).tolist() == shown.groups["count"].tolist()


def test_a_basemap_lets_the_tiles_through(city):
    """With tiles the fills are translucent; an address needs no more than itself."""
    page = (
        explore_grid(city[0], basemap="https://tiles.example/{z}/{x}/{y}.png").get_root().render()
    )
    assert "https://tiles.example/{z}/{x}/{y}.png" in page
    assert '"fillOpacity":0.55' in page


def broken(frame, column, value):
    """Put one value into the first row of a column."""
    frame = frame.copy()
    frame.loc[frame.index[0], column] = value
    return frame


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"color": "zone"}, InputError, "`color` must be 'area'.*not 'zone'"),
        ({"language": "fr"}, InputError, "`language` must be one of 'en', 'zh'"),
        ({"basemap": "no such"}, InputError, "`basemap` must be a name"),
        ({"cells": lambda f: f.drop(columns="kind")}, SchemaError, "`cells` lacks 'kind'"),
        ({"cells": lambda f: f.iloc[:0]}, SchemaError, "`cells` has no rows"),
        ({"cells": "cells.gpkg"}, SchemaError, "`cells` must be a GeoDataFrame, not str"),
        ({"cells": lambda f: broken(f, "area_m2", np.nan)}, SchemaError, r"'area_m2' must be.*0\)"),
        ({"cells": lambda f: broken(f, "area_m2", np.inf)}, SchemaError, r"'area_m2' must be.*0\)"),
        ({"cells": lambda f: broken(f, "area_m2", -1.0)}, SchemaError, r"'area_m2' must be.*0\)"),
        (
            {"cells": lambda f: f.astype({"area_m2": str})},
            SchemaError,
            "'area_m2' must be a number",
        ),
        ({"areas": lambda f: broken(f, "area_code", "110101002")}, CodeError, "repeat"),
        ({"areas": lambda f: f.set_crs(None, allow_override=True)}, CRSError, "no CRS"),
        ({"components": lambda f: f.drop(columns="cell_code")}, SchemaError, "lacks 'cell_code'"),
    ],
)
def test_bad_input_is_refused(city, change, error, message):
    """Each fault of a frame or option raises its own error, which says what is wrong."""
    given = dict(zip(("cells", "areas", "components"), city, strict=True))
    for name, new in change.items():
        given[name] = new(given[name]) if callable(new) else new
    cells = given.pop("cells")
    with pytest.raises(error, match=message):
        explore_grid(cells, **given)
    if "basemap" not in given:
        with pytest.raises(error, match=message):
            plot_sheet(cells, **given)


def test_pieces_that_are_not_known_are_not_told(city):
    """A cell whose number of pieces is missing is drawn as one of a single piece."""
    cells = city[0].assign(n_pieces=[np.nan] + [2.0] * (len(city[0]) - 1))
    packed = pack_city(map_subject(cells, None, None, "en"), "area", "en")
    assert packed["cells"]["pieces"] == pack_numbers([1] + [2] * (len(cells) - 1))


def test_components_without_a_place_or_a_class(city):
    """A lamp without a geometry is not drawn; one without a class is drawn under that name."""
    cells, areas, components = city
    lame = broken(broken(components, "geometry", None), "class_name_en", None)
    lame.loc[lame.index[1], ["class_code", "class_name_en"]] = None
    shown = map_subject(cells, areas, lame, "en").components
    assert len(shown.points) == len(components) - 1
    assert shown.class_row.min() == 0
    named = shown.classes.set_index("class_code")["name"]
    assert named[""] == "No class"
    assert shown.classes["count"].sum() == len(components) - 1


def test_a_line_is_drawn_in_the_cell_that_owns_it(city):
    """The dot of a bent pipe is its middle, where geocoding finds its cell, on either map."""
    cells, _, components = city
    at = cells.set_index("cell_code").geometry
    bend, owner, end = (at[f"110101004{n:03}"].centroid for n in (1, 4, 6))
    pipes = components.iloc[[6] * 2].set_geometry(
        [shapely.LineString([bend, owner, end]), shapely.MultiLineString([[bend, end]])]
    )
    pipes = geocode(pipes.drop(columns="cell_code"), cells)
    shown = map_subject(cells, None, pipes, "en").components
    drawn_in = geocode(pipes.drop(columns="cell_code").set_geometry(shown.points), cells)
    assert drawn_in["cell_code"].tolist() == pipes["cell_code"].tolist()
    assert shown.points[0].equals(pipes.geometry.iloc[0].interpolate(0.5, normalized=True))


def test_a_broken_line_is_not_drawn(city):
    """A pipe with a vertex that is no number has no cell, and no dot either."""
    cells, _, components = city
    with np.errstate(invalid="ignore"):
        pipe = shapely.LineString([[450_010, 4_420_010], [np.nan, np.nan], [450_030, 4_420_010]])
    shown = map_subject(cells, None, broken(components, "geometry", pipe), "en").components
    assert len(shown.points) == len(components) - 1


def test_a_class_without_an_english_name_has_its_own_or_its_code(city):
    """Where ``class_name_en`` is missing or blank, ``class_name`` stands in, then the code."""
    cells, _, components = city
    english = components["class_name_en"].replace({"Street lamp": None, "Drain": " "})
    own = components["class_name"].replace({"排水管": ""})
    lame = components.assign(class_name_en=english, class_name=own)
    classes = map_subject(cells, None, lame, "en").components.classes
    named = classes.set_index("class_code")["name"].to_dict()
    assert named == {"0401": "路灯", "0301": "Litter bin", "0105": "0105"}


def test_a_text_is_one_line_without_control_characters():
    """Line breaks and tabs become one space; what has no shape is dropped; the rest stays."""
    assert one_line(" East\r\n\t Gate\u2028\u3000B\x00\x1b\x7f\ufeff\ud800 ") == "East Gate B"
    assert one_line("东华门 <b>$x$</b>") == "东华门 <b>$x$</b>"


def test_names_of_data_are_one_line_each(city):
    """Line breaks and control characters in names, classes, kinds and title reach no map."""
    cells, areas, components = city
    said = "a\nb\x07"
    cells, areas = cells.assign(kind=said), areas.assign(area_name=said)
    components = components.assign(class_code=said, class_name_en=said)
    subject = map_subject(cells, areas, components, "en")
    assert set(subject.areas["area_name"]) == {"a b"}
    assert subject.kinds["name"].tolist() == ["a b"]
    assert subject.components.classes[["class_code", "name"]].to_numpy().tolist() == [["a b"] * 2]
    assert '"title":"a b"' in explore_grid(cells, title=said).get_root().render()


def fiji(lons):
    """Cells of a twentieth of a degree at some longitudes, 16.5 degrees south."""
    cells = small_city("EPSG:4326")[0].iloc[: len(lons)]
    return cells.set_geometry([shapely.box(lon, -16.5, lon + 0.05, -16.45) for lon in lons])


def test_a_city_on_the_antimeridian_is_one_place():
    """Cells at 179.95 east and 179.95 west lie side by side, and the map opens on them."""
    m = explore_grid(fiji([179.95, -180, -179.95]))
    assert m.location == pytest.approx([-16.475, 180.025])
    packed = pack_city(map_subject(fiji([179.95, -180, -179.95]), None, None, "en"), "area", "en")
    west = [ring[:, 0].min() for rings in unpacked_polygons(packed["cells"]) for ring in rings]
    assert west == pytest.approx([179.95, 180, 180.05])


def test_a_city_elsewhere_keeps_its_longitudes():
    """Cells west of Greenwich, or on both its sides, stay where they are."""
    m = explore_grid(fiji([-0.05, 0, 0.05]))
    assert m.location == pytest.approx([-16.475, 0.025])


@pytest.mark.browser
def test_a_click_beyond_the_antimeridian(opened):
    """A cell at 179.95 west, drawn beside those in the east, answers a click."""
    page = opened(explore_grid(fiji([179.95, -180, -179.95])))
    assert "Cell 110101001003" in page.click(180.075, -16.475)


@pytest.mark.parametrize(
    ("layer", "address"),
    [
        (folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr="me"), "tiles.example"),
        (
            folium.raster_layers.ImageOverlay("https://a.example/b.png", [[0, 0], [1, 1]]),
            "a.example",
        ),
        (folium.Marker([0, 0], icon=folium.Icon(color="red")), "cdnjs.cloudflare.com"),
        (folium.Marker([0, 0], icon=folium.CustomIcon("https://i.example/i.png")), "i.example"),
        (folium.WmsTileLayer("https://wms.example", "roads", name="w"), "wms.example"),
    ],
)
def test_what_needs_the_network_is_refused_offline(city, tmp_path, layer, address):
    """A layer that needs the network is named, nothing is written; with offline=False it may."""
    m = explore_grid(city[0])
    layer.add_to(m)
    path = tmp_path / "map.html"
    with pytest.raises(InputError, match=re.escape(address)):
        save_html(m, path)
    assert list(tmp_path.iterdir()) == []
    save_html(m, path, offline=False)
    assert address in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "markup",
    [
        '<LINK rel="stylesheet" href="https://s.example/a.css">',
        "<style>.a { background: url( 'https://s.example/a.png') }</style>",
        '<p style="background: url(//s.example/a.png)">a</p>',
    ],
)
def test_markup_that_fetches_is_refused_offline(city, tmp_path, markup):
    """A style sheet or a picture of a style is named too; a link to follow is no request."""
    m = explore_grid(city[0])
    m.get_root().html.add_child(folium.Element('<a href="https://follow.example">on</a>'))
    save_html(m, tmp_path / "map.html")
    m.get_root().html.add_child(folium.Element(markup))
    with pytest.raises(InputError, match=r"need the network: \S*//s\.example/a\.\w{3}\. "):
        save_html(m, tmp_path / "map.html")


def test_offline_leaves_only_what_is_needed(city, tmp_path):
    """The offline page has no link at all, and saving it does not change the map."""
    m = explore_grid(city[0])
    first = save_html(m, tmp_path / "a.html").read_bytes()
    linked = save_html(m, tmp_path / "b.html", offline=False).read_text(encoding="utf-8")
    assert save_html(m, tmp_path / "c.html").read_bytes() == first
    assert b'<link rel="stylesheet"' not in first
    assert b"<script src" not in first
    assert "https://cdn.jsdelivr.net/npm/leaflet@" in linked


def test_a_plain_folium_map_can_be_saved_offline(tmp_path):
    """A map that was not made here is saved without links as well."""
    m = folium.Map([0, 0], tiles=None)
    folium.CircleMarker([0, 0]).add_to(m)
    page = save_html(m, tmp_path / "plain.html").read_text(encoding="utf-8")
    assert "<script src" not in page
    assert "L.circleMarker" in page


def test_a_stopped_run_leaves_the_old_page(city, tmp_path, monkeypatch):
    """When writing fails half-way, the old file is whole and nothing else lies about."""
    path = tmp_path / "map.html"
    path.write_text("old")

    def fail(target, text, **_):
        target.write_bytes(text[:100].encode())
        raise OSError("disk full")

    m = explore_grid(city[0])
    monkeypatch.setattr("pathlib.Path.write_text", fail)
    with pytest.raises(OSError, match="disk full"):
        save_html(m, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
