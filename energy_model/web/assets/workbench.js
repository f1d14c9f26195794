// What the workbench puts together in the reader's browser: moved sliders, wishes, edits, and what is taken back.
"use strict";
(() => {
  const none = () => window.dash_clientside.no_update;
  const copy = (draft, known) => structuredClone(draft || (known && known.draft) || null);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const told = (draft, before) => (draft === null || same(draft, before) ? none() : draft);
  const language = () => document.documentElement.lang || "en";

  function put(value, unit) {
    const size = Math.abs(value);
    const shape = size >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
    const said = language() === "da" ? unit.replace("/a", "/år") : unit;
    return `${value.toLocaleString(language(), shape)} ${said}`.trim();
  }

  function sliders(values, ids, draft, known) {
    const next = copy(draft, known);
    if (!next || !known) return none();
    ids.forEach((id, i) => {
      const slider = known.sliders[id.name], value = Number(values[i]);
      if (!slider || values[i] === null || !Number.isFinite(value)) return;
      if (slider.start !== null && Math.abs(value - slider.start) <= slider.step / 2) delete next.sliders[id.name];
      else if (slider.start !== null || id.name in next.sliders || moved.has(id.name)) next.sliders[id.name] = value;
    });
    return told(next, draft);
  }

  // A slider that begins where the case has no number is asked only once a reader has moved it.
  const moved = new Set();
  document.addEventListener("input", (event) => {
    if (event.target.type !== "range") return;
    try { moved.add(JSON.parse(event.target.id).name); } catch { /* another page's */ }
  }, true);

  function shown(value, draft, known, id) {
    const slider = known && known.sliders[id.name];
    if (!slider || value === null) return none();
    const asked = draft && id.name in (draft.sliders || {});
    if (slider.start === null && !asked && !moved.has(id.name)) return slider.none;
    return put(slider.start !== null && !asked ? slider.start : Number(value), slider.unit);
  }

  function wishes(chosen, sizes, ids, draft, known) {
    const next = copy(draft, known);
    if (!next) return none();
    ids.forEach((id, i) => {
      if (chosen[i] === "required") {
        const size = Number(sizes[i]);
        next.candidates[id.name] = sizes[i] && size > 0 ? { wish: "required", size } : { wish: "required" };
      } else if (chosen[i] === "forbidden") next.candidates[id.name] = { wish: "forbidden" };
      else delete next.candidates[id.name];
    });
    return told(next, draft);
  }

  function edited(edit, draft, known) {
    const next = copy(draft, known);
    if (!next || !edit) return none();
    next.edits = next.edits.filter((e) => e.table !== edit.table || e.row !== edit.row || e.column !== edit.column);
    next.edits.push(edit);
    return told(next, draft);
  }

  function fineness(value, draft, known) {
    const next = copy(draft, known);
    if (!next || !value) return none();
    next.fineness = value;
    return told(next, draft);
  }

  function undo(clicks, draft, known, reload) {
    const pressed = window.dash_clientside.callback_context.triggered.find((t) => t.value);
    const next = copy(draft, known);
    if (!pressed || !next) return [none(), none()];
    const of = JSON.parse(pressed.prop_id.slice(0, pressed.prop_id.lastIndexOf("."))).of;
    const back = (name) => {
      delete next.sliders[name];
      moved.delete(name);
      const start = known.sliders[name] ? known.sliders[name].start : null;
      if (start !== null) window.dash_clientside.set_props({ type: "slider", name }, { value: start });
    };
    if (of === "all") {
      Object.keys(next.sliders).forEach(back);
      next.edits = [];
      next.candidates = {};
    } else {
      const [kind, ...rest] = of.split(":"), name = rest.join(":");
      if (kind === "slider") back(name);
      if (kind === "wish") delete next.candidates[name];
      if (kind === "edit") next.edits = next.edits.filter((e) => `${e.table}:${e.row}:${e.column}` !== name);
    }
    const rest = document.querySelector("#run");
    if (rest) rest.focus();
    return [next, (reload || 0) + 1];
  }

  function site(clicked) {
    return typeof clicked === "string" && clicked ? clicked : none();
  }

  // A page that has come is named, its link in the menu is marked, and readers by ear and keyboard are led to it.
  let first = true;
  function arrived(_, path) {
    const heading = document.querySelector("#page h1");
    if (heading) document.title = `${heading.textContent} – energy_model`;
    document.querySelectorAll("header nav a").forEach((link) => {
      const here = new URL(link.href).pathname === path || (path.startsWith("/job/") && link.pathname === "/queue");
      if (here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    });
    if (!first && heading) { heading.tabIndex = -1; heading.focus(); window.scrollTo(0, 0); }
    first = false;
    return path;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    workbench: { sliders, shown, wishes, edited, fineness, undo, site, kept: (value) => value, arrived },
  });
})();
