// The legend: what fills, lines and symbols mean, and how many there are of each.

function legendOf(city) {
  const control = L.control({ position: "bottomright" });
  control.onAdd = (map) => {
    const rows = [
      ...fillRows(city), ...lineRows(city), ...unitRows(city), ...kindRows(city), ...groupRows(city)];
    const box = element("details", "gg-legend", element("summary", "", city.words.legend), ...rows);
    box.open = map.getSize().x > 720;
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  return control;
}

function fillRows({ words, fill, areas, zones, totals, style }) {
  if (fill.legend) {
    const rows = fill.legend.map(({ name, count }, i) => legendRow(swatch("gg-swatch", fill.fills[i]), name, count));
    if (fill.missing) {
      rows.push(legendRow(swatch("gg-swatch", fill.fills[fill.fills.length - 1]), words.no_value, fill.missing));
    }
    return [element("h2", "", fill.name), ...rows];
  }
  const byZone = fill.by === "zone", regions = byZone ? zones : areas;
  const rows = regionRows(regions, byZone ? words.one_color_zone : words.neighbours, fill, style);
  const inside = byZone ? zones.cells.reduce((sum, n) => sum + n, 0) : totals.cells;
  if (inside < totals.cells) {
    rows.push(legendRow(swatch("gg-swatch", fill.fills[fill.fills.length - 1]), words.no_zone, totals.cells - inside));
  }
  if (byZone && zones.head) rows.push(legendRow(swatch("gg-blank"), `${words.short_codes} ${zones.head}`));
  return [element("h2", "", byZone ? words.zones : words.areas), ...rows];
}

function regionRows(regions, summary, fill, style) {
  if (regions.count > style.listedRegions) {
    const stripes = element("i", "gg-stripes", ...fill.fills.slice(0, 4).map((color) => swatch("", color)));
    return [legendRow(stripes, summary)];
  }
  return regions.names.map((name, i) => legendRow(swatch("gg-swatch", fill.fills[regions.color[i]]), name));
}

function lineRows(city) {
  const row = (name, weight, color) => {
    const node = element("i", "gg-line");
    node.style.borderTop = `${weight}px solid ${color}`;
    return legendRow(node, name);
  };
  const { words, style } = city;
  return [element("h2", "", words.borders), ...linesOf(city).map((line) => row(line.name, line.weight, line.color)),
    row(words.cell_border, 1, style.cellLine)];
}

function unitRows({ words, keyUnits, style }) {
  if (!keyUnits) return [];
  const star = element("i", "gg-star", "★");
  star.style.color = style.keyUnit;
  return [legendRow(star, words.key_units, keyUnits.count)];
}

function kindRows({ words, kinds, fill }) {
  if (fill.name === words.kind) return [];
  return [element("h2", "", words.cells),
    ...kinds.map((kind) => legendRow(swatch("gg-blank"), kind.name, kind.count))];
}

function groupRows({ words, groups, style, zones }) {
  if (!groups.length) return [];
  const heading = zones ? `${words.components} (${words.nearer})` : words.components;
  return [element("h2", "", heading),
    ...groups.map((group, i) => legendRow(swatch("gg-dot", style.groupColors[i]), group.name, group.count))];
}
