// Puts a city on a Leaflet map: panes, layers, the layer control, clicks and the highlight.

const PANES = { cells: 310, borders: 320, mark: 330, components: 340, names: 350 };
const HEAD = 46; // pixels, as in the style sheet
const LEGEND = 236;
const BUTTONS = 52;

function readCity(packed) {
  const steps = packed.stepsPerDegree;
  const city = Object.assign({}, packed);
  city.cells = new Polygons(packed.cells, steps);
  city.cells.codes = readTexts(packed.cells.codes);
  for (const column of ["area", "m2", "kind", "pieces"]) {
    city.cells[column] = readNumbers(packed.cells[column]);
  }
  city.cells.bins = new Bins(city.cells.boxes);
  city.areas = readAreas(packed.areas, steps);
  city.cells.fill = packed.colorBy === "kind"
    ? city.cells.kind : city.cells.area.map((area) => city.areas.color[area]);
  if (packed.components) city.components = readComponents(packed, steps);
  return city;
}

function readAreas(packed, steps) {
  const areas = new Polygons(packed.outlines, steps);
  areas.bins = new Bins(areas.boxes);
  areas.places = readPoints(packed.places, steps);
  areas.chords = packed.chords;
  for (const column of ["codes", "names", "color"]) areas[column] = packed[column];
  areas.widestFirst = areas.names.map((_, i) => i).sort((a, b) => areas.chords[b] - areas.chords[a]);
  return areas;
}

function readComponents({ components: packed, classes }, steps) {
  const components = readPoints(packed, steps);
  components.class = readNumbers(packed.class);
  components.cell = readNumbers(packed.cell, true);
  components.groupOf = (i) => classes[components.class[i]].group;
  const { x, y } = components;
  components.bins = new Bins({ west: x, north: y, east: x, south: y });
  return components;
}

function show(map, packed, otherLayers) {
  const city = readCity(packed);
  document.documentElement.lang = city.lang;
  document.title = city.title;
  for (const [name, z] of Object.entries(PANES)) {
    map.createPane("gg-" + name).style.cssText = `z-index: ${z}; pointer-events: none`;
  }
  map.getContainer().classList.add("gg-map");
  map.getContainer().append(headerOf(city));
  const layers = addLayers(map, city);
  L.control.layers(otherLayers.base, { ...overlaysOf(city, layers), ...otherLayers.overlays },
    { autoZIndex: false }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  legendOf(city).addTo(map);
  map.attributionControl.setPrefix(false);
  fit(map, city);
  listen(map, city, layers);
  return { city, layers, map };
}

// On a wide screen the legend gets its own place beside the city.
function fit(map, city) {
  const beside = map.getSize().x > 900 ? LEGEND + 24 : 14;
  const room = { paddingTopLeft: [14, HEAD + 14], paddingBottomRight: [beside, 30], animate: false };
  map.fitBounds(boundsOf(city), room);
  map.setMinZoom(Math.max(0, map.getZoom() - 3));
}

function addLayers(map, city) {
  const cells = new CellsLayer(city, { pane: "gg-cells", fillOpacity: city.style.fillOpacity });
  const borders = new BordersLayer(city, { pane: "gg-borders" });
  const layers = { cells, borders, groups: [], canvas: null };
  const names = layers.names = new NamesLayer(city, {
    pane: "gg-names",
    obstacles: (view) => (layers.canvas ? layers.canvas.bunchBoxes(view) : []),
    edge: (view) => seen(map, view),
  });
  [cells, borders, names].forEach((layer) => layer.addTo(map));
  if (city.components) {
    layers.canvas = new ComponentsCanvas(city, { pane: "gg-components" });
    layers.canvas.on("drawn", () => names.redraw());
    layers.groups = city.groups.map((_, i) => new ComponentGroupLayer(layers.canvas, i).addTo(map));
  }
  return layers;
}

// The part of a canvas that is seen: it is larger than the map, and head and buttons cover some.
function seen(map, { left, top }) {
  const { min, max } = map.getPixelBounds();
  return [min.x - left + BUTTONS, min.y - top + HEAD, max.x - left - BUTTONS, max.y - top];
}

// Leaflet takes names in its control as markup, so they are escaped here.
function overlaysOf({ words, groups, style }, layers) {
  const overlays = {};
  overlays[escaped(words.cells)] = layers.cells;
  overlays[escaped(words.area_borders)] = layers.borders;
  overlays[escaped(words.area_names)] = layers.names;
  groups.forEach((group, i) => {
    const dot = swatch("gg-dot", style.groupColors[i]);
    overlays[`${dot.outerHTML} ${escaped(group.name)}`] = layers.groups[i];
  });
  return overlays;
}

const escaped = (text) => element("span", "", text).innerHTML;

function boundsOf({ cells: { bins } }) {
  const { left, top, size, columns, rows, boxes } = bins;
  const right = -least(boxes.east.map((v) => -v)), bottom = -least(boxes.south.map((v) => -v));
  return L.latLngBounds(toLatLng(left, top), toLatLng(right, bottom));
}

function listen(map, city, layers) {
  const outline = { pane: "gg-mark", interactive: false, fill: false };
  const hover = L.polygon([], { ...outline, color: city.style.ink, weight: 1.5 }).addTo(map);
  const chosen = L.polygon([], { ...outline, color: city.style.ink, weight: 3 }).addTo(map);
  let frame = null;
  map.on("mousemove", ({ latlng }) => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const i = map.hasLayer(layers.cells) ? layers.cells.cellAt(latlng) : -1;
      hover.setLatLngs(i < 0 ? [] : city.cells.latLngs(i));
    });
  });
  map.on("mouseout zoomstart", () => hover.setLatLngs([]));
  map.on("click", ({ latlng }) => choose(map, city, layers, chosen, latlng));
  map.on("popupclose", () => chosen.setLatLngs([]));
}

function choose(map, city, layers, chosen, latlng) {
  const found = layers.canvas && layers.canvas.membersAt(latlng);
  if (found && found.bunch) return zoomTo(map, city, found.members);
  if (found) return openPopup(map, latlng, componentPopup(city, found.members));
  const i = map.hasLayer(layers.cells) ? layers.cells.cellAt(latlng) : -1;
  if (i < 0) return;
  openPopup(map, latlng, cellPopup(city, i));
  chosen.setLatLngs(city.cells.latLngs(i));
}

function zoomTo(map, { components }, members) {
  const bounds = L.latLngBounds(members.map((k) => toLatLng(components.x[k], components.y[k])));
  const nearest = Math.max(map.getZoom() + 1, Math.min(map.getBoundsZoom(bounds), SINGLE_FROM));
  map.setView(bounds.getCenter(), Math.min(nearest, map.getMaxZoom()));
}

function openPopup(map, latlng, content) {
  L.popup({ maxWidth: 320, autoPanPaddingTopLeft: [12, 64] }).setLatLng(latlng).setContent(content).openOn(map);
}

return { show };
