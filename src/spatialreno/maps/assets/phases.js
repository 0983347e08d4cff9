// The works in their stages: a slider walks through the ledger of the option that is open.
(app => {
  "use strict";
  const { element } = app;

  app.phases = tools => {
    const range = tools.querySelector(".phase-range");
    if (range) range.addEventListener("input", () => { set(Number(range.value)); app.redraw(); });
  };

  // Called when another option is opened: all its works are done until the slider says otherwise.
  app.phased = () => {
    const box = document.querySelector(".phases");
    if (!box) return;
    const stages = stagesNow();
    const range = box.querySelector(".phase-range");
    range.max = stages.length;
    range.value = stages.length;
    range.disabled = !stages.length;
    set(stages.length);
  };

  const stagesNow = () => app.page.stages[app.sides[0].option] || [];

  function set(count) {
    const stages = stagesNow();
    const said = document.querySelector(".phase-said");
    app.stage = count === stages.length ? Infinity : count ? stages[count - 1].phase : 0;
    const words = app.page.words;
    const now = !stages.length ? words.no_works : !count ? words.before_works : stages[count - 1].title;
    said.textContent = now;
    document.querySelector(".phase-range").setAttribute("aria-valuetext", now);
    const list = document.querySelector(".phase-works");
    list.replaceChildren(...stages.slice(0, count).map((stage, at) => row(stage, at === count - 1)));
  }

  function row(stage, current) {
    const line = element("li", current ? "current" : null);
    line.append(element("strong", null, stage.title), element("span", null, stage.works), element("span", "sum", stage.sum));
    return line;
  }
})(spatialreno);
