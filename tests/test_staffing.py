"""check_staffing and staff_changes: every planted fault is named, and nothing else."""

# ruff: noqa: RUF001 - Chinese has its own colon

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import gridgeo as gg
from gridgeo import Role, check_staffing, staff_changes
from gridgeo._staff_words import STAFF_FAULTS
from gridgeo.errors import AssignmentError, CodeError, InputError, SchemaError

ROLES = (
    Role("manager", "网格长", "Grid manager", max_zones=2),
    Role("inspector", "监督员", "Inspector", at_least=1, at_most=2),
    Role("deputy", "副职", "Deputy", drawn_from=("manager", "deputy"), differs_from=("manager",)),
)
STAFF = pd.DataFrame(
    {
        "staff_id": ["M1", "M2", "I1", "I2", "D1", "C1"],
        "name": ["Li", "Wang", "Zhao", "Wu", "Sun", "Clerk <b>"],
        "role": ["manager", "manager", "inspector", "inspector", "deputy", "clerk"],
        "street_code": ["A", "B", "A", "", "", "A"],
    }
)
NAMES = STAFF.set_index("staff_id")["name"]


def staffed(**changes):
    """Give three zones of two streets with their persons; ``manager_id=(0, "X")`` changes one."""
    ids = {
        "manager_id": ["M1", "M1", "M2"],
        "inspector_id": ["I1", "I1; I2", "I2"],
        "deputy_id": ["M2", "D1", "M1"],
    }
    street = ["A", "A", "B"]
    zones = pd.DataFrame({"zone_code": ["Z1", "Z2", "Z3"], "street_code": street} | ids)
    zones.loc[0, "deputy_id"] = zones.loc[2, "deputy_id"] = "D1"
    for column, (row, value) in changes.items():
        zones.loc[row, column] = value
    for role in ROLES:
        named = zones[role.id_column].str.split("; ")
        zones[role.key] = ["; ".join(NAMES.get(one, "Old") for one in ids) for ids in named]
    shapes = shapely.box([0, 1, 2], 0, [1, 2, 3], 1)
    return gpd.GeoDataFrame(zones, geometry=shapes, crs="EPSG:4547").set_axis(["p", "q", "r"])


def check(zones):
    """Check zones against the staff."""
    return check_staffing(zones, STAFF, roles=ROLES)


def found(report):
    """Give the kinds of fault that were found, with their rows as plain values."""
    return {kind: frame.to_dict("records") for kind, frame in report.found().items() if len(frame)}


def test_zones_with_all_their_persons_are_sound():
    """Nothing is found; who has no zone is told and is no fault."""
    report = check(staffed())
    assert found(report) == {}
    assert report.ok
    assert report.verdict == "staffed, every zone has its persons"
    notes = report.persons.set_index("staff_id")["note"]
    assert notes[notes != ""].to_dict() == {"C1": "role not asked for"}
    assert report.findings().empty
    assert report.rows == ()
    report.raise_for_faults()


PLANTED = {
    "a vacancy": (
        {"manager_id": (2, "")},
        "vacancies",
        {"zone_code": "Z3", "role": "manager", "has": 0, "needs": 1},
    ),
    "too many": (
        {"inspector_id": (1, "I1; I2; D1")},
        "surplus",
        {"zone_code": "Z2", "role": "inspector", "has": 3, "at_most": 2},
    ),
    "too many zones": (
        {"manager_id": (2, "M1")},
        "overloaded",
        {"staff_id": "M1", "name": "Li", "role": "manager", "n_zones": 3, "max_zones": 2},
    ),
    "a stranger": (
        {"inspector_id": (1, "I1; X9")},
        "unknown_persons",
        {"zone_code": "Z2", "role": "inspector", "staff_id": "X9", "name": "Old"},
    ),
    "named twice": (
        {"inspector_id": (1, "I1; I1")},
        "repeated_persons",
        {"zone_code": "Z2", "role": "inspector", "staff_id": "I1", "name": "Zhao"},
    ),
    "own deputy": (
        {"deputy_id": (0, "M1")},
        "same_persons",
        {
            "zone_code": "Z1",
            "role": "deputy",
            "other_role": "manager",
            "staff_id": "M1",
            "name": "Li",
        },
    ),
    "wrong role": (
        {"inspector_id": (0, "D1")},
        "wrong_roles",
        {
            "zone_code": "Z1",
            "role": "inspector",
            "staff_id": "D1",
            "name": "Sun",
            "has_role": "deputy",
        },
    ),
    "wrong place": (
        {"inspector_id": (2, "I1")},
        "wrong_places",
        {
            "zone_code": "Z3",
            "role": "inspector",
            "staff_id": "I1",
            "name": "Zhao",
            "serves_in": "A",
            "lies_in": "B",
        },
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_fault_is_named(planted):
    """A fault of each kind is found where it was planted, with the zone, role and person."""
    change, kind, row = PLANTED[planted]
    report = check(staffed(**change))
    assert found(report)[kind] == [row]
    also = {"too many": {"wrong_roles"}, "too many zones": {"wrong_places"}}
    assert set(found(report)) == {kind} | also.get(planted, set())
    assert not report.ok


def test_a_name_that_is_not_that_of_the_id_is_named():
    """Who changes the id in a sheet and forgets the name shows the wrong person on the map."""
    zones = staffed()
    zones.loc["q", "manager"] = "Wang"
    zones.loc["r", "inspector"] = "Wu; Zhao"
    assert list(found(report := check(zones))) == ["wrong_names"]
    assert report.wrong_names.drop(columns="role").to_numpy().tolist() == [
        ["Z2", "M1", "Li", "Wang"],
        ["Z3", "I2", "Wu", ""],
    ]


def test_ids_without_names_are_no_fault():
    """Zones that tell ids alone are checked by their ids."""
    assert check(staffed().drop(columns=[role.key for role in ROLES])).ok


def test_a_role_that_no_zone_tells_is_vacant_everywhere():
    """Without its column nobody serves in a role."""
    report = check(staffed().drop(columns=["deputy_id", "deputy"]))
    assert report.vacancies["zone_code"].tolist() == ["Z1", "Z2", "Z3"]
    assert report.summary.set_index("role").loc["deputy", "short"] == 3


def test_a_stranger_fills_no_post():
    """A zone whose only manager is not in the staff lacks one, too."""
    report = check(staffed(manager_id=(2, "X9")))
    assert set(found(report)) == {"unknown_persons", "vacancies"}


def test_one_person_named_twice_is_no_pair():
    """Two inspectors are asked for, and the same one stands there twice: one is lacking."""
    pair = Role("inspector", "监督员", "Inspector", at_least=2, at_most=2)
    report = check_staffing(staffed(inspector_id=(1, "I1; I1")), STAFF, roles=[pair])
    assert report.vacancies["zone_code"].tolist() == ["Z1", "Z2", "Z3"]
    assert report.vacancies["has"].tolist() == [1, 1, 1]


def test_the_summary_counts_persons_and_zones():
    """Who serves, how many zones each has, who is idle: worked out by hand."""
    report = check(staffed(inspector_id=(2, "")))
    by_role = report.summary.set_index("role")
    assert by_role.loc["manager"].tolist() == [2, 1, 2, 1.5, 0, 0]
    assert by_role.loc["inspector"].tolist() == [2, 1, 2, 1.5, 0, 1]
    assert by_role.loc["deputy"].tolist() == [1, 3, 3, 3.0, 0, 0]
    assert report.persons.set_index("staff_id")["n_zones"].to_dict() == {
        "M1": 2,
        "M2": 1,
        "I1": 2,
        "I2": 1,
        "D1": 3,
        "C1": 0,
    }


def test_whose_place_has_no_zone_is_told():
    """A person bound to a street that no zone lies in is not simply without one."""
    staff = STAFF.assign(street_code=["A", "B", "A", "", "Q", "A"])
    zones = staffed().drop(columns=["deputy_id", "deputy"])
    notes = check_staffing(zones, staff, roles=ROLES).persons.set_index("staff_id")["note"]
    assert notes["D1"] == "place without zones"


def test_faults_are_raised_with_the_rows_of_their_zones():
    """The exception names kinds, zones and roles, and carries the labels of the zones."""
    report = check(staffed(manager_id=(2, ""), deputy_id=(0, "M1")))
    with pytest.raises(
        AssignmentError, match=r"vacancies: 1 \(Z3 manager\); same_persons"
    ) as raised:
        report.raise_for_faults()
    assert raised.value.rows == ("p", "r")


def test_all_faults_leave_in_one_table():
    """Codes, names and numbers of all kinds stand side by side, in a form that a file takes."""
    table = check(staffed(manager_id=(2, ""), inspector_id=(1, "I1; X9"))).findings()
    assert table["kind"].tolist() == ["vacancies", "unknown_persons"]
    assert table["needs"].tolist()[0] == 1
    assert table["staff_id"].tolist() == ["", "X9"]
    assert set(table.dtypes.astype(str)) == {"str", "Int64"}


def test_a_report_leaves_as_a_geopackage(tmp_path):
    """A layer for each kind with the zones' polygons, and tables of persons and roles."""
    report = check(staffed(manager_id=(2, ""), inspector_id=(1, "I1; X9")))
    path = report.to_gpkg(tmp_path / "staffing.gpkg")
    vacancies = gpd.read_file(path, layer="vacancies")
    assert vacancies["zone_code"].tolist() == ["Z3"]
    assert vacancies.geometry[0].equals(shapely.box(2, 0, 3, 1))
    assert len(gpd.read_file(path, layer="persons")) == len(STAFF)
    assert len(gpd.read_file(path, layer="summary")) == len(ROLES)


def test_a_report_leaves_as_json(tmp_path):
    """Counts and rows of each kind, and persons without a zone."""
    path = check(staffed(manager_id=(2, ""))).to_json(tmp_path / "staffing.json")
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["faults"]["vacancies"]["rows"] == [
        {"zone_code": "Z3", "role": "manager", "has": 0, "needs": 1}
    ]
    assert [person["staff_id"] for person in told["persons"]] == ["M2", "C1"]
    assert set(told["faults"]) == set(STAFF_FAULTS)


def test_a_report_is_told_in_both_languages():
    """Verdict, roles and kinds of fault in English as the attributes, in Chinese in words."""
    report = check(staffed(manager_id=(2, "")))
    english, chinese = report.to_text("en").splitlines(), report.to_text("zh").splitlines()
    assert english[0] == "StaffingReport: not staffed, 1 fault"
    assert "1 persons have a role that was not asked for: 'clerk'" in english[1]
    assert any(line.split() == ["vacancies", "1"] for line in english)
    assert chinese[0] == "人员配备检查：不合格，发现 1 处问题"
    assert any(line.split() == ["人员缺额", "1"] for line in chinese)
    assert any(line.split()[0] == "网格长" for line in chinese)
    assert "\n".join(chinese).encode("gb18030")
    assert repr(report) == report.to_text()
    with pytest.raises(InputError, match="language"):
        report.to_text("fr")


def test_html_escapes_what_comes_from_data():
    """A role called like a tag is shown as text, in either language."""
    staff = STAFF.assign(role=STAFF["role"].replace("clerk", "<script>"))
    report = check_staffing(staffed(), staff, roles=ROLES)
    for language in ("en", "zh"):
        page = report.to_html(language)
        assert "<script>" not in page
        assert "&lt;script&gt;" in page
    assert report._repr_html_() == report.to_html()


@pytest.mark.parametrize(
    ("zones", "staff", "error", "match"),
    [
        (staffed().assign(zone_code="Z"), STAFF, CodeError, "repeat"),
        (staffed().drop(columns="manager_id"), STAFF, SchemaError, "'manager_id' is not there"),
        (staffed().drop(columns="street_code"), STAFF, SchemaError, "lacks 'street_code'"),
        (staffed(), pd.concat([STAFF, STAFF[:1]]), CodeError, "listed twice"),
        (staffed(), STAFF.drop(columns="name"), SchemaError, "lacks 'name'"),
    ],
)
def test_what_cannot_be_checked_is_refused(zones, staff, error, match):
    """Codes that repeat, names without ids, persons listed twice are errors that name rows."""
    with pytest.raises(error, match=match):
        check_staffing(zones, staff, roles=ROLES)


def test_changes_tell_who_came_and_went():
    """One row for each who came or went, in the order of the zones; who stays is not told."""
    before, after = staffed(), staffed(manager_id=(0, "M2"), inspector_id=(1, "I2"))
    changes = staff_changes(before, after, roles=ROLES)
    assert changes.to_numpy().tolist() == [
        ["Z1", "manager", "went", "M1", "Li"],
        ["Z1", "manager", "came", "M2", "Wang"],
        ["Z2", "inspector", "went", "I1", "Zhao"],
    ]
    assert staff_changes(before, before, roles=ROLES).empty


def test_zones_of_one_side_alone_change_as_a_whole():
    """All persons of a zone that is gone went, those of a new one came."""
    changes = staff_changes(staffed().iloc[:2], staffed().iloc[1:], roles=ROLES[:1])
    assert changes[["zone_code", "change", "staff_id"]].to_numpy().tolist() == [
        ["Z3", "came", "M2"],
        ["Z1", "went", "M1"],
    ]


def test_the_whole_walk_is_consistent():
    """What assign_staff fills, check_staffing finds staffed, and no change is told between runs."""
    zones = staffed().drop(columns=[n for role in ROLES for n in (role.key, role.id_column)])
    out = gg.assign_staff(zones, STAFF, roles=ROLES)
    assert check(out).ok
    assert staff_changes(out, gg.assign_staff(out, STAFF, roles=ROLES), roles=ROLES).empty
