// Walks from every home to each kind of facility under the plan. Visitors' walks are kept for each kind; people who may
// pass some residents' gates walk the same and, near those gates, less.
(app => {
  "use strict";
  const { FAR } = app;
  const NONE = { touched: [], sets: [], opened: [], shut: [] };
  const SLICE = 8; // groups of residents between two looks at the clock

  app.walking = (model, spot) => {
    const graph = app.graph(model.walk), walker = app.walker(graph, model.norm.limit_mm);
    const stands = app.standing(model, graph), ground = app.cellsOf(graph);
    const { homes } = model.people, { doors } = model.walk;
    const blank = () => new Int32Array(graph.nodes).fill(FAR);
    const marks = () => ({ at: new Uint8Array(graph.nodes), cells: new Uint8Array(ground.count), list: [] });
    const fields = model.norm.kinds.map(() => ({ far: blank(), source: new Map(), hosts: new Set(), moved: marks() }));
    const metres = todays();
    const stirred = new Uint8Array(ground.count); // cells where anything at all changes
    const ends = marks(), looked = new Uint32Array(graph.nodes), dirty = new Uint8Array(graph.bySet.start.length - 1);
    let look = 0, groups = new Map(), changed = new Set(), base = null, running = null;

    // Python's own millimetres of today, until somebody changes something.
    function todays() {
      const all = app.unpacked(model.today), many = fields.length;
      return homes.map((_, home) => Int32Array.from(all.subarray(home * many, (home + 1) * many), mm => mm < 0 ? FAR : mm));
    }

    function mark({ at, cells, list }, node) {
      if (at[node]) return;
      at[node] = 1;
      cells[ground.cell[node]] = stirred[ground.cell[node]] = 1;
      list.push(node);
    }

    function unmark(those) {
      for (const node of those.list) { those.at[node] = 0; those.cells[ground.cell[node]] = stirred[ground.cell[node]] = 0; }
      those.list = [];
    }

    // ---- visitors -------------------------------------------------------------------------------------------------
    function facilities(puts) {
      const kinds = fields.map(() => ({ ways: [], hosts: new Set(), puts: "" }));
      const add = (kind, { ways, host }, put) => {
        const at = model.norm.kinds.indexOf(kind);
        if (at < 0) return;
        kinds[at].ways.push(ways);
        kinds[at].puts += put;
        if (host >= 0) kinds[at].hosts.add(host);
      };
      model.facilities.forEach((kind, k) => add(kind, { ways: model.walk.ways[k], host: model.walk.hosts[k] }, ""));
      for (const put of puts) add(put.kind, spot(put), JSON.stringify(put));
      return kinds;
    }

    // The open ways from some places into the graph; ways are flat rows of node, length, set of labels.
    function sourceOf(ways) {
      const source = new Map();
      for (const list of ways) for (let k = 0; k < list.length; k += 3) {
        const node = list[k], away = list[k + 1];
        if (graph.barred[list[k + 2]] === 0 && !(source.get(node) <= away)) source.set(node, away);
      }
      return source;
    }

    // Ways by the set of labels that shuts them, flat pairs of node and length.
    function bySet(ways) {
      const found = new Map();
      for (const list of ways) for (let k = 0; k < list.length; k += 3) {
        if (!found.has(list[k + 2])) found.set(list[k + 2], []);
        found.get(list[k + 2]).push(list[k], list[k + 1]);
      }
      return found;
    }

    function visit(field, kind, shift) {
      field.fresh = field.puts !== kind.puts;
      if (field.fresh) Object.assign(field, kind, { bySet: bySet(kind.ways) });
      const same = !field.fresh && !shift.touched.some(set => field.bySet.has(set));
      field.nodes = walker.mend(field, shift, same ? field.source : sourceOf(field.ways));
      if (!groups.size) return;
      const { start, head } = graph;
      for (const node of field.nodes) {
        mark(field.moved, node);
        for (let arc = start[node]; arc < start[node + 1]; arc++) mark(field.moved, head[arc]);
      }
    }

    // ---- residents ------------------------------------------------------------------------------------------------
    // Residents' gates let through the people of every compound in the block of a compound beside them.
    function opensOf(state, block) {
      const opens = new Map(block.map(root => [root, new Set()]));
      for (const [id, gate] of Object.entries(model.works.gates)) {
        if (state.walkers(id) !== "residents" || app.gateGone(gate, state.gone.walls)) continue;
        for (const yard of gate.beside) opens.get(block[yardNumber.get(yard)]).add(id);
      }
      return new Map([...opens].map(([root, gates]) => [root, [...gates].sort()]));
    }
    const yardNumber = new Map(model.yards.ids.map((id, k) => [id, k]));

    function grouped(state, block) {
      const opens = opensOf(state, block), found = new Map(), keys = new Map();
      for (const [root, gates] of opens) keys.set(root, JSON.stringify(gates));
      homes.forEach((row, home) => {
        const yard = model.people.yard[row], root = yard >= 0 ? block[yard] : -1;
        const key = root >= 0 ? keys.get(root) : "[]";
        if (!found.has(key)) found.set(key, { key, gates: root >= 0 ? opens.get(root) : [], homes: [] });
        found.get(key).homes.push(home);
      });
      return found;
    }

    const equal = (one, other) => one.length === other.length && one.every((value, k) => value === other[k]);

    // The gates of a group are opened only when one of its walks has to be walked again.
    function serve(group, old, shift) {
      const kept = old && equal(old.homes, group.homes) && !stands.watch(group.key, group.gates).some(set => dirty[set]);
      if (kept && old.cells && !fields.some(field => field.fresh) && !old.cells.some(cell => stirred[cell])) {
        Object.assign(group, { extra: old.extra, balls: old.balls, cells: old.cells });
        return;
      }
      let flags = null;
      const pass = () => {
        if (flags) return;
        flags = stands.passing(base, group.gates);
        group.extra = flags.length ? app.flip(graph, flags) : NONE;
      };
      if (kept) group.extra = old.extra; else pass();
      group.balls = fields.map((field, kind) => {
        const ball = kept ? old.balls[kind] : null;
        if (ball && !field.fresh && !met(ball, field, shift)) return ball;
        pass();
        return group.extra.sets.length ? nearby(group, kind) : read(group, kind);
      });
      if (flags && flags.length) app.flip(graph, stands.back(flags));
      // Walks that are visitors' own may change wherever visitors' do: such a group is always asked.
      group.cells = group.balls.every(ball => ball.nodes) ? Int32Array.from(new Set(group.balls.flatMap(ball => [...ball.cells]))) : null;
    }

    // Did anything that this ball of walks looked at change?
    function met({ touched, nodes, cells }, field, { opened, shut }) {
      const near = marked => cells.some(cell => marked.cells[cell]);
      const { moved } = field;
      if (field.nodes.length && (nodes === null || near(moved) && nodes.some(node => moved.at[node]))) return true;
      return (opened.length || shut.length) > 0 && touched.length > 0 && near(ends) && touched.some(node => ends.at[node]);
    }

    // With their gates open, people of a group walk on from where visitors are.
    function eased(group, field) {
      const begun = [];
      for (const set of group.extra.sets) {
        const ways = field.bySet.get(set) || [];
        for (let k = 0; k < ways.length; k += 2) if (!(field.source.get(ways[k]) <= ways[k + 1])) begun.push(ways[k], ways[k + 1]);
      }
      return { begun, touched: walker.ease(field, group.extra.opened, begun, farthest(group, field.far)) };
    }

    function nearby(group, kind) {
      const { begun, touched } = eased(group, fields[kind]);
      read(group, kind);
      walker.undo();
      const nodes = around(group, touched, begun);
      return { touched: Int32Array.from(touched), nodes, cells: ground.distinct(nodes) };
    }

    // Beyond the farthest door nobody at home walks less.
    function farthest(group, far) {
      let most = 0;
      for (const home of group.homes) for (const [node] of doors[homes[home]]) most = Math.max(most, far[node]);
      return most;
    }

    // All nodes that such walks looked at; what moves is marked with its neighbours.
    function around(group, touched, begun) {
      const { first, second } = graph, found = [];
      const add = node => { if (looked[node] !== look) { looked[node] = look; found.push(node); } };
      look++;
      touched.forEach(add);
      for (let k = 0; k < begun.length; k += 2) add(begun[k]);
      for (const hop of group.extra.opened) { add(first[hop]); add(second[hop]); }
      for (const home of group.homes) for (const [node] of doors[homes[home]]) add(node);
      return Int32Array.from(found);
    }

    function read(group, kind) {
      const { far, hosts } = fields[kind];
      for (const home of group.homes) {
        const away = hosts.has(homes[home]) ? 0 : atDoors(far, homes[home]);
        if (away === metres[home][kind]) continue;
        if (!changed.has(home)) metres[home] = metres[home].slice();
        changed.add(home);
        metres[home][kind] = away;
      }
      return { touched: [], nodes: null, cells: [] };
    }

    function atDoors(far, row) {
      let least = FAR;
      for (const [node, out] of doors[row]) if (far[node] !== FAR) least = Math.min(least, far[node] + out);
      return least;
    }

    // One change of the plan, in slices: first what stands, then a kind at a time, then some groups at a time.
    function* steps(state, block, puts) {
      base = stands.flags(state);
      const shift = app.stand(graph, base), kinds = facilities(puts);
      changed = new Set();
      yield;
      for (const [k, field] of fields.entries()) { visit(field, kinds[k], shift); yield; }
      for (const list of [shift.opened, shift.shut]) for (const hop of list) { mark(ends, graph.first[hop]); mark(ends, graph.second[hop]); }
      for (const set of shift.touched) dirty[set] = 1;
      const found = grouped(state, block);
      let served = 0;
      for (const [key, group] of found) {
        serve(group, groups.get(key), shift);
        if (++served % SLICE === 0) yield;
      }
      groups = found;
      unmark(ends);
      for (const set of shift.touched) dirty[set] = 0;
      for (const field of fields) unmark(field.moved);
    }

    // Who lives behind a gate for residents walks through it to a facility, and home again.
    function residents(field, buildings) {
      for (const group of groups.values()) {
        const flags = stands.passing(base, group.gates);
        if (!flags.length) continue;
        eased({ homes: group.homes, extra: app.flip(graph, flags) }, field);
        for (const home of group.homes) buildings[homes[home]] = atDoors(field.far, homes[home]);
        walker.undo();
        app.flip(graph, stands.back(flags));
      }
    }

    function finish() {
      while (running && !running.next().done);
      running = null;
    }

    return {
      graph, metres,
      // Walk today's walks before anybody asks, a slice at a time; true while there is more to do.
      warm: (state, block) => {
        if (!base) running = steps(state, block, []);
        if (running && running.next().done) running = null;
        return running !== null;
      },
      // Millimetres from each home to each kind, FAR where none is reached, and the homes whose walks changed.
      update: (state, block, puts) => {
        finish();
        running = steps(state, block, puts);
        finish();
        return { metres, changed };
      },
      // How long people walk from one place to every building and to every point of the ground.
      reach: (state, block, place) => {
        if (!base) running = steps(state, block, []);
        finish();
        const yard = place.building === undefined ? -1 : model.people.yard[place.building];
        const flags = yard >= 0 ? stands.passing(base, opensOf(state, block).get(block[yard])) : [];
        app.flip(graph, flags);
        const { ways } = spot(place), field = { far: blank(), source: new Map(), bySet: bySet([ways]) };
        walker.mend(field, NONE, sourceOf([ways]));
        const buildings = model.people.buildings.map((_, row) => row === place.building ? 0 : atDoors(field.far, row));
        if (place.facility !== undefined) residents(field, buildings);
        const far = app.groundFar(model.ground, graph, field.far);
        if (place.ground !== undefined) far[place.ground] = 0;
        app.flip(graph, stands.back(flags));
        return { buildings, ground: far };
      },
    };
  };
})(spatialreno);
