"""What several test modules share."""

from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("gridgeo", deadline=None)
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
