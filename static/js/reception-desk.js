// The desk: the cursor waits in the search box; the line refreshes without moving rows under the pointer or the keyboard.
(() => {
  "use strict";
  const box = document.getElementById("search");
  if (box && !document.querySelector(".form-errors") && matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true });

  const line = document.getElementById("line");
  const news = document.getElementById("line-news");
  let waiting = null;
  const rows = (root) => [...root.querySelectorAll("[data-contact]")];
  const ids = (root) => rows(root).map((row) => row.dataset.contact).join(" ");
  // What somebody reads, and the state that a button would act on.
  const content = (root) => root.textContent.replace(/\s+/g, " ") + [...root.querySelectorAll("[name=version]")].map((field) => field.value).join(" ");
  const focused = () => line.contains(document.activeElement) || document.activeElement === news;
  const asking = () => document.querySelector("dialog[open]");

  function put(text) {
    line.innerHTML = text;
    waiting = null;
    news.hidden = true;
    window.htmx.process(line);
    const first = line.querySelector("a, button");
    if (first) first.focus();
  }

  // Only what is new is read out: who came, and who has waited too long since the last look.
  const flagged = (row) => row.dataset.contact + (row.classList.contains("is-flagged") ? "!" : "");
  let told = new Set(line ? rows(line).map(flagged) : []);
  function tell(fresh) {
    const fresher = rows(fresh).filter((row) => !told.has(flagged(row)));
    told = new Set(rows(fresh).map(flagged));
    const words = fresher.map((row) => `${row.querySelector("strong").textContent} ${row.querySelector(".due, .state").textContent.trim()}`);
    if (words.length) document.getElementById("line-status").textContent = words.join("; ");
  }

  if (line) {
    line.addEventListener("htmx:beforeSwap", (event) => {
      // Signed out meanwhile, the sign-in page answers; it says nothing about the line.
      if (new URL(event.detail.xhr.responseURL).pathname !== line.getAttribute("hx-get")) return;
      const fresh = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").body;
      tell(fresh);
      const same = ids(fresh) === ids(line);
      news.hidden = true;
      if (asking() || (focused() && content(fresh) === content(line))) {
        event.detail.shouldSwap = false;
      } else if (!same && (focused() || line.matches(":hover"))) {
        event.detail.shouldSwap = false;
        waiting = event.detail.xhr.responseText;
        news.hidden = false;
      }
    });
    news.addEventListener("click", () => { if (waiting !== null) put(waiting); });
  }

  // One dialog for every row: it learns from the button whom it is about.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pass]");
    if (!button) return;
    const dialog = document.getElementById("pass-on");
    dialog.querySelector("form").action = button.dataset.pass;
    dialog.querySelector("[name=version]").value = button.dataset.version;
    dialog.querySelector("[data-who]").textContent = button.dataset.who;
    if (!dialog.open) dialog.showModal();
  });
})();
