// The keyboard: the search box, single-key shortcuts (data-key="n" on a link or button), rows of a list.
(() => {
  "use strict";
  const box = document.getElementById("search");
  const list = document.getElementById("search-results");
  const allowed = () => document.body.dataset.shortcuts !== "off";
  const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const modal = () => document.querySelector("dialog[open]");

  // --- The search box: htmx asks 200 ms after "desk-search", which composition holds back. ---
  let asked = "";
  let chosen = -1;
  const options = () => [...list.querySelectorAll("[role=option]")];

  function show(open) {
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) choose(-1);
  }

  function choose(index) {
    const found = options();
    chosen = index;
    found.forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
    if (index < 0 || !found[index]) {
      box.removeAttribute("aria-activedescendant");
    } else {
      box.setAttribute("aria-activedescendant", found[index].id);
      found[index].scrollIntoView({ block: "nearest" });
    }
  }

  function ask() {
    const text = box.value.trim();
    if (text === asked) return;
    asked = text;
    if (text) box.dispatchEvent(new CustomEvent("desk-search"));
    else show(false);
  }

  function searchKey(event) {
    if (window.desk.composing(event)) return;
    const found = list.hidden ? [] : options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!found.length) return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose((chosen + step + found.length) % found.length);
    } else if (event.key === "Enter" && chosen >= 0 && found[chosen]) {
      event.preventDefault();
      found[chosen].click();
    } else if (event.key === "Escape") {
      if (list.hidden) box.blur();
      else event.preventDefault();
      show(false);
    }
  }

  if (box) {
    box.addEventListener("input", (event) => { if (!event.isComposing) ask(); });
    box.addEventListener("compositionend", ask);
    box.addEventListener("keydown", searchKey);
    box.addEventListener("focus", () => { if (asked && list.childElementCount) show(true); });
    list.addEventListener("htmx:afterSwap", () => {
      chosen = -1;
      show(document.activeElement === box && box.value.trim() !== "");
    });
    document.addEventListener("click", (event) => { if (!event.target.closest(".finder")) show(false); });
    // A moment later, because a click on a result takes the focus first; another window coming forward changes nothing.
    box.form.addEventListener("focusout", () => {
      window.setTimeout(() => { if (document.hasFocus() && !box.form.contains(document.activeElement)) show(false); }, 150);
    });
  }

  function focusSearch(event) {
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  }

  // --- Rows: <table class="rows" data-rows-keys>. J and K walk, Enter opens, X ticks. ---
  const rows = () => [...document.querySelectorAll("table[data-rows-keys] tbody tr")].filter((row) => row.querySelector(".row-link"));

  function walk(step) {
    const all = rows();
    if (!all.length) return false;
    const at = all.findIndex((row) => row.classList.contains("is-here"));
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    all.forEach((row) => row.classList.toggle("is-here", row === next));
    next.querySelector(".row-link").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  function tick() {
    const row = document.querySelector("table[data-rows-keys] tr.is-here");
    const mark = row && row.querySelector(".pick input[type=checkbox]");
    if (mark) mark.click();
    return Boolean(mark);
  }

  document.addEventListener("change", (event) => {
    const table = event.target.closest("table.rows");
    if (!table || event.target.type !== "checkbox") return;
    if (event.target.hasAttribute("data-pick-all")) {
      table.querySelectorAll("tbody .pick input[type=checkbox]").forEach((mark) => { mark.checked = event.target.checked; });
    }
    const marks = [...table.querySelectorAll("tbody .pick input[type=checkbox]")];
    marks.forEach((mark) => mark.closest("tr").setAttribute("aria-selected", String(mark.checked)));
    const count = marks.filter((mark) => mark.checked).length;
    document.querySelectorAll("[data-picked]").forEach((bar) => { bar.hidden = count === 0; });
    document.querySelectorAll("[data-picked-count]").forEach((place) => { place.textContent = String(count); });
  });

  // --- Single keys, outside inputs only and only where the person has not switched them off. ---
  const visible = (element) => element.getClientRects().length > 0;
  const nameOf = (element) => element.dataset.keyName || element.getAttribute("aria-label") || element.textContent.trim();

  function use(element) {
    if (element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) element.focus();
    else element.click();
  }

  function press(key) {
    const wanted = [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key.toLowerCase() === key && visible(element));
    if (!wanted) return false;
    use(wanted);
    return true;
  }

  // The palette asks what the page itself offers.
  Object.assign(window.desk, { use, nameOf, keyed: () => [...document.querySelectorAll("[data-key], [data-key-name]")].filter(visible) });

  const BUILT_IN = { j: () => walk(1), k: () => walk(-1), x: tick, "?": help };

  // What the help lists is on the page now; where single keys are off it says so instead.
  function fillHelp(dialog) {
    const shown = dialog.querySelector("[data-keys-list]");
    shown.querySelectorAll("[data-from-page]").forEach((line) => line.remove());
    shown.querySelectorAll("[data-rows-keys-only]").forEach((line) => { line.hidden = !allowed() || rows().length === 0; });
    dialog.querySelector("[data-keys-off]").hidden = allowed();
    const first = shown.firstElementChild;
    shown.querySelectorAll("[data-single-key]").forEach((line) => { line.hidden = !allowed(); });
    if (allowed()) document.querySelectorAll("[data-key]").forEach((element) => {
      if (!visible(element)) return;
      const line = document.createElement("div");
      line.dataset.fromPage = "";
      const key = document.createElement("kbd");
      key.textContent = element.dataset.key.toUpperCase();
      line.appendChild(document.createElement("dt")).appendChild(key);
      line.appendChild(document.createElement("dd")).textContent = nameOf(element);
      shown.insertBefore(line, first);
    });
  }

  function help() {
    const dialog = document.getElementById("keys-help");
    fillHelp(dialog);
    if (!dialog.open) dialog.showModal();
    return true;
  }
  // The menu opens the same help; filled before the dialog shows.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open=keys-help]")) fillHelp(document.getElementById("keys-help"));
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || window.desk.composing(event)) return;
    const key = event.key.toLowerCase();
    if (key === "k" && (event.ctrlKey || event.metaKey)) {
      // A page without a palette (nobody has signed in) may have a search box.
      if (!modal() && !document.getElementById("palette")) focusSearch(event);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || modal() || typing(event.target)) return;
    // Help is there even without the other keys, for it says how to turn them on.
    if (!allowed() && key !== "?") return;
    if (key === "/") {
      focusSearch(event);
    } else if (press(key) || (BUILT_IN[key] && BUILT_IN[key]())) {
      event.preventDefault();
    }
  });
})();
