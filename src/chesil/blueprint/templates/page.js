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
  const show = (id) => {
    const f = facts.figures[id];
    if (!f) return false;
    const dl = make("dl");
    row(dl, "Why there is no value", f.reason);
    row(dl, "Limits", f.limits);
    row(dl, "How it is worked out", f.formula);
    row(dl, "Numerator", f.numerator);
    row(dl, "Denominator", f.denominator);
    row(dl, "What kind of number", f.standing);
    row(dl, "Notes", f.notes);
    row(dl, "Take care", f.caveat);
    row(dl, "Sources", f.receipts.map((r) => facts.receipts[r]));
    row(dl, "To work it out again", f.command);
    body.replaceChildren(make("h2", { id: "journey-title" }, f.title), make("p", { className: "quiet" }, f.name + ", " + f.period),
      make("p", { className: "value" }, f.text), dl);
    dialog.showModal();
    return true;
  };
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

  // Two networks side by side.
  const comparing = (main) => {
    const box = $("#compare", main);
    if (!box) return;
    const data = JSON.parse($("#compare-data", main).textContent), a = $("#compare-a", box), b = $("#compare-b", box);
    const asked = state.read();
    if (data.names[asked.get("a")]) a.value = asked.get("a");
    if (data.names[asked.get("b")]) b.value = asked.get("b");
    box.hidden = false;
    $(".without-script", main).hidden = true;
    const heads = $("thead", box).rows[0].cells;
    const set = (head, text) => { ($("button", head) || head).textContent = text; };
    const cell = (facts, measure) => {
      if (!facts) return make("td", { className: "num" }, "not known");
      const link = make("a", { className: "fig", href: addressOf(measure, facts[4]) }, facts[0]);
      return make("td", { className: "num" }, link, ...(facts[1] ? [make("br"), make("small", {}, facts[1])] : []));
    };
    const beside = (x, y) => {
      if (!x || !y || x[2] === null || y[2] === null || x[3] === null || y[3] === null) return "";
      return x[2] > y[3] ? "higher" : x[3] < y[2] ? "lower" : "too close to tell apart";
    };
    const draw = () => {
      set(heads[1], data.names[a.value]);
      set(heads[2], data.names[b.value]);
      const rows = data.rows.map((r) => {
        const x = r.cells[a.value], y = r.cells[b.value];
        if (!x && !y) return null;
        const name = make("th", { scope: "row" }, r.title);
        return make("tr", {}, name, cell(x, r.name), cell(y, r.name), make("td", {}, beside(x, y)));
      });
      $("tbody", box).replaceChildren(...rows.filter((r) => r));
    };
    for (const each of [a, b]) each.addEventListener("change", () => { state.write("a", a.value); state.write("b", b.value); draw(); });
    draw();
  };

  // Maps: nearer, further, sideways, layers, and a search that marks what it finds.
  const mapped = (figure) => {
    const svg = $("svg.map", figure), frame = $(".frame", figure);
    if (!svg) return;
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const said = make("p", { className: "said", role: "status" });
    const view = { x: 0, y: 0, w: width };
    const draw = () => {
      view.w = Math.min(width, Math.max(width / 24, view.w));
      const h = (view.w * height) / width;
      view.x = Math.min(width - view.w, Math.max(0, view.x));
      view.y = Math.min(height - h, Math.max(0, view.y));
      svg.setAttribute("viewBox", [view.x, view.y, view.w, h].join(" "));
      svg.style.setProperty("--zoom", view.w / width);
      svg.classList.toggle("far", view.w > width / 2);
    };
    const zoom = (times, cx, cy) => {
      const h = (view.w * height) / width, x = cx === undefined ? view.x + view.w / 2 : cx, y = cy === undefined ? view.y + h / 2 : cy;
      view.w = Math.min(width, Math.max(width / 24, view.w * times));
      view.x = x - view.w / 2;
      view.y = y - (view.w * height) / width / 2;
      draw();
    };
    const pan = (dx, dy) => { view.x += dx * view.w / 4; view.y += dy * view.w / 4; draw(); };
    const whole = () => { view.x = 0; view.y = 0; view.w = width; draw(); };
    const keys = {
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": whole,
      ArrowLeft: () => pan(-1, 0), ArrowRight: () => pan(1, 0), ArrowUp: () => pan(0, -1), ArrowDown: () => pan(0, 1),
    };
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", "Map " + (count + 1) + "; plus, minus and the arrow keys move it");
    frame.addEventListener("keydown", (event) => {
      if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) { keys[event.key](); event.preventDefault(); }
    });
    let from = null;
    frame.addEventListener("pointerdown", (event) => {
      if (view.w < width && event.pointerType === "mouse") { from = [event.clientX, event.clientY]; frame.setPointerCapture(event.pointerId); }
    });
    frame.addEventListener("pointermove", (event) => {
      if (!from) return;
      const per = view.w / svg.clientWidth;
      view.x -= (event.clientX - from[0]) * per;
      view.y -= (event.clientY - from[1]) * per;
      from = [event.clientX, event.clientY];
      draw();
    });
    for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { from = null; });
    const tools = make("div", { className: "tools", role: "group", "aria-label": "Move map " + (count + 1) },
      button("+", () => zoom(0.5), "Nearer"), button("\u2212", () => zoom(2), "Further off"), button("Whole", whole, "Whole map"),
      button("\u2190", () => pan(-1, 0), "West"), button("\u2191", () => pan(0, -1), "North"),
      button("\u2193", () => pan(0, 1), "South"), button("\u2192", () => pan(1, 0), "East"));

    draw();

    // Everything on the map that has a name.
    const things = all("[data-layer] title", svg).map((t) => ({ mark: t.parentElement, text: t.textContent, key: plain(t.textContent) }));
    const id = newId("find"), list = make("datalist", { id: id + "-names" });
    const names = [...new Set(things.map((t) => t.text.split(":")[0]))].sort();
    list.append(...names.map((n) => make("option", { value: n })));
    const input = make("input", { id, type: "search", autocomplete: "off" });
    input.setAttribute("list", id + "-names");
    const found = make("ul", { className: "found" });
    const mark = (thing) => {
      for (const old of all(".chosen", svg)) old.classList.remove("chosen");
      thing.mark.classList.add("chosen");
      const box = thing.mark.getBBox();
      view.w = Math.max(width / 10, Math.min(width / 3, Math.max(box.width, box.height) * 6));
      zoom(1, box.x + box.width / 2, box.y + box.height / 2);
      said.textContent = thing.text;
    };
    const find = () => {
      const wanted = plain(input.value);
      found.replaceChildren();
      for (const old of all(".chosen", svg)) old.classList.remove("chosen");
      if (!wanted) { said.textContent = ""; return; }
      const hits = things.filter((t) => t.key.includes(wanted));
      const exact = hits.filter((t) => plain(t.text.split(":")[0]) === wanted);
      if (hits.length === 1 || exact.length === 1) { mark(exact[0] || hits[0]); return; }
      for (const hit of hits) hit.mark.classList.add("chosen");
      said.textContent = hits.length ? hits.length.toLocaleString("en-GB") + " are marked; choose one" : "Nothing here has that name. Try a practice, a neighbourhood, or the first half of a surgery\u2019s postcode.";
      found.append(...hits.slice(0, 12).map((hit) => make("li", {}, button(hit.text.split(":")[0], () => mark(hit)))));
    };
    const form = make("form", { className: "finder", role: "search", "aria-label": "Find on map " + count },
      make("label", { htmlFor: id }, "Find a practice, a neighbourhood or a postcode area "), input, list, make("button", { type: "submit" }, "Find"));
    form.addEventListener("submit", (event) => { event.preventDefault(); find(); });
    const layers = all("[data-layer]", svg).filter((g) => g.children.length);
    const choose = make("fieldset", { className: "layers" }, make("legend", {}, "Show"));
    for (const layer of layers) {
      const box = make("input", { type: "checkbox", checked: true, id: newId("layer") });
      box.addEventListener("change", () => layer.classList.toggle("off", !box.checked));
      choose.append(make("span", {}, box, make("label", { htmlFor: box.id }, layer.dataset.layer)));
    }
    frame.before(form);
    frame.after(tools, choose, said, found);
  };

  // Weights moved by hand: the ranking answers at once, and the address holds them.
  const weighing = (box) => {
    const data = JSON.parse(box.dataset.facts), id = newId("weights");
    const start = make("select", { id: id + "-start" }, ...data.starts.map((s, k) => make("option", { value: k }, s.who)));
    const inputs = [], shares = [], fields = make("div", { className: "moved" });
    data.criteria.forEach((title, k) => {
      const slide = make("input", { type: "range", min: 0, max: 100, step: 1, id: id + "-r" + k, "aria-label": title + ", weight" });
      const exact = make("input", { type: "number", min: 0, max: 100, step: 1, inputMode: "numeric", id: id + "-n" + k, "aria-label": title + ", weight as a number" });
      const share = make("span", { className: "share" });
      slide.addEventListener("input", () => { exact.value = slide.value; answer(); });
      exact.addEventListener("input", () => { slide.value = exact.value; answer(); });
      inputs.push([slide, exact]);
      shares.push(share);
      fields.append(make("div", { className: "weight" }, make("label", { htmlFor: slide.id }, title), slide, exact, share));
    });
    const said = make("p", { className: "said", role: "status" });
    const rank = make("ol", { className: "ranking" });
    const scores = () => data.starts[start.value].scores;
    const known = (k) => scores().every((r) => r[k] !== null);
    const answer = () => {
      const given = inputs.map(([s], k) => (known(k) ? Number(s.value) : 0)), sum = given.reduce((a, b) => a + b, 0);
      state.write("w", [start.value, ...inputs.map(([s]) => s.value)].join(","));
      shares.forEach((s, k) => { s.textContent = !known(k) ? "not judged" : sum ? (100 * given[k] / sum).toFixed(0) + " of 100" : ""; });
      if (!sum) { rank.replaceChildren(); said.textContent = "Give at least one criterion a weight."; return; }
      const totals = data.options.map((title, i) => ({ title, i, total: given.reduce((t, w, k) => t + (w ? w * scores()[i][k] : 0), 0) / sum }));
      totals.sort((a, b) => b.total - a.total || a.i - b.i);
      rank.replaceChildren(...totals.map((t) => make("li", {}, make("span", {}, t.title), make("span", { className: "bar" }, make("i", { style: "width:" + t.total.toFixed(1) + "%" })), make("b", {}, t.total.toFixed(1)))));
      const tied = totals.filter((t) => Math.abs(t.total - totals[0].total) < 0.05);
      said.textContent = tied.length > 1 ? tied.map((t) => t.title).join(" and ") + " come first together, with " + totals[0].total.toFixed(1) + " of 100."
        : totals[0].title + " comes first, with " + totals[0].total.toFixed(1) + " of 100" + (totals[1] ? "; next is " + totals[1].title + " with " + totals[1].total.toFixed(1) + "." : ".");
    };
    const set = (weights) => {
      inputs.forEach(([s, n], k) => { s.value = n.value = Math.round(weights[k]); s.disabled = n.disabled = !known(k); });
      answer();
    };
    const reset = () => { set(data.starts[start.value].weights); };
    start.addEventListener("change", reset);
    box.append(make("h2", {}, "Move the weights yourself"),
      make("p", { className: "quiet" }, "Weights are shared out so that they sum to the whole. The scores stay as they are in the table; the address of this page holds your weights, so that you can send them to somebody."),
      make("p", {}, make("label", { htmlFor: start.id }, "Start from the weights of "), start, " ", button("Put back", reset), " ", button("Make all equal", () => set(data.criteria.map(() => 50)))),
      fields, said, rank);
    box.hidden = false;
    const asked = (state.read().get("w") || "").split(",").map(Number);
    if (asked.length === data.criteria.length + 1 && data.starts[asked[0]] && asked.every((a) => a >= 0 && a <= 100)) { start.value = asked[0]; set(asked.slice(1)); }
    else { reset(); state.write("w", ""); }
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
      const wanted = plain(input.value), hits = wanted ? data.rows.filter((r) => plain(r[0]).includes(wanted)) : [];
      out.replaceChildren();
      const places = new Set(hits.map((r) => r[0])).size;
      said.textContent = !wanted ? "" : !places ? "No area here has that name." : places > 12 ? places + " areas have that in their name; write more of it." : places === 1 ? "One area found." : places + " areas found.";
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
    for (const figure of all("figure.mapped", main)) mapped(figure);
    for (const box of all(".weights", main)) weighing(box);
    for (const box of all(".lookup", main)) lookup(box);
    comparing(main);
    finder(main);
    for (const table of all("table", main)) sortable(table);
  };
  const menu = $("button.menu");
  const fold = (open) => { menu.setAttribute("aria-expanded", open); document.getElementById("pages").classList.toggle("open", open); };
  menu.addEventListener("click", () => fold(menu.getAttribute("aria-expanded") !== "true"));
  $("a.skip").addEventListener("click", (event) => { event.preventDefault(); $("#main").focus(); $("#main").scrollIntoView(); });

  window.chesil = { enliven, fold };
  if (!document.documentElement.hasAttribute("data-single")) enliven($("#main"), JSON.parse(document.getElementById("figures").textContent));
})();
