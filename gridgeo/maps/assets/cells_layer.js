// Cells: filled by colour, their lines in magenta once they are wide enough to be told apart.

const LINES_FROM = 4; // pixels across a cell
const CELLS_PER_STROKE = 500;

const CellsLayer = CanvasLayer.extend({
  initialize(city, options) {
    L.setOptions(this, options);
    this._city = city;
  },

  // In a large city, far out, zones or areas stand for their cells.
  isOverview() {
    const { totals, style, regionFill, across } = this._city;
    const scale = this._map.options.crs.scale(this._map.getZoom());
    return totals.cells >= style.overviewFrom && regionFill !== null && across * scale < LINES_FROM;
  },

  drawOn(context, view) {
    context.globalAlpha = this.options.fillOpacity;
    if (this.isOverview()) this._fillRegions(context, view);
    else this._drawCells(context, view);
    context.globalAlpha = 1;
  },

  _fillRegions(context, view) {
    const { areas, zones, fill, regionFill } = this._city;
    const paint = (regions, colorOf) =>
      regions.bins.visit(view.west, view.north, view.east, view.south, (i) => {
        context.fillStyle = fill.fills[colorOf(i)];
        context.beginPath();
        regions.trace(context, i, view, 0.7);
        context.fill();
      });
    // What no zone covers shows the areas below.
    if (regionFill.regions === zones) paint(areas, () => fill.fills.length - 1);
    paint(regionFill.regions, (i) => regionFill.of[i]);
  },

  _drawCells(context, view) {
    const { cells, fill, across: width } = this._city, across = width * view.scale;
    this.cells = cells;
    const seen = fill.fills.map(() => []);
    cells.bins.visit(view.west, view.north, view.east, view.south, (i) => seen[cells.fill[i]].push(i));
    seen.forEach((group, color) => {
      context.fillStyle = fill.fills[color];
      if (across < LINES_FROM) this._fillSmall(context, view, group);
      else this._fillLarge(context, view, group);
    });
    context.globalAlpha = 1;
    if (across >= LINES_FROM) this._drawLines(context, view, seen, across);
  },

  // Far out a cell is a few pixels: its box, snapped to whole pixels so that no seams show.
  _fillSmall(context, view, group) {
    const { west, north, east, south } = this.cells.boxes;
    for (const i of group) {
      const left = Math.round(west[i] * view.scale - view.left);
      const top = Math.round(north[i] * view.scale - view.top);
      const right = Math.max(left + 1, Math.round(east[i] * view.scale - view.left));
      const bottom = Math.max(top + 1, Math.round(south[i] * view.scale - view.top));
      if (right - left < 2 * LINES_FROM && bottom - top < 2 * LINES_FROM) {
        context.fillRect(left, top, right - left, bottom - top);
      } else this._fillLarge(context, view, [i]);
    }
  },

  _fillLarge(context, view, group) {
    for (let start = 0; start < group.length; start += CELLS_PER_STROKE) {
      context.beginPath();
      const end = Math.min(group.length, start + CELLS_PER_STROKE);
      for (let k = start; k < end; k++) this.cells.trace(context, group[k], view, 0.3);
      context.fill();
    }
  },

  _drawLines(context, view, seen, across) {
    context.strokeStyle = this._city.style.cellLine;
    // Fine and pale while cells are small, or the lines would outweigh the colours of the areas.
    context.lineWidth = Math.min(1.1, 0.35 + across / 60);
    context.globalAlpha = Math.min(1, 0.12 + across / 32);
    context.lineJoin = "round";
    for (const group of seen) {
      for (let start = 0; start < group.length; start += CELLS_PER_STROKE) {
        context.beginPath();
        const end = Math.min(group.length, start + CELLS_PER_STROKE);
        for (let k = start; k < end; k++) this.cells.trace(context, group[k], view, 0.3);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  },
});
