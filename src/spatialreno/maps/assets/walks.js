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
    const { homes } = model.people, doors = flatDoors(model.walk.doors), behind = homesBehind(doors, homes, graph.nodes);
    const blank = () => new Int32Array(graph.nodes).fill(FAR);
    const marks = () => ({ at: new Uint8Array(graph.nodes), cells: new Uint8Array(ground.count), list: [] });
    const fields = model.norm.kinds.map(() => ({ far: blank(), source: blank(), ways: [], hosts: new Set(), moved: marks(), stirred: new Uint8Array(homes.length), woken: [] }));
    const metres = app.todaysWalks(model);
    const stirred = new Uint8Array(ground.count); // cells where anything at all changes
    const ends = marks(), looked = new Uint32Array(graph.nodes), dirty = new Uint8Array(graph.bySet.start.length - 1);
    let look = 0, groups = new Map(), changed = new Set(), base = null, running = null;

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

    // Ways by the set of labels that shuts them, flat pairs of node and length, and by node, flat pairs of length and set.
    function sorted(ways) {
      const bySet = new Map(), byNode = new Map();
      const add = (map, key, one, other) => { const own = map.get(key); if (own) own.push(one, other); else map.set(key, [one, other]); };
      for (const list of ways) for (let k = 0; k < list.length; k += 3) {
        add(bySet, list[k + 2], list[k], list[k + 1]);
        add(byNode, list[k], list[k + 1], list[k + 2]);
      }
      return { bySet, byNode };
    }

    // Say anew where walks begin at some nodes: the shortest open way. Returns what changed, flat pairs of node and before.
    function beginnings(field, nodes) {
      const moves = [], { source, byNode } = field;
      for (const node of nodes) {
        const ways = byNode.get(node) || [];
        let least = FAR;
        for (let k = 0; k < ways.length; k += 2) if (ways[k] < least && graph.barred[ways[k + 1]] === 0) least = ways[k];
        if (least !== source[node]) { moves.push(node, source[node]); source[node] = least; }
      }
      return moves;
    }

    function visit(field, kind, shift) {
      const nodes = new Set();
      field.fresh = field.puts !== kind.puts;
      if (field.fresh) {
        for (const node of field.byNode ? field.byNode.keys() : []) nodes.add(node);
        Object.assign(field, kind, sorted(kind.ways));
        for (const node of field.byNode.keys()) nodes.add(node);
      } else for (const set of shift.touched) {
        const ways = field.bySet.get(set);
        if (ways) for (let k = 0; k < ways.length; k += 2) nodes.add(ways[k]);
      }
      const { nodes: moved, risen } = walker.mend(field, shift, beginnings(field, nodes));
      field.nodes = moved;
      if (!groups.size) return;
      // Who is reached later may be reached by residents from beside.
      const { start, head } = graph;
      for (let k = 0; k < moved.length; k++) {
        const node = moved[k];
        mark(field.moved, node);
        wake(field, node);
        if (k < risen) for (let arc = start[node]; arc < start[node + 1]; arc++) mark(field.moved, head[arc]);
      }
    }

    // Whose doors are here may walk longer or less.
    function wake({ stirred, woken }, node) {
      for (let k = behind.begin[node]; k < behind.begin[node + 1]; k++) {
        const home = behind.home[k];
        if (!stirred[home]) { stirred[home] = 1; woken.push(home); }
      }
    }

    function calm(field) {
      for (const home of field.woken) field.stirred[home] = 0;
      field.woken.length = 0;
    }

    // ---- residents ------------------------------------------------------------------------------------------------
    // Residents' gates let through the people of every compound in the block of a compound beside them.
    const yardNumber = new Map(model.yards.ids.map((id, k) => [id, k]));
    const gates = Object.keys(model.works.gates).sort().map(id => {
      const gate = model.works.gates[id];
      return { id, gate, beside: gate.beside.map(yard => yardNumber.get(yard)) };
    });
    const yardOf = Int32Array.from(homes, row => model.people.yard[row]);

    const passable = state => gates.map(({ id, gate }) => state.walkers(id) === "residents" && !app.gateGone(gate, state.gone.walls));

    // The numbers of the gates that are opened to each block, in order, by its first compound.
    function opensOf(open, block) {
      const opens = new Map(block.map(root => [root, []]));
      gates.forEach(({ beside }, k) => {
        if (open[k]) for (const yard of beside) {
          const own = opens.get(block[yard]);
          if (own[own.length - 1] !== k) own.push(k);
        }
      });
      return opens;
    }

    const named = numbers => numbers.map(k => gates[k].id);

    // Homes for which the same gates open; they are the same homes until a gate or a block changes.
    const keys = homes.map(() => null);
    let grouping = { open: [], block: null, found: null };
    function grouped(state, block) {
      const open = passable(state);
      if (grouping.block === block && same(open, grouping.open)) return grouping.found;
      const found = new Map(), byRoot = new Map();
      const group = numbers => {
        const key = numbers.join(" ");
        if (!found.has(key)) found.set(key, { key, gates: named(numbers), homes: [] });
        return found.get(key);
      };
      for (const [root, numbers] of opensOf(open, block)) byRoot.set(root, group(numbers));
      const nobodys = group([]);
      yardOf.forEach((yard, home) => (yard >= 0 ? byRoot.get(block[yard]) : nobodys).homes.push(home));
      for (const [key, one] of found) if (!one.homes.length) found.delete(key);
      grouping = { open, block, found };
      return found;
    }

    function same(one, other) {
      if (one === other) return true;
      if (one.length !== other.length) return false;
      for (let k = 0; k < one.length; k++) if (one[k] !== other[k]) return false;
      return true;
    }

    function any(list, flags) {
      for (let k = 0; k < list.length; k++) if (flags[list[k]]) return true;
      return false;
    }

    // The gates of a group are opened only when one of its walks has to be walked again.
    function serve(group, old, shift) {
      const alike = old && !any(stands.watch(group.key, group.gates), dirty), kept = alike && same(old.homes, group.homes);
      if (kept && old.cells && !fields.some(field => field.fresh) && !any(old.cells, stirred)) {
        Object.assign(group, { extra: old.extra, balls: old.balls, cells: old.cells });
        return;
      }
      let flags = null;
      const pass = () => {
        if (flags) return;
        flags = stands.passing(base, group.gates);
        group.extra = flags.length ? app.flip(graph, flags) : NONE;
      };
      if (alike) group.extra = old.extra; else pass();
      group.balls = fields.map((field, kind) => {
        const ball = alike && !field.fresh ? old.balls[kind] : null;
        if (ball && ball.nodes === null) {
          for (const home of group.homes) if (field.stirred[home] || keys[home] !== group.key) walk(home, kind);
          return ball;
        }
        if (ball && kept && !met(ball, field, shift)) return ball;
        pass();
        return group.extra.sets.length ? nearby(group, kind) : read(group, kind);
      });
      if (flags && flags.length) app.flip(graph, stands.back(flags));
      // Walks that are visitors' own may change wherever visitors' do: such a group is always asked.
      group.cells = group.balls.every(ball => ball.nodes) ? ground.together(group.balls.map(ball => ball.cells)) : null;
    }

    // Did anything that this ball of walks looked at change?
    function met({ touched, nodes, cells }, field, { opened, shut }) {
      const { moved } = field;
      if (field.nodes.length && any(cells, moved.cells) && any(nodes, moved.at)) return true;
      return (opened.length || shut.length) > 0 && touched.length > 0 && any(cells, ends.cells) && any(touched, ends.at);
    }

    // With their gates open, people of a group walk on from where visitors are.
    function eased(group, field) {
      const begun = [];
      for (const set of group.extra.sets) {
        const ways = field.bySet.get(set) || [];
        for (let k = 0; k < ways.length; k += 2) if (field.source[ways[k]] > ways[k + 1]) begun.push(ways[k], ways[k + 1]);
      }
      return { begun, touched: walker.ease(field, group.extra.opened, begun, farthest(group, field.far)) };
    }

    function nearby(group, kind) {
      const { begun, touched } = eased(group, fields[kind]);
      read(group, kind);
      walker.undo();
      const nodes = around(group, touched, begun);
      return { touched, nodes, cells: ground.distinct(nodes) };
    }

    // Beyond the farthest door nobody at home walks less.
    function farthest(group, far) {
      let most = 0;
      for (const home of group.homes) for (let k = doors.begin[homes[home]]; k < doors.begin[homes[home] + 1]; k++) most = Math.max(most, far[doors.node[k]]);
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
      for (const home of group.homes) for (let k = doors.begin[homes[home]]; k < doors.begin[homes[home] + 1]; k++) add(doors.node[k]);
      return Int32Array.from(found);
    }

    function read(group, kind) {
      for (const home of group.homes) walk(home, kind);
      return { touched: [], nodes: null, cells: [] };
    }

    function walk(home, kind) {
      const { far, hosts } = fields[kind], away = hosts.has(homes[home]) ? 0 : atDoors(far, homes[home]);
      if (away === metres[home][kind]) return;
      if (!changed.has(home)) metres[home] = metres[home].slice();
      changed.add(home);
      metres[home][kind] = away;
    }

    function atDoors(far, row) {
      let least = FAR;
      for (let k = doors.begin[row]; k < doors.begin[row + 1]; k++) least = Math.min(least, far[doors.node[k]] + doors.out[k]);
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
        for (const home of group.homes) keys[home] = key;
        if (++served % SLICE === 0) yield;
      }
      groups = found;
      unmark(ends);
      for (const set of shift.touched) dirty[set] = 0;
      for (const field of fields) { unmark(field.moved); calm(field); }
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
        const flags = yard >= 0 ? stands.passing(base, named(opensOf(passable(state), block).get(block[yard]))) : [];
        app.flip(graph, flags);
        const { ways } = spot(place), field = { far: blank(), source: blank(), ...sorted([ways]) };
        walker.mend(field, NONE, beginnings(field, field.byNode.keys()));
        const buildings = model.people.buildings.map((_, row) => row === place.building ? 0 : atDoors(field.far, row));
        if (place.facility !== undefined) residents(field, buildings);
        const far = app.groundFar(model.ground, graph, field.far);
        if (place.ground !== undefined) far[place.ground] = 0;
        app.flip(graph, stands.back(flags));
        return { buildings, ground: far };
      },
    };
  };

  // Python's own millimetres of today by home, until somebody changes something.
  app.todaysWalks = ({ today, norm, people }) => {
    const all = new Int32Array(app.unpacked(today)), many = norm.kinds.length;
    for (let k = 0; k < all.length; k++) if (all[k] < 0) all[k] = FAR;
    return people.homes.map((_, home) => all.slice(home * many, (home + 1) * many));
  };

  // The homes whose doors lead to a node: home[begin[node]] …
  function homesBehind(doors, homes, nodes) {
    const begin = new Int32Array(nodes + 1);
    const each = act => homes.forEach((row, home) => {
      for (let k = doors.begin[row]; k < doors.begin[row + 1]; k++) act(doors.node[k], home);
    });
    each(node => { begin[node + 1]++; });
    for (let node = 0; node < nodes; node++) begin[node + 1] += begin[node];
    const home = new Int32Array(begin[nodes]), fill = begin.slice();
    each((node, one) => { home[fill[node]++] = one; });
    return { begin, home };
  }

  // Ways out of buildings: those of a row are node[begin[row]] … with their millimetres.
  function flatDoors(doors) {
    const flat = doors.flat();
    return {
      begin: app.starts(doors.map(own => own.length)),
      node: Int32Array.from(flat, ([node]) => node),
      out: Int32Array.from(flat, ([, out]) => out),
    };
  }
})(spatialreno);
