// <parts-picker>: the price list with a search, chosen lines with a stepper, and the sum. The form gets `item` and `quantity` pairs.
(() => {
  "use strict";
  if (customElements.get("parts-picker")) return;

  class PartsPicker extends HTMLElement {
    connectedCallback() {
      if (this.ready) return;
      this.ready = true;
      this.find = this.querySelector("[data-find]");
      this.options = [...this.querySelectorAll("[data-item]")];
      this.chosen = this.querySelector("[data-chosen]");
      this.find.addEventListener("input", () => this.search());
      this.find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
      this.addEventListener("click", (event) => this.press(event));
      this.chosen.addEventListener("input", () => this.sum());
      this.search();
      this.sum();
    }

    search() {
      const words = this.find.value.trim().toLowerCase();
      let shown = 0;
      this.options.forEach((option) => {
        const fits = words ? option.dataset.words.includes(words) : option.dataset.often === "1";
        option.hidden = !fits || shown >= 8;
        if (!option.hidden) shown += 1;
      });
      this.querySelector("[data-none]").hidden = shown > 0 || !words;
    }

    press(event) {
      const option = event.target.closest("[data-item]");
      const step = event.target.closest("[data-step]");
      if (option) this.add(option);
      if (step) this.change(step.closest("[data-line]"), Number(step.dataset.step));
    }

    add(option) {
      const there = this.chosen.querySelector(`[data-line="${option.dataset.item}"]`);
      if (there) {
        this.change(there, 1);
        return;
      }
      const line = this.querySelector("template").content.firstElementChild.cloneNode(true);
      line.dataset.line = option.dataset.item;
      line.dataset.price = option.dataset.price;
      line.querySelector("[data-name]").textContent = option.dataset.name;
      line.querySelector("[data-each]").textContent = option.dataset.each;
      line.querySelector("input[name=item]").value = option.dataset.item;
      this.chosen.append(line);
      this.find.value = "";
      this.search();
      this.sum();
    }

    change(line, step) {
      const field = line.querySelector("input[name=quantity]");
      const next = Math.round((Number(field.value || 0) + step) * 100) / 100;
      if (next <= 0) line.remove();
      else field.value = String(next);
      this.sum();
    }

    sum() {
      let cents = 0;
      this.chosen.querySelectorAll("[data-line]").forEach((line) => {
        const each = Math.round(Number(line.querySelector("input[name=quantity]").value || 0) * Math.round(Number(line.dataset.price) * 100));
        cents += each;
        line.querySelector("[data-amount]").textContent = (each / 100).toFixed(2);
      });
      this.querySelectorAll("[data-sum]").forEach((place) => { place.textContent = (cents / 100).toFixed(2); });
      this.querySelectorAll("[data-some]").forEach((place) => { place.hidden = cents === 0 && !this.chosen.childElementCount; });
    }
  }

  customElements.define("parts-picker", PartsPicker);
})();
