// <signature-pad data-url="…">: signing with a finger, pen or mouse; the picture is sent like a photo.
(() => {
  "use strict";
  if (customElements.get("signature-pad")) return;
  const PEN = 2.4;

  class SignaturePad extends HTMLElement {
    connectedCallback() {
      if (this.ready) return;
      this.ready = true;
      this.canvas = this.querySelector("canvas");
      this.words = this.querySelector(".sign-words");
      this.strokes = [];
      this.field = this.querySelector("input[type=hidden]");
      this.pen = this.canvas.getContext("2d");
      this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
      this.canvas.addEventListener("pointermove", (event) => this.draw(event));
      ["pointerup", "pointercancel"].forEach((name) => this.canvas.addEventListener(name, () => { this.stroke = null; }));
      this.querySelector("[data-clear]").addEventListener("click", () => this.clear());
      this.querySelector("[data-save]").addEventListener("click", () => this.save());
      this.watcher = new ResizeObserver(() => this.fit());
      this.watcher.observe(this.canvas);
    }

    disconnectedCallback() {
      if (this.watcher) this.watcher.disconnect();
    }

    // The canvas follows its box; strokes are kept in shares of its width, so turning the phone loses nothing.
    fit() {
      const box = this.canvas.getBoundingClientRect();
      if (!box.width) return;
      const sharp = window.devicePixelRatio || 1;
      this.canvas.width = Math.round(box.width * sharp);
      this.canvas.height = Math.round(box.height * sharp);
      this.pen.setTransform(sharp, 0, 0, sharp, 0, 0);
      this.width = box.width;
      this.paint(box);
    }

    paint(box) {
      this.pen.fillStyle = "#ffffff";
      this.pen.fillRect(0, 0, box.width, box.height);
      this.pen.strokeStyle = "#101820";
      this.pen.lineWidth = PEN;
      this.pen.lineCap = this.pen.lineJoin = "round";
      this.strokes.forEach((stroke) => stroke.forEach((point, at) => this.line(stroke[Math.max(at - 1, 0)], point)));
    }

    line(from, to) {
      this.pen.beginPath();
      this.pen.moveTo(from.x * this.width, from.y * this.width);
      this.pen.lineTo(to.x * this.width, to.y * this.width);
      this.pen.stroke();
    }

    point(event) {
      const box = this.canvas.getBoundingClientRect();
      return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.width };
    }

    begin(event) {
      event.preventDefault();
      this.canvas.setPointerCapture(event.pointerId);
      this.stroke = [this.point(event)];
      this.strokes.push(this.stroke);
      this.line(this.stroke[0], this.stroke[0]);
      this.changed();
    }

    draw(event) {
      if (!this.stroke) return;
      const moves = event.getCoalescedEvents ? event.getCoalescedEvents() : [event];
      (moves.length ? moves : [event]).forEach((move) => {
        const point = this.point(move);
        this.line(this.stroke[this.stroke.length - 1], point);
        this.stroke.push(point);
      });
    }

    clear() {
      this.strokes = [];
      this.fit();
      this.changed();
    }

    changed() {
      this.key = window.desk.uuid();
      this.field.value = "";
      this.say("", this.strokes.length ? this.dataset.ready : "");
    }

    say(stage, text) {
      this.dataset.stage = stage;
      this.words.textContent = text;
      this.querySelector("[data-save]").disabled = !this.strokes.length || stage === "sending" || stage === "sent";
      this.dispatchEvent(new CustomEvent("signed", { bubbles: true, detail: { stage } }));
    }

    // Drawn, and not with the server yet.
    get unsaved() {
      return this.strokes.length > 0 && !this.field.value;
    }

    save() {
      if (!this.saving) this.saving = this.send().finally(() => { this.saving = null; });
      return this.saving;
    }

    async send() {
      const key = this.key;
      this.say("sending", this.dataset.sending);
      const blob = await new Promise((done) => { this.canvas.toBlob(done, "image/png"); });
      try {
        const answer = await window.desk.send(this.dataset.url, blob, "signature.png", {
          extra: { kind: this.dataset.kind || "signature" }, key, words: this.dataset,
        });
        if (key !== this.key) return;
        this.field.value = answer.id;
        this.say("sent", this.dataset.sent);
      } catch (reason) {
        if (key === this.key) this.say("failed", String(reason));
      }
    }
  }

  customElements.define("signature-pad", SignaturePad);

  // A signature that was drawn goes with its form: it is kept first, and where that fails the form stays, with the reason.
  async function keepThenSubmit(form, pad, submitter) {
    await pad.save();
    if (!pad.unsaved) {
      form.requestSubmit(submitter);
      return;
    }
    const fold = pad.closest("details");
    if (fold) fold.open = true;
    pad.scrollIntoView({ block: "center" });
  }

  // Before every other listener: the form must not be taken for sent.
  window.addEventListener("submit", (event) => {
    const pads = [...event.target.querySelectorAll("signature-pad")];
    const pad = pads.find((each) => each.unsaved);
    if (!pad) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!pad.saving) keepThenSubmit(event.target, pad, event.submitter);
  }, true);
})();
