// What fits where: the footprint of what is put, to scale, and what stands in its way under the plan being tried.
(app => {
  "use strict";
  const TOUCH_MM = 1;

  app.fitsOf = given => {
    const begin = app.starts(app.unpacked(given.sets.sizes)), labels = app.unpacked(given.sets.labels);
    const classes = given.classes.map(({ shapes, count, shape, need }) => ({
      shapes, begin: app.starts(app.unpacked(count)), shape: app.unpacked(shape), need: app.unpacked(need),
    }));
    const needs = set => Array.from(labels.subarray(begin[set], begin[set + 1]), k => given.labels[k]);
    return Object.assign({}, given, { classes, needs });
  };

  // Everything put, one after the other: { ring, ok, said }; ok is null where nobody can say.
  app.fitting = (facilities, gone) => {
    const found = facilities.map(put => put.building === undefined ? onGround(put, gone) : inRoom(put));
    found.forEach((one, k) => {
      if (one.ring && found.slice(0, k).some(other => other.ring && overlap(one.ring, other.ring))) {
        Object.assign(one, { ok: false, said: app.page.words.fit_overlap });
      }
    });
    return found;
  };

  function inRoom(put) {
    const { fits } = app.page.model, { words } = app.page;
    const room = fits.rooms[put.building], m2 = fits.m2[put.kind];
    const said = (sentence, ok) => ({ ring: null, ok, said: app.say(sentence, { room: app.number(room || 0, 0), m2: app.number(m2 || 0, 0) }) });
    if (m2 === undefined) return said(words.fit_size_unknown, null);
    if (room === null) return put.kind === fits.station ? said(words.fit_no_room, false) : said(words.fit_room_unknown, null);
    if (room >= m2) return said("", true);
    // A workshop may be cleared for it, a home may not.
    return app.page.model.people.homes.includes(put.building) ? said(words.fit_room, false) : said(words.fit_clear, null);
  }

  function onGround(put, gone) {
    const { fits } = app.page.model, { words } = app.page;
    const drawn = app.ownOutline(put);
    const missing = needs => needs.filter(([layer, id]) => !gone[layer].has(id));
    const told = (ring, left) => ({ ring, ok: !left.length, said: left.length ? app.say(words.fit_first, { what: left.map(app.called).join("、") }) : "" });
    if (drawn) return drawn.never ? { ring: corners(drawn.ring), ok: false, said: words.fit_never } : told(corners(drawn.ring), missing(drawn.needs));
    const which = fits.classes[fits.class[put.kind]];
    if (!which) return { ring: null, ok: null, said: words.fit_size_unknown };
    let best = null;
    for (let k = which.begin[put.ground]; k < which.begin[put.ground + 1]; k++) {
      const left = missing(fits.needs(which.need[k]));
      if (!best || left.length < best.left.length) best = { left, shape: which.shapes[which.shape[k]] };
    }
    if (!best) return { ring: rectangle(put.ground, which.shapes[0]), ok: false, said: words.fit_never };
    return told(rectangle(put.ground, best.shape), best.left);
  }

  function rectangle(point, [width, depth, degrees]) {
    const { ground } = app.page.model, turn = degrees * Math.PI / 180, cos = Math.cos(turn), sin = Math.sin(turn);
    return [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([a, b]) => {
      const u = a * width / 2, v = b * depth / 2;
      return [ground.x[point] + u * cos - v * sin, ground.y[point] + u * sin + v * cos];
    });
  }

  function corners(flat) {
    const ring = [];
    for (let k = 0; k < flat.length; k += 2) ring.push([flat[k], flat[k + 1]]);
    return ring;
  }

  // Two convex outlines overlap unless a side of one of them parts them.
  function overlap(one, other) {
    const parted = ring => ring.some((a, k) => {
      const b = ring[(k + 1) % ring.length], normal = [b[1] - a[1], a[0] - b[0]], size = Math.hypot(...normal) || 1;
      const along = shape => shape.map(([x, y]) => ((x - a[0]) * normal[0] + (y - a[1]) * normal[1]) / size);
      const [mine, theirs] = [along(one), along(other)];
      return Math.max(...mine) <= Math.min(...theirs) + TOUCH_MM || Math.max(...theirs) <= Math.min(...mine) + TOUCH_MM;
    });
    return !parted(one) && !parted(other);
  }

  // What a started option builds keeps the outline that the option gives it.
  app.ownOutline = put => {
    const from = Array.isArray(put.own) ? (app.page.starts[put.own[0]] || { plan: { facilities: [] } }).plan.facilities[put.own[1]] : undefined;
    return from && from.kind === put.kind && from.outline ? from.outline : null;
  };
})(spatialreno);
