// Outlines by level: several on one canvas, each of which can be switched by itself.

const SharedCanvas = CanvasLayer.extend({
  initialize(options) {
    L.setOptions(this, options);
    this._parts = new Set();
  },

  show(part, map) {
    this._parts.add(part);
    if (map.hasLayer(this)) this.redraw();
    else this.addTo(map);
  },

  hide(part) {
    this._parts.delete(part);
    if (this._parts.size) this.redraw();
    else this.fire("drawn", this.remove());
  },
});

// One entry of the layer control: a part of what a common canvas draws.
const PartLayer = L.Layer.extend({
  initialize(canvas, part) {
    this._canvas = canvas;
    this._part = part;
  },

  onAdd(map) {
    this._canvas.show(this._part, map);
  },

  onRemove() {
    this._canvas.hide(this._part);
  },
});

// Lines: { regions, color, weight }, the highest level first; it is drawn last, above the others.
const OutlinesCanvas = SharedCanvas.extend({
  initialize(lines, options) {
    SharedCanvas.prototype.initialize.call(this, options);
    this._lines = lines;
  },

  drawOn(context, view) {
    const thin = this._map.getZoom() < 13 ? 0.6 : 1;
    context.lineJoin = "round";
    for (let level = this._lines.length - 1; level >= 0; level--) {
      if (!this._parts.has(level)) continue;
      const { regions, color, weight } = this._lines[level];
      context.strokeStyle = color;
      context.lineWidth = weight * thin;
      regions.bins.visit(view.west, view.north, view.east, view.south, (i) => {
        context.beginPath();
        regions.trace(context, i, view, 0.7);
        context.stroke();
      });
    }
  },
});
