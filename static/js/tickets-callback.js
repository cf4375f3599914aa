// The callback list: 1 to 5 choose a score, Enter saves; a dissatisfied answer asks for words.
(() => {
  "use strict";
  const result = (form, name) => form.querySelector(`input[name=result][value=${name}]`);

  function fold(form) {
    const chosen = form.querySelector("input[name=result]:checked");
    form.querySelectorAll("[data-for]").forEach((part) => {
      part.hidden = !chosen || !part.dataset.for.split(" ").includes(chosen.value);
    });
    const words = form.querySelector("textarea");
    if (words) words.required = Boolean(chosen && chosen.value === "dissatisfied");
  }

  function prepare(root) {
    root.querySelectorAll("form[data-callback]").forEach(fold);
  }

  // A click, not a change: choosing the same score again after another answer is a wish too.
  document.addEventListener("click", (event) => {
    const form = event.target.closest("form[data-callback]");
    if (!form || event.target.type !== "radio") return;
    if (event.target.name === "score" && !result(form, "dissatisfied").checked) result(form, "satisfied").checked = true;
    // Nobody was reached who could give a score.
    if (result(form, "unreachable").checked) form.querySelectorAll("input[name=score]").forEach((score) => { score.checked = false; });
    fold(form);
    if (event.target.name === "result" && event.target.value === "dissatisfied") form.querySelector("textarea").focus();
  });

  // Enter anywhere on the page saves once an answer is chosen, so that a call needs no mouse.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || window.desk.composing(event)) return;
    if (document.body.dataset.shortcuts === "off" || document.querySelector("dialog[open]")) return;
    const form = document.querySelector("form[data-callback]");
    if (!form || !form.querySelector("input[name=result]:checked")) return;
    if (event.target.closest("a, button, summary, textarea, input[type=search], input[type=text]")) return;
    event.preventDefault();
    form.requestSubmit();
  });

  document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
  prepare(document);
})();
