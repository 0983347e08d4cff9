// On paper: the whole page on A4 or A3, or the first minute on one A3 with its title block.
(app => {
  "use strict";
  const SMALLEST_PX = 6;
  // The map between the margins of each paper.
  const A4 = ["273mm", "104mm"], A3 = ["396mm", "190mm"], LARGE = "@page { size: A3 landscape; margin: 12mm; }";
  let one = null, large = null, container, key, panel;

  const sized = (width, height) => {
    for (const [name, value] of [["width", width], ["height", height]]) {
      if (value) container.style.setProperty(name, value, "important");
      else container.style.removeProperty(name);
    }
    app.map.invalidateSize({ animate: false });
    app.fit();
    numeric();
  };

  // A pixel of paper is a 96th of an inch.
  function numeric() {
    const said = document.getElementById("paper-scale");
    if (!said) return;
    const half = app.map.getSize().divideBy(2), right = half.add([100, 0]);
    const metres = app.map.distance(app.map.containerPointToLatLng(half), app.map.containerPointToLatLng(right)) / 100;
    said.textContent = `1 : ${Math.round(metres * 96 / 0.0254 / 10) * 10}`;
  }

  // Put things elsewhere and say how they come back.
  function moved(pairs) {
    const home = pairs.flatMap(([, things]) => things).map(thing => {
      const mark = document.createComment("");
      thing.before(mark);
      return [mark, thing];
    });
    for (const [place, things] of pairs) place.append(...things);
    return () => { for (const [mark, thing] of home) mark.replaceWith(thing); };
  }

  // The first minute: title and sentence over all; pictures and map on the left; table, bars, title block on the right.
  app.onePage = () => {
    if (one) return;
    const seen = css => [...panel.querySelectorAll(css)].filter(part => !part.hidden);
    const [sheet, head, left, right] = ["one-sheet", "one-head", "one-left", "one-right"].map(name => app.element("div", name));
    const open = key.open, rule = app.element("style", null, "@page { size: A3 landscape; margin: 10mm; }");
    const back = moved([
      [head, seen(":scope > header, :scope > .verdict")],
      [left, [...seen(":scope > .tabs, :scope > .tabs-key"), container, key]],
      [right, seen(":scope > .leaders:not(.payers), :scope > section:has(.bars), :scope > .title-block")],
    ]);
    sheet.append(head, left, right);
    document.body.prepend(sheet);
    document.head.append(rule);
    document.documentElement.classList.add("one-page");
    key.open = true;
    sized();
    let size = 13.5;
    while (right.scrollHeight > right.clientHeight && size > SMALLEST_PX) right.style.fontSize = `${size -= 0.5}px`;
    one = () => {
      back();
      sheet.remove();
      rule.remove();
      document.documentElement.classList.remove("one-page");
      key.open = open;
      one = null;
      sized();
    };
  };

  app.wholePage = () => { if (one) one(); };

  // The whole page on A3, once.
  app.largePage = () => {
    large = app.element("style", null, LARGE);
    document.head.append(large);
  };

  // The title stands over the map and the legend under it; what is folded and belongs on paper is opened.
  app.paper = (mapped, legend) => {
    [container, key, panel] = [mapped, legend, document.querySelector(".panel")];
    let back = null, open = key.open, opened = [];
    window.addEventListener("beforeprint", () => {
      if (one) return;
      open = key.open;
      key.open = true;
      opened = [...panel.querySelectorAll(":scope > details[data-print]:not([open], [hidden])")];
      for (const part of opened) part.open = true;
      const titles = [...panel.querySelectorAll(":scope > header, :scope > .tabs")];
      const head = app.element("div"), foot = app.element("div");
      document.body.append(head, container, foot);
      const things = moved([[head, titles], [foot, [key]]]);
      document.body.append(panel);
      back = () => { things(); head.remove(); foot.remove(); document.body.prepend(panel); };
      sized(...(large ? A3 : A4));
    });
    window.addEventListener("afterprint", () => {
      if (one) { one(); return; }
      if (back) back();
      back = null;
      for (const part of opened) part.open = false;
      if (large) large.remove();
      large = null;
      key.open = open;
      sized();
    });
  };
})(spatialreno);
