// Collecting at the door: what the ticked bills come to. The server reckons again; without this the page works too.
(() => {
  "use strict";

  const form = document.getElementById("door");
  if (!form) return;
  const total = form.querySelector("[data-door-total]");
  const plain = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  function reckon() {
    const ticked = [...form.querySelectorAll("input[name=bills]:checked")];
    const cents = ticked.reduce((sum, box) => sum + Math.round(parseFloat(box.dataset.owed) * 100), 0);
    total.textContent = total.dataset.nothing.replace("0.00", plain.format(cents / 100));
  }

  form.addEventListener("change", reckon);
  reckon();
})();
