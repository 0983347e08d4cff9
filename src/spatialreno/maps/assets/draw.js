// What is drawn now: one class for each feature, side of the swipe and stage of the works.
(app => {
  "use strict";
  const { element, pick } = app;

  app.sides = [{ option: 0, panes: { shapes: "overlayPane", marks: "markerPane" } }];

  // Works of a later stage have not been done yet: what they touch is drawn as it is today.
  function optionOf(feature, side) {
    const phases = feature.more.phase;
    return phases && phases[side.option] > app.stage ? 0 : side.option;
  }

  function classOf(theme, feature, side) {
    if (!theme.shown) return null;
    const option = optionOf(feature, side);
    const cls = Array.isArray(feature.cls) ? feature.cls[option] : feature.cls;
    if (app.classNow) return app.classNow(theme, feature, cls);
    if (cls === null) return null;
    if (feature.more.origin !== undefined && feature.more.origin !== app.origin) return null;
    if (app.shade && feature.more[app.shade] && !cls.includes("-gone")) return pick(feature.more[app.shade], side.option);
    return cls;
  }

  function show(theme, feature, at, cls) {
    const drawn = feature.drawn[at], group = theme.groups[at];
    if (cls === null) {
      group.removeLayer(drawn.layer);
      return;
    }
    if (!drawn.layer) {
      drawn.layer = app.made(feature, cls, app.sides[at].panes);
      if (feature.rows.length) answering(theme, feature, at);
    } else if (drawn.layer.setStyle) {
      drawn.layer.setStyle(app.lookOf(cls));
    } else if (feature.more.label) {
      drawn.layer.setIcon(app.icon(feature, cls));
    }
    group.addLayer(drawn.layer);
    // Shapes are found by the search; hundreds of nameless stops on the way to the tabs help nobody.
    const shape = drawn.layer.getElement && drawn.layer.getElement();
    if (shape && shape.tagName === "path") shape.setAttribute("tabindex", "-1");
  }

  function answering(theme, feature, at) {
    const { layer } = feature.drawn[at];
    const told = () => layer.bindTooltip(() => app.tip(theme, feature, at), { sticky: feature.kind > 0, opacity: 1 });
    layer.on("click", event => app.clicked(...app.meant(event, theme, feature, at)));
    if (feature.kind > 0 && app.map.options.preferCanvas) { // no element that could be reached by keys
      layer.once("mouseover", event => told().openTooltip(event.latlng));
      return;
    }
    told();
    layer.on("keypress", event => { if (event.originalEvent.key === "Enter") app.clicked(theme, feature); });
  }

  app.clicked = () => {};

  // What a click means: the nearest thing that matters there, by kind and not by what happens to lie on top.
  const KINDS = ["facilities", "gates", "walls", "structures", "buildings", "open_spaces", "parking", "compounds"];
  const rankOf = feature => { const rank = KINDS.indexOf(feature.more.of); return rank < 0 ? KINDS.length : rank; };
  const NEAR = { mouse: 5, pen: 8, touch: 14 };

  app.meant = (event, theme, feature, at) => {
    if (feature.kind !== 2) return [theme, feature];
    const near = NEAR[event.originalEvent && event.originalEvent.pointerType] || NEAR.mouse;
    let best = [theme, feature], rank = rankOf(feature);
    for (const other of app.themes) for (const one of other.features) {
      const its = rankOf(one);
      if (its >= rank || !one.rows.length || !one.drawn[at] || one.drawn[at].now === null) continue;
      if (one.kind === 2 ? app.covers(one, event.latlng) : one.kind === 1 && away(one, event.latlng) <= near) [best, rank] = [[other, one], its];
    }
    return best;
  };

  app.covers = (feature, latlng) => feature.shape.some(rings => app.within(latlng, app.points(rings[0])) && !rings.slice(1).some(hole => app.within(latlng, app.points(hole))));

  app.within = ({ lat, lng }, ring) => {
    let odd = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[y1, x1], [y2, x2]] = [ring[i], ring[j]];
      if ((y1 > lat) !== (y2 > lat) && lng < (x2 - x1) * (lat - y1) / (y2 - y1) + x1) odd = !odd;
    }
    return odd;
  };

  // Pixels from a click to a line.
  function away(feature, latlng) {
    const click = app.map.latLngToLayerPoint(latlng);
    let least = Infinity;
    // Between the posts of a gate is the gate.
    const parts = feature.more.of === "gates" ? [...feature.shape, between(feature.shape)] : feature.shape;
    for (const part of parts) {
      const line = app.points(part).map(point => app.map.latLngToLayerPoint(point));
      for (let k = 1; k < line.length; k++) least = Math.min(least, L.LineUtil.pointToSegmentDistance(click, line[k - 1], line[k]));
    }
    return least;
  }

  function between(posts) {
    const [first, last] = [posts[0], posts[posts.length - 1]].map(post => {
      const all = app.points(post);
      return [0, 1].map(axis => (all[0][axis] + all[all.length - 1][axis]) / 2);
    });
    return [first[1] * 1e7, first[0] * 1e7, (last[1] - first[1]) * 1e7, (last[0] - first[0]) * 1e7];
  }

  // Note the class that one feature has now; null where it has that class already.
  function turned(theme, feature, side, at) {
    const drawn = feature.drawn[at] || (feature.drawn[at] = { layer: null, now: null });
    const was = drawn.now, cls = classOf(theme, feature, side);
    if (cls === was) return null;
    drawn.now = cls;
    if (was !== null) theme.classes.set(was, theme.classes.get(was) - 1);
    if (cls !== null) theme.classes.set(cls, (theme.classes.get(cls) || 0) + 1);
    return { theme, feature, at, cls, came: was === null };
  }

  function enact(changes) {
    let lowest = Infinity;
    for (const { theme, feature, at, cls, came } of changes) {
      show(theme, feature, at, cls);
      if (came) lowest = Math.min(lowest, app.themes.indexOf(theme));
    }
    return lowest;
  }

  // Everything. At the start the map is `placed` when its legend is known and nothing is drawn yet that would have to
  // be moved.
  app.redraw = placed => {
    const first = app.themes.every(theme => !theme.groups.length), changes = [];
    app.sides.forEach((side, at) => {
      for (const theme of app.themes) for (const feature of theme.features) changes.push(turned(theme, feature, side, at));
    });
    app.legend();
    if (placed) placed();
    app.sides.forEach((_, at) => {
      for (const theme of app.themes) theme.groups[at] = theme.groups[at] || L.layerGroup();
    });
    app.carried();
    const lowest = enact(changes.filter(Boolean));
    if (!first) restack(lowest); // what is drawn first lies in its order
    app.thin();
  };

  // Names are read from near; from farther away the map does not carry them.
  app.carried = () => {
    const near = app.map.getContainer().dataset.zoom === "near";
    for (const theme of app.themes) for (const group of theme.groups) {
      if (near || !theme.written) group.addTo(app.map); else group.remove();
    }
  };

  // Only these features may look different; names stay where they are.
  app.retouch = entries => {
    const changes = entries.flatMap(([theme, feature]) => app.sides.map((side, at) => turned(theme, feature, side, at)));
    restack(enact(changes.filter(Boolean)));
    app.legend();
  };

  // What lies under the lowest theme that gained something keeps its place.
  function restack(lowest) {
    for (const theme of app.themes.slice(lowest)) for (const group of theme.groups) {
      group.eachLayer(layer => layer.bringToFront && layer.bringToFront());
    }
  }

  // Take a side of the swipe off the map again.
  app.dropSide = at => {
    app.sides.length = at;
    for (const theme of app.themes) {
      if (theme.groups[at]) theme.groups[at].remove();
      for (const feature of theme.features) for (const { now } of feature.drawn.slice(at)) {
        if (now !== null) theme.classes.set(now, theme.classes.get(now) - 1);
      }
      theme.groups.length = Math.min(theme.groups.length, at);
      for (const feature of theme.features) feature.drawn.length = Math.min(feature.drawn.length, at);
    }
  };

  app.rowsOf = (theme, feature, option) => {
    const rows = feature.rows.map(([title, value]) => [theme.fields[title], value]);
    for (const name of ["says", "gains"]) if (feature.more[name]) rows.push(pick(feature.more[name], option));
    return rows;
  };

  app.tip = (theme, feature, at) => {
    const box = element("div", "tip");
    box.append(app.tipHead(theme, feature.drawn[at].now || ""));
    for (const row of app.rowsOf(theme, feature, app.sides[at].option)) box.append(app.tipRow(...row));
    return box;
  };

  app.tipHead = (theme, cls) => {
    const verb = /-(gone|altered|built)~?$/.exec(cls);
    const head = element("div", "tip-head", theme.what);
    if (verb) head.append(element("span", `verb ${verb[1]}`, app.page.words[verb[1]]));
    return head;
  };

  app.tipRow = (title, value) => {
    const line = element("div", "tip-row");
    line.append(element("span", "tip-title", title), element("bdi", null, value));
    return line;
  };
})(spatialreno);
