// Rows that change under the reader. <div id="…" data-live="tickets"> around rows, data-live-row="BX-1 5" (name, version) on each:
// what is new waits behind a button above them, and comes in when it is pressed. It stands in no grid, for the button stands
// before it. data-live-along (with an id): comes in with the rows. data-live-self: the region is told instead
// ("desk-live") and looks for itself. The navigation's counts, unread messages and the red banner come with the same answer.
(() => {
  "use strict";
  const url = document.body.dataset.liveUrl;
  const words = document.getElementById("live-words");
  if (!url || !words) return;
  const SECOND = 1000;
  const PATIENCE = 15 * SECOND;
  const LONGEST = 300 * SECOND;
  const regions = [...document.querySelectorAll("[data-live]")].map((element) => ({ element, known: null, told: new Map() }));
  const OFTEN = (regions.length ? 10 : 30) * SECOND;
  let tag = "";
  let wait = OFTEN;
  let timer = 0;
  let over = false;
  let asking = null;

  // --- Asking: while somebody looks, less often while the server is in trouble, no more once signed out. ---
  function address() {
    const query = new URLSearchParams(location.search);
    query.delete("live");
    regions.forEach(({ element }) => query.append("live", element.dataset.live));
    if (document.body.dataset.project) query.set("project", document.body.dataset.project);
    return `${url}?${query}`;
  }

  function later(pause) {
    window.clearTimeout(timer);
    if (!over) timer = window.setTimeout(look, pause * (0.9 + Math.random() / 5));
  }

  function slower(answer) {
    const told = Number(answer && answer.headers.get("Retry-After")) * SECOND;
    wait = Math.min(Math.max(wait * 2, told || 0), LONGEST);
  }

  async function once() {
    const stop = new AbortController();
    const limit = window.setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(address(), {
        credentials: "same-origin",
        redirect: "manual",
        headers: tag ? { "If-None-Match": tag } : {},
        signal: stop.signal,
      });
      if (answer.status === 200) {
        show(await answer.json());
        tag = answer.headers.get("ETag") || "";
      }
      if (answer.status === 200 || answer.status === 304) wait = OFTEN;
      else if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) over = true;
      else slower(answer);
    } catch {
      slower();
    } finally {
      window.clearTimeout(limit);
    }
  }

  function look() {
    window.clearTimeout(timer);
    if (over || document.hidden) return Promise.resolve();
    asking ||= once().finally(() => {
      asking = null;
      later(wait);
    });
    return asking;
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  window.addEventListener("online", look);

  // --- What the answer says. ---
  function show(answer) {
    for (const [place, count] of Object.entries(answer.counts)) {
      document.querySelectorAll(`[data-count="${CSS.escape(place)}"]`).forEach((each) => put(each, count, String(count)));
    }
    document.querySelectorAll("[data-unread]").forEach((each) => put(each, answer.unread, answer.unread > 99 ? "99+" : String(answer.unread)));
    document.querySelectorAll("[data-unread-words]").forEach((each) => { each.textContent = answer.unread ? `, ${answer.unread_words}` : ""; });
    document.querySelectorAll("[data-banner]").forEach((each) => {
      const said = each.querySelector("span");
      if (said.textContent !== answer.banner) said.textContent = answer.banner;
      each.hidden = !answer.banner;
    });
    regions.forEach((region) => compare(region, answer.lists[region.element.dataset.live]));
  }

  function put(element, count, text) {
    if (element.textContent !== text) element.textContent = text;
    element.hidden = !count;
  }

  const shownIn = (element) => new Map([...element.querySelectorAll("[data-live-row]")].map((row) => row.dataset.liveRow.split(" ")));

  // New is what was not in the list when the page was made; changed and gone, what stands on the page.
  function compare(region, { rows, more }) {
    const now = new Map(rows.map(([name, version]) => [name, String(version)]));
    region.told = now;
    if (!region.known) {
      region.known = now;
      if (region.element.hasAttribute("data-live-self")) return;
    }
    const shown = shownIn(region.element);
    const known = (name) => region.known.has(name) || shown.has(name);
    const names = [...now.keys()];
    // Of a list too long to be looked at whole, what moves up into the part looked at is not new.
    const end = more ? names.findLastIndex(known) + 1 : names.length;
    const fresh = names.slice(0, end).filter((name) => !known(name));
    const changed = [...shown].filter(([name, version]) => now.has(name) && version !== undefined && version !== now.get(name));
    const gone = [...shown.keys()].filter((name) => !now.has(name));
    if (region.element.hasAttribute("data-live-self")) {
      const same = region.known.size === now.size && rows.every(([name, version]) => region.known.get(name) === String(version));
      region.known = now;
      if (!same) region.element.dispatchEvent(new CustomEvent("desk-live"));
      return;
    }
    say(region, fresh.length, changed.length, gone.length);
  }

  // --- The button above the rows; it lies over the list's edge and moves nothing. ---
  function barOf(region) {
    if (!region.bar) {
      region.bar = document.createElement("div");
      region.bar.className = "live-bar";
      region.bar.setAttribute("aria-live", "polite");
      region.element.before(region.bar);
    }
    return region.bar;
  }

  function say(region, fresh, changed, gone) {
    const own = region.element.dataset;
    const said = [[own.liveNew || words.dataset.new, fresh], [words.dataset.changed, changed], [words.dataset.gone, gone]];
    const text = said.filter(([, count]) => count).map(([phrase, count]) => phrase.replace("{}", String(count))).join(" · ");
    const bar = barOf(region);
    if (!text) {
      bar.replaceChildren();
      return;
    }
    const button = bar.querySelector("button") || bar.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "btn live-news";
    button.dataset.key = "r";
    button.dataset.keyName = words.dataset.show;
    if (button.textContent !== text) button.textContent = text;
  }

  // --- Bringing them in: the rows are new, what the person did with them stays. ---
  const rowNamed = (element, name) => [...element.querySelectorAll("[data-live-row]")].find((row) => row.dataset.liveRow.split(" ")[0] === name);
  const nameOf = (row) => row && row.dataset.liveRow.split(" ")[0];
  const fields = (element) => [...element.querySelectorAll("input[name]:not([type=hidden]), select[name], textarea[name]")];
  const isMark = (field) => field.type === "checkbox" || field.type === "radio";
  const keyOf = (field) => (isMark(field) ? `${field.name}=${field.value}` : field.name);

  function remember(element) {
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    const row = focused && focused.closest("[data-live-row]");
    const all = [...element.querySelectorAll("[data-live-row]")];
    const anchor = row || all.find((each) => each.getBoundingClientRect().bottom > 0);
    return {
      here: nameOf(element.querySelector("[data-live-row].is-here")),
      row: nameOf(row),
      place: all.indexOf(row),
      wasIn: focused && (isMark(focused) ? "input" : "a, button"),
      id: focused && focused.id,
      anchor: nameOf(anchor),
      top: anchor ? anchor.getBoundingClientRect().top : 0,
      values: new Map(fields(element).map((field) => [keyOf(field), isMark(field) ? field.checked : field.value])),
      names: new Set(all.map(nameOf)),
    };
  }

  function recall(element, was) {
    let ticked = null;
    fields(element).forEach((field) => {
      if (!was.values.has(keyOf(field)) || field.hasAttribute("data-pick-all")) return;
      const value = was.values.get(keyOf(field));
      if (isMark(field)) field.checked = value;
      else field.value = value;
      if (field.closest(".pick")) ticked = field;
    });
    // The bar that counts ticked rows counts again.
    if (ticked) ticked.dispatchEvent(new Event("change", { bubbles: true }));
    const all = [...element.querySelectorAll("[data-live-row]")];
    all.forEach((row) => row.classList.toggle("is-new", !was.names.has(nameOf(row))));
    const here = was.here && rowNamed(element, was.here);
    if (here) here.classList.add("is-here");
    if (was.wasIn) {
      const row = was.row && (rowNamed(element, was.row) || all[Math.min(was.place, all.length - 1)]);
      const target = (was.id && document.getElementById(was.id)) || (row && (row.matches("a") ? row : row.querySelector(was.wasIn)));
      if (target) target.focus({ preventScroll: true });
    }
    const anchor = was.anchor && rowNamed(element, was.anchor);
    if (anchor && was.top < window.innerHeight) window.scrollBy(0, anchor.getBoundingClientRect().top - was.top);
  }

  function swap(region, fresh) {
    const source = fresh.getElementById(region.element.id);
    if (!source) return;
    const was = remember(region.element);
    window.htmx.swap(region.element, source.innerHTML, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    // Known from now on: what the last answer told of, and what stands here. What came after is said by the next one.
    region.known = new Map([...region.told, ...shownIn(region.element)]);
    say(region, 0, 0, 0);
    recall(region.element, was);
  }

  async function bringIn() {
    const answer = await fetch(location.pathname + location.search, { credentials: "same-origin", headers: { ...window.desk.headers(), "HX-Request": "true" } }).catch(() => null);
    if (!answer) {
      window.desk.toast("offline");
      return;
    }
    if (!answer.ok || answer.redirected) {
      window.desk.toast(answer.redirected ? "denied" : "server");
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const pressed = document.activeElement && document.activeElement.closest(".live-bar");
    regions.filter(({ element }) => !element.hasAttribute("data-live-self")).forEach((region) => swap(region, fresh));
    // What belongs to the rows without being one: the count in the page's head, a drawing beside them.
    document.querySelectorAll(".page-name, .hand-name, [data-live-along]").forEach((each) => {
      const made = each.id ? fresh.getElementById(each.id) : fresh.querySelector(`.${each.classList[0]}`);
      if (made) each.replaceChildren(...made.childNodes);
    });
    if (pressed) {
      const row = document.querySelector("[data-live] .is-new, [data-live] [data-live-row]");
      const link = row && (row.matches("a") ? row : row.querySelector("a"));
      if (link) link.focus({ preventScroll: true });
    }
    tag = "";
    await look();
  }

  document.addEventListener("click", (event) => { if (event.target.closest(".live-bar button")) bringIn(); });
  regions.forEach(barOf);
  window.desk.look = look;
  if (regions.length) look();
  else later(OFTEN);
})();
