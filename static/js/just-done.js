// A menu that is read from the server each time it opens: <details data-load-on-open> around an element with hx-trigger="desk-open".
(() => {
  "use strict";
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.open || !menu.hasAttribute("data-load-on-open")) return;
    menu.querySelector("[hx-trigger=desk-open]").dispatchEvent(new CustomEvent("desk-open"));
  }, true);
})();
