"""What leaves as a map: interactive ones, the printed sheet, the tree, the picture of faults."""

from gridgeo.maps.atlas import plot_atlas
from gridgeo.maps.faults import explore_faults
from gridgeo.maps.faults_plot import plot_faults
from gridgeo.maps.figures import save_sheet
from gridgeo.maps.interactive import explore_grid
from gridgeo.maps.offline import save_html
from gridgeo.maps.pages import Page
from gridgeo.maps.sheet import plot_sheet
from gridgeo.maps.tree_page import explore_tree
from gridgeo.maps.tree_plot import plot_tree

__all__ = [
    "Page",
    "explore_faults",
    "explore_grid",
    "explore_tree",
    "plot_atlas",
    "plot_faults",
    "plot_sheet",
    "plot_tree",
    "save_html",
    "save_sheet",
]
