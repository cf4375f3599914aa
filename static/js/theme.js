// Runs before the first paint: where nobody chose, the page follows the device's own light or dark.
(() => {
  "use strict";
  const root = document.documentElement;
  if (!root.hasAttribute("data-theme-chosen") && window.matchMedia("(prefers-color-scheme: dark)").matches) {
    root.setAttribute("data-bs-theme", "dark");
  }
})();
