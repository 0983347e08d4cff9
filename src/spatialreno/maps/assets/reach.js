// Walks from a clicked place: the ground that people reach in five, ten and fifteen minutes, up to the walls that stand.
(app => {
  "use strict";
  // Three steps of one hue, as they would lie on paper: 35, 22 and 12 % of #08519c.
  const TINTS = ["#a4bddb", "#c4d4e4", "#dde5ed"];
  const CLOSE = 22;
  let canvas = null, marker = null, found = null;

  app.lonlat = (x, y) => {
    const u = x / 1e6, v = y / 1e6;
    const [lon, lat] = app.page.model.to_degrees.map(([a, b, c, d, e, f]) => a + b * u + c * v + d * u * u + e * u * v + f * v * v);
    return [lat, lon];
  };

  // The same backwards: Newton's steps with the slopes at the corner.
  app.metresAt = ({ lat, lng }) => {
    const [[, a, b], [, c, d]] = app.page.model.to_degrees, det = a * d - b * c;
    let x = 0, y = 0;
    for (let k = 0; k < 6; k++) {
      const [nowLat, nowLng] = app.lonlat(x, y), east = lng - nowLng, north = lat - nowLat;
      x += (d * east - b * north) / det * 1e6;
      y += (a * north - c * east) / det * 1e6;
    }
    return [x, y];
  };

  app.limits = () => app.page.minutes.map(minutes => minutes * app.page.model.norm.speed_m_min * 1000);

  app.showReach = reach => {
    found = reach;
    if (!canvas) {
      canvas = app.element("canvas", "reach-canvas");
      app.map.getPane("overlayPane").append(canvas);
      app.map.on("moveend zoomend resize", paint);
    }
    begun();
    paint();
  };

  app.hideReach = () => {
    found = null;
    if (marker) marker.remove();
    if (canvas) paint();
  };

  function begun() {
    if (marker) marker.remove();
    const face = app.element("span", null, app.page.words.start);
    const icon = L.divIcon({ className: "disc reach-origin", html: face, iconSize: null });
    marker = L.marker(app.lonlat(...app.placeOf(found.place)), { icon, interactive: false, keyboard: false, zIndexOffset: 600 });
    marker.addTo(app.map);
  }

  // Rings of a cell in millimetres: the whole square, or what walls leave of it.
  function rings({ x, y, cells, step_m }, point) {
    if (cells[point]) return cells[point].map(ring => ring.map(cm => cm * 10));
    const half = step_m * 500, [west, south, east, north] = [x[point] - half, y[point] - half, x[point] + half, y[point] + half];
    return [[west, south, east, south, east, north, west, north]];
  }

  // The same as paths in pixels of a close zoom from the area's corner, written once.
  let drawn = null;
  function cells() {
    if (drawn) return drawn;
    const { ground } = app.page.model, { crs } = app.map.options;
    const world = (x, y) => crs.latLngToPoint(L.latLng(app.lonlat(x, y)), CLOSE);
    const base = world(0, 0);
    const flat = ring => {
      let path = "";
      for (let k = 0; k < ring.length; k += 2) {
        const at = world(ring[k], ring[k + 1]);
        path += `${k ? "L" : "M"}${(at.x - base.x).toFixed(1)} ${(at.y - base.y).toFixed(1)}`;
      }
      return `${path}Z`;
    };
    drawn = { base, paths: Array.from({ length: ground.many }, (_, point) => rings(ground, point).map(flat).join("")) };
    return drawn;
  }

  function paint() {
    const size = app.map.getSize();
    canvas.width = size.x;
    canvas.height = size.y;
    L.DomUtil.setPosition(canvas, app.map.containerPointToLayerPoint([0, 0]));
    if (!found) return;
    const ink = canvas.getContext("2d"), { base, paths } = cells();
    const scale = app.map.getZoomScale(app.map.getZoom(), CLOSE), corner = app.map.getPixelBounds().min;
    ink.setTransform(scale, 0, 0, scale, base.x * scale - corner.x, base.y * scale - corner.y);
    app.limits().map((limit, k) => [limit, TINTS[k]]).reverse().forEach(([limit, tint]) => {
      ink.fillStyle = tint;
      ink.fill(new Path2D(paths.filter((_, point) => found.ground[point] <= limit).join("")), "evenodd");
    });
  }

  // Lines in millimetres of what stands near a place and hides what is behind it.
  app.standingNear = (x, y, near) => walls().filter(({ layer, id, box }) =>
    box[0] - near <= x && x <= box[2] + near && box[1] - near <= y && y <= box[3] + near &&
    (layer === "buildings" || !app.isDown(layer, id))).map(({ line }) => line);

  let lines = null;
  function walls() {
    if (lines) return lines;
    lines = [];
    for (const layer of ["walls", "structures", "buildings"]) for (const [, feature] of app.drawnOf(layer)) {
      for (const flat of feature.kind === 2 ? feature.shape.flat() : feature.kind === 1 ? feature.shape : []) lines.push(measured(layer, feature, flat));
    }
    return lines;
  }

  function measured(layer, feature, flat) {
    const line = app.points(flat).map(([lat, lng]) => app.metresAt({ lat, lng }));
    if (feature.kind === 2) line.push(line[0]);
    const x = line.map(point => point[0]), y = line.map(point => point[1]);
    return { layer, id: app.idOf(feature), line, box: [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)] };
  }
})(spatialreno);
