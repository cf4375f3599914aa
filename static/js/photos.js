// <photo-input data-url="…">: photos are made small on the phone, sent one by one with progress, and kept for another try.
(() => {
  "use strict";
  if (customElements.get("photo-input")) return;
  const LONGEST = 1600;
  const QUALITY = 0.82;
  const SENDING = "photo-input [data-stage=sending]";
  // What a server says of the file itself; the same file once more gets the same answer.
  const FINAL = [400, 413, 415, 422];

  function smaller(file) {
    return new Promise((done) => {
      const image = new Image();
      const address = URL.createObjectURL(file);
      image.onerror = () => { URL.revokeObjectURL(address); done(file); };
      image.onload = () => {
        const scale = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
        const canvas = document.createElement("canvas");
        canvas.width = Math.round(image.naturalWidth * scale);
        canvas.height = Math.round(image.naturalHeight * scale);
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        URL.revokeObjectURL(address);
        canvas.toBlob((blob) => done(blob && blob.size < file.size ? blob : file), "image/jpeg", QUALITY);
      };
      image.src = address;
    });
  }

  // Why a file was not taken. An answer without an id is the sign-in page: the session has ended meanwhile.
  function refusal(request, answer, words) {
    const wentThrough = request.status >= 200 && request.status < 300;
    if (wentThrough || request.status === 401 || (request.status === 403 && !answer.detail)) return words.signedOut;
    return answer.detail || (request.status === 413 ? words.large : words.refused);
  }

  // A sentence, and whether another try is of no use.
  const because = (words, final) => ({ final, toString: () => words });

  // Sends one file; `onProgress` gets 0…1. Resolves with the server's JSON, rejects with a reason (see `because`).
  function send(url, blob, name, { extra = {}, key, onProgress = () => {}, words }) {
    return new Promise((done, failed) => {
      const body = new FormData();
      Object.entries(extra).forEach(([field, value]) => body.append(field, value));
      body.append("file", blob, name);
      const request = new XMLHttpRequest();
      request.open("POST", url);
      Object.entries(window.desk.headers()).forEach(([header, value]) => request.setRequestHeader(header, value));
      request.setRequestHeader("Idempotency-Key", key);
      request.setRequestHeader("Accept", "application/json");
      request.timeout = 120000;
      request.upload.onprogress = (event) => { if (event.lengthComputable) onProgress(event.loaded / event.total); };
      request.onerror = request.ontimeout = () => failed(because(words.offline, false));
      request.onload = () => {
        let answer = {};
        try { answer = JSON.parse(request.responseText) || {}; } catch { answer = {}; }
        if (request.status >= 200 && request.status < 300 && answer.id) done(answer);
        else failed(because(refusal(request, answer, words), FINAL.includes(request.status)));
      };
      request.send(body);
    });
  }
  window.desk.send = send;

  class PhotoInput extends HTMLElement {
    connectedCallback() {
      if (this.ready) return;
      this.ready = true;
      this.input = this.querySelector("input[type=file]");
      this.list = this.querySelector(".photo-list");
      this.stop = this.querySelector(".photo-stop");
      this.full = this.querySelector(".photo-full");
      this.most = Number(this.dataset.most) || Infinity;
      this.shape = this.querySelector("template");
      // The field's own name would send the big files again with the form around it.
      this.field = this.input.name;
      this.input.removeAttribute("name");
      this.input.addEventListener("change", () => this.take());
      this.retryAll = () => this.list.querySelectorAll("[data-stage=failed] button[data-retry]").forEach((button) => button.click());
      window.addEventListener("online", this.retryAll);
      if (this.dataset.kept) this.keep(this.dataset.kept.split(" "));
      // On a slow phone somebody may choose a picture before this script has come.
      if (this.input.files.length) this.take();
    }

    disconnectedCallback() {
      window.removeEventListener("online", this.retryAll);
    }

    take() {
      // What is too much is never sent: the form would be refused for it.
      const room = Math.max(this.most - this.list.children.length, 0);
      [...this.input.files].slice(0, room).forEach((file) => this.add(file));
      this.input.value = "";
    }

    async add(file) {
      const line = this.shape.content.firstElementChild.cloneNode(true);
      const preview = URL.createObjectURL(file);
      const shown = line.querySelector("img");
      shown.addEventListener("error", () => shown.removeAttribute("src"));
      shown.src = preview;
      this.list.append(line);
      // From the first moment on, for a form must wait for a photo that is still being made small, too.
      this.stage(line, "sending", this.dataset.sending);
      const key = window.desk.uuid();
      const blob = await smaller(file);
      const name = file.name.replace(/\.\w+$/, "") + (blob.type === "image/jpeg" ? ".jpg" : "");
      const attempt = () => this.upload(line, blob, name, key);
      line.querySelector("[data-retry]").addEventListener("click", attempt);
      line.querySelector("[data-drop]").addEventListener("click", () => {
        URL.revokeObjectURL(preview);
        line.remove();
        this.announce();
      });
      attempt();
    }

    // Photos that the server has already, of a form that was begun before.
    keep(ids) {
      const had = new Set([...this.list.querySelectorAll("input[type=hidden]")].map((field) => field.value));
      ids.filter((id) => !had.has(id)).forEach((id) => {
        const line = this.shape.content.firstElementChild.cloneNode(true);
        line.querySelector("img").remove();
        line.querySelector("input").name = this.field;
        line.querySelector("input").value = id;
        line.querySelector("[data-drop]").addEventListener("click", () => { line.remove(); this.announce(); });
        this.list.append(line);
        this.stage(line, "sent", this.dataset.sent);
      });
    }

    stage(line, value, text) {
      line.dataset.stage = value;
      line.querySelector(".photo-words").textContent = text;
      line.querySelector("progress").hidden = value !== "sending";
      line.querySelector("[data-retry]").hidden = value !== "failed";
      line.querySelector("[data-drop]").hidden = value === "sending";
      line.querySelector("[data-drop] .photo-drop-words").classList.toggle("visually-hidden", value !== "refused");
      // Out from under a bar at the lower edge; whoever is writing meanwhile is left where they write.
      if (value === "refused" && !document.activeElement.matches("textarea, input:not([type=file])")) reveal(line, "nearest");
      this.announce();
    }

    async upload(line, blob, name, key) {
      const bar = line.querySelector("progress");
      if (blob.size > Number(this.dataset.limit)) {
        this.stage(line, "refused", this.dataset.large);
        return;
      }
      this.stage(line, "sending", this.dataset.sending);
      try {
        const answer = await send(this.dataset.url, blob, name, {
          extra: { kind: this.dataset.kind || "" }, key, words: this.dataset, onProgress: (part) => { bar.value = part; },
        });
        line.querySelector("input").name = this.field;
        line.querySelector("input").value = answer.id;
        if (answer.thumbnail) line.querySelector("img").src = answer.thumbnail;
        this.stage(line, "sent", this.dataset.sent);
      } catch (reason) {
        this.stage(line, reason.final ? "refused" : "failed", String(reason));
      }
    }

    // Pages may listen: detail = how many photos are sent, under way, and not taken.
    announce() {
      const count = (stage) => this.list.querySelectorAll(`[data-stage=${stage}]`).length;
      const detail = { sent: count("sent"), sending: count("sending"), failed: count("failed") + count("refused") };
      if (!detail.failed) this.stop.hidden = true;
      this.input.disabled = this.list.children.length >= this.most;
      if (this.full) this.full.hidden = !this.input.disabled;
      this.dispatchEvent(new CustomEvent("photos", { bubbles: true, detail }));
    }
  }

  customElements.define("photo-input", PhotoInput);

  // The photos that would be missing without a word: those in the form that did not go, and those kept beside it that the
  // server will not take. What waits beside a form for a signal goes out by itself.
  function missing(form) {
    const beside = form.id ? `photo-input[data-form="${form.id}"] [data-stage=refused]` : "";
    return form.querySelector("photo-input :is([data-stage=failed], [data-stage=refused])") || (beside && document.querySelector(beside));
  }

  // Nothing is saved while one stands there: it says so, beside the photo and its way out.
  function stopFor(line) {
    const stop = line.closest("photo-input").stop;
    stop.hidden = false;
    reveal(stop, "center");
    line.querySelector("[data-drop]").focus({ preventScroll: true });
  }

  // A form waits for its photos on their way and then goes by itself; where one fails it stays, with the reason.
  function sendAfterPhotos(form, submitter) {
    if (form.dataset.holding) return;
    form.dataset.holding = "1";
    if (submitter) submitter.setAttribute("aria-busy", "true");
    form.addEventListener("photos", function settled() {
      if (form.querySelector(SENDING)) return;
      form.removeEventListener("photos", settled);
      delete form.dataset.holding;
      if (submitter) submitter.removeAttribute("aria-busy");
      const lacking = missing(form);
      if (lacking) stopFor(lacking);
      // A button that was drawn anew meanwhile may stand for something else by now.
      else if (!submitter || submitter.form === form) form.requestSubmit(submitter);
    });
  }

  function reveal(place, block) {
    const fold = place.closest("details");
    if (fold) fold.open = true;
    place.scrollIntoView({ block });
  }

  // Before every other listener: the form must not be taken for sent.
  window.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    const sending = form.querySelector(SENDING);
    const lacking = missing(form);
    if (!sending && !lacking) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (lacking) stopFor(lacking);
    else sendAfterPhotos(form, event.submitter);
  }, true);
})();
