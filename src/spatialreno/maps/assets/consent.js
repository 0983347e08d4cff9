// Whose word the plan needs: parties that must agree themselves, and the votes of owners, with what is still missing.
(app => {
  "use strict";

  // Parties with how their word stands (the worst of all that is asked of them), in order of their ids.
  app.partiesOf = rows => {
    const states = new Map();
    for (const [, , asked] of rows) for (const [party, state] of asked) states.set(party, Math.max(states.get(party) || 0, state));
    return new Map([...states].sort((a, b) => a[0] < b[0] ? -1 : 1));
  };

  // Votes by matter and place; and the fewest households that decide them all, each counted once in its yard.
  app.votesOf = plan => {
    const { model } = app.page, { each, together } = model.votes, { walls, structures, gates } = model.works;
    const names = new Set();
    const ask = pairs => { for (const [matter, place] of pairs) if (Object.hasOwn(each, `${matter}:${place}`)) names.add(`${matter}:${place}`); };
    for (const id of plan.walls) ask(walls[id].votes);
    for (const id of plan.structures) ask(structures[id].votes);
    for (const [id, state] of Object.entries(plan.gates)) ask(gates[id].votes[state]);
    for (const put of plan.facilities) {
      if (put.building !== undefined) ask([[model.puts.room, model.people.buildings[put.building]]]);
      else if (app.spot(put).yard >= 0) ask([[model.puts.ground, model.yards.ids[app.spot(put).yard]]]);
    }
    const votes = [...names].sort();
    const places = new Map();
    for (const name of votes) if (each[name][2]) places.set(each[name][1], [...(places.get(each[name][1]) || []), name]);
    let missing = 0;
    for (const own of places.values()) {
      const known = own.length === 1 ? each[own[0]][2] : together[own.join("|")];
      missing += known === undefined ? own.reduce((sum, name) => sum + each[name][2], 0) : known;
    }
    const counted = votes.filter(name => each[name][2] !== null);  // of the others nobody knows how many households vote
    return { votes, households_missing: votes.length && !counted.length ? null : missing };
  };
})(spatialreno);
