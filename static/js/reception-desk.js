// The desk: the cursor waits in the search box; the line refreshes without moving rows under the pointer.
(() => {
  "use strict";
  const box = document.getElementById("search");
  if (box && !document.querySelector(".form-errors") && matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true });

  const line = document.getElementById("line");
  const news = document.getElementById("line-news");
  let waiting = null;
  const ids = (root) => [...root.querySelectorAll("[data-contact]")].map((row) => row.dataset.contact).join(" ");
  const busy = () => line.matches(":hover") || line.contains(document.activeElement) || document.querySelector("dialog[open]");

  function put(text) {
    line.innerHTML = text;
    waiting = null;
    news.hidden = true;
    window.htmx.process(line);
  }

  if (line) {
    line.addEventListener("htmx:beforeSwap", (event) => {
      const fresh = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").body;
      if (!busy() || ids(fresh) === ids(line)) {
        news.hidden = true;
        return;
      }
      event.detail.shouldSwap = false;
      waiting = event.detail.xhr.responseText;
      news.hidden = false;
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
