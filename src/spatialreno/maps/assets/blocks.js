// Which compounds are open to one another: the stretches of each edge that nothing standing shuts off.
(app => {
  "use strict";

  // Edges by pair of compounds and ring; each remembers its answer until something that shuts it off changes.
  app.merging = (edges, count) => {
    const groups = new Map(), things = new Map();
    for (const row of edges.rows) {
      const [a, b, ring, , around] = row, key = `${a} ${b} ${ring}`;
      if (!groups.has(key)) groups.set(key, { pair: [a, b], around, rows: [], open: false });
      const group = groups.get(key);
      group.rows.push(row);
      for (const [layer, id] of row[11]) noticed(things, layer, id).groups.add(group);
    }
    const all = [...groups.values()], shutters = [...things.values()].flatMap(layer => [...layer.values()]);
    let block = null;
    return stands => {
      const asked = block ? new Set() : new Set(all);
      for (const thing of shutters) {
        const now = stands(thing.layer, thing.id);
        if (now === thing.stands) continue;
        thing.stands = now;
        for (const group of thing.groups) asked.add(group);
      }
      const turned = [...asked].filter(group => look(group, edges, stands));
      if (!block || turned.length) block = united(all.filter(group => group.open), count);
      return block;
    };
  };

  // What shuts edges off, by layer and id, with the edges it stands at.
  function noticed(things, layer, id) {
    if (!things.has(layer)) things.set(layer, new Map());
    const own = things.get(layer);
    if (!own.has(id)) own.set(id, { layer, id, groups: new Set(), stands: null });
    return own.get(id);
  }

  // For each compound the number of the first compound of its block.
  function united(groups, count) {
    const parent = Array.from({ length: count }, (_, k) => k);
    const root = k => { while (parent[k] !== k) k = parent[k] = parent[parent[k]]; return k; };
    for (const { pair: [a, b] } of groups) {
      const [one, two] = [root(a), root(b)];
      parent[Math.max(one, two)] = Math.min(one, two);
    }
    return parent.map((_, k) => root(k));
  }

  // Is a pair open now? Tells whether that is news.
  function look(group, edges, stands) {
    const was = group.open, stretches = group.rows.flatMap(row => stretchesOf(row, edges, stands));
    group.open = stretches.length > 0 && widest({ stretches, around: group.around }, edges.snap_m) >= edges.least_m - edges.snap_m;
    return group.open !== was;
  }

  function stretchesOf([, , , along, , x, y, ux, uy, spans, shut, by], edges, stands) {
    const shadows = [...shut, ...by.filter(([layer, id]) => stands(layer, id)).map(row => [row[2], row[3]])];
    return free(spans, shadows).map(([low, high]) => ({
      begin: along + low, end: along + high,
      shutLow: closed(low, shadows, edges.snap_m), shutHigh: closed(high, shadows, edges.snap_m),
      ends: [[x + ux * low, y + uy * low], [x + ux * high, y + uy * high]],
    }));
  }

  // A shadow without width still cuts.
  function free(spans, shadows) {
    let left = spans.map(([a, b]) => [a, b]);
    for (const [low, high] of [...shadows].sort((p, q) => p[0] - q[0] || p[1] - q[1])) {
      left = left.flatMap(([a, b]) => high <= a || low >= b ? [[a, b]] : [[a, Math.min(low, b)], [Math.max(high, a), b]]);
    }
    return left.filter(([a, b]) => b > a);
  }

  const closed = (end, shadows, snap) => shadows.some(([low, high]) => low - snap <= end && end <= high + snap);

  // Stretches that touch along the ring join into runs, over its seam as well; a run is as wide as its farthest ends.
  function widest({ stretches, around }, snap) {
    stretches.sort((p, q) => p.begin - q.begin);
    const runs = [];
    stretches.forEach((now, k) => {
      const before = stretches[k - 1];
      const joined = before && !now.shutLow && !before.shutHigh && now.begin <= before.end + snap;
      if (joined) runs[runs.length - 1].push(now); else runs.push([now]);
    });
    const first = stretches[0], last = stretches[stretches.length - 1];
    if (runs.length > 1 && !first.shutLow && !last.shutHigh && first.begin <= snap && last.end >= around - snap) {
      runs[0] = runs.pop().concat(runs[0]);
    }
    return Math.max(...runs.map(run => spread(run.flatMap(stretch => stretch.ends))));
  }

  function spread(points) {
    let most = 0;
    for (const [x, y] of points) for (const [u, v] of points) most = Math.max(most, Math.hypot(x - u, y - v));
    return most;
  }
})(spatialreno);
