// Quick intake: suggestions while typing, Alt+J joins, printing in a window opened by the press.
(() => {
  "use strict";
  const form = document.querySelector("form[data-intake]");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);
  const words = field("description");
  const panel = document.getElementById("suggestion");

  // --- Suggestions. ---
  let timer = 0;
  function suggest(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => panel.dispatchEvent(new CustomEvent("suggest")), wait);
  }
  let composing = false;
  words.addEventListener("compositionstart", () => { composing = true; });
  words.addEventListener("compositionend", () => { composing = false; suggest(250); });
  words.addEventListener("input", () => { if (!composing) suggest(350); });
  form.addEventListener("room-settled", () => suggest(0));
  field("building").addEventListener("change", () => suggest(0));

  // What the clerk chose is not suggested over; an empty choice gives it back to the words.
  form.addEventListener("change", (event) => {
    const chooses = event.target.dataset.chooses;
    if (!chooses) return;
    field(chooses).value = event.target.type === "checkbox" || event.target.value ? "1" : "";
    suggest(0);
  });
  // The panel is drawn anew only where it does not take the focus away from the clerk.
  panel.addEventListener("htmx:beforeSwap", (event) => {
    if (panel.contains(document.activeElement) && document.activeElement.tagName === "SELECT" && !event.detail.requestConfig.triggeringEvent) event.detail.shouldSwap = false;
  });

  form.addEventListener("keydown", (event) => {
    if (window.desk.composing(event)) return;
    if (event.altKey && event.key.toLowerCase() === "j") {
      const join = panel.querySelector("button[name=join]");
      if (join) {
        event.preventDefault();
        join.click();
      }
    } else if (event.key === "Escape" && event.target === words) {
      words.blur();
    }
  });

  // --- Where to begin: the room, or the words where the room is known. ---
  if (!form.querySelector(".form-errors")) (field("unit").value ? words : field("unit")).focus();

  // --- Printing: a window opened by the press itself is not blocked; the paper goes into it once the number is there. ---
  const PAPER = "desk-paper";
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-print-paper]") && !form.dataset.sending) window.open("about:blank", PAPER);
  });
  const paper = document.querySelector("form[data-print-now]");
  if (paper) {
    history.replaceState(null, "", location.href.replace(/&?print=1/, ""));
    paper.submit();
  }
})();
