"use strict";
// Opens and closes all folds, and shows the lines that hold what is searched for.
(() => {
  const form = document.querySelector("form");
  const field = form.querySelector("input");
  const none = form.querySelector("output");
  const lines = [...document.querySelectorAll("main li")];
  const folds = [...document.querySelectorAll("details")];
  const atFirst = folds.map((fold) => fold.open);
  const own = (line) => line.querySelector(":scope > details > summary") || line;
  const texts = lines.map((line) => own(line).textContent.toLowerCase());

  function search() {
    const wanted = field.value.trim().toLowerCase();
    const shown = new Set();
    let found = 0;
    lines.forEach((line, place) => {
      if (!wanted || !texts[place].includes(wanted)) return;
      found += 1;
      // With what it stands below, and all that stands below it.
      for (let above = line; above; above = above.parentElement.closest("li")) shown.add(above);
      line.querySelectorAll("li").forEach((below) => shown.add(below));
    });
    lines.forEach((line) => line.classList.toggle("apart", Boolean(wanted) && !shown.has(line)));
    folds.forEach((fold, place) => { fold.open = wanted ? shown.has(fold.parentElement) : atFirst[place]; });
    none.hidden = !wanted || found > 0;
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", search);
  form.querySelectorAll("button").forEach((button) => button.addEventListener("click", () => {
    folds.forEach((fold) => { fold.open = Boolean(button.value); });
  }));
})();
