// The tables beside the live map. What has not changed keeps its place in the page, so that nothing of it is laid out anew.
(app => {
  "use strict";
  const { element, say, number } = app;
  const written = (value, digits) => value === null || value === undefined ? "—" : number(value, digits);
  const scoped = (cell, scope) => { cell.scope = scope; return cell; };

  // Put rows into a list or table in place of those that stand there; rows that look the same stay.
  app.exchange = (parent, rows) => {
    const old = [...parent.children], alike = (one, other) => old[one].isEqualNode(rows[other]);
    if (old.length === rows.length) {
      rows.forEach((row, k) => { if (!alike(k, k)) old[k].replaceWith(row); });
      return;
    }
    const least = Math.min(old.length, rows.length);
    let head = 0, tail = 0;
    while (head < least && alike(head, head)) head++;
    while (tail < least - head && alike(old.length - 1 - tail, rows.length - 1 - tail)) tail++;
    const after = old[old.length - tail] || null;
    for (const row of old.slice(head, old.length - tail)) row.remove();
    for (const row of rows.slice(head, rows.length - tail)) parent.insertBefore(row, after);
  };

  function valueOf(result, key) {
    if (key === "cost") return result.cost / 1e4;
    if (key === "share") return result.share === null ? null : result.share * 100;
    if (key === "asked") return result.parties.length;
    return result[key];
  }

  const BETTER = { share: 1, mean: 1, gained: 1, gained_homes: 1, lost: -1, lost_homes: -1, unfit: -1, largest_m2: 0, cost: 0 };

  app.numbers = () => {
    const { words } = app.page;
    filled(".live-table", [words.measure, words.today, words.plan, words.change], app.page.lines.map(lineOf));
    filled(".live-kinds", [words.measure, words.today, words.plan], app.page.kinds.map(kindOf));
    totals();
    payers();
    votes();
  };

  // A table is made once, with its head and caption; later only its rows change.
  function filled(css, heads, rows) {
    const box = document.querySelector(css);
    if (!box.firstChild) {
      const table = element("table"), [top, body, head] = ["thead", "tbody", "tr"].map(name => element(name));
      head.append(...heads.map(text => scoped(element("th", null, text), "col")));
      top.append(head);
      table.append(top, body);
      box.append(table);
      app.captions();
    }
    app.exchange(box.querySelector("tbody"), rows);
  }

  function lineOf([key, title, unit, digits]) {
    const [before, after] = [valueOf(app.today, key), valueOf(app.now, key)];
    const change = before === null || after === null ? null : after - before;
    const borne = value => key === "cost" ? app.borne(value, digits) : digits;
    const none = change !== null && Number(Math.abs(change).toFixed(borne(change))) === 0;
    const sense = change === null || none || !BETTER[key] ? "same" : (change > 0) === (BETTER[key] > 0) ? "better" : "worse";
    const line = element("tr");
    line.dataset.line = key;
    const name = scoped(element("th", null, title), "row");
    name.append(" ", element("span", "unit", unit));
    line.append(name, element("td", null, written(before, borne(before))), element("td", "chosen", written(after, borne(after))),
      element("td", sense, change === null ? "—" : none ? "0" : `${change > 0 ? "▲" : "▼"} ${number(Math.abs(change), borne(change))}`));
    return line;
  }

  function kindOf(title, k) {
    const [before, after] = [app.today.covered[k], app.now.covered[k]].map(share => share === null ? null : share * 100);
    const line = element("tr");
    line.append(scoped(element("th", null, title), "row"), element("td", null, written(before, 1)), element("td", after > before ? "better" : after < before ? "worse" : null, written(after, 1)));
    return line;
  }

  function payers() {
    const rows = Object.entries(app.now.payers).sort((a, b) => b[1] - a[1]).map(([payer, yuan]) => {
      const line = element("tr");
      line.dataset.payer = payer;
      line.append(scoped(element("th", null, app.page.payers[payer] || payer), "row"), element("td", null, written(yuan / 1e4, app.borne(yuan / 1e4, 1))));
      return line;
    });
    app.exchange(document.querySelector(".live-payers"), rows.length ? rows : [noted(app.page.words.no_acts, 2)]);
  }

  function noted(text, columns) {
    const line = element("tr"), cell = element("td", "text", text);
    cell.colSpan = columns;
    line.append(cell);
    return line;
  }

  function votes() {
    const { words, model } = app.page;
    const rows = app.now.votes.map(name => {
      const [title, , missing] = model.votes.each[name], line = element("tr"), head = scoped(element("th"), "row");
      head.append(element("bdi", null, title));
      const told = missing === null ? words.vote_uncounted : missing ? say(words.vote_missing, { n: number(missing, 0) }) : words.vote_done;
      line.append(head, element("td", missing === 0 ? "better" : "worse", told));
      return line;
    });
    app.exchange(document.querySelector(".live-votes"), rows.length ? rows : [noted(words.none_asked, 2)]);
  }

  function totals() {
    const rows = app.page.lines.filter(([key]) => key in app.page.short).map(([key, title, unit, digits]) => {
      const line = element("li");
      line.dataset.total = key;
      line.title = title;
      line.append(element("span", null, `${app.page.short[key]} `), element("strong", null, written(valueOf(app.now, key), digits)), element("span", null, ` ${unit}`));
      return line;
    });
    app.exchange(document.querySelector(".totals"), rows);
  }
})(spatialreno);
