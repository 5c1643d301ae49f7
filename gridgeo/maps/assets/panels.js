// The head of the map, and what panels are made of. Text from data goes in as text nodes only,
// never as markup.

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const formatted = (number) => Math.round(number).toLocaleString("en-US");

// Leaflet takes names in its control as markup, so they are escaped here.
const escaped = (text) => element("span", "", text).innerHTML;

function headerOf(city) {
  const { words, totals, zones } = city;
  const figure = (text) => element("span", "gg-figure", text);
  const km2 = totals.m2 / 1e6;
  const figures = [
    figure(`${formatted(totals.areas)} ${words.areas_unit}`),
    zones ? figure(`${formatted(zones.count)} ${words.zones_unit}`) : null,
    figure(`${formatted(totals.cells)} ${words.cells_unit}`),
    figure(`${km2 >= 100 ? formatted(km2) : km2.toPrecision(3)} km²`),
    city.components ? figure(`${formatted(city.components.count)} ${words.components_unit}`) : null,
  ];
  return element("header", "gg-header",
    element("h1", "", city.title), element("div", "gg-figures", ...figures));
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
