// Two people on one record: while a form of the page is being filled in, everybody else who has the same record open sees by whom.
// <p data-presence="address to ask" data-words="{who} … {what}" hidden> on the page is all it takes; a form is named by its
// data-doing, else by the title of its dialog, else by its main button.
(() => {
  "use strict";
  const line = document.querySelector("[data-presence]");
  if (!line) return;
  const EVERY = 10000;
  const SOONEST = 2000;
  let others = [];
  let fading = [];
  let next = 0;
  let resting = false;
  let stopped = false;

  // --- What I do: a form of the page that was typed in and is still open. ---
  const page = line.closest("main") || document;
  const open = (form) => form.isConnected && (!form.closest("dialog") || form.closest("dialog").open);
  const doing = () => [...page.querySelectorAll("form[data-dirty]")].find(open);

  function named(form) {
    const place = form.closest("dialog");
    const title = (place && place.querySelector(".box-title")) || form.querySelector(".btn-primary span, .btn-primary");
    return form.dataset.doing || (title ? title.textContent.trim() : "");
  }

  // --- What the others do: told on the page and in each of its dialogs, and gone by itself when the sign is old. ---
  function places() {
    page.querySelectorAll("dialog.box form").forEach((form) => {
      if (form.querySelector(".presence")) return;
      const copy = line.cloneNode(true);
      copy.removeAttribute("data-presence");
      (form.querySelector(".box-title") || form).after(copy);
    });
    return [line, ...page.querySelectorAll("dialog.box .presence")];
  }

  function show() {
    const words = others.map((other) => line.dataset.words.replace("{who}", other.name).replace("{what}", other.doing)).join(" · ");
    places().forEach((place) => {
      const text = place.querySelector("[data-presence-text]");
      if (text.textContent !== words) text.textContent = words;
      place.hidden = !words;
    });
  }

  function heard(found) {
    fading.forEach(window.clearTimeout);
    others = found;
    fading = found.map((other) => window.setTimeout(() => {
      others = others.filter((each) => each !== other);
      show();
    }, other.seconds * 1000));
    show();
  }

  // --- Asking: every ten seconds while I type or the page is looked at. A question that fails is asked again. ---
  function send(fields) {
    const body = new URLSearchParams(fields);
    const headers = { ...window.desk.headers(), "Accept": "application/json" };
    return fetch(line.dataset.presence, { method: "POST", body, headers, keepalive: Boolean(fields.gone), redirect: "error" });
  }

  async function ask() {
    window.clearTimeout(next);
    if (stopped) return;
    next = window.setTimeout(ask, EVERY);
    const form = doing();
    if (!form && document.visibilityState !== "visible") return;
    resting = true;
    window.setTimeout(() => { resting = false; }, SOONEST);
    try {
      const answer = await send(form ? { doing: named(form) } : {});
      if (answer.status === 403 || answer.status === 404) stopped = true;
      if (answer.ok) heard(answer.status === 200 ? (await answer.json()).others : []);
    } catch {
      // No network, or signed out: the page says so elsewhere, and the sign grows old by itself.
    }
  }

  const soon = () => { if (!resting) ask(); };
  const leave = () => { send({ gone: "1" }).catch(() => {}); };

  page.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (!form || form.method !== "post" || event.target.type === "hidden") return;
    const first = !form.hasAttribute("data-dirty");
    form.dataset.dirty = "";
    if (first) ask();
  });
  // A dialog closed without sending, a form sent: nobody is filling it in any more.
  page.addEventListener("close", (event) => {
    const left = event.target.querySelector("form[data-dirty]");
    if (!left) return;
    delete left.dataset.dirty;
    if (!doing()) leave();
  }, true);
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.hasAttribute("data-dirty")) return;
    delete event.target.dataset.dirty;
    if (!doing()) leave();
  });
  window.addEventListener("pagehide", () => { if (doing()) leave(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") soon(); });
  window.addEventListener("focus", soon);
  ask();
})();
