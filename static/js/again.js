// What was typed is sent again with the token that the browser has by then: signing in gave it a new one.
// Runs before the form is there: whoever presses its button at once sends it with that token, too.
(() => {
  "use strict";
  document.addEventListener("submit", (event) => {
    const form = event.target;
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
    document.querySelectorAll("form").forEach((form) => {
      delete form.dataset.sending;
      form.querySelector("button").disabled = false;
    });
  });
})();
