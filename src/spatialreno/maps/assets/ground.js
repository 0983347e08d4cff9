// The ground of the live page: points where anybody can stand, their ways into the graph, and the cell around each.
(app => {
  "use strict";

  app.groundOf = given => {
    const [x, y, count, steps, more, set] = ["x", "y", "count", "steps", "more", "set"].map(name => app.unpacked(given[name]));
    return { ...given, x, y, begin: app.starts(count), steps, more, set, many: x.length };
  };

  // Ways from a point: flat rows of node, length, set of labels.
  app.groundWays = (ground, graph, point) => {
    const rows = [];
    let node = point;
    for (let k = ground.begin[point]; k < ground.begin[point + 1]; k++) {
      node += ground.steps[k];
      const dx = ground.x[point] - graph.x[node], dy = ground.y[point] - graph.y[node];
      rows.push(node, Math.ceil(Math.sqrt(dx * dx + dy * dy)) + ground.more[k], ground.set[k]);
    }
    return rows;
  };

  // Millimetres from where a field begins to every point of the ground.
  app.groundFar = (ground, graph, far) => {
    const found = new Int32Array(ground.many).fill(app.FAR);
    for (let point = 0; point < ground.many; point++) {
      let node = point;
      for (let k = ground.begin[point]; k < ground.begin[point + 1]; k++) {
        node += ground.steps[k];
        if (far[node] >= found[point] || graph.barred[ground.set[k]] !== 0) continue;
        const dx = ground.x[point] - graph.x[node], dy = ground.y[point] - graph.y[node];
        const away = far[node] + Math.ceil(Math.sqrt(dx * dx + dy * dy)) + ground.more[k];
        if (away < found[point]) found[point] = away;
      }
    }
    return found;
  };

  // The nearest point to a click that nothing standing hides from it.
  app.groundAt = ([x, y], many) => {
    const { ground } = app.page.model, near = 2000 * ground.step_m, found = [];
    for (let k = 0; k < many; k++) {
      const away = Math.hypot(ground.x[k] - x, ground.y[k] - y);
      if (away <= near) found.push([away, k]);
    }
    found.sort((a, b) => a[0] - b[0]);
    const walls = app.standingNear(x, y, near);
    const seen = found.find(([, k]) => !walls.some(line => crosses([x, y], [ground.x[k], ground.y[k]], line)));
    return seen ? seen[1] : -1;
  };

  const side = ([ax, ay], [bx, by], [cx, cy]) => Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));

  function crosses(a, b, line) {
    for (let k = 1; k < line.length; k++) {
      const [c, d] = [line[k - 1], line[k]];
      if (side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)) return true;
    }
    return false;
  }
})(spatialreno);
