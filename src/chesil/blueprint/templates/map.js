// Maps: nearer, further, sideways; what shades the areas and which lines and names are shown; and a search for one's own place.
"use strict";
(function () {
  const { $, all, make, button, plain, newId, state } = window.chesil;
  const some = (count, one, many) => count.toLocaleString("en-GB") + " " + (count === 1 ? one : many);
  const listed = (names) => {
    const between = names.some((n) => n.includes(",")) ? "; " : ", ";
    return names.length < 2 ? names.join("") : names.slice(0, -1).join(between) + (between === ", " ? " and " : "; and ") + names[names.length - 1];
  };

  // The gazetteer: small areas by a postcode, a part of one, or a name.
  const places = () => window.chesilPlaces || { areas: {}, networks: {} };
  const POSTCODE = /^([a-z]{1,2})(\d[a-z\d]?)? ?(\d[a-z]{0,2})?$/i;
  const sectors = (packed) => packed.split(";").filter(Boolean).map((each) => each.split("="));
  const hasUnit = (row, unit) => { for (let k = 0; k < row.length; k += 2) if (row.slice(k, k + 2) === unit) return true; return false; };
  const byPostcode = (text) => {
    // "DT11AA" is DT1 1AA, and "DT11" is the district DT11: without a space the last three are the inner part if letters end it.
    const spaced = text.replace(/\s+/g, " ").replace(/^([a-z]{1,2}\d[a-z\d]?)(\d[a-z]{2})$/i, "$1 $2").toUpperCase(), [outer, inner] = spaced.split(" ");
    const fits = ([sector, units]) => {
      const [out, digit] = sector.split(" ");
      if (!inner) return /\d/.test(outer) ? out === outer : out.replace(/\d.*/, "") === outer;
      return out === outer && digit === inner[0] && (inner.length < 3 || hasUnit(units, inner.slice(1)));
    };
    return [spaced, Object.entries(places().areas).filter(([, a]) => sectors(a[3]).some(fits)).map(([code]) => code)];
  };
  const findAreas = (text) => {
    const wanted = plain(text);
    if (POSTCODE.test(wanted)) {
      const [spaced, codes] = byPostcode(wanted);
      if (codes.length) return { words: spaced, codes, isPostcode: true };
    }
    const known = Object.entries(places().areas);
    const exact = known.filter(([code, a]) => [a[0], a[1], code].some((name) => plain(name) === wanted));
    const near = exact.length ? exact : known.filter(([, a]) => plain(a[1] + " " + a[0]).includes(wanted));
    const network = Object.keys(places().networks).find((c) => plain(places().networks[c]) === wanted);
    if (network && !exact.length) near.splice(0, near.length, ...known.filter(([, a]) => a[2] === network));
    return { words: text.trim(), codes: near.map(([code]) => code), isPostcode: false };
  };
  const whereabouts = (found) => {
    const areas = found.codes.map((c) => places().areas[c]), names = [...new Set(areas.map((a) => a[1] || a[0]))].sort();
    const networks = [...new Set(areas.map((a) => places().networks[a[2]]).filter(Boolean))].sort();
    const one = areas.length === 1 ? areas[0] : null;
    const where = one ? "is in " + (one[1] ? one[1] + " (" + one[0] + ")" : one[0]) : "lies in " + some(areas.length, "small area", "small areas") + " of " + (names.length > 6 ? some(names.length, "neighbourhood", "neighbourhoods") : listed(names));
    const who = !networks.length ? "" : networks.length > 4 ? " Most people there are registered with " + some(networks.length, "network", "networks") + "." : " Most people there are registered with " + listed(networks) + ".";
    return found.words + " " + where + "." + who;
  };

  const mapped = (figure, id) => {
    const svg = $("svg.map", figure), frame = $(".frame", figure);
    if (!svg) return;
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const said = make("p", { className: "said", role: "status" });
    const view = { x: 0, y: 0, w: width };

    // Names are shown where none lies on another: the first is the largest. Some are spare until the map is nearer.
    for (const text of all("text[data-spare]", svg)) text.removeAttribute("display");
    const declutter = () => {
      const size = (parseFloat(getComputedStyle(svg).getPropertyValue("--name")) || 11) * view.w / width, taken = [];
      for (const text of all("[data-layer] text", svg)) {
        if (text.closest("[display=none]")) continue;
        const x = Number(text.getAttribute("x")), y = Number(text.getAttribute("y")), half = text.textContent.length * size * 0.27;
        const hit = taken.some(([u, v, w]) => Math.abs(y - v) < size * 1.2 && Math.abs(x - u) < half + w);
        text.classList.toggle("off", hit);
        if (!hit) taken.push([x, y, half]);
      }
    };
    let later;
    const remember = () => { clearTimeout(later); later = setTimeout(() => { if (frame.isConnected) state.write(id, view.w < width ? [view.x, view.y, view.w].map(Math.round).join(",") : ""); }, 400); };
    const draw = () => {
      view.w = Math.min(width, Math.max(width / 48, view.w));
      const h = (view.w * height) / width;
      view.x = Math.min(width - view.w, Math.max(0, view.x));
      view.y = Math.min(height - h, Math.max(0, view.y));
      svg.setAttribute("viewBox", [view.x, view.y, view.w, h].join(" "));
      svg.style.setProperty("--zoom", view.w / width);
      declutter();
    };
    const zoom = (times, cx, cy) => {
      const h = (view.w * height) / width, x = cx === undefined ? view.x + view.w / 2 : cx, y = cy === undefined ? view.y + h / 2 : cy;
      view.w = Math.min(width, Math.max(width / 48, view.w * times));
      view.x = x - view.w / 2;
      view.y = y - (view.w * height) / width / 2;
      draw();
      remember();
    };
    const pan = (dx, dy) => { view.x += dx * view.w / 4; view.y += dy * view.w / 4; draw(); remember(); };
    const whole = () => { view.x = 0; view.y = 0; view.w = width; draw(); remember(); };
    const at = (event) => { const box = svg.getBoundingClientRect(); return [view.x + (event.clientX - box.left) * view.w / box.width, view.y + (event.clientY - box.top) * view.w / box.width]; };
    const keys = {
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": whole,
      ArrowLeft: () => pan(-1, 0), ArrowRight: () => pan(1, 0), ArrowUp: () => pan(0, -1), ArrowDown: () => pan(0, 1),
    };
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", "Map " + id.split("-")[1] + "; plus, minus and the arrow keys move it");
    frame.addEventListener("keydown", (event) => {
      if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) { keys[event.key](); event.preventDefault(); }
    });
    let from = null, moved = false;
    frame.addEventListener("pointerdown", (event) => { moved = false; if (view.w < width && event.button === 0) from = [event.clientX, event.clientY]; });
    frame.addEventListener("pointermove", (event) => {
      if (!from) return;
      if (!moved && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 6) return;
      if (!moved) { moved = true; frame.setPointerCapture(event.pointerId); }
      const per = view.w / svg.clientWidth;
      view.x -= (event.clientX - from[0]) * per;
      view.y -= (event.clientY - from[1]) * per;
      from = [event.clientX, event.clientY];
      draw();
    });
    for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { if (moved) remember(); from = null; });
    frame.addEventListener("dblclick", (event) => { zoom(0.5, ...at(event)); event.preventDefault(); });
    frame.addEventListener("wheel", (event) => { if (event.ctrlKey) { zoom(event.deltaY < 0 ? 0.8 : 1.25, ...at(event)); event.preventDefault(); } }, { passive: false });

    const tools = make("div", { className: "tools", role: "group", "aria-label": "Move " + id.replace("-", " ") },
      button("+", () => zoom(0.5), "Nearer"), button("\u2212", () => zoom(2), "Further off"), button("Whole", whole, "Whole map"),
      button("\u2190", () => pan(-1, 0), "West"), button("\u2191", () => pan(0, -1), "North"),
      button("\u2193", () => pan(0, 1), "South"), button("\u2192", () => pan(1, 0), "East"));

    // Everything on the map that has a name, and the areas of the gazetteer that it shows.
    const things = all("[data-layer] title", svg).map((t) => ({ mark: t.parentElement, title: t, key: plain(t.textContent) }));
    const shown = new Map(all("path[data-a]", svg).map((p) => [p.dataset.a, p]));
    const unmark = () => { for (const old of all(".chosen", svg)) old.classList.remove("chosen"); };
    const frameOn = (marks) => {
      const boxes = marks.map((m) => m.getBBox());
      const left = Math.min(...boxes.map((b) => b.x)), right = Math.max(...boxes.map((b) => b.x + b.width));
      const top = Math.min(...boxes.map((b) => b.y)), bottom = Math.max(...boxes.map((b) => b.y + b.height));
      view.w = Math.max(width / 12, Math.min(width, Math.max(right - left, (bottom - top) * width / height) * 2.2));
      zoom(1, (left + right) / 2, (top + bottom) / 2);
    };
    const mark = (thing, near) => {
      unmark();
      thing.mark.classList.add("chosen");
      if (near) frameOn([thing.mark]);
      said.textContent = thing.title.textContent;
    };
    frame.addEventListener("click", (event) => {
      const pressed = !moved && things.find((t) => t.mark === event.target || t.mark.contains(event.target));
      if (pressed) mark(pressed, false);
    });
    const find = make("input", { id: id + "-find", type: "search", autocomplete: "off" });
    const list = make("datalist", { id: id + "-names" }), found = make("ul", { className: "found" });
    const areaNames = [...shown.keys()].map((c) => places().areas[c]).filter(Boolean).map((a) => a[1] || a[0]);
    const markNames = things.filter((t) => !t.mark.dataset.a).map((t) => t.title.textContent.split(":")[0]);
    list.append(...[...new Set([...areaNames, ...markNames])].sort().map((n) => make("option", { value: n })));
    find.setAttribute("list", list.id);
    const search = () => {
      const wanted = plain(find.value);
      found.replaceChildren();
      unmark();
      state.write("find-" + id, find.value.trim());
      if (!wanted) { said.textContent = ""; return; }
      const areas = findAreas(find.value), here = areas.codes.filter((c) => shown.has(c));
      const hits = areas.isPostcode && here.length ? [] : things.filter((t) => !t.mark.dataset.a && t.key.includes(wanted));
      const exact = hits.filter((t) => plain(t.title.textContent.split(":")[0]) === wanted);
      if (exact.length === 1 || (hits.length === 1 && !here.length)) { mark(exact[0] || hits[0], true); return; }
      const marks = [...hits.map((t) => t.mark), ...here.map((c) => shown.get(c))];
      for (const m of marks) m.classList.add("chosen");
      if (marks.length) frameOn(marks);
      const words = here.length ? [whereabouts({ ...areas, codes: here })] : [];
      if (here.length === 1) words.push("This area: " + $("title", shown.get(here[0])).textContent.split(": ").slice(1).join(": ").split(";")[0] + ".");
      if (hits.length) words.push(some(hits.length, "mark is", "marks are") + " found; choose one.");
      said.textContent = words.join(" ") || (areas.codes.length ? whereabouts(areas) + " It is beyond this map." : "Nothing here has that name. Try a practice, a place, or a postcode or its first half.");
      found.append(...hits.slice(0, 12).map((hit) => make("li", {}, button(hit.title.textContent.split(":")[0], () => mark(hit, true)))));
    };
    const form = make("form", { className: "finder", role: "search", "aria-label": "Find on " + id.replace("-", " ") },
      make("label", { htmlFor: find.id }, "Find a postcode (or its first half), a place or a practice "), find, list, make("button", { type: "submit" }, "Find"));
    form.addEventListener("submit", (event) => { event.preventDefault(); search(); });

    // What shades the areas, in colours or in patterns that print without them.
    const data = JSON.parse(figure.dataset.shadings || "[]"), legends = all(".legend-box", figure), controls = make("div", { className: "layers" });
    const ink = "http://www.w3.org/2000/svg", first = new Map([...shown].map(([c, p]) => [c, [p.getAttribute("fill"), $("title", p).textContent]]));
    const ramp = (figure.dataset.ramp || "").split(" "), dark = [0, 0.9, 1.5, 2.2, 2.9];
    const defs = $("defs", svg), hatch = "url(#" + ($("pattern", defs) || {}).id + ")";
    const patterns = ramp.map((colour, k) => {
      const tile = document.createElementNS(ink, "pattern");
      for (const [key, value] of Object.entries({ id: id + "-p" + k, width: 6, height: 6, patternUnits: "userSpaceOnUse" })) tile.setAttribute(key, value);
      tile.innerHTML = '<rect width="6" height="6" fill="#fff"/>' + (dark[k] ? '<circle cx="3" cy="3" r="' + dark[k] + '" fill="#212b32"/>' : "");
      return tile;
    });
    defs.append(...patterns);
    const caption = $("figcaption", figure), captioned = caption.textContent;
    const paint = () => {
      const chosen = by ? data[by.value] : null, plainly = !dots.checked;
      for (const [code, path] of shown) {
        const [fill, title] = first.get(code), own = chosen ? chosen.areas[code] : null;
        const k = chosen ? (own ? own[0] : -1) : ramp.indexOf(fill);
        path.setAttribute("fill", k < 0 ? hatch : plainly ? ramp[k] : "url(#" + id + "-p" + k + ")");
        const area = places().areas[code];
        $("title", path).textContent = !chosen || !area ? title : (area[1] ? area[1] + " (" + area[0] + ")" : area[0]) + ": " + (own ? own[1] : "not published");
      }
      legends.forEach((legend, k) => { legend.hidden = k !== (by && by.value !== "" ? Number(by.value) + 1 : 0); });
      for (const legend of legends) all("rect", legend).forEach((rect, k) => { rect.setAttribute("fill", plainly ? ramp[k] : "url(#" + id + "-p" + k + ")"); });
      caption.textContent = !chosen ? captioned : captioned.replace(/Shading: [^.]*\./, "Shading: " + chosen.name + ", in fifths of England\u2019s areas (ONS, census).");
      for (const t of things) t.key = plain(t.title.textContent);
    };
    const by = data.length ? make("select", { id: id + "-by" }, make("option", { value: "" }, figure.dataset.shade), ...data.map((d, k) => make("option", { value: k }, d.name))) : null;
    const ticked = (name, isOn, change) => {
      const box = make("input", { type: "checkbox", checked: isOn, id: newId("layer") });
      box.addEventListener("change", () => change(box.checked));
      return [box, make("span", {}, box, make("label", { htmlFor: box.id }, name))];
    };
    const [dots, dotsField] = ticked("Patterns, not colours", false, () => { state.write("dots-" + id, dots.checked ? "1" : ""); paint(); });
    if (by) {
      by.addEventListener("change", () => { state.write("by-" + id, by.value); paint(); said.textContent = "Areas are shaded by: " + by.selectedOptions[0].textContent; });
      controls.append(make("span", {}, make("label", { htmlFor: by.id }, "Shade areas by "), by));
    }
    const choose = make("fieldset", {}, make("legend", {}, "Show"));
    for (const layer of all("[data-layer]", svg).filter((g) => g.children.length)) {
      const [, field] = ticked(layer.dataset.layer, layer.getAttribute("display") !== "none", (on) => { if (on) layer.removeAttribute("display"); else layer.setAttribute("display", "none"); declutter(); });
      choose.append(field);
    }
    if (shown.size && ramp.length > 1) choose.append(dotsField);
    controls.append(choose);
    frame.before(form);
    frame.after(tools, controls, said, found);
    const asked = state.read(), where = (asked.get(id) || "").split(",").map(Number);
    if (by && data[asked.get("by-" + id)]) by.value = asked.get("by-" + id);
    dots.checked = asked.get("dots-" + id) === "1";
    if ((by && by.value) || dots.checked) paint();
    draw();
    if (asked.get("find-" + id)) { find.value = asked.get("find-" + id); search(); }
    if (where.length === 3 && where.every((n) => n >= 0)) { [view.x, view.y, view.w] = where; draw(); }
  };

  window.chesil.findAreas = findAreas;
  window.chesil.whereabouts = whereabouts;
  window.chesil.parts.push((main) => all("figure.mapped", main).forEach((figure, k) => mapped(figure, "map-" + (k + 1))));
})();
