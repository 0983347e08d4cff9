// The walk graph of the live page: the very hops that Python walks, in whole millimetres, opened and shut in place.
(app => {
  "use strict";
  const READ = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array };
  // What a hop costs while something on it stands: more than any walk.
  const SHUT = 0x40000000;

  app.FAR = 0x7fffffff;

  // A column is written as text, or lies among the columns of the page, from a byte on.
  app.unpacked = ([type, from, many]) =>
    typeof from === "string" ? new READ[type](app.bytesOf(from).buffer) : new READ[type](app.columns, from, many);

  // Where each part begins, and where the last one ends.
  app.starts = count => {
    const begin = new Int32Array(count.length + 1);
    count.forEach((n, k) => { begin[k + 1] = begin[k] + n; });
    return begin;
  };

  // Ways from places into the graph: of each the flat rows of node, length, set of labels.
  app.waysOf = given => {
    const [count, steps, length, set] = ["count", "steps", "length", "set"].map(name => app.unpacked(given[name]));
    const begin = app.starts(count);
    return Array.from(count, (many, place) => {
      const rows = new Int32Array(3 * many);
      for (let k = begin[place], at = 0, node = place; k < begin[place + 1]; k++, at += 3) {
        rows[at] = node += steps[k];
        rows[at + 1] = length[k];
        rows[at + 2] = set[k];
      }
      return rows;
    });
  };

  app.graph = given => {
    const x = app.unpacked(given.x), y = app.unpacked(given.y), degree = app.unpacked(given.degree);
    const steps = app.unpacked(given.steps), set = app.unpacked(given.set);
    const begin = app.starts(app.unpacked(given.sets.sizes)), labels = app.unpacked(given.sets.labels);
    const nodes = degree.length, hops = steps.length, sets = begin.length - 1;
    const first = new Int32Array(hops), second = new Int32Array(hops), length = new Int32Array(hops);
    for (let node = 0, hop = 0; node < nodes; node++) for (let k = 0; k < degree[node]; k++, hop++) {
      first[hop] = node;
      second[hop] = steps[hop] + (k ? second[hop - 1] : node);
      const dx = x[node] - x[second[hop]], dy = y[node] - y[second[hop]];
      length[hop] = Math.ceil(Math.sqrt(dx * dx + dy * dy));
    }
    const [odd, lengths] = given.odd.map(app.unpacked);
    odd.forEach((hop, k) => { length[hop] = lengths[k]; });
    const owner = new Int32Array(labels.length);
    for (let s = 0; s < sets; s++) owner.fill(s, begin[s], begin[s + 1]);
    return {
      x, y, nodes, hops, first, second, set, length, ...arcs(nodes, first, second, length),
      bySet: grouped(sets, set), byLabel: grouped(given.labels.length, labels, owner),
      stands: new Uint8Array(given.labels.length), barred: new Int32Array(sets), seen: new Uint32Array(sets), turn: 0,
    };
  };

  // Items by key: those of key k are item[start[k]] … item[start[k + 1] - 1].
  function grouped(count, keys, items) {
    const start = new Int32Array(count + 1), item = new Int32Array(keys.length);
    for (let k = 0; k < keys.length; k++) start[keys[k] + 1]++;
    for (let k = 0; k < count; k++) start[k + 1] += start[k];
    const fill = start.slice(0, count);
    for (let k = 0; k < keys.length; k++) item[fill[keys[k]]++] = items ? items[k] : k;
    return { start, item };
  }

  // Each hop in both directions; `there` and `back` say where its two arcs lie.
  function arcs(nodes, first, second, length) {
    const hops = first.length;
    const from = new Int32Array(2 * hops);
    from.set(first);
    from.set(second, hops);
    const { start, item } = grouped(nodes, from);
    const head = new Int32Array(2 * hops), cost = new Int32Array(2 * hops), place = new Int32Array(2 * hops);
    for (let arc = 0; arc < 2 * hops; arc++) {
      const end = item[arc];
      place[end] = arc;
      head[arc] = end < hops ? second[end] : first[end - hops];
      cost[arc] = length[end < hops ? end : end - hops];
    }
    return { start, head, cost, there: place.subarray(0, hops), back: place.subarray(hops) };
  }

  app.isOpen = (graph, hop) => graph.barred[graph.set[hop]] === 0;

  // Let these things stand and no others.
  app.stand = (graph, flags) => {
    const changes = [];
    for (let label = 0; label < flags.length; label++) if (graph.stands[label] !== flags[label]) changes.push(label, flags[label]);
    return app.flip(graph, changes);
  };

  // Let things stand or fall, flat pairs of label and flag; tells which sets were touched, which of them turned, and
  // which hops that opens and shuts.
  app.flip = (graph, changes) => {
    const { stands, barred, byLabel, seen } = graph, turn = ++graph.turn;
    const touched = [], was = [], sets = [], opened = [], shut = [];
    for (let c = 0; c < changes.length; c += 2) {
      const label = changes[c], flag = changes[c + 1];
      if (stands[label] === flag) continue;
      stands[label] = flag;
      for (let k = byLabel.start[label]; k < byLabel.start[label + 1]; k++) {
        const set = byLabel.item[k];
        if (seen[set] !== turn) { seen[set] = turn; touched.push(set); was.push(barred[set] === 0); }
        barred[set] += flag ? 1 : -1;
      }
    }
    touched.forEach((set, k) => {
      if ((barred[set] === 0) === was[k]) return;
      sets.push(set);
      turned(graph, set, was[k] ? shut : opened);
    });
    return { touched, sets, opened, shut };
  };

  function turned({ bySet, barred, length, cost, there, back }, set, list) {
    for (let k = bySet.start[set]; k < bySet.start[set + 1]; k++) {
      const hop = bySet.item[k];
      cost[there[hop]] = cost[back[hop]] = barred[set] === 0 ? length[hop] : SHUT;
      list.push(hop);
    }
  }
})(spatialreno);
