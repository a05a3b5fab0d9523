// Makes the widget around it a good citizen of the page; draws one line of text and decides nothing.
function render({ model, el }) {
  const notice = el.appendChild(document.createElement("p"));
  notice.className = "iamlab-notice";
  notice.setAttribute("role", "alert");
  let box = null;

  // Typing here is meant for the widget: without this, "b" would insert a cell. JupyterLab looks for the attribute
  // only from the focused element upwards, after trying the shortcut on the element itself.
  const guard = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");

  // A click is sent at once. What was chosen just before may still wait here, for ipywidgets sends one change of a
  // control at a time; the kernel would act on what was chosen before that. So the click waits for it.
  let models = [];
  let released = null;
  const gather = () => {
    Promise.all(Object.values(model.widget_manager._models ?? {})).then((found) => { models = found; });
  };
  const waiting = () => models.some((one) => one._msg_buffer);
  const hold = (event) => {
    const button = event.target.closest("button");
    if (button === null || button === released || !waiting()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const end = Date.now() + 10000;
    const again = () => {
      if (waiting() && Date.now() < end) return setTimeout(again, 20);
      released = button;
      button.click();
      released = null;
    };
    again();
  };

  const dress = () => {
    box = el.closest(".iamlab-widget");
    if (!box) return;
    box.addEventListener("focusin", guard);
    box.addEventListener("focusin", gather);
    box.addEventListener("click", hold, true);
    gather();
    box.dataset.ready = "true";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", model.get("label"));
    for (const live of box.querySelectorAll(".iamlab-live")) live.setAttribute("aria-live", "polite");
  };
  // The box is put together around this element only after it has been drawn.
  const frame = requestAnimationFrame(dress);
  const timer = setTimeout(dress, 500);

  // Only the whole model knows whether a kernel still answers it.
  let whole = null;
  const connection = () => {
    const gone = !whole.comm_live;
    notice.textContent = gone ? "Not connected: run the cell again." : "";
    box?.classList.toggle("iamlab-gone", gone);
  };
  model.widget_manager.get_model(model.get("own_id")).then((found) => {
    whole = found;
    whole.on("comm_live_update", connection);
    connection();
  });

  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    box?.removeEventListener("focusin", guard);
    box?.removeEventListener("focusin", gather);
    box?.removeEventListener("click", hold, true);
    whole?.off("comm_live_update", connection);
  };
}
export default { render };
