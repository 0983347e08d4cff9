// The page's own script: draws what Python laid out, switches options and layers. No value is ever written as HTML.
const spatialreno = (() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const themes = [];
  const looks = {};
  const patterns = {};
  let map, page, option = 0, origin = null, scoring = false;

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const drawing = (name, attributes) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const base = cls => cls.replace("~", "");
  const pick = value => value && value.by ? value.by[option] : value;

  // ---- shapes -------------------------------------------------------------------------------------------------
  function points(flat) {
    const found = [];
    let x = 0, y = 0;
    for (let i = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      found.push([y / 1e7, x / 1e7]);
    }
    return found;
  }

  function lookOf(cls) {
    if (!looks[cls]) {
      const look = Object.assign(
        { opacity: 1, fill: true, dashArray: null, lineCap: "round", interactive: true }, page.styles[base(cls)]);
      if (cls.endsWith("~")) Object.assign(look, { dashArray: look.dashArray ? "7 5 1 5" : "1 4", lineCap: "round", weight: Math.max(look.weight, 2) });
      if (look.hatch || look.cross) look.fillColor = hatched(look.fillColor, look.cross);
      looks[cls] = look;
    }
    return looks[cls];
  }

  function hatched(color, cross) {
    const key = `hatch${cross ? "-cross" : ""}-${color.slice(1)}`;
    if (!patterns[key]) patterns[key] = map.options.preferCanvas ? inked(color, cross) : woven(key, color, cross);
    return patterns[key];
  }

  function woven(key, color, cross) {
    let holder = document.getElementById("patterns");
    if (!holder) {
      holder = drawing("svg", { id: "patterns", width: 0, height: 0, "aria-hidden": "true" });
      document.body.append(holder);
    }
    const pattern = drawing("pattern", { id: key, width: 6, height: 6, patternUnits: "userSpaceOnUse" });
    if (cross) pattern.append(drawing("rect", { width: 6, height: 6, fill: "#ffffff" }));
    const lines = cross ? "M0,6L6,0M0,0L6,6" : "M-1,1L1,-1M0,6L6,0M5,7L7,5";
    pattern.append(drawing("path", { d: lines, stroke: color, "stroke-width": cross ? 0.7 : 1.5 }));
    holder.append(pattern);
    return `url(#${key})`;
  }

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

  function made(feature, cls) {
    const at = () => points(feature.shape)[0];
    if (feature.kind === 0 && feature.more.label) return disc(feature, cls, at());
    if (feature.kind === 0 && feature.more.name) return written(feature, cls, at());
    const look = Object.assign({}, lookOf(cls), { interactive: feature.rows.length > 0 });
    if (feature.kind === 0) return L.circle(at(), Object.assign(look, { radius: feature.more.radius || 1 }));
    if (feature.kind === 1) return L.polyline(feature.shape.map(points), look);
    return L.polygon(feature.shape.map(polygon => polygon.map(points)), look);
  }

  function icon(feature, cls) {
    const face = element("span", null, feature.more.label);
    const dotted = cls.endsWith("~") ? " dotted" : "";
    return L.divIcon({ className: `disc ${base(cls)}${dotted}`, html: face, iconSize: null });
  }

  function disc(feature, cls, at) {
    const layer = L.marker(at, { icon: icon(feature, cls), alt: feature.more.alt, riseOnHover: true });
    layer.on("add", () => layer.getElement().setAttribute("aria-label", feature.more.alt));
    return layer;
  }

  function written(feature, cls, at) {
    const text = element("bdi", null, feature.more.name);
    if (feature.more.angle) text.style.transform = `rotate(${feature.more.angle}deg)`;
    const look = L.divIcon({ className: cls, html: text, iconSize: null });
    return L.marker(at, { icon: look, interactive: false, keyboard: false, zIndexOffset: -1000 });
  }

  function tip(theme, feature) {
    const box = element("div", "tip");
    const cls = feature.now || "";
    const verb = /-(gone|altered|built)~?$/.exec(cls);
    const head = element("div", "tip-head", theme.what);
    if (verb) head.append(element("span", `verb ${verb[1]}`, page.words[verb[1]]));
    box.append(head);
    const rows = feature.rows.map(([title, value]) => [theme.fields[title], value]);
    if (feature.more.says) rows.push(pick(feature.more.says));
    for (const [title, value] of rows) {
      const line = element("div", "tip-row");
      line.append(element("span", "tip-title", title), element("bdi", null, value));
      box.append(line);
    }
    return box;
  }

  // ---- what is drawn now --------------------------------------------------------------------------------------
  function classOf(theme, feature) {
    if (!theme.shown) return null;
    const cls = Array.isArray(feature.cls) ? feature.cls[option] : feature.cls;
    if (cls === null) return null;
    if (feature.more.origin !== undefined && feature.more.origin !== origin) return null;
    if (scoring && feature.more.score && !cls.includes("-gone")) return pick(feature.more.score);
    return cls;
  }

  function show(theme, feature, cls) {
    if (cls === null) {
      theme.group.removeLayer(feature.layer);
      return;
    }
    if (!feature.layer) {
      feature.layer = made(feature, cls);
      if (feature.rows.length) feature.layer.bindTooltip(() => tip(theme, feature), { sticky: feature.kind > 0, opacity: 1 });
    } else if (feature.layer.setStyle) {
      feature.layer.setStyle(lookOf(cls));
    } else if (feature.more.label) {
      feature.layer.setIcon(icon(feature, cls));
    }
    theme.group.addLayer(feature.layer);
  }

  function redraw() {
    let added = false;
    for (const theme of themes) {
      theme.classes = new Set();
      for (const feature of theme.features) {
        const cls = classOf(theme, feature);
        if (cls !== feature.now) {
          added = added || feature.now === null;
          show(theme, feature, cls);
          feature.now = cls;
        }
        if (cls !== null) theme.classes.add(cls);
      }
    }
    if (added) restack();
    legend();
    thin();
  }

  function restack() {
    for (const theme of themes) theme.group.eachLayer(layer => layer.bringToFront && layer.bringToFront());
  }

  // Discs move aside by less than their width so that none hides another; a name moves up or down to keep clear of
  // discs, and where it would still lie on another name it waits for a closer look. All is measured, then written.
  const BESIDE = [[0, 0], [17, 0], [-17, 0], [0, 17], [0, -17], [17, 17], [-17, -17]];
  const ABOVE = [[0, 0], [0, 16], [0, -16], [0, 30], [0, -30]];

  function thin() {
    const container = map.getContainer();
    const discs = [...container.querySelectorAll(".leaflet-marker-icon.disc")];
    const names = [...container.querySelectorAll(".name bdi, .street-name bdi")];
    for (const mark of [...discs, ...names]) mark.style.translate = mark.style.visibility = "";
    const boxes = measured(discs);
    const labels = measured(names);
    const spread = container.dataset.zoom !== "far" && discs.length < 400;
    const placed = [];
    boxes.forEach((box, k) => {
      const step = (spread && BESIDE.find(s => free(box, s, placed, 5))) || [0, 0];
      placed.push(moved(box, step));
      if (step[0] || step[1]) discs[k].style.translate = `${step[0]}px ${step[1]}px`;
    });
    const taken = [];
    labels.forEach((box, k) => {
      if (box.right === box.left) return;
      const own = names[k].parentElement.classList.contains("name");
      const open = (own ? ABOVE : ABOVE.slice(0, 1)).filter(s => free(box, s, taken, 0));
      const step = open.find(s => free(box, s, placed, 0)) || open[0];
      if (!step) names[k].style.visibility = "hidden";
      else {
        taken.push(moved(box, step));
        if (step[1]) names[k].style.translate = `-50% calc(-50% + ${step[1]}px)`;
      }
    });
  }

  const measured = marks => marks.map(mark => mark.getBoundingClientRect());
  const moved = (box, [x, y]) => ({ left: box.left + x, right: box.right + x, top: box.top + y, bottom: box.bottom + y });
  const free = (box, [x, y], others, slack) => others.every(other =>
    box.right + x < other.left + slack || box.left + x > other.right - slack ||
    box.bottom + y < other.top + slack || box.top + y > other.bottom - slack);

  // ---- legend -------------------------------------------------------------------------------------------------
  function swatch(cls) {
    if (cls === "reach-origin") return element("span", `disc swatch ${cls}`, page.words.start);
    if (cls.startsWith("facility") && cls !== "facility-area") return element("span", `disc swatch ${cls}`, page.words.sample);
    const box = drawing("svg", { width: 28, height: 16, "aria-hidden": "true" });
    const look = lookOf(cls === "block" ? "block-1" : cls === "dotted" ? "wall~" : cls);
    const stroke = { stroke: look.color, "stroke-width": look.weight, "stroke-opacity": look.opacity };
    if (look.dashArray) stroke["stroke-dasharray"] = look.dashArray;
    if (look.fill && !cls.startsWith("line")) {
      const fill = typeof look.fillColor === "string" ? look.fillColor : woven(`legend-${cls}`, look.color, look.cross);
      box.append(drawing("rect", Object.assign({ x: 2, y: 2, width: 24, height: 12, fill, "fill-opacity": look.fillOpacity }, stroke)));
    } else if (cls.startsWith("gate")) {
      for (const x of [9, 19]) box.append(drawing("line", Object.assign({ x1: x, y1: 2, x2: x, y2: 14 }, stroke)));
    } else {
      box.append(drawing("line", Object.assign({ x1: 1, y1: 8, x2: 27, y2: 8, "stroke-linecap": look.lineCap }, stroke)));
    }
    return box;
  }

  function legend() {
    const list = document.getElementById("legend");
    const classes = new Set();
    for (const theme of themes) for (const cls of theme.classes) {
      if (cls.endsWith("~")) classes.add("dotted");
      classes.add(/^block-\d$/.test(cls) ? "block" : base(cls));
    }
    const said = new Set();
    list.replaceChildren();
    for (const [cls, title] of page.legend) {
      if (!classes.has(cls) || said.has(title)) continue;
      said.add(title);
      const line = element("li");
      line.append(swatch(cls), element("span", null, title));
      list.append(line);
    }
  }

  // ---- controls -----------------------------------------------------------------------------------------------
  function control(position, content) {
    const placed = L.control({ position });
    placed.onAdd = () => {
      L.DomEvent.disableClickPropagation(content);
      L.DomEvent.disableScrollPropagation(content);
      return content;
    };
    placed.addTo(map);
  }

  function folded(className, title, open) {
    const box = element("details", `card ${className}`);
    box.open = open;
    box.append(element("summary", null, title));
    return box;
  }

  function checkbox(theme) {
    const line = element("label");
    const box = element("input");
    box.type = "checkbox";
    box.checked = theme.shown;
    box.dataset.theme = theme.key;
    box.addEventListener("change", () => { theme.toggle(box.checked); redraw(); });
    line.append(box, element("span", null, theme.title));
    return line;
  }

  function switches(wide) {
    const box = folded("layers", page.words.layers, wide);
    const rows = themes.filter(theme => theme.title);
    if (themes.some(theme => theme.features.some(feature => feature.more.score))) {
      rows.push({ key: "scores", title: page.words.scores, heading: "analysis", shown: false, toggle: on => { scoring = on; } });
    }
    for (const heading of ["plan", "today", "analysis"]) {
      const own = rows.filter(theme => theme.heading === heading);
      if (!own.length) continue;
      const set = element("fieldset");
      set.append(element("legend", null, page.words[`theme_${heading}`]), ...own.map(checkbox));
      if (heading === "analysis" && page.origins.length > 1) set.append(origins());
      box.append(set);
    }
    return box;
  }

  function origins() {
    const line = element("label", "origins", page.words.reach_from);
    const choice = element("select");
    for (const [id, title] of page.origins) {
      const row = element("option", null, title);
      row.value = id;
      choice.append(row);
    }
    choice.addEventListener("change", () => { origin = choice.value; redraw(); });
    line.append(choice);
    return line;
  }

  function north() {
    const box = element("div", "north");
    const arrow = drawing("svg", { width: 20, height: 26, viewBox: "0 0 20 26", "aria-hidden": "true" });
    arrow.append(drawing("path", { d: "M10,1L17,24L10,19Z", fill: "#374151" }), drawing("path", { d: "M10,1L3,24L10,19Z", fill: "#ffffff", stroke: "#374151" }));
    box.append(element("span", null, page.words.north), arrow);
    return box;
  }

  function fitted() {
    const button = element("button", "card fit", "⤢");
    button.type = "button";
    button.title = page.words.fit;
    button.setAttribute("aria-label", page.words.fit);
    button.addEventListener("click", fit);
    return button;
  }

  // The plan is fitted into what legend and switches leave free, when there is room for both.
  function fit() {
    const size = map.getSize();
    const side = document.querySelector(".card.layers").offsetWidth + 18;
    const foot = document.querySelector(".card.legend").offsetHeight + 18;
    const roomy = size.x > 700 && size.y > 500;
    map.fitBounds(page.bounds, {
      paddingTopLeft: [roomy ? 54 : 12, 14], paddingBottomRight: roomy ? [side, foot] : [12, 40], animate: false,
    });
  }

  // ---- options as tabs ----------------------------------------------------------------------------------------
  function choose(number, focus) {
    option = number;
    for (const tab of document.querySelectorAll('[role="tab"]')) {
      const own = Number(tab.dataset.option) === number;
      tab.setAttribute("aria-selected", String(own));
      tab.tabIndex = own ? 0 : -1;
      if (own && focus) tab.focus();
    }
    for (const panel of document.querySelectorAll('[role="tabpanel"]')) panel.hidden = Number(panel.dataset.option) !== number;
    for (const cell of document.querySelectorAll(".leaders [data-option]")) cell.classList.toggle("chosen", Number(cell.dataset.option) === number);
    const table = document.querySelector(".leaders .scroll");
    const head = table && table.querySelector("th.chosen");
    if (head) table.scrollLeft = head.offsetLeft + head.offsetWidth - table.clientWidth;
    redraw();
  }

  function tabs() {
    const list = document.querySelector('[role="tablist"]');
    const count = page.options.length;
    list.addEventListener("click", event => {
      const tab = event.target.closest('[role="tab"]');
      if (tab) choose(Number(tab.dataset.option), true);
    });
    list.addEventListener("keydown", event => {
      const next = { ArrowRight: option + 1, ArrowDown: option + 1, ArrowLeft: option - 1, ArrowUp: option - 1, Home: 0, End: count - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      choose((next + count) % count, true);
    });
  }

  function distance() {
    const zoom = map.getZoom();
    map.getContainer().dataset.zoom = zoom < 16.75 ? "far" : zoom < 17.5 ? "middle" : "near";
    thin();
  }

  // ---- called by the page -------------------------------------------------------------------------------------
  function layer(theMap, given) {
    const theme = {
      key: given.key, title: given.title, what: given.what, heading: given.heading, shown: given.shown,
      fields: given.fields, group: L.layerGroup().addTo(theMap), classes: new Set(),
      toggle: on => { theme.shown = on; },
    };
    theme.features = given.features.map(([kind, shape, cls, rows, more]) =>
      ({ kind, shape, cls, rows: rows || [], more: more || {}, layer: null, now: null }));
    themes.push(theme);
    return theme.group;
  }

  function start(theMap, given) {
    map = theMap;
    page = given;
    origin = page.origins.length ? page.origins[0][0] : null;
    const wide = window.innerWidth >= 700;
    const container = map.getContainer();
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", page.words.map);
    L.control.zoom({ position: "topleft", zoomInTitle: page.words.zoom_in, zoomOutTitle: page.words.zoom_out }).addTo(map);
    control("topleft", fitted());
    control("topright", switches(wide));
    const key = folded("legend", page.words.legend, wide);
    const list = element("ul");
    list.id = "legend";
    key.append(list);
    control("bottomleft", key);
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 140 }).addTo(map);
    control("bottomright", north());
    map.fitBounds(page.bounds, { animate: false });
    map.on("zoomend", distance);
    tabs();
    choose(page.open, false);
    fit();
    distance();
    window.addEventListener("beforeprint", () => { map.invalidateSize({ animate: false }); fit(); });
  }

  return { layer, start };
})();
