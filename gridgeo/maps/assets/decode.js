// Unpacks what packing.py wrote, and keeps it as flat arrays in map units.
// Map units: the whole Mercator square is 1 by 1, y grows to the south.

function readNumbers(text, summed) {
  const bytes = atob(text);
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes.charCodeAt(i) < 128) count++;
  }
  const numbers = new Float64Array(count);
  let last = 0;
  for (let i = 0, n = 0; n < count; n++) {
    let value = 0, weight = 1, byte = 0;
    do {
      byte = bytes.charCodeAt(i++);
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte > 127);
    value = value % 2 ? -(value + 1) / 2 : value / 2;
    last = numbers[n] = summed ? last + value : value;
  }
  return numbers;
}

function readTexts(packed) {
  const shared = readNumbers(packed.shared);
  let last = "";
  return packed.ends.split("\x7f").map((end, i) => (last = last.slice(0, shared[i]) + end));
}

const toMapX = (lon) => lon / 360 + 0.5;
const toMapY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
const toLon = (x) => (x - 0.5) * 360;
const toLat = (y) => (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90;
const toLatLng = (x, y) => L.latLng(toLat(y), toLon(x));

function readPoints(packed, stepsPerDegree) {
  const x = readNumbers(packed.x, true), y = readNumbers(packed.y, true);
  for (let i = 0; i < x.length; i++) {
    x[i] = toMapX(x[i] / stepsPerDegree);
    y[i] = toMapY(y[i] / stepsPerDegree);
  }
  return { x, y, count: x.length };
}

// Polygon p has rings ringOf[p] .. ringOf[p + 1], ring r has vertices vertexOf[r] .. vertexOf[r + 1].
class Polygons {
  constructor(packed, stepsPerDegree) {
    Object.assign(this, readPoints(packed, stepsPerDegree));
    this.ringOf = starts(readNumbers(packed.rings));
    this.vertexOf = starts(readNumbers(packed.sizes));
    this.count = this.ringOf.length - 1;
    this.boxes = this.measure();
  }

  measure() {
    const { count, x, y } = this;
    const west = new Float64Array(count).fill(2), north = new Float64Array(count).fill(2);
    const east = new Float64Array(count).fill(-1), south = new Float64Array(count).fill(-1);
    for (let p = 0; p < count; p++) {
      const end = this.vertexOf[this.ringOf[p + 1]];
      for (let i = this.vertexOf[this.ringOf[p]]; i < end; i++) {
        if (x[i] < west[p]) west[p] = x[i];
        if (x[i] > east[p]) east[p] = x[i];
        if (y[i] < north[p]) north[p] = y[i];
        if (y[i] > south[p]) south[p] = y[i];
      }
    }
    return { west, north, east, south };
  }

  contains(p, px, py) {
    const { x, y } = this;
    let inside = false;
    for (let r = this.ringOf[p]; r < this.ringOf[p + 1]; r++) {
      const begin = this.vertexOf[r], end = this.vertexOf[r + 1];
      for (let i = begin, j = end - 1; i < end; j = i++) {
        if (y[i] > py !== y[j] > py && px < ((x[j] - x[i]) * (py - y[i])) / (y[j] - y[i]) + x[i]) {
          inside = !inside;
        }
      }
    }
    return inside;
  }

  // Adds the rings to the path; vertices that fall on the same pixel as the last are skipped.
  trace(context, p, view, skip) {
    const { x, y } = this;
    for (let r = this.ringOf[p]; r < this.ringOf[p + 1]; r++) {
      let lastX = Infinity, lastY = Infinity;
      for (let i = this.vertexOf[r]; i < this.vertexOf[r + 1]; i++) {
        const px = x[i] * view.scale - view.left, py = y[i] * view.scale - view.top;
        if (lastX === Infinity) context.moveTo(px, py);
        else if (Math.abs(px - lastX) < skip && Math.abs(py - lastY) < skip) continue;
        else context.lineTo(px, py);
        lastX = px;
        lastY = py;
      }
      context.closePath();
    }
  }

  // A point in the polygon: in the middle of it, or of its widest part at that height.
  inner(p) {
    const { west, east, north, south } = this.boxes, { x, y } = this;
    const middle = (west[p] + east[p]) / 2, py = (north[p] + south[p]) / 2;
    if (this.contains(p, middle, py)) return [middle, py];
    const crossings = [];
    for (let r = this.ringOf[p]; r < this.ringOf[p + 1]; r++) {
      const begin = this.vertexOf[r], end = this.vertexOf[r + 1];
      for (let i = begin, j = end - 1; i < end; j = i++) {
        if (y[i] > py !== y[j] > py) crossings.push(((x[j] - x[i]) * (py - y[i])) / (y[j] - y[i]) + x[i]);
      }
    }
    crossings.sort((a, b) => a - b);
    let widest = 0;
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      if (crossings[k + 1] - crossings[k] > crossings[widest + 1] - crossings[widest]) widest = k;
    }
    return crossings.length ? [(crossings[widest] + crossings[widest + 1]) / 2, py] : [middle, py];
  }

  latLngs(p) {
    const rings = [];
    for (let r = this.ringOf[p]; r < this.ringOf[p + 1]; r++) {
      const ring = [];
      for (let i = this.vertexOf[r]; i < this.vertexOf[r + 1]; i++) {
        ring.push(toLatLng(this.x[i], this.y[i]));
      }
      rings.push(ring);
    }
    return rings;
  }
}

function starts(sizes) {
  const result = new Int32Array(sizes.length + 1);
  for (let i = 0; i < sizes.length; i++) result[i + 1] = result[i] + sizes[i];
  return result;
}

// A lattice of bins over boxes: which boxes may meet a rectangle, without looking at the others.
class Bins {
  constructor({ west, north, east, south }) {
    this.boxes = { west, north, east, south };
    this.left = least(west);
    this.top = least(north);
    const width = -least(east.map((v) => -v)) - this.left;
    const height = -least(south.map((v) => -v)) - this.top;
    const side = Math.max(1, Math.min(400, Math.round(Math.sqrt(west.length / 8))));
    this.size = Math.max(width, height) / side || 1e-9;
    this.columns = Math.floor(width / this.size) + 1;
    this.rows = Math.floor(height / this.size) + 1;
    this.drawn = new Uint32Array(west.length);
    this.stamp = 0;
    this.fill();
  }

  fill() {
    const sizes = new Int32Array(this.columns * this.rows);
    this.eachBin((bin) => sizes[bin]++);
    this.begin = starts(sizes);
    const next = this.begin.slice();
    this.members = new Int32Array(next[next.length - 1]);
    this.eachBin((bin, i) => (this.members[next[bin]++] = i));
  }

  eachBin(visit) {
    const { west, north, east, south } = this.boxes;
    for (let i = 0; i < west.length; i++) {
      const span = this.span(west[i], north[i], east[i], south[i]);
      for (let row = span[1]; row <= span[3]; row++) {
        for (let column = span[0]; column <= span[2]; column++) visit(row * this.columns + column, i);
      }
    }
  }

  span(west, north, east, south) {
    const place = (value, origin, n) =>
      Math.max(0, Math.min(n - 1, Math.floor((value - origin) / this.size)));
    return [
      place(west, this.left, this.columns), place(north, this.top, this.rows),
      place(east, this.left, this.columns), place(south, this.top, this.rows),
    ];
  }

  // Visits every box that meets the rectangle, once.
  visit(west, north, east, south, each) {
    const boxes = this.boxes, span = this.span(west, north, east, south), stamp = ++this.stamp;
    for (let row = span[1]; row <= span[3]; row++) {
      const first = this.begin[row * this.columns + span[0]];
      const end = this.begin[row * this.columns + span[2] + 1];
      for (let k = first; k < end; k++) {
        const i = this.members[k];
        if (this.drawn[i] === stamp) continue;
        this.drawn[i] = stamp;
        if (boxes.east[i] < west || boxes.west[i] > east) continue;
        if (boxes.south[i] < north || boxes.north[i] > south) continue;
        each(i);
      }
    }
  }
}

function least(numbers) {
  let result = Infinity;
  for (let i = 0; i < numbers.length; i++) if (numbers[i] < result) result = numbers[i];
  return result;
}
