"use strict";
// Adds the filter and the grouping by object. The page is complete without it.
(() => {
  const form = document.getElementById("filter");
  const groups = document.getElementById("groups");
  if (!groups) return;
  const byId = (id) => document.getElementById(id);
  const articles = Array.from(groups.querySelectorAll("article"));
  const home = new Map(articles.map((article) => [article, article.parentElement]));
  const sections = Array.from(groups.children);
  const words = new Map();
  const textOf = (article) => {
    if (!words.has(article)) {
      // Of the lines around a place only what is marked is about this finding.
      const copy = article.cloneNode(true);
      for (const lines of copy.querySelectorAll(".excerpt pre")) {
        lines.replaceWith(...Array.from(lines.querySelectorAll("mark, .note"), (piece) => piece.textContent + " "));
      }
      words.set(article, copy.textContent.toLowerCase());
    }
    return words.get(article);
  };
  let objects = null;

  const objectSections = () => {
    if (objects) return objects;
    objects = new Map();
    for (const article of articles) {
      const key = article.dataset.object;
      if (!objects.has(key)) {
        const section = document.createElement("section");
        section.className = "group";
        const heading = document.createElement("h3");
        heading.append(...Array.from(article.querySelector(".of").childNodes, (n) => n.cloneNode(true)));
        const count = document.createElement("span");
        count.className = "count";
        heading.append(" ", count);
        heading.id = "o" + objects.size;
        section.setAttribute("aria-labelledby", heading.id);
        section.append(heading);
        objects.set(key, section);
      }
    }
    return objects;
  };

  const regroup = () => {
    const byObject = form.elements.group.value === "object";
    if (byObject) {
      for (const article of articles) objectSections().get(article.dataset.object).append(article);
      groups.replaceChildren(...objectSections().values());
    } else {
      for (const article of articles) home.get(article).append(article);
      groups.replaceChildren(...sections);
    }
    groups.classList.toggle("by-object", byObject);
    filter();
  };

  const filter = () => {
    const wanted = byId("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set(Array.from(form.querySelectorAll("[name=severity]:checked"), (box) => box.value));
    const names = ["lint", "scope", "state"].filter((name) => byId(name));
    const chosen = names.map((name) => [name, byId(name).value]).filter(([, value]) => value);
    let shown = 0;
    for (const article of articles) {
      const fits =
        severities.has(article.dataset.severity) &&
        chosen.every(([name, value]) => article.dataset[name] === value) &&
        wanted.every((word) => textOf(article).includes(word));
      article.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const section of groups.children) {
      const left = section.querySelectorAll("article:not([hidden])").length;
      section.hidden = left === 0;
      section.querySelector("h3 .count").textContent = left;
    }
    byId("nothing").hidden = shown > 0;
    byId("shown").textContent = `${shown} of ${articles.length} findings`;
  };

  const proofs = (open) => {
    for (const details of groups.querySelectorAll("article:not([hidden]) details")) details.open = open;
  };

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of opened) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => (event.target.name === "group" ? regroup() : filter()));
  form.addEventListener("reset", () => setTimeout(regroup));
  byId("open").addEventListener("click", () => proofs(true));
  byId("close").addEventListener("click", () => proofs(false));
  form.hidden = false;
  regroup();
})();
