// Discs move aside by less than their width so that none hides another; a name moves up or down to keep clear of
// discs, and where it would still lie on another name it waits for a closer look. All is measured, then written.
(app => {
  "use strict";
  const BESIDE = [[0, 0], [17, 0], [-17, 0], [0, 17], [0, -17], [17, 17], [-17, -17]];
  const MANY = 400;
  const ABOVE = [[0, 0], [0, 16], [0, -16], [0, 30], [0, -30]];

  app.thin = () => {
    const container = app.map.getContainer();
    for (const side of app.sides) thinned(container, app.map.getPane(side.panes.marks));
  };

  // After a drag there is more to do only where marks out of sight wait.
  app.panned = () => {
    if (app.sides.some(side => app.map.getPane(side.panes.marks).children.length > MANY)) app.thin();
  };

  // Of very many marks only those in sight and around it are laid out, so that no click waits for the others.
  function waiting(pane) {
    const many = pane.children.length > MANY, size = app.map.getSize();
    const [low, high] = [-0.5, 1.5].map(times => app.map.containerPointToLayerPoint(size.multiplyBy(times)));
    for (const mark of pane.children) {
      const at = L.DomUtil.getPosition(mark);
      mark.classList.toggle("away", many && (at.x < low.x || at.x > high.x || at.y < low.y || at.y > high.y));
    }
  }

  function thinned(container, pane) {
    waiting(pane);
    const discs = [...pane.querySelectorAll(".leaflet-marker-icon.disc:not(.away)")];
    const names = [...pane.querySelectorAll(".name:not(.away) bdi, .street-name:not(.away) bdi")];
    for (const mark of [...discs, ...names]) mark.style.translate = mark.style.visibility = "";
    const spread = container.dataset.zoom !== "far" && discs.length < 400;
    if (!spread && !names.length) return; // nothing moves, so nothing is measured
    const boxes = measured(discs);
    const labels = measured(names);
    const placed = [];
    boxes.forEach((box, k) => {
      const step = (spread && BESIDE.find(s => free(box, s, placed, 5))) || [0, 0];
      placed.push(moved(box, step));
      if (step[0] || step[1]) discs[k].style.translate = `${step[0]}px ${step[1]}px`;
    });
    const taken = [];
    labels.forEach((box, k) => {
      if (box.right === box.left) return;
      const own = names[k].parentElement.classList.contains("name");
      const open = (own ? ABOVE : ABOVE.slice(0, 1)).filter(s => free(box, s, taken, 0));
      const step = open.find(s => free(box, s, placed, 0)) || open[0];
      if (!step) names[k].style.visibility = "hidden";
      else {
        taken.push(moved(box, step));
        if (step[1]) names[k].style.translate = `-50% calc(-50% + ${step[1]}px)`;
      }
    });
  }

  const measured = marks => marks.map(mark => mark.getBoundingClientRect());
  const moved = (box, [x, y]) => ({ left: box.left + x, right: box.right + x, top: box.top + y, bottom: box.bottom + y });
  const free = (box, [x, y], others, slack) => others.every(other =>
    box.right + x < other.left + slack || box.left + x > other.right - slack ||
    box.bottom + y < other.top + slack || box.top + y > other.bottom - slack);
})(spatialreno);
