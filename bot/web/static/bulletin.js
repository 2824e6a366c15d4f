// Writing a bulletin: the preview follows what is typed. Without it a button shows the preview.
"use strict";

(() => {
  const form = document.getElementById("bulletin");
  const preview = document.getElementById("preview");
  if (!form || !preview) return;
  const lost = document.getElementById("preview-lost");
  const picture = document.getElementById("picture");
  const wrong = document.getElementById("picture-wrong");
  const words = form.dataset;
  let timer = 0;
  let asked = null; // the preview under way: what was typed since makes it old

  document.getElementById("look").hidden = true;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 400);
  });
  picture.addEventListener("change", () => {
    const [file] = picture.files;
    const large = Boolean(file) && file.size > Number(words.largest);
    wrong.hidden = !large;
    wrong.textContent = large ? words.tooLarge : "";
    if (large) picture.value = "";
  });

  async function look() {
    const typed = new FormData(form);
    if (picture.files.length) typed.set("pictured", "yes");
    typed.delete("picture"); // it is handed in once, when the bulletin is kept
    asked?.abort();
    const mine = (asked = new AbortController());
    preview.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(words.preview, {
        method: "POST",
        body: typed,
        signal: mine.signal,
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      preview.innerHTML = await answer.text();
      lost.hidden = true;
    } catch {
      if (mine.signal.aborted) return;
      lost.textContent = words.lost;
      lost.hidden = false;
    }
    if (asked === mine) preview.removeAttribute("aria-busy");
  }
})();
