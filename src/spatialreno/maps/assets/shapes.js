// How a class of feature looks, and the Leaflet layer of one feature.
(app => {
  "use strict";
  const { element, drawing, base, points } = app;
  const looks = {};
  const patterns = {};

  app.lookOf = cls => {
    if (!looks[cls]) {
      const look = Object.assign(
        { opacity: 1, fill: true, dashArray: null, lineCap: "round", interactive: true }, app.page.styles[base(cls)]);
      if (cls.endsWith("~")) Object.assign(look, { dashArray: look.dashArray ? "7 5 1 5" : "1 4", lineCap: "round", weight: Math.max(look.weight, 2) });
      if (look.hatch || look.cross) look.fillColor = hatched(look.fillColor, look.cross);
      looks[cls] = look;
    }
    return looks[cls];
  };

  function hatched(color, cross) {
    const key = `hatch${cross ? "-cross" : ""}-${color.slice(1)}`;
    if (!patterns[key]) patterns[key] = app.map.options.preferCanvas ? inked(color, cross) : app.woven(key, color, cross);
    return patterns[key];
  }

  app.woven = (key, color, cross) => {
    let holder = document.getElementById("patterns");
    if (!holder) {
      holder = drawing("svg", { id: "patterns", width: 0, height: 0, "aria-hidden": "true" });
      document.body.append(holder);
    }
    if (document.getElementById(key)) return `url(#${key})`;
    const pattern = drawing("pattern", { id: key, width: 6, height: 6, patternUnits: "userSpaceOnUse" });
    if (cross) pattern.append(drawing("rect", { width: 6, height: 6, fill: "#ffffff" }));
    const lines = cross ? "M0,6L6,0M0,0L6,6" : "M-1,1L1,-1M0,6L6,0M5,7L7,5";
    pattern.append(drawing("path", { d: lines, stroke: color, "stroke-width": cross ? 0.7 : 1.5 }));
    holder.append(pattern);
    return `url(#${key})`;
  };

  function inked(color, cross) {
    const tile = element("canvas");
    tile.width = tile.height = 6;
    const ink = tile.getContext("2d");
    ink.fillStyle = "#ffffff";
    if (cross) ink.fillRect(0, 0, 6, 6);
    ink.strokeStyle = color;
    ink.lineWidth = cross ? 0.7 : 1.5;
    const lines = cross ? [[0, 6, 6, 0], [0, 0, 6, 6]] : [[-1, 1, 1, -1], [0, 6, 6, 0], [5, 7, 7, 5]];
    for (const [a, b, c, d] of lines) { ink.beginPath(); ink.moveTo(a, b); ink.lineTo(c, d); ink.stroke(); }
    return ink.createPattern(tile, "repeat");
  }

  // Shapes and marks of one half of a swipe lie in panes of their own.
  app.made = (feature, cls, panes) => {
    const at = () => points(feature.shape)[0];
    if (feature.kind === 0 && feature.more.label) return disc(feature, cls, at(), panes.marks);
    if (feature.kind === 0 && feature.more.name) return written(feature, cls, at(), panes.marks);
    const look = Object.assign({}, app.lookOf(cls), { interactive: feature.rows.length > 0, pane: panes.shapes });
    if (feature.kind === 0) return L.circle(at(), Object.assign(look, { radius: feature.more.radius || 1 }));
    if (feature.kind === 1) return L.polyline(feature.shape.map(points), look);
    return L.polygon(feature.shape.map(polygon => polygon.map(points)), look);
  };

  app.icon = (feature, cls) => {
    const face = element("span", null, feature.more.label);
    const dotted = cls.endsWith("~") ? " dotted" : "";
    return L.divIcon({ className: `disc ${base(cls)}${dotted}`, html: face, iconSize: null });
  };

  // Marks lie flat in their pane, one on the other as they come: Leaflet gives each a transform and a height, so that it is
  // a layer of its own, and hundreds of those cost more at every frame than all that is drawn.
  const Mark = L.Marker.extend({
    _setPos(at) {
      L.Marker.prototype._setPos.call(this, at);
      if (this._icon) Object.assign(this._icon.style, { transform: "", left: `${at.x}px`, top: `${at.y}px` });
    },
    _updateZIndex(offset) {
      if (offset || this.options.zIndexOffset) L.Marker.prototype._updateZIndex.call(this, offset);
      else if (this._icon) this._icon.style.zIndex = "";
    },
  });

  function disc(feature, cls, at, pane) {
    const layer = new Mark(at, { icon: app.icon(feature, cls), alt: feature.more.alt, riseOnHover: true, pane });
    layer.on("add", () => layer.getElement().setAttribute("aria-label", feature.more.alt));
    return layer;
  }

  function written(feature, cls, at, pane) {
    const text = element("bdi", null, feature.more.name);
    if (feature.more.angle) text.style.transform = `rotate(${feature.more.angle}deg)`;
    const look = L.divIcon({ className: cls, html: text, iconSize: null });
    return new Mark(at, { icon: look, interactive: false, keyboard: false, zIndexOffset: -1000, pane });
  }
})(spatialreno);
