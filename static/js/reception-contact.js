// A contact: the cursor begins in the first field to fill; how it ends decides which fields are asked and what the button says.
(() => {
  "use strict";
  const form = document.querySelector("form[data-contact]");
  if (!form) return;
  const ways = [...form.querySelectorAll("input[type=radio][name=then]")];
  const words = form.querySelector("[data-save-words]");
  const purpose = form.elements.namedItem("purpose");
  const until = form.elements.namedItem("until");
  // What came back with a mistake was typed by somebody.
  const typed = Boolean(document.querySelector(".form-errors, .stale"));
  let timed = typed;
  let byHand = false;
  // A purpose other than the form's first one was said by somebody: by the address, or when the visitor joined the line.
  let said = typed || form.dataset.draftGiven.split(" ").includes("purpose") || (purpose.selectedIndex || 0) > 0;

  function show() {
    const chosen = ways.find((way) => way.checked);
    if (!chosen) return;
    const wanted = chosen.dataset.wants.split(" ");
    const free = chosen.dataset.free.split(" ");
    // A time is proposed where one must be agreed on; where the rule has its own, none is.
    if (until && !timed) until.value = free.includes("until") ? "" : until.defaultValue;
    form.querySelectorAll("[data-part]").forEach((part) => {
      // What is wrong stays in sight, whatever is chosen.
      part.hidden = !wanted.includes(part.dataset.part) && !part.querySelector("[aria-invalid=true]");
      const need = part.querySelector(".field-need");
      if (need) need.hidden = free.includes(part.dataset.part);
    });
    words.textContent = chosen.dataset.save;
  }

  // Why they call suggests how it ends, until somebody has said how.
  function suggest() {
    if (byHand || !ways.some((way) => way.dataset.purpose)) return;
    const fitting = ways.find((way) => way.dataset.purpose && way.dataset.purpose === purpose.value) || ways[0];
    if (fitting.checked) return;
    fitting.checked = true;
    show();
  }

  // And how it ends says why they called, where nobody has said why.
  function explain(way) {
    if (!said && purpose.options) purpose.value = way.dataset.purpose || purpose.options[0].value;
  }

  ways.forEach((way) => way.addEventListener("change", () => {
    byHand = true;
    explain(way);
    show();
  }));
  purpose.addEventListener("change", () => { said = true; });
  if (ways.length && ways[0].value === "answer") purpose.addEventListener("change", suggest);
  if (until) until.addEventListener("input", () => { timed = true; });
  form.addEventListener("draft-back", () => {
    byHand = true;
    timed = true;
    show();
  });
  show();

  const first = (form.dataset.begin || "").split(" ").map((name) => name && form.elements.namedItem(name)).find((field) => field && !field.value.trim());
  if (form.dataset.begin && !typed) (first || form.elements.namedItem("said")).focus({ preventScroll: true });
})();
