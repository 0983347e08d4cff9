// Legend, layer switches, north arrow: what stands round the map.
(app => {
  "use strict";
  const { element, drawing, base } = app;
  let explained = null;

  function swatch(cls) {
    if (cls === "reach-origin") return element("span", `disc swatch ${cls}`, app.page.words.start);
    if (cls.startsWith("facility") && cls !== "facility-area") return element("span", `disc swatch ${cls}`, app.page.words.sample);
    const box = drawing("svg", { width: 28, height: 16, "aria-hidden": "true" });
    const look = app.lookOf(cls === "block" ? "block-1" : cls === "dotted" ? "wall~" : cls);
    const stroke = { stroke: look.color, "stroke-width": look.weight, "stroke-opacity": look.opacity };
    if (look.dashArray) stroke["stroke-dasharray"] = look.dashArray;
    if (look.fill && !cls.startsWith("line")) {
      const fill = typeof look.fillColor === "string" ? look.fillColor : app.woven(`legend-${cls}`, look.color, look.cross);
      box.append(drawing("rect", Object.assign({ x: 2, y: 2, width: 24, height: 12, fill, "fill-opacity": look.fillOpacity }, stroke)));
    } else if (cls.startsWith("gate")) {
      for (const x of [9, 19]) box.append(drawing("line", Object.assign({ x1: x, y1: 2, x2: x, y2: 14 }, stroke)));
    } else {
      box.append(drawing("line", Object.assign({ x1: 1, y1: 8, x2: 27, y2: 8, "stroke-linecap": look.lineCap }, stroke)));
    }
    return box;
  }

  app.legend = () => {
    const list = document.getElementById("legend");
    const classes = new Set();
    for (const theme of app.themes) for (const [cls, count] of theme.classes) {
      if (!count) continue;
      if (cls.endsWith("~")) classes.add("dotted");
      classes.add(/^block-\d$/.test(cls) ? "block" : base(cls));
    }
    const drawn = [...classes].sort().join(" ");
    if (drawn === explained) return;
    explained = drawn;
    const said = new Set();
    list.replaceChildren();
    for (const [cls, title] of app.page.legend) {
      if (!classes.has(cls) || said.has(title)) continue;
      said.add(title);
      const line = element("li");
      line.append(swatch(cls), element("span", null, title));
      list.append(line);
    }
  };

  app.control = (position, content) => {
    const placed = L.control({ position });
    placed.onAdd = () => {
      L.DomEvent.disableClickPropagation(content);
      L.DomEvent.disableScrollPropagation(content);
      return content;
    };
    placed.addTo(app.map);
  };

  app.folded = (className, title, open) => {
    const box = element("details", `card ${className}`);
    box.open = open;
    box.append(element("summary", null, title));
    return box;
  };

  function checkbox(theme) {
    const line = element("label");
    const box = element("input");
    box.type = "checkbox";
    box.checked = theme.shown;
    box.dataset.theme = theme.key;
    box.addEventListener("change", () => { theme.toggle(box.checked); app.redraw(); });
    line.append(box, element("span", null, theme.title));
    return line;
  }

  // Two shadings of the buildings exclude one another.
  function shading(key, field) {
    const toggle = on => {
      app.shade = on ? field : "";
      for (const box of document.querySelectorAll("[data-shade]")) box.checked = box.dataset.shade === app.shade;
    };
    const line = checkbox({ key, title: app.page.words[key], shown: false, toggle });
    line.firstChild.dataset.shade = field;
    return line;
  }

  app.switches = wide => {
    const box = app.folded("layers", app.page.words.layers, wide);
    const has = field => app.themes.some(theme => theme.features.some(feature => feature.more[field]));
    for (const heading of ["plan", "today", "analysis"]) {
      const own = app.themes.filter(theme => theme.title && theme.heading === heading).map(checkbox);
      if (heading === "analysis") for (const [key, field] of [["scores", "score"], ["gains", "gain"]]) {
        if (app.classNow || has(field)) own.push(shading(key, field));
      }
      if (!own.length) continue;
      const set = element("fieldset");
      set.append(element("legend", null, app.page.words[`theme_${heading}`]), ...own);
      if (heading === "analysis" && app.page.origins.length > 1) set.append(origins());
      box.append(set);
    }
    if (app.guests.length) box.append(guests());
    return box;
  };

  // Layers that a planner has added are switched as they are.
  function guests() {
    const set = element("fieldset");
    set.append(element("legend", null, app.page.words.theme_own));
    app.guests.forEach(({ layer, title }, k) => {
      const toggle = on => { if (on) app.map.addLayer(layer); else app.map.removeLayer(layer); };
      set.append(checkbox({ key: `own-${k + 1}`, title, shown: app.map.hasLayer(layer), toggle }));
    });
    return set;
  }

  function origins() {
    const line = element("label", "origins", app.page.words.reach_from);
    line.append(app.choice(app.page.origins, value => { app.origin = value; app.redraw(); }));
    return line;
  }

  app.choice = (rows, act) => {
    const choice = element("select");
    for (const [id, title] of rows) {
      const row = element("option", null, title);
      row.value = id;
      choice.append(row);
    }
    choice.addEventListener("change", () => act(choice.value));
    return choice;
  };

  app.north = () => {
    const box = element("div", "north");
    const arrow = drawing("svg", { width: 20, height: 26, viewBox: "0 0 20 26", "aria-hidden": "true" });
    arrow.append(drawing("path", { d: "M10,1L17,24L10,19Z", fill: "#374151" }), drawing("path", { d: "M10,1L3,24L10,19Z", fill: "#ffffff", stroke: "#374151" }));
    box.append(element("span", null, app.page.words.north), arrow);
    return box;
  };

  // The plan is fitted into what legend and switches leave free, when there is room for both.
  app.fit = () => {
    const size = app.map.getSize();
    const side = document.querySelector(".card.layers").offsetWidth + 18;
    const foot = document.querySelector(".card.legend").offsetHeight + 18;
    const paper = document.documentElement.classList.contains("one-page"); // there nothing lies on the map
    const roomy = !paper && size.x > 700 && size.y > 500;
    app.map.fitBounds(app.page.bounds, {
      paddingTopLeft: [roomy ? 54 : 12, 14], paddingBottomRight: roomy ? [side, foot] : [12, paper ? 12 : 40], animate: false,
    });
  };
})(spatialreno);
