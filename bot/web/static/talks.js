// Talks are looked at anew every few seconds; what an officer is typing stays. The pages are whole without it.
"use strict";

(() => {
  const EVERY = 5000; // milliseconds
  const first = document.querySelector("[data-live]");
  const title = document.title;
  let said = null;
  count(first);
  setTimeout(look, EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || look());

  async function look() {
    clearTimeout(look.next);
    if (document.hidden) return; // comes back with the page
    try {
      const response = await fetch(location.pathname, { credentials: "same-origin" });
      if (response.redirected) return tell("out");
      if (response.status >= 500) throw new Error(response.statusText);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const regions = [...document.querySelectorAll("[data-live]")];
      if (!regions.every((region) => page.getElementById(region.id))) return tell("gone");
      for (const region of regions) renew(region, document.adoptNode(page.getElementById(region.id)));
      tell("");
    } catch {
      tell("lost"); // the connection is gone for a moment: asked again
    }
    look.next = setTimeout(look, EVERY);
  }

  // A region with a version holds forms: it changes only when another has taken or ended the talk.
  function renew(region, fresh) {
    count(fresh);
    const { version } = region.dataset;
    if (version === undefined ? region.innerHTML === fresh.innerHTML : version === fresh.dataset.version) return;
    const typing = region.querySelector("textarea");
    const there = fresh.querySelector("textarea");
    const heard = (where) => where.querySelectorAll(".thread .resident, .thread .danger, .free").length;
    if (heard(fresh) > heard(region)) document.getElementById("news").textContent = fresh.dataset.news;
    const focused = region.contains(document.activeElement) && document.activeElement.id;
    if (typing && there) there.value = typing.value;
    region.replaceWith(fresh);
    if (focused) document.getElementById(focused)?.focus();
    if (region.id === "talk") fresh.querySelector(".thread > :last-child")?.scrollIntoView({ block: "nearest" });
  }

  function count(region) {
    if (region.dataset.waiting === undefined) return;
    const waiting = Number(region.dataset.waiting);
    document.title = waiting ? `(${waiting}) ${title}` : title;
  }

  function tell(what) {
    const words = what && document.querySelector("[data-live]").dataset[what];
    if (said) said.remove();
    said = null;
    if (!words) return;
    said = document.createElement("p");
    said.className = "note bad";
    said.setAttribute("role", "status");
    said.textContent = words;
    document.querySelector("[data-live]").before(said);
  }
})();
