// Puts the faults of a coverage on a Leaflet map: outlines, marks of fixed size, a list to walk.

const PANES = { ground: 310, cells: 315, borders: 320, names: 350, faults: 450 };
const HEAD = 46; // pixels, as in the style sheet
const LIST = 300;
const BUTTONS = 52;
const NEAR = 11; // pixels from a mark that still mean it
const SHOWN = 6;
const AVOIDED = 1000; // marks that names of areas keep clear of

// White ground makes the city stand out from where nothing is to be covered.
const GroundLayer = CanvasLayer.extend({
  initialize(areas, options) {
    L.setOptions(this, options);
    this._areas = areas;
  },

  drawOn(context, view) {
    context.fillStyle = "#ffffff";
    this._areas.bins.visit(view.west, view.north, view.east, view.south, (i) => {
      context.beginPath();
      this._areas.trace(context, i, view, 0.7);
      context.fill();
    });
  },
});

// Lines of cells are left out where they would lie closer than a few pixels.
const CellLines = CanvasLayer.extend({
  initialize(cells, style, options) {
    L.setOptions(this, options);
    Object.assign(this, { _cells: cells, _style: style });
  },

  drawOn(context, view) {
    const { bins, boxes, count } = this._cells;
    if (!count || (boxes.east[0] - boxes.west[0]) * view.scale < 3) return;
    context.strokeStyle = this._style.cellLine;
    context.lineWidth = 0.8;
    bins.visit(view.west, view.north, view.east, view.south, (i) => {
      context.beginPath();
      this._cells.trace(context, i, view, 0.7);
      context.stroke();
    });
  },
});

function readGround(packed, steps) {
  const ground = new Polygons(packed.outlines, steps);
  ground.bins = new Bins(ground.boxes);
  if (!packed.names) return ground;
  ground.places = readPoints(packed.places, steps);
  ground.chords = packed.chords;
  ground.names = packed.names;
  ground.widestFirst = ground.names.map((_, i) => i).sort((a, b) => ground.chords[b] - ground.chords[a]);
  return ground;
}

function show(map, packed, otherLayers) {
  const { words } = packed;
  document.documentElement.lang = packed.lang;
  document.title = packed.title;
  for (const [name, z] of Object.entries(PANES)) {
    map.createPane("gg-" + name).style.cssText = `z-index: ${z}; ${name === "faults" ? "" : "pointer-events: none"}`;
  }
  map.getContainer().classList.add("gg-map");
  map.getContainer().append(headOf(packed));
  const overlays = addGround(map, packed);
  const kinds = addFaults(map, packed);
  if (Object.keys(overlays).length + Object.keys(otherLayers.overlays).length + Object.keys(otherLayers.base).length) {
    L.control.layers(otherLayers.base, { ...overlays, ...otherLayers.overlays }, { autoZIndex: false }).addTo(map);
  }
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  const shown = { map, packed, kinds };
  listOf(shown).addTo(map);
  map.attributionControl.setPrefix(false);
  fit(shown);
  map.on("click", ({ latlng }) => tell(shown, latlng));
  return shown;
}

function headOf({ title, verdict, ok, figures }) {
  const figure = (text) => element("span", "gg-figure", text);
  const told = element("span", `gg-figure gg-verdict ${ok ? "gg-sound" : "gg-faulty"}`, verdict);
  return element("header", "gg-header",
    element("h1", "", title), element("div", "gg-figures", told, ...figures.map(figure)));
}

function addGround(map, packed) {
  const { words, style, stepsPerDegree } = packed, overlays = {};
  if (packed.cells) {
    const cells = readGround(packed.cells, stepsPerDegree);
    overlays[escaped(words.cell_borders)] = new CellLines(cells, style, { pane: "gg-cells" }).addTo(map);
  }
  if (!packed.areas) return overlays;
  const areas = readGround(packed.areas, stepsPerDegree), city = { areas, style };
  const edge = (view) => {
    const { min, max } = map.getPixelBounds();
    return [min.x - view.left + BUTTONS, min.y - view.top + HEAD, max.x - view.left - BUTTONS, max.y - view.top - 24];
  };
  const marks = packed.kinds.filter((kind) => !kind.warning).flatMap((kind) => kind.places)
    .slice(0, AVOIDED).map(([lat, lon]) => [toMapX(lon), toMapY(lat)]);
  const obstacles = (view) => marks.map(([x, y]) => boxAround([x * view.scale - view.left, y * view.scale - view.top], 9));
  new GroundLayer(areas, { pane: "gg-ground" }).addTo(map);
  overlays[escaped(words.area_borders)] = new BordersLayer(city, { pane: "gg-borders" }).addTo(map);
  const names = new NamesLayer(city, { pane: "gg-names", obstacles, edge });
  overlays[escaped(words.area_names)] = names.addTo(map);
  return overlays;
}


// One canvas for all kinds, outlines below marks, so that no ground hides the mark of another.
function addFaults(map, packed) {
  const renderer = L.canvas({ pane: "gg-faults", padding: 0.3 });
  const kinds = packed.kinds.map((kind) => {
    const line = { renderer, color: kind.color, weight: 2.5, fillOpacity: 0.22 };
    const outlines = kind.shapes.map((lines, i) =>
      (kind.closed[i] ? L.polygon(lines, line) : L.polyline(lines, line)));
    const mark = { renderer, radius: 7, color: "#ffffff", weight: 2, fillColor: kind.color, fillOpacity: 1 };
    // Marks at one place are rings around each other.
    const marks = kind.places.map((place, i) =>
      L.circleMarker(place, { ...mark, radius: 7 + 4 * Math.min(kind.below[i], 4) }));
    const boxes = outlines.map((outline, i) => outline.getBounds().extend(kind.places[i]));
    return { ...kind, boxes, outlines: L.layerGroup(outlines), marks: L.layerGroup(marks), at: -1 };
  });
  kinds.filter((kind) => !kind.warning).forEach((kind) => kind.outlines.addTo(map));
  kinds.filter((kind) => !kind.warning).forEach((kind) => kind.marks.addTo(map));
  return kinds;
}

function fit({ map, packed, kinds }) {
  const bounds = L.latLngBounds([]);
  const opened = kinds.some((kind) => !kind.warning) ? kinds.filter((kind) => !kind.warning) : kinds;
  opened.forEach((kind) => kind.boxes.forEach((box) => bounds.extend(box)));
  const [west, south, east, north] = packed.bounds;
  const whole = L.latLngBounds([[south, west], [north, east]]);
  map.fitBounds(bounds.isValid() ? bounds : whole, { ...room(map), animate: false, maxZoom: 18 });
  map.setMinZoom(Math.max(0, Math.min(map.getZoom(), map.getBoundsZoom(whole)) - 3));
}

// On a wide screen the list gets its own place beside the faults.
function room(map) {
  const beside = map.getSize().x > 900 ? LIST + 30 : 20;
  return { paddingTopLeft: [60, HEAD + 24], paddingBottomRight: [beside, 40] };
}

function listOf(shown) {
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => {
    const { words } = shown.packed;
    const rows = shown.kinds.flatMap((kind) => kindRow(shown, kind));
    if (!rows.length) rows.push(element("p", "gg-none", words.none));
    const box = element("details", "gg-legend gg-list", element("summary", "", words.faults), ...rows);
    box.open = true;
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  return control;
}

function kindRow(shown, kind) {
  const { map, packed: { words } } = shown;
  const check = element("input");
  check.type = "checkbox";
  check.checked = !kind.warning;
  kind.switch = (on) => {
    check.checked = on;
    [kind.outlines, kind.marks].forEach((layer) => (on ? layer.addTo(map) : layer.remove()));
  };
  check.addEventListener("change", () => kind.switch(check.checked));
  const label = element("label", "gg-name", check, swatch("gg-dot", kind.color), element("b", "", kind.name));
  const place = element("span", "gg-count", formatted(kind.count));
  const step = (by, sign, said) => {
    const button = element("button", "gg-step", sign);
    button.title = said;
    button.disabled = !kind.places.length;
    button.addEventListener("click", () => {
      walk(shown, kind, by);
      place.textContent = `${formatted(kind.at + 1)} / ${formatted(kind.count)}`;
    });
    return button;
  };
  const lost = kind.count - kind.places.length;
  const notes = [kind.m2, kind.meaning, lost ? words.no_place.replace("{n}", formatted(lost)) : ""];
  return [
    element("div", "gg-row", label, place, step(-1, "‹", words.previous), step(1, "›", words.next)),
    element("div", "gg-note", notes.filter(Boolean).join(" · ")),
  ];
}

// Goes to the next fault of a kind, near enough to see its outline, and tells of it.
function walk(shown, kind, by) {
  const { map, packed } = shown, n = kind.places.length;
  kind.switch(true);
  kind.at = kind.at < 0 && by < 0 ? n - 1 : (kind.at + by + n) % n;
  map.closePopup();
  const nearest = Math.min(packed.nearest, 20);
  map.fitBounds(kind.boxes[kind.at], { ...room(map), animate: false, maxZoom: nearest });
  openPopup(map, L.latLng(kind.places[kind.at]), popupOf(shown, [[kind, kind.at]]));
}

function tell(shown, latlng) {
  const found = faultsAt(shown, latlng);
  if (found.length) openPopup(shown.map, latlng, popupOf(shown, found));
}

// All faults that are switched on and whose mark or ground is at a place, nearest mark first.
function faultsAt({ map, kinds }, latlng) {
  const point = map.latLngToContainerPoint(latlng), near = [], around = [];
  for (const kind of kinds) {
    if (!map.hasLayer(kind.marks)) continue;
    kind.places.forEach((place, i) => {
      const far = map.latLngToContainerPoint(place).distanceTo(point);
      if (far <= NEAR) near.push([kind, i, far]);
      else if (kind.closed[i] && kind.boxes[i].contains(latlng) && holds(kind.shapes[i], latlng)) around.push([kind, i, far]);
    });
  }
  const byDistance = (a, b) => a[2] - b[2];
  return [...near.sort(byDistance), ...around.sort(byDistance)];
}

function holds(rings, { lat, lng }) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [y, x] = ring[i], [v, u] = ring[j];
      if (y > lat !== v > lat && lng < ((u - x) * (lat - y)) / (v - y) + x) inside = !inside;
    }
  }
  return inside;
}

function popupOf({ packed: { words } }, found) {
  const box = element("div", "gg-popup");
  if (found.length > 1) box.append(element("h3", "", words.found.replace("{n}", formatted(found.length))));
  const inner = element("div", found.length > 1 ? "gg-scroll gg-faults" : "");
  for (const [kind, i] of found.slice(0, SHOWN)) {
    inner.append(element("h3", "", swatch("gg-dot", kind.color), kind.name),
      element("p", "gg-none", kind.meaning), factTable(kind.facts[i]));
  }
  box.append(inner);
  const rest = found.length - SHOWN;
  if (rest > 0) box.append(element("p", "gg-none", words.more.replace("{n}", formatted(rest))));
  return box;
}

function openPopup(map, latlng, content) {
  L.popup({ maxWidth: 340, offset: [0, 0], autoPanPaddingTopLeft: [12, 64] }).setLatLng(latlng).setContent(content).openOn(map);
}

return { show };
