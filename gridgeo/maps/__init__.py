"""What leaves as a map: the interactive ones, the printed sheet, the picture of faults."""

from gridgeo.maps.faults import explore_faults
from gridgeo.maps.faults_plot import plot_faults
from gridgeo.maps.figures import save_sheet
from gridgeo.maps.interactive import explore_grid
from gridgeo.maps.offline import save_html
from gridgeo.maps.sheet import plot_sheet

__all__ = [
    "explore_faults",
    "explore_grid",
    "plot_faults",
    "plot_sheet",
    "save_html",
    "save_sheet",
]
