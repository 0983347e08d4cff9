// The comparison page: options as tabs, and the start of it all.
(app => {
  "use strict";

  function choose(number, focus, placed) {
    app.sides[0].option = number;
    for (const tab of document.querySelectorAll('[role="tab"]')) {
      const own = Number(tab.dataset.option) === number;
      tab.setAttribute("aria-selected", String(own));
      tab.tabIndex = own ? 0 : -1;
      if (own && focus) tab.focus();
    }
    document.querySelector('[role="tabpanel"]').setAttribute("aria-labelledby", `tab-${number}`);
    for (const part of document.querySelectorAll("[data-only]")) part.hidden = Number(part.dataset.only) !== number;
    for (const cell of document.querySelectorAll("td[data-option], th[data-option]")) cell.classList.toggle("chosen", Number(cell.dataset.option) === number);
    aside();
    app.phased();
    app.curtain();
    app.redraw(placed);
    app.inspected();
  }

  // Of many options as many columns as fit stand whole beside today, for half a number reads as another number.
  const COLUMN = 46, NAME = 120;
  function whole(box) {
    const heads = box.querySelectorAll("thead th").length, room = box.clientWidth;
    if (!room || heads < 8) return;
    const seen = Math.min(heads - 1, Math.max(2, Math.floor((room - NAME) / COLUMN)));
    const column = Math.floor((room - NAME) / seen), name = room - seen * column;
    for (const [key, px] of [["--name", name], ["--whole", name + (heads - 1) * column], ["--kept", name + column]]) box.style.setProperty(key, `${px}px`);
  }

  // Wide tables stand so that the open option and its change are seen.
  function aside() {
    document.querySelectorAll(".leaders:not(.payers) .scroll").forEach(whole);
    for (const table of document.querySelectorAll(".leaders .scroll, .options .scroll")) {
      const head = table.querySelector("th.chosen");
      const change = table.querySelector("th.change:not([hidden])");
      const first = table.querySelector("th");
      if (first) table.style.setProperty("--first", `${first.offsetWidth}px`);
      if (head) table.scrollLeft = head.offsetLeft + head.offsetWidth + (change ? change.offsetWidth : 0) - table.clientWidth;
    }
  }

  function tabs() {
    const list = document.querySelector('[role="tablist"]');
    const count = app.page.options.length;
    list.addEventListener("click", event => {
      const tab = event.target.closest('[role="tab"]');
      if (tab) choose(Number(tab.dataset.option), true);
    });
    list.addEventListener("keydown", event => {
      const now = app.sides[0].option;
      const next = { ArrowRight: now + 1, ArrowDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1, Home: 0, End: count - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      choose((next + count) % count, true);
    });
  }

  function distance() {
    const zoom = app.map.getZoom();
    app.map.getContainer().dataset.zoom = zoom < 16.75 ? "far" : zoom < 17.5 ? "middle" : "near";
    app.carried();
    app.thin();
  }

  // ---- called by the page -------------------------------------------------------------------------------------
  const waiting = [];
  app.layer = (map, given) => { waiting.push(given); return given; };

  app.guest = (layer, title) => app.guests.push({ layer, title });

  function themeOf(given) {
    const theme = {
      key: given.key, title: given.title, what: given.what, heading: given.heading, shown: given.shown,
      fields: given.fields, groups: [], classes: new Map(), toggle: on => { theme.shown = on; },
    };
    theme.written = given.features.every(([kind, , , , more]) => kind === 0 && more && more.name && !more.label);
    theme.features = given.features.map(([kind, shape, cls, rows, more]) =>
      ({ kind, shape, cls, rows: rows || [], more: more || {}, drawn: [] }));
    app.themes.push(theme);
  }

  // Large layers and models come compressed; a page without any starts at once.
  app.begin = (run, given) => {
    const begun = ([model, ...layers]) => { given.model = model; layers.forEach(themeOf); run(); app.ready = true; };
    const parts = [given.model, ...waiting];
    if (!parts.some(part => typeof part === "string")) begun(parts);
    else Promise.all(parts.map(part => typeof part === "string" ? inflated(part) : part)).then(begun);
  };

  // JSON, and after a zero the columns that it points into.
  async function inflated(text) {
    const plain = new Blob([app.bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const bytes = new Uint8Array(await new Response(plain).arrayBuffer()), end = bytes.indexOf(0);
    if (end >= 0) app.columns = bytes.buffer.slice(end + 1);
    return JSON.parse(new TextDecoder().decode(end >= 0 ? bytes.subarray(0, end) : bytes));
  }

  // A table without a caption is called what stands over it.
  function captions() {
    for (const table of document.querySelectorAll(".panel table")) {
      const place = table.closest("details, section"), title = place && place.querySelector(":scope > summary, :scope > h2, :scope > h3");
      if (!table.caption && title) table.createCaption().append(app.element("span", "unseen", title.textContent));
    }
  }
  app.captions = captions;

  // The map itself: zoom, fit, switches, legend, scale and north.
  app.furnish = (map, given) => {
    app.map = map;
    app.page = given;
    const wide = window.innerWidth >= 1500 && window.innerHeight >= 750; // on less the map comes first
    const container = map.getContainer();
    const tools = document.querySelector(".tools");
    const skip = app.button("skip", given.words.skip, given.words.skip, () => container.focus());
    document.body.prepend(skip, document.querySelector(".panel"), tools); // read first, then the map
    map.invalidateSize({ animate: false });
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", given.words.map);
    L.control.zoom({ position: "topleft", zoomInTitle: given.words.zoom_in, zoomOutTitle: given.words.zoom_out }).addTo(map);
    app.control("topleft", app.button("card fit", "⤢", given.words.fit, app.fit));
    app.control("topright", app.switches(wide));
    const key = app.folded("legend", given.words.legend, wide);
    const list = app.element("ul");
    list.id = "legend";
    key.append(list);
    app.control("bottomleft", key);
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 140 }).addTo(map);
    app.control("bottomright", app.north());
    map.fitBounds(given.bounds, { animate: false });
    map.on("zoomend", distance);
    map.on("moveend resize", app.panned);
    app.inspect();
    app.search(tools);
    app.paper(container, key);
    captions();
    return tools;
  };

  app.start = (map, given) => app.begin(() => {
    const tools = app.furnish(map, given);
    app.origin = given.origins.length ? given.origins[0][0] : null;
    app.basemap(given.base);
    app.swipe(tools);
    app.phases(tools);
    tools.querySelector(".print").addEventListener("click", () => window.print());
    tools.querySelector(".print-one").addEventListener("click", () => { app.onePage(); window.print(); });
    tabs();
    document.querySelector(".panel").addEventListener("toggle", aside, true);
    window.addEventListener("resize", aside);
    choose(given.open, false, placed);
  }, given);

  // The plan is fitted into the map, and what is seen from there is known.
  const placed = app.placed = () => { app.fit(); distance(); };
})(spatialreno);
