// The posting kit: copy, share, tick, and on to the next group. The page is whole without it.
"use strict";

(() => {
  const kit = document.getElementById("kit");
  const words = kit.dataset;
  const box = document.getElementById("text");
  const ready = document.querySelector("details.ready");
  const open = kit.querySelector("[data-open]");
  const closed = kit.querySelector("[data-closed]");
  const DOUBLE = 700; // milliseconds
  const failed = new Map(); // rows whose tick did not arrive, and the button that was pressed
  let picture = null;
  let tapped = { tick: null, at: 0 };

  ready.open = false; // the groups come first; whoever wants to read the words opens it
  if (words.picture) fetchPicture();
  for (const row of kit.querySelectorAll("[data-group]")) offer(row);
  if (closed.children.length) show(open.firstElementChild);

  kit.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const row = button?.closest("[data-group]");
    if (!row) return;
    if ("copy" in button.dataset) copy(button, box.value, words.copied);
    if ("share" in button.dataset) share(button);
    if (button.name) {
      event.preventDefault();
      if (button.name === "tick" && !isSecondOfDouble(row)) settle(row, button);
      if (button.name === "undo") settle(row, button);
    }
    tapped = { tick: button.name === "tick" ? row : null, at: performance.now() };
  });
  addEventListener("online", () => {
    for (const [row, button] of failed) settle(row, button);
  });

  // The next group slides under the finger: the second half of a double tap is not meant for it.
  function isSecondOfDouble(row) {
    return tapped.tick !== null && tapped.tick !== row && performance.now() - tapped.at < DOUBLE;
  }

  function offer(row) {
    const able = Boolean(navigator.clipboard);
    row.querySelector("[data-copy]").hidden = !able;
    row.querySelector("[data-share]").hidden = !able && !navigator.share;
  }

  // Before it is asked for: a phone lets a page share only in the very moment of the tap.
  async function fetchPicture() {
    try {
      const answer = await fetch(words.picture);
      if (answer.ok) picture = new File([await answer.blob()], "ban-tin.jpg", { type: "image/jpeg" });
    } catch {
      picture = null; // the link is shared alone
    }
  }

  function copy(button, what, done) {
    const before = button.dataset.words ?? button.textContent;
    button.dataset.words = before;
    navigator.clipboard.writeText(what).then(
      () => (button.textContent = done),
      () => {
        ready.open = true;
        box.focus();
        box.select();
        complain(button.closest("[data-group]"), words.uncopied);
      },
    );
  }

  function share(button) {
    const link = { title: words.title, url: words.link };
    if (!navigator.share) return copy(button, words.link, words.linked);
    const whole = picture && { files: [picture], ...link };
    const bare = picture && { files: [picture] };
    const what = [whole, bare].find((each) => each && navigator.canShare?.(each)) ?? link;
    navigator.clipboard?.writeText(box.value).catch(() => {}); // so that the words can be pasted beside the picture
    navigator.share(what).catch((error) => {
      if (error.name !== "AbortError") copy(button, words.link, words.linked); // he changed his mind: nothing to say
    });
  }

  async function settle(row, button) {
    if (row.getAttribute("aria-busy") === "true") return;
    const label = button.textContent;
    const following = next(row);
    row.setAttribute("aria-busy", "true");
    complain(row, "");
    button.textContent = words.wait;
    const why = await send(button);
    row.removeAttribute("aria-busy");
    button.textContent = label;
    if (why) failed.set(row, button);
    else failed.delete(row);
    complain(row, why);
    tell(failed.size);
    if (button.name === "tick" && following?.parentElement === open) show(following);
  }

  // On top, where it is seen: the row itself may be far up by now. A tap leads to it.
  function tell(count) {
    const link = document.querySelector("[data-failed]");
    link.hidden = !count;
    link.textContent = count ? words_of(link.dataset.failed, { count }) : "";
    link.href = count ? "#" + failed.keys().next().value.id : "";
  }

  // Empty where it arrived, else the words for what is wrong.
  async function send(button) {
    try {
      const answer = await fetch(kit.action, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRF-Token": kit.elements.csrf.value },
        body: new URLSearchParams([[button.name, button.value]]),
      });
      if (!answer.headers.get("Content-Type")?.includes("json")) return words.out;
      const state = await answer.json();
      if (!answer.ok) return state.why;
      redraw(state);
      return "";
    } catch {
      return words.lost;
    }
  }

  // As the house knows it: another officer may have ticked some meanwhile.
  function redraw(state) {
    for (const row of kit.querySelectorAll("[data-group]")) {
      const how = state.done[row.dataset.group];
      if (how !== undefined && row.parentElement === open) closed.prepend(row);
      if (how === undefined && row.parentElement === closed) open.prepend(row);
      row.querySelector(".how").textContent = how ?? "";
      if (how !== undefined) complain(row, "");
    }
    const counter = document.querySelector("[data-left]");
    counter.textContent = words_of(counter.dataset.left, state);
    document.querySelector(".left progress").value = state.total - state.left;
    kit.querySelector("[data-done]").textContent = closed.children.length;
    kit.querySelector(".finished").hidden = !closed.children.length;
    document.getElementById("xong").hidden = open.children.length > 0;
  }

  function words_of(template, values) {
    return template.replace(/{(\w+)}/g, (_, name) => values[name]);
  }

  function next(row) {
    for (let other = row.nextElementSibling; other; other = other.nextElementSibling) {
      if (other.getAttribute("aria-busy") !== "true") return other;
    }
    return null;
  }

  function show(row) {
    row?.scrollIntoView({ block: "start", behavior: "instant" });
  }

  function complain(row, why) {
    const note = row?.querySelector("[role=alert]");
    if (!note) return;
    note.textContent = why;
    note.hidden = !why;
  }
})();
