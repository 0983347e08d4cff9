// How things look under the plan that is being tried, and which of them look different after a change.
(app => {
  "use strict";
  const LAYERS = ["walls", "structures"];
  let entries = null, rows = null, homes = null, down = null, gatesOn = null;

  app.idOf = feature => feature.rows.length ? feature.rows[0][1] : "";
  app.rowOf = id => rows.get(id);
  app.homeOf = id => homes.get(rows.get(id));
  app.isDown = (layer, id) => down[layer].has(id);

  // Everything drawn of a layer, or of one thing of it.
  app.drawnOf = (layer, id) => {
    const known = entries.get(layer) || new Map();
    return id === undefined ? [...known.values()].flat() : known.get(id) || [];
  };

  app.prepareLook = () => {
    const { people } = app.page.model;
    rows = new Map(people.buildings.map((id, k) => [id, k]));
    homes = new Map(people.homes.map((row, k) => [row, k]));
    entries = new Map();
    for (const theme of app.themes) for (const feature of theme.features) {
      const layer = feature.more.of, id = app.idOf(feature);
      if (!entries.has(layer)) entries.set(layer, new Map());
      const known = entries.get(layer);
      if (known.has(id)) known.get(id).push([theme, feature]); else known.set(id, [[theme, feature]]);
    }
    gatesOn = new Map();
    for (const [id, gate] of Object.entries(app.page.model.works.gates)) for (const wall of gate.walls) {
      if (gatesOn.has(wall)) gatesOn.get(wall).push(id); else gatesOn.set(wall, [id]);
    }
    down = state();
  };

  // What the plan has changed; of gates those that are set otherwise, and those that went with their walls (null).
  function state() {
    const { gates: all } = app.page.model.works, walls = new Set(app.plan.walls);
    const gates = new Map(Object.entries(app.plan.gates).map(([id, walkers]) => [id, `gate-${walkers}`]));
    for (const wall of walls) for (const id of gatesOn.get(wall) || []) if (app.gateGone(all[id], walls)) gates.set(id, null);
    return { walls, structures: new Set(app.plan.structures), gates, hue: hues() };
  }

  const gateIn = ({ gates }, id) => gates.has(id) ? gates.get(id) : `gate-${app.page.model.works.gates[id].walkers}`;

  // Merged blocks, the largest first, in one pale hue each.
  function hues() {
    const { yards } = app.page.model, hue = new Map();
    if (!app.now) return hue;
    const members = new Map();
    app.now.block.forEach((root, k) => { if (members.has(root)) members.get(root).push(k); else members.set(root, [k]); });
    const size = list => list.reduce((sum, k) => sum + yards.m2[k], 0);
    const merged = [...members.values()].filter(list => list.length > 1).map(list => [size(list), list]);
    merged.sort(([a, one], [b, other]) => b - a || one[0] - other[0]);
    merged.forEach(([, list], rank) => list.forEach(k => hue.set(yards.ids[k], `block-${rank % app.page.hues + 1}`)));
    return hue;
  }

  // After a change of the plan: what may look different now.
  app.look = () => {
    const was = down, now = down = state();
    const found = [];
    const add = (layer, id) => found.push(...app.drawnOf(layer, id));
    for (const layer of LAYERS) {
      for (const id of was[layer]) if (!now[layer].has(id)) add(layer, id);
      for (const id of now[layer]) if (!was[layer].has(id)) add(layer, id);
    }
    for (const id of new Set([...was.gates.keys(), ...now.gates.keys()])) if (gateIn(was, id) !== gateIn(now, id)) add("gates", id);
    for (const id of new Set([...was.hue.keys(), ...now.hue.keys()])) if (was.hue.get(id) !== now.hue.get(id)) add("compounds", id);
    const { buildings, homes: row } = app.page.model.people;
    if (app.shade) for (const home of app.now.changed) add("buildings", buildings[row[home]]);
    return found;
  };

  app.classNow = (theme, feature, cls) => {
    if (cls === null || !down) return cls;
    const id = app.idOf(feature);
    switch (feature.more.of) {
      case "walls": return down.walls.has(id) ? "line-gone" : cls;
      case "structures": return down.structures.has(id) ? "area-gone" : cls;
      case "gates": return gateIn(down, id);
      case "compounds": return down.hue.get(id) || cls;
      case "buildings": return shaded(id) || cls;
      default: return cls;
    }
  };

  function shaded(id) {
    if (app.reached) {
      const rank = app.limits().findIndex(limit => app.reached.buildings[app.rowOf(id)] <= limit);
      return rank < 0 ? null : `walk-${rank + 1}`;
    }
    const home = app.homeOf(id);
    if (home === undefined || !app.shade) return null;
    if (app.shade === "score") return scoreClass(app.now.score[home]);
    return gainClass(app.meanChange(home));
  }

  const scoreClass = score => score === null ? "score-none" : `score-${1 + app.page.score_breaks.filter(limit => score >= limit).length}`;

  function gainClass(change) {
    const rank = change === null ? 0 : app.page.gain_breaks.filter(limit => Math.abs(change) >= limit).length;
    return rank ? `${change < 0 ? "nearer" : "farther"}-${rank}` : "gain-none";
  }

  // Mean change of walks in metres over the kinds reached before and now.
  app.meanChange = home => {
    let total = 0, count = 0;
    app.now.metres[home].forEach((mm, k) => {
      const before = app.today.metres[home][k];
      if (mm === app.FAR || before === app.FAR) return;
      total += (mm - before) / 1000;
      count++;
    });
    return count ? total / count : null;
  };
})(spatialreno);
