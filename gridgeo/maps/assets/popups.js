// What a click or a find tells: which cell, where, in which zone, and who is in charge.

const named = (regions, i) =>
  regions.names[i] === regions.codes[i] ? regions.codes[i] : `${regions.names[i]} (${regions.codes[i]})`;

// The areas that a place lies in, from the lowest level up, as far as they have names.
function areasAt({ words, areas, borders }, area, place) {
  const own = borders[borders.length - 1];
  const above = borders.slice(0, -1).reverse().filter(({ regions }) => hasNames(regions)).flatMap(({ level, regions }) => {
    const i = polygonAt(regions, toLatLng(...place));
    return i < 0 ? [] : [[level || words.area, named(regions, i)]];
  });
  return [[own.level || words.area, named(areas, area)], ...above];
}

function cellPopup(city, i) {
  const { words, cells, kinds, fill } = city, zone = cells.zone ? cells.zone[i] : -1;
  const place = cells.inner(i);
  const pieces = cells.pieces[i] > 1 ? ` (${words.pieces.replace("{n}", cells.pieces[i])})` : "";
  const facts = [
    ...(cells.zone ? [[words.zone, zone < 0 ? words.no_zone : named(city.zones, zone)]] : []),
    ...areasAt(city, cells.area[i], place),
    [words.position, placeInWords(place)],
    [words.size, `${formatted(cells.m2[i])} m²`],
    [words.kind, kinds[cells.kind[i]].name + pieces],
  ];
  if (fill.legend && fill.name !== words.kind) facts.push([fill.name, valueOf(city, i)]);
  const box = element("div", "gg-popup", element("h3", "", `${words.cell} ${cells.codes[i]}`),
    factTable(facts), ...personTables(city, zone));
  if (city.components) box.append(countTable(city, (cell) => cell === i));
  return box;
}

function zonePopup(city, zone) {
  const { words, zones, cells } = city;
  const facts = [
    [words.cells, formatted(zones.cells[zone])],
    [words.size, `${formatted(zones.m2[zone])} m²`],
    [words.position, placeInWords([zones.places.x[zone], zones.places.y[zone]])],
  ];
  if (zones.load.length && zones.load[zone] !== null) facts.push([words.load, zones.load[zone].toLocaleString("en-US")]);
  const box = element("div", "gg-popup", element("h3", "", `${words.zone} ${named(zones, zone)}`),
    factTable(facts), ...personTables(city, zone));
  if (city.components) box.append(countTable(city, (cell) => cell >= 0 && cells.zone[cell] === zone));
  return box;
}

function areaPopup(city, area) {
  const { words, areas, borders, cells } = city, { level } = borders[borders.length - 1];
  let n = 0, m2 = 0;
  cells.area.forEach((of, i) => {
    if (of !== area) return;
    n++;
    m2 += cells.m2[i];
  });
  const facts = [[words.cells, formatted(n)], [words.size, `${formatted(m2)} m²`]];
  const box = element("div", "gg-popup", element("h3", "", `${level || words.area} ${named(areas, area)}`), factTable(facts));
  if (city.components) box.append(countTable(city, (cell) => cell >= 0 && cells.area[cell] === area));
  return box;
}

function unitPopup(city, unit) {
  const { words, keyUnits: units, cells } = city;
  const cell = polygonAt(cells, toLatLng(units.x[unit], units.y[unit]));
  const zone = cells.zone && cell >= 0 ? cells.zone[cell] : -1;
  const facts = [
    ...(units.kinds[unit] ? [[words.kind, units.kinds[unit]]] : []),
    ...(units.ids[unit] ? [[words.number, units.ids[unit]]] : []),
    [words.position, placeInWords([units.x[unit], units.y[unit]])],
    [words.cell, cell < 0 ? words.outside : cells.codes[cell]],
    ...(zone < 0 ? [] : [[words.zone, named(city.zones, zone)]]),
  ];
  const star = element("i", "gg-star", "★");
  star.style.color = city.style.keyUnit;
  return element("div", "gg-popup", element("h3", "", star, units.names[unit]),
    factTable(facts), ...personTables(city, zone));
}

function componentPopup(city, members) {
  const { words, cells, components, classes } = city, shown = members.slice(0, 8);
  const heading = members.length === 1 ? words.component : words.here.replace("{n}", members.length);
  const facts = shown.map((k) => {
    const cell = components.cell[k];
    return [classLabel(classes[components.class[k]]), cell < 0 ? words.outside : `${words.cell} ${cells.codes[cell]}`];
  });
  const rest = members.length - shown.length;
  return element("div", "gg-popup", element("h3", "", heading), factTable(facts),
    rest ? element("p", "gg-none", words.more.replace("{n}", rest)) : null);
}

function placeInWords([x, y]) {
  const lon = toLon(x);
  return `${(lon > 180 ? lon - 360 : lon).toFixed(5)}, ${toLat(y).toFixed(5)}`;
}

function valueOf({ fill, cells, words }, i) {
  const row = cells.fill[i];
  return row < fill.legend.length ? fill.legend[row].name : words.no_value;
}

function personTables({ words, zones }, zone) {
  if (zone < 0 || !zones.persons.length) return [];
  const rows = zones.persons.map(({ role, names }) => {
    const missing = !names[zone];
    return element("tr", missing ? "gg-missing" : "", element("th", "", role),
      element("td", "", missing ? words.nobody : names[zone]));
  });
  return [element("table", "gg-persons", ...rows)];
}

function factTable(facts) {
  return element("table", "gg-facts", ...facts.map(([name, value]) =>
    element("tr", "", element("th", "", name), element("td", "", value))));
}

function countTable({ words, components, classes }, belongs) {
  const counts = classes.map(() => 0);
  let total = 0;
  for (let k = 0; k < components.count; k++) {
    if (!belongs(components.cell[k])) continue;
    counts[components.class[k]]++;
    total++;
  }
  if (!total) return element("p", "gg-none", words.no_components);
  const row = (name, count, className) => element("tr", className,
    element("th", "", name), element("td", "", formatted(count)));
  const rows = counts.map((count, c) => [count, c]).filter(([count]) => count)
    .sort((a, b) => b[0] - a[0]).map(([count, c]) => row(classLabel(classes[c]), count));
  return element("div", "gg-scroll", element("table", "gg-counts",
    row(words.components, total, "gg-total"), ...rows));
}

const classLabel = ({ code, name }) => (name === code ? code : `${code} ${name}`);
