"""The house: floors, sizes, and one room for each outside world. See CONTRIBUTING.md."""

import ast
import shutil
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "gridgeo"

FLOORS = {
    "errors": 0,
    "schema": 0,
    "validate": 1,
    "china": 1,
    "crs": 1,
    "shifts": 1,
    "codes": 1,
    "_collector": 1,
    "_rings": 1,
    "_squares": 1,
    "_mesh": 1,
    "_walk": 1,
    "_hexagons": 1,
    "_chains": 1,
    "_cut": 1,
    "_edges": 1,
    "_merge": 1,
    "_pieces": 1,
    "_h3": 1,
    "_polygons": 1,
    "_repair": 1,
    "_moves": 1,
    "_bins": 1,
    "_locate": 1,
    "_line_split": 1,
    "_polygon_split": 1,
    "_features": 1,
    "_shareout": 1,
    "_suspicion": 1,
    "_texts": 1,
    "_class_texts": 1,
    "_names": 1,
    "_books": 1,
    "files": 1,
    "_sheets": 1,
    "_proof": 1,
    "_stretches": 1,
    "_findings": 1,
    "_matching": 1,
    "_families": 1,
    "_changes": 1,
    "_zoning": 1,
    "_staffing": 1,
    "_zone_columns": 1,
    "_zone_numbers": 1,
    "_zone_bounds": 1,
    "_zone_words": 1,
    "_zones_told": 1,
    "_zones_report": 1,
    "_layers": 1,
    "_shares": 1,
    "_round_numbers": 1,
    "_words": 1,
    "_fault_words": 1,
    "_report_words": 1,
    "_tables": 1,
    "_records": 1,
    "_told": 1,
    "_coverage_told": 1,
    "_nesting_told": 1,
    "_changes_told": 1,
    "_report": 1,
    "_nesting_report": 1,
    "_levels_report": 1,
    "_persons": 1,
    "_cover": 1,
    "_staff_words": 1,
    "_staffing_told": 1,
    "_staffing_report": 1,
    "grids": 2,
    "roles": 2,
    "type_rules": 2,
    "io": 3,
    "areas": 3,
    "cells": 3,
    "geocoding": 3,
    "counting": 3,
    "classes": 3,
    "components": 3,
    "coverage": 3,
    "nesting": 3,
    "comparison": 3,
    "zones": 3,
    "dissolving": 3,
    "zone_check": 3,
    "staff": 3,
    "staffing": 3,
    "roster": 3,
    "cell_types": 3,
    "datasets": 4,
    "class_tables": 4,
    "ledger": 4,
    "maps": 4,
    "workflow": 5,
    "cli": 6,
    "__main__": 7,
    "__init__": 7,
}
"""Floor of every room; those on floor 1 may lean on each other, stages never do."""

ROOMS = {
    "h3ronpy": {"_h3"},
    "pyproj": {"crs"},
    "pyogrio": {"io", "files"},
    "pyarrow": {"io", "files", "_h3"},
    "python_calamine": {"io"},
    "xlsxwriter": {"files"},
    "folium": {"maps"},
    "branca": {"maps"},
    "jinja2": {"maps"},
    "matplotlib": {"maps"},
    "fontTools": {"maps"},
    "xstatic": {"maps"},
    "typer": {"cli"},
    "scipy": {"_families", "_staffing", "_zoning"},
    "tqdm": {"cells", "workflow", "maps"},
}
"""Where each outside world may be spoken to."""

CALLS = {
    "to_crs": {"crs"},
    "to_file": {"files"},
    "to_parquet": {"files"},
    "to_csv": {"files"},
    "to_excel": {"files"},
    "read_file": {"io"},
    "read_parquet": {"io"},
    "read_csv": {"io"},
    "read_excel": {"io"},
    "iterrows": set(),
    "itertuples": set(),
}
"""Methods and the rooms that may call them; empty where none may."""

LATE = {("_report", "gridgeo.maps.explore_faults"), ("_report", "gridgeo.maps.plot_faults")}
"""Imports upward, inside a method: a report may be asked to draw itself, when all floors stand."""

MODULE_LINES = 400
BODY_LINES = 40


def modules(package):
    """All modules of a package."""
    return sorted(path for path in package.rglob("*.py"))


def room_of(path, package):
    """The room a module belongs to: its own name, or that of its folder."""
    return path.relative_to(package).with_suffix("").parts[0]


def runtime_nodes(tree, *, late=True):
    """Every node that runs: not what stands under ``if TYPE_CHECKING``; ``late`` in functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.FunctionDef) and not late:
            continue
        yield node
        yield from runtime_nodes(node, late=late)


def imported(path, *, late=True):
    """Full names of what a module imports when it runs, in functions too unless not ``late``."""
    for node in runtime_nodes(ast.parse(path.read_text(encoding="utf-8")), late=late):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def wrong_imports(package):
    """Imports that the floor plan does not allow."""
    found = set()
    for path in modules(package):
        room = room_of(path, package)
        at_once = set(imported(path, late=False))
        for name in imported(path):
            if (room, name) in LATE and name not in at_once:
                continue
            first, *rest = name.split(".")
            if first == "gridgeo" and (not rest or rest[0] not in FLOORS):
                found.add(f"{room} imports the facade")
            elif first == "gridgeo" and rest[0] != room:
                sideways = FLOORS[rest[0]] == FLOORS[room] and FLOORS[room] != 1
                if sideways or FLOORS[rest[0]] > FLOORS[room]:
                    found.add(f"{room} imports {rest[0]}")
            if first in ROOMS and room not in ROOMS[first]:
                found.add(f"{room} speaks to {first}")
    return sorted(found)


def functions(path):
    """Names of functions and the lines of their bodies."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                yield node.name, body[-1].end_lineno - body[0].lineno + 1


def test_every_room_has_a_floor():
    """A new module has to say on which floor it stands."""
    assert {room_of(path, PACKAGE) for path in modules(PACKAGE)} <= set(FLOORS)


def test_imports_go_down_the_floors():
    """No room imports upward, no stage another stage, and each outside world has one room."""
    assert wrong_imports(PACKAGE) == []


@pytest.mark.parametrize(
    ("room", "line", "fault"),
    [
        ("errors.py", "from gridgeo.crs import working_crs", "errors imports crs"),
        ("cells.py", "from gridgeo.coverage import check_coverage", "cells imports coverage"),
        ("coverage.py", "import gridgeo", "coverage imports the facade"),
        ("_report.py", "from gridgeo.maps import plot_faults", "_report imports maps"),
        ("_report.py", "def f():\n    import gridgeo.maps.sheet", "_report imports maps"),
        ("geocoding.py", "import matplotlib.pyplot as plt", "geocoding speaks to matplotlib"),
    ],
)
def test_a_planted_import_is_found(tmp_path, room, line, fault):
    """The check above names an upward, a sideways, a facade and a foreign import."""
    package = tmp_path / "gridgeo"
    shutil.copytree(PACKAGE, package)
    with (package / room).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    assert fault in wrong_imports(package)


def test_floor_one_has_no_import_cycle():
    """Rooms on floor 1 lean on each other, but never in a circle."""
    rooms = {path.stem: path for path in modules(PACKAGE) if FLOORS.get(path.stem) == 1}
    leans = {
        name: {
            part[1] for i in imported(path) if len(part := i.split(".")) > 1 and part[1] in rooms
        }
        - {name}
        for name, path in rooms.items()
    }
    while free := [name for name, others in leans.items() if not others & set(leans)]:
        for name in free:
            del leans[name]
    assert leans == {}


def test_modules_and_functions_stay_small():
    """A room past its size holds two ideas."""
    long_modules = [
        path.name
        for path in modules(PACKAGE)
        if len(path.read_text(encoding="utf-8").splitlines()) > MODULE_LINES
    ]
    long_bodies = [
        f"{path.name}: {name} has {lines} lines"
        for path in modules(PACKAGE)
        for name, lines in functions(path)
        if lines > BODY_LINES
    ]
    assert long_modules + long_bodies == []


def test_some_calls_have_one_room():
    """Reprojection goes through crs, files through io, and no frame is walked row by row."""
    found = [
        f"{room_of(path, PACKAGE)} calls {node.func.attr}"
        for path in modules(PACKAGE)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CALLS
        and room_of(path, PACKAGE) not in CALLS[node.func.attr]
    ]
    assert found == []
