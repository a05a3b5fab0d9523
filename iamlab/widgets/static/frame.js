// Makes the widget around it a good citizen of the page; draws one line of text and decides nothing.
function render({ model, el }) {
  const notice = el.appendChild(document.createElement("p"));
  notice.className = "iamlab-notice";
  notice.setAttribute("role", "alert");

  const dress = () => {
    const box = el.closest(".iamlab-widget");
    if (!box) return;
    // Typing here is meant for the widget: without this, "b" would insert a cell.
    box.setAttribute("data-lm-suppress-shortcuts", "true");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", model.get("label"));
    for (const live of box.querySelectorAll(".iamlab-live")) live.setAttribute("aria-live", "polite");
  };
  // The box is put together around this element only after it has been drawn.
  const soon = requestAnimationFrame(dress);
  const later = setTimeout(dress, 500);

  const connected = () => {
    const gone = model.comm_live === false || (model.widget_manager && model.get("label") === undefined);
    notice.textContent = gone ? "Not connected: run the cell again." : "";
  };
  model.on("comm_live_update", connected);
  connected();
  return () => {
    cancelAnimationFrame(soon);
    clearTimeout(later);
    model.off("comm_live_update", connected);
  };
}
export default { render };
