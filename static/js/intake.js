// Quick intake: suggestions while typing, drafts within two seconds, Alt+J joins, printing in a window opened by the press.
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

  // --- Drafts: one per open form, kept on the server two seconds after the last key. ---
  const key = field("draft");
  const kept = form.querySelector("[data-draft-words]");
  let saving = 0;
  form.addEventListener("input", () => {
    window.clearTimeout(saving);
    saving = window.setTimeout(save, 1500);
  });

  function save() {
    if (form.dataset.sending || !(words.value.trim() || field("unit").value.trim())) return;
    if (!key.value) key.value = window.desk.uuid();
    const headers = { "X-CSRFToken": window.desk.csrf() };
    // Followed, the redirect of an ended session would look like an answer.
    fetch(form.dataset.draftUrl, { method: "POST", body: new FormData(form), headers, redirect: "manual", credentials: "same-origin", keepalive: true })
      .then((answer) => {
        if (answer.type === "opaqueredirect") kept.textContent = kept.dataset.signedOut;
        else kept.textContent = answer.status === 204 ? kept.dataset.kept : "";
      })
      .catch(() => { kept.textContent = ""; });
  }
  form.addEventListener("submit", () => window.clearTimeout(saving));

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches && event.target.matches("[data-drop-draft]") && event.detail.successful) event.target.closest("li").remove();
  });

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
