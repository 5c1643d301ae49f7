"""Interactive maps in a browser: gridgeo's page against folium's own, on one generated city.

``make bench`` opens a city of 41,000 cells, and one of 2,500 cells with 170,000 components. Both
pages have Leaflet inside and no network. Time runs from the start of the page's load to the first
frame after a cell is drawn; medians. The city with components is interactive when a click on a
cell has opened its pop-up. Needs Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import folium
import geopandas as gpd
import numpy as np
from city import make_city
from playwright.sync_api import sync_playwright

import gridgeo as gg

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
WATCH = """
window.firstDrawn = new Promise((resolve) => {
  const filled = (canvas) => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 3; i < data.length; i += 404) if (data[i]) return true;
    return false;
  };
  const look = () => {
    const canvas = document.querySelector(".leaflet-gg-cells-pane canvas");
    const path = document.querySelector("path.leaflet-interactive");
    const drawn = canvas ? canvas.width && filled(canvas) : path;
    if (drawn) requestAnimationFrame(() => resolve(performance.now()));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
"""
CLICK = """
() => {
  const grid = window[Object.keys(window).find(name => name.startsWith("grid_"))];
  const [lon, lat] = PLACE, map = grid.map;
  map.fire("click", { latlng: L.latLng(lat, lon) });
  return new Promise(done => requestAnimationFrame(() =>
    done(document.querySelector(".leaflet-popup-content") ? performance.now() : -1)));
}
"""


def plain_page(cells: gpd.GeoDataFrame, path: Path) -> Path:
    """Write what users do today: all cells as GeoJSON, with code and area."""
    west, south, east, north = cells.to_crs(4326).total_bounds
    m = folium.Map(tiles=None)
    m.fit_bounds([[south, west], [north, east]])
    folium.GeoJson(cells[["cell_code", "area_code", "geometry"]].to_crs(4326)).add_to(m)
    return gg.save_html(m, path)


def times_to_first_cell(browser: Browser, pages: list[Path], rounds: int) -> list[float]:
    """Give the medians of seconds until a cell is on the screen; pages are opened in turn."""
    runs = [[_opened(browser, page)[0] for page in pages] for _ in range(rounds)]
    return [statistics.median(of_page) for of_page in zip(*runs, strict=True)]


def time_to_popup(browser: Browser, page: Path, place: tuple[float, float], rounds: int) -> float:
    """Give the median of seconds until a click on a place is answered."""
    found = [_opened(browser, page, place)[1] for _ in range(rounds)]
    assert min(found) > 0
    return statistics.median(found)


def _opened(
    browser: Browser, page: Path, place: tuple[float, float] | None = None
) -> tuple[float, float]:
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.add_init_script(WATCH)
    tab.goto(page.as_uri(), wait_until="commit")
    first = tab.evaluate("() => window.firstDrawn") / 1000
    answered = 0.0
    if place is not None:
        answered = tab.evaluate(CLICK.replace("PLACE", str(list(place)))) / 1000
    tab.close()
    return first, answered


def compare_pages(browser: Browser, folder: Path, rounds: int) -> None:
    """Print bytes and seconds of both pages of a city of 41,000 cells."""
    areas = make_city(300, 410)
    cells = gg.areas_to_cells(areas, gg.SquareGrid(cell_area=10_000))
    pages = {
        "folium.GeoJson, two fields": plain_page(cells, folder / "plain.html"),
        "gridgeo.explore_grid": gg.save_html(
            gg.explore_grid(cells, areas=areas), folder / "ours.html"
        ),
    }
    print(f"{len(cells):,} cells")
    times = times_to_first_cell(browser, list(pages.values()), rounds)
    for (name, page), seconds in zip(pages.items(), times, strict=True):
        print(
            f"  {name:<36}{seconds:9.3f} s {page.stat().st_size / len(cells):8,.0f} bytes a cell "
            f"{times[0] / seconds:6.1f} times as fast"
        )


def open_components(browser: Browser, folder: Path, rounds: int) -> None:
    """Print the size of a city with many components, and when it answers a click."""
    cells = gg.areas_to_cells(make_city(180, 25), gg.SquareGrid(cell_area=10_000))
    rng = np.random.default_rng(0)
    west, south, east, north = cells.total_bounds
    n = 240_000
    points = gpd.points_from_xy(rng.uniform(west, east, n), rng.uniform(south, north, n))
    codes = [f"{1 + code // 10:02}{1 + code % 10:02}" for code in rng.integers(0, 60, n)]
    lamps = gpd.GeoDataFrame({"class_code": codes}, geometry=points, crs=cells.crs)
    lamps = gg.geocode(lamps, cells)
    lamps = lamps[lamps["cell_code"] != ""].iloc[:170_000]
    page = gg.save_html(gg.explore_grid(cells, components=lamps), folder / "components.html")
    place = cells.geometry.representative_point().to_crs(4326).iloc[len(cells) // 2]
    seconds = time_to_popup(browser, page, (place.x, place.y), rounds)
    print(
        f"{len(cells):,} cells with {len(lamps):,} components\n"
        f"  gridgeo.explore_grid: {page.stat().st_size / 1e6:.1f} MB, "
        f"answers a click after {seconds:.2f} s"
    )


def main() -> None:
    """Run both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("no Chromium on this machine: maps are not measured.")
    with sync_playwright() as run, tempfile.TemporaryDirectory() as name:
        browser = run.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        compare_pages(browser, Path(name), options.rounds)
        open_components(browser, Path(name), options.rounds)
        browser.close()


if __name__ == "__main__":
    main()
