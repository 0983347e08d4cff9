// What stands in the way of walks under a plan: labels of the graph with their flags, for visitors and for residents.
(app => {
  "use strict";

  app.standing = (model, graph) => {
    const { labels } = model.walk, { gates } = model.works;
    const seals = [], sealsOn = new Map(), ofGate = new Map(), watches = new Map();
    const gated = [], ofThing = { walls: new Map(), structures: new Map() };
    const added = (map, key, value) => { if (map.has(key)) map.get(key).push(value); else map.set(key, [value]); };
    labels.forEach(([layer, id, other], k) => {
      if (layer === "seals") {
        seals.push([k, Number(id), Number(other)]);
        for (const one of [id, other]) added(sealsOn, Number(one), k);
      }
      if (layer === "gates" || layer === "gaps") {
        added(ofGate, id, k);
        gated.push([k, layer, id, other]);
      } else if (layer !== "seals") added(ofThing[layer], id, k);
    });

    const left = (state, id, other) => { const gate = gates[id]; return gate !== undefined && gate.onward.includes(other) && state.gone.walls.has(gate.walls[0]); };

    // Labels that fall with a resident's gate: its own, its gaps, and the seals between one of them and another thing.
    function labelsOf(ids) {
      const found = new Set();
      for (const id of ids) for (const k of ofGate.get(id) || []) {
        found.add(k);
        for (const seal of sealsOn.get(k) || []) found.add(seal);
      }
      return [...found];
    }

    return {
      // Flags by label: a gate stops nobody once its wall is gone, nor in that wall's next piece, and closes no gap
      // then; a seal stands while both its owners do.
      flags: state => {
        const flags = new Uint8Array(labels.length).fill(1);
        for (const [layer, things] of Object.entries(ofThing)) {
          for (const id of state.gone[layer]) for (const k of things.get(id) || []) flags[k] = 0;
        }
        for (const [k, layer, id, other] of gated) {
          flags[k] = !state.gone.walls.has(other) && (layer === "gates"
            ? !left(state, id, other) && !(id in gates && state.walkers(id) === "public")
            : !app.gateGone(gates[id], state.gone.walls) && state.walkers(id) !== "public");
        }
        for (const [k, one, other] of seals) flags[k] = flags[one] && flags[other];
        return flags;
      },
      // Flat pairs of label and flag that let people through some gates, and those that shut them again.
      passing: (base, ids) => labelsOf(ids).flatMap(k => base[k] ? [k, 0] : []),
      back: changes => changes.map((value, k) => k % 2 ? 1 : value),
      // Every set of labels that those gates have a part in; `key` names them.
      watch: (key, ids) => {
        if (!watches.has(key)) {
          const { start, item } = graph.byLabel, sets = new Set();
          for (const k of labelsOf(ids)) for (let at = start[k]; at < start[k + 1]; at++) sets.add(item[at]);
          watches.set(key, Int32Array.from(sets));
        }
        return watches.get(key);
      },
    };
  };

  // Cells of the ground by node, so that two lists of nodes far from one another are told apart at once.
  app.cellsOf = ({ x, y, nodes }) => {
    const MM = 40000, least = list => list.reduce((low, value) => Math.min(low, value), Infinity);
    const [west, south] = [least(x), least(y)], wide = 1 + Math.floor((x.reduce((most, value) => Math.max(most, value), west) - west) / MM);
    const cell = new Int32Array(nodes);
    let count = 1;
    for (let node = 0; node < nodes; node++) {
      cell[node] = Math.floor((x[node] - west) / MM) + wide * Math.floor((y[node] - south) / MM);
      count = Math.max(count, cell[node] + 1);
    }
    const seen = new Uint32Array(count);
    let turn = 0;
    const first = (found, one) => { if (seen[one] !== turn) { seen[one] = turn; found.push(one); } };
    return {
      cell, count,
      // The cells in which some nodes lie, and those of several lists.
      distinct: nodes => { const found = []; turn++; for (let k = 0; k < nodes.length; k++) first(found, cell[nodes[k]]); return Int32Array.from(found); },
      together: lists => { const found = []; turn++; for (const list of lists) for (let k = 0; k < list.length; k++) first(found, list[k]); return Int32Array.from(found); },
    };
  };
})(spatialreno);
