// A map underneath, when one was asked for. Tiles in GCJ-02 are moved so that the data stay where they are.
(app => {
  "use strict";
  const A = 6378245, EE = 0.00669342162296594323, PI = Math.PI;

  const wave = (x, a, b) => (20 * Math.sin(6 * x * PI) + 20 * Math.sin(2 * x * PI)) * 2 / 3 + (20 * Math.sin(a * PI) + 40 * Math.sin(b * PI)) * 2 / 3;
  const north = (x, y) => -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x))
    + wave(x, y, y / 3) + (160 * Math.sin(y / 12 * PI) + 320 * Math.sin(y * PI / 30)) * 2 / 3;
  const east = (x, y) => 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x))
    + wave(x, x, x / 3) + (150 * Math.sin(x / 12 * PI) + 300 * Math.sin(x / 30 * PI)) * 2 / 3;

  // Where GCJ-02 puts a place of WGS 84 (outside China nowhere else).
  app.gcj = ({ lat, lng }) => {
    if (lng < 72.004 || lng > 137.8347 || lat < 0.8293 || lat > 55.8271) return L.latLng(lat, lng);
    const turn = lat / 180 * PI, magic = 1 - EE * Math.sin(turn) ** 2, root = Math.sqrt(magic);
    const up = north(lng - 105, lat - 35) * 180 / (A * (1 - EE) / (magic * root) * PI);
    const right = east(lng - 105, lat - 35) * 180 / (A / root * Math.cos(turn) * PI);
    return L.latLng(lat + up, lng + right);
  };

  // Leaflet lays tiles out round the centre of the view; here that centre is the one GCJ-02 gives it.
  const tiles = () => {
    const plain = L.TileLayer.prototype;
    return L.TileLayer.extend({
      _setZoomTransform(level, center, zoom) { plain._setZoomTransform.call(this, level, app.gcj(center), zoom); },
      _getTiledPixelBounds(center) { return plain._getTiledPixelBounds.call(this, app.gcj(center)); },
    });
  };

  app.basemap = base => {
    if (!base) return;
    const line = app.element("div", "attribution", base.attribution);
    app.control("bottomright", line);
    for (const theme of app.themes) if (theme.key === "streets") theme.shown = false;
    if (base.asks) line.prepend(asked(base)); else laid(base, base.key);
  };

  function asked(base) {
    const label = app.element("label", null, app.page.words.map_key);
    const box = app.element("input");
    box.type = "password";
    box.autocomplete = "off";
    box.addEventListener("change", () => { if (/^[0-9A-Za-z]+$/.test(box.value)) { laid(base, box.value); label.remove(); } });
    label.append(box);
    return label;
  }

  function laid(base, key) {
    const Tiles = base.shifted ? tiles() : L.TileLayer;
    app.baseLayers = base.layers.map(address => new Tiles(address, { subdomains: base.subdomains, maxNativeZoom: 18, maxZoom: 22, key }).addTo(app.map));
  }
})(spatialreno);
