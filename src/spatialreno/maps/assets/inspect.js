// A click tells about one thing: a building's walks before and after, a wall's owner, length, cost and options.
(app => {
  "use strict";
  const { element, say } = app;
  const TOLD = 4;
  let card, shown = null, outline = null;

  app.inspect = () => {
    card = element("section", "card inspect");
    card.setAttribute("aria-live", "polite");
    card.hidden = true;
    L.DomEvent.disableClickPropagation(card);
    L.DomEvent.disableScrollPropagation(card);
    app.map.getContainer().append(card);
    card.addEventListener("keydown", event => { if (event.key === "Escape") close(); });
  };

  app.clicked = (theme, feature) => {
    if (!app.onPick || !app.onPick(theme, feature)) app.show(theme, feature);
  };

  app.show = (theme, feature) => {
    shown = { theme, feature };
    app.inspected();
  };

  function close() {
    shown = null;
    card.hidden = true;
    if (outline) outline.remove();
    outline = null;
    app.map.getContainer().focus();
  }

  app.inspected = () => {
    if (!shown) return;
    const { theme, feature } = shown;
    const head = app.tipHead(theme, feature.drawn[0] && feature.drawn[0].now || "");
    head.append(app.button("close", "×", app.page.words.close, close));
    const parts = [head];
    const stored = app.walksOf ? app.walksOf(feature) : feature.more.walks && recorded(feature);
    if (stored) parts.push(...walks(theme, feature, stored));
    if (app.actions) parts.push(app.actions(theme, feature));
    for (const row of feature.more.card || []) parts.push(app.tipRow(app.page.cards[row[0]], row[1]));
    for (const row of app.rowsOf(theme, feature, app.sides[0].option)) parts.push(app.tipRow(...row));
    card.replaceChildren(...parts);
    card.hidden = false;
    ringed(feature);
  };

  function ringed(feature) {
    if (outline) outline.remove();
    const shape = feature.kind === 0 ? null : feature.kind === 1 ? feature.shape.map(app.points) : feature.shape.map(p => p.map(app.points));
    const look = { color: "#111827", weight: 4, fill: false, interactive: false, pane: "tooltipPane" };
    outline = shape === null
      ? L.circleMarker(app.points(feature.shape)[0], Object.assign({ radius: 16 }, look))
      : feature.kind === 1 ? L.polyline(shape, look) : L.polygon(shape, look);
    outline.addTo(app.map);
  }

  // Distances are whole metres by option, today first; -1 where no walk leads there.
  function recorded(feature) {
    const option = app.sides[0].option;
    return {
      kinds: feature.more.kinds, title: option ? app.page.options[option] : null,
      all: feature.more.walks.map(row => ({ kind: app.page.kinds[row[0]], before: row[1], after: row[1 + option] })),
    };
  }

  function walks(theme, feature, { all, kinds, title }) {
    const words = app.page.words;
    const changed = all.filter(walk => walk.before !== walk.after);
    changed.sort((a, b) => saved(b) - saved(a));
    const parts = changed.slice(0, TOLD).map(walk => say(sentence(walk), {
      kind: walk.kind, before: walk.before, after: walk.after, less: walk.before - walk.after, more: walk.after - walk.before }));
    if (changed.length > TOLD) parts.push(say(words.walk_more, { n: changed.length - TOLD }));
    const same = kinds - changed.length;
    if (same) parts.push(say(changed.length ? words.walk_rest : words.walk_same, { n: same }));
    const text = say(words.walk_said, { name: app.nameOf(theme, feature) || feature.rows[0][1], parts: parts.join(words.walk_joint) });
    return [element("p", "sentence", text), table(all.filter(walk => walk.before >= 0 || walk.after >= 0), title)];
  }

  const saved = walk => walk.before < 0 ? 1e9 : walk.after < 0 ? -1e9 : walk.before - walk.after;

  function sentence(walk) {
    const words = app.page.words;
    if (walk.before < 0) return words.walk_new;
    if (walk.after < 0) return words.walk_lost;
    return walk.after < walk.before ? words.walk_less : words.walk_longer;
  }

  app.nameOf = (theme, feature) => {
    const row = feature.rows.find(([title]) => app.page.names.includes(theme.fields[title]));
    return row ? row[1] : "";
  };

  function table(rows, title) {
    const words = app.page.words;
    const box = element("details");
    const body = element("table");
    const head = element("tr");
    head.append(...[words.walk_to, words.today, ...(title ? [title] : [])].map(t => element("th", null, t)));
    body.append(head, ...rows.map(walk => {
      const line = element("tr");
      const cells = [walk.before, ...(title ? [walk.after] : [])].map(m => m < 0 ? "—" : String(m));
      const sense = saved(walk) > 0 ? "better" : saved(walk) < 0 ? "worse" : null;
      line.append(element("th", null, walk.kind), ...cells.map((text, k) => element("td", k ? sense : null, text)));
      return line;
    }));
    box.append(element("summary", null, words.walk_all), body);
    return box;
  }
})(spatialreno);
