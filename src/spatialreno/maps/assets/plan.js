// The plan that is being tried: what is gone, how gates stand, what is put where; undo, and the plan in the address.
(app => {
  "use strict";
  const past = [], future = [];
  let started = null;

  const empty = () => ({ walls: [], structures: [], gates: {}, facilities: [], told: {} });
  app.plan = empty();
  const copy = plan => JSON.parse(JSON.stringify(plan));

  // Every change goes through here: tidy, keep the way back, reckon, show.
  app.change = edit => {
    const next = copy(app.plan);
    edit(next);
    past.push(app.plan);
    future.length = 0;
    set(next);
  };

  app.canUndo = () => past.length > 0;
  app.canRedo = () => future.length > 0;
  app.undo = () => { if (past.length) { future.push(app.plan); set(past.pop()); } };
  app.redo = () => { if (future.length) { past.push(app.plan); set(future.pop()); } };
  app.clear = () => app.change(plan => Object.assign(plan, empty()));

  function set(plan) {
    app.plan = tidy(plan);
    address(app.plan);
    app.planned();
  }

  // The address follows when the change is done: what is clicked is to be seen first.
  let following = 0;
  function address(plan) {
    clearTimeout(following);
    following = setTimeout(() => {
      // A page inside another (a notebook, a portal) has no address of its own; the plan is there all the same.
      try { history.replaceState(null, "", isEmpty(plan) ? location.pathname : `#${written(plan)}`); } catch { /* no address */ }
    });
  }

  const isEmpty = plan => !plan.walls.length && !plan.structures.length && !Object.keys(plan.gates).length && !plan.facilities.length;
  app.isEmpty = () => isEmpty(app.plan);
  // Nothing has been tried since the page was opened.
  app.untried = () => !past.length && !future.length && isEmpty(app.plan);

  // A gate goes with the walls it stands on: its own, and one that is drawn along it.
  app.gateGone = (gate, walls) => gate.walls.length > 0 && gate.walls.every(wall => walls.has(wall));

  // A gate that has gone with its wall or stands as surveyed is no change.
  function tidy(plan) {
    const { works } = app.page.model;
    plan.walls = known(plan.walls, works.walls);
    plan.structures = known(plan.structures, works.structures);
    const gone = new Set(plan.walls);
    const kept = Object.entries(plan.gates).filter(([id, state]) =>
      Object.hasOwn(works.gates, id) && works.gates[id].walkers !== state && ["public", "residents", "closed"].includes(state) && !app.gateGone(works.gates[id], gone));
    plan.gates = Object.fromEntries(kept.sort((a, b) => a[0] < b[0] ? -1 : 1));
    plan.facilities = plan.facilities.filter(put => Object.hasOwn(works.kinds, put.kind) && put.facility === undefined && app.spot(put) && !(put.ground >= app.page.model.ground.placeable));
    for (const put of plan.facilities) if (put.own && !app.ownOutline(put)) delete put.own;
    const acts = new Set(app.actsOf(plan).map(act => act.key));
    plan.told = Object.fromEntries(Object.entries(plan.told || {}).filter(([key, note]) => acts.has(key) && note && typeof note === "object").map(([key, note]) => [key, noted(note)]).filter(([, note]) => Object.keys(note).length));
    return plan;
  }

  // Why and when: a text, and a stage that is a whole number from 1.
  function noted({ reason, phase }) {
    const note = {};
    if (typeof reason === "string" && reason.trim()) note.reason = reason.trim().slice(0, 500);
    if (Number.isInteger(phase) && phase > 1) note.phase = phase; // what says nothing is done first
    return note;
  }

  // Acts of a plan one by one; facilities are told apart by where they stand and what they are.
  app.actsOf = plan => [
    ...["walls", "structures"].flatMap(layer => plan[layer].map(id => ({ key: `${layer}:${id}`, layer, id }))),
    ...Object.entries(plan.gates).map(([id, state]) => ({ key: `gates:${id}`, layer: "gates", id, state })),
    ...plan.facilities.map((put, number) => ({ key: app.putKey(put), layer: "facilities", put, number })),
  ];
  app.putKey = put => `put:${put.kind}:${put.building === undefined ? `g${put.ground}` : `b${put.building}`}`;

  // A reason changes no number: it is kept, with the way back, and nothing is drawn anew.
  app.note = (key, part) => {
    past.push(app.plan);
    future.length = 0;
    const next = copy(app.plan);
    next.told[key] = Object.assign({}, next.told[key], part);
    app.plan = tidy(next);
    address(app.plan);
    if ("phase" in part) app.billed();
  };

  const known = (ids, table) => [...new Set(ids)].filter(id => Object.hasOwn(table, id)).sort();

  app.toggle = (layer, id) => app.change(plan => {
    const at = plan[layer].indexOf(id);
    if (at >= 0) plan[layer].splice(at, 1); else plan[layer].push(id);
  });

  app.setGate = (id, state) => app.change(plan => { plan.gates[id] = state; });
  app.put = put => app.change(plan => { plan.facilities.push(put); });
  app.take = number => app.change(plan => { plan.facilities.splice(number, 1); });

  // ---- the address: the stamp of the area, then the plan ------------------------------------------------------------
  const written = plan => encodeURIComponent(JSON.stringify([app.page.stamp, plan.walls, plan.structures, plan.gates, plan.facilities, plan.told]));

  app.fromAddress = () => {
    if (location.hash.length < 2) return;
    let read;
    try { read = JSON.parse(decodeURIComponent(location.hash.slice(1))); } catch { read = null; }
    if (!Array.isArray(read) || read[0] !== app.page.stamp) { app.tell(app.page.words.foreign_address); return; }
    const [, walls, structures, gates, facilities, told] = read;
    const texts = list => Array.isArray(list) ? list.filter(id => typeof id === "string") : [];
    const puts = Array.isArray(facilities) ? facilities.filter(put => put && typeof put.kind === "string") : [];
    app.plan = tidy({ walls: texts(walls), structures: texts(structures), gates: gates && typeof gates === "object" ? gates : {}, facilities: puts, told: told && typeof told === "object" ? told : {} });
  };

  // Start from an option that Python resolved: a facility goes to the nearest ground, what has no place here is told.
  app.startFrom = ({ title, plan, left }, number) => {
    const { model, words } = app.page, missed = new Map(left), told = Object.assign({}, plan.told);
    const put = ({ kind, mm, building_id: id }) => {
      const building = model.people.buildings.indexOf(id);
      if (building >= 0) return { kind, building };
      const far = k => Math.hypot(model.ground.x[k] - mm[0], model.ground.y[k] - mm[1]);
      let best = -1;
      for (let k = 0; k < model.ground.placeable; k++) if (best < 0 || far(k) < far(best)) best = k;
      return best >= 0 && far(best) <= 2000 * model.ground.step_m ? { kind, ground: best } : null;
    };
    const facilities = [];
    for (const [k, one] of plan.facilities.entries()) {
      const placed = Object.hasOwn(model.works.kinds, one.kind) ? put(one) : null;
      if (placed) {
        if (one.outline && placed.building === undefined) placed.own = [number, k];
        if (one.note) told[app.putKey(placed)] = one.note;
        facilities.push(placed);
      }
      else missed.set(app.page.kind_names[one.kind] || one.kind, (missed.get(app.page.kind_names[one.kind] || one.kind) || 0) + 1);
    }
    app.replacePlan({ walls: plan.walls, structures: plan.structures, gates: plan.gates, facilities, told });
    started = { number: String(number), plan: JSON.stringify(app.plan) };
    app.yearly();
    const leftOut = [...missed].map(([what, count]) => `${what} ×${count}`).join("、");
    app.tell(app.say(words.started, { title }) + (leftOut ? app.say(words.started_left, { left: leftOut }) : ""));
  };

  // The year of the option that the plan began as; it does not follow the clicks, and says so.
  app.yearly = () => {
    for (const year of document.querySelectorAll(".year")) {
      year.hidden = !started || year.dataset.year !== started.number || isEmpty(app.plan);
      year.querySelector(".year-moved").hidden = year.hidden || JSON.stringify(app.plan) === started.plan;
    }
  };

  // Put a whole plan in place, as an import does.
  app.replacePlan = plan => app.change(now => Object.assign(now, plan));
})(spatialreno);
