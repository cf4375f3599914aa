// Drafts: form[data-draft] is kept on the server while somebody types, and comes back where the address names it.
//   data-draft="contact"      which form it is;  data-draft-page   the address of its page;  data-draft-title   its name in the list
//   data-draft-given="unit …" what the address or the call gave: no draft is written over it
//   data-draft-drops="unit …" parameters of the address that the draft holds from then on
//   data-draft-filled="key"   the server fills it, from the draft named; only photos are brought back here
// Inside the form: parts/draft.html, with its key and the words.
(() => {
  "use strict";
  const WAIT = 1500;
  const LONGEST_WAIT = 4000;
  const AGAIN = 10000;
  const STORE = "desk.draft.";
  const SKIPPED = new Set(["csrfmiddlewaretoken", "idempotency_key", "version", "draft"]);
  const states = new WeakMap();
  const url = (name) => document.body.dataset[name];
  const whose = document.body.dataset.whose || "";

  // What somebody else typed in this tab is not for the next person; the sign-in page is nobody's yet.
  if (whose) Object.keys(sessionStorage).filter((name) => name.startsWith(STORE) && !name.startsWith(`${STORE}${whose}.`)).forEach((name) => sessionStorage.removeItem(name));
  const slot = (key) => `${STORE}${whose}.${key}`;

  const keyField = (form) => form.querySelector("input[name=draft]");
  const say = (form, words) => { form.querySelector("[data-draft-words]").textContent = words || ""; };
  const isKept = (form) => form.querySelector("[data-draft-words]").textContent === wordsOf(form).kept;
  const wordsOf = (form) => form.querySelector("[data-draft-words]").dataset;

  function stateOf(form) {
    if (!states.has(form)) states.set(form, { timer: 0, since: 0, stop: null, unsaved: false, touched: false });
    return states.get(form);
  }

  function typedInto(form) {
    const data = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string" || SKIPPED.has(name) || !value) continue;
      (data[name] = data[name] || []).push(value);
    }
    return data;
  }

  const isText = (field) => field.tagName === "TEXTAREA" || (field.tagName === "INPUT" && ["text", "search", "tel", "number"].includes(field.type));

  // A draft is worth keeping once there are words, a photo, or an answer was chosen.
  function isWorth(form) {
    return [...form.elements].some((field) => field.name && (isText(field) ? field.value.trim() : field.type === "radio" && field.checked && !field.defaultChecked))
      || Boolean(form.querySelector("photo-input input[type=hidden][value]:not([value=''])"));
  }

  // From now on the address names the draft: a reload brings it back without a question.
  function name(form, key) {
    const page = new URL(form.dataset.draftPage || location.pathname, location.origin);
    const drops = new Set((form.dataset.draftDrops || "").split(" "));
    const before = new URLSearchParams(page.pathname === location.pathname ? location.search : "");
    before.forEach((value, part) => {
      if (!drops.has(part) && part !== "done" && part !== "draft" && !page.searchParams.has(part)) page.searchParams.append(part, value);
    });
    const keys = new Set([...new URLSearchParams(location.search).getAll("draft"), key]);
    keys.forEach((one) => page.searchParams.append("draft", one));
    history.replaceState(history.state, "", page.pathname + page.search + location.hash);
  }

  function later(form) {
    const state = stateOf(form);
    if (form.dataset.sending) return;
    state.unsaved = true;
    if (isKept(form)) say(form, "");
    state.since = state.since || Date.now();
    window.clearTimeout(state.timer);
    state.timer = window.setTimeout(() => save(form), Math.max(0, Math.min(WAIT, state.since + LONGEST_WAIT - Date.now())));
  }

  function save(form) {
    const state = stateOf(form);
    window.clearTimeout(state.timer);
    if (form.dataset.sending || !form.isConnected || !isWorth(form)) return;
    const field = keyField(form);
    if (!field.value) field.value = window.desk.uuid();
    const key = field.value;
    const body = new URLSearchParams({
      key, whose, form: form.dataset.draft, page: form.dataset.draftPage || location.pathname,
      title: form.dataset.draftTitle || document.title, data: JSON.stringify(typedInto(form)),
    });
    state.unsaved = false;
    state.since = 0;
    name(form, key);
    if (state.stop) state.stop.abort();
    const stop = new AbortController();
    state.stop = stop;
    const failed = (words) => {
      state.unsaved = true;
      sessionStorage.setItem(slot(key), JSON.stringify({ form: form.dataset.draft, data: typedInto(form) }));
      say(form, words);
      if (words === wordsOf(form).failed) state.timer = window.setTimeout(() => save(form), AGAIN);
    };
    const headers = window.desk.headers();
    // Followed, the redirect of an ended session would look like an answer.
    fetch(url("draftKeep"), { method: "POST", body, headers, redirect: "manual", credentials: "same-origin", keepalive: true, signal: stop.signal })
      .then((answer) => {
        if (answer.status === 204) {
          sessionStorage.removeItem(slot(key));
          say(form, wordsOf(form).kept);
          // Kept, it may be left without a question; what was typed since then is not kept yet.
          if (!state.unsaved) delete form.dataset.typed;
        } else if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) failed(wordsOf(form).signedOut);
        else failed(wordsOf(form).failed);
      })
      .catch((reason) => { if (reason.name !== "AbortError") failed(wordsOf(form).failed); });
  }

  const all = () => [...document.querySelectorAll("form[data-draft]")];
  const formOf = (event) => event.target.closest && event.target.closest("form[data-draft]");

  ["input", "photos"].forEach((kind) => document.addEventListener(kind, (event) => {
    const form = formOf(event);
    if (!form || stateOf(form).filling) return;
    // A page's own script fills in who lives in a room: that is nobody typing.
    if (event.isTrusted) stateOf(form).touched = true;
    later(form);
  }));
  // The tab closes, or another one comes up: what is not kept yet goes out now.
  const saveNow = () => all().filter((form) => stateOf(form).unsaved).forEach(save);
  window.addEventListener("pagehide", saveNow);
  document.addEventListener("visibilitychange", saveNow);
  window.addEventListener("focus", saveNow);
  window.addEventListener("online", saveNow);

  // Something else has just failed: whether the draft is really kept is asked anew, before the page goes on saying so.
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((kind) => document.addEventListener(kind, (event) => {
    if (event.detail.xhr && event.detail.xhr.status > 0 && event.detail.xhr.status < 500) return;
    all().filter((form) => keyField(form).value && isKept(form)).forEach((form) => { say(form, ""); save(form); });
  }));

  window.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-draft]") || (event.defaultPrevented && !form.dataset.queue)) return;
    const state = stateOf(form);
    window.clearTimeout(state.timer);
    state.unsaved = false;
    if (state.stop) state.stop.abort();
    // Whoever was signed out sends it in vain: the words stay here for whoever signs in again.
    const inVain = form.querySelector("[data-draft-words]").textContent === wordsOf(form).signedOut;
    if (keyField(form).value && !inVain) sessionStorage.removeItem(slot(keyField(form).value));
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches && event.target.matches("[data-drop-draft]") && event.detail.successful) dropped(event.target);
  });

  // The fold says how many are left, and goes with the last.
  function dropped(button) {
    const fold = button.closest("details.drafts");
    const list = button.closest("ul");
    button.closest("li").remove();
    if (!fold) return;
    const count = fold.querySelector("summary [data-count]");
    if (list.children.length) count.textContent = count.textContent.replace(/\d+/, String(list.children.length));
    else fold.remove();
  }

  // --- Bringing back. ---
  const labelOf = (form, part) => {
    const field = form.elements.namedItem(part);
    const label = field && field.labels && field.labels[0];
    return label ? label.firstChild.textContent.trim() : part;
  };

  function fill(field, values) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else if (field.tagName === "SELECT") [...field.options].forEach((option) => { option.selected = values.includes(option.value); });
    else field.value = values[0];
  }

  function bringBack(form, key, data) {
    keyField(form).value = key;
    const given = new Set((form.dataset.draftGiven || "").split(" ").filter(Boolean));
    const kept = [...given].filter((part) => data[part] && form.elements.namedItem(part) && form.elements.namedItem(part).value !== data[part][0]);
    stateOf(form).filling = true;
    if (!form.hasAttribute("data-draft-filled")) {
      [...form.elements].forEach((field) => {
        if (!field.name || field.type === "hidden" || field.type === "file" || field.tagName === "BUTTON" || given.has(field.name) || SKIPPED.has(field.name)) return;
        if (data[field.name]) {
          fill(field, data[field.name]);
          // What came back must be seen.
          const inner = field.closest("details:not([open])");
          if (inner && form.contains(inner)) inner.open = true;
        } else if (field.type === "radio" || field.type === "checkbox") field.checked = false;
      });
      form.dispatchEvent(new Event("input", { bubbles: true }));
      form.dispatchEvent(new CustomEvent("draft-back", { bubbles: true }));
      const dialog = form.closest("dialog");
      if (dialog && !dialog.open) dialog.showModal();
      const fold = form.closest("details:not([open])");
      if (fold) fold.open = true;
    }
    form.querySelectorAll("photo-input").forEach((photos) => { if (data[photos.field]) photos.keep(data[photos.field]); });
    stateOf(form).filling = false;
    form.dataset.typed = "1";
    const words = wordsOf(form);
    say(form, kept.length ? words.given.replace("{}", kept.map((part) => labelOf(form, part)).join("、")) : words.back);
  }

  function sameForm(form, found) {
    return form.dataset.draft === found.form && (!found.page || found.page === (form.dataset.draftPage || location.pathname));
  }

  async function look(key) {
    const local = sessionStorage.getItem(slot(key));
    const answer = await fetch(`${url("drafts")}?key=${encodeURIComponent(key)}`, { headers: { ...window.desk.headers(), Accept: "application/json" }, redirect: "manual" }).catch(() => null);
    const found = answer && answer.ok ? await answer.json() : null;
    // What the server could not be told was typed later.
    const data = local ? JSON.parse(local) : found;
    const awaits = (one) => one.dataset.draftFilled === key || (!keyField(one).value && !stateOf(one).touched);
    const form = data && all().find((one) => awaits(one) && sameForm(one, data));
    if (!form) return;
    bringBack(form, key, data.data);
    if (local) save(form);
  }

  all().forEach((form) => {
    // A page that came back with mistakes carries the key it was sent with; of several forms, the one that was sent.
    if (new URL(form.action, location.href).pathname !== location.pathname) keyField(form).value = "";
  });
  new URLSearchParams(location.search).getAll("draft").forEach((key) => {
    if (!all().some((form) => keyField(form).value === key && form.dataset.draftFilled !== key)) look(key);
  });
})();
