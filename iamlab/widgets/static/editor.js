// A text editor for policies: line numbers, a mark at the error, indentation. It judges nothing: Python reads the text.
const PAUSE = 50; // milliseconds after the last key before the text is sent
const MARKED = 20000; // longer texts are not marked inside, only in the line numbers

function element(tag, cls, parent) {
  const made = parent.appendChild(document.createElement(tag));
  made.className = cls;
  return made;
}

function render({ model, el }) {
  const box = element("div", "iamlab-editor", el);
  const numbers = element("pre", "iamlab-editor-numbers", box);
  numbers.setAttribute("aria-hidden", "true");
  const field = element("div", "iamlab-editor-field", box);
  const behind = element("pre", "iamlab-editor-behind", field);
  behind.setAttribute("aria-hidden", "true");
  const area = element("textarea", "iamlab-editor-area", field);
  area.spellcheck = false;
  area.autocapitalize = "off";
  area.rows = model.get("rows");
  area.setAttribute("aria-label", model.get("label"));
  const hint = element("p", "iamlab-hint", el);
  hint.id = `hint-${model.model_id ?? Math.random()}`;
  hint.textContent = "Tab indents, Shift+Tab takes it back. To leave the editor: Esc, then Tab.";
  area.setAttribute("aria-describedby", hint.id);
  area.value = model.get("text");

  let timer = 0;
  let leaving = false;

  const send = () => {
    clearTimeout(timer);
    timer = 0;
    if (model.get("text") === area.value) return;
    model.set("text", area.value);
    model.save_changes();
  };

  const draw = () => {
    const error = model.get("error");
    const lines = area.value.split("\n").length;
    const wrong = error.line ?? 0;
    numbers.replaceChildren();
    for (let line = 1; line <= Math.min(lines, 5000); line += 1) {
      const one = element("span", line === wrong ? "iamlab-editor-wrong" : "", numbers);
      one.textContent = `${line === wrong ? "✖ " : ""}${line}\n`;
    }
    area.setAttribute("aria-invalid", wrong ? "true" : "false");
    mark(wrong, error.column ?? 1);
  };

  // The text once more behind the field, invisible but for the place of the error.
  const mark = (line, column) => {
    behind.replaceChildren();
    if (!line || area.value.length > MARKED) return;
    const lines = area.value.split("\n");
    const before = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const start = Math.min(before + Math.max(column - 1, 0), area.value.length);
    const end = Math.max(before + (lines[line - 1] ?? "").length, start);
    behind.append(area.value.slice(0, start));
    const wrong = element("mark", "iamlab-editor-mark", behind);
    wrong.textContent = area.value.slice(start, end) || " ";
    behind.append(`${area.value.slice(end)}\n`);
    scroll();
  };

  const scroll = () => {
    numbers.scrollTop = behind.scrollTop = area.scrollTop;
    behind.scrollLeft = area.scrollLeft;
  };

  // Typed as if by hand, so that the browser's own undo takes it back.
  const type = (text) => {
    if (!document.execCommand("insertText", false, text)) {
      area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
      changed();
    }
  };

  const lineStart = () => area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;

  const indent = (back) => {
    if (!back) return type("  ");
    const start = lineStart();
    const blanks = /^ {0,2}/.exec(area.value.slice(start, start + 2))[0].length;
    if (!blanks) return;
    const caret = Math.max(area.selectionStart - blanks, start);
    area.setSelectionRange(start, start + blanks);
    document.execCommand("delete");
    area.setSelectionRange(caret, caret);
  };

  const key = (event) => {
    if (event.key === "Escape") {
      leaving = true;
      return;
    }
    if (event.key === "Tab" && !leaving && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      indent(event.shiftKey);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.shiftKey && !event.metaKey) {
      event.preventDefault();
      const line = area.value.slice(lineStart(), area.selectionStart);
      const deeper = /[[{]\s*$/.test(line) ? "  " : "";
      type(`\n${/^ */.exec(line)[0]}${deeper}`);
    }
    if (event.key !== "Shift") leaving = false;
  };

  const changed = () => {
    draw();
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  };

  // Another page on the same kernel typed: follow it, unless somebody is at work here.
  const followed = () => {
    if (document.activeElement === area || timer) return;
    area.value = model.get("text");
    draw();
  };

  // Python puts another text in place: a reset.
  const loaded = () => {
    clearTimeout(timer);
    timer = 0;
    area.value = model.get("loaded").text;
    model.set("text", area.value);
    model.save_changes();
    draw();
  };

  area.addEventListener("keydown", key);
  area.addEventListener("input", changed);
  area.addEventListener("blur", send);
  area.addEventListener("scroll", scroll);
  model.on("change:error", draw);
  model.on("change:text", followed);
  model.on("change:loaded", loaded);
  draw();

  return () => {
    send();
    model.off("change:error", draw);
    model.off("change:text", followed);
    model.off("change:loaded", loaded);
  };
}
export default { render };
