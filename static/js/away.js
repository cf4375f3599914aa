// The page of an outage: asks by itself whether the database is back, says how often it did, and then goes on, once.
//   form[data-once]   what was typed carries a key of its own: it is sent again without a question
//   another form      is sent again by the person, who knows what it does
//   no form           the page that was asked for is opened
(() => {
  "use strict";
  const place = document.querySelector("[data-away]");
  if (!place) return;
  const EVERY = 5;
  const PATIENCE = 8000;
  const FORGET = 120000;
  const form = document.querySelector("form");
  const key = form && form.querySelector("input[name=idempotency_key]");
  // A try that fails again brings this page anew: it counts on.
  const slot = `desk.away.${location.pathname}.${key ? key.value : ""}`;
  let tries = counted();
  let left = EVERY;
  let sent = false;

  function counted() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(slot));
      return kept && Date.now() - kept.at < FORGET ? kept.tries : 1;
    } catch {
      return 1;
    }
  }

  function say(words) {
    const text = words.replace("{tries}", String(tries)).replace("{seconds}", String(left));
    if (place.textContent !== text) place.textContent = text;
  }

  function isBack() {
    const stop = new AbortController();
    const limit = window.setTimeout(() => stop.abort(), PATIENCE);
    return fetch(place.dataset.ask, { cache: "no-store", signal: stop.signal })
      .then((answer) => answer.json())
      .then((parts) => parts.database === "ok")
      .catch(() => false)
      .finally(() => window.clearTimeout(limit));
  }

  function goOn() {
    if (!form) {
      sent = true;
      location.replace(place.dataset.again);
    } else if (form.hasAttribute("data-once")) {
      form.requestSubmit();
    } else {
      sent = true;
      say(place.dataset.ready);
      form.querySelector("button").focus();
    }
  }

  async function attempt() {
    tries += 1;
    sessionStorage.setItem(slot, JSON.stringify({ tries, at: Date.now() }));
    say(place.dataset.tries);
    const back = await isBack();
    if (sent) return;
    if (back) goOn();
    else wait();
  }

  function wait() {
    left = EVERY;
    say(place.dataset.waits);
    const timer = window.setInterval(() => {
      if (sent) {
        window.clearInterval(timer);
        return;
      }
      left -= 1;
      if (left > 0) {
        say(place.dataset.waits);
        return;
      }
      window.clearInterval(timer);
      attempt();
    }, 1000);
  }

  // Pressed by hand or sent by itself: one of the two.
  if (form) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sending) event.preventDefault();
      form.dataset.sending = "1";
      sent = true;
      form.querySelector("button").disabled = true;
    });
  }
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  wait();
})();
