// The numbers of the live page: stands, blocks, walks, scores, metres, money and owners of the plan being tried.
(app => {
  "use strict";
  const FAR = app.FAR;
  const NOTHING = { walls: [], structures: [], gates: {}, facilities: [], told: {} };
  const SLICE_MS = 40, RESTING = 12; // frames that pass before the first slice
  let model, merged, circle, today, walker = null;

  app.prepare = () => {
    model = app.page.model;
    model.walk.ways = app.waysOf(model.walk.ways);
    model.ground = app.groundOf(model.walk.ground);
    model.fits = app.fitsOf(model.fits);
    merged = app.merging(model.edges, model.yards.ids.length);
    circle = scoring();
    const now = app.reckon(NOTHING);
    today = app.today = Object.assign({}, now, { metres: now.metres.slice(), score: now.score.slice() });
  };

  // Walks are laid out when they are first asked for: the page opens with what Python says of today.
  const walking = () => walker || (walker = app.walking(model, app.spot));

  // Once the page is seen its own walks are made ready, a slice at a time, so that nobody waits for the first click.
  app.warmUp = () => {
    const state = standing(NOTHING), block = today.block;
    const slice = () => {
      const until = performance.now() + SLICE_MS;
      let more = true;
      while (more && performance.now() < until) more = walking().warm(state, block);
      if (more) setTimeout(slice); else app.warm = true;
    };
    const rest = frames => requestAnimationFrame(() => frames ? rest(frames - 1) : slice());
    rest(RESTING);
  };

  // Where something stands: { building }, { ground } or an open { facility }; null when there is no such place.
  app.spot = put => {
    if (Number.isInteger(put.facility)) return { ways: model.walk.ways[put.facility], host: -1, yard: -1 };
    if (Number.isInteger(put.building) && model.people.buildings[put.building] !== undefined) {
      return { ways: model.walk.doors[put.building].map(([node, out]) => [node, out, 0]).flat(), host: put.building, yard: model.people.yard[put.building] };
    }
    if (Number.isInteger(put.ground) && put.ground >= 0 && put.ground < model.ground.many) {
      return { ways: app.groundWays(model.ground, walking().graph, put.ground), host: -1, yard: model.ground.yard[put.ground] };
    }
    return null;
  };

  // ---- what stands ------------------------------------------------------------------------------------------------
  function standing(plan) {
    const gone = { walls: new Set(plan.walls), structures: new Set(plan.structures) };
    return {
      gone,
      walkers: id => plan.gates[id] || model.works.gates[id].walkers,
      thing: (layer, id) => !gone[layer].has(id),
    };
  }

  app.reach = place => walking().reach(standing(app.plan), app.now.block, place);

  // ---- scores -----------------------------------------------------------------------------------------------------
  // Scores by home; only homes whose walks changed are scored again.
  function scoring() {
    const { radius_m, weight, fade, basket, known } = model.norm;
    const { homes, residents } = model.people, count = radius_m.length;
    const score = homes.map(() => null), all = new Uint8Array(homes.length), inside = new Uint8Array(homes.length * count);
    const people = Float64Array.from(residents, n => n === null ? 0 : n);
    const total = people.reduce((sum, n) => sum + n, 0);
    const credit = (mm, k) => mm === FAR ? 0 : Math.min(1, Math.max(0, 1 - (mm / 1000 / radius_m[k] - 1) / fade));
    let told = known; // whether reach is known: a plan that builds something tells of that much
    const within = (row, k) => row[k] !== FAR && row[k] / 1000 <= radius_m[k];
    const mean = worth => {
      let sum = 0;
      for (let home = 0; home < people.length; home++) sum += worth(home) * people[home];
      return told && total ? sum / total : null;
    };
    function again(row, home) {
      score[home] = Math.min(100, 100 * weight.reduce((sum, w, k) => sum + w * credit(row[k], k), 0));
      all[home] = Number(basket.every(needs => needs.some(k => within(row, k))));
      for (let k = 0; k < count; k++) inside[home * count + k] = Number(within(row, k));
    }
    return (metres, changed, builds) => {
      const before = told;
      told = known || builds;
      if (told) for (const home of before ? changed : metres.keys()) again(metres[home], home); else score.fill(null);
      return {
        score, mean: mean(home => score[home]), share: basket.length ? mean(home => all[home]) : null,
        covered: radius_m.map((_, k) => mean(home => inside[home * count + k])),
      };
    };
  }

  // ---- money ------------------------------------------------------------------------------------------------------
  function bill(plan, state) {
    const { walls, structures, gates, kinds } = model.works;
    const rows = [];
    const add = (key, bill) => { for (const [payer, fen, asked, kind] of bill) rows.push([payer, fen, asked, kind, (plan.told[key] || {}).phase || 1]); };
    for (const id of plan.walls) add(`walls:${id}`, walls[id].bill);
    for (const gate of Object.values(gates)) if (app.gateGone(gate, state.gone.walls)) add(`walls:${gate.walls[0]}`, gate.bill);
    for (const id of plan.structures) add(`structures:${id}`, structures[id].bill);
    for (const [id, to] of Object.entries(plan.gates)) add(`gates:${id}`, gates[id].change[to]);
    for (const put of plan.facilities) {
      const yard = app.spot(put).yard;
      const { asks } = kinds[put.kind];
      const common = asks && yard >= 0 ? model.yards.parties[asks][yard] : [];
      const asked = put.building === undefined ? common : model.people.owners[put.building];
      add(app.putKey(put), app.priced(put).map(([payer, fen, , kind]) => [payer, fen, asked, kind]));
    }
    const parties = app.partiesOf(rows);
    return { ...summed(rows), parties: [...parties.keys()], states: [...parties.values()], parties_open: [...parties.values()].filter(state => state > 0).length };
  }

  // What a facility costs: in a building a room is converted, elsewhere it is built.
  app.priced = put => {
    const { bill, room } = model.works.kinds[put.kind];
    return put.building === undefined ? bill : room;
  };

  // Add up whole fen by payer, class and stage, and put design, supervision and reserve on top, as the bill does.
  function summed(rows) {
    const groups = new Map(), payers = {};
    let unpriced = 0, total = 0;
    for (const [payer, fen, , kind, phase] of rows) {
      if (fen === null) { unpriced++; continue; }
      const key = JSON.stringify([payer, kind, phase]);
      groups.set(key, (groups.get(key) || 0) + fen);
    }
    for (const [key, works] of groups) {
      const [payer] = JSON.parse(key);
      let fees = 0;
      for (const share of model.works.shares) {
        if (!share.payers.includes(payer)) continue;
        fees += Math.floor(((works + (share.on_top ? fees : 0)) * share.millionths + 500000) / 1000000);
      }
      payers[payer] = (payers[payer] || 0) + (works + fees) / 100;
      total += works + fees;
    }
    return { cost: total / 100, unpriced, payers };
  }

  const sum = (ids, table, worth) => ids.reduce((total, id) => total + (worth(table[id]) || 0), 0);

  function largest(block) {
    const sizes = new Map();
    block.forEach((root, k) => sizes.set(root, (sizes.get(root) || 0) + model.yards.m2[k]));
    return { blocks: sizes.size, largest_m2: Math.max(0, ...sizes.values()) };
  }

  // People whose score rises by the threshold or more; with sign -1 those whose score falls by it. Null: unknown today.
  function gained(score, sign, people) {
    if (!model.norm.known) return null;
    if (!today) return 0;
    return score.reduce((sum, value, k) => {
      const more = value !== null && today.score[k] !== null && sign * (value - today.score[k]) >= model.norm.gain_points;
      return sum + (more ? people[k] || 0 : 0);
    }, 0);
  }

  function todays() {
    const metres = app.todaysWalks(model);
    return { metres, changed: new Set(metres.keys()) };
  }

  // Everything about a plan. The page and the tests read it; walks and scores are kept up to date in place.
  app.reckon = plan => {
    const state = standing(plan);
    const block = merged(state.thing);
    const { metres, changed } = today ? walking().update(state, block, plan.facilities) : todays();
    const scores = circle(metres, changed, plan.facilities.length > 0);
    const money = bill(plan, state);
    const { structures } = model.works, { residents, households } = model.people;
    const fits = app.fitting(plan.facilities, state.gone);
    return {
      block, metres, changed, ...scores, ...money, ...app.votesOf(plan), ...largest(block), fits,
      unfit: fits.filter(fit => fit.ok === false).length,
      wall_m: sum(plan.walls, model.works.walls, row => row.m),
      illegal_m2: sum(plan.structures, structures, row => row.illegal ? row.m2 : 0),
      other_m2: sum(plan.structures, structures, row => row.illegal ? 0 : row.m2),
      facilities: plan.facilities.length,
      gained: gained(scores.score, 1, residents),
      gained_homes: gained(scores.score, 1, households),
      lost: gained(scores.score, -1, residents),
      lost_homes: gained(scores.score, -1, households),
      per_household: model.people.all_households ? money.cost / model.people.all_households : null,
    };
  };
})(spatialreno);
