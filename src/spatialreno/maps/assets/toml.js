// The plan as a scenario file that spatialreno reads, and such a file read back. Data only: nothing in it runs.
(app => {
  "use strict";

  // A TOML string is a JSON string, but for the delete character.
  const text = value => JSON.stringify(String(value)).replace(/\u007f/g, "\\u007f");
  const list = values => `[${values.map(text).join(", ")}]`;
  const metre = (mm, origin) => {
    const whole = Math.round(origin * 1000) + mm;
    const sign = whole < 0 ? "-" : "", size = Math.abs(whole);
    return `${sign}${Math.floor(size / 1000)}.${String(size % 1000).padStart(3, "0")}`;
  };

  // Two exports can be compared when they have two names: a plain name made of what was written.
  app.named = title => title.replace(/[\\/\s\u0000-\u001f\u007f]+/g, "-").replace(/^[.-]+/, "").slice(0, 60) || "live";

  app.toml = (name, title) => {
    const { plan } = app;
    const parts = [`name = ${text(name)}\ntitle = ${text(title)}\n`];
    for (const layer of ["walls", "structures"]) {
      for (const [note, ids] of noted(layer, plan[layer])) parts.push(`[[demolish]]\nlayer = "${layer}"\nids = ${list(ids)}\n${note}`);
    }
    for (const state of ["public", "residents", "closed"]) {
      const ids = Object.keys(plan.gates).filter(id => plan.gates[id] === state);
      for (const [note, own] of noted("gates", ids)) parts.push(`[[alter]]\nlayer = "gates"\nids = ${list(own)}\nset = { walkers = "${state}" }\n${note}`);
    }
    plan.facilities.forEach((put, k) => parts.push(built(put, k) + why(plan.told[app.putKey(put)])));
    return parts.join("\n");
  };

  const why = (note = {}) => (note.reason ? `reason = ${text(note.reason)}\n` : "") + (note.phase ? `phase = ${note.phase}\n` : "");

  // What has one reason and one stage stands in one table.
  function noted(layer, ids) {
    const groups = new Map();
    for (const id of ids) {
      const note = why(app.plan.told[`${layer}:${id}`]);
      groups.set(note, [...(groups.get(note) || []), id]);
    }
    return [...groups];
  }

  function built(put, number) {
    const { model } = app.page;
    const { m2 } = model.works.kinds[put.kind];
    const rows = [
      "[[build]]", 'layer = "facilities"', `id = ${text(`${model.fresh}${number + 1}`)}`, `kind = ${text(put.kind)}`,
    ];
    const inside = put.building !== undefined;
    const [x, y] = inside ? model.centres[put.building] : [model.ground.x[put.ground], model.ground.y[put.ground]];
    rows.push(`at = [${metre(x, model.walk.origin[0])}, ${metre(y, model.walk.origin[1])}]`, `crs = ${text(model.crs)}`);
    if (inside) rows.push(`building_id = ${text(model.people.buildings[put.building])}`);
    if (m2) rows.push(`area_m2 = ${Number.isInteger(m2) ? m2.toFixed(1) : m2}`);
    return `${rows.join("\n")}\n`;
  }

  // ---- reading ----------------------------------------------------------------------------------------------------
  // As much TOML as such files use; anything else is refused with its line.
  app.readToml = source => {
    const tables = { demolish: [], alter: [], build: [], top: [Object.create(null)] };
    let table = tables.top[0];
    const lines = source.replace(/^\ufeff/, "").split(/\r?\n/);
    for (let k = 0; k < lines.length; k++) {
      const begun = k;
      let line = lines[k].trim();
      if (!line || line.startsWith("#")) continue;
      const head = /^\[\[\s*(demolish|alter|build)\s*\]\]\s*(#.*)?$/.exec(line);
      if (head) { tables[head[1]].push(table = Object.create(null)); continue; }
      while (unclosed(line) && k + 1 < lines.length) line += ` ${lines[++k].trim()}`;
      const pair = /^([A-Za-z0-9_-]+)\s*=\s*(.*)$/s.exec(line);
      const value = pair ? parsed(pair[2]) : undefined;
      if (value === undefined) throw new Error(app.say(app.page.words.line_unread, { n: begun + 1 }));
      table[pair[1]] = value;
    }
    return tables;
  };

  const STRING = /"(?:[^"\\]|\\.)*"|'[^']*'/g;
  const unclosed = line => {
    const bare = line.replace(STRING, "").replace(/#.*$/s, "");
    return (bare.match(/\[/g) || []).length > (bare.match(/\]/g) || []).length;
  };

  function parsed(written) {
    const at = { text: written, k: 0 };
    const value = read(at);
    return value !== undefined && /^\s*(#.*)?$/s.test(at.text.slice(at.k)) ? value : undefined;
  }

  function read(at) {
    const rest = () => at.text.slice(at.k);
    at.k += /^\s*/.exec(rest())[0].length;
    const take = pattern => { const found = pattern.exec(rest()); if (found) at.k += found[0].length; return found; };
    let found;
    if ((found = take(/^"(?:[^"\\]|\\.)*"/))) { try { return JSON.parse(escaped(found[0])); } catch { return undefined; } }
    if ((found = take(/^'([^']*)'/))) return found[1];
    if ((found = take(/^(true|false)\b/))) return found[1] === "true";
    if ((found = take(/^[+-]?\d[\d_]*(\.\d[\d_]*)?([eE][+-]?\d+)?/))) return Number(found[0].replace(/_/g, ""));
    if (take(/^\[/)) return many(take, at, /^\s*\]/, () => read(at));
    if (take(/^\{/)) {
      const pairs = many(take, at, /^\s*\}/, () => {
        const key = take(/^\s*([A-Za-z0-9_-]+)\s*=/);
        const value = key ? read(at) : undefined;
        return value === undefined ? undefined : [key[1], value];
      });
      return pairs && Object.assign(Object.create(null), Object.fromEntries(pairs));
    }
    return undefined;
  }

  const escaped = string => string.replace(/\\U([0-9a-fA-F]{8})/g, (_, hex) => JSON.stringify(String.fromCodePoint(parseInt(hex, 16))).slice(1, -1));

  function many(take, at, end, one) {
    const found = [];
    while (!take(end)) {
      const value = one();
      if (value === undefined) return undefined;
      found.push(value);
      if (!take(/^\s*,/) && !/^\s*[\]}]/.test(at.text.slice(at.k))) return undefined;
    }
    return found;
  }

  // Turn a file into a plan; what this page cannot show is named, never dropped in silence.
  app.planOf = source => {
    const { words, model } = app.page;
    const tables = app.readToml(source);
    const plan = { walls: [], structures: [], gates: {}, facilities: [], told: {} };
    const keep = ({ reason, phase }, keys) => { for (const key of keys) plan.told[key] = { reason, phase }; };
    const refuse = what => { throw new Error(app.say(words.not_here, { what })); };
    if (tables.top[0].base) refuse("base");
    for (const act of tables.demolish) {
      if (!["walls", "structures"].includes(act.layer) || !Array.isArray(act.ids)) refuse(`demolish ${act.layer}`);
      plan[act.layer].push(...missing(act.ids, model.works[act.layer], refuse));
      keep(act, act.ids.map(id => `${act.layer}:${id}`));
    }
    for (const act of tables.alter) {
      if (act.layer !== "gates" || !Array.isArray(act.ids) || !act.set || Object.keys(act.set).join() !== "walkers") refuse(`alter ${act.layer}`);
      if (!["public", "residents", "closed"].includes(act.set.walkers)) refuse(`walkers = ${act.set.walkers}`);
      for (const id of missing(act.ids, model.works.gates, refuse)) plan.gates[id] = act.set.walkers;
      keep(act, act.ids.map(id => `gates:${id}`));
    }
    for (const act of tables.build) {
      const put = placed(act) || refuse(`build ${act.layer} ${act.id}`);
      plan.facilities.push(put);
      keep(act, [app.putKey(put)]);
    }
    app.unkept = unkept(tables);
    return plan;
  };

  // What else stands in the acts of the file and has no place here, by the words of the file.
  const KNOWN = { demolish: ["layer", "ids", "reason", "phase"], alter: ["layer", "ids", "set", "reason", "phase"],
    build: ["layer", "id", "kind", "at", "crs", "building_id", "area_m2", "reason", "phase"] };
  const unkept = tables => [...new Set(Object.entries(KNOWN).flatMap(([verb, keys]) =>
    tables[verb].flatMap(act => Object.keys(act).filter(key => !keys.includes(key)))))].sort();

  function missing(ids, table, refuse) {
    for (const id of ids) if (typeof id !== "string" || !Object.hasOwn(table, id)) refuse(id);
    return ids;
  }

  function placed(act) {
    const { model } = app.page;
    if (act.layer !== "facilities" || !Object.hasOwn(model.works.kinds, act.kind)) return null;
    const building = act.building_id === undefined ? -1 : model.people.buildings.indexOf(act.building_id);
    if (building >= 0) return { kind: act.kind, building };
    if (act.crs !== model.crs || !Array.isArray(act.at)) return null;
    const mm = act.at.map((value, axis) => Math.round(value * 1000) - Math.round(model.walk.origin[axis] * 1000));
    const ground = model.ground.x.findIndex((x, k) => x === mm[0] && model.ground.y[k] === mm[1]);
    return ground >= 0 ? { kind: act.kind, ground } : null;
  }
})(spatialreno);
