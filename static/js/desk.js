// The frame's own behaviour: menus, dialogs, light and dark, the toast, ticking deadlines.
(() => {
  "use strict";
  const YEAR = 31536000;

  // Other scripts of ours ask these.
  window.desk = {
    // True while an input method is composing: Enter then belongs to it, not to us.
    composing: (event) => event.isComposing || event.keyCode === 229,
    // A version 4 UUID; crypto.randomUUID is missing where a page is not served over TLS.
    uuid: () => {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    },
    toast: showToast,
    // The cookie first: who signed in again in another window has a new token, and the page still carries the old one.
    csrf: () => {
      const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
      if (cookie) return cookie[1];
      try {
        return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
      } catch {
        return "";
      }
    },
    // What every request of a script says of its page: the token, and the project that the page shows. Another window may
    // have opened another project since, and the session knows only the last one.
    headers: () => {
      const { project } = document.body.dataset;
      return { "X-CSRFToken": window.desk.csrf(), ...(project ? { "X-Project": project } : {}) };
    },
  };

  function remember(name, value) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; SameSite=Lax${secure}`;
  }

  function showToast(reason) {
    const toast = document.getElementById("toast");
    if (!toast) return;
    toast.querySelector(".toast-words").textContent = toast.dataset[reason] || reason;
    toast.hidden = false;
  }

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!except || !menu.contains(except)) menu.open = false;
    });
  }

  // A dialog's first field takes the focus, so that a reason can be typed at once.
  function show(dialog) {
    dialog.showModal();
    const field = dialog.querySelector("input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select, textarea");
    if (field) field.focus();
  }

  // The server marks the dialog whose form it refused; showModal gives it the focus trap that the open attribute does not.
  document.querySelectorAll("dialog[data-open-now]").forEach((dialog) => {
    dialog.showModal();
    const wrong = dialog.querySelector(".form-errors, [aria-invalid=true]");
    if (wrong) wrong.focus();
  });

  // <dialog data-load hx-get="…" hx-trigger="wanted" hx-swap="outerHTML"> is fetched when somebody points at its button, or opens it.
  const asked = new Set();
  const opened = new Set();

  function want(dialog) {
    if (asked.has(dialog.id)) return;
    asked.add(dialog.id);
    dialog.dispatchEvent(new CustomEvent("wanted"));
  }

  function open(dialog) {
    if (!dialog || dialog.open) return;
    if (!dialog.hasAttribute("data-load")) {
      show(dialog);
      return;
    }
    opened.add(dialog.id);
    want(dialog);
  }

  ["pointerover", "focusin"].forEach((kind) => document.addEventListener(kind, (event) => {
    const button = event.target.closest && event.target.closest("[data-open]");
    const dialog = button && document.getElementById(button.dataset.open);
    if (dialog && dialog.hasAttribute("data-load")) want(dialog);
  }));
  document.addEventListener("htmx:load", (event) => {
    if (event.target.matches && event.target.matches("dialog:not([data-load])") && opened.delete(event.target.id)) show(event.target);
  });
  // What did not come is asked for again.
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((kind) => document.addEventListener(kind, (event) => {
    asked.delete(event.target.id);
    opened.delete(event.target.id);
  }));

  const clicks = {
    "[data-theme-toggle]": () => {
      const next = document.documentElement.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      document.documentElement.setAttribute("data-bs-theme", next);
      remember("theme", next);
    },
    "[data-elder-toggle]": () => {
      remember("elder", document.documentElement.classList.toggle("elder") ? "1" : "0");
    },
    "[data-dismiss-toast]": () => { document.getElementById("toast").hidden = true; },
    "[data-print]": () => window.print(),
    "[data-open]": (button) => open(document.getElementById(button.dataset.open)),
    "[data-close]": (button) => button.closest("dialog").close(),
  };

  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(clicks)) {
      const found = event.target.closest(selector);
      if (found) {
        act(found);
        closeMenus();
        return;
      }
    }
    closeMenus(event.target);
    // A click on the backdrop closes a dialog, as Escape does.
    if (event.target instanceof HTMLDialogElement && event.target.classList.contains("box")) {
      const edge = event.target.getBoundingClientRect();
      const inside = event.clientX >= edge.left && event.clientX <= edge.right && event.clientY >= edge.top && event.clientY <= edge.bottom;
      if (!inside && event.clientX) event.target.close();
    }
  });

  document.addEventListener("keydown", (event) => {
    const menu = document.activeElement && document.activeElement.closest("details.menu[open]");
    if (event.key === "Escape" && menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const items = [...menu.querySelectorAll(".menu-item, .languages button")];
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = items[(items.indexOf(document.activeElement) + step + items.length) % items.length];
      if (next) next.focus();
      event.preventDefault();
    }
  });

  // htmx: say what went wrong and leave the page as it is.
  const REASONS = { 401: "denied", 403: "denied", 404: "gone", 409: "conflict", 410: "gone", 412: "conflict", 413: "large", 429: "busy" };
  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    const type = answer.getResponseHeader("Content-Type") || "";
    let said = type.includes("text/plain") ? answer.responseText : "";
    if (type.includes("json")) {
      try { said = JSON.parse(answer.responseText).detail; } catch { said = ""; }
    }
    showToast(said || REASONS[answer.status] || "server");
  });
  // Signed out meanwhile: htmx has followed the redirect, and the sign-in page must not land inside this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = new URL(event.detail.xhr.responseURL || location.href, location.href);
    if (target.pathname.startsWith("/accounts/") && !location.pathname.startsWith("/accounts/")) {
      event.detail.shouldSwap = false;
      showToast("denied");
    }
  });
  document.addEventListener("htmx:configRequest", (event) => { Object.assign(event.detail.headers, window.desk.headers()); });
  document.addEventListener("htmx:sendError", () => showToast("offline"));
  document.addEventListener("htmx:timeout", () => showToast("offline"));

  // Badges tick, so that a page left open for hours does not tell an old time.
  const words = document.getElementById("due-words");
  const named = Date.parse(document.body.dataset.now || "");
  const skew = Number.isNaN(named) ? 0 : named - Date.now();
  const DAY = 1440;
  const COUNTDOWN = 240;

  function span(minutes) {
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    const fill = (text) => text.replace("{h}", hours).replace("{m}", rest);
    if (!hours) return fill(words.dataset.minutes);
    return fill(rest ? words.dataset.hoursMinutes : words.dataset.hours);
  }

  function setTone(badge, tone, icon) {
    if (badge.classList.contains(`due-${tone}`)) return;
    badge.classList.remove("due-run", "due-soon", "due-over");
    badge.classList.add(`due-${tone}`);
    badge.querySelector("svg").replaceWith(words.content.querySelectorAll("svg")[icon].cloneNode(true));
  }

  function tick() {
    const now = Date.now() + skew;
    document.querySelectorAll(".due[data-due]").forEach((badge) => {
      const left = Math.floor((Date.parse(badge.dataset.due) - now) / 60000);
      const over = Math.floor((now - Date.parse(badge.dataset.due)) / 60000);
      const text = badge.querySelector("span");
      if (left >= COUNTDOWN || over >= DAY) return;
      if (now > Date.parse(badge.dataset.due)) {
        setTone(badge, "over", 1);
        text.textContent = over < 1 ? words.dataset.justOver : words.dataset.over.replace("{}", span(over));
      } else {
        if (now >= Date.parse(badge.dataset.soon)) setTone(badge, "soon", 0);
        text.textContent = left < 1 ? words.dataset.atOnce : words.dataset.left.replace("{}", span(left));
      }
    });
  }
  if (words) window.setInterval(tick, 15000);

  // --- Paper says when it was printed, in the project's time; the page may have stood open for hours. ---
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("[data-print-moment]").forEach((place) => {
      const shape = { dateStyle: "short", timeStyle: "short", timeZone: place.dataset.zone || undefined };
      place.textContent = new Intl.DateTimeFormat("sv-SE", shape).format(new Date());
    });
  });

  // --- A photo that does not come says so: with its name instead of an empty frame. ---
  const photoWords = document.getElementById("photo-words");
  function sayBroken(image) {
    const place = document.createElement("span");
    place.className = "thumb-broken";
    place.title = photoWords.dataset.broken;
    place.textContent = `${image.alt} · ${photoWords.dataset.short}`;
    image.replaceWith(place);
  }
  const isThumb = (element) => element instanceof HTMLImageElement && element.closest(".thumbs");
  document.addEventListener("error", (event) => { if (photoWords && isThumb(event.target)) sayBroken(event.target); }, true);
  // Those that failed before this script ran.
  document.querySelectorAll(".thumbs img").forEach((image) => {
    if (photoWords && image.complete && image.currentSrc && !image.naturalWidth) sayBroken(image);
  });
})();
