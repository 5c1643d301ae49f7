// Header, legend and pop-ups. Text from data goes in as text nodes only, never as markup.

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const formatted = (number) => Math.round(number).toLocaleString("en-US");

function headerOf(city) {
  const { words, totals } = city;
  const figure = (text) => element("span", "gg-figure", text);
  const km2 = totals.m2 / 1e6;
  const figures = [
    figure(`${formatted(totals.areas)} ${words.areas_unit}`),
    figure(`${formatted(totals.cells)} ${words.cells_unit}`),
    figure(`${km2 >= 100 ? formatted(km2) : km2.toPrecision(3)} km²`),
  ];
  if (city.components) {
    figures.push(figure(`${formatted(city.components.count)} ${words.components_unit}`));
  }
  return element("header", "gg-header",
    element("h1", "", city.title), element("div", "gg-figures", ...figures));
}

function legendOf(city) {
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => {
    const rows = [...areaRows(city), ...lineRows(city), ...kindRows(city), ...groupRows(city)];
    const box = element("details", "gg-legend", element("summary", "", city.words.legend), ...rows);
    box.open = true;
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  return control;
}

function legendRow(symbol, text, count) {
  return element("div", "gg-row", symbol, element("span", "gg-name", text),
    count === undefined ? null : element("span", "gg-count", formatted(count)));
}

function swatch(className, color) {
  const node = element("i", className);
  if (color) node.style.background = color;
  return node;
}

function areaRows({ words, areas, style, colorBy }) {
  if (colorBy !== "area") return [];
  if (areas.count > style.listedAreas) {
    const stripes = element("i", "gg-stripes", ...style.areaFills.slice(0, 4).map((color) => swatch("", color)));
    return [legendRow(stripes, words.neighbours)];
  }
  return [element("h2", "", words.areas), ...areas.names.map((name, i) =>
    legendRow(swatch("gg-swatch", style.areaFills[areas.color[i]]), name))];
}

function lineRows({ words, style }) {
  const line = (className, color) => {
    const node = element("i", className);
    node.style.borderColor = color;
    return node;
  };
  return [
    legendRow(line("gg-line gg-thick", style.areaLine), words.area_border),
    legendRow(line("gg-line", style.cellLine), words.cell_border),
  ];
}

function kindRows({ words, kinds, style, colorBy }) {
  const symbol = (i) => (colorBy === "kind" ? swatch("gg-swatch", style.cellFills[i]) : swatch("gg-blank"));
  return [element("h2", "", words.cells),
    ...kinds.map((kind, i) => legendRow(symbol(i), kind.name, kind.count))];
}

function groupRows({ words, groups, style }) {
  if (!groups.length) return [];
  return [element("h2", "", words.components),
    ...groups.map((group, i) => legendRow(swatch("gg-dot", style.groupColors[i]), group.name, group.count))];
}

function cellPopup(city, i) {
  const { words, cells, areas, kinds } = city;
  const area = cells.area[i], name = areas.names[area], code = areas.codes[area];
  const kind = kinds[cells.kind[i]].name;
  const pieces = cells.pieces[i] > 1 ? ` (${words.pieces.replace("{n}", cells.pieces[i])})` : "";
  const facts = [
    [words.area, name === code ? code : `${name} (${code})`],
    [words.size, `${formatted(cells.m2[i])} m²`],
    [words.kind, kind + pieces],
  ];
  const box = element("div", "gg-popup", element("h3", "", `${words.cell} ${cells.codes[i]}`), factTable(facts));
  if (city.components) box.append(countTable(city, i));
  return box;
}

function factTable(facts) {
  return element("table", "gg-facts", ...facts.map(([name, value]) =>
    element("tr", "", element("th", "", name), element("td", "", value))));
}

function countTable({ words, components, classes }, cell) {
  const counts = classes.map(() => 0);
  let total = 0;
  for (let k = 0; k < components.count; k++) {
    if (components.cell[k] !== cell) continue;
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
