// The count of a day: each difference as it is typed, and cash added up from notes and coins.
(() => {
  const form = document.getElementById("dayclose");
  if (!form) return;
  const cash = form.querySelector('[name="counted_cash"]');
  const cents = (text) => Math.round(Number(text) * 100);
  const compare = () => {
    for (const row of form.querySelectorAll("[data-count]")) {
      const typed = row.querySelector('input[type="number"]').value;
      const differs = cents(typed) - cents(row.querySelector("[data-recorded]").dataset.recorded);
      row.querySelector("[data-difference]").textContent = typed === "" ? "" : (differs / 100).toFixed(2);
    }
  };
  form.addEventListener("input", (event) => {
    if (cash && event.target.name.startsWith("piece_")) {
      const pieces = [...form.querySelectorAll('[name^="piece_"]')];
      const sum = pieces.reduce((all, input) => all + cents(input.name.slice(6)) * Number(input.value), 0);
      cash.value = pieces.some((input) => input.value !== "") ? (sum / 100).toFixed(2) : "";
    }
    compare();
  });
  compare();
})();
