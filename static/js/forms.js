// Forms: Enter while composing never submits, nothing is sent twice, nothing typed is lost, mistakes get the focus.
(() => {
  "use strict";
  const desk = window.desk;

  // --- Composition, and Ctrl+Enter to save from inside a text. ---
  let composing = false;
  document.addEventListener("compositionstart", () => { composing = true; });
  // Safari ends the composition before it sends Enter, so the flag falls a moment later.
  document.addEventListener("compositionend", () => { window.setTimeout(() => { composing = false; }, 20); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const field = event.target.closest("input, textarea, select");
    if (!field || !field.form) return;
    if (desk.composing(event)) {
      if (field.tagName === "INPUT") event.preventDefault();
    } else if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      field.form.requestSubmit();
    }
  });

  // --- One key for one intention: forms with data-once carry it, so that the server can tell a repeat from a second wish. ---
  function giveKey(form, anew) {
    let field = form.querySelector("input[name=idempotency_key]");
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = "idempotency_key";
      form.append(field);
    }
    if (anew || !field.value) field.value = desk.uuid();
  }

  function prepare(root) {
    root.querySelectorAll("form[data-once]").forEach((form) => giveKey(form, false));
    if (root.matches && root.matches("form[data-once]")) giveKey(root, false);
  }

  // --- Questions before acts that cannot be taken back: data-confirm on a form or its button; hx-confirm likewise. ---
  function ask(question, word) {
    const dialog = document.getElementById("confirm");
    dialog.querySelector(".box-question").textContent = question;
    const yes = dialog.querySelector("[value=yes]");
    yes.textContent = word || yes.dataset.word;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((answer) => {
      dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
    });
  }

  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, event.target.dataset.confirmWord).then((yes) => { if (yes) event.detail.issueRequest(true); });
  });

  // Another window of this browser may have signed somebody else in since: whose page this is goes along.
  function sayWhose(form) {
    const whose = document.body.dataset.whose;
    if (!whose) return;
    let field = form.querySelector("input[name=whose]");
    if (!field) {
      field = Object.assign(document.createElement("input"), { type: "hidden", name: "whose" });
      form.append(field);
    }
    field.value = whose;
  }

  // --- Sending: once. ---
  function lock(form, submitter) {
    form.dataset.sending = "1";
    const button = submitter || form.querySelector("button:not([type=button]), [type=submit]");
    // Disabled only after the browser has read the form, or the button's own name and value would be missing.
    window.setTimeout(() => {
      form.querySelectorAll("button:not([type=button]), [type=submit]").forEach((each) => { each.disabled = true; });
      if (button) button.setAttribute("aria-busy", "true");
    }, 0);
  }

  function unlock(form) {
    if (!form || !form.dataset.sending) return;
    delete form.dataset.sending;
    form.querySelectorAll("button:not([type=button]), [type=submit]").forEach((each) => {
      each.disabled = false;
      each.removeAttribute("aria-busy");
    });
  }

  // A download, and what opens in another window, leaves this page standing: its button stays usable.
  const staysHere = (form) => Boolean(form.target && form.target !== "_self") || form.hasAttribute("data-download");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.getAttribute("role") === "search") return;
    const question = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
    // With no network the browser would put a page of its own in the place of everything that was typed.
    const cutOff = !navigator.onLine && form.method === "post" && !form.dataset.queue;
    if (cutOff) desk.toast("offline");
    if (composing || form.dataset.sending || cutOff) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (question && !form.dataset.confirmed) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const word = (event.submitter && event.submitter.dataset.confirmWord) || form.dataset.confirmWord;
      const submitter = event.submitter;
      ask(question, word).then((yes) => {
        if (!yes) return;
        form.dataset.confirmed = "1";
        form.requestSubmit(submitter);
      });
    } else {
      delete form.dataset.confirmed;
      if (form.method !== "post") return;
      const token = form.querySelector("input[name=csrfmiddlewaretoken]");
      if (token) token.value = desk.csrf();
      sayWhose(form);
      if (!staysHere(form)) lock(form, event.submitter);
    }
  }, true);

  // Last of all: what another listener has taken over leads to no other page.
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.target.method !== "dialog" && !staysHere(event.target)) leaving = true;
  });

  window.addEventListener("pageshow", () => {
    leaving = false;
    document.querySelectorAll("form[data-sending]").forEach(unlock);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    leaving = false;
    const form = event.target.closest && event.target.closest("form");
    unlock(form);
    if (!form || !event.detail.successful || event.target !== form) return;
    delete form.dataset.typed;
    if (form.hasAttribute("data-once")) giveKey(form, true);
  });

  // --- Typed and not sent: the browser asks before it is thrown away (forms with data-keep). ---
  let leaving = false;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form) form.dataset.typed = "1";
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && document.querySelector("form[data-keep][data-typed]")) event.preventDefault();
  });

  // --- Mistakes: the summary first, else the first wrong field. ---
  function focusMistake(root) {
    const place = root.querySelector(".form-errors") || root.querySelector("[aria-invalid=true]");
    if (place) place.focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".form-errors a[href^='#']");
    if (!link) return;
    const field = document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const folded = field.closest("details:not([open])");
    if (folded) folded.open = true;
    field.focus();
  });

  // A folded part of a form that holds a mistake opens itself.
  function unfold(root) {
    root.querySelectorAll("details:not([open]) [aria-invalid=true]").forEach((field) => { field.closest("details").open = true; });
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    prepare(event.target);
    unfold(event.target);
    focusMistake(event.target);
  });
  prepare(document);
  unfold(document);
  focusMistake(document);
})();
