// Search by code or name: cells, zones, areas, key units, persons. The best hits come first.

const MOST_HITS = 12;

// What can be found: a kind, how many there are, the texts of each, and where its find leads.
function findables(city, go) {
  const { words, areas, zones, keyUnits } = city;
  const regions = (kind, { codes, names, count }, lead) => ({
    kind, count, texts: (i) => [codes[i], names[i]], label: (i) => named({ codes, names }, i), lead });
  const found = [];
  if (zones) found.push(regions(words.zone, zones, go.toZone), ...findablePersons(city, go));
  for (const { level, regions: upper } of city.borders) {
    const lead = upper === areas ? go.toArea : (i) => go.toRegion(upper, i);
    if (upper.codes[0]) found.push(regions(level || words.area, upper, lead));
  }
  if (keyUnits) {
    found.push({
      kind: words.key_unit, count: keyUnits.count, lead: go.toUnit,
      texts: (i) => [keyUnits.names[i], keyUnits.ids[i]], label: (i) => keyUnits.names[i] });
  }
  found.push({
    kind: words.cell, count: city.totals.cells, lead: go.toCell,
    texts: (i) => [city.cells.codes[i]], label: (i) => city.cells.codes[i] });
  return found;
}

// A person is found once for each role and zone.
function findablePersons({ words, zones }, go) {
  return zones.persons.map(({ role, names }) => {
    const persons = names.flatMap((joined, zone) =>
      joined.split(words.list_separator).filter(Boolean).map((name) => ({ name, zone })));
    return {
      kind: role, count: persons.length, lead: (i) => go.toZone(persons[i].zone),
      texts: (i) => [persons[i].name],
      label: (i) => `${persons[i].name} · ${zones.names[persons[i].zone]}` };
  });
}

// How well a text answers: 0 is the same, 1 begins so, 2 holds it, 3 does not.
function distance(text, asked) {
  const place = text.toLowerCase().indexOf(asked);
  if (place < 0) return 3;
  return place > 0 ? 2 : text.length === asked.length ? 0 : 1;
}

function search(found, text) {
  const asked = text.trim().toLowerCase(), hits = [[], [], []];
  if (!asked) return [];
  for (const things of found) {
    for (let i = 0; i < things.count; i++) {
      const near = Math.min(...things.texts(i).map((one) => distance(one, asked)));
      if (near < 3 && hits[near].length < MOST_HITS) hits[near].push([things, i]);
    }
  }
  return hits.flat().slice(0, MOST_HITS);
}

function searchOf(city, go) {
  const { words } = city, control = L.control({ position: "topleft" });
  control.onAdd = () => {
    const input = element("input"), list = element("div", "gg-hits");
    Object.assign(input, { type: "search", placeholder: words.search, ariaLabel: words.search });
    const box = element("div", "gg-search", input, list);
    let found = null;
    const pick = (things, i) => {
      list.replaceChildren();
      input.blur();
      things.lead(i);
    };
    input.addEventListener("input", () => {
      found = found || findables(city, go);
      list.replaceChildren(...hitRows(search(found, input.value), input.value, words, pick));
    });
    listenToKeys(input, list);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  return control;
}

function hitRows(hits, text, words, pick) {
  if (!hits.length) return text.trim() ? [element("p", "gg-none", words.no_hits)] : [];
  return hits.map(([things, i]) => {
    const row = element("button", "gg-hit",
      element("span", "gg-name", things.label(i)), element("span", "gg-count", things.kind));
    row.type = "button";
    row.addEventListener("click", (event) => {
      // The row is taken away, and the map would not know that the click was not for it.
      L.DomEvent.stop(event);
      pick(things, i);
    });
    return row;
  });
}

// Enter takes the first hit; the arrows walk through them; Escape puts them away.
function listenToKeys(input, list) {
  input.addEventListener("keydown", (event) => {
    const first = list.querySelector("button");
    if (event.key === "Enter" && first) first.click();
    else if (event.key === "ArrowDown" && first) first.focus();
    else if (event.key === "Escape") list.replaceChildren();
    else return;
    event.preventDefault();
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!step) return;
    (document.activeElement[step] || input).focus();
    event.preventDefault();
  });
}
