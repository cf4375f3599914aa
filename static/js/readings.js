// Readings: Enter goes to the next value, after the last one it keeps them all; arrows go up and down.
(() => {
  "use strict";

  const form = document.getElementById("readings");
  if (!form) return;
  const values = [...form.querySelectorAll("input.reading")];

  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = values.indexOf(event.target);
    if (at < 0) return;
    const by = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || (event.key === "Enter" && at === values.length - 1)) return;
    const next = values[at + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.select();
  });

  if (!document.querySelector(".form-errors")) {
    const first = values.find((one) => !one.value && !one.parentElement.querySelector(".tag")) || values[0];
    if (first) first.focus();
  }
})();
