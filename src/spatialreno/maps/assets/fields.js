// Walks from several places to every node, kept true while hops open and shut: only what changes is walked again.
(app => {
  "use strict";
  const { FAR } = app;

  // A heap of nodes by key, over typed arrays.
  app.heap = () => {
    let keys = new Int32Array(4096), nodes = new Int32Array(4096), size = 0;
    const grown = old => { const larger = new Int32Array(old.length * 2); larger.set(old); return larger; };
    return {
      some: () => size > 0,
      clear: () => { size = 0; },
      least: () => keys[0],
      push: (node, key) => {
        if (size === keys.length) { keys = grown(keys); nodes = grown(nodes); }
        let i = size++;
        while (i > 0) {
          const up = (i - 1) >> 1;
          if (keys[up] <= key) break;
          keys[i] = keys[up]; nodes[i] = nodes[up];
          i = up;
        }
        keys[i] = key; nodes[i] = node;
      },
      pop: () => {
        const first = nodes[0], key = keys[--size], node = nodes[size];
        let i = 0;
        for (let down = 1; down < size; down = 2 * i + 1) {
          if (down + 1 < size && keys[down + 1] < keys[down]) down++;
          if (keys[down] >= key) break;
          keys[i] = keys[down]; nodes[i] = nodes[down];
          i = down;
        }
        keys[i] = key; nodes[i] = node;
        return first;
      },
    };
  };

  // Walks on one graph. A field is { far, source }: millimetres by node, and from how far away walks begin at a node;
  // FAR where none does. What changes is noted in arrays that stand ready.
  app.walker = (graph, limit) => {
    const { nodes, start, head, cost, first, second, length } = graph;
    const heap = app.heap();
    const seen = new Uint32Array(nodes), lost = new Uint8Array(nodes);
    const touched = new Int32Array(nodes), before = new Int32Array(nodes), gone = new Int32Array(nodes);
    let far = null, source = null, turn = 0, count = 0;

    function begin(field) {
      turn++;
      count = 0;
      ({ far, source } = field);
    }

    function write(node, away) {
      if (seen[node] !== turn) { seen[node] = turn; touched[count] = node; before[count++] = far[node]; }
      far[node] = away;
    }

    function offer(node, away) {
      if (away < far[node] && away <= limit) { write(node, away); heap.push(node, away); }
    }

    function through(opened) {
      for (const hop of opened) {
        const a = first[hop], b = second[hop];
        offer(b, far[a] + length[hop]);
        offer(a, far[b] + length[hop]);
      }
    }

    function settle(until) {
      while (heap.some()) {
        const key = heap.least(), node = heap.pop();
        if (key >= until) return heap.clear();
        if (key > far[node]) continue;
        for (let arc = start[node], end = start[node + 1]; arc < end; arc++) {
          const to = head[arc], away = key + cost[arc];
          if (away < far[to] && away <= limit) { write(to, away); heap.push(to, away); }
        }
      }
    }

    // Still reached as shortly as before, from a place or over a node that is nearer to one.
    function held(node) {
      if (source[node] === far[node]) return true;
      for (let arc = start[node]; arc < start[node + 1]; arc++) {
        if (cost[arc] > 0 && far[head[arc]] + cost[arc] === far[node] && !lost[head[arc]]) return true;
      }
      return false;
    }

    // Nodes whose shortest walks are all gone, nearest first: a node is judged when all nearer ones have been.
    function forgotten() {
      let many = 0;
      while (heap.some()) {
        const key = heap.least(), node = heap.pop();
        if (lost[node] || held(node)) continue;
        lost[node] = 1;
        gone[many++] = node;
        for (let arc = start[node]; arc < start[node + 1]; arc++) {
          const to = head[arc];
          if (far[to] === key + cost[arc] && !lost[to]) heap.push(to, far[to]);
        }
      }
      return many;
    }

    function doubt(shut, moves) {
      for (const hop of shut) {
        const a = first[hop], b = second[hop];
        if (far[a] === FAR || far[b] === FAR) continue;
        if (far[b] - far[a] === length[hop]) heap.push(b, far[b]);
        if (far[a] - far[b] === length[hop]) heap.push(a, far[a]);
      }
      for (let k = 0; k < moves.length; k += 2) {
        const node = moves[k], was = moves[k + 1];
        if (was !== FAR && was === far[node] && source[node] > was) heap.push(node, was);
      }
    }

    // What was lost begins again from what holds around it; all of it is lost until the last has been asked.
    function regain(many) {
      for (let k = 0; k < many; k++) {
        const node = gone[k];
        let best = source[node];
        for (let arc = start[node]; arc < start[node + 1]; arc++) {
          if (!lost[head[arc]]) best = Math.min(best, far[head[arc]] + cost[arc]);
        }
        write(node, best <= limit ? best : FAR);
      }
      for (let k = 0; k < many; k++) {
        const node = gone[k];
        lost[node] = 0;
        if (far[node] !== FAR) heap.push(node, far[node]);
      }
    }

    // Nodes that are reached in another time than before; `risen` of them, the first ones, later.
    function turned() {
      let risen = 0, fallen = 0;
      const found = new Int32Array(count);
      for (let k = 0; k < count; k++) if (far[touched[k]] > before[k]) found[risen++] = touched[k];
      fallen = risen;
      for (let k = 0; k < count; k++) if (far[touched[k]] < before[k]) found[fallen++] = touched[k];
      return { nodes: found.subarray(0, fallen), risen };
    }

    return {
      // Mend a field after hops have turned and places have come or gone: `moves` are flat pairs of a node and where
      // walks began there before. Returns what changed.
      mend: (field, { opened, shut }, moves) => {
        begin(field);
        doubt(shut, moves);
        if (heap.some()) regain(forgotten());
        through(opened);
        for (let k = 0; k < moves.length; k += 2) offer(moves[k], source[moves[k]]);
        settle(Infinity);
        return turned();
      },
      // Walk on from hops that open and places that come, flat pairs of node and millimetres, as far as `until`.
      ease: (field, opened, begun, until) => {
        begin(field);
        through(opened);
        for (let k = 0; k < begun.length; k += 2) offer(begun[k], begun[k + 1]);
        settle(until);
        return touched.slice(0, count);
      },
      // Take the last walking back.
      undo: () => { for (let k = 0; k < count; k++) far[touched[k]] = before[k]; },
    };
  };
})(spatialreno);
