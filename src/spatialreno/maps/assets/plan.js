// The plan that is being tried: what is gone, how gates stand, what is put where; undo, and the plan in the address.
(app => {
  "use strict";
  const past = [], future = [];

  const empty = () => ({ walls: [], structures: [], gates: {}, facilities: [] });
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
    // A page inside another (a notebook, a portal) has no address of its own; the plan is there all the same.
    try { history.replaceState(null, "", isEmpty(plan) ? location.pathname : `#${written(plan)}`); } catch { /* no address */ }
    app.planned();
  }

  const isEmpty = plan => !plan.walls.length && !plan.structures.length && !Object.keys(plan.gates).length && !plan.facilities.length;
  app.isEmpty = () => isEmpty(app.plan);

  // A gate goes with its wall; a gate that stands as surveyed is no change.
  function tidy(plan) {
    const { works } = app.page.model;
    plan.walls = known(plan.walls, works.walls);
    plan.structures = known(plan.structures, works.structures);
    const gone = new Set(plan.walls);
    const kept = Object.entries(plan.gates).filter(([id, state]) =>
      Object.hasOwn(works.gates, id) && works.gates[id].walkers !== state && ["public", "residents", "closed"].includes(state) && !gone.has(works.gates[id].wall));
    plan.gates = Object.fromEntries(kept.sort((a, b) => a[0] < b[0] ? -1 : 1));
    plan.facilities = plan.facilities.filter(put => Object.hasOwn(works.kinds, put.kind) && app.spot(put) && !(put.ground >= app.page.model.ground.placeable));
    return plan;
  }

  const known = (ids, table) => [...new Set(ids)].filter(id => Object.hasOwn(table, id)).sort();

  app.toggle = (layer, id) => app.change(plan => {
    const at = plan[layer].indexOf(id);
    if (at >= 0) plan[layer].splice(at, 1); else plan[layer].push(id);
  });

  app.setGate = (id, state) => app.change(plan => { plan.gates[id] = state; });
  app.put = put => app.change(plan => { plan.facilities.push(put); });
  app.take = number => app.change(plan => { plan.facilities.splice(number, 1); });

  // ---- the address: the stamp of the area, then the plan ------------------------------------------------------------
  const written = plan => encodeURIComponent(JSON.stringify([app.page.stamp, plan.walls, plan.structures, plan.gates, plan.facilities]));

  app.fromAddress = () => {
    if (location.hash.length < 2) return;
    let read;
    try { read = JSON.parse(decodeURIComponent(location.hash.slice(1))); } catch { read = null; }
    if (!Array.isArray(read) || read[0] !== app.page.stamp) { app.tell(app.page.words.foreign_address); return; }
    const [, walls, structures, gates, facilities] = read;
    const texts = list => Array.isArray(list) ? list.filter(id => typeof id === "string") : [];
    const puts = Array.isArray(facilities) ? facilities.filter(put => put && typeof put.kind === "string") : [];
    app.plan = tidy({ walls: texts(walls), structures: texts(structures), gates: gates && typeof gates === "object" ? gates : {}, facilities: puts });
  };

  // Start from an option that Python resolved: a facility goes to the nearest ground, what has no place here is told.
  app.startFrom = ({ title, plan, left }) => {
    const { model, words } = app.page, missed = new Map(left);
    const put = ({ kind, mm, building_id: id }) => {
      const building = model.people.buildings.indexOf(id);
      if (building >= 0) return { kind, building };
      const far = k => Math.hypot(model.ground.x[k] - mm[0], model.ground.y[k] - mm[1]);
      let best = -1;
      for (let k = 0; k < model.ground.placeable; k++) if (best < 0 || far(k) < far(best)) best = k;
      return best >= 0 && far(best) <= 2000 * model.ground.step_m ? { kind, ground: best } : null;
    };
    const facilities = [];
    for (const one of plan.facilities) {
      const placed = Object.hasOwn(model.works.kinds, one.kind) ? put(one) : null;
      if (placed) facilities.push(placed);
      else missed.set(app.page.kind_names[one.kind] || one.kind, (missed.get(app.page.kind_names[one.kind] || one.kind) || 0) + 1);
    }
    app.replacePlan({ walls: plan.walls, structures: plan.structures, gates: plan.gates, facilities });
    const told = [...missed].map(([what, count]) => `${what} ×${count}`).join("、");
    app.tell(app.say(words.started, { title }) + (told ? app.say(words.started_left, { left: told }) : ""));
  };

  // Put a whole plan in place, as an import does.
  app.replacePlan = plan => app.change(now => Object.assign(now, plan));
})(spatialreno);
