// What was typed is sent again with the token that the browser has by then: signing in gave it a new one.
(() => {
  "use strict";
  const form = document.querySelector("form");
  if (!form) return;
  form.addEventListener("submit", (event) => {
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "1";
    const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
    const token = form.querySelector("input[name=csrfmiddlewaretoken]");
    if (cookie && token) token.value = cookie[1];
    form.querySelector("button").disabled = true;
  });
  window.addEventListener("pageshow", () => {
    delete form.dataset.sending;
    form.querySelector("button").disabled = false;
  });
})();
