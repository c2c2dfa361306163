// Opens the journey of a figure in a dialog. Without this script every figure is a link to the page of all figures.
"use strict";
(function () {
  const facts = JSON.parse(document.getElementById("figures").textContent);
  const dialog = document.getElementById("journey");
  const body = dialog.querySelector("div");
  const row = (list, term, text) => {
    if (!text) return;
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = term;
    if (Array.isArray(text)) {
      const ul = document.createElement("ul");
      for (const each of text) { const li = document.createElement("li"); li.textContent = each; ul.append(li); }
      dd.append(ul);
    } else if (term === "To work it out again") {
      const code = document.createElement("code"); code.textContent = text; dd.append(code);
    } else dd.textContent = text;
    list.append(dt, dd);
  };
  const show = (id) => {
    const f = facts.figures[id];
    if (!f) return false;
    body.replaceChildren();
    const h = document.createElement("h2"); h.id = "journey-title"; h.textContent = f.title;
    const p = document.createElement("p"); p.className = "quiet"; p.textContent = f.name + ", " + f.period;
    const v = document.createElement("p"); v.className = "value"; v.textContent = f.text;
    const dl = document.createElement("dl");
    row(dl, "Why there is no value", f.reason);
    row(dl, "Limits", f.limits);
    row(dl, "How it is worked out", f.formula);
    row(dl, "Numerator", f.numerator);
    row(dl, "Denominator", f.denominator);
    row(dl, "What kind of number", f.standing);
    row(dl, "Notes", f.notes.length ? f.notes : null);
    row(dl, "Take care", f.caveat);
    row(dl, "Sources", f.receipts.map((r) => facts.receipts[r]));
    row(dl, "To work it out again", f.command);
    body.append(h, p, v, dl);
    dialog.showModal();
    return true;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-figure]");
    if (link && !event.ctrlKey && !event.metaKey && show(link.dataset.figure)) event.preventDefault();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
})();
