// Components: far out they gather in circles with a count, near by each is a dot of its class.

const GATHER = 84; // pixels across which components gather
const SINGLE_FROM = 16; // zoom from which every component stands alone
const FEW = 3; // so many stay dots
const DOT = 4.5;
const REACH = 7; // pixels from a dot within which a click means it

const ComponentsCanvas = SharedCanvas.extend({
  options: { from: 0 }, // zoom

  initialize(city, options) {
    SharedCanvas.prototype.initialize.call(this, options);
    this._city = city;
    this.marks = [];
  },

  drawOn(context, view) {
    const bunches = this._map.getZoom() < this.options.from ? new Map() : this._gather(view);
    this.marks = [];
    this._view = view;
    for (const bunch of bunches.values()) {
      if (this._map.getZoom() >= SINGLE_FROM || bunch.members.length <= FEW) this._scatter(bunch, view);
      else this.marks.push(this._bunchMark(bunch, view));
    }
    for (const mark of this.marks) {
      if (mark.radius === DOT) this._drawDot(context, mark);
    }
    for (const mark of this.marks) {
      if (mark.radius !== DOT) this._drawBunch(context, mark);
    }
    this.fire("drawn");
  },

  // The boxes that names should leave free, in the pixels of another canvas.
  bunchBoxes(view) {
    if (!this._map) return [];
    const right = this._view.left - view.left, down = this._view.top - view.top;
    return this.marks.filter((mark) => mark.radius !== DOT).map(({ x, y, radius }) =>
      [x - radius + right, y - radius + down, x + radius + right, y + radius + down]);
  },

  // Bunches lie on a lattice fixed to the map, so that they do not jump when it is moved.
  _gather(view) {
    const { components } = this._city, step = GATHER / view.scale, bunches = new Map();
    const snap = (value, round) => round(value / step) * step;
    components.bins.visit(
      snap(view.west, Math.floor), snap(view.north, Math.floor),
      snap(view.east, Math.ceil), snap(view.south, Math.ceil),
      (i) => {
        if (!this._parts.has(components.groupOf(i))) return;
        const column = Math.floor(components.x[i] / step), row = Math.floor(components.y[i] / step);
        const key = row * 2 ** 26 + column;
        const bunch = bunches.get(key);
        if (bunch) bunch.members.push(i);
        else bunches.set(key, { column, row, members: [i] });
      });
    return bunches;
  },

  _scatter(bunch, view) {
    const { components } = this._city;
    for (const i of bunch.members) {
      this.marks.push({
        x: components.x[i] * view.scale - view.left,
        y: components.y[i] * view.scale - view.top,
        radius: DOT, members: [i],
      });
    }
  },

  // A bunch stands at the middle of its members, but so far inside its bin that it meets no other.
  _bunchMark({ column, row, members }, view) {
    const { components } = this._city;
    const radius = Math.min(22, 9 + 3.6 * Math.log10(members.length));
    let x = 0, y = 0;
    for (const i of members) {
      x += components.x[i] / members.length;
      y += components.y[i] / members.length;
    }
    const inside = (value, bin) =>
      Math.max(bin * GATHER + radius + 1, Math.min((bin + 1) * GATHER - radius - 1, value));
    return {
      x: inside(x * view.scale, column) - view.left,
      y: inside(y * view.scale, row) - view.top,
      radius, members,
    };
  },

  _drawDot(context, mark) {
    const { components, style } = this._city;
    context.beginPath();
    context.arc(mark.x, mark.y, DOT, 0, 2 * Math.PI);
    context.fillStyle = style.groupColors[components.groupOf(mark.members[0])];
    context.fill();
    context.lineWidth = 1.2;
    context.strokeStyle = "#fff";
    context.stroke();
  },

  // A white disc with its count; the ring around it shows the shares of the classes.
  _drawBunch(context, { x, y, radius, members }) {
    const { components, style } = this._city;
    const counts = style.groupColors.map(() => 0);
    for (const i of members) counts[components.groupOf(i)]++;
    let from = -Math.PI / 2;
    counts.forEach((count, group) => {
      if (!count) return;
      const to = from + (2 * Math.PI * count) / members.length;
      context.beginPath();
      context.moveTo(x, y);
      context.arc(x, y, radius, from, to);
      context.fillStyle = style.groupColors[group];
      context.fill();
      from = to;
    });
    context.beginPath();
    context.arc(x, y, radius - 3.5, 0, 2 * Math.PI);
    context.fillStyle = "#fff";
    context.fill();
    context.fillStyle = style.ink;
    context.font = "600 11px " + style.font;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(shortCount(members.length), x, y + 0.5);
  },

  // What lies under a place: the members of a bunch, or all dots within reach; null where none.
  membersAt(latlng) {
    if (!this._map) return null;
    const x = toMapX(latlng.lng) * this._view.scale - this._view.left;
    const y = toMapY(latlng.lat) * this._view.scale - this._view.top;
    const near = this.marks.filter(
      (mark) => Math.hypot(mark.x - x, mark.y - y) <= (mark.radius === DOT ? REACH : mark.radius));
    if (!near.length) return null;
    const bunch = near.find((mark) => mark.radius !== DOT);
    return {
      bunch: Boolean(bunch),
      members: bunch ? bunch.members : near.flatMap((mark) => mark.members),
    };
  },
});

function shortCount(n) {
  if (n < 1000) return String(n);
  return n < 9950 ? (n / 1000).toFixed(1) + "k" : Math.round(n / 1000) + "k";
}
