// The browser's own controls as Dash knows components: a list, radio buttons, boxes; and the map of sites.
"use strict";
(() => {
  const make = (...given) => window.React.createElement(...given);
  const put = (props, value) => props.setProps({ value });

  // What is drawn anew keeps the focus it had, so that arrows go on working.
  let held = "";
  document.addEventListener("focusin", (event) => { held = event.target.id || ""; });
  const keep = (id) => {
    const place = window.React.useRef(null);
    window.React.useEffect(() => { if (id && id === held && document.activeElement === document.body) place.current.focus(); }, []);
    return place;
  };

  const Choice = (props) => make("select",
    { id: props.id, ref: keep(props.id), value: props.value === null || props.value === undefined ? "" : props.value, onChange: (event) => put(props, event.target.value) },
    props.options.some((o) => o.value === (props.value || "")) ? null : make("option", { value: "" }, "–"),
    ...props.options.map((o) => make("option", { key: o.value, value: o.value }, o.label)));

  const Radios = (props) => make("div", { id: props.id, className: "options" },
    ...props.options.map((o) => make("label", { key: o.value },
      make("input", { type: "radio", name: props.id, value: o.value, checked: o.value === props.value, onChange: () => put(props, o.value) }),
      make("span", null, o.label))));

  function Boxes(props) {
    const chosen = props.value || [], full = props.most && chosen.length >= props.most;
    const toggle = (value) => put(props, chosen.includes(value) ? chosen.filter((v) => v !== value) : [...chosen, value]);
    return make("div", { id: props.id, className: "options column" },
      ...props.options.map((o) => make("label", { key: o.value },
        make("input", { type: "checkbox", value: o.value, checked: chosen.includes(o.value), disabled: full && !chosen.includes(o.value), onChange: () => toggle(o.value) }),
        make("span", null, o.label))));
  }

  function Map(props) {
    const { sites, links, chosen, shape } = props.drawing;
    const choose = (name) => props.setProps({ clicked: name });
    const keys = (event, i) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const next = sites[(i + by + sites.length) % sites.length];
      choose(next.name);
      const parent = event.currentTarget.parentElement;
      const found = [...parent.querySelectorAll("button")].find((b) => b.dataset.site === next.name);
      if (found) found.focus();
    };
    return make("div", { id: props.id, className: "map", role: "group", "aria-label": props.label, style: { aspectRatio: String(shape), maxWidth: `${36 * shape}rem` } },
      make("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": true },
        ...links.map((l, i) => make("line", { key: i, x1: l[0], y1: l[1], x2: l[2], y2: l[3] }))),
      ...sites.map((s, i) => make("button", {
        key: s.name, type: "button", "data-site": s.name, title: s.told, "aria-label": s.told, "aria-pressed": s.name === chosen,
        tabIndex: s.name === chosen ? 0 : -1, className: `place ${s.state}`, style: { left: `${s.x}%`, top: `${s.y}%` },
        onClick: () => choose(s.name), onKeyDown: (event) => keys(event, i),
      }, make("span", { className: "mark", style: { width: `${s.size}px`, height: `${s.size}px` } }),
      s.shown || s.name === chosen ? make("span", { className: "called" }, s.label) : null)));
  }

  window.workbench_native = { Choice, Radios, Boxes, Map };
})();
