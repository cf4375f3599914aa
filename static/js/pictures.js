// Photos opened large, on the page they stand on: <a href="…" data-picture><img alt="what it shows"></a>. A file's own address is
// for keeping it, so nothing leads there but the browser's own "save" and "new tab".
(() => {
  "use strict";
  const dialog = document.getElementById("picture");
  if (!dialog) return;
  const image = dialog.querySelector(".picture-large");
  const name = dialog.querySelector(".picture-name");
  const steps = [...dialog.querySelectorAll("[data-picture-step]")];
  let row = [];
  let place = 0;

  function show(which) {
    place = which;
    const link = row[place];
    const small = link.querySelector("img");
    image.src = link.href;
    image.alt = small ? small.alt : link.textContent.trim();
    name.textContent = row.length > 1 ? `${image.alt} ${place + 1}/${row.length}` : image.alt;
    steps.forEach((step) => {
      step.hidden = row.length < 2;
      step.disabled = !row[place + Number(step.dataset.pictureStep)];
    });
  }

  function go(step) {
    if (row[place + step]) show(place + step);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-picture]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    row = [...link.parentElement.querySelectorAll("a[data-picture]")];
    show(row.indexOf(link));
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[value=ok]").focus();
  });

  dialog.addEventListener("click", (event) => {
    const step = event.target.closest("[data-picture-step]");
    if (step) go(Number(step.dataset.pictureStep));
    // Beside it is out of it.
    else if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") go(-1);
    if (event.key === "ArrowRight") go(1);
  });
  dialog.addEventListener("close", () => {
    image.removeAttribute("src");
    if (row[place]) row[place].focus();
  });
})();
