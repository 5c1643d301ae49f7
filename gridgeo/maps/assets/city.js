// Reads what payload.py packed. Cells are read when they are first asked for: a large city shows
// its zones before.

function readCity(packed) {
  const steps = packed.stepsPerDegree;
  const city = Object.assign({}, packed);
  city.areas = readRegions(packed.areas, steps);
  city.areas.color = packed.areas.color;
  if (packed.zones) city.zones = readZones(packed.zones, steps);
  city.borders = packed.borders.map((border) => ({
    name: border.name, level: border.level, weight: border.weight,
    regions: border.outlines ? readRegions(border, steps) : city.areas,
  }));
  city.regionFill = readRegionFill(packed.fill, city);
  if (packed.components) city.components = readComponents(packed, steps);
  if (packed.keyUnits) city.keyUnits = Object.assign({}, packed.keyUnits, readPoints(packed.keyUnits, steps));
  let cells = null;
  Object.defineProperty(city, "cells", {
    get: () => (cells = cells || readCells(packed.cells, packed.fill, city)),
  });
  city.across = packed.cells.across;
  return city;
}

function readCells(packed, fill, city) {
  const cells = new Polygons(packed, city.stepsPerDegree);
  cells.codes = readTexts(packed.codes);
  for (const column of ["kind", "pieces"]) cells[column] = readNumbers(packed[column]);
  for (const column of ["area", "m2"]) cells[column] = readNumbers(packed[column], true);
  cells.zone = packed.zone ? readNumbers(packed.zone, true) : null;
  cells.bins = new Bins(cells.boxes);
  const none = fill.fills.length - 1, { regionFill } = city;
  if (!regionFill) cells.fill = readNumbers(fill.row, true);
  else {
    const region = regionFill.regions === city.zones ? cells.zone : cells.area;
    cells.fill = region.map((row) => (row < 0 ? none : regionFill.of[row]));
  }
  return cells;
}

// What a region is filled with; null where every cell has a fill of its own.
function readRegionFill(fill, { areas, zones }) {
  if (fill.by === "cells") return null;
  if (fill.by === "zones") return { regions: zones, of: readNumbers(fill.row, true) };
  const regions = fill.by === "zone" ? zones : areas;
  return { regions, of: regions.color };
}

function readRegions(packed, steps) {
  const regions = new Polygons(packed.outlines, steps);
  regions.bins = new Bins(regions.boxes);
  regions.places = readPoints(packed.places, steps);
  for (const column of ["chords", "codes", "names"]) regions[column] = packed[column];
  regions.widestFirst = regions.names.map((_, i) => i).sort((a, b) => regions.chords[b] - regions.chords[a]);
  return regions;
}

function readZones(packed, steps) {
  const zones = readRegions(packed, steps);
  return Object.assign(zones, {
    color: packed.color, m2: packed.m2, cells: packed.cells, load: packed.load, persons: packed.persons,
    head: packed.head, labels: packed.labels,
  });
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

// Where names are but codes, nobody gains by reading them twice.
const hasNames = ({ names, codes }) => names.some((name, i) => name !== codes[i]);

// The polygon at a place on the map, or -1.
function polygonAt(polygons, latlng) {
  const x = toMapX(latlng.lng), y = toMapY(latlng.lat);
  let found = -1;
  polygons.bins.visit(x, y, x, y, (i) => {
    if (found < 0 && polygons.contains(i, x, y)) found = i;
  });
  return found;
}
