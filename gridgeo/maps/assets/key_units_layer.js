// Key units: a star each, and its name from near by.

const STAR = 8.5; // pixels from the middle to a point of the star; less where many are in view
const STAR_REACH = 10;
const UNIT_NAMES_FROM = 16; // zoom

const KeyUnitsLayer = CanvasLayer.extend({
  initialize(city, options) {
    L.setOptions(this, options);
    this._city = city;
    this.boxes = [];
  },

  drawOn(context, view) {
    const { keyUnits: units, style } = this._city;
    const zoom = this._map.getZoom(), named = zoom >= UNIT_NAMES_FROM, taken = [];
    const size = Math.max(4.5, Math.min(STAR, STAR - 1.4 * (SINGLE_FROM - 0.5 - zoom)));
    this.boxes = [];
    context.lineJoin = "round";
    for (let i = 0; i < units.count; i++) {
      const x = units.x[i] * view.scale - view.left, y = units.y[i] * view.scale - view.top;
      if (x < -STAR || y < -STAR || x > view.width + STAR || y > view.height + STAR) continue;
      this.boxes.push([x - size, y - size, x + size, y + size]);
      traceStar(context, x, y, size);
      context.lineWidth = 2.5;
      context.strokeStyle = "#fff";
      context.stroke();
      context.fillStyle = style.keyUnit;
      context.fill();
      if (named) this._write(context, units.names[i], x, y, taken);
    }
    this.fire("drawn");
  },

  _write(context, name, x, y, taken) {
    const { style } = this._city;
    context.font = "600 12px " + style.font;
    const width = context.measureText(name).width;
    const box = [x + STAR, y - 8, x + STAR + width + 8, y + 8];
    if (taken.some((other) => meets(box, other))) return;
    taken.push(box);
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.lineWidth = 3.5;
    context.strokeStyle = "rgba(255, 255, 255, 0.9)";
    context.fillStyle = style.keyUnit;
    context.strokeText(name, x + STAR + 4, y);
    context.fillText(name, x + STAR + 4, y);
  },

  // The star nearest to a place, within reach; -1 where there is none.
  unitAt(latlng) {
    if (!this._map) return -1;
    const { keyUnits: units } = this._city, at = this._map.latLngToContainerPoint(latlng);
    let found = -1, nearest = STAR_REACH;
    for (let i = 0; i < units.count; i++) {
      const distance = at.distanceTo(this._map.latLngToContainerPoint(toLatLng(units.x[i], units.y[i])));
      if (distance < nearest) [found, nearest] = [i, distance];
    }
    return found;
  },
});

function traceStar(context, x, y, size) {
  context.beginPath();
  for (let k = 0; k < 10; k++) {
    const radius = k % 2 ? size * 0.42 : size, angle = (k * Math.PI) / 5 - Math.PI / 2;
    const px = x + radius * Math.cos(angle), py = y + radius * Math.sin(angle);
    if (k) context.lineTo(px, py);
    else context.moveTo(px, py);
  }
  context.closePath();
}
