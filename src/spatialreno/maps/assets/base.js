// Shared by the pages: small makers of elements and readers of what Python wrote. No value is ever written as HTML.
const spatialreno = { themes: [], guests: [], stage: Infinity, shade: "", origin: null };

(app => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";

  app.element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  app.drawing = (name, attributes) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  app.button = (className, text, title, act) => {
    const made = app.element("button", className, text);
    made.type = "button";
    made.title = title;
    made.setAttribute("aria-label", title);
    made.addEventListener("click", act);
    return made;
  };

  // "{n} m" and { n: 5 } → "5 m"; what a value holds is never looked at again.
  app.say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => name in values ? values[name] : whole);

  app.base = cls => cls.replace("~", "");
  app.pick = (value, option) => value && value.by ? value.by[option] : value;

  // Numbers as the tables write them: thin groups of thousands.
  app.number = (value, decimals) => {
    const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
    return (value < 0 ? "−" : "") + whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") + (part ? `.${part}` : "");
  };

  // So many decimals, or where these would tell nothing, two digits: 428 yuan are 0.043 ten thousands and not 0.0.
  app.borne = (value, decimals) => !value || Number(value.toFixed(decimals)) ? decimals
    : Math.max(decimals, Math.min(1 - Math.floor(Math.log10(Math.abs(value))), 6));

  // What is copied pastes as numbers: the thin groups are for the eye.
  document.addEventListener("copy", event => {
    const selected = document.getSelection();
    if (!selected.rangeCount || !selected.toString().includes("\u202f")) return;
    const box = app.element("div");
    for (let k = 0; k < selected.rangeCount; k++) box.append(selected.getRangeAt(k).cloneContents());
    event.clipboardData.setData("text/plain", selected.toString().replaceAll("\u202f", ""));
    event.clipboardData.setData("text/html", box.innerHTML.replaceAll("\u202f", ""));
    event.preventDefault();
  });

  app.bytesOf = base64 => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const raw = atob(base64), bytes = new Uint8Array(raw.length);
    for (let k = 0; k < raw.length; k++) bytes[k] = raw.charCodeAt(k);
    return bytes;
  };

  // Whole ten-millionths of a degree, each but the first a step from the one before → [latitude, longitude].
  app.points = flat => {
    const found = [];
    let x = 0, y = 0;
    for (let i = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      found.push([y / 1e7, x / 1e7]);
    }
    return found;
  };
})(spatialreno);
