// A form whose answer never came: back on its page, one is told that it was saved, before it is sent a second time.
(() => {
  "use strict";
  const SLOT = "desk.sent";
  const KEEP = 600000;

  function read() {
    try {
      return JSON.parse(sessionStorage.getItem(SLOT));
    } catch {
      return null;
    }
  }

  window.addEventListener("submit", (event) => {
    const form = event.target;
    const key = form.matches("form[data-once]") && form.querySelector("input[name=idempotency_key]");
    if (event.defaultPrevented || !key || form.method !== "post") return;
    const path = new URL(form.action, location.href).pathname;
    sessionStorage.setItem(SLOT, JSON.stringify({ path, key: key.value, page: location.pathname, at: Date.now() }));
  });

  async function ask() {
    const last = read();
    const place = document.body.dataset.sent;
    sessionStorage.removeItem(SLOT);
    // Another page is the answer that came, or one that was gone to meanwhile.
    if (!last || !place || last.page !== location.pathname || Date.now() - last.at > KEEP) return;
    const here = location.pathname + location.search;
    const answer = await fetch(`${place}?${new URLSearchParams({ path: last.path, key: last.key, here })}`);
    if (answer.status !== 200) return;
    const words = document.createRange().createContextualFragment(await answer.text());
    document.getElementById("content").prepend(words);
  }

  window.addEventListener("pageshow", () => { ask().catch(() => {}); });
})();
