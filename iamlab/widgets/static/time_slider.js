// A slider with a label, in the browser's own element; it says in words where it stands and decides nothing.
function words(minutes) {
  const hours = Math.floor(minutes / 60);
  const left = minutes % 60;
  return [hours ? `${hours} h` : "", left || !hours ? `${left} min` : ""].join(" ").trim();
}

function render({ model, el }) {
  const box = el.appendChild(document.createElement("div"));
  box.className = "iamlab-time";
  const label = box.appendChild(document.createElement("label"));
  const input = box.appendChild(document.createElement("input"));
  const shown = box.appendChild(document.createElement("span"));
  input.type = "range";
  input.min = 0;
  input.max = model.get("max");
  input.id = `iamlab-time-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  label.htmlFor = input.id;
  label.textContent = model.get("label");
  shown.setAttribute("aria-hidden", "true"); // the slider says the same itself

  const say = () => {
    shown.textContent = words(input.valueAsNumber);
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  const draw = () => {
    input.value = model.get("value");
    say();
  };
  input.addEventListener("input", say);
  input.addEventListener("change", () => {
    model.set("value", input.valueAsNumber);
    model.save_changes();
  });
  model.on("change:value", draw);
  draw();
  return () => model.off("change:value", draw);
}
export default { render };
