// The single file: every page lies in this one, packed small, and comes when the address names it. No server is asked.
"use strict";
(function () {
  const main = document.getElementById("main"), first = main.innerHTML, firstTitle = document.title;
  const packed = new Map();
  window.chesilPages = packed;
  const open = async (text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };
  const parts = () => {
    const [place] = decodeURIComponent(location.hash.slice(1)).split("?"), at = place.indexOf(":");
    return at < 0 ? [place || "index", ""] : [place.slice(0, at), place.slice(at + 1)];
  };
  let shown = "", asked = 0;
  const go = async (isFirst) => {
    const mine = ++asked;
    let [page, anchor] = parts();
    if (!packed.has(page)) [page, anchor] = [shown || "index", page];
    if (page !== shown) {
      main.setAttribute("aria-busy", "true");
      let found;
      try { found = await open(packed.get(page).textContent); } catch (error) {
        main.replaceChildren(Object.assign(document.createElement("p"), { textContent: "This browser is too old to unpack this page. Open the folder of pages instead, or a newer browser." }));
        main.removeAttribute("aria-busy");
        return;
      }
      if (mine !== asked) return;
      if (!(isFirst && page === "index")) main.innerHTML = page === "index" ? first : found.main;
      document.title = page === "index" ? firstTitle : found.title;
      shown = page;
      window.chesil.enliven(main, found.facts);
      for (const link of document.querySelectorAll("nav a")) {
        if (link.getAttribute("href") === "#" + page) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
      }
      window.chesil.fold(false);
      main.removeAttribute("aria-busy");
      main.dataset.shown = page;
    }
    const target = anchor && document.getElementById(anchor);
    if (target) { target.tabIndex = -1; target.focus(); target.scrollIntoView(); }
    else if (!isFirst) { main.focus({ preventScroll: true }); scrollTo(0, 0); }
  };
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[download]");
    if (!link) return;
    event.preventDefault();
    const cell = (text) => '"' + (/^[=+@-]/.test(text) ? "'" : "") + text.replace(/"/g, '""') + '"';
    const lines = ["measure,unit,value,limits,numerator,denominator,period,notes"];
    for (const [name, held] of packed) {
      if (!name.startsWith("figures/")) continue;
      const page = new DOMParser().parseFromString((await open(held.textContent)).main, "text/html");
      const title = page.querySelector("section.group .scroll").getAttribute("aria-label");
      for (const row of page.querySelectorAll("section.group tbody tr")) lines.push([title, ...[...row.cells].map((c) => c.textContent)].map(cell).join(","));
    }
    const save = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([lines.join("\n")], { type: "text/csv" })), download: "figures.csv" });
    save.click();
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const each of document.querySelectorAll("script[data-page]")) packed.set(each.dataset.page, each);
    go(true);
  });
  addEventListener("hashchange", () => go(false));
})();
