// Borders of areas, and their names where there is room for them.

const BordersLayer = CanvasLayer.extend({
  initialize(city, options) {
    L.setOptions(this, options);
    this._city = city;
  },

  drawOn(context, view) {
    const { areas, style } = this._city;
    context.strokeStyle = style.areaLine;
    context.lineWidth = this._map.getZoom() < 12 ? 1.1 : 2;
    context.lineJoin = "round";
    areas.bins.visit(view.west, view.north, view.east, view.south, (i) => {
      context.beginPath();
      areas.trace(context, i, view, 0.7);
      context.stroke();
    });
  },
});

// Where a name may go, in pixels from the middle of its area, best first.
const SHIFTS = [[0, 0], [0, -20], [0, 20], [0, -36], [0, 36], [-28, 0], [28, 0], [-28, -28],
  [28, -28], [-28, 28], [28, 28], [-56, 0], [56, 0], [0, -56], [0, 56]];

const NamesLayer = CanvasLayer.extend({
  options: { size: 13, faint: false, color: null, regions: null },

  initialize(city, options) {
    L.setOptions(this, options);
    this._city = city;
    this._regions = this.options.regions || city.areas;
    this.shown = [];
    this.boxes = [];
  },

  // The widest areas come first; a name lies in its own area and covers no other name or bunch.
  drawOn(context, view) {
    const { style } = this._city, { size, faint, color } = this.options, regions = this._regions;
    const taken = this.options.obstacles(view);
    this.shown = [];
    this.boxes = [];
    context.font = `${faint ? 500 : 600} ${size}px ${style.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    context.strokeStyle = "rgba(255, 255, 255, 0.88)";
    context.fillStyle = color || style.ink;
    const names = regions.labels || regions.names;
    for (const i of regions.widestFirst) this._write(context, names[i], i, taken, view);
  },

  // Writes a name where there is room for it.
  _write(context, name, i, taken, view) {
    const half = context.measureText(name).width / 2 + 2;
    if (2 * half > (this._regions.chords[i] / 360) * view.scale * 1.05) return false;
    const place = this._placeOf(i, half, taken, view);
    if (!place) return false;
    const box = boxAround(place, half);
    taken.push(box);
    this.boxes.push(box);
    this.shown.push(name);
    context.strokeText(name, place[0], place[1]);
    context.fillText(name, place[0], place[1]);
    return true;
  },

  // Where the middle of the area is out of sight, the name stays at the edge of the view.
  _placeOf(i, half, taken, view) {
    const areas = this._regions, { x, y } = areas.places;
    const edge = this.options.edge(view);
    const baseX = Math.max(edge[0] + half, Math.min(edge[2] - half, x[i] * view.scale - view.left));
    const baseY = Math.max(edge[1] + 12, Math.min(edge[3] - 12, y[i] * view.scale - view.top));
    const inside = (px, py) => areas.contains(i, (px + view.left) / view.scale, (py + view.top) / view.scale);
    for (const [right, down] of SHIFTS) {
      const px = baseX + right, py = baseY + down;
      if (!inside(px, py) || !inside(px - half * 0.9, py) || !inside(px + half * 0.9, py)) continue;
      const box = boxAround([px, py], half);
      if (!taken.some((other) => meets(box, other))) return [px, py];
    }
    return null;
  },
});

const boxAround = ([x, y], half) => [x - half, y - 10, x + half, y + 10];
const meets = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
