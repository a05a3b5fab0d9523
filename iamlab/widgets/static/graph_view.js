// A graph to walk through: Python gives the drawing, and for each part of it what to say and what to highlight.
const SVG = "http://www.w3.org/2000/svg";

function element(tag, cls, parent, text = "") {
  const made = parent.appendChild(document.createElement(tag));
  if (cls) made.className = cls;
  if (text) made.textContent = text;
  return made;
}

function list(parent, title, sentences) {
  if (!sentences.length) return;
  element("p", "iamlab-graph-heading", parent, title);
  const items = element("ul", "", parent);
  for (const one of sentences) element("li", "", items, one);
}

function render({ model, el }) {
  const bar = element("div", "iamlab-tabs", el);
  bar.setAttribute("role", "tablist");
  bar.setAttribute("aria-label", "Ways to read this graph");
  const prefix = `graph-${Math.random().toString(36).slice(2)}`;
  const names = ["Picture", "Sentences", "Table"];
  const tabs = names.map((name, index) => {
    const tab = element("button", "iamlab-tab", bar, name);
    tab.type = "button";
    tab.id = `${prefix}-tab-${index}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", `${prefix}-panel-${index}`);
    return tab;
  });
  const panels = names.map((_, index) => {
    const panel = element("div", "iamlab-tabpanel", el);
    panel.id = `${prefix}-panel-${index}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `${prefix}-tab-${index}`);
    return panel;
  });
  const [picture, sentences, table] = panels;
  sentences.tabIndex = table.tabIndex = 0;
  const drawing = element("div", "iamlab-graph-drawing", picture);
  const help = element("p", "iamlab-hint", picture);
  help.textContent =
    "Click a part, or Tab to it: → and ← follow the arrows, ↓ and ↑ go through everything, Esc chooses nothing.";
  const about = element("div", "iamlab-graph-about", picture);
  about.setAttribute("aria-live", "polite");

  let parts = new Map(); // key -> the part of the drawing
  let chosen = "";

  const open = (index, focus) => {
    tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
      panels[at].hidden = at !== index;
    });
    if (focus) tabs[index].focus();
  };
  const turn = (event) => {
    const at = tabs.indexOf(event.target);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    open((next + tabs.length) % tabs.length, true);
  };
  tabs.forEach((tab, index) => tab.addEventListener("click", () => open(index, false)));
  bar.addEventListener("keydown", turn);

  const traces = () => model.get("graph").traces;

  const choose = (key) => {
    chosen = key;
    const trace = traces().find((one) => one.key === key);
    const related = new Set(trace ? trace.related : []);
    for (const [at, part] of parts) {
      part.classList.toggle("iamlab-chosen", at === key);
      part.classList.toggle("iamlab-faded", Boolean(trace) && !related.has(at));
      part.setAttribute("aria-pressed", String(at === key));
    }
    about.replaceChildren();
    if (!trace) return;
    element("p", "iamlab-graph-title", about, trace.words);
    list(about, "What leads here:", trace.leads_here);
    list(about, "What follows from here:", trace.leads_on);
    if (trace.detail) {
      element("p", "iamlab-graph-heading", about, "Its text:");
      const text = element("pre", "", about, trace.detail);
      text.tabIndex = 0;
      text.setAttribute("aria-label", `Text of ${trace.words}`);
      text.setAttribute("role", "region");
    }
  };

  const go = (key) => {
    const part = parts.get(key);
    if (!part) return;
    part.focus();
    choose(key);
  };

  // Along the arrows: from a node to an edge, from an edge to its end; or through everything in order.
  const follow = (event, key) => {
    const all = [...parts.keys()];
    const { edges } = model.get("graph");
    const at = all.indexOf(key);
    let next;
    if (event.key === "ArrowDown") next = all[(at + 1) % all.length];
    if (event.key === "ArrowUp") next = all[(at - 1 + all.length) % all.length];
    const [near, far] = event.key === "ArrowRight" ? ["source", "target"] : ["target", "source"];
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      next = key.startsWith("e") ? edges[Number(key.slice(1))][far] : edges.find((one) => one[near] === key)?.key;
    }
    if (event.key === "Enter" || event.key === " ") next = key;
    if (event.key === "Escape") choose("");
    else if (next) go(next);
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const draw = () => {
    const graph = model.get("graph");
    const held = document.activeElement?.dataset?.key ?? "";
    const focused = el.contains(document.activeElement) ? held : "";
    drawing.replaceChildren();
    parts = new Map();
    if (graph.svg) {
      const svg = document.importNode(new DOMParser().parseFromString(graph.svg, "image/svg+xml").documentElement, true);
      svg.setAttribute("role", "group");
      svg.setAttribute("aria-label", graph.title);
      svg.setAttribute("class", "iamlab-graph-svg");
      for (const one of svg.querySelectorAll("[id]")) one.removeAttribute("id");
      for (const trace of graph.traces) {
        const part = svg.querySelector(`g.${trace.key}`);
        if (!part) continue;
        parts.set(trace.key, part);
        part.dataset.key = trace.key;
        part.setAttribute("role", "button");
        part.setAttribute("aria-label", trace.words);
        part.setAttribute("tabindex", trace.key.startsWith("n") ? "0" : "-1");
        part.addEventListener("click", () => go(trace.key));
        part.addEventListener("focus", () => choose(trace.key));
        part.addEventListener("keydown", (event) => follow(event, trace.key));
        if (trace.key.startsWith("e")) widen(part);
      }
      drawing.append(svg);
    } else {
      element("p", "", drawing, "This graph cannot be drawn here: read it as sentences or as a table.");
    }
    sentences.replaceChildren();
    list(sentences, graph.title, graph.sentences);
    table.replaceChildren();
    fill(graph);
    choose(parts.has(chosen) ? chosen : "");
    if (focused) (parts.get(focused) ?? tabs[0]).focus();
  };

  // A line of one pixel is hard to hit: the same path once more, broad and invisible.
  const widen = (part) => {
    const path = part.querySelector("path");
    if (!path) return;
    const broad = document.createElementNS(SVG, "path");
    broad.setAttribute("d", path.getAttribute("d"));
    broad.setAttribute("class", "iamlab-graph-hit");
    part.append(broad);
  };

  const fill = (graph) => {
    const made = element("table", "iamlab-graph-table", table);
    const head = element("tr", "", element("thead", "", made));
    for (const name of graph.columns) element("th", "", head, name).scope = "col";
    const body = element("tbody", "", made);
    for (const row of graph.rows) {
      const line = element("tr", "", body);
      for (const cell of row) element("td", "", line, cell);
    }
  };

  model.on("change:graph", draw);
  draw();
  open(model.get("graph").svg ? 0 : 1, false);
  return () => model.off("change:graph", draw);
}
export default { render };
