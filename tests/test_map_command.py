"""``gridgeo map``: the page of a grid, from files."""

import re
import shutil
import subprocess

import geopandas as gpd
import pytest
from test_maps_managed import managed_city
from typer.testing import CliRunner

from gridgeo.cli import app
from gridgeo.files import write_frame


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The managed city as files of several kinds."""
    folder = tmp_path_factory.mktemp("网格 图")
    city = managed_city()
    city["staff"].to_csv(folder / "staff.csv", index=False)
    street = city["areas"].dissolve()[["geometry"]].to_crs(4326)
    street = street.assign(area_code="110101", area_name="Long Street", level="street")
    for name, frame in {**city, "street": street}.items():
        if name != "staff":
            write_frame(frame, folder / f"{name}.gpkg")
    return folder


def run(files, *options):
    """Run the command on files by name."""
    named = [str(files / part) if re.search(r"\.[a-z]+$", part) else part for part in options]
    return CliRunner().invoke(app, ["map", *named])


ALL = [
    "cells.gpkg",
    "--out",
    "map.html",
    "--zones",
    "zones.gpkg",
    "--areas",
    "areas.gpkg",
    "--areas",
    "street.gpkg",
    "--components",
    "components.gpkg",
    "--key-units",
    "key_units.gpkg",
    "--staff",
    "staff.csv",
    "--title",
    "Town",
]


@pytest.mark.browser
def test_the_page_from_files_tells_who_is_in_charge(files, browser):
    """All layers come from files, areas of two levels in two systems; nothing is fetched."""
    result = run(files, *ALL)
    assert result.exit_code == 0, result.output
    assert re.search(r"wrote .*map\.html \(0\.2 MB\)", result.output)
    tab = browser.new_page()
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((files / "map.html").resolve().as_uri())
    tab.fill(".gg-search input", "110101005004")
    tab.keyboard.press("Enter")
    said = tab.inner_text(".leaflet-popup-content")
    assert re.search(r"Zone\s+West 1 \(Z3\)", said)
    assert re.search(r"Street\s+Long Street \(110101\)", said)
    assert re.search(r"Deputy\s+Han Lijing", said)
    assert tab.inner_text(".gg-header h1") == "Town"
    assert len([url for url in asked if not url.startswith("data:")]) == 1
    tab.close()


def test_components_without_a_cell_are_put_into_cells(files):
    """A file of components as it came gives the page that a geocoded one gives."""
    raw = gpd.read_file(files / "components.gpkg").drop(columns="cell_code")
    write_frame(raw, files / "raw.gpkg")
    for name in ("components.gpkg", "raw.gpkg"):
        options = ["cells.gpkg", "--components", name, "--out", f"{name[:3]}.html"]
        assert run(files, *options).exit_code == 0
    carried = [
        re.search(r'"components":\{.*?\}', (files / f"{name}.html").read_text("utf-8"))[0]
        for name in ("com", "raw")
    ]
    assert carried[0] == carried[1]


def test_numbers_are_classed_as_asked(files):
    """Edges of one's own, and Chinese words."""
    result = run(files, *ALL, "--color", "load", "--breaks", "20, 50", "--language", "zh")
    assert result.exit_code == 0, result.output
    page = (files / "map.html").read_text("utf-8")
    assert '"name":"工作量"' in page
    assert "12.5 – 20.0" in page  # noqa: RUF001


def test_a_base_map_keeps_its_links(files):
    """With tiles the page may use the network."""
    assert run(files, "cells.gpkg", "--out", "tiles.html", "--basemap", "amap").exit_code == 0
    page = (files / "tiles.html").read_text("utf-8")
    assert "autonavi.com" in page
    assert "Content-Security-Policy" not in page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "cells.gpkg"], "is named twice"),
        (["--out", "x.html", "--breaks", "1,b"], "--breaks must be numbers"),
        (["--out", "x.html", "--color", "nothing"], "`color` must be"),
        (["--out", "x.html", "--zones", "none.gpkg"], "there is no file"),
        (["--out", "x.html", "--basemap", "tianditu"], "asks for a key"),
        (["--out", "x.html", "--scale", "2000"], "--scale is for sheets, written to .png"),
        (["--out", "x.html", "--size", "A3"], "--size is for sheets"),
        (["--out", "x.pdf", "--token", "k"], "--token is for pages"),
        (["--out", "x.jpg"], "--out must end in one of .html, .htm, .png, .svg, .pdf"),
    ],
)
def test_what_cannot_be_drawn_exits_with_2(files, options, message):
    """The message says why, and nothing is written."""
    result = run(files, "cells.gpkg", *options)
    assert result.exit_code == 2
    assert message in result.output
    assert not list(files.glob("x.*"))


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler's pdftotext")
def test_a_sheet_from_files_is_printed_to_scale(files):
    """The ending says that it is for paper; size, scale and source stand on it as asked for."""
    named = ["sheet.pdf" if part == "map.html" else part for part in ALL]
    on_paper = ["--size", "A4", "--orientation", "portrait", "--scale", "10000"]
    result = run(files, *named, *on_paper, "--source", "Survey of 2026")
    assert result.exit_code == 0, result.output
    told = subprocess.check_output(["pdfinfo", files / "sheet.pdf"], text=True)
    assert re.search(r"Page size:\s+595\.\d+ x 841\.\d+ pts", told)
    text = subprocess.check_output(["pdftotext", files / "sheet.pdf", "-"], text=True)
    assert {"1:10,000", "Survey of 2026", "Town"} <= {
        part for line in text.splitlines() for part in (line, *line.split(": "))
    }


def test_a_sheet_has_no_base_map(files):
    """Tiles are for pages; nothing is written."""
    result = run(files, "cells.gpkg", "--out", "no.png", "--basemap", "amap")
    assert result.exit_code == 2
    assert "--basemap is for pages" in result.output
    assert not (files / "no.png").exists()
