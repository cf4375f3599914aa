// <room-picker>: the room as it is said, chosen from the same search as everywhere; then who lives there fills in the caller.
(() => {
  "use strict";
  if (customElements.get("room-picker")) return;

  class RoomPicker extends HTMLElement {
    connectedCallback() {
      if (this.ready) return;
      this.ready = true;
      this.input = this.querySelector("input");
      this.list = this.querySelector("[role=listbox]");
      this.asked = this.settled = this.input.value.trim();
      this.chosen = -1;
      this.input.addEventListener("input", (event) => { if (!event.isComposing) this.ask(); });
      this.input.addEventListener("compositionend", () => this.ask());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("blur", () => window.setTimeout(() => this.leave(), 150));
      this.list.addEventListener("htmx:afterSwap", (event) => {
        this.answered = event.detail.requestConfig.parameters[this.input.name];
        this.show(document.activeElement === this.input);
      });
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.take(option);
      });
    }

    options() { return [...this.list.querySelectorAll("[role=option]")]; }

    ask() {
      const text = this.input.value.trim();
      if (text === this.asked) return;
      this.asked = text;
      if (text) this.input.dispatchEvent(new CustomEvent("room-search"));
      else this.show(false);
    }

    show(open) {
      this.list.hidden = !open || !this.list.childElementCount;
      this.input.setAttribute("aria-expanded", String(!this.list.hidden));
      this.choose(this.list.hidden || !this.options().length ? -1 : 0);
    }

    choose(index) {
      this.chosen = index;
      this.options().forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
      const option = this.options()[index];
      if (option) {
        this.input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else {
        this.input.removeAttribute("aria-activedescendant");
      }
    }

    key(event) {
      if (window.desk.composing(event) || event.ctrlKey || event.metaKey) return;
      const found = this.options();
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (this.list.hidden || !found.length) return;
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        this.choose((this.chosen + step + found.length) % found.length);
      } else if (event.key === "Enter") {
        // Enter takes the room and goes on to what comes next; it never sends a half-filled form.
        event.preventDefault();
        // A list that answers less than what stands there now would take another room.
        const current = this.answered === this.input.value;
        if (!this.list.hidden && current && found[this.chosen]) this.take(found[this.chosen]);
        else this.settle();
        this.onward();
      } else if (event.key === "Escape" && !this.list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        this.show(false);
      }
    }

    take(option) {
      this.input.value = this.asked = option.dataset.number;
      this.preferred = option.dataset.name || "";
      this.show(false);
      this.settle();
    }

    leave() {
      if (document.activeElement === this.input) return;
      this.show(false);
      this.settle();
    }

    // The room is said: show who lives there and what is open, once per room.
    settle() {
      const text = this.input.value.trim();
      if (text === this.settled) return;
      this.settled = text;
      const home = document.querySelector("[data-room-home]");
      if (home) home.dispatchEvent(new CustomEvent("room-chosen"));
      this.dispatchEvent(new CustomEvent("room-settled", { bubbles: true }));
    }

    onward() {
      const next = this.dataset.next && document.getElementById(this.dataset.next);
      if (next) next.focus();
    }
  }
  customElements.define("room-picker", RoomPicker);

  // --- Who it is: what the caller said themselves is never overwritten. ---
  const field = (name) => document.querySelector(`[data-caller] [name=${name}]`);

  function fill(chip, always) {
    const name = field("contact_name");
    const phone = field("contact_phone");
    if (!name || !phone) return;
    const ours = (input) => always || !input.value.trim() || input.dataset.filled === input.value;
    if (!ours(name) || !ours(phone)) return;
    [[name, chip.dataset.name], [phone, chip.dataset.phone]].forEach(([input, value]) => {
      input.value = value || "";
      input.dataset.filled = input.value;
    });
    press(chip);
  }

  function press(chip) {
    document.querySelectorAll("[data-person]").forEach((other) => other.setAttribute("aria-pressed", String(other === chip)));
  }

  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-person]");
    if (!chip) return;
    fill(chip, true);
    if (chip.hasAttribute("data-somebody-else")) field("contact_name").focus();
  });

  // Another name in the place of the one filled in: the number filled in is not theirs.
  document.addEventListener("change", (event) => {
    const name = event.target;
    const phone = field("contact_phone");
    if (name !== field("contact_name") || !phone || !name.dataset.filled || name.value.trim() === name.dataset.filled) return;
    if (phone.value && phone.value === phone.dataset.filled) phone.value = "";
    press(document.querySelector("[data-somebody-else]"));
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.target.matches("[data-room-home]")) return;
    const chips = [...event.target.querySelectorAll("[data-person]:not([data-somebody-else])")];
    const picker = document.querySelector("room-picker");
    const wanted = (picker && picker.preferred) || "";
    const chip = chips.find((each) => each.dataset.name === wanted) || chips[0];
    if (chip) fill(chip, false);
    // A form that came back, or was filled in beforehand, says already who it is.
    const name = field("contact_name");
    const named = name && chips.find((each) => each.dataset.name === name.value.trim());
    if (named) press(named);
    // Where the column beside the form lies below it, who it is stands with the room.
    const place = document.querySelector("[data-people]");
    const people = event.target.querySelector(".people-chips");
    if (!place || !matchMedia("(max-width: 1099.98px)").matches) return;
    if (people) people.parentElement.hidden = true;
    place.replaceChildren(...(people ? [people] : []));
  });
})();
