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

  // Walks on one graph. A field is { far, source }: millimetres by node, and where walks begin, node → millimetres.
  app.walker = (graph, limit) => {
    const { nodes, start, head, cost, first, second, length } = graph;
    const heap = app.heap();
    const seen = new Uint32Array(nodes), lost = new Uint8Array(nodes);
    let far = null, source = null, turn = 0, touched = [], before = [];

    function write(node, away) {
      if (seen[node] !== turn) { seen[node] = turn; touched.push(node); before.push(far[node]); }
      far[node] = away;
    }

    function offer(node, away) {
      if (away < far[node] && away <= limit) { write(node, away); heap.push(node, away); }
    }

    function settle(until) {
      while (heap.some()) {
        const key = heap.least(), node = heap.pop();
        if (key >= until) return heap.clear();
        if (key > far[node]) continue;
        for (let arc = start[node]; arc < start[node + 1]; arc++) {
          const to = head[arc], away = key + cost[arc];
          if (away < far[to] && away <= limit) { write(to, away); heap.push(to, away); }
        }
      }
    }

    // Still reached as shortly as before, from a place or over a node that is nearer to one.
    function held(node) {
      if (source.get(node) === far[node]) return true;
      for (let arc = start[node]; arc < start[node + 1]; arc++) {
        if (cost[arc] > 0 && far[head[arc]] + cost[arc] === far[node] && !lost[head[arc]]) return true;
      }
      return false;
    }

    // Nodes whose shortest walks are all gone, nearest first: a node is judged when all nearer ones have been.
    function forgotten() {
      const gone = [];
      while (heap.some()) {
        const key = heap.least(), node = heap.pop();
        if (lost[node] || held(node)) continue;
        lost[node] = 1;
        gone.push(node);
        for (let arc = start[node]; arc < start[node + 1]; arc++) {
          const to = head[arc];
          if (far[to] === key + cost[arc] && !lost[to]) heap.push(to, far[to]);
        }
      }
      return gone;
    }

    function doubt(shut, then) {
      for (const hop of shut) {
        const a = first[hop], b = second[hop];
        if (far[a] === FAR || far[b] === FAR) continue;
        if (far[b] - far[a] === length[hop]) heap.push(b, far[b]);
        if (far[a] - far[b] === length[hop]) heap.push(a, far[a]);
      }
      if (then !== source) for (const [node, away] of then) {
        if (away === far[node] && !(source.get(node) <= away)) heap.push(node, away);
      }
    }

    // What was lost begins again from what holds around it.
    function regain(gone) {
      const fresh = gone.map(node => {
        let best = source.has(node) ? source.get(node) : FAR;
        for (let arc = start[node]; arc < start[node + 1]; arc++) {
          if (!lost[head[arc]]) best = Math.min(best, far[head[arc]] + cost[arc]);
        }
        return best <= limit ? best : FAR;
      });
      gone.forEach((node, k) => {
        lost[node] = 0;
        write(node, fresh[k]);
        if (fresh[k] !== FAR) heap.push(node, fresh[k]);
      });
    }

    return {
      // Mend a field after hops have turned and places have come or gone; returns what changed.
      mend: (field, { opened, shut }, now) => {
        turn++;
        touched = [];
        before = [];
        far = field.far;
        source = now;
        doubt(shut, field.source);
        if (heap.some()) regain(forgotten());
        for (const hop of opened) {
          offer(second[hop], far[first[hop]] + length[hop]);
          offer(first[hop], far[second[hop]] + length[hop]);
        }
        if (now !== field.source) for (const [node, away] of now) offer(node, away);
        settle(Infinity);
        field.source = now;
        return touched.filter((node, k) => far[node] !== before[k]);
      },
      // Walk on from hops that open and places that come, flat pairs of node and millimetres, as far as `until`.
      ease: (field, opened, begun, until) => {
        turn++;
        touched = [];
        before = [];
        far = field.far;
        for (const hop of opened) {
          offer(second[hop], far[first[hop]] + length[hop]);
          offer(first[hop], far[second[hop]] + length[hop]);
        }
        for (let k = 0; k < begun.length; k += 2) offer(begun[k], begun[k + 1]);
        settle(until);
        return touched.filter((node, k) => far[node] !== before[k]);
      },
      // Take the last walking back.
      undo: () => touched.forEach((node, k) => { far[node] = before[k]; }),
    };
  };
})(spatialreno);
