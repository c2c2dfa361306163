// Two groups side by side on every figure that either has, by subject; what the limits cannot tell apart is said to be so.
"use strict";
(function () {
  const { $, make, state, open, addressOf } = window.chesil;
  // A cell is [text, limits in words, lower, upper, numerator, denominator, anchor, why there is none].
  const beside = (x, y) => {
    if (!x || !y || x[7] || y[7]) return "";
    if (x[2] === null || y[2] === null || x[3] === null || y[3] === null) return x[0] === y[0] ? "the same" : "not said: no limits";
    return x[2] > y[3] ? "higher" : x[3] < y[2] ? "lower" : "too close to tell apart";
  };

  const comparing = (main) => {
    const box = $("#compare", main);
    if (!box) return;
    const data = JSON.parse($("#compare-data", main).textContent), a = $("#compare-a", box), b = $("#compare-b", box);
    const only = $("#compare-only", box), said = $("output", box), asked = state.read();
    if (data.names[asked.get("a")]) a.value = asked.get("a");
    if (data.names[asked.get("b")]) b.value = asked.get("b");
    only.value = asked.get("show") || "";
    box.hidden = false;
    $(".without-script", main).hidden = true;
    const heads = $("thead", box).rows[0].cells, body = $("tbody", box);
    const journey = (row, code, c) => ({
      title: row.title, name: data.names[code], period: row.period, text: [c[0], row.unit].join(" ").trim(), reason: c[7], limits: c[1],
      formula: row.formula, numerator: c[4], denominator: c[5], standing: "", notes: [], caveat: row.caveat, receipts: row.receipts, command: row.command.replace("CODE", code),
    });
    const cell = (row, code) => {
      const c = row.cells[code];
      if (!c) return make("td", { className: "num" }, "\u2013");
      const link = make("a", { className: c[7] ? "fig unknown" : "fig", href: addressOf(row.name, c[6]) }, c[0]);
      link.addEventListener("click", (event) => { if (!event.ctrlKey && !event.metaKey && open(journey(row, code, c), data.receipts)) event.preventDefault(); });
      return make("td", { className: "num" }, link, ...(c[1] ? [make("br"), make("small", {}, c[1])] : []));
    };
    const draw = () => {
      heads[1].textContent = data.names[a.value];
      heads[2].textContent = data.names[b.value];
      heads[3].textContent = "How " + data.names[a.value] + " compares";
      let subject = "", told = { higher: 0, lower: 0, close: 0 };
      const rows = [];
      for (const row of data.rows) {
        const x = row.cells[a.value], y = row.cells[b.value], says = beside(x, y);
        if ((!x || x[7]) && (!y || y[7])) continue;
        if (says === "higher" || says === "lower") told[says] += 1;
        if (says === "too close to tell apart") told.close += 1;
        if (only.value === "apart" && says !== "higher" && says !== "lower") continue;
        if (row.subject !== subject) rows.push(make("tr", { className: "subject" }, make("th", { scope: "colgroup", colSpan: 4 }, subject = row.subject)));
        rows.push(make("tr", {}, make("th", { scope: "row" }, row.title, ...(row.unit ? [make("br"), make("small", {}, row.unit)] : [])), cell(row, a.value), cell(row, b.value), make("td", {}, says)));
      }
      body.replaceChildren(...rows);
      said.textContent = a.value === b.value ? "Choose two different groups." : data.names[a.value] + " is higher than " + data.names[b.value] + " on " + told.higher + " and lower on " + told.lower + "; " + told.close + (told.close === 1 ? " is" : " are") + " too close to tell apart.";
    };
    const change = () => { state.write("a", a.value); state.write("b", b.value); state.write("show", only.value); draw(); };
    for (const each of [a, b, only]) each.addEventListener("change", change);
    $("button", box).addEventListener("click", () => { [a.value, b.value] = [b.value, a.value]; change(); });
    draw();
  };
  window.chesil.parts.push(comparing);
})();
