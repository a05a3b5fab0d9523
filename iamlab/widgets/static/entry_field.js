// A line of text that is sent when it is left, and together with Enter when that is pressed. A field that sends each
// key may still have some on the way when the kernel hears of Enter, and would be read half-typed.
function render({ model, el }) {
  const box = el.appendChild(document.createElement("div"));
  box.className = "jupyter-widgets widget-inline-hbox widget-text iamlab-entry";
  const label = box.appendChild(document.createElement("label"));
  const input = box.appendChild(document.createElement("input"));
  label.className = "widget-label";
  label.textContent = model.get("label");
  input.type = "text";
  input.placeholder = model.get("placeholder");
  input.id = `iamlab-entry-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  label.htmlFor = input.id;

  const draw = () => {
    input.value = model.get("value");
  };
  input.addEventListener("change", () => {
    model.set("value", input.value);
    model.save_changes();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    model.set("value", input.value);
    model.set("entered", model.get("entered") + 1);
    model.save_changes();
  });
  model.on("change:value", draw);
  draw();
  return () => model.off("change:value", draw);
}
export default { render };
