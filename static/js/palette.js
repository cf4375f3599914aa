// The palette: Ctrl+K finds actions and places at once, and under them what the search box finds. <dialog id="palette">.
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  const part = (selector) => dialog.querySelector(selector);

  // A link may name a dialog of its page that opens with it: /desk/#join and <dialog data-by-address>.
  function openByAddress() {
    const asked = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!asked || !asked.matches("dialog[data-by-address]")) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    if (!asked.open) asked.showModal();
  }
  openByAddress();
  window.addEventListener("hashchange", openByAddress);
  if (!dialog) return;

  const box = part("#palette-ask");
  const list = part("#palette-list");
  const choices = part("#palette-choices");
  const found = part("#palette-found");
  const searches = box.hasAttribute("hx-get");
  let offered = [];
  let onPage = [];
  let loading = null;
  let asked = "";
  let chosen = null;

  // --- What there is to choose: from the server once, from the page each time. ---
  function load() {
    loading ||= fetch(dialog.dataset.choices, { headers: window.desk.headers(), credentials: "same-origin" })
      .then((answer) => (answer.ok && !answer.redirected ? answer.text() : Promise.reject(new Error(String(answer.status)))))
      .then((text) => {
        const sent = document.createElement("template");
        sent.innerHTML = text;
        offered = [...sent.content.querySelectorAll("[role=option]")];
        if (!dialog.open) return;
        filter();
        // What the search has found before these came stays what Enter takes, where none of these fits better.
        if (!chosen && asked) choose(options()[0] || null);
      })
      .catch(() => { loading = null; });
    return loading;
  }

  // Initials of what the page calls its buttons; the server reads its own words better.
  const LETTERS = "abcdefghjklmnopqrstwxyz";
  const FIRST = "阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀";
  const pinyin = new Intl.Collator("zh-Hans-u-co-pinyin");
  const initial = (sign) => LETTERS[[...FIRST].findLastIndex((first) => pinyin.compare(first, sign) <= 0)] || "";

  function tokens(words) {
    const initials = (words.match(/[\u3400-\u9fff]/g) || []).map(initial).join("");
    const tails = [...initials].map((_sign, place) => initials.slice(place));
    return [words.replace(/\s+/g, "").toLowerCase(), ...tails, ...(words.toLowerCase().match(/[0-9a-z]+/g) || [])];
  }

  function choiceFor(element, place) {
    const option = document.createElement("button");
    const words = window.desk.nameOf(element);
    option.type = "button";
    option.className = "found";
    option.id = `here-${place}`;
    option.tabIndex = -1;
    option.dataset.find = tokens(words).join(" ");
    option.setAttribute("role", "option");
    const title = option.appendChild(document.createElement("span"));
    title.className = "found-title";
    title.textContent = words;
    const where = option.appendChild(document.createElement("span"));
    where.className = "found-sub";
    where.textContent = dialog.dataset.onPage;
    if (element.dataset.key) option.appendChild(document.createElement("kbd")).textContent = element.dataset.key.toUpperCase();
    return { option, element };
  }

  function fromPage() {
    const above = [...document.querySelectorAll("dialog[open]")].pop();
    const seen = new Set();
    const own = window.desk.keyed().filter((element) => {
      const name = window.desk.nameOf(element);
      if (seen.has(name) || element.disabled || (above && !above.contains(element))) return false;
      seen.add(name);
      return name !== "";
    });
    return own.map(choiceFor);
  }

  // --- What fits: every word begins a token; an earlier token is a better hit. ---
  const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/['’]/g, "").trim();
  const isHan = (text) => /[\u3400-\u9fff]/.test(text);

  function rank(option, words) {
    const all = option.dataset.find.split(" ");
    let sum = 0;
    for (const word of words) {
      const at = all.findIndex((token) => token.startsWith(word) || (isHan(word) && token.includes(word)));
      if (at < 0) return -1;
      sum += at;
    }
    return sum;
  }

  function filter() {
    const words = asked.split(/\s+/).filter(Boolean);
    // What leads where a page of the server's list leads is the same thing.
    const elsewhere = new Set(offered.map((option) => option.href).filter(Boolean));
    const isRow = ({ element }) => /^\d$/.test(element.dataset.key || "");
    const own = (rows) => onPage.filter((each) => isRow(each) === rows && !elsewhere.has(each.element.href)).map(({ option }) => option);
    const all = [...own(false), ...offered, ...own(true)];
    const fitting = all.map((option) => [rank(option, words), option]).filter(([at]) => at >= 0).sort((one, other) => one[0] - other[0]);
    choices.replaceChildren(...fitting.map(([, option]) => option));
    choose(words.length && fitting.length ? fitting[0][1] : null);
    tell();
  }

  function tell() {
    const count = choices.childElementCount;
    part("[data-none]").hidden = count > 0 || !asked || !loading || options().length > 0;
    const said = part("[data-said]");
    // Under people and matters that were found, no actions are no news.
    said.textContent = asked && (count || !options().length) ? said.dataset.words.replace("{}", String(count)) : "";
  }

  const options = () => [...list.querySelectorAll("[role=option]")];

  function choose(option) {
    options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    chosen = option;
    if (!option) {
      box.removeAttribute("aria-activedescendant");
      list.scrollTop = 0;
      return;
    }
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function ask() {
    const text = fold(box.value);
    if (text === asked) return;
    asked = text;
    if (!text) found.replaceChildren();
    filter();
    if (searches && text) box.dispatchEvent(new CustomEvent("palette-search"));
  }

  found.addEventListener("htmx:afterSwap", () => {
    if (!asked) found.replaceChildren();
    // The search box's own list may stand on the page with the same ids.
    found.querySelectorAll("[id]").forEach((each) => { each.id = `palette-${each.id}`; });
    found.querySelectorAll("[aria-labelledby]").forEach((each) => each.setAttribute("aria-labelledby", `palette-${each.getAttribute("aria-labelledby")}`));
    if (!chosen || !list.contains(chosen)) choose(asked ? options()[0] || null : null);
    tell();
  });

  // --- Doing it. ---
  function send(option) {
    const form = part("#palette-post");
    form.action = option.dataset.post;
    form.elements.csrfmiddlewaretoken.value = window.desk.csrf();
    if (option.dataset.name) {
      const sent = form.appendChild(document.createElement("input"));
      sent.type = "hidden";
      sent.name = option.dataset.name;
      sent.value = option.dataset.value;
    }
    form.submit();
  }

  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const own = onPage.find((each) => each.option === option);
    dialog.close();
    if (own) window.desk.use(own.element);
    else if (option.dataset.post) send(option);
  });

  async function enter() {
    if (!offered.length && loading) await loading;
    if (!dialog.open) return;
    if (chosen) chosen.click();
    else if (asked && searches) location.assign(`${box.getAttribute("hx-get")}?q=${encodeURIComponent(box.value.trim())}`);
  }

  box.addEventListener("input", (event) => { if (!event.isComposing) ask(); });
  box.addEventListener("compositionend", ask);
  box.addEventListener("keydown", (event) => {
    if (window.desk.composing(event)) return;
    const all = options();
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
      const at = all.indexOf(chosen);
      const step = event.key === "ArrowDown" ? 1 : -1;
      event.preventDefault();
      choose(all[at < 0 && step < 0 ? all.length - 1 : (at + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      enter();
    }
  });

  // The focus stays within, and goes back to where it was.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    event.preventDefault();
    (document.activeElement === box ? part("[data-close]") : box).focus();
  });

  function open() {
    if (dialog.open) return;
    // The focus will come back: not to an entry of a menu that has closed.
    const menu = document.activeElement && document.activeElement.closest("details.menu[open]");
    if (menu) menu.querySelector("summary").focus();
    document.querySelectorAll("details.menu[open]").forEach((each) => { each.open = false; });
    onPage = fromPage();
    box.value = asked = "";
    found.replaceChildren();
    filter();
    dialog.showModal();
    box.focus();
    load();
  }

  document.addEventListener("click", (event) => { if (event.target.closest("[data-palette]")) open(); });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (event.defaultPrevented || window.desk.composing(event)) return;
    event.preventDefault();
    if (dialog.open) box.select();
    else open();
  });
})();
