// Draws the figures of a report in the reader's language; what it needs is packed in the page.
"use strict";
const unpack = async (name) => {
  const packed = Uint8Array.from(atob(document.getElementById(name).textContent.trim()), (c) => c.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
};
const root = document.documentElement;
let figures = null;
const ink = () => getComputedStyle(root).getPropertyValue("--ink").trim();
const drawn = new Map();

function draw(place) {
  if (!figures || !place.clientWidth || drawn.get(place.id) === ink()) return;
  const figure = figures[place.closest("main").lang][place.dataset.figure];
  const layout = structuredClone(figure.layout);
  layout.font = Object.assign({ size: 12 }, layout.font, { color: ink() });
  const width = place.clientWidth, isNarrow = width < 600, isMap = layout.meta && layout.meta.map;
  if (isMap && width < 1060) {
    Object.assign(layout, layout.meta.narrow);
    layout.height += Math.max(0, Math.min(width, 700) - 400);
  }
  else if (isNarrow && !isMap) layout.margin = Object.assign({}, layout.margin, { l: 40, r: 4 });
  if (place.closest(".slide")) {
    layout.height = place.clientHeight || layout.height;
    if (!isMap) layout.font.size = 15;
  }
  const zoom = { displayModeBar: true, modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d"]] };
  Plotly.react(place, figure.data, layout, Object.assign({ responsive: true, displaylogo: false, displayModeBar: false }, isMap ? zoom : {}));
  drawn.set(place.id, ink());
}

function setLanguage(language) {
  root.dataset.language = root.lang = language;
  document.title = document.querySelector(`main[lang="${language}"] h1`).textContent;
  try { localStorage.setItem("language", language); } catch { /* a page from a file may not store it */ }
}

const all = () => document.querySelectorAll(".figure").forEach(draw);
document.getElementById("switch").addEventListener("click", () => setLanguage(root.dataset.language === "en" ? "da" : "en"));
window.addEventListener("beforeprint", () => all());  // tables that are closed stay out of a print
const openAll = document.getElementById("open_all");  // slides have none
if (openAll) openAll.onclick = () => {
  const tables = [...document.querySelectorAll("details")], isOpen = tables.every((d) => d.open);
  tables.forEach((d) => { d.open = !isOpen; });
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
let stored = null;
try { stored = localStorage.getItem("language"); } catch { /* as above */ }
const requested = new URLSearchParams(location.search).get("language") || root.dataset.firstLanguage || stored || (navigator.language || "en").slice(0, 2);
setLanguage(requested === "da" ? "da" : "en");
(async () => {
  if (!document.getElementById("plotly")) { root.dataset.ready = "yes"; return; }
  const [code, data] = await Promise.all([unpack("plotly"), unpack("figures")]);
  const script = document.createElement("script");
  script.textContent = code;
  document.head.append(script);
  figures = JSON.parse(data);
  const observer = new IntersectionObserver((places) => places.forEach((p) => { if (p.isIntersecting) draw(p.target); }), { rootMargin: "600px" });
  document.querySelectorAll(".figure").forEach((place) => observer.observe(place));
  root.dataset.ready = "yes";
})();
