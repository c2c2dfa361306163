// What a page does beyond being read: numbers open, tables sort, maps zoom, weights move. Without it every page still reads whole.
"use strict";
(function () {
  const $ = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const make = (tag, facts, ...inside) => {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(facts || {})) {
      if (key in made && key !== "list") made[key] = value; else made.setAttribute(key, value);
    }
    made.append(...inside);
    return made;
  };
  const button = (text, press, name) => {
    const made = make("button", { type: "button" }, text);
    if (name) made.setAttribute("aria-label", name);
    made.addEventListener("click", press);
    return made;
  };
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u2018\u2019']/g, "'").trim();
  let count = 0;
  const newId = (stem) => stem + "-" + (++count);

  // The address: #page:anchor?state in the single file, #anchor or #?state in the folder.
  const state = {
    read: () => new URLSearchParams((location.hash.split("?")[1] || "")),
    write: (key, value) => {
      const [place] = location.hash.split("?"), params = state.read();
      if (value) params.set(key, value); else params.delete(key);
      const text = params.toString();
      history.replaceState(null, "", text ? (place || "#") + "?" + text : place || "#");
    },
  };

  // Numbers: the journey of a figure in a dialog.
  const dialog = document.getElementById("journey");
  const body = $("div", dialog);
  let facts = { figures: {}, receipts: {} };
  const row = (list, term, text) => {
    if (!text || !text.length) return;
    const dd = make("dd");
    if (Array.isArray(text)) dd.append(make("ul", {}, ...text.map((each) => make("li", {}, each))));
    else if (term === "To work it out again") dd.append(make("code", {}, text));
    else dd.append(text);
    list.append(make("dt", {}, term), dd);
  };
  const open = (f, receipts) => {
    const dl = make("dl");
    row(dl, "Why there is no value", f.reason);
    row(dl, "Limits", f.limits);
    row(dl, "How it is worked out", f.formula);
    row(dl, "Numerator", f.numerator);
    row(dl, "Denominator", f.denominator);
    row(dl, "What kind of number", f.standing);
    row(dl, "Notes", f.notes);
    row(dl, "Take care", f.caveat);
    row(dl, "Sources", f.receipts.map((r) => receipts[r]));
    row(dl, "To work it out again", f.command);
    body.replaceChildren(make("h2", { id: "journey-title" }, f.title), make("p", { className: "quiet" }, f.name + ", " + f.period),
      make("p", { className: "value" }, f.text), dl);
    dialog.showModal();
    return true;
  };
  const show = (id) => Boolean(facts.figures[id]) && open(facts.figures[id], facts.receipts);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-figure]");
    if (link && !event.ctrlKey && !event.metaKey && show(link.dataset.figure)) event.preventDefault();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  // Tables: a button in each head sorts; totals stay last, and so does what is not known.
  const value = (text) => {
    const found = text.replace(/,/g, "").replace(/\u2212/g, "-").match(/-?£?\d+(\.\d+)?/);
    return found && /^[^a-z]*[-£\d]/i.test(text.trim()) ? parseFloat(found[0].replace("£", "")) : NaN;
  };
  const sortable = (table) => {
    const rows = table.tBodies[0] ? [...table.tBodies[0].rows] : [];
    if (rows.length < 3 || !table.tHead || table.tHead.rows.length !== 1) return;
    for (const head of table.tHead.rows[0].cells) if (head.tagName === "TH" && head.textContent.trim()) head.replaceChildren(make("button", { type: "button", className: "sort" }, ...head.childNodes));
  };
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("button.sort");
    if (!pressed) return;
    const head = pressed.closest("th"), table = pressed.closest("table"), body = table.tBodies[0], column = head.cellIndex;
    const down = head.getAttribute("aria-sort") === "ascending" || (head.classList.contains("num") && !head.hasAttribute("aria-sort"));
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = [...body.rows].map((r) => {
      const text = r.cells[column] ? r.cells[column].textContent.trim() : "";
      return { r, text, number: value(text), last: r.classList.contains("total") };
    });
    const numeric = head.classList.contains("num");
    rows.sort((a, b) => {
      if (a.last !== b.last) return a.last ? 1 : -1;
      if (!numeric) return a.text.localeCompare(b.text, "en-GB", { numeric: true }) * (down ? -1 : 1);
      if (isNaN(a.number) || isNaN(b.number)) return isNaN(a.number) - isNaN(b.number);
      return (a.number - b.number) * (down ? -1 : 1);
    });
    body.append(...rows.map((each) => each.r));
  });

  // All figures: a search over measures and units; of few units every figure is shown, each leading to its row.
  const addressOf = (measure, anchor) => (window.chesilPages ? "#figures/" + measure + ":" : "figures/" + measure + ".html#") + anchor;
  const finder = (main) => {
    const form = $("#find-unit", main);
    if (!form) return;
    form.hidden = false;
    const input = $("input", form), said = $("output", form), out = $("#found-units", main);
    const data = JSON.parse($("#figures-index", main).textContent);
    const items = all("ul.measures li", main).map((li, k) => ({ li, title: plain(data.measures[k][1]) }));
    const units = data.units.map((u) => ({ u, key: plain(u[1]) }));
    const table = ([code, name, numbers, texts, parts]) => {
      const rows = numbers.map((n, k) => {
        const [measure, title] = data.measures[n];
        const link = make("a", { className: "fig", href: addressOf(measure, (measure + "-" + code + parts[k]).replace(/ /g, "_")) }, texts[k]);
        return make("tr", {}, make("th", { scope: "row" }, title + (parts[k] ? " (" + parts[k].slice(1).replace(/_/g, " ") + ")" : "")), make("td", { className: "num" }, link));
      });
      const head = make("tr", {}, make("th", { scope: "col" }, "Measure"), make("th", { scope: "col", className: "num" }, "Value"));
      return make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": name },
        make("table", { className: "dense" }, make("caption", {}, name), make("thead", {}, head), make("tbody", {}, ...rows)));
    };
    const find = () => {
      const wanted = plain(input.value);
      let measures = 0;
      for (const each of items) {
        each.li.hidden = !!wanted && !each.title.includes(wanted);
        measures += each.li.hidden ? 0 : 1;
      }
      const hits = wanted.length > 1 ? units.filter((each) => each.key.includes(wanted)) : [];
      out.replaceChildren();
      if (hits.length <= 3) out.append(...hits.map((hit) => table(hit.u)));
      else out.append(make("ul", { className: "found" }, ...hits.slice(0, 12).map((hit) => make("li", {}, button(hit.u[1], () => { input.value = hit.u[1]; find(); })))));
      const say = (n, one, more) => n.toLocaleString("en-GB") + " " + (n === 1 ? one : more);
      said.textContent = wanted ? say(hits.length, "unit", "units") + (hits.length > 12 ? ", of which the first are listed" : "") + "; " + say(measures, "measure", "measures") : "";
      state.write("find", input.value.trim());
    };
    let timer;
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, 120); });
    form.addEventListener("submit", (event) => { event.preventDefault(); find(); });
    const asked = state.read().get("find");
    if (asked) { input.value = asked; find(); }
  };

  // Weights moved by hand: the ranking answers at once, and the address holds them.
  const weighing = (box) => {
    const data = JSON.parse(box.dataset.facts), id = newId("weights");
    const start = make("select", { id: id + "-start" }, ...data.starts.map((s, k) => make("option", { value: k }, s.who)));
    const inputs = [], shares = [], fields = make("div", { className: "moved" });
    let weights = [];  // as given, not as the fields round them, so that weights nobody has touched give the page's own totals
    data.criteria.forEach((title, k) => {
      const slide = make("input", { type: "range", min: 0, max: 100, step: 1, id: id + "-r" + k, "aria-label": title + ", weight" });
      const exact = make("input", { type: "number", min: 0, max: 100, step: 1, inputMode: "numeric", id: id + "-n" + k, "aria-label": title + ", weight as a number" });
      const share = make("span", { className: "share" });
      const move = (from, to) => { weights[k] = Math.min(100, Math.max(0, Number(from.value) || 0)); to.value = Math.round(weights[k]); answer(true); };
      slide.addEventListener("input", () => move(slide, exact));
      exact.addEventListener("input", () => move(exact, slide));
      inputs.push([slide, exact]);
      shares.push(share);
      fields.append(make("div", { className: "weight" }, make("label", { htmlFor: slide.id }, title), slide, exact, share));
    });
    const said = make("p", { className: "said", role: "status" });
    const rank = make("ol", { className: "ranking" });
    const scores = () => data.starts[start.value].scores;
    const known = (k) => scores().every((r) => r[k] !== null);
    const answer = (isMoved) => {
      const given = weights.map((w, k) => (known(k) ? w : 0)), sum = given.reduce((a, b) => a + b, 0);
      state.write("w", isMoved ? [start.value, ...weights.map((w) => Number(w.toFixed(6)))].join(",") : "");
      shares.forEach((s, k) => { s.textContent = !known(k) ? "not judged" : sum ? (100 * given[k] / sum).toFixed(0) + " of 100" : ""; });
      if (!sum) { rank.replaceChildren(); said.textContent = "Give at least one criterion a weight."; return; }
      const totals = data.options.map((title, i) => ({ title, i, total: given.reduce((t, w, k) => t + (w ? w * scores()[i][k] : 0), 0) / sum }));
      totals.sort((a, b) => b.total - a.total || a.i - b.i);
      rank.replaceChildren(...totals.map((t) => make("li", {}, make("span", {}, t.title), make("span", { className: "bar" }, make("i", { style: "width:" + t.total.toFixed(1) + "%" })), make("b", {}, t.total.toFixed(1)))));
      const tied = totals.filter((t) => Math.abs(t.total - totals[0].total) < 0.05);
      said.textContent = tied.length > 1 ? tied.map((t) => t.title).join(" and ") + " come first together, with " + totals[0].total.toFixed(1) + " of 100."
        : totals[0].title + " comes first, with " + totals[0].total.toFixed(1) + " of 100" + (totals[1] ? "; next is " + totals[1].title + " with " + totals[1].total.toFixed(1) + "." : ".");
    };
    const set = (given, isMoved) => {
      weights = given.map(Number);
      inputs.forEach(([s, n], k) => { s.value = n.value = Math.round(weights[k]); s.disabled = n.disabled = !known(k); });
      answer(isMoved);
    };
    const reset = () => set(data.starts[start.value].weights, start.value !== "0");
    start.addEventListener("change", reset);
    box.append(make("h2", {}, "Move the weights yourself"),
      make("p", { className: "quiet" }, "Weights are shared out so that they sum to the whole. The scores stay as they are in the table; the address of this page holds your weights, so that you can send them to somebody."),
      make("p", {}, make("label", { htmlFor: start.id }, "Start from the weights of "), start, " ", button("Put back", reset), " ", button("Make all equal", () => set(data.criteria.map(() => 50), true))),
      fields, said, rank);
    box.hidden = false;
    const asked = (state.read().get("w") || "").split(",").map(Number);
    if (asked.length === data.criteria.length + 1 && data.starts[asked[0]] && asked.every((a) => a >= 0 && a <= 100)) { start.value = asked[0]; set(asked.slice(1), true); }
    else { start.value = "0"; reset(); }
  };

  // One name looked up in a table, such as the reader's own area.
  const lookup = (box) => {
    const data = JSON.parse(box.dataset.facts), id = newId("lookup"), said = make("p", { className: "said", role: "status" });
    const names = [...new Set(data.rows.map((r) => r[0]))];
    const input = make("input", { id, type: "search", autocomplete: "off" });
    input.setAttribute("list", id + "-names");
    const list = make("datalist", { id: id + "-names" }, ...names.map((n) => make("option", { value: n })));
    const out = make("div"), key = data.caption;
    const find = () => {
      const wanted = plain(input.value), spots = wanted ? window.chesil.findAreas(input.value) : { codes: [] };
      const known = (window.chesilPlaces || { areas: {} }).areas, isIn = new Set(spots.codes.map((c) => known[c][0]));
      const hits = !wanted ? [] : data.rows.filter((r) => (spots.isPostcode ? [...isIn].some((n) => r[0].includes(n)) : plain(r[0]).includes(wanted)));
      out.replaceChildren();
      const places = new Set(hits.map((r) => r[0])).size;
      said.textContent = !wanted ? "" : !places ? "No area here has that name or postcode." : places > 12 ? places + " areas have that in their name; write more of it." : spots.isPostcode ? window.chesil.whereabouts(spots) : places === 1 ? "One area found." : places + " areas found.";
      if (places && places <= 12) {
        const head = make("tr", {}, ...data.heads.map((h) => make("th", { scope: "col" }, h)));
        const rows = hits.map((r) => make("tr", {}, make("th", { scope: "row" }, r[0]), ...r.slice(1).map((c) => make("td", {}, c))));
        out.append(make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": data.caption }, make("table", {}, make("caption", {}, data.caption), make("thead", {}, head), make("tbody", {}, ...rows))));
      }
      state.write("area", input.value.trim());
    };
    const form = make("form", { className: "finder", role: "search", "aria-label": key }, make("label", { htmlFor: id }, data.ask + " "), input, list, make("button", { type: "submit" }, "Find"));
    form.addEventListener("submit", (event) => { event.preventDefault(); find(); });
    box.append(make("h2", {}, data.caption), form, said, out, make("p", { className: "quiet" }, data.note));
    box.hidden = false;
    const asked = state.read().get("area");
    if (asked) { input.value = asked; find(); }
  };

  // A page that has just come: its figures, tables, maps.
  const enliven = (main, known) => {
    facts = known;
    for (const part of window.chesil.parts) part(main);
    for (const box of all(".weights", main)) weighing(box);
    for (const box of all(".lookup", main)) lookup(box);
    finder(main);
    for (const table of all("table", main)) sortable(table);
  };
  const menu = $("button.menu");
  const fold = (open) => { menu.setAttribute("aria-expanded", open); document.getElementById("pages").classList.toggle("open", open); };
  menu.addEventListener("click", () => fold(menu.getAttribute("aria-expanded") !== "true"));
  $("a.skip").addEventListener("click", (event) => { event.preventDefault(); $("#main").focus(); $("#main").scrollIntoView(); });

  window.chesil = { $, all, make, button, plain, newId, state, open, addressOf, enliven, fold, parts: [] };
  if (!document.documentElement.hasAttribute("data-single")) {
    document.addEventListener("DOMContentLoaded", () => enliven($("#main"), JSON.parse(document.getElementById("figures").textContent)));
  }
})();
