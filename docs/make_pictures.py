"""Draw the pictures of the README from the sample city: ``make demo``, ``make pictures``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import gridgeo as gg
from gridgeo.cli.plans import plan_sample

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 110
TITLE = "望河区网格化管理地图"
N_STREETS = 3
"""Streets of the tree: more would be too small for a screen."""
TAKEN = ("990101016005004", "990101009004003")
"""Cells that are left out, so that the picture of faults has something to show."""


def draw() -> dict[str, Figure]:
    """Give each picture by its name: sheet, density, tree, faults."""
    communities = gg.datasets.read_sample("communities")
    streets = gg.datasets.read_sample("streets").iloc[:N_STREETS]
    plan = plan_sample()
    shown = {"areas": communities, "language": "zh"}
    per_hectare = 10_000 * plan.cells["n_components"] / plan.cells["area_m2"]
    dense = plan.cells.drop(columns="zone_code").assign(每公顷部件数=per_hectare)
    faulty = plan.cells[~plan.cells["cell_code"].isin(TAKEN)]
    report = gg.check_coverage(faulty, plan.areas)
    return {
        "map": gg.plot_sheet(
            plan.cells, zones=plan.zones, key_units=plan.key_units, title=TITLE, **shown
        ),
        "density": gg.plot_sheet(dense, color="每公顷部件数", title="望河区部件密度", **shown),
        "tree": gg.plot_tree(
            plan.zones[plan.zones["street_code"].isin(streets["area_code"])],
            levels=[gg.datasets.read_sample("district"), streets],
            title="望河区网格责任体系",
            language="zh",
        ),
        "faults": gg.plot_faults(report, cells=faulty, title="望河区", language="zh"),
    }


def main() -> None:
    """Save the pictures at the size of a screen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where to")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in draw().items():
        figure.savefig(folder / f"{name}.png", dpi=DPI)


if __name__ == "__main__":
    main()
