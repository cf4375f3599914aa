// Runs before the page is there, long before its other scripts: what a quick hand does meanwhile is not lost, and not done
// by half. Buttons that a script answers, keys outside of a text, and forms wait until the scripts are there; what was
// typed is told to them. Then <html data-ready> says that everything is heard. Where the scripts do not come, forms go all the same.
(() => {
  "use strict";
  const kept = [];
  const forms = new Set();
  // The browser does its own part at once; a script that is there already hears it with all others, once.
  const later = (event, act) => {
    event.stopImmediatePropagation();
    kept.push(act);
  };
  const keep = (event, act) => {
    event.preventDefault();
    later(event, act);
  };

  const typing = (place) => place.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const early = {
    click: (event) => {
      const button = event.target.closest && event.target.closest("button[type=button], [data-open]");
      if (button && !button.disabled) keep(event, () => button.click());
    },
    submit: (event) => {
      const form = event.target;
      if (form.method !== "post") return;
      const { submitter } = event;
      keep(event, () => forms.delete(form) && form.requestSubmit(submitter));
      forms.add(form);
    },
    keydown: (event) => {
      // In a text the browser writes what is typed; only what saves or leads elsewhere is ours.
      const ours = !typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape";
      if (event.isComposing || event.keyCode === 229 || !ours) return;
      const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
      later(event, () => {
        const place = document.activeElement || document.body;
        place.dispatchEvent(new KeyboardEvent("keydown", { key, code, ctrlKey, metaKey, altKey, shiftKey, bubbles: true, cancelable: true }));
      });
    },
    input: (event) => later(event, () => event.target.dispatchEvent(new Event("input", { bubbles: true }))),
    change: (event) => later(event, () => event.target.dispatchEvent(new Event("change", { bubbles: true }))),
  };

  Object.entries(early).forEach(([kind, act]) => window.addEventListener(kind, act, true));
  // After the listeners of this moment, htmx among them.
  document.addEventListener("DOMContentLoaded", () => window.setTimeout(() => {
    Object.entries(early).forEach(([kind, act]) => window.removeEventListener(kind, act, true));
    kept.forEach((act) => act());
    document.documentElement.dataset.ready = "";
  }, 0));
})();
