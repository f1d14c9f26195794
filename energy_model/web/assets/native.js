// Native controls as Dash components: a drop-down list, radio buttons, check boxes, and the map of sites.
"use strict";
(() => {
  const make = (...args) => window.React.createElement(...args);
  const setValue = (props, value) => props.setProps({ value });

  // A control that is rendered again keeps its focus, so that the arrow keys go on working.
  let focusedId = "";
  document.addEventListener("focusin", (event) => { focusedId = event.target.id || ""; });
  const useFocus = (id) => {
    const element = window.React.useRef(null);
    window.React.useEffect(() => { if (id && id === focusedId && document.activeElement === document.body) element.current.focus(); }, []);
    return element;
  };

  const MAX_LISTED_OPTIONS = 30;  // of a list; a longer one is searched by typing
  function SearchedList(props) {
    const labelOf = (value) => (props.options.find((o) => o.value === value) || { label: "" }).label;
    const [text, setText] = window.React.useState(null);  // null where nothing is typed
    const list = `${typeof props.id === "string" ? props.id : JSON.stringify(props.id)}_options`;
    const type = (typed) => {
      const found = props.options.find((o) => o.label === typed);
      setText(found ? null : typed);
      if (found) setValue(props, found.value);
    };
    const matches = (typed) => props.options.filter((o) => o.label.toLowerCase().includes(typed.trim().toLowerCase()));
    const enter = (event) => {  // the first that has what is typed
      const [first] = event.key === "Enter" && text ? matches(text) : [];
      if (first) { setText(null); setValue(props, first.value); event.target.blur(); }
    };
    return make("span", { className: "searched" },
      make("input", { id: props.id, ref: useFocus(props.id), type: "text", list, autoComplete: "off", placeholder: labelOf(props.value), value: text === null ? labelOf(props.value) : text,
        "aria-invalid": Boolean(text) && matches(text).length === 0, onKeyDown: enter,
        onFocus: () => setText(""), onBlur: () => setText(null), onChange: (event) => type(event.target.value) }),
      make("datalist", { id: list }, ...props.options.map((o) => make("option", { key: o.value, value: o.label }))));
  }

  const Select = (props) => props.options.length > MAX_LISTED_OPTIONS ? make(SearchedList, props) : make("select",
    { id: props.id, ref: useFocus(props.id), value: props.value === null || props.value === undefined ? "" : props.value, onChange: (event) => setValue(props, event.target.value) },
    props.options.some((o) => o.value === (props.value || "")) ? null : make("option", { value: "" }, "–"),
    ...props.options.map((o) => make("option", { key: o.value, value: o.value }, o.label)));

  const Radios = (props) => make("div", { id: props.id, className: "options" },
    ...props.options.map((o) => make("label", { key: o.value },
      make("input", { type: "radio", name: props.id, value: o.value, checked: o.value === props.value, onChange: () => setValue(props, o.value) }),
      make("span", null, o.label))));

  function CheckBoxes(props) {
    const checked = props.value || [], full = props.max && checked.length >= props.max;
    const toggle = (value) => setValue(props, checked.includes(value) ? checked.filter((v) => v !== value) : [...checked, value]);
    return make("div", { id: props.id, className: "options column" },
      ...props.options.map((o) => make("label", { key: o.value },
        make("input", { type: "checkbox", value: o.value, checked: checked.includes(o.value), disabled: full && !checked.includes(o.value), onChange: () => toggle(o.value) }),
        make("span", null, o.label))));
  }

  function Map(props) {
    const { sites, links, selected, shape } = props.drawing, ground = props.ground || { shapes: [] };
    const size = window.innerWidth < 700 ? "narrow" : "wide";
    const labelOf = (s) => s[size] || (s.name === selected ? { text: s.label, right: 0, up: 20 } : null);
    const label = (s) => { const l = labelOf(s); return l && make("span", { className: "site-label", style: { left: `calc(50% + ${l.right}px)`, top: `calc(50% - ${l.up}px)` } }, l.text); };
    const select = (name) => props.setProps({ clicked: name });
    const keys = (event, i) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = sites[(i + step + sites.length) % sites.length];
      select(next.name);
      const parent = event.currentTarget.parentElement;
      const button = [...parent.querySelectorAll("button")].find((b) => b.dataset.site === next.name);
      if (button) button.focus();
    };
    return make("div", { id: props.id, className: `map${ground.has_sea ? " sea" : ""}`, role: "group", "aria-label": props.label, style: { aspectRatio: String(shape), maxWidth: `${36 * shape}rem` } },
      make("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": true },
        ...ground.shapes.map((g, i) => make("path", { key: `ground${i}`, d: g.path, className: `ground ${g.kind}` })),
        ...links.map((l, i) => make("line", { key: i, x1: l[0], y1: l[1], x2: l[2], y2: l[3] }))),
      ...sites.map((s, i) => make("button", {
        key: s.name, type: "button", "data-site": s.name, title: s.description, "aria-label": s.description, "aria-pressed": s.name === selected,
        tabIndex: s.name === selected ? 0 : -1, className: `site ${s.state}`, style: { left: `${s.x}%`, top: `${s.y}%` },
        onClick: () => select(s.name), onKeyDown: (event) => keys(event, i),
      }, make("span", { className: "mark", style: { width: `${s.size}px`, height: `${s.size}px` } }),
      label(s))));
  }

  window.workbench_native = { Select, Radios, CheckBoxes, Map };
})();
