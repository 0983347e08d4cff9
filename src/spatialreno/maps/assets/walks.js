// Walks from every home to each kind of facility under the plan. Visitors' walks are kept for each kind; people who may
// pass some residents' gates walk the same and, near those gates, less.
(app => {
  "use strict";
  const { FAR } = app;
  const NONE = { sets: [], opened: [], shut: [] };

  app.walking = (model, spot) => {
    const graph = app.graph(model.walk), walker = app.walker(graph, model.norm.limit_mm);
    const { homes } = model.people, { doors, labels } = model.walk;
    const blank = () => new Int32Array(graph.nodes).fill(FAR);
    const fields = model.norm.kinds.map(() => ({ far: blank(), source: new Map(), hosts: new Set(), moved: new Uint8Array(graph.nodes) }));
    const metres = homes.map(() => new Int32Array(fields.length).fill(FAR));
    const ends = new Uint8Array(graph.nodes), looked = new Uint32Array(graph.nodes);
    const seals = [], ofGate = new Map();
    let look = 0, groups = new Map(), changed = new Set(), base = null;
    labels.forEach(([layer, id, other], k) => {
      if (layer === "seals") seals.push([k, Number(id), Number(other)]);
      if (layer === "gates" || layer === "gaps") ofGate.set(id, [...(ofGate.get(id) || []), k]);
    });

    // Flags by label: a gate stops nobody once its wall is gone, nor in that wall's next piece, and closes no gap then; a seal stands while both its owners do.
    function flagsOf(state) {
      const flags = new Uint8Array(labels.length);
      labels.forEach(([layer, id, other], k) => {
        if (layer === "gates") flags[k] = !state.gone.walls.has(other) && !left(state, id, other) && !(id in model.works.gates && state.walkers(id) === "public");
        else if (layer === "gaps") flags[k] = !state.gone.walls.has(other) && !app.gateGone(model.works.gates[id], state.gone.walls) && state.walkers(id) !== "public";
        else if (layer !== "seals") flags[k] = !state.gone[layer].has(id);
      });
      return sealed(flags);
    }

    const left = (state, id, other) => { const gate = model.works.gates[id]; return gate !== undefined && gate.onward.includes(other) && state.gone.walls.has(gate.walls[0]); };

    function sealed(flags) {
      for (const [k, one, other] of seals) flags[k] = flags[one] && flags[other];
      return flags;
    }

    function passing(gates) {
      const flags = base.slice();
      for (const id of gates) for (const k of ofGate.get(id) || []) flags[k] = 0;
      return sealed(flags);
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

    function visit(field, kind, shift) {
      field.fresh = field.puts !== kind.puts;
      Object.assign(field, kind);
      field.nodes = walker.mend(field, shift, sourceOf(kind.ways));
      for (const node of field.nodes) field.moved[node] = 1;
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
        if (!found.has(key)) found.set(key, { gates: root >= 0 ? opens.get(root) : [], homes: [] });
        found.get(key).homes.push(home);
      });
      return found;
    }

    const equal = (one, other) => one.length === other.length && one.every((value, k) => value === other[k]);

    function serve(group, old, shift) {
      const known = old && equal(old.homes, group.homes);
      const extra = group.gates.length ? app.stand(graph, passing(group.gates)) : NONE;
      const same = known && equal(old.extra.sets, extra.sets);
      group.extra = extra;
      group.balls = fields.map((field, kind) => {
        const ball = same ? old.balls[kind] : null;
        if (ball && !field.fresh && !met(ball, field, shift)) return ball;
        return extra.sets.length ? nearby(group, kind) : read(group, kind);
      });
      if (group.gates.length) app.stand(graph, base);
    }

    // Did anything that this ball of walks looked at change?
    function met({ touched, nodes }, field, { opened, shut }) {
      if (field.nodes.length && (nodes === null || nodes.some(node => field.moved[node]))) return true;
      return (opened.length || shut.length) > 0 && touched.some(node => ends[node]);
    }

    function nearby(group, kind) {
      const field = fields[kind], then = field.source;
      const now = sourceOf(field.ways);
      const touched = walker.mend(field, group.extra, now, farthest(group, field.far));
      read(group, kind);
      walker.undo();
      field.source = then;
      const begun = [...now].filter(([node, away]) => then.get(node) !== away).map(([node]) => node);
      return { touched: Int32Array.from(touched), nodes: around(group, touched, begun) };
    }

    // Beyond the farthest door nobody at home walks less.
    function farthest(group, far) {
      let most = 0;
      for (const home of group.homes) for (const [node] of doors[homes[home]]) most = Math.max(most, far[node]);
      return most;
    }

    // All nodes that such walks looked at.
    function around(group, touched, begun) {
      const { start, head, first, second } = graph;
      const found = [];
      const add = node => { if (looked[node] !== look) { looked[node] = look; found.push(node); } };
      look++;
      touched.forEach(add);
      begun.forEach(add);
      for (const node of touched) for (let arc = start[node]; arc < start[node + 1]; arc++) add(head[arc]);
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
      return { touched: [], nodes: null };
    }

    function atDoors(far, row) {
      let least = FAR;
      for (const [node, out] of doors[row]) if (far[node] !== FAR) least = Math.min(least, far[node] + out);
      return least;
    }

    function mark(shift, value) {
      for (const list of [shift.opened, shift.shut]) for (const hop of list) ends[graph.first[hop]] = ends[graph.second[hop]] = value;
    }

    return {
      graph,
      // Millimetres from each home to each kind, FAR where none is reached, and the homes whose walks changed.
      update: (state, block, puts) => {
        base = flagsOf(state);
        const shift = app.stand(graph, base), kinds = facilities(puts);
        changed = new Set();
        fields.forEach((field, k) => visit(field, kinds[k], shift));
        mark(shift, 1);
        const found = grouped(state, block);
        for (const [key, group] of found) serve(group, groups.get(key), shift);
        groups = found;
        mark(shift, 0);
        for (const field of fields) for (const node of field.nodes) field.moved[node] = 0;
        return { metres, changed };
      },
      // How long people walk from one place to every building and to every point of the ground.
      reach: (state, block, place) => {
        const yard = place.building === undefined ? -1 : model.people.yard[place.building];
        if (yard >= 0) app.stand(graph, passing(opensOf(state, block).get(block[yard])));
        const field = { far: blank(), source: new Map() };
        walker.mend(field, NONE, sourceOf([spot(place).ways]));
        const buildings = model.people.buildings.map((_, row) => row === place.building ? 0 : atDoors(field.far, row));
        const ground = app.groundFar(model.ground, graph, field.far);
        if (place.ground !== undefined) ground[place.ground] = 0;
        app.stand(graph, base);
        return { buildings, ground };
      },
    };
  };
})(spatialreno);
