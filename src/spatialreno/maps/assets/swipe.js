// The swipe: another option under a curtain on the left, the chosen one on the right.
(app => {
  "use strict";
  const { element } = app;
  const PANES = { shapes: "swipe", marks: "swipe-marks" };
  let share = 0.5, bar = null;

  app.swipe = tools => {
    const box = tools.querySelector(".swipe-on");
    const other = tools.querySelector(".swipe-other");
    if (!box) return;
    for (const [name, order] of [[PANES.shapes, 410], [PANES.marks, 610]]) app.map.createPane(name).style.zIndex = order;
    box.addEventListener("change", () => { other.disabled = !box.checked; box.checked ? begin(Number(other.value)) : end(); });
    other.addEventListener("change", () => { app.sides[1].option = Number(other.value); curtain(); app.redraw(); });
    app.map.on("move zoomend resize", () => { if (bar) clip(); });
  };

  function begin(option) {
    app.sides[1] = { option, panes: PANES };
    bar = element("div", "swipe-bar");
    bar.append(element("span", "swipe-left"), element("span", "swipe-right"), slider());
    app.map.getContainer().append(bar);
    curtain();
    app.redraw();
  }

  function end() {
    bar.remove();
    bar = null;
    app.dropSide(1);
    for (const name of ["overlayPane", "markerPane"]) app.map.getPane(name).style.clipPath = "";
    app.redraw();
  }

  function slider() {
    const range = element("input", "swipe-range");
    Object.assign(range, { type: "range", min: 0, max: 100, value: share * 100 });
    range.setAttribute("aria-label", app.page.words.swipe);
    range.addEventListener("input", () => { share = range.value / 100; clip(); });
    L.DomEvent.disableClickPropagation(range);
    L.DomEvent.on(range, "pointerdown touchstart", L.DomEvent.stopPropagation);
    return range;
  }

  app.curtain = () => { if (bar) curtain(); };

  function curtain() {
    bar.querySelector(".swipe-left").textContent = app.page.options[app.sides[1].option];
    bar.querySelector(".swipe-right").textContent = app.page.options[app.sides[0].option];
    clip();
  }

  // Panes have no size of their own: they are cut in the coordinates of the map's layers.
  function clip() {
    const size = app.map.getSize();
    const x = Math.round(size.x * share);
    bar.style.setProperty("--at", `${x}px`);
    const [a, b] = [app.map.containerPointToLayerPoint([0, 0]), app.map.containerPointToLayerPoint(size)];
    const at = a.x + x;
    const box = (left, right) => `polygon(${left}px ${a.y}px, ${right}px ${a.y}px, ${right}px ${b.y}px, ${left}px ${b.y}px)`;
    for (const name of [PANES.shapes, PANES.marks]) app.map.getPane(name).style.clipPath = box(a.x, at);
    for (const name of ["overlayPane", "markerPane"]) app.map.getPane(name).style.clipPath = box(at, b.x);
  }
})(spatialreno);
