// A technician's steps without signal: kept on the phone, sent in order when the signal is back, never carried out twice.
// Forms: data-queue="<case number>" data-panel-next="<panel>" data-words="<what it says in the list>". One key and one moment
// belong to a step from its first attempt on, so that a repeat is the same request. Each says what its page saw last
// (seen_event): where somebody else worked on the job since, it is refused with what they did, and the person decides.
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
  let busy = false;

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
  const mark = (key, refused, news = null) => write(read().map((item) => (item.key === key ? { ...item, refused, news } : item)));

  // Somebody else worked on the job meanwhile, and the person has read what: this step and those behind it know it now.
  // A step from before the change is taken when it is decided on: nobody had asked for it as it stands.
  function goOnKnowing(item) {
    const knowing = (each) => {
      const kept = each.fields.filter(([name]) => name !== "seen_event" && name !== "happened_at");
      const at = Date.parse(each.at) < Date.parse(item.news.changed_at) ? new Date().toISOString() : each.at;
      return { ...each, at, fields: [...kept, ["seen_event", String(item.news.seen_event)], ["happened_at", at]] };
    };
    write(read().map((each) => (each.number === item.number ? knowing(each) : each)));
  }

  // --- After a step the page rests: the next step's button comes up under the same finger, and a double tap must not press it.
  // The next page comes up after the rest only. ---
  const REST = 1500;
  let resting = false;
  const isStep = (button) => button.type === "submit" && button.form && button.form.method === "post";

  function rest() {
    const still = [...document.querySelectorAll("button")].filter((button) => !button.disabled && (isStep(button) || button.dataset.open));
    still.forEach((button) => { button.disabled = true; });
    window.setTimeout(() => {
      resting = false;
      if (goTo && leave()) return;
      still.forEach((button) => { button.disabled = Boolean(button.form && button.form.dataset.sending); });
    }, REST);
  }

  // Before every other listener, or the form would be taken for sent.
  window.addEventListener("submit", (event) => {
    if (!resting || event.target.method !== "post") return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // --- What waits is shown: how many, which, since when, and what was refused with its reason. ---
  function line(item) {
    const row = box.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.refused = item.refused ? "1" : "";
    row.querySelector("[data-what]").textContent = `${item.words} · ${item.number}`;
    row.querySelector("[data-when]").textContent = new Date(item.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    row.querySelector("[data-why]").textContent = item.refused || "";
    const retry = row.querySelector("[data-again]");
    const away = row.querySelector("[data-away]");
    const anyway = row.querySelector("[data-anyway]");
    const look = row.querySelector("[data-look]");
    away.hidden = !item.refused;
    retry.hidden = !item.refused || Boolean(item.news);
    anyway.hidden = look.hidden = !item.refused || !item.news;
    look.href = item.page || window.location.pathname;
    anyway.addEventListener("click", () => { goOnKnowing(item); mark(item.key, ""); flush(); });
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
    const ahead = mine.map((item) => item.next).filter(Boolean).pop();
    if (ahead) reveal(ahead);
    items.filter((item) => item.number === here && item.refused).forEach(giveBack);
    document.querySelectorAll("[data-unsent-of]").forEach((place) => {
      place.hidden = !items.some((item) => item.number === place.dataset.unsentOf);
    });
  }

  // What was refused stands on the page again as it was typed, to be mended and sent once more.
  function giveBack(item) {
    const form = [...document.querySelectorAll("form[data-queue]")].find((each) => each.action === item.url);
    const panel = form && form.closest("[data-panel]");
    if (!panel) return;
    reveal(panel.dataset.panel);
    delete form.dataset.sending;
    // Sent once more from here it was decided with what is said above it.
    const seen = form.querySelector("input[name=seen_event]");
    if (seen && item.news) seen.value = String(Math.max(item.news.seen_event, Number(seen.value)));
    document.querySelectorAll("button").forEach((button) => {
      if (button.form !== form || resting) return;
      button.disabled = false;
      button.removeAttribute("aria-busy");
    });
  }

  // The page holds every step ahead; those done without signal fold away and the next one comes up.
  function reveal(name) {
    const panels = [...document.querySelectorAll("[data-panel]")];
    if (!panels.length) return;
    panels.forEach((panel) => { panel.hidden = panel.dataset.panel !== name; });
    const done = { arrive: 1, complete: 2 }[name] || 0;
    document.querySelectorAll(".path li").forEach((step, place) => {
      if (place < done) step.classList.add("is-done");
      if (done && place === done) step.setAttribute("aria-current", "step");
      else if (done) step.removeAttribute("aria-current");
    });
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
        headers: { ...window.desk.headers(), Accept: "application/json" },
      });
      if (answer.type === "opaqueredirect" || answer.status === 401) return { signedOut: true };
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) return { done: true, to: said.to };
      if (answer.status === 404) return { refused: box.dataset.gone };
      if (answer.status === 403 && !said.detail) return { signedOut: true };
      if (answer.status >= 500) return { broken: true };
      return { refused: said.detail || String(answer.status), news: said.seen_event ? said : null };
    } catch {
      return {};
    } finally {
      window.clearTimeout(timer);
    }
  }

  function nextOf(items, passed) {
    const held = new Set(passed);
    return items.find((item) => {
      if (!item.refused && !held.has(item.number)) return true;
      held.add(item.number);
      return false;
    });
  }

  // The list is read anew after each answer, so that a tap made meanwhile goes out with the rest.
  async function sendAll() {
    const tried = new Set();
    const passed = new Set();
    for (let item = nextOf(read(), passed); item && !tried.has(item.key); item = nextOf(read(), passed)) {
      tried.add(item.key);
      const answer = await post(item);
      if (answer.done) {
        drop(item.key);
        if (item.number === here) goTo = answer.to || window.location.pathname;
      } else if (answer.refused) {
        mark(item.key, answer.refused, answer.news);
        if (item.number === here) box.scrollIntoView({ block: "center" });
      } else if (answer.broken) {
        // The server failed over this step, not over the others: its job waits for the next pass, theirs go out now.
        passed.add(item.number);
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
    leave();
  }

  // Says whether another page comes up.
  function leave() {
    return Boolean(goTo) && !resting && !sending && !read().some((item) => item.number === here) && arrive();
  }

  // Everything is sent. The next page comes up; this one is drawn anew only where nobody has begun anything on it since the
  // tap, for a photo on its way, a signature or chosen parts would be lost.
  function arrive() {
    const sameHere = new URL(goTo, window.location.href).pathname === window.location.pathname;
    const going = !sameHere || !busy;
    if (going) window.location.assign(goTo);
    goTo = "";
    return going;
  }
  ["pointerdown", "keydown", "input", "change"].forEach((kind) => {
    // What is decided in the list of unsent steps begins nothing on the page.
    document.addEventListener(kind, (event) => { busy ||= !box.contains(event.target); }, { capture: true, passive: true });
  });

  // A question was answered and may be asked again: its dialog closes, empty, with a key of its own for the next time.
  function free(form) {
    form.closest("dialog").close();
    window.setTimeout(() => {
      form.reset();
      delete form.dataset.sending;
      form.querySelectorAll("button").forEach((button) => { button.disabled = false; button.removeAttribute("aria-busy"); });
      const key = form.querySelector("input[name=idempotency_key]");
      if (key) key.value = window.desk.uuid();
    }, 0);
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
      key, at, number: form.dataset.queue, page: window.location.pathname, url: form.action, next: form.dataset.panelNext || "", words: form.dataset.words || "",
      fields: [...data].filter(([, value]) => typeof value === "string"), refused: "",
    };
    // The same step once more takes the place of the one that was refused.
    if (!write([...read().filter((earlier) => earlier.url !== item.url || !earlier.refused), item])) return;
    event.preventDefault();
    delete form.dataset.typed;
    busy = false;
    if (form.closest("dialog")) free(form);
    resting = true;
    // After the form's own lock, and after a dialog was freed.
    window.setTimeout(rest, 0);
    show();
    flush();
  });

  // --- A report is a phrase, or words: asked for before the step counts as done, which without signal would be hours later. ---
  document.querySelectorAll("form[data-queue]").forEach((form) => {
    const phrases = [...form.querySelectorAll("input[name=phrase]")];
    const report = form.querySelector("textarea[name=report]");
    if (!phrases.length || !report) return;
    const ask = () => {
      const chosen = phrases.find((phrase) => phrase.checked);
      phrases.forEach((phrase) => { phrase.required = !report.value.trim(); });
      report.required = Boolean(chosen && !chosen.value);
    };
    form.addEventListener("input", ask);
    window.setTimeout(ask, 0);
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
  // Cards that came in anew say it too.
  document.addEventListener("htmx:afterSettle", show);
  show();
  flush();
})();
