"""What several test modules share."""

from pathlib import Path

import geopandas as gpd
import pytest
from browsing import CHROMIUM, Page
from hypothesis import settings

from gridgeo.maps import save_html

# How long an example takes says more of the machine than of the code.
settings.register_profile("explore", deadline=None)
# The same examples on every run: what lands must not depend on luck. `make test-all` explores.
settings.register_profile("gridgeo", deadline=None, derandomize=True)
settings.load_profile("gridgeo")

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_cities():
    """Folder of the real cities; tests that ask for it are skipped where it is absent."""
    if not REAL.is_dir():
        pytest.skip("the real cities are not beside this checkout")
    return REAL


@pytest.fixture(scope="session")
def cambridge(real_cities):
    """33 census tracts that tile Cambridge, Massachusetts, in metres."""
    tracts = gpd.read_parquet(real_cities / "cambridge" / "adj_tracts2020.parquet")
    return tracts.rename(columns={"GEOID20": "area_code"}).to_crs(26986)


@pytest.fixture(scope="session")
def barcelona(real_cities):
    """1,068 census sections that tile Barcelona."""
    sections = gpd.read_parquet(real_cities / "barcelona" / "census_sections.parquet")
    return sections.assign(area_code=sections["DISTRICTE"] + sections["SEC_CENS"])


@pytest.fixture(scope="session")
def tainan(real_cities):
    """37 districts of Tainan, with slivers of gaps and overlaps between them."""
    districts = gpd.read_parquet(real_cities / "tainan" / "districts_dissolved.parquet")
    return districts.rename(columns={"TOWN_ID": "area_code", "TOWN": "area_name"})


@pytest.fixture(scope="session")
def browser():
    """Start Chromium with the network cut; tests are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as run:
        chromium = run.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium.new_context(offline=True, viewport={"width": 1200, "height": 800})
        chromium.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Save a map and open it; at the end nothing may have been fetched or complained of."""
    pages = []

    def save_and_open(m):
        page = Page(browser, save_html(m, tmp_path / "网格 地图.html"))
        pages.append(page)
        return page

    yield save_and_open
    for page in pages:
        page.tab.close()
        assert page.errors == []
        assert page.dialogs == []
        assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []
        assert len([url for url in page.requests if url.startswith("file:")]) == 1
