// The list: A hands the ticked jobs (or the row one stands on) to somebody.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "a" || event.defaultPrevented || window.desk.composing(event)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.shortcuts === "off") return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]")) return;
    // Looked up each time: the rows may have come in anew.
    const bar = document.querySelector("[data-picked]");
    const choice = bar && bar.querySelector("select");
    if (!choice) return;
    if (bar.hidden) {
      const mark = document.querySelector("table[data-rows-keys] tr.is-here .pick input[type=checkbox]");
      if (mark && !mark.checked) mark.click();
    }
    if (bar.hidden) return;
    event.preventDefault();
    choice.focus();
  });
})();
