// A button that copies the words of a box. Where a browser cannot, the words are there to be marked by hand.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const box = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    box.focus();
    box.select();
    try {
      await navigator.clipboard.writeText(box.value);
    } catch {
      document.execCommand("copy"); // a page without https has no clipboard, but what is marked it may copy
    }
    said.textContent = button.dataset.done;
  });
}
