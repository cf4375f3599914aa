// Quick intake: suggestions while typing, Alt+J joins what the same room reported, printing in a window opened by the press.
(() => {
  "use strict";
  const form = document.querySelector("form[data-intake]");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);
  const words = field("description");
  const panel = document.getElementById("suggestion");

  // --- Suggestions. ---
  let timer = 0;
  function suggest(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => panel.dispatchEvent(new CustomEvent("suggest")), wait);
  }
  let composing = false;
  words.addEventListener("compositionstart", () => { composing = true; });
  words.addEventListener("compositionend", () => { composing = false; suggest(250); });
  words.addEventListener("input", () => { if (!composing) suggest(350); });
  form.addEventListener("room-settled", () => suggest(0));
  field("building").addEventListener("change", () => suggest(0));

  // What the clerk chose is not suggested over; an empty choice gives it back to the words.
  form.addEventListener("change", (event) => {
    const chooses = event.target.dataset.chooses;
    if (!chooses) return;
    field(chooses).value = event.target.type === "checkbox" || event.target.value ? "1" : "";
    suggest(0);
  });
  // --- The convenient time: the caller's words fill it in, visibly, and never over what the clerk chose. ---
  const times = [field("when"), field("preferred_from"), field("preferred_to")];
  const wishWords = form.querySelector("[data-wish-words]");
  const because = wishWords.firstChild.textContent;
  let filledIn = false;

  function setTimes(half, from, to) {
    const said = [...times[0].options].find((option) => half && sameMoments(option.value, half));
    times[0].value = said ? said.value : "";
    times[1].value = said ? "" : from;
    times[2].value = said ? "" : to;
    if (!said && from) form.querySelector("[data-when-fold]").open = true;
  }

  function sameMoments(one, other) {
    const [from, to] = one.split("|").map(Date.parse);
    const [otherFrom, otherTo] = other.split("|").map(Date.parse);
    return from === otherFrom && to === otherTo;
  }

  function wish() {
    const said = panel.querySelector("[data-wish]");
    const open = !field("when_chosen").value && (filledIn || times.every((each) => !each.value));
    wishWords.hidden = !said || !open;
    if (!open || (!said && !filledIn)) return;
    setTimes(said ? said.dataset.half : "", said ? said.dataset.from : "", said ? said.dataset.to : "");
    if (said) wishWords.firstChild.textContent = because.replace("{}", said.dataset.words);
    filledIn = Boolean(said);
  }

  function chosen() {
    field("when_chosen").value = "1";
    wishWords.hidden = true;
  }

  times.forEach((each) => each.addEventListener("input", chosen));
  form.querySelector("[data-wish-drop]").addEventListener("click", () => {
    setTimes("", "", "");
    chosen();
    times[0].focus();
  });
  panel.addEventListener("htmx:afterSwap", wish);
  wish();

  // The panel is drawn anew only where it does not take the focus away from the clerk.
  panel.addEventListener("htmx:beforeSwap", (event) => {
    if (panel.contains(document.activeElement) && document.activeElement.tagName === "SELECT" && !event.detail.requestConfig.triggeringEvent) event.detail.shouldSwap = false;
  });

  form.addEventListener("keydown", (event) => {
    if (window.desk.composing(event)) return;
    if (event.altKey && event.key.toLowerCase() === "j") {
      // Only the caller's own room: what somebody else reported is never joined by one key.
      const join = panel.querySelector("button[name=join][data-key=j]");
      if (join) {
        event.preventDefault();
        join.click();
      }
    } else if (event.key === "Escape" && event.target === words) {
      words.blur();
    }
  });

  // --- Where to begin: the room, or the words where the room is known. ---
  const asked = form.querySelector("[data-asked]");
  if (asked) asked.focus();
  else if (!form.querySelector(".form-errors")) (field("unit").value ? words : field("unit")).focus();

  // --- Printing: a window opened by the press itself is not blocked; the paper goes into it once the number is there. ---
  const PAPER = "desk-paper";
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-print-paper]") && !form.dataset.sending) window.open("about:blank", PAPER);
  });
  const paper = document.querySelector("form[data-print-now]");
  if (paper) {
    history.replaceState(null, "", location.href.replace(/&?print=1/, ""));
    paper.submit();
  }
})();
