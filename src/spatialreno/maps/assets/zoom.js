// A plan is seen closer: by wheel, drag, two fingers, double click, buttons and keys; its scale bar follows, names keep their size.
(() => {
  "use strict";
  const MOST = 16, STEP = 1.5, PAN = 0.15;

  function zoomable(plan) {
    const [, , wide, high] = plan.getAttribute("viewBox").split(" ").map(Number);
    const seen = plan.querySelector(".zoomed"), pins = [...plan.querySelectorAll(".pin")];
    const [bar, said] = ["path", "text"].map(name => plan.querySelector(`.furniture ${name}`));
    const places = pins.map(pin => pin.getAttribute("transform")), fingers = new Map();
    let k = 1, x = 0, y = 0;
    const buttons = [["+", plan.dataset.in, () => zoom(STEP)], ["−", plan.dataset.out, () => zoom(1 / STEP)], ["⤢", plan.dataset.all, () => zoom(0)]];

    function scale() {
      const most = wide / 4 / k, power = 10 ** Math.floor(Math.log10(most)), size = wide / 60, foot = high - size;
      const length = [5, 2, 1].find(n => n * power <= most) * power, end = size + length * k;
      bar.setAttribute("d", `M${size} ${foot - size / 2}V${foot}H${end}V${foot - size / 2}`);
      said.setAttribute("x", size + length * k / 2);
      said.textContent = `${length} m`;
    }

    function show() {
      x = Math.min(0, Math.max(wide * (1 - k), x));
      y = Math.min(0, Math.max(high * (1 - k), y));
      seen.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
      pins.forEach((pin, at) => pin.setAttribute("transform", `${places[at]} scale(${1 / k})`));
      plan.style.touchAction = k > 1 ? "none" : "pan-x pan-y";
      made.forEach((button, at) => { button.disabled = at ? k === 1 : k === MOST; });
      scale();
    }

    // Nearer or farther about a point, which stays where it is; 0 is the whole. Tell whether anything changed.
    function zoom(factor, about = { x: wide / 2, y: high / 2 }) {
      const next = Math.min(MOST, Math.max(1, k * factor));
      if (next === k) return false;
      [x, y] = [about.x - (about.x - x) * next / k, about.y - (about.y - y) * next / k];
      k = next;
      show();
      return true;
    }

    const at = event => new DOMPoint(event.clientX, event.clientY).matrixTransform(plan.getScreenCTM().inverse());
    const moved = (right, down) => { x += right; y += down; show(); };
    const apart = () => { const [a, b] = [...fingers.values()]; return [Math.hypot(a.x - b.x, a.y - b.y), { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }]; };

    plan.addEventListener("wheel", event => { if (zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, at(event))) event.preventDefault(); }, { passive: false });
    plan.addEventListener("dblclick", event => zoom(STEP, at(event)));
    plan.addEventListener("pointerdown", event => { fingers.set(event.pointerId, at(event)); plan.setPointerCapture(event.pointerId); });
    for (const name of ["pointerup", "pointercancel"]) plan.addEventListener(name, event => fingers.delete(event.pointerId));
    plan.addEventListener("pointermove", event => {
      const from = fingers.get(event.pointerId), to = at(event);
      if (!from) return;
      const before = fingers.size === 2 ? apart()[0] : 0;
      fingers.set(event.pointerId, to);
      if (fingers.size === 1) moved(to.x - from.x, to.y - from.y);
      if (before) { const [now, middle] = apart(); zoom(now / before, middle); }
    });
    plan.addEventListener("keydown", event => {
      const [right, down] = [wide * PAN, high * PAN];
      const act = {
        "+": () => zoom(STEP), "=": () => zoom(STEP), "-": () => zoom(1 / STEP), 0: () => zoom(0),
        ArrowLeft: () => moved(right, 0), ArrowRight: () => moved(-right, 0), ArrowUp: () => moved(0, down), ArrowDown: () => moved(0, -down),
      }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });

    const box = document.createElement("div"), made = buttons.map(([sign, title, act]) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: sign, title, ariaLabel: title });
      button.addEventListener("click", act);
      return button;
    });
    box.className = "zoom";
    box.append(...made);
    plan.before(box);
    plan.tabIndex = 0;
    show();
  }

  for (const plan of document.querySelectorAll("svg.plan")) zoomable(plan);
})();
