// A Leaflet layer that is one canvas, drawn anew whenever the map comes to rest.
// Those that extend it draw in drawOn(context, view): a point x, y in map units
// lies at x * view.scale - view.left, y * view.scale - view.top.

const CanvasLayer = L.Layer.extend({
  options: { padding: 0.12 },

  onAdd() {
    this._canvas = L.DomUtil.create("canvas", "gg-canvas leaflet-zoom-animated", this.getPane());
    this._reset();
  },

  onRemove() {
    cancelAnimationFrame(this._frame);
    this._frame = null;
    this._canvas.remove();
  },

  getEvents() {
    const events = { moveend: this.redraw, viewreset: this.redraw, resize: this.redraw };
    if (this._zoomAnimated) events.zoomanim = this._follow;
    return events;
  },

  redraw() {
    if (this._map && !this._frame) this._frame = requestAnimationFrame(() => this._reset());
    return this;
  },

  _reset() {
    this._frame = null;
    const map = this._map, size = map.getSize();
    const margin = size.multiplyBy(this.options.padding).round();
    const full = size.add(margin.multiplyBy(2));
    const corner = map.containerPointToLayerPoint(margin.multiplyBy(-1)).round();
    const ratio = window.devicePixelRatio || 1, canvas = this._canvas;
    canvas.width = full.x * ratio;
    canvas.height = full.y * ratio;
    canvas.style.width = full.x + "px";
    canvas.style.height = full.y + "px";
    L.DomUtil.setTransform(canvas, corner, 1);
    this._covered = L.latLngBounds(
      map.layerPointToLatLng(corner), map.layerPointToLatLng(corner.add(full)));
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.drawOn(context, viewOf(map, corner, full));
  },

  // While a zoom runs the picture is stretched; it is drawn again when the zoom ends.
  _follow(event) {
    const scale = this._map.getZoomScale(event.zoom, this._map.getZoom());
    const place = this._map._latLngBoundsToNewLayerBounds(this._covered, event.zoom, event.center);
    L.DomUtil.setTransform(this._canvas, place.min, scale);
  },
});

function viewOf(map, corner, size) {
  const scale = map.options.crs.scale(map.getZoom());
  const origin = map.getPixelOrigin().add(corner);
  return {
    scale, left: origin.x, top: origin.y, width: size.x, height: size.y,
    west: origin.x / scale, north: origin.y / scale,
    east: (origin.x + size.x) / scale, south: (origin.y + size.y) / scale,
  };
}
