// A matrix to walk through. Every word in it comes from Python, and so does the answer to the cell that is chosen here.
const PAGE = 10; // rows that Page Up and Page Down move by

function element(tag, cls, parent, text = "") {
  const made = parent.appendChild(document.createElement(tag));
  if (cls) made.className = cls;
  if (text) made.textContent = text;
  return made;
}

// An ARN is broken behind its colons and slashes, where there is no place for all of it.
function breakable(parent, text) {
  for (const piece of text.split(/(?<=[:/])/)) parent.append(piece, document.createElement("wbr"));
}

function heading(parent, one, scope, role) {
  const made = element("th", "", parent);
  made.scope = scope;
  made.setAttribute("role", role);
  const inner = element("div", "iamlab-access-head", made);
  element("span", "iamlab-access-words", inner, one.words);
  if (one.mark) element("span", "iamlab-access-mark", inner, one.mark);
  if (one.note) breakable(element("span", "iamlab-access-note", inner), one.note);
  return made;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const heads = (grid) => ({ ...grid, note: "", rows: grid.rows.map((one) => ({ ...one, cells: one.cells.length })) });

function render({ model, el }) {
  const box = element("div", "iamlab-access", el);
  const scroller = element("div", "iamlab-access-scroller", box);
  box.tabIndex = -1; // holds the focus while there is no cell to hold it
  const note = element("p", "iamlab-access-more", box);
  const hint = element("p", "iamlab-hint", box, model.get("hint"));
  hint.id = `access-${Math.random().toString(36).slice(2)}`;

  let shown = null; // the grid as it is drawn
  let cells = []; // one list for each row
  let at = [0, 0]; // where the arrow keys are
  let held = ["", ""]; // the keys of its row and column

  const row = (parent) => {
    const made = element("tr", "", parent);
    made.setAttribute("role", "row");
    return made;
  };

  const head = (grid, table) => {
    const top = element("thead", "", table);
    const first = row(top);
    const corner = heading(first, { words: grid.corner }, "col", "columnheader");
    corner.className = "iamlab-access-corner";
    let second = first;
    if (grid.groups.length) {
      corner.rowSpan = 2;
      for (const one of grid.groups) heading(first, one, "colgroup", "columnheader").colSpan = one.span;
      second = row(top);
    }
    for (const one of grid.columns) heading(second, one, "col", "columnheader");
  };

  const fill = (made, one) => {
    made.className = `iamlab-access-${one.cls}`;
    made.replaceChildren();
    const sign = element("span", "iamlab-access-sign", made, one.sign);
    sign.setAttribute("aria-hidden", "true");
    element("span", "", made, `${one.words} `);
    if (one.mark) element("span", `iamlab-access-mark iamlab-access-${one.turn}`, made, one.mark);
  };

  const cell = (parent, one, place) => {
    const made = element("td", "", parent);
    made.setAttribute("role", "gridcell");
    made.tabIndex = -1;
    made.dataset.place = place.join(" ");
    fill(made, one);
    return made;
  };

  const build = (grid) => {
    const { scrollTop, scrollLeft } = scroller;
    scroller.replaceChildren();
    cells = [];
    if (!grid.rows.length) return;
    const table = element("table", "", scroller);
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", grid.title);
    table.setAttribute("aria-describedby", hint.id);
    head(grid, table);
    const body = element("tbody", "", table);
    grid.rows.forEach((line, r) => {
      const made = row(body);
      heading(made, line, "row", "rowheader");
      cells.push(line.cells.map((one, c) => cell(made, one, [r, c])));
    });
    scroller.scrollTo(scrollLeft, scrollTop);
  };

  // Under the same heads, those cells alone are drawn anew that say something else.
  const change = (before, grid) => {
    grid.rows.forEach((line, r) => {
      line.cells.forEach((one, c) => {
        if (!same(one, before.rows[r].cells[c])) fill(cells[r][c], one);
      });
    });
  };

  const draw = () => {
    const before = shown;
    const grid = (shown = model.get("grid"));
    const focused = box.contains(document.activeElement);
    if (before && same(heads(before), heads(grid))) change(before, grid);
    else build(grid);
    note.textContent = grid.note;
    box.classList.toggle("iamlab-access-empty", !cells.length);
    if (cells.length) {
      const row = grid.rows.findIndex((one) => one.key === held[0]);
      const column = grid.columns.findIndex((one) => one.key === held[1]);
      go(row < 0 ? at[0] : row, column < 0 ? at[1] : column, focused);
      mark();
    } else if (focused) box.focus();
  };

  const go = (r, c, focus) => {
    cells[at[0]]?.[at[1]]?.setAttribute("tabindex", "-1");
    at = [Math.max(Math.min(r, cells.length - 1), 0), Math.max(Math.min(c, cells[0].length - 1), 0)];
    held = [shown.rows[at[0]].key, shown.columns[at[1]].key];
    const there = cells[at[0]][at[1]];
    there.tabIndex = 0;
    if (!focus) return;
    // What is scrolled to must not come to lie under the heads.
    const top = scroller.querySelector("thead").offsetHeight;
    scroller.style.scrollPadding = `${top}px 4px 4px ${scroller.querySelector("th").offsetWidth}px`;
    there.focus();
  };

  const mark = () => {
    const { rows, columns } = shown;
    const [row, column] = model.get("chosen");
    cells.forEach((line, r) => {
      line.forEach((one, c) => {
        one.setAttribute("aria-selected", String(rows[r].key === row && columns[c].key === column));
      });
    });
  };

  const choose = () => {
    model.set("chosen", [...held]);
    model.save_changes();
  };

  const clicked = (event) => {
    const place = event.target.closest("td")?.dataset.place;
    if (!place) return;
    go(...place.split(" ").map(Number), true);
    choose();
  };

  const pressed = (event) => {
    if (!event.target.closest("td") || event.altKey || event.metaKey) return;
    const [r, c] = at;
    const last = [cells.length - 1, cells[0].length - 1];
    const next = {
      ArrowUp: [r - 1, c],
      ArrowDown: [r + 1, c],
      ArrowLeft: [r, c - 1],
      ArrowRight: [r, c + 1],
      PageUp: [r - PAGE, c],
      PageDown: [r + PAGE, c],
      Home: [event.ctrlKey ? 0 : r, 0],
      End: [event.ctrlKey ? last[0] : r, last[1]],
    }[event.key];
    if (next) go(...next, true);
    else if (event.key === "Enter" || event.key === " ") choose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  scroller.addEventListener("click", clicked);
  scroller.addEventListener("keydown", pressed);
  model.on("change:grid", draw);
  model.on("change:chosen", mark);
  draw();
  return () => {
    model.off("change:grid", draw);
    model.off("change:chosen", mark);
  };
}
export default { render };
