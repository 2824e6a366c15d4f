// How far a printing order is, asked for every second or so; the page is whole without it.
"use strict";

(() => {
  const box = document.querySelector("[data-progress]");
  if (!box) return;
  const said = box.querySelector("[role=status]");
  const bar = box.querySelector("progress");
  let pause = 1000;
  setTimeout(ask, pause);

  async function ask() {
    try {
      const response = await fetch(box.dataset.progress);
      if (!response.ok || response.redirected) return location.reload();
      const now = await response.json();
      if (now.state !== "waiting" && now.state !== "running") return location.reload();
      bar.value = now.done;
      if (said.textContent !== now.words) said.textContent = now.words;
      pause = 1000;
    } catch {
      pause = Math.min(pause * 2, 15000); // the line is gone for a moment
    }
    setTimeout(ask, pause);
  }
})();
