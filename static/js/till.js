// The till: what the ticked bills come to, and the change. The server reckons again; without this the page works too.
(() => {
  "use strict";

  const form = document.getElementById("till");
  if (!form) return;
  const total = form.querySelector("[data-till-total]");
  const change = form.querySelector("[data-till-change]");
  const received = form.elements.received;
  const written = change.textContent;
  const plain = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const yuan = (cents) => written.replace("0.00", plain.format(cents / 100));
  const cents = (text) => Math.round(parseFloat(text || "0") * 100) || 0;
  let typed = form.querySelector("[aria-invalid=true]") !== null;

  function ticked() {
    return [...form.querySelectorAll("input[name=bills]:checked")].reduce((sum, box) => sum + cents(box.dataset.owed), 0);
  }

  function reckon() {
    const owed = ticked();
    if (!typed) received.value = owed ? (owed / 100).toFixed(2) : "";
    total.textContent = yuan(owed);
    const more = cents(received.value) - owed;
    const cash = form.elements.method.value === "cash";
    change.textContent = yuan(more > 0 && cash && !form.elements.keep_rest.checked ? more : 0);
  }

  received.addEventListener("input", () => { typed = true; });
  form.addEventListener("input", reckon);
  form.addEventListener("change", reckon);
  reckon();
  if (!form.querySelector(".form-errors")) {
    received.focus();
    received.select();
    // On a phone the button would stand under the bar at the bottom.
    form.querySelector(".btn-big").scrollIntoView({ block: "nearest" });
  }
})();
