// The numbers of the live page: stands, blocks, walks, scores, metres, money and owners of the plan being tried.
(app => {
  "use strict";
  const FAR = app.FAR;
  let model, graph, far, today;

  app.prepare = () => {
    model = app.page.model;
    graph = app.graph(model.walk);
    far = new Int32Array(graph.nodes);
    model.ground = { x: app.unpacked(model.walk.ground.x), y: app.unpacked(model.walk.ground.y), yard: model.walk.ground.yard, ways: model.walk.ground.ways };
    today = app.today = app.reckon({ walls: [], structures: [], gates: {}, facilities: [] });
  };

  // Where a facility stands: { building } or { ground }; null when there is no such place.
  app.spot = put => {
    if (Number.isInteger(put.building) && model.people.buildings[put.building] !== undefined) {
      return { ways: model.walk.doors[put.building].map(([node, out]) => [node, out, 0]).flat(), host: put.building, yard: model.people.yard[put.building] };
    }
    if (Number.isInteger(put.ground) && model.ground.ways[put.ground]) {
      return { ways: model.ground.ways[put.ground], host: -1, yard: model.ground.yard[put.ground] };
    }
    return null;
  };

  // ---- what stands ------------------------------------------------------------------------------------------------
  function standing(plan) {
    const gone = { walls: new Set(plan.walls), structures: new Set(plan.structures) };
    const gates = model.works.gates;
    const walkers = id => plan.gates[id] || gates[id].walkers;
    return {
      gone, walkers,
      thing: (layer, id) => !gone[layer].has(id),
      // Flags by label: a gate stops nobody once its wall is gone; a seal stands while both its owners do.
      flags: opened => {
        const flags = new Uint8Array(model.walk.labels.length);
        model.walk.labels.forEach(([layer, id, other], k) => {
          if (layer === "seals") flags[k] = flags[Number(id)] && flags[Number(other)];
          else if (layer === "gates") flags[k] = !gone.walls.has(other) && !(id in gates && (walkers(id) === "public" || opened.has(id)));
          else flags[k] = !gone[layer].has(id);
        });
        return flags;
      },
    };
  }

  // Residents' gates let through the people of every compound in the block of a compound beside them.
  function walkersByBlock(state, block) {
    const opens = new Map(block.map(root => [root, new Set()]));
    const number = new Map(model.yards.ids.map((id, k) => [id, k]));
    for (const [id, gate] of Object.entries(model.works.gates)) {
      if (state.walkers(id) !== "residents" || state.gone.walls.has(gate.wall)) continue;
      for (const yard of gate.beside) opens.get(block[number.get(yard)]).add(id);
    }
    return opens;
  }

  // ---- walks ------------------------------------------------------------------------------------------------------
  // Groups buildings by the gates that their people may pass.
  function groups(state, block, rows) {
    const opens = walkersByBlock(state, block);
    const found = new Map();
    for (const row of rows) {
      const yard = model.people.yard[row];
      const gates = yard >= 0 ? opens.get(block[yard]) : new Set();
      const key = [...gates].sort().join("\n");
      if (!found.has(key)) found.set(key, { gates, rows: [] });
      found.get(key).rows.push(row);
    }
    return found.values();
  }

  function sources(plan) {
    const kinds = model.norm.kinds.map(() => ({ ways: [], hosts: new Set() }));
    const add = (kind, ways, host) => {
      const at = model.norm.kinds.indexOf(kind);
      if (at < 0) return;
      kinds[at].ways.push(ways);
      if (host >= 0) kinds[at].hosts.add(host);
    };
    model.facilities.forEach((kind, k) => add(kind, model.walk.ways[k], model.walk.hosts[k]));
    for (const put of plan.facilities) { const spot = app.spot(put); add(put.kind, spot.ways, spot.host); }
    return kinds;
  }

  // Whole millimetres from each home to each kind; FAR where none is reached.
  function walks(plan, state, block) {
    const { homes } = model.people, count = model.norm.kinds.length;
    const place = new Map(homes.map((row, k) => [row, k]));
    const metres = homes.map(() => new Int32Array(count).fill(FAR));
    const kinds = sources(plan);
    for (const group of groups(state, block, homes)) {
      app.mask(graph, state.flags(group.gates));
      kinds.forEach((kind, k) => {
        if (!kind.ways.length) return;
        app.walk(graph, kind.ways, model.norm.limit_mm, far);
        for (const row of group.rows) metres[place.get(row)][k] = kind.hosts.has(row) ? 0 : atDoors(row);
      });
    }
    return metres;
  }

  function atDoors(row) {
    let least = FAR;
    for (const [node, out] of model.walk.doors[row]) if (far[node] !== FAR) least = Math.min(least, far[node] + out);
    return least;
  }

  // How long people walk from one place to every building, and to every node for the drawing.
  app.reach = place => {
    const state = standing(app.plan), block = app.now.block;
    const yard = place.building === undefined ? -1 : model.people.yard[place.building];
    const gates = yard >= 0 ? walkersByBlock(state, block).get(block[yard]) : new Set();
    app.mask(graph, state.flags(gates));
    const spot = app.spot(place);
    app.walk(graph, [spot.ways], model.norm.limit_mm, far);
    const buildings = model.people.buildings.map((_, row) => row === place.building ? 0 : atDoors(row));
    return { buildings, nodes: far.slice(), graph };
  };

  // ---- scores -----------------------------------------------------------------------------------------------------
  const mean = (values, weights) => {
    let sum = 0, weight = 0;
    values.forEach((value, k) => {
      if (value === null || weights[k] === null) return;
      sum += value * weights[k];
      weight += weights[k];
    });
    return weight ? sum / weight : null;
  };

  function scored(metres) {
    const { radius_m, weight, fade, basket, known } = model.norm;
    const credit = (mm, k) => mm === FAR ? 0 : Math.min(1, Math.max(0, 1 - (mm / 1000 / radius_m[k] - 1) / fade));
    const within = (row, k) => row[k] !== FAR && row[k] / 1000 <= radius_m[k];
    const score = metres.map(row => known ? Math.min(100, 100 * weight.reduce((sum, w, k) => sum + w * credit(row[k], k), 0)) : null);
    const all = metres.map(row => known && basket.length ? Number(basket.every(needs => needs.some(k => within(row, k)))) : null);
    const covered = model.norm.kinds.map((_, k) => mean(metres.map(row => known ? Number(within(row, k)) : null), model.people.residents));
    return { score, all, covered, mean: mean(score, model.people.residents), share: mean(all, model.people.residents) };
  }

  // ---- money ------------------------------------------------------------------------------------------------------
  function bill(plan, state) {
    const { walls, structures, gates, kinds } = model.works;
    const rows = [];
    for (const id of plan.walls) rows.push(...walls[id].bill);
    for (const gate of Object.values(gates)) if (state.gone.walls.has(gate.wall)) rows.push(...gate.bill);
    for (const id of plan.structures) rows.push(...structures[id].bill);
    for (const [id, to] of Object.entries(plan.gates)) rows.push(...gates[id].change[to]);
    for (const put of plan.facilities) {
      const yard = app.spot(put).yard;
      const { asks } = kinds[put.kind];
      const common = asks && yard >= 0 ? model.yards.parties[asks][yard] : [];
      const asked = put.building === undefined ? common : model.people.owners[put.building];
      rows.push(...kinds[put.kind].bill.map(([payer, yuan]) => [payer, yuan, asked]));
    }
    const payers = {}, parties = new Set();
    let cost = 0, unpriced = 0;
    for (const [payer, yuan, asked] of rows) {
      asked.forEach(name => parties.add(name));
      if (yuan === null) { unpriced++; continue; }
      cost += yuan;
      payers[payer] = (payers[payer] || 0) + yuan;
    }
    return { cost, unpriced, payers, parties: [...parties].sort() };
  }

  const sum = (ids, table, worth) => ids.reduce((total, id) => total + (worth(table[id]) || 0), 0);

  function largest(block) {
    const sizes = new Map();
    block.forEach((root, k) => sizes.set(root, (sizes.get(root) || 0) + model.yards.m2[k]));
    return { blocks: sizes.size, largest_m2: Math.max(0, ...sizes.values()) };
  }

  function gained(score) {
    if (!today) return 0;
    return score.reduce((people, value, k) => {
      const more = value !== null && today.score[k] !== null && value - today.score[k] >= model.norm.gain_points;
      return people + (more ? model.people.residents[k] || 0 : 0);
    }, 0);
  }

  // Everything about a plan. The page and the tests read it.
  app.reckon = plan => {
    const state = standing(plan);
    const block = app.merged(model.edges, model.yards.ids.length, state.thing);
    const metres = walks(plan, state, block);
    const circle = scored(metres);
    const money = bill(plan, state);
    const { structures } = model.works;
    return {
      block, metres, ...circle, ...money, ...largest(block),
      wall_m: sum(plan.walls, model.works.walls, row => row.m),
      illegal_m2: sum(plan.structures, structures, row => row.illegal ? row.m2 : 0),
      other_m2: sum(plan.structures, structures, row => row.illegal ? 0 : row.m2),
      facilities: plan.facilities.length,
      gained: gained(circle.score),
      per_household: model.people.all_households ? money.cost / model.people.all_households : null,
    };
  };
})(spatialreno);
