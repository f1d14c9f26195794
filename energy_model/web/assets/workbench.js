// The draft of a run in the browser: moved sliders, chosen candidates, edited cells, and undoing them.
"use strict";
(() => {
  const noUpdate = () => window.dash_clientside.no_update;
  const copyOf = (draft, form) => structuredClone(draft || (form && form.draft) || null);
  const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const changed = (draft, previous) => (draft === null || isSame(draft, previous) ? noUpdate() : draft);

  function formatValue(value, slider) {
    const digits = { minimumFractionDigits: slider.decimals, maximumFractionDigits: slider.decimals };
    return `${value.toLocaleString(document.documentElement.lang || "en", digits)} ${slider.unit}`.trim();
  }

  function moveSliders(values, ids, draft, form) {
    const next = copyOf(draft, form);
    if (!next || !form) return noUpdate();
    ids.forEach((id, i) => {
      const slider = form.sliders[id.name], value = Number(values[i]);
      if (!slider || values[i] === null || !Number.isFinite(value)) return;
      if (slider.start !== null && Math.abs(value - slider.start) <= slider.step / 2) delete next.sliders[id.name];
      else if (slider.start !== null || id.name in next.sliders || movedSliders.has(id.name)) next.sliders[id.name] = value;
    });
    return changed(next, draft);
  }

  // A slider whose number has no limit in the case counts as changed only after a user moved it.
  const movedSliders = new Set();
  document.addEventListener("input", (event) => {
    if (event.target.type !== "range") return;
    try { movedSliders.add(JSON.parse(event.target.id).name); } catch { /* a slider of another page */ }
  }, true);

  function showSliderValue(value, draft, form, id) {
    const slider = form && form.sliders[id.name];
    if (!slider || value === null) return noUpdate();
    const isChanged = draft && id.name in (draft.sliders || {});
    if (slider.start === null && !isChanged && !movedSliders.has(id.name)) return slider.unlimited;
    return formatValue(slider.start !== null && !isChanged ? slider.start : Number(value), slider);
  }

  // A number in either notation: 12,5 and 1.200,5 as Danish writes them, else with a point.
  const numberOf = (text) => Number(/^\s*(\d+|[1-9]\d{0,2}(\.\d{3})+),\d*\s*$/.test(text) ? text.replace(/\./g, "").replace(",", ".") : text);

  function chooseCandidates(choices, sizes, ids, draft, form) {
    const next = copyOf(draft, form);
    if (!next) return noUpdate();
    ids.forEach((id, i) => {
      const size = numberOf(sizes[i]), choice = choices[i];
      if (choice === "required") next.candidates[id.name] = sizes[i] && size > 0 ? { choice, size } : { choice };
      else if (choice === "forbidden") next.candidates[id.name] = { choice };
      else delete next.candidates[id.name];
    });
    return changed(next, draft);
  }

  function addEdits(edits, draft, form) {
    const next = copyOf(draft, form);
    if (!next || !edits) return noUpdate();
    edits.forEach((edit) => {
      next.edits = next.edits.filter((e) => e.table !== edit.table || e.row !== edit.row || e.column !== edit.column);
      next.edits.push(edit);
    });
    return changed(next, draft);
  }

  // Cells from a spreadsheet go into the grid from the chosen cell on, to the right and down.
  document.addEventListener("paste", (event) => {
    const api = window.dash_ag_grid && document.activeElement.closest("#grid") && window.dash_ag_grid.getApi("grid");
    const from = api && !document.activeElement.closest("input, textarea") && api.getFocusedCell();
    if (!from) return;
    event.preventDefault();
    const columns = api.getAllDisplayedColumns(), first = columns.findIndex((c) => c.getColId() === from.column.getColId());
    const lines = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "").split(/\r?\n/);
    const cells = lines.flatMap((line, down) => line.split("\t").map((value, right) => {
      const row = api.getDisplayedRowAtIndex(from.rowIndex + down), column = columns[first + right];
      return row && column && column.getColDef().editable ? { rowId: row.id, colId: column.getColId(), value } : null;
    })).filter(Boolean);
    if (cells.length) window.dash_clientside.set_props("pasted", { data: cells });
  });

  function chooseResolution(value, draft, form) {
    const next = copyOf(draft, form);
    if (!next || !value) return noUpdate();
    next.resolution = value;
    return changed(next, draft);
  }

  function writeNote(value, draft, form) {
    const next = copyOf(draft, form);
    if (!next || value === null || value === undefined) return noUpdate();
    next.note = value;
    return changed(next, draft);
  }

  function undo(clicks, draft, form, reload) {
    const pressed = window.dash_clientside.callback_context.triggered.find((t) => t.value);
    const next = copyOf(draft, form);
    if (!pressed || !next) return [noUpdate(), noUpdate()];
    const target = JSON.parse(pressed.prop_id.slice(0, pressed.prop_id.lastIndexOf("."))).of;
    const resetSlider = (name) => {
      delete next.sliders[name];
      movedSliders.delete(name);
      const slider = form.sliders[name];
      if (!slider) return;
      const reset = () => window.dash_clientside.set_props({ type: "slider", name }, { value: slider.start !== null ? slider.start : slider.first });
      if (slider.start !== null) reset();
      else setTimeout(reset, 100);  // after the draft without it is stored, so that it does not count as moved
    };
    if (target === "all") {
      Object.keys(next.sliders).forEach(resetSlider);
      next.edits = [];
      next.candidates = {};
    } else {
      const [kind, ...rest] = target.split(":"), name = rest.join(":");
      if (kind === "slider") resetSlider(name);
      if (kind === "choice") delete next.candidates[name];
      if (kind === "edit") next.edits = next.edits.filter((e) => `${e.table}:${e.row}:${e.column}` !== name);
    }
    const run = document.querySelector("#run");
    if (run) run.focus();
    return [next, (reload || 0) + 1];
  }

  const selectSite = (clicked) => (typeof clicked === "string" && clicked ? clicked : noUpdate());

  // The map of a run in the colours of the page, and on a narrow screen with its legend below.
  function drawMap(text) {
    if (!text) return [noUpdate(), noUpdate()];
    const figure = JSON.parse(text), ink = getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();
    const width = document.querySelector("#page").clientWidth;
    if (width < 1100) {
      Object.assign(figure.layout, figure.layout.meta.narrow);
      figure.layout.height += Math.max(0, Math.min(width, 700) - 400);
    }
    figure.layout.font = Object.assign({ size: 12 }, figure.layout.font, { color: ink });
    return [figure, { height: `${figure.layout.height}px` }];
  }
  function clickedSite(event) {
    const found = event && event.points.find((point) => Array.isArray(point.customdata));
    return found ? found.customdata[0] : noUpdate();
  }

  // The panel of a chosen site lies below the map, so it is brought into view.
  function showSite(content) {
    const panel = document.getElementById("site_panel");
    if (panel && content) panel.scrollIntoView({ block: "nearest" });
    return noUpdate();
  }

  // A new page sets the title of the window, marks its link in the menu and moves the focus to its heading.
  let isFirstPage = true;
  function pageShown(_, path) {
    const heading = document.querySelector("#page h1");
    if (heading) document.title = `${heading.textContent} – energy_model`;
    document.querySelectorAll("header nav a").forEach((link) => {
      const isCurrent = new URL(link.href).pathname === path || (path.startsWith("/job/") && link.pathname === "/queue") || (/^\/(study|answer)\//.test(path) && link.pathname === "/study");
      if (isCurrent) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    });
    if (!isFirstPage && heading) { heading.tabIndex = -1; heading.focus(); window.scrollTo(0, 0); }
    isFirstPage = false;
    return path;
  }

  // The draft when nothing has moved for a moment, so that a slider on its way asks nothing.
  const SETTLE_MS = 300;
  let moves = 0;
  function settle(draft) {
    const move = ++moves, live = document.getElementById("live_answer");
    if (live) live.dataset.stale = "true";  // until its next content
    return new Promise((done) => setTimeout(() => done(move === moves ? draft : window.dash_clientside.no_update), SETTLE_MS));
  }

  // What a cell of the table editor shows while it is not edited.
  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, {
    shownLabel: (params) => params.context.labels[params.value] || params.value,
    shownNumber: (params) => /^-?\d+\.\d+$/.test(params.value) ? params.value.replace(".", params.context.decimalSign) : params.value,
  });

  function answered() {
    const live = document.getElementById("live_answer");
    if (live) delete live.dataset.stale;
    return noUpdate();
  }

  const workbench = { settle, answered, moveSliders, showSliderValue, chooseCandidates, addEdits, writeNote, chooseResolution, undo, selectSite, storeSite: (site) => site, drawMap, clickedSite, showSite, pageShown };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { workbench });
})();
