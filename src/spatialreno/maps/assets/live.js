// The live page: clicks become changes of the plan, and the plan becomes numbers and a map again.
(app => {
  "use strict";
  const { element, say, number } = app;
  let mode = "edit", puts = null;

  // ---- after every change -----------------------------------------------------------------------------------------
  app.planned = () => {
    const begun = performance.now();
    app.now = app.untried() ? app.today : app.reckon(app.plan);
    const stale = app.look();
    discs();
    if (app.reached) walkFrom(app.reached.place);
    app.retouch(stale);
    app.numbers();
    acts();
    app.yearly();
    app.inspected();
    app.took = performance.now() - begun;
  };

  // The ground that something takes, to scale: blue where it fits, red and broken where it does not.
  function footprint({ ring, ok }) {
    const look = ok === false ? { color: "#b91c1c", dashArray: "5 4", className: "footprint unfit" } : { color: "#0072b2", className: "footprint" };
    return L.polygon(ring.map(([x, y]) => app.lonlat(x, y)), Object.assign({ weight: 2, fillOpacity: .25, interactive: false }, look));
  }

  function discs() {
    puts.clearLayers();
    app.plan.facilities.forEach((put, k) => {
      const fit = app.now.fits[k], title = kindTitle(put.kind);
      if (fit.ring) puts.addLayer(footprint(fit));
      const face = element("span", null, app.page.kind_labels[put.kind] || "·");
      const icon = L.divIcon({ className: `disc facility-built${fit.ok === false ? " unfit" : ""}`, html: face, iconSize: null });
      const marker = L.marker(app.lonlat(...placeOf(put)), { icon, alt: title, riseOnHover: true, zIndexOffset: 500 });
      marker.on("add", () => marker.getElement().setAttribute("aria-label", `${title}: ${app.page.words.remove}`));
      const pressed = () => onPut(put, k);
      marker.on("click", pressed);
      marker.on("keypress", event => { if (event.originalEvent.key === "Enter") pressed(); });
      marker.bindTooltip(() => element("div", "tip", [title, fit.said, takes() ? app.page.words.remove : ""].filter(Boolean).join(" · ")));
      puts.addLayer(marker);
    });
  }

  // A facility just placed is taken back only where clicks change the plan; elsewhere a click asks about it.
  const takes = () => mode === "edit" || mode === "put";
  function onPut(put, k) {
    if (takes()) app.take(k);
    else if (mode === "reach") walkFrom(put.building === undefined ? { ground: put.ground } : { building: put.building });
    else app.tell(kindTitle(put.kind));
  }

  const placeOf = app.placeOf = put => {
    const { ground, centres } = app.page.model;
    if (put.mm) return put.mm;
    return put.building === undefined ? [ground.x[put.ground], ground.y[put.ground]] : centres[put.building];
  };
  const kindTitle = kind => app.page.kind_names[kind] || kind;

  // Put something and say at once whether it fits.
  function place(put) {
    app.put(put);
    const fit = app.now.fits[app.now.fits.length - 1];
    app.tell(fit && fit.said ? `${kindTitle(put.kind)}：${fit.said}` : "");
  }

  // A wall or structure by its layer and its name, else its id.
  app.called = ([layer, id]) => {
    const [[theme, feature] = []] = app.drawnOf(layer, id);
    return `${app.page.layer_names[layer]} ${(feature && app.nameOf(theme, feature)) || id}`;
  };

  // ---- lists ------------------------------------------------------------------------------------------------------
  // A stage changes how money is rounded, and nothing else.
  app.billed = () => { app.now = app.reckon(app.plan); app.numbers(); buttons(); };

  function act(text, cost, undo, key) {
    const { words } = app.page, line = element("li"), note = app.plan.told[key] || {};
    line.dataset.act = key;
    const reason = element("input", "act-reason"), phase = element("input", "act-phase");
    Object.assign(reason, { type: "text", maxLength: 500, value: note.reason || "", placeholder: words.reason, ariaLabel: `${words.reason} ${text}` });
    Object.assign(phase, { type: "number", min: 1, max: 20, value: note.phase || 1, ariaLabel: `${words.phase} ${text}`, title: words.phase });
    const paper = element("span", "paper-only"), tell = () => { paper.textContent = [`${words.phase} ${phase.value}`, reason.value].filter(Boolean).join(" · "); };
    for (const [input, kept] of [[reason, () => ({ reason: reason.value })], [phase, () => ({ phase: Number(phase.value) })]]) {
      input.addEventListener("change", () => { app.note(key, kept()); tell(); });
    }
    tell();
    line.append(element("bdi", null, text), element("span", "unit", cost), paper, phase, reason, app.button(null, words.remove, `${words.remove} ${text}`, undo));
    return line;
  }

  function buttons() {
    document.querySelector(".do-undo").disabled = !app.canUndo();
    document.querySelector(".do-redo").disabled = !app.canRedo();
    document.querySelector(".do-clear").disabled = app.isEmpty();
  }

  const yuan = bill => {
    const known = bill.filter(row => row[1] !== null);
    return known.length ? `${number(known.reduce((sum, row) => sum + row[1], 0) / 100, 0)} ${app.page.yuan}` : "";
  };

  function acts() {
    const { words, model, layer_names } = app.page;
    const { plan } = app;
    const rows = [];
    for (const layer of ["walls", "structures"]) for (const id of plan[layer]) {
      rows.push(act(`${words.gone} ${app.called([layer, id])}`, yuan(model.works[layer][id].bill), () => app.toggle(layer, id), `${layer}:${id}`));
    }
    for (const [id, state] of Object.entries(plan.gates)) {
      rows.push(act(`${layer_names.gates} ${id}: ${words[`gate_${state}`]}`, yuan(model.works.gates[id].change[state]), () => app.setGate(id, model.works.gates[id].walkers), `gates:${id}`));
    }
    plan.facilities.forEach((put, k) => {
      const fit = app.now.fits[k], key = app.putKey(put);
      const line = act(`${words.built} ${kindTitle(put.kind)}`, yuan(app.priced(put)), () => app.take(app.plan.facilities.findIndex(one => app.putKey(one) === key)), key);
      if (fit.said) line.append(element("small", fit.ok === false ? "unfit" : "unsure", fit.said));
      rows.push(line);
    });
    if (!rows.length) rows.push(element("li", null, words.no_acts));
    app.exchange(document.querySelector(".live-acts"), rows);
    const asked = app.now.parties.map((name, k) => {
      const line = element("li"), state = app.now.states[k];
      line.append(element("bdi", null, model.yards.names[name] || name), element("small", state === 0 ? "better" : "worse", ` ${app.page.states[state]}`));
      return line;
    });
    app.exchange(document.querySelector(".live-asked"), asked.length ? asked : [element("li", null, words.none_asked)]);
    buttons();
  }

  // ---- clicks -----------------------------------------------------------------------------------------------------
  app.onPick = (theme, feature) => {
    const id = app.idOf(feature), layer = feature.more.of;
    app.tell("");
    if (mode === "edit" && ["walls", "structures"].includes(layer)) {
      if (Object.hasOwn(app.page.model.works[layer], id)) app.toggle(layer, id); else app.tell(app.page.words.fixed);
      return true;
    }
    if (mode === "reach" && layer === "facilities") { walkFrom(facility(feature)); return true; }
    // A gate is set to a state, by the buttons of its card.
    return mode === "put" || mode === "reach";
  };

  // Where an open facility is walked from: the building it is in, else its own ways into the graph.
  function facility(feature) {
    const { walk, facility_ids } = app.page.model, k = facility_ids.indexOf(app.idOf(feature));
    if (k >= 0 && walk.hosts[k] >= 0) return { building: walk.hosts[k] };
    const [lat, lng] = app.points(feature.kind === 0 ? feature.shape : feature.kind === 1 ? feature.shape[0] : feature.shape[0][0])[0];
    return k >= 0 ? { facility: k, mm: app.metresAt({ lat, lng }) } : nearest({ lat, lng });
  }

  function onMap(event) {
    if (mode !== "put" && mode !== "reach") return;
    const where = nearest(event.latlng);
    if (!where) { app.tell(app.page.words.no_place); return; }
    app.tell("");
    if (mode === "put") place(Object.assign({ kind: document.querySelector(".kind").value }, where));
    else walkFrom(where);
  }

  // The building under the click, else the nearest point of the ground that no wall hides from it.
  function nearest(latlng) {
    const { walk, ground } = app.page.model;
    const hit = buildingAt(latlng);
    if (hit >= 0) return walk.doors[hit].length ? { building: hit } : null;
    const found = app.groundAt(app.metresAt(latlng), mode === "put" ? ground.placeable : ground.many);
    return found >= 0 ? { ground: found } : null;
  }

  function buildingAt(latlng) {
    const theme = app.themes.find(one => one.key === "buildings");
    const found = theme ? theme.features.find(feature => feature.kind === 2 && app.covers(feature, latlng)) : null;
    return found ? app.rowOf(app.idOf(found)) : -1;
  }

  function walkFrom(place) {
    const reach = app.reach(place);
    app.reached = Object.assign({ place }, reach);
    app.showReach(app.reached);
    app.retouch(app.drawnOf("buildings"));
    const { people } = app.page.model, words = app.page.words;
    app.reached.people = app.limits().map(limit => people.homes.reduce((sum, row, k) => sum + (reach.buildings[row] <= limit ? people.residents[k] || 0 : 0), 0));
    const said = app.page.minutes.map((minutes, k) => `${say(words.within, { n: minutes })} ${say(words.people, { n: number(app.reached.people[k], 0) })}`);
    app.tell(say(words.reached, { said: said.join("，") }));
  }
  app.walkFrom = walkFrom;

  app.tell = text => { document.querySelector(".said").textContent = text; };

  // Buttons in the card, so that everything can be done by keyboard: find it, then act.
  app.actions = (theme, feature) => {
    const box = element("div", "actions");
    const id = app.idOf(feature), { words, model } = app.page;
    const add = (text, run) => box.appendChild(app.button(null, text, text, run));
    const layer = feature.more.of;
    if (["walls", "structures"].includes(layer) && Object.hasOwn(model.works[layer], id)) add(app.isDown(layer, id) ? words.restore : words.take_down, () => app.toggle(layer, id));
    if (layer === "gates") for (const state of ["public", "residents", "closed"]) {
      const own = add(words[`gate_${state}`], () => app.setGate(id, state));
      own.disabled = (app.plan.gates[id] || model.works.gates[id].walkers) === state;
      own.setAttribute("aria-pressed", String(own.disabled));
    }
    if (layer === "buildings" && model.walk.doors[app.rowOf(id)].length) {
      const kind = document.querySelector(".kind").value;
      add(words.reach_here, () => app.walkFrom({ building: app.rowOf(id) }));
      add(say(words.put_here, { kind: kindTitle(kind) }), () => place({ kind, building: app.rowOf(id) }));
    }
    return box;
  };

  app.walksOf = feature => {
    const home = feature.more.of === "buildings" ? app.homeOf(app.idOf(feature)) : undefined;
    if (home === undefined) return null;
    const metre = mm => mm === app.FAR ? -1 : Math.round(mm / 1000);
    const all = app.page.kinds.map((kind, k) => ({ kind, before: metre(app.today.metres[home][k]), after: metre(app.now.metres[home][k]) }));
    return { all, kinds: all.filter(walk => walk.before >= 0 || walk.after >= 0).length, title: app.page.words.plan };
  };

  // ---- the bar ----------------------------------------------------------------------------------------------------
  function setMode(value) {
    mode = value;
    const box = app.map.getContainer();
    for (const name of ["edit", "put", "reach", "look"]) box.classList.toggle(`mode-${name}`, name === mode);
    app.map.doubleClickZoom[mode === "look" ? "enable" : "disable"](); // two quick clicks are two acts
    if (mode !== "reach" && app.reached) { app.reached = null; app.hideReach(); app.retouch(app.drawnOf("buildings")); }
    app.tell("");
  }

  function save() {
    const link = element("a"), asked = document.querySelector(".plan-name"), title = asked.value.trim();
    if (!title) { app.tell(app.page.words.name_first); asked.focus(); return; }
    const name = app.named(title);
    link.href = URL.createObjectURL(new Blob([app.toml(name, title)], { type: "application/toml" }));
    link.download = `${app.page.name}-${name}.toml`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  async function load(input) {
    const [file] = input.files;
    if (!file) return;
    try {
      app.replacePlan(app.planOf(await file.text()));
      const { words } = app.page, left = app.unkept.map(key => app.page.columns[key] || key).join("、");
      app.tell(words.imported + (left ? app.say(words.started_left, { left }) : ""));
    } catch (error) { app.tell(error.message); }
    input.value = "";
  }

  function wire(tools) {
    const on = (css, act) => tools.querySelector(css).addEventListener("click", act);
    on(".do-undo", app.undo);
    on(".do-redo", app.redo);
    on(".do-clear", app.clear);
    on(".do-export", save);
    on(".print", () => window.print());
    on(".print-large", () => { app.largePage(); window.print(); });
    const from = tools.querySelector(".from");
    if (from) from.addEventListener("change", () => { if (from.value !== "-1") app.startFrom(app.page.starts[Number(from.value)], Number(from.value)); });
    for (const button of tools.querySelectorAll(".step-start")) button.addEventListener("click", () => {
      const next = Math.min(Math.max(from.selectedIndex + Number(button.dataset.by), 1), from.options.length - 1);
      if (next === from.selectedIndex) return;
      from.selectedIndex = next;
      from.dispatchEvent(new Event("change"));
    });
    tools.querySelector(".import").addEventListener("change", event => load(event.target));
    for (const radio of tools.querySelectorAll("[name=mode]")) radio.addEventListener("change", () => setMode(radio.value));
    document.addEventListener("keydown", event => {
      if (!(event.ctrlKey || event.metaKey) || /^(INPUT|SELECT)$/.test(event.target.tagName) && event.target.type === "search") return;
      const act = { z: event.shiftKey ? app.redo : app.undo, y: app.redo }[event.key.toLowerCase()];
      if (act) { event.preventDefault(); act(); }
    });
    window.addEventListener("hashchange", () => { app.fromAddress(); app.planned(); });
    app.map.on("click", onMap);
    app.map.getContainer().addEventListener("keydown", event => {
      if (event.key === "Enter" && event.target === app.map.getContainer()) onMap({ latlng: app.map.getCenter() });
    });
  }

  app.startLive = (map, given) => app.begin(() => {
    app.page = given;
    app.prepare();
    app.prepareLook();
    const tools = app.furnish(map, given);
    puts = L.layerGroup().addTo(map);
    app.now = app.today;
    setMode(mode);
    app.fromAddress();
    wire(tools);
    app.redraw(app.placed);
    app.planned();
    if (!app.untried()) app.placed(); // a plan that came with the address has more in its legend
    app.warmUp();
  }, given);
})(spatialreno);
