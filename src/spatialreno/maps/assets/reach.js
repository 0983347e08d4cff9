// Walks from a clicked place: the shortest walks drawn as far as they lead in five, ten and fifteen minutes.
(app => {
  "use strict";
  const TINTS = ["#08519c", "#4a90c8", "#9ecae1"];
  let canvas = null, found = null;

  app.lonlat = (x, y) => {
    const u = x / 1e6, v = y / 1e6;
    const [lon, lat] = app.page.model.to_degrees.map(([a, b, c, d, e, f]) => a + b * u + c * v + d * u * u + e * u * v + f * v * v);
    return [lat, lon];
  };

  app.limits = () => app.page.minutes.map(minutes => minutes * app.page.model.norm.speed_m_min * 1000);

  app.showReach = reach => {
    found = reach;
    if (!canvas) {
      canvas = app.element("canvas", "reach-canvas");
      app.map.getPane("overlayPane").append(canvas);
      app.map.on("moveend zoomend resize", paint);
    }
    paint();
  };

  app.hideReach = () => { found = null; if (canvas) paint(); };

  function paint() {
    const size = app.map.getSize();
    canvas.width = size.x;
    canvas.height = size.y;
    L.DomUtil.setPosition(canvas, app.map.containerPointToLayerPoint([0, 0]));
    if (!found) return;
    const ink = canvas.getContext("2d");
    const { nodes, graph, open } = found;
    const at = Array.from({ length: graph.nodes }, (_, k) => nodes[k] === app.FAR ? null : app.map.latLngToContainerPoint(app.lonlat(graph.x[k], graph.y[k])));
    const metre = app.map.latLngToContainerPoint(app.lonlat(1e5, 0)).distanceTo(app.map.latLngToContainerPoint(app.lonlat(0, 0))) / 100;
    ink.lineCap = "round";
    ink.lineWidth = Math.max(2.5, 2.2 * metre);
    app.limits().map((limit, k) => [limit, TINTS[k]]).reverse().forEach(([limit, tint]) => {
      ink.strokeStyle = tint;
      ink.beginPath();
      for (const hop of open) stroke(ink, graph, nodes, at, hop, limit);
      ink.stroke();
    });
  }

  function stroke(ink, graph, far, at, hop, limit) {
    let a = graph.first[hop], b = graph.second[hop];
    if (far[a] > far[b]) [a, b] = [b, a];
    if (far[a] >= limit || !at[a] || !at[b]) return;
    const share = Math.min(1, (limit - far[a]) / Math.max(graph.length[hop], 1));
    ink.moveTo(at[a].x, at[a].y);
    ink.lineTo(at[a].x + (at[b].x - at[a].x) * share, at[a].y + (at[b].y - at[a].y) * share);
  }

  // Only hops that a shortest walk uses are drawn.
  app.tight = (graph, far) => {
    const used = [];
    for (let hop = 0; hop < graph.hops; hop++) {
      if (!app.isOpen(graph, hop)) continue;
      const a = far[graph.first[hop]], b = far[graph.second[hop]];
      if (a !== app.FAR && b !== app.FAR && Math.abs(a - b) === graph.length[hop]) used.push(hop);
    }
    return used;
  };
})(spatialreno);
