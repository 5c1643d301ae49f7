"""The tree of areas, zones and persons: complete, legible, safe; on paper and on screen."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.maps import explore_tree, plot_tree, save_html
from gridgeo.maps.tree import tree_of

EVIL = "<img src=x onerror=alert(1)>"


def levels_of(parents):
    """A district, streets in it, and communities in the streets that ``parents`` name by number."""
    n_streets = max(parents, default=0) + 1
    streets = [f"S{n:03}" for n in range(n_streets)]
    return [
        pd.DataFrame({"area_code": ["D"], "area_name": ["Dist"]}),
        pd.DataFrame({"area_code": streets, "parent_code": "D"}),
        pd.DataFrame(
            {
                "area_code": [f"C{n:03}" for n in range(len(parents))],
                "parent_code": [streets[parent] for parent in parents],
            }
        ),
    ]


def city(n_streets=3, n_zones=4):
    """Streets with as many zones each; a leader for all of them, a manager for each."""
    streets = [f"{n:03}" for n in range(n_streets)]
    zones = pd.DataFrame(
        {
            "zone_code": [f"{s}-{n:02}" for s in streets for n in range(n_zones)],
            "street_code": np.repeat(streets, n_zones),
            "n_cells": 7,
            "area_m2": 65_432.1,
            "leader": "Wu Ranlan",
            "manager": "Han Lijing; Zhao Qiufeng",
        }
    )
    areas = pd.DataFrame({"area_code": streets, "area_name": [f"Street {s}" for s in streets]})
    return zones, [areas]


def main_of(page):
    """The folds of a page, parsed."""
    start, end = page.html.index("<main>"), page.html.index("</main>") + 7
    return ET.fromstring(page.html[start:end].replace(" open>", ">"))  # noqa: S314 - it is our own


def name_of(line):
    """What a line is called."""
    text = line if line.find("details") is None else line.find("details/summary")
    return text.find("span[@class='name']").text


def notes_of(line):
    """What is noted on a line, and whether in red."""
    text = line if line.find("details") is None else line.find("details/summary")
    return [(note.text, "missing" in note.get("class")) for note in text.findall("span")[1:]]


def paths(line, above=()):
    """Every line with the names of what it stands below, from the top."""
    for item in line.findall("ul/li" if line.tag != "li" else "details/ul/li"):
        here = (*above, name_of(item))
        yield here
        yield from paths(item, here)


def by_gid(figure, *gids):
    """What is written of some kinds."""
    return [text for text in figure.texts if text.get_gid() in gids]


@given(
    parents=st.lists(st.integers(0, 4), min_size=1, max_size=12),
    homes=st.lists(st.integers(0, 11), min_size=1, max_size=20),
)
def test_every_line_stands_once_and_below_what_it_lies_in(parents, homes):
    """Whatever nests in what, each area, zone and role is there once, on the path of its codes."""
    levels = levels_of(parents)
    homes = [home % len(parents) for home in homes]
    zones = pd.DataFrame(
        {
            "zone_code": [f"Z{n:03}" for n in range(len(homes))],
            "area_code": [f"C{home:03}" for home in homes],
            "manager": "Wu",
        }
    ).sample(frac=1, random_state=len(homes))
    streets = {f"C{n:03}": f"S{parent:03}" for n, parent in enumerate(parents)}
    expected = [("Dist",)]
    expected += [("Dist", street) for street in levels[1]["area_code"]]
    expected += [("Dist", street, code) for code, street in streets.items()]
    in_zones = [
        ("Dist", streets[code], code, zone)
        for zone, code in zip(zones["zone_code"], zones["area_code"], strict=True)
    ]
    expected += in_zones + [(*path, "Grid manager") for path in in_zones]
    found = list(paths(main_of(explore_tree(zones, levels=levels))))
    assert sorted(found) == sorted(expected)
    assert [path[:-1] for path in found if path[-1] == "Grid manager"] == sorted(in_zones)


def test_what_is_wanting_is_told():
    """A street without a zone, a zone without anybody, and a zone in no street are in red."""
    zones, levels = city(2, 2)
    levels[0].loc[2] = ["009", "Empty Street"]
    zones.loc[0, ["leader", "manager"]] = ["", None]
    zones.loc[3, "street_code"] = ""
    lines = {
        name_of(line): notes_of(line)
        for line in main_of(explore_tree(zones, levels=levels)).iter("li")
    }
    assert lines["Empty Street"] == [("no zone", True)]
    assert lines["000-00"] == [("7 cells · 6.54 ha · nobody in charge", True)]
    assert lines["In no area"] == [("1 zone", True)]
    assert lines["Street 000"] == [("2 zones", False)]
    assert lines["000-01"] == [("7 cells · 6.54 ha", False)]
    assert lines["Responsible leader"] == [("Wu Ranlan", False)]


def test_zones_of_a_street_stand_beside_its_communities():
    """Where zones lie in streets, communities below them are no lack, though they have no zone."""
    levels = levels_of([0, 0, 1])
    zones = pd.DataFrame({"zone_code": ["Z"], "street_code": ["S000"], "n_cells": [1]})
    page = main_of(explore_tree(zones, levels=levels))
    assert ("Dist", "S000", "Z") in set(paths(page))
    notes = {name_of(line): notes_of(line) for line in page.iter("li")}
    assert notes["C000"] == []
    assert notes["S001"] == [("no zone", True)]


def test_persons_are_named_in_the_language_of_the_tree():
    """With the staff, ids give English names in English and Chinese ones in Chinese."""
    zones = pd.DataFrame({"zone_code": ["Z"], "leader": ["吴然岚"], "leader_id": ["W1"]})
    staff = pd.DataFrame({"staff_id": ["W1"], "name": ["吴然岚"], "name_en": ["Wu Ranlan"]})
    english = explore_tree(zones, staff=staff).html
    chinese = explore_tree(zones, staff=staff, language="zh").html
    assert "Wu Ranlan" in english
    assert "吴然岚" not in english
    assert "责任领导" in chinese
    assert "吴然岚" in chinese


@pytest.mark.parametrize(("n_streets", "n_zones"), [(1, 1), (3, 4), (17, 11), (40, 3)])
def test_no_text_meets_another(n_streets, n_zones):
    """On paper all lines stand apart, inside the neat line, and none is cut short."""
    zones, levels = city(n_streets, n_zones)
    figure = plot_tree(zones, levels=levels)
    boxes = np.array([text.get_window_extent().extents for text in figure.texts])
    left, bottom, right, top = boxes.T
    width, height = figure.get_size_inches() * figure.dpi
    assert (left > 0).all()
    assert (bottom > 0).all()
    assert (right < width).all()
    assert (top < height).all()
    across = (left[:, None] < right) & (left < right[:, None])
    up = (bottom[:, None] < top) & (bottom < top[:, None])
    assert not np.triu(across & up, k=1).any()
    assert not any("…" in text.get_text() for text in figure.texts)
    written = [text.get_text() for text in by_gid(figure, "zone")]
    assert [name for name in written if "continued" not in name] == sorted(zones["zone_code"])


def test_the_paper_grows_with_the_tree_and_the_type_does_not_shrink_away():
    """Few zones stand on A4, the more the larger; the type is never below 6.5 points."""
    sizes = []
    for n in (2, 20, 60):
        figure = plot_tree(city(n, 3)[0], within="street_code")
        sizes.append(figure.get_size_inches()[0])
        assert min(text.get_fontsize() for text in by_gid(figure, "zone", "note")) > 6.49
    assert all(small <= large for small, large in pairwise(sizes))
    assert sizes[0] < sizes[-1]


@pytest.mark.parametrize("n_zones", [59, 60, 61])
def test_an_area_that_goes_on_is_named_again(n_zones):
    """A column begins with what its first line lies in; no zone is torn from its persons."""
    zones, levels = city(2, n_zones)
    zones["deputy"] = "Luo"
    figure = plot_tree(zones, levels=levels, size="A2")
    texts = by_gid(figure, "area", "zone", "role")
    again = [text.get_text() for text in texts if "continued" in text.get_text()]
    assert "Street 000 (continued)" in again
    assert all(name.startswith("Street") for name in again)
    top = max(text.get_position()[1] for text in texts)
    heads = [text for text in texts if text.get_position()[1] > top - 0.001]
    assert len(heads) > 3
    assert {text.get_gid() for text in heads} == {"area"}


def test_a_paper_too_small_is_refused_with_one_that_is_not():
    """Too long a tree for the paper named: the message says how long, and which paper has room."""
    zones, levels = city(17, 11)
    with pytest.raises(InputError, match=r"tree of 578 lines has no room on A4 .* room on A[23]"):
        plot_tree(zones, levels=levels, size="A4")
    many = pd.DataFrame({"zone_code": [f"{n:05}" for n in range(20_000)], "manager": "Wu"})
    with pytest.raises(InputError, match="no room on A0 landscape; draw some of the zones"):
        plot_tree(many)


def test_a_dollar_sign_or_a_line_break_is_text():
    """Names from data start no formula and no second line."""
    zones = pd.DataFrame({"zone_code": ["$x$"], "manager": ["$a$\nb"]})
    figure = plot_tree(zones, title="$t$")
    written = {text.get_text(): text.get_parse_math() for text in figure.texts}
    assert written["$x$"] is False
    assert written["$a$ b"] is False
    assert written["$t$"] is False


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"levels": levels_of([0])[1]}, InputError, "`levels` must be a list of frames"),
        ({"levels": levels_of([0, 1])[1:]}, SchemaError, "no column of `zones` holds codes"),
        ({"within": "strret"}, SchemaError, "lacks 'strret'"),
        ({"zones": pd.DataFrame({"zone_code": ["Z", "Z"]})}, CodeError, "repeat"),
        ({"zones": pd.DataFrame({"zone_code": []})}, SchemaError, "no rows"),
        ({"language": "de"}, InputError, "`language` must be one of"),
        ({"roles": {"boss": "Boss"}}, SchemaError, "lacks 'boss'"),
    ],
)
def test_what_cannot_be_a_tree_is_refused(change, error, message):
    """Frames and options that make no tree are refused, on screen and on paper alike."""
    options = {"zones": pd.DataFrame({"zone_code": ["Z"]}), **change}
    for draw in (explore_tree, plot_tree):
        with pytest.raises(error, match=message):
            draw(options["zones"], **{k: v for k, v in options.items() if k != "zones"})


def test_a_parent_that_is_not_there_is_named():
    """A community whose street is unknown is refused with its row."""
    levels = levels_of([0, 1])
    levels[2].loc[1, "parent_code"] = "nowhere"
    zones = pd.DataFrame({"zone_code": ["Z"], "area_code": ["C000"]})
    with pytest.raises(
        CodeError, match=r"`levels\[2\]`: 'parent_code' names no area .*row 1"
    ) as it:
        plot_tree(zones, levels=levels)
    assert it.value.rows == (1,)


@pytest.mark.browser
def test_markup_in_a_name_is_text(opened):
    """A tag as name of area, zone, person, role and title is shown and does nothing."""
    zones = pd.DataFrame(
        {"zone_code": [EVIL], "zone_name": [EVIL + "2"], "area": [EVIL], "x": [EVIL]}
    )
    levels = [pd.DataFrame({"area_code": [EVIL], "area_name": [EVIL]})]
    page = explore_tree(zones, levels=levels, within="area", roles={"x": EVIL}, title=EVIL)
    tab = opened(page).tab
    tab.click("button[value=open]")
    assert tab.inner_text("h1") == EVIL
    assert tab.locator("main").inner_text().count(EVIL) == 5
    assert tab.locator("img").count() == 0
    tab.fill("input", "onerror")
    assert tab.locator("main").inner_text().count(EVIL) == 5


@pytest.mark.browser
def test_a_person_is_found(opened):
    """The search leaves the lines that hold a name, what they stand below, and nothing else."""
    zones, levels = city(3, 4)
    zones.loc[5, "manager"] = "Gu Found"
    tab = opened(explore_tree(zones, levels=levels)).tab
    assert not tab.get_by_text("Gu Found").is_visible()
    tab.fill("input", "gu found")
    assert tab.get_by_text("Gu Found").is_visible()
    shown = [text for text in tab.inner_text("main").split("\n") if text.strip()]
    assert [text.split(" ")[0] for text in shown] == ["Street", "001-01", "Grid"]
    tab.fill("input", "nobody of this name")
    assert tab.get_by_text("Nothing found").is_visible()
    tab.fill("input", "")
    assert not tab.get_by_text("Gu Found").is_visible()


@pytest.mark.browser
def test_the_tree_folds_without_a_script(browser, tmp_path):
    """Where scripts are forbidden, a click still opens a fold, and no dead button is shown."""
    zones, levels = city(3, 4)
    path = save_html(explore_tree(zones, levels=levels), tmp_path / "tree.html")
    plain = browser.browser.new_context(java_script_enabled=False, offline=True)
    tab = plain.new_page()
    tab.goto(path.as_uri())
    assert not tab.locator("form").is_visible()
    assert not tab.get_by_text("001-02", exact=True).is_visible()
    tab.get_by_text("Street 001").click()
    assert not tab.get_by_text("Grid manager").first.is_visible()
    tab.get_by_text("001-02", exact=True).click()
    assert tab.get_by_text("Han Lijing; Zhao Qiufeng").locator("visible=true").count() == 1
    plain.close()


def test_a_notebook_shows_the_tree_in_a_frame():
    """The page stands escaped in a frame of its own, where scripts have no rights outside."""
    page = explore_tree(city()[0], within="street_code", title="T")
    shown = page._repr_html_()
    assert shown.startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;')
    assert 'sandbox="allow-scripts"' in shown
    assert repr(page) == f"Page('T', {len(page.html.encode()) / 1000:,.0f} kB)"


def test_frames_as_files_and_joins_leave_them():
    """Codes in the index too, or as categories, give the tree that codes in columns give."""
    zones, (areas,) = city()
    plain = explore_tree(zones, levels=[areas]).html
    indexed = zones.set_index("zone_code", drop=False), areas.set_index("area_code", drop=False)
    assert explore_tree(indexed[0], levels=[indexed[1]]).html == plain
    sorts = zones.astype({"zone_code": "category", "street_code": "category"})
    assert explore_tree(sorts, levels=[areas]).html == plain


def test_a_size_that_is_not_known_is_not_told():
    """A zone of which nobody knows the cells or the size has neither, and stands in the tree."""
    zones, levels = city()
    zones["n_cells"] = [np.nan] + [7.0] * (len(zones) - 1)
    zones["area_m2"] = [65_432.1] * (len(zones) - 1) + [np.nan]
    notes = tree_of(
        zones, levels, within=None, staff=None, roles=None, title=None, language="en"
    ).lines
    notes = notes.loc[notes["kind"] == "zone", "note"].tolist()
    assert notes[0] == "6.54 ha"
    assert notes[1] == "7 cells · 6.54 ha"
    assert notes[-1] == "7 cells"
