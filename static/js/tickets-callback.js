// The callback list: 1 to 5 choose a score, Enter saves; 1 and 2 mean not satisfied, and that asks for words.
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

  // The answer follows the score; 3 goes with either, so a chosen “not satisfied” stays.
  function follow(form, score) {
    const bad = score < 3 || (score === 3 && result(form, "dissatisfied").checked);
    result(form, bad ? "dissatisfied" : "satisfied").checked = true;
  }

  // A score that contradicts the answer chosen after it is taken away.
  function unfit(form, answer) {
    form.querySelectorAll("input[name=score]").forEach((score) => {
      if ((answer === "satisfied" && score.value < 3) || (answer === "dissatisfied" && score.value > 3)) score.checked = false;
    });
  }

  function prepare(root) {
    root.querySelectorAll("form[data-callback]").forEach(fold);
  }

  // A click, not a change: choosing the same score again after another answer is a wish too.
  document.addEventListener("click", (event) => {
    const form = event.target.closest("form[data-callback]");
    if (!form || event.target.type !== "radio") return;
    if (event.target.name === "score") follow(form, Number(event.target.value));
    else unfit(form, event.target.value);
    // Nobody was reached who could give a score.
    if (result(form, "unreachable").checked) form.querySelectorAll("input[name=score]").forEach((score) => { score.checked = false; });
    fold(form);
    if (result(form, "dissatisfied").checked && (event.target.name === "result" || Number(event.target.value) < 3)) form.querySelector("textarea").focus();
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

  document.addEventListener("draft-back", (event) => { if (event.target.matches("form[data-callback]")) fold(event.target); });
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
  prepare(document);
})();
