// A ruler: click from place to place, and read how far it is.

function rulerOf({ words, style }) {
  const control = L.control({ position: "topleft" });
  control.onAdd = (map) => {
    const button = element("a", "gg-ruler");
    Object.assign(button, { href: "#", title: words.measure, ariaLabel: words.measure });
    button.setAttribute("role", "button");
    const box = element("div", "leaflet-bar", button);
    const ruler = new Ruler(map, button, style.ink);
    control.ruler = ruler;
    button.addEventListener("click", (event) => {
      event.preventDefault();
      ruler.toggle();
    });
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  return control;
}

// On the ellipsoid of WGS 84, by its radii midway: right to a millimetre in 5 km, where Leaflet's
// sphere is 10 m off.
function metresBetween(a, b) {
  const radius = 6378137, flat = 0.00669438, radian = Math.PI / 180;
  const middle = ((a.lat + b.lat) / 2) * radian, squared = 1 - flat * Math.sin(middle) ** 2;
  const east = (b.lng - a.lng) * radian * Math.cos(middle) * (radius / Math.sqrt(squared));
  const north = (b.lat - a.lat) * radian * ((radius * (1 - flat)) / squared ** 1.5);
  return Math.hypot(east, north);
}

class Ruler {
  constructor(map, button, color) {
    Object.assign(this, { map, button, active: false, points: [] });
    this.line = L.polyline([], { color, weight: 3, dashArray: "6 5", interactive: false, pane: "gg-mark" });
    this.told = L.tooltip({ permanent: true, direction: "top", offset: [0, -6], className: "gg-length" });
    document.addEventListener("keydown", (event) => {
      if (this.active && event.key === "Escape") this.toggle();
    });
  }

  toggle() {
    this.active = !this.active;
    this.points = [];
    this.button.classList.toggle("gg-active", this.active);
    this.map.getContainer().classList.toggle("gg-measuring", this.active);
    this.map.closePopup();
    this.line.setLatLngs([]).remove();
    this.told.remove();
    if (this.active) this.line.addTo(this.map);
    this.map.doubleClickZoom[this.active ? "disable" : "enable"]();
  }

  add(latlng) {
    this.points.push(latlng);
    this.line.setLatLngs(this.points);
    this.told.setLatLng(latlng).setContent(element("span", "", this.lengthInWords()));
    if (!this.map.hasLayer(this.told)) this.told.addTo(this.map);
  }

  lengthInWords() {
    const { points } = this;
    const metres = points.slice(1).reduce((sum, point, i) => sum + metresBetween(points[i], point), 0);
    return metres < 10000 ? `${formatted(metres)} m` : `${(metres / 1000).toFixed(2)} km`;
  }
}
