
// Moves from slide to slide by the keys that presentations have; a figure takes the height that its slide leaves.
const slides = () => [...document.querySelectorAll(`main[lang="${root.dataset.language}"] .slide`)];
const current = () => slides().reduce((best, s, i, list) => Math.abs(s.getBoundingClientRect().top) < Math.abs(list[best].getBoundingClientRect().top) ? i : best, 0);
const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
document.addEventListener("keydown", (event) => {
  if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey || event.target.closest("button, input, select")) return;
  event.preventDefault();
  const list = slides();
  const next = list[Math.min(Math.max(current() + steps[event.key], 0), list.length - 1)];
  next.scrollIntoView();
  next.focus({ preventScroll: true });
});
