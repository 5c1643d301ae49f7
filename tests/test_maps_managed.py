"""The page of zones and persons, in a browser: who is in charge, and how that is found."""

# ruff: noqa: RUF001 - Chinese brackets, and a span has a dash of its own

import re
from importlib import resources

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from pyproj import Geod
from test_maps_city import SOUTH, WEST, beside, middle, small_city
from test_maps_packing import unpacked, unpacked_polygons

import gridgeo as gg
from gridgeo.errors import InputError, MissingExtraError
from gridgeo.maps import explore_grid, payload, save_html
from gridgeo.maps.coloring import join_by
from gridgeo.maps.payload import script_safe
from gridgeo.maps.words import words

ZONES = {
    "110101001": "Z1",
    "110101002": "Z1",
    "110101003": "Z2",
    "110101004": "Z3",
    "110101005": "Z3",
    "110101006": "",
}


def managed_city():
    """The small city in three zones and a street; the last area is in none; two key units."""
    cells, areas, components = small_city()
    cells = cells.assign(zone_code=cells["area_code"].map(ZONES))
    zones = join_by(cells[cells["zone_code"] != ""], "zone_code").assign(
        zone_name=["东一", "东二", "西一"],
        zone_name_en=["East 1", "East 2", "West 1"],
        leader=["吴然岚", "吴然岚", ""],
        leader_id=["W1", "W1", ""],
        deputy=["韩立静; 罗佳帆", "罗佳帆", "韩立静"],
        deputy_id=["W3; W2", "W2", "W3"],
        load=[12.5, 40, np.nan],
    )
    staff = pd.DataFrame(
        {
            "staff_id": ["W1", "W2", "W3"],
            "name": ["吴然岚", "罗佳帆", "韩立静"],
            "name_en": ["Wu Ranlan", "Luo Jiafan", "Han Lijing"],
            "role": ["leader", "deputy", "deputy"],
        }
    )
    units = gpd.GeoDataFrame(
        {
            "unit_id": ["U1", "U2"],
            "name": ["第一小学", "加油站"],
            "name_en": ["First School", "Fuel Yard"],
            "kind": ["school", "petrol station"],
        },
        geometry=shapely.points([[WEST + 450, SOUTH + 450], [WEST + 750, SOUTH + 50]]),
        crs=cells.crs,
    )
    return {
        "cells": cells,
        "zones": zones,
        "areas": areas.assign(parent_code="110101", level="community"),
        "components": components,
        "staff": staff,
        "key_units": units,
    }


@pytest.fixture(scope="module")
def city():
    """Frames of the managed city by the names of the parameters."""
    return managed_city()


def explored(city, **options):
    """Map of a city."""
    return explore_grid(**(city | options))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            [
                r"Zone\s+East 1 \(Z1\)",
                r"Community\s+东华门 \(110101001\)",
                r"Position\s+116\.\d{5}, 39\.\d{5}",
                r"Responsible leader\s+Wu Ranlan",
                r"Deputy\s+Han Lijing; Luo Jiafan",
                r"Components\s+5\n",
            ],
        ),
        (
            "zh",
            [
                r"责任网格\s+东一 \(Z1\)",
                r"社区\s+东华门 \(110101001\)",
                r"位置\s+116\.\d{5}, 39\.\d{5}",
                r"责任领导\s+吴然岚",
                r"副职（AB角）\s+韩立静、罗佳帆",
                r"部件\s+5\n",
            ],
        ),
    ],
)
def test_a_click_tells_which_cell_and_who(opened, city, language, told):
    """Zone, area, place, persons by role and components, in the language of the map."""
    page = opened(explored(city, language=language))
    said = page.click(*beside(city["cells"], "110101001005", 35, -35))
    for pattern in told:
        assert re.search(pattern, said), pattern


@pytest.mark.browser
def test_the_position_is_in_the_cell(opened, city):
    """Longitude and latitude are those of a point in it, also where its middle is a lake."""
    page = opened(explored(city))
    for code in ("110101001005", "110101001001"):
        said = page.click(*beside(city["cells"], code, 42, 42))
        lon, lat = map(float, re.search(r"Position\s+([\d.]+), ([\d.]+)", said).groups())
        cell = city["cells"].to_crs(4326).set_index("cell_code").geometry[code]
        assert cell.contains(shapely.Point(lon, lat))


@pytest.mark.browser
def test_a_post_that_nobody_holds_is_told(opened, city):
    """A zone without a leader says so; a cell in no zone says that and names nobody."""
    page = opened(explored(city))
    assert re.search(
        r"Responsible leader\s+nobody", page.click(*middle(city["cells"], "110101005004"))
    )
    said = page.click(*middle(city["cells"], "110101006004"))
    assert re.search(r"Zone\s+In no zone", said)
    assert "Deputy" not in said


@pytest.mark.browser
def test_the_sample_city_tells_the_right_persons(opened):
    """Of the bundled city, a click on any of its cells names the persons of the cell's street."""
    communities = gg.datasets.read_sample("communities")
    cells = gg.areas_to_cells(communities)
    cells["zone_code"] = cells["area_code"].str[:9]
    staff = gg.datasets.read_staff()
    zones = join_by(cells, "zone_code")
    for role in ("leader", "direct_responsible", "deputy"):
        of_street = staff[staff["role"] == role].groupby("street_code")
        for column, source in ((role, "name"), (f"{role}_id", "staff_id")):
            zones[column] = zones["zone_code"].map(of_street[source].agg("; ".join))
    page = opened(explore_grid(cells, zones=zones, areas=communities, staff=staff))
    whole = cells[cells["kind"] == "whole"]
    for code in whole["cell_code"].iloc[:: len(whole) // 4]:
        lon, lat = middle(cells, code)
        page.run(f"grid.map.closePopup().setView([{lat}, {lon}], 15, {{animate: false}})")
        page.tab.wait_for_timeout(300)
        said = page.click(lon, lat)
        street = cells.set_index("cell_code")["zone_code"][code]
        of_street = staff[staff["street_code"] == street].groupby("role")["name_en"]
        for role, title in (
            ("leader", "Responsible leader"),
            ("direct_responsible", "Directly responsible"),
            ("deputy", "Deputy"),
        ):
            assert re.search(rf"{title}\s+{'; '.join(of_street.get_group(role))}\n", said + "\n")


@pytest.mark.browser
def test_neighbouring_zones_are_seen_in_different_colors(opened, city):
    """Cells of one zone look alike across areas; the three zones and what is in none do not."""
    page = opened(explored(city))
    at = {
        zone: tuple(page.color_at(*beside(city["cells"], f"{area}004", 20, -20)))
        for area, zone in ZONES.items()
    }
    assert len(set(at.values())) == 4
    first = page.color_at(*beside(city["cells"], "110101001004", 20, -20))
    assert page.color_at(*beside(city["cells"], "110101002004", 20, -20)) == first


def street_of(city):
    """The street that all areas of the city lie in, with a name."""
    whole = city["areas"].dissolve()[["geometry"]]
    return whole.assign(area_code="110101", area_name="Long Street", level="street")


def find(page, text):
    """Type into the search and give the hits that are listed."""
    page.tab.fill(".gg-search input", text)
    page.settle()
    return page.tab.locator(".gg-hits > *").all_inner_texts()


def popup(page):
    """Text of the pop-up."""
    page.tab.wait_for_timeout(350)
    return page.tab.inner_text(".leaflet-popup-content")


@pytest.mark.browser
def test_a_cell_is_found_by_its_code(opened, city):
    """Part of a code lists cells; Enter goes to the first, marks it and tells who is in charge."""
    page = opened(explored(city))
    assert find(page, "1101010050") == [f"110101005{n:03}\nCell" for n in range(1, 10)]
    assert find(page, "110101005004") == ["110101005004\nCell"]
    page.tab.keyboard.press("Enter")
    said = popup(page)
    assert said.startswith("Cell 110101005004")
    assert re.search(r"Deputy\s+Han Lijing", said)
    seen = page.run("return grid.map.getBounds().toBBoxString()")
    assert shapely.box(*map(float, seen.split(","))).contains(
        city["cells"].to_crs(4326).set_index("cell_code").geometry["110101005004"]
    )
    marked = page.run("return grid.tools.chosen.getLatLngs().flat(2).length")
    assert marked == 4
    assert page.run("return grid.map.getZoom()") > 15


@pytest.mark.browser
def test_what_is_the_same_comes_before_what_begins_so_and_what_holds_it(opened, city):
    """A cell of that very code stands above a zone whose name holds it, in any order of kinds."""
    names = ["by 110101005004", "110101005004 b", "West"]
    zones = city["zones"].assign(
        zone_name_en=names, leader_id="", deputy_id="", leader="", deputy=""
    )
    page = opened(explored(city, zones=zones))
    assert find(page, "110101005004") == [
        "110101005004\nCell",
        "110101005004 b (Z2)\nZone",
        "by 110101005004 (Z1)\nZone",
    ]


@pytest.mark.browser
def test_zones_areas_units_and_persons_are_found_by_name(opened, city):
    """Each is listed with what it is, the same word first; the find opens its own pop-up."""
    page = opened(explored(city))
    assert find(page, "east 2") == ["East 2 (Z2)\nZone"]
    page.tab.keyboard.press("Enter")
    assert popup(page).startswith("Zone East 2 (Z2)")
    assert re.search(r"Load\s+40", popup(page))
    named = pd.concat([city["areas"], street_of(city)], ignore_index=True)
    street = opened(explored(city, areas=named))
    assert find(street, "long") == ["Long Street (110101)\nStreet"]
    said = street.click(*beside(city["cells"], "110101001005", 35, -35))
    assert re.search(r"Community\s+东华门.*\s+Street\s+Long Street \(110101\)\n", said)
    assert find(page, "harb") == ["Harbour (110101004)\nCommunity"]
    page.tab.keyboard.press("Enter")
    assert re.search(r"Community Harbour.*\n*Cells\s+9\s+Size\s+90,000 m²", popup(page))
    assert find(page, "u1") == ["First School\nKey unit"]
    page.tab.keyboard.press("Enter")
    said = popup(page)
    assert re.search(r"Kind\s+school", said)
    assert re.search(r"Cell\s+110101005005", said)
    assert re.search(r"Zone\s+West 1 \(Z3\)", said)
    hits = find(page, "Luo")
    assert hits == ["Luo Jiafan · East 1\nDeputy", "Luo Jiafan · East 2\nDeputy"]
    page.tab.keyboard.press("ArrowDown")
    page.tab.keyboard.press("ArrowDown")
    page.tab.keyboard.press("Enter")
    assert popup(page).startswith("Zone East 2")
    assert find(page, "no such thing") == ["Nothing found"]
    assert find(page, " ") == []


@pytest.mark.browser
def test_a_zone_without_a_name_has_a_short_one(opened, city):
    """What all codes begin with stands in the legend, and not in every zone."""
    codes = "110101" + city["cells"]["zone_code"].replace("", "Z0")
    frames = {"zones": None, "staff": None, "components": None, "key_units": None}
    page = opened(explored(city, cells=city["cells"].assign(zone_code=codes), **frames))
    shown = page.run("return grid.layers.names.zones.shown")
    assert set(shown) == {"Z0", "Z1", "Z2", "Z3"}
    legend = page.run("return document.querySelector('.gg-legend').textContent")
    assert "Codes begin 110101" in legend


@pytest.mark.browser
def test_a_star_is_clicked(opened, city):
    """A click on the star of a key unit tells its name, kind and cell, not only the cell."""
    page = opened(explored(city))
    place = city["key_units"].to_crs(4326).geometry.iloc[1]
    said = page.click(place.x, place.y)
    assert said.startswith("★Fuel Yard")
    assert re.search(r"Number\s+U2", said)


@pytest.mark.browser
def test_each_level_can_be_switched(opened, city):
    """Borders of every level, zones, names and key units have their own entry in the control."""
    page = opened(explored(city, components=None))
    page.tab.hover(".leaflet-control-layers")
    labels = page.tab.locator(".leaflet-control-layers-overlays label")
    names = [text.strip() for text in labels.all_inner_texts()]
    assert names == [
        "Cells",
        "Street border",
        "Zone border",
        "Community border",
        "Zone names",
        "Community names",
        "★ Key units",
    ]
    units = "return grid.map.hasLayer(grid.layers.units)"
    assert page.run(units) is True
    labels.nth(6).click()
    page.settle()
    assert page.run(units) is False
    labels.nth(0).click()
    page.settle()
    page.tab.mouse.move(600, 700)
    page.settle()
    said = page.click(*middle(city["cells"], "110101004005"))
    assert said.startswith("Zone West 1 (Z3)")


@pytest.mark.browser
def test_levels_of_one_name_have_an_entry_each(opened, city):
    """Two levels above that nobody named are two entries, and names may hold signs of patterns."""
    areas = city["areas"].assign(level="$& $1", parent_code=["A", "A", "B", "B", "C", "C"])
    upper = areas.iloc[:3].dissolve()[["geometry"]]
    upper = pd.concat([upper] * 3, ignore_index=True).assign(area_code=["A", "B", "C"])
    upper = upper.assign(parent_code=["X", "X", "Y"], area_name=["A", "B", "C"], level=None)
    page = opened(explored(city, areas=pd.concat([areas, upper], ignore_index=True)))
    page.tab.hover(".leaflet-control-layers")
    entries = page.tab.locator(".leaflet-control-layers-overlays label").all_inner_texts()
    names = [entry.strip() for entry in entries]
    assert names.count("Border of the level above") == 2
    assert "$& $1 names" in names


def blues(page, lon, lat):
    """How much more blue than red the pixels have around a place, on the canvas of the borders."""
    return page.run(
        f"""
        const canvas = grid.map.getPane("gg-borders").querySelector("canvas");
        const at = grid.map.latLngToContainerPoint([{lat}, {lon}]);
        const box = canvas.getBoundingClientRect();
        const left = at.x - box.left - 3, top = at.y - box.top - 3;
        const pixels = canvas.getContext("2d").getImageData(left, top, 7, 7).data;
        let most = -255;
        for (let i = 0; i < pixels.length; i += 4) {{
          if (pixels[i + 3] > 200) most = Math.max(most, pixels[i + 2] - pixels[i]);
        }}
        return most;"""
    )


@pytest.mark.browser
def test_zone_borders_are_drawn_between_zones_only(opened, city):
    """Blue between two zones, none between two areas of one zone."""
    page = opened(explored(city, components=None))
    between = beside(city["cells"], "110101002006", 50, 0)
    within = beside(city["cells"], "110101001006", 50, 0)
    assert blues(page, *between) > 80
    assert blues(page, *within) < 40


@pytest.mark.browser
def test_a_distance_is_measured(opened, city):
    """Two clicks 400 m apart read 400 m; meanwhile a click opens nothing; Escape ends it."""
    page = opened(explored(city))
    page.tab.click(".gg-ruler")
    for east in (0, 400):
        assert page.click(*beside(city["cells"], "110101001004", east, 0)) is None
    assert page.tab.inner_text(".gg-length") in {"399 m", "400 m", "401 m"}
    page.tab.keyboard.press("Escape")
    page.settle()
    page.tab.wait_for_timeout(350)
    assert page.tab.locator(".gg-length").count() == 0
    assert "Cell" in page.click(*middle(city["cells"], "110101002004"))


@pytest.mark.browser
@pytest.mark.parametrize(("east", "north"), [(0.05, 0), (0, 0.05), (0.04, -0.03)])
def test_a_distance_is_that_of_the_ellipsoid(opened, city, east, north):
    """Five kilometres read as pyproj has them; on a sphere they would be ten metres off."""
    page = opened(explored(city))
    west, south = middle(city["cells"], "110101001005")
    said = page.run(
        f"""
        const {{ ruler }} = grid.tools;
        ruler.points = [L.latLng({south}, {west}), L.latLng({south + north}, {west + east})];
        return ruler.lengthInWords()"""
    )
    metres = Geod(ellps="WGS84").inv(west, south, west + east, south + north)[2]
    assert said == f"{metres:,.0f} m"


@pytest.mark.browser
def test_a_find_puts_the_pop_up_of_the_last_one_away(opened, city):
    """What is found by the name of a street is not told by the zone that was found before."""
    named = pd.concat([city["areas"], street_of(city)], ignore_index=True)
    page = opened(explored(city, areas=named))
    find(page, "east 2")
    page.tab.keyboard.press("Enter")
    assert popup(page).startswith("Zone East 2")
    find(page, "long")
    page.tab.keyboard.press("Enter")
    page.tab.wait_for_timeout(350)
    assert page.tab.locator(".leaflet-popup-content").count() == 0
    assert page.run("return grid.tools.chosen.getLatLngs().length") > 0


@pytest.mark.browser
def test_without_cells_a_click_tells_the_zone_or_else_the_area(opened, city):
    """With the layer of cells off, what is left on the map answers."""
    place = beside(city["cells"], "110101002004", 35, -35)
    options = {"components": None, "key_units": None}
    page = opened(explored(city, **options))
    page.run("grid.layers.cells.remove()")
    assert page.click(*place).startswith("Zone")
    cells = city["cells"].drop(columns="zone_code")
    page = opened(explored(city, cells=cells, zones=None, staff=None, **options))
    page.run("grid.layers.cells.remove()")
    assert page.click(*place).startswith("Community Green & Park")


@pytest.mark.browser
def test_a_large_city_shows_zones_first(opened, city, monkeypatch):
    """Above the limit zones are filled far out, in the same colours; near by the cells come."""
    monkeypatch.setattr(payload, "OVERVIEW_FROM", 50)
    page = opened(explored(city, components=None))
    near = page.color_at(*beside(city["cells"], "110101001004", 20, -20))
    assert page.run("return grid.layers.cells.isOverview()") is False
    page.run("grid.map.setMinZoom(0); grid.map.setZoom(11, {animate: false})")
    assert page.run("return grid.layers.cells.isOverview()") is True
    assert page.color_at(*middle(city["cells"], "110101001004")) == near
    none = page.color_at(*middle(city["cells"], "110101006005"))
    assert none[3] == 255
    assert none != near


@pytest.mark.browser
def test_cells_by_a_number(opened, city):
    """Each cell has the fill of its class, the legend counts them, the pop-up tells the class."""
    cells = city["cells"].assign(rate=np.arange(54.0))
    page = opened(explored(city | {"cells": cells}, color="rate", scheme=[8, 26], language="zh"))
    legend = page.tab.inner_text(".gg-legend")
    assert re.search(r"rate\s+0 – 8\s+9\s+9 – 26\s+18\s+27 – 53\s+27", legend)
    fills = page.run("return grid.city.fill.fills")
    at = {
        n: page.color_at(*beside(cells, cells["cell_code"].iloc[n], 20, -20)) for n in (4, 20, 50)
    }
    for row, n in enumerate(at):
        red, green, blue, _ = at[n]
        assert f"#{red:02x}{green:02x}{blue:02x}" == fills[row]
    assert re.search(
        r"rate\s+9 – 26", page.click(*beside(cells, cells["cell_code"].iloc[20], 20, -20))
    )


@pytest.mark.browser
def test_zones_by_their_load(opened, city):
    """A number of zones fills all their cells; a zone without one, and no zone, are grey."""
    page = opened(explored(city, color="load", scheme=[20, 50]))
    seen = [page.color_at(*beside(city["cells"], f"{area}004", 20, -20)) for area in ZONES]
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]
    assert seen[3] == seen[5] == [236, 238, 241, 255]
    legend = page.tab.inner_text(".gg-legend")
    assert re.search(r"Load\s+12.5 – 20.0\s+1\s+20.0 – 50.0\s+1\s+No value\s+1", legend)


EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{ 7 * 7 }}&lt;"


@pytest.mark.browser
def test_names_from_data_stay_text_everywhere(opened, city):
    """Markup as zone, person, role, level, key unit, kind and class shows as it is."""
    evil = {
        "cells": city["cells"].assign(rate=EVIL),
        "zones": city["zones"].assign(zone_name_en=EVIL, watch=EVIL),
        "areas": city["areas"].assign(level=EVIL, area_name=EVIL),
        "staff": city["staff"].assign(name_en=EVIL),
        "key_units": city["key_units"].assign(name_en=EVIL, kind=EVIL, unit_id=EVIL),
        "components": city["components"].assign(class_name_en=EVIL),
    }
    page = opened(explored(evil, roles={"watch": EVIL}, title=EVIL, color="rate"))
    said = page.click(*beside(city["cells"], "110101001005", 35, -35))
    assert said.count(EVIL) >= 7
    page.tab.hover(".leaflet-control-layers")
    assert page.tab.inner_text(".leaflet-control-layers").count(EVIL) >= 4
    page.tab.mouse.move(600, 700)
    assert page.tab.inner_text(".gg-legend").count(EVIL) >= 3
    hits = find(page, "<img src=x")
    assert len(hits) == 12
    assert all(EVIL in hit for hit in hits)
    for nth in (0, 5, 11):
        find(page, "<img src=x")
        page.tab.locator(".gg-hit").nth(nth).click()
        assert EVIL in popup(page)
    place = city["key_units"].to_crs(4326).geometry.iloc[0]
    page.run(f"grid.map.setView([{place.y}, {place.x}], 18, {{animate: false}})")
    assert EVIL in page.click(place.x, place.y)
    assert page.tab.locator("img[src=x]").count() == 0


def drawn(m):
    """What a map carries."""
    grid = next(child for name, child in m._children.items() if name.startswith("grid"))
    return grid.data


@pytest.mark.parametrize(
    "name", ["amap", "Gaode.Normal", "gcj02+https://a.example/{z}/{x}/{y}.png"]
)
def test_on_shifted_tiles_all_layers_are_shifted(city, name, monkeypatch):
    """Cells, zones and key units lie where the formula puts them, and positions say so."""
    packed = packed_city(monkeypatch, city, basemap=name)
    assert packed["words"]["position"] == "Position (GCJ-02)"
    cells = city["cells"].to_crs(4326).geometry.to_numpy()
    corners = [rings[0][0] for rings in unpacked_polygons(packed["cells"])]
    plain = [rings[0][0] for rings in unpacked_polygons(packed_city(monkeypatch, city)["cells"])]
    lon, lat = gg.wgs84_to_gcj02(*np.array(plain).T)
    assert np.abs(np.array(corners) - np.column_stack([lon, lat])).max() < 2e-6
    assert np.abs(np.array(corners) - np.array(plain)).max() > 1e-3
    units = np.cumsum([unpacked(packed["keyUnits"][axis]) for axis in "xy"], axis=1) / 1e6
    there = city["key_units"].to_crs(4326).geometry
    moved = np.array(gg.wgs84_to_gcj02(there.x.to_numpy(), there.y.to_numpy()))
    assert np.abs(units - moved).max() < 2e-6
    assert len(cells) == len(corners)


def packed_city(monkeypatch, city, **options):
    """What a map of a city carries, before it is written."""
    caught = []
    monkeypatch.setattr(
        "gridgeo.maps.element.script_safe", lambda content: caught.append(content) or "{}"
    )
    explored(city, **options)
    return caught[0]


@pytest.mark.parametrize(
    ("name", "token"),
    [("tianditu", "k y&<"), ("OpenStreetMap", None), ("https://a.example/{z}/{x}/{y}.png", None)],
)
def test_other_tiles_leave_the_layers_where_they_are(city, name, token, monkeypatch):
    """China's national service and the rest of the world lie where the ground is."""
    packed = packed_city(monkeypatch, city, basemap=name, token=token)
    assert packed["words"]["position"] == "Position"
    assert packed["cells"] == packed_city(monkeypatch, city)["cells"]


KEY = "k y&<{z}"


def test_the_national_map_asks_for_a_key(city):
    """Without a key it is refused; with one, both its layers have it, safe in an address."""
    m = explored(city, basemap="tianditu", token=KEY)
    tiles = [child.tiles for child in m._children.values() if isinstance(child, folium.TileLayer)]
    assert len(tiles) == 2
    assert all(address.endswith("tk=k%20y%26%3C%7Bz%7D") for address in tiles)
    for token in (None, " "):
        with pytest.raises(InputError, match=r"'tianditu' asks for a key; give it with token="):
            explored(city, basemap="tianditu", token=token)
    for basemap in (None, "amap", "OpenStreetMap"):
        with pytest.raises(InputError, match="does not ask for a key"):
            explored(city, basemap=basemap, token=KEY)


def test_faults_lie_rightly_on_shifted_tiles(city):
    """The map of faults is shifted as well."""
    report = gg.check_coverage(city["cells"].iloc[1:], city["areas"])
    plain, shifted = report.explore(), report.explore(basemap="amap")
    moved = gg.wgs84_to_gcj02(plain.location[1], plain.location[0])
    assert shifted.location[::-1] == pytest.approx(np.ravel(moved), abs=1e-5)


def test_every_word_of_the_page_is_there():
    """The scripts ask for no word that the table lacks."""
    assets = resources.files("gridgeo.maps") / "assets"
    scripts = [file for file in assets.iterdir() if file.name.endswith(".js")]
    texts = [file.read_text("utf-8") for file in scripts if file.name != "faults_map.js"]
    asked = {word for text in texts for word in re.findall(r"\bwords\.(\w+)", text)}
    assert len(asked) > 30
    assert asked <= set(words("en"))


def test_scripts_never_write_markup_from_data():
    """No script sets markup; what a layer control takes as markup is escaped."""
    assets = resources.files("gridgeo.maps") / "assets"
    for file in assets.iterdir():
        text = file.read_text("utf-8")
        assert not re.search(r"innerHTML\s*=|insertAdjacentHTML|document\.write|eval\(", text)


def test_a_cell_takes_at_most_110_bytes_where_geojson_takes_400(tmp_path):
    """Page for page, with code and area of every cell; Leaflet itself counted in ours only."""
    cells = gg.areas_to_cells(gg.datasets.read_sample("communities"))
    ours = save_html(explore_grid(cells), tmp_path / "a.html").stat().st_size
    ours -= save_html(explore_grid(cells.iloc[:1]), tmp_path / "b.html").stat().st_size
    m = folium.Map()
    folium.GeoJson(cells[["cell_code", "area_code", "geometry"]].to_crs(4326)).add_to(m)
    theirs = len(m.get_root().render())
    assert ours / len(cells) < 110
    assert theirs / len(cells) > 4 * ours / len(cells)


def test_many_components_travel_light():
    """170,000 components in 2,500 cells take less than 12 MB."""
    cells = gg.areas_to_cells(gg.datasets.read_sample("communities"))
    lamps = gg.geocode(gg.datasets.read_sample("components"), cells)
    many = pd.concat([lamps] * 5, ignore_index=True)
    assert len(many) > 170_000
    assert len(explore_grid(cells, components=many).get_root().render()) < 12e6


def test_lonboard_is_an_extra(city, monkeypatch):
    """Where it is not installed the error names what to install; a basemap is refused."""
    monkeypatch.setitem(__import__("sys").modules, "lonboard", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'gridgeo\[large-maps\]'"):
        explored(city, engine="lonboard")
    with pytest.raises(InputError, match="neither `title` nor `basemap`"):
        explored(city, engine="lonboard", title="x")
    with pytest.raises(InputError, match="`engine` must be one of 'canvas', 'lonboard'"):
        explored(city, engine="svg")


def test_lonboard_draws_all_layers(city):
    """Cells in the colours of their zones, lines of every level, components and key units."""
    lonboard = pytest.importorskip("lonboard", reason="the extra large-maps is not installed")
    m = explored(city, engine="lonboard")
    kinds = [type(layer).__name__ for layer in m.layers]
    assert kinds == ["PolygonLayer", *["PathLayer"] * 3, *["ScatterplotLayer"] * 2]
    cells = m.layers[0]
    assert isinstance(m, lonboard.Map)
    assert m.basemap is None
    colors = pa.chunked_array(cells.get_fill_color).combine_chunks().flatten()
    colors = colors.to_numpy().reshape(-1, 4)
    of_zone = city["cells"]["zone_code"].to_numpy()
    firsts = {zone: tuple(colors[of_zone == zone][0]) for zone in set(of_zone)}
    assert len(set(firsts.values())) == 4
    assert all(tuple(color) == firsts[zone] for color, zone in zip(colors, of_zone, strict=True))
    told = pa.table(cells.table).to_pandas()
    assert told["Responsible leader"].tolist() == [
        "Wu Ranlan" if zone in {"Z1", "Z2"} else "" for zone in of_zone
    ]


def test_it_is_written_in_one_script_element(city):
    """Nothing that data hold can close the element that carries them."""
    assert not set(script_safe(EVIL)) & set("<>&")
    assert "</script>" not in drawn(
        explored(city | {"zones": city["zones"].assign(zone_name=EVIL)})
    )
