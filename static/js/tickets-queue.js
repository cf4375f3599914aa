// A technician's steps without signal: kept on the phone, sent in order when the signal is back, never carried out twice.
// Forms: data-queue="<case number>" data-panel-next="<panel>" data-words="<what it says in the list>". One key and one moment
// belong to a step from its first attempt on, so that a repeat is the same request.
(() => {
  "use strict";
  const box = document.querySelector("[data-unsent]");
  if (!box) return;
  const STORE = `desk.unsent.${box.dataset.unsent}`;
  const PATIENCE = 15000;
  const AGAIN = 20000;
  const here = box.dataset.number || "";
  let sending = false;
  let goTo = "";

  function read() {
    try {
      return JSON.parse(localStorage.getItem(STORE)) || [];
    } catch {
      return [];
    }
  }

  function write(items) {
    try {
      localStorage.setItem(STORE, JSON.stringify(items));
      return true;
    } catch {
      return false;
    }
  }

  const drop = (key) => write(read().filter((item) => item.key !== key));
  const mark = (key, refused) => write(read().map((item) => (item.key === key ? { ...item, refused } : item)));

  // --- What waits is shown: how many, which, since when, and what was refused with its reason. ---
  function line(item) {
    const row = box.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.refused = item.refused ? "1" : "";
    row.querySelector("[data-what]").textContent = `${item.words} · ${item.number}`;
    row.querySelector("[data-when]").textContent = new Date(item.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    row.querySelector("[data-why]").textContent = item.refused || "";
    const retry = row.querySelector("[data-again]");
    const away = row.querySelector("[data-away]");
    retry.hidden = away.hidden = !item.refused;
    retry.addEventListener("click", () => { mark(item.key, ""); flush(); });
    away.addEventListener("click", () => { drop(item.key); window.location.reload(); });
    return row;
  }

  function show() {
    const items = read();
    box.hidden = items.length === 0;
    box.querySelector("[data-count]").textContent = String(items.length);
    box.querySelector("ul").replaceChildren(...items.map(line));
    const mine = items.filter((item) => item.number === here && !item.refused);
    if (mine.length) reveal(mine[mine.length - 1].next);
    document.querySelectorAll("[data-unsent-of]").forEach((place) => {
      place.hidden = !items.some((item) => item.number === place.dataset.unsentOf);
    });
  }

  // The page holds every step ahead; those done without signal fold away and the next one comes up.
  function reveal(name) {
    const panels = [...document.querySelectorAll("[data-panel]")];
    if (!panels.length) return;
    panels.forEach((panel) => { panel.hidden = panel.dataset.panel !== name; });
  }

  // --- Sending: in order, one after the other; a step that was refused holds up the later ones of its job only. ---
  async function post(item) {
    const stop = new AbortController();
    const timer = window.setTimeout(() => stop.abort(), PATIENCE);
    const body = new URLSearchParams(item.fields);
    body.set("csrfmiddlewaretoken", window.desk.csrf());
    try {
      const answer = await fetch(item.url, {
        method: "POST", body, redirect: "manual", signal: stop.signal, credentials: "same-origin",
        headers: { Accept: "application/json", "X-CSRFToken": window.desk.csrf() },
      });
      if (answer.type === "opaqueredirect" || answer.status === 401) return { signedOut: true };
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) return { done: true, to: said.to };
      if (answer.status === 403 && !said.detail) return { signedOut: true };
      return answer.status >= 500 ? {} : { refused: said.detail || String(answer.status) };
    } catch {
      return {};
    } finally {
      window.clearTimeout(timer);
    }
  }

  async function sendAll() {
    const held = new Set();
    for (const item of read()) {
      if (item.refused || held.has(item.number)) {
        held.add(item.number);
        continue;
      }
      const answer = await post(item);
      if (answer.done) {
        drop(item.key);
        if (item.number === here) goTo = answer.to || window.location.pathname;
      } else if (answer.refused) {
        mark(item.key, answer.refused);
        held.add(item.number);
      } else {
        box.querySelector("[data-signed-out]").hidden = !answer.signedOut;
        return;
      }
      show();
    }
  }

  async function flush() {
    if (sending || !read().length) return;
    sending = true;
    box.classList.add("is-sending");
    try {
      await (navigator.locks ? navigator.locks.request(STORE, sendAll) : sendAll());
    } finally {
      sending = false;
      box.classList.remove("is-sending");
      show();
    }
    if (goTo && !read().some((item) => item.number === here)) window.location.assign(goTo);
  }

  // --- A tap: written down first, sent second. ---
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-queue]");
    if (!form || event.defaultPrevented) return;
    if (form.dataset.waits && document.querySelector(form.dataset.waits)) {
      event.preventDefault();
      return;
    }
    const data = new FormData(form, event.submitter);
    const key = String(data.get("idempotency_key") || window.desk.uuid());
    const at = new Date().toISOString();
    data.delete("csrfmiddlewaretoken");
    data.set("idempotency_key", key);
    data.set("happened_at", at);
    const item = {
      key, at, number: form.dataset.queue, url: form.action, next: form.dataset.panelNext || "", words: form.dataset.words || "",
      fields: [...data].filter(([, value]) => typeof value === "string"), refused: "",
    };
    if (!write([...read(), item])) return;
    event.preventDefault();
    delete form.dataset.typed;
    reveal(item.next);
    show();
    flush();
  });

  // --- What was typed for the end of a job survives a lost page. ---
  document.querySelectorAll("form[data-remember]").forEach((form) => {
    const slot = `desk.typed.${box.dataset.unsent}.${form.dataset.remember}`;
    const fields = () => [...form.querySelectorAll("textarea[name], input[type=text][name], input[type=number][name]")];
    try {
      const kept = JSON.parse(localStorage.getItem(slot)) || {};
      fields().forEach((field) => { if (!field.value && kept[field.name]) field.value = kept[field.name]; });
    } catch {
      localStorage.removeItem(slot);
    }
    form.addEventListener("input", () => {
      localStorage.setItem(slot, JSON.stringify(Object.fromEntries(fields().map((field) => [field.name, field.value]))));
    });
    form.addEventListener("submit", () => localStorage.removeItem(slot));
  });

  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  window.setInterval(flush, AGAIN);
  show();
  flush();
})();
