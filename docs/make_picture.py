"""Draw the picture that opens the README, from the sample city: ``make picture``."""

from pathlib import Path

import gridgeo as gg

DPI = 120


def main() -> None:
    """Plan the sample city and save its sheet at screen size."""
    plan = gg.build_plan(
        gg.datasets.read_sample("communities"), components=gg.datasets.read_sample("components")
    )
    sheet = gg.plot_sheet(
        plan.cells,
        areas=plan.areas,
        components=plan.components,
        title="望河区网格化管理地图",
        language="zh",
    )
    sheet.savefig(Path(__file__).with_name("map.png"), dpi=DPI)


if __name__ == "__main__":
    main()
