// <photo-input data-url="…">: photos are made small on the phone, sent one by one with progress, and kept for another try.
(() => {
  "use strict";
  if (customElements.get("photo-input")) return;
  const LONGEST = 1600;
  const QUALITY = 0.82;

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

  // Sends one file; `onProgress` gets 0…1. Resolves with the server's JSON, rejects with a sentence.
  function send(url, blob, name, { extra = {}, key, onProgress = () => {}, words }) {
    return new Promise((done, failed) => {
      const body = new FormData();
      Object.entries(extra).forEach(([field, value]) => body.append(field, value));
      body.append("file", blob, name);
      const request = new XMLHttpRequest();
      request.open("POST", url);
      request.setRequestHeader("X-CSRFToken", window.desk.csrf());
      request.setRequestHeader("Idempotency-Key", key);
      request.setRequestHeader("Accept", "application/json");
      request.timeout = 120000;
      request.upload.onprogress = (event) => { if (event.lengthComputable) onProgress(event.loaded / event.total); };
      request.onerror = request.ontimeout = () => failed(words.offline);
      request.onload = () => {
        let answer = {};
        try { answer = JSON.parse(request.responseText); } catch { answer = {}; }
        if (request.status >= 200 && request.status < 300) done(answer);
        else failed(answer.detail || (request.status === 413 ? words.large : words.refused));
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
      this.shape = this.querySelector("template");
      // The field's own name would send the big files again with the form around it.
      this.field = this.input.name;
      this.input.removeAttribute("name");
      this.input.addEventListener("change", () => this.take());
      this.retryAll = () => this.list.querySelectorAll("[data-stage=failed] button[data-retry]").forEach((button) => button.click());
      window.addEventListener("online", this.retryAll);
    }

    disconnectedCallback() {
      window.removeEventListener("online", this.retryAll);
    }

    take() {
      [...this.input.files].forEach((file) => this.add(file));
      this.input.value = "";
    }

    async add(file) {
      const line = this.shape.content.firstElementChild.cloneNode(true);
      const preview = URL.createObjectURL(file);
      line.querySelector("img").src = preview;
      this.list.append(line);
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

    async upload(line, blob, name, key) {
      const words = line.querySelector(".photo-words");
      const bar = line.querySelector("progress");
      const stage = (value, text) => {
        line.dataset.stage = value;
        words.textContent = text;
        bar.hidden = value !== "sending";
        line.querySelector("[data-retry]").hidden = value !== "failed";
        line.querySelector("[data-drop]").hidden = value === "sending";
        this.announce();
      };
      stage("sending", this.dataset.sending);
      try {
        const answer = await send(this.dataset.url, blob, name, {
          extra: { kind: this.dataset.kind || "" }, key, words: this.dataset, onProgress: (part) => { bar.value = part; },
        });
        line.querySelector("input").name = this.field;
        line.querySelector("input").value = answer.id;
        if (answer.thumbnail) line.querySelector("img").src = answer.thumbnail;
        stage("sent", this.dataset.sent);
      } catch (reason) {
        stage("failed", String(reason));
      }
    }

    // Pages may listen: detail = how many photos are sent, under way and failed.
    announce() {
      const count = (stage) => this.list.querySelectorAll(`[data-stage=${stage}]`).length;
      const detail = { sent: count("sent"), sending: count("sending"), failed: count("failed") };
      this.dispatchEvent(new CustomEvent("photos", { bubbles: true, detail }));
    }
  }

  customElements.define("photo-input", PhotoInput);
})();
