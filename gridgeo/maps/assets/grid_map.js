// Puts a city on a Leaflet map: panes, layers, the layer control, clicks and the highlight.

const PANES = {
  cells: 310, borders: 320, mark: 330, components: 340, names: 350, units: 360 };
const HEAD = 46; // pixels, as in the style sheet
const LEGEND = 236;
const BUTTONS = 52;
const NEAR = 18; // zoom to which a find goes

function show(map, packed, otherLayers) {
  const city = readCity(packed);
  document.documentElement.lang = city.lang;
  document.title = city.title;
  for (const [name, z] of Object.entries(PANES)) {
    map.createPane("gg-" + name).style.cssText = `z-index: ${z}; pointer-events: none`;
  }
  map.getContainer().classList.add("gg-map");
  map.getContainer().append(headerOf(city));
  fit(map, city);
  const layers = addLayers(map, city);
  const control = L.control.layers(otherLayers.base, {}, { autoZIndex: false }).addTo(map);
  for (const [name, layer] of overlaysOf(city, layers)) control.addOverlay(layer, name);
  for (const [name, layer] of Object.entries(otherLayers.overlays)) control.addOverlay(layer, name);
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  legendOf(city).addTo(map);
  const tools = addTools(map, city, layers);
  map.attributionControl.setPrefix(false);
  listen(map, city, layers, tools);
  // Where zones are drawn first, the cells are read once those are on the screen.
  setTimeout(() => city.cells, 60);
  return { city, layers, map, tools };
}

// On a wide screen the legend gets its own place beside the city.
function fit(map, city) {
  const beside = map.getSize().x > 900 ? LEGEND + 24 : 14;
  const room = { paddingTopLeft: [14, HEAD + 14], paddingBottomRight: [beside, 30], animate: false };
  const [west, south, east, north] = city.bounds;
  map.fitBounds([[south, west], [north, east]], room);
  map.setMinZoom(Math.max(0, map.getZoom() - 3));
}

function addLayers(map, city) {
  const layers = { groups: [], canvas: null, units: null };
  layers.cells = new CellsLayer(city, { pane: "gg-cells", fillOpacity: city.style.fillOpacity }).addTo(map);
  const lines = linesOf(city), outlines = new OutlinesCanvas(lines, { pane: "gg-borders" });
  layers.lines = lines.map(({ name }, i) => ({ name, layer: new PartLayer(outlines, i).addTo(map) }));
  layers.names = addNames(map, city, layers);
  const redrawNames = () => Object.values(layers.names).forEach((names) => names.redraw());
  if (city.components) {
    // Where there are zones, the map opens on them, and components come when it is zoomed in.
    const from = city.zones ? map.getZoom() + 0.5 : 0;
    layers.canvas = new ComponentsCanvas(city, { pane: "gg-components", from }).on("drawn", redrawNames);
    layers.groups = city.groups.map((_, i) => new PartLayer(layers.canvas, i).addTo(map));
  }
  if (city.keyUnits) {
    layers.units = new KeyUnitsLayer(city, { pane: "gg-units" }).on("drawn", redrawNames).addTo(map);
  }
  // Last, since they keep clear of all that is drawn.
  for (const [key, layer] of Object.entries(layers.names)) {
    if (key !== "areas" || !city.zones) layer.addTo(map);
  }
  return layers;
}

// The highest level first; zones lie above the borders of areas and below those of higher levels.
function linesOf({ borders, zones, style, words }) {
  const lines = borders.map(({ name, regions, weight }) => ({ name, regions, weight, color: style.areaLine }));
  if (zones) {
    const line = { name: words.zone_border, regions: zones, weight: style.zoneWeight, color: style.zoneLine };
    lines.splice(lines.length - 1, 0, line);
  }
  return lines;
}

// Names of what lies above the areas come first, then zones; areas keep clear of both.
function addNames(map, city, layers) {
  const names = {}, shown = [], edge = (view) => seen(map, view);
  const add = (key, regions, look) => {
    const before = shown.slice();
    const obstacles = (view) => [
      ...(layers.canvas ? layers.canvas.bunchBoxes(view) : []),
      ...(layers.units && map.hasLayer(layers.units) ? layers.units.boxes : []),
      ...before.flatMap((layer) => (map.hasLayer(layer) ? layer.boxes : [])),
    ];
    names[key] = new NamesLayer(city, { pane: "gg-names", regions, obstacles, edge, ...look });
    shown.push(names[key]);
  };
  const above = city.borders[city.borders.length - 2];
  if (above && hasNames(above.regions)) add("above", above.regions, { size: 15, faint: true });
  if (city.zones) add("zones", city.zones, { color: city.style.zoneLine });
  add("areas", city.areas, {});
  return names;
}

// The part of a canvas that is seen: it is larger than the map, and head and buttons cover some.
function seen(map, { left, top }) {
  const { min, max } = map.getPixelBounds();
  return [min.x - left + BUTTONS, min.y - top + HEAD, max.x - left - BUTTONS, max.y - top];
}

// Pairs of name and layer; two may have the same name.
function overlaysOf({ words, groups, style, borders }, layers) {
  const { names } = layers, [above, own] = borders.slice(-2);
  const namesOf = ({ level }, otherwise) => escaped(level ? words.level_names.replace("{level}", () => level) : otherwise);
  const overlays = [[escaped(words.cells), layers.cells]];
  for (const { name, layer } of layers.lines) overlays.push([escaped(name), layer]);
  if (names.zones) overlays.push([escaped(words.zone_names), names.zones]);
  if (names.above) overlays.push([namesOf(above, words.upper_names), names.above]);
  overlays.push([namesOf(own || above, words.area_names), names.areas]);
  if (layers.units) overlays.push([`<i class="gg-star gg-key">★</i> ${escaped(words.key_units)}`, layers.units]);
  groups.forEach((group, i) => {
    const dot = swatch("gg-dot", style.groupColors[i]);
    overlays.push([`${dot.outerHTML} ${escaped(group.name)}`, layers.groups[i]]);
  });
  return overlays;
}

function addTools(map, city, layers) {
  const outline = { pane: "gg-mark", interactive: false, fill: false, color: city.style.ink };
  const chosen = L.polygon([], { ...outline, weight: 3.5 }).addTo(map);
  const go = leads(map, city, chosen);
  const ruler = rulerOf(city).addTo(map).ruler;
  searchOf(city, go).addTo(map);
  const hover = L.polygon([], { ...outline, weight: 1.5 }).addTo(map);
  return { chosen, hover, go, ruler };
}

// Where finds lead: the map goes there, marks it, and tells what it is.
function leads(map, city, chosen) {
  const room = { paddingTopLeft: [60, HEAD + 60], paddingBottomRight: [60, 60], maxZoom: NEAR, animate: false };
  const mark = (polygons, i) => {
    const rings = polygons.latLngs(i);
    map.fitBounds(L.polygon(rings).getBounds(), room);
    return rings;
  };
  const tell = (polygons, i, at, content) => {
    const rings = mark(polygons, i);
    openPopup(map, at, content);
    chosen.setLatLngs(rings);
  };
  const middle = ({ places }, i) => toLatLng(places.x[i], places.y[i]);
  return {
    toCell: (i) => tell(city.cells, i, toLatLng(...city.cells.inner(i)), cellPopup(city, i)),
    toZone: (i) => tell(city.zones, i, middle(city.zones, i), zonePopup(city, i)),
    toArea: (i) => tell(city.areas, i, middle(city.areas, i), areaPopup(city, i)),
    toRegion: (regions, i) => {
      map.closePopup();
      chosen.setLatLngs(mark(regions, i));
    },
    toUnit: (i) => {
      const at = toLatLng(city.keyUnits.x[i], city.keyUnits.y[i]);
      map.setView(at, Math.max(map.getZoom(), NEAR - 1), { animate: false });
      openPopup(map, at, unitPopup(city, i));
    },
  };
}

function listen(map, city, layers, tools) {
  const { hover, chosen, ruler } = tools;
  let frame = null;
  map.on("mousemove", ({ latlng }) => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const i = map.hasLayer(layers.cells) && !layers.cells.isOverview() ? polygonAt(city.cells, latlng) : -1;
      hover.setLatLngs(i < 0 ? [] : city.cells.latLngs(i));
    });
  });
  map.on("mouseout zoomstart", () => hover.setLatLngs([]));
  map.on("click", ({ latlng }) => (ruler.active ? ruler.add(latlng) : choose(map, city, layers, chosen, latlng)));
  map.on("popupclose", () => chosen.setLatLngs([]));
}

// A click means the uppermost thing at that place: a key unit, components, the cell; where cells
// are off, the zone or else the area.
function choose(map, city, layers, chosen, latlng) {
  const unit = layers.units ? layers.units.unitAt(latlng) : -1;
  if (unit >= 0) return openPopup(map, latlng, unitPopup(city, unit));
  const found = layers.canvas && layers.canvas.membersAt(latlng);
  if (found && found.bunch) return zoomTo(map, city, found.members);
  if (found) return openPopup(map, latlng, componentPopup(city, found.members));
  const tell = (polygons, popup) => {
    const i = polygonAt(polygons, latlng);
    if (i < 0) return;
    openPopup(map, latlng, popup(city, i));
    chosen.setLatLngs(polygons.latLngs(i));
  };
  if (map.hasLayer(layers.cells)) tell(city.cells, cellPopup);
  else if (city.zones) tell(city.zones, zonePopup);
  else tell(city.areas, areaPopup);
}

function zoomTo(map, { components }, members) {
  const bounds = L.latLngBounds(members.map((k) => toLatLng(components.x[k], components.y[k])));
  const nearest = Math.max(map.getZoom() + 1, Math.min(map.getBoundsZoom(bounds), SINGLE_FROM));
  map.setView(bounds.getCenter(), Math.min(nearest, map.getMaxZoom()));
}

function openPopup(map, latlng, content) {
  L.popup({ maxWidth: 340, maxHeight: 420, autoPanPaddingTopLeft: [12, 64] })
    .setLatLng(latlng).setContent(content).openOn(map);
}

return { show };
