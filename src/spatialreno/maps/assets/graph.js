// The walk graph of the live page: the very hops that Python walks, in whole millimetres, under masks.
(app => {
  "use strict";
  const READ = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array };
  const FAR = 0x7fffffff;

  app.unpacked = ([type, text]) => {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return new READ[type](bytes.buffer);
  };

  app.FAR = FAR;

  app.graph = given => {
    const x = app.unpacked(given.x), y = app.unpacked(given.y), degree = app.unpacked(given.degree);
    const second = app.unpacked(given.second), set = app.unpacked(given.set);
    const begin = app.unpacked(given.sets.begin), labels = app.unpacked(given.sets.labels);
    const nodes = degree.length, hops = second.length;
    const first = new Int32Array(hops), length = new Int32Array(hops);
    for (let node = 0, hop = 0; node < nodes; node++) for (let k = 0; k < degree[node]; k++, hop++) {
      first[hop] = node;
      const dx = x[node] - x[second[hop]], dy = y[node] - y[second[hop]];
      length[hop] = Math.ceil(Math.sqrt(dx * dx + dy * dy));
    }
    const [odd, lengths] = given.odd.map(app.unpacked);
    odd.forEach((hop, k) => { length[hop] = lengths[k]; });
    const graph = { x, y, nodes, hops, first, second, set, length, begin, labels, labelSets: begin.length - 1 };
    return Object.assign(graph, workspace(graph));
  };

  // Arcs in both directions, laid out anew for each state; everything is allocated once.
  function workspace(graph) {
    return {
      openSet: new Uint8Array(graph.labelSets),
      start: new Int32Array(graph.nodes + 1), fill: new Int32Array(graph.nodes),
      head: new Int32Array(graph.hops * 2), cost: new Int32Array(graph.hops * 2),
      heapNode: new Int32Array(4096), heapKey: new Int32Array(4096),
    };
  }

  // A hop is open when nothing it crosses stands.
  app.mask = (graph, stands) => {
    const { begin, labels, openSet, start, fill, head, cost, first, second, set, length } = graph;
    for (let s = 0; s < graph.labelSets; s++) {
      let open = 1;
      for (let k = begin[s]; k < begin[s + 1]; k++) if (stands[labels[k]]) { open = 0; break; }
      openSet[s] = open;
    }
    start.fill(0);
    for (let hop = 0; hop < graph.hops; hop++) if (openSet[set[hop]]) { start[first[hop] + 1]++; start[second[hop] + 1]++; }
    for (let node = 0; node < graph.nodes; node++) { start[node + 1] += start[node]; fill[node] = start[node]; }
    for (let hop = 0; hop < graph.hops; hop++) if (openSet[set[hop]]) {
      const a = first[hop], b = second[hop];
      head[fill[a]] = b; cost[fill[a]++] = length[hop];
      head[fill[b]] = a; cost[fill[b]++] = length[hop];
    }
  };

  function grown(graph) {
    for (const name of ["heapNode", "heapKey"]) {
      const larger = new Int32Array(graph[name].length * 2);
      larger.set(graph[name]);
      graph[name] = larger;
    }
    return [graph.heapNode, graph.heapKey];
  }

  // Shortest walks from several places at once; ways are flat rows of node, length, set of labels.
  app.walk = (graph, ways, limit, far) => {
    const { start, head, cost, openSet } = graph;
    let { heapNode, heapKey } = graph;
    let size = 0;
    far.fill(FAR);
    const push = (node, key) => {
      if (size === heapKey.length) [heapNode, heapKey] = grown(graph);
      let i = size++;
      while (i > 0) {
        const up = (i - 1) >> 1;
        if (heapKey[up] <= key) break;
        heapKey[i] = heapKey[up]; heapNode[i] = heapNode[up];
        i = up;
      }
      heapKey[i] = key; heapNode[i] = node;
    };
    for (const list of ways) for (let k = 0; k < list.length; k += 3) {
      const node = list[k], away = list[k + 1];
      if (openSet[list[k + 2]] && away <= limit && away < far[node]) { far[node] = away; push(node, away); }
    }
    while (size) {
      const node = heapNode[0], key = heapKey[0];
      const lastKey = heapKey[--size], lastNode = heapNode[size];
      let i = 0;
      for (let down = 1; down < size; down = 2 * i + 1) {
        if (down + 1 < size && heapKey[down + 1] < heapKey[down]) down++;
        if (heapKey[down] >= lastKey) break;
        heapKey[i] = heapKey[down]; heapNode[i] = heapNode[down];
        i = down;
      }
      heapKey[i] = lastKey; heapNode[i] = lastNode;
      if (key > far[node]) continue;
      for (let arc = start[node]; arc < start[node + 1]; arc++) {
        const to = head[arc], away = key + cost[arc];
        if (away < far[to] && away <= limit) { far[to] = away; push(to, away); }
      }
    }
    return far;
  };
})(spatialreno);
