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
  const language = root.dataset.language;
  if (!figures || drawn.get(place.id) === language + ink()) return;
  const figure = figures[language][place.dataset.figure];
  const layout = structuredClone(figure.layout);
  layout.font = Object.assign({ size: 12 }, layout.font, { color: ink() });
  if (place.clientWidth < 600) layout.margin = Object.assign({}, layout.margin, { l: 40, r: 4 });
  Plotly.react(place, figure.data, layout, { responsive: true, displaylogo: false, displayModeBar: false });
  drawn.set(place.id, language + ink());
}

function numbers() {
  const language = root.dataset.language;
  for (const cell of document.querySelectorAll("data[value]")) {
    const value = Number(cell.value), size = Math.abs(value);
    const digits = cell.dataset.digits ? Number(cell.dataset.digits) : size >= 100 ? 0 : size >= 1 ? 1 : 3;
    cell.textContent = value.toLocaleString(language, { maximumFractionDigits: digits });
  }
}

function speak(language) {
  root.dataset.language = root.lang = language;
  try { localStorage.setItem("language", language); } catch { /* a page from a file may not keep it */ }
  numbers();
  document.querySelectorAll(".figure").forEach((place) => { if (drawn.has(place.id)) draw(place); });
}

const all = () => document.querySelectorAll(".figure").forEach(draw);
document.getElementById("switch").addEventListener("click", () => speak(root.dataset.language === "en" ? "da" : "en"));
window.addEventListener("beforeprint", () => { document.querySelectorAll("details").forEach((d) => { d.open = true; }); all(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
let kept = null;
try { kept = localStorage.getItem("language"); } catch { /* as above */ }
const wished = new URLSearchParams(location.search).get("language") || kept || (navigator.language || "en").slice(0, 2);
speak(wished === "da" ? "da" : "en");
(async () => {
  if (!document.getElementById("plotly")) { root.dataset.ready = "yes"; return; }
  const [code, data] = await Promise.all([unpack("plotly"), unpack("figures")]);
  const script = document.createElement("script");
  script.textContent = code;
  document.head.append(script);
  figures = JSON.parse(data);
  const seen = new IntersectionObserver((places) => places.forEach((p) => { if (p.isIntersecting) draw(p.target); }), { rootMargin: "600px" });
  document.querySelectorAll(".figure").forEach((place) => seen.observe(place));
  root.dataset.ready = "yes";
})();
