// Search by name or id; what is found is shown on the map and told in the card. All by keyboard as well.
(app => {
  "use strict";
  const { element } = app;
  const MOST = 12;
  let input, list, found = [], at = -1, leaving;

  app.search = tools => {
    input = tools.querySelector(".search-text");
    list = tools.querySelector(".search-list");
    input.addEventListener("input", look);
    input.addEventListener("keydown", key);
    input.addEventListener("focus", () => clearTimeout(leaving)); // back at once: what is found stays
    input.addEventListener("blur", () => {
      leaving = setTimeout(() => { list.hidden = true; input.setAttribute("aria-expanded", "false"); }, 150);
    });
  };

  function entries() {
    if (!app.entries) {
      app.entries = [];
      for (const theme of app.themes) for (const feature of theme.features) {
        if (!feature.rows.length || feature.more.quiet) continue;
        const id = feature.rows[0][1], name = app.nameOf(theme, feature);
        app.entries.push({ theme, feature, id, name, text: `${id} ${name}`.toLowerCase() });
      }
    }
    return app.entries;
  }

  function look() {
    const wanted = input.value.trim().toLowerCase();
    const seen = new Set();
    found = !wanted ? [] : entries().filter(({ theme, id, text }) =>
      text.includes(wanted) && !seen.has(`${theme.key} ${id}`) && seen.add(`${theme.key} ${id}`));
    found.sort((a, b) => rank(a, wanted) - rank(b, wanted));
    found.length = Math.min(found.length, MOST);
    at = -1;
    list.replaceChildren(...found.map(row));
    if (wanted && !found.length) list.append(element("li", "none", app.page.words.nothing_found));
    list.hidden = !wanted;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  // What is called just so comes first, then what begins so.
  const rank = ({ id, name }, wanted) => Math.min(...[id, name].map(said => {
    const text = said.toLowerCase();
    return text === wanted ? 0 : text.startsWith(wanted) ? 1 : 2;
  }));

  function row(entry, number) {
    const line = element("li");
    line.id = `found-${number}`;
    line.setAttribute("role", "option");
    line.append(element("bdi", null, entry.name || entry.id), element("small", null, `${entry.theme.what} ${entry.name ? entry.id : ""}`));
    line.addEventListener("pointerdown", event => { event.preventDefault(); go(entry); });
    return line;
  }

  function key(event) {
    if (event.key === "Enter" && found.length) go(found[Math.max(at, 0)]);
    else if (event.key === "Escape") list.hidden = true;
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % Math.max(found.length, 1);
      [...list.children].forEach((line, k) => line.setAttribute("aria-selected", String(k === at)));
      input.setAttribute("aria-activedescendant", `found-${at}`);
    }
  }

  function go({ theme, feature }) {
    list.hidden = true;
    const shape = feature.kind === 0 ? app.points(feature.shape) : corners(feature);
    app.map.fitBounds(shape, { maxZoom: Math.max(app.map.getZoom(), 18), padding: [120, 120], animate: false });
    app.show(theme, feature);
  }

  const corners = feature => feature.kind === 1
    ? feature.shape.flatMap(app.points) : feature.shape.flatMap(polygon => polygon.flatMap(app.points));
})(spatialreno);
