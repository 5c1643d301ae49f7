"""What leaves as a map: the interactive one and the printed sheet."""

from gridgeo.maps.interactive import explore_grid
from gridgeo.maps.offline import save_html
from gridgeo.maps.sheet import plot_sheet, save_sheet

__all__ = ["explore_grid", "plot_sheet", "save_html", "save_sheet"]
