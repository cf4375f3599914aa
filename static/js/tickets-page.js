// A ticket's page: a revealed number is dialled, photos refresh the page.
(() => {
  "use strict";

  // The number comes in answer to a tap. A phone dials it at once; at a desk it is read off and dialled on the set beside
  // the screen, where a browser asking for a program to call with would only be in the way (the number stays a link).
  function dial(root) {
    const link = root.querySelector && root.querySelector("a[data-dial-now]");
    if (!link) return;
    link.removeAttribute("data-dial-now");
    if (window.matchMedia("(pointer: coarse)").matches) window.location.href = link.href;
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    dial(event.target);
    const asked = event.detail.requestConfig && event.detail.requestConfig.elt.closest("dialog[open]");
    // What comes into the dialog itself (the clash beside the time) is no answer to it.
    if (asked && !asked.contains(event.target)) asked.close();
  });
  dial(document);

  // A standard phrase goes where the person writes, behind what stands there.
  document.addEventListener("click", (event) => {
    const phrase = event.target.closest("button[data-phrase]");
    const text = phrase && phrase.form.querySelector("textarea");
    if (!text) return;
    text.setRangeText(phrase.textContent, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });

  // Photos change the case: once all are sent, the page shows it as it now is, unless somebody is typing.
  document.addEventListener("photos", (event) => {
    const { sent, sending, failed } = event.detail;
    if (!event.target.hasAttribute("data-reload") && !event.target.closest("[data-reload]")) return;
    if (sent && !sending && !failed && !document.querySelector("dialog[open], form[data-typed]")) window.location.reload();
  });
})();
