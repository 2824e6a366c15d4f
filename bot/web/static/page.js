// The live chat, and the buttons that only a script can offer. Pages are whole without it.
"use strict";

(() => {
  const chat = document.getElementById("chat");
  if (chat) startChat(chat);
  startTools();

  function startChat(chat) {
    const log = document.getElementById("log");
    const form = document.getElementById("ask");
    const box = document.getElementById("q");
    const near = document.getElementById("near");
    const words = chat.dataset;
    let last = Promise.resolve(); // questions are answered one after the other, in their order

    if (!log.querySelector(".answer")) log.replaceChildren();
    const talk = { seen: Number(remembered("talk")) || 0, timer: 0 };
    if (remembered("talk") !== null) listen();
    else heed(log);

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const q = box.value.trim();
      if (!q) return box.focus();
      box.value = "";
      fit();
      if (matchMedia("(pointer: coarse)").matches) box.blur(); // puts the keyboard away: the answer needs the room
      ask({ q }, q);
    });
    box.addEventListener("keydown", (event) => {
      // 229: an input method (Telex, VNI) is still composing the syllable
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      form.requestSubmit();
    });
    box.addEventListener("input", fit);

    document.addEventListener("click", (event) => {
      const press = event.target.closest("[data-chat] button[name=press]");
      const sample = event.target.closest("[data-ask]");
      if (press) {
        event.preventDefault();
        const lang = press.value.match(/^language:(\w+)$/)?.[1];
        if (lang) words.chosen = words.lang = lang;
        // without a choice the house knows best, except that it cannot see that this page is not in Vietnamese
        ask({ press: press.value, lang: words.lang === "vi" ? undefined : words.lang }, press.textContent.trim());
      } else if (sample && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        ask({ q: sample.dataset.ask, lang: words.lang }, sample.dataset.ask);
      }
    });

    if (near && "geolocation" in navigator && window.isSecureContext) {
      near.hidden = false;
      near.addEventListener("click", () => {
        const { wait, done } = say(words.near);
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => send({ q: "", lang: words.lang, location: [coords.latitude, coords.longitude] }, wait, done),
          () => done(note(words.nowhere)),
          { timeout: 15000, maximumAge: 60000 },
        );
      });
    }

    function ask(body, shown) {
      const { wait, done } = say(shown);
      last = last.then(() => send(body, wait, done, shown));
    }

    // Puts the question on the page, and words where its answer will stand.
    function say(shown) {
      chat.classList.add("talking");
      const question = document.createElement("p");
      question.className = "question";
      const who = document.createElement("span");
      who.className = "sr";
      who.textContent = words.you + " ";
      question.append(who, shown);
      const wait = note(words.wait);
      log.append(question, wait);
      question.scrollIntoView({ block: "start" });
      return { wait, done: (node) => wait.replaceWith(node) };
    }

    async function send(body, wait, done, shown) {
      const lang = body.lang || words.chosen || undefined;
      try {
        const response = await fetch("/api/ask", {
          method: "POST",
          headers: { "Content-Type": "application/json", Accept: "text/html" },
          body: JSON.stringify({ ...body, lang }),
        });
        if (response.status === 413) return done(note(words.long));
        if (!response.ok) return failed(words.broken);
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const answer = page.querySelector(".answer");
        if (!answer) return failed(words.broken);
        done(document.adoptNode(answer));
        heed(answer);
      } catch {
        failed(words.lost);
      }
      function failed(why) {
        done(note(why));
        if (body.q && !box.value) {
          box.value = shown;
          fit();
        }
      }
    }

    // While an officer has the talk, what he writes is asked for every few seconds, and on again after a reload.
    function heed(answer) {
      const see = answer.querySelector("button[value='talk:see']");
      if (!see) return;
      see.remove();
      listen();
    }

    function listen() {
      remember("talk", talk.seen);
      if (!talk.timer) talk.timer = setTimeout(hear, 3000);
    }

    async function hear() {
      talk.timer = 0;
      if (document.hidden) return document.addEventListener("visibilitychange", listen, { once: true });
      try {
        const response = await fetch("/api/talk?after=" + talk.seen);
        const news = await response.json();
        for (const line of news.lines) {
          talk.seen = line.id;
          const said = note(line.text);
          said.classList.replace("note", "spoken");
          log.append(said);
          said.scrollIntoView({ block: "nearest" });
        }
        if (news.lines.length) chat.classList.add("talking");
        if (!news.open) return remember("talk", null);
      } catch {
        // the connection is gone for a moment: asked again
      }
      listen();
    }

    function remembered(key) {
      try {
        return sessionStorage.getItem(key);
      } catch {
        return null; // the browser keeps nothing: a reload then ends the listening
      }
    }

    function remember(key, value) {
      try {
        if (value === null) sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, value);
      } catch {
        return;
      }
    }

    function note(text) {
      const node = document.createElement("p");
      node.className = "answer note";
      node.textContent = text;
      return node;
    }

    function fit() {
      box.style.height = "auto";
      box.style.height = Math.min(box.scrollHeight + 4, window.innerHeight * 0.4) + "px";
    }
  }

  function startTools() {
    const said = document.querySelector(".said");
    const address = document.querySelector("link[rel=canonical]")?.href ?? location.href;
    const title = document.querySelector("h1")?.textContent ?? document.title;
    on("[data-share]", typeof navigator.share === "function", () => navigator.share({ title, url: address }).catch(() => {}));
    on("[data-copy]", Boolean(navigator.clipboard), (button) =>
      navigator.clipboard.writeText(title + "\n" + address).then(
        () => (said.textContent = button.dataset.done),
        () => (said.textContent = button.dataset.failed),
      ),
    );
    startVoice();
    on("[data-print]", typeof window.print === "function", () => window.print());

    // Offered only where the phone has a voice for this language: another one would read it as nonsense.
    function startVoice() {
      const text = document.getElementById("heard")?.textContent;
      const lang = document.documentElement.lang;
      if (!text || !window.speechSynthesis) return;
      const voiceOf = () => speechSynthesis.getVoices().find((voice) => voice.lang.startsWith(lang));
      const offer = () =>
        on("[data-speak]", Boolean(voiceOf()), (button) => {
          const words = button.textContent;
          if (speechSynthesis.speaking) return speechSynthesis.cancel();
          const speech = new SpeechSynthesisUtterance(text);
          Object.assign(speech, { voice: voiceOf(), lang, rate: 0.9 });
          speech.onend = speech.onerror = () => (button.textContent = words);
          button.textContent = button.dataset.stop;
          speechSynthesis.speak(speech);
        });
      offer();
      if (!voiceOf()) speechSynthesis.addEventListener("voiceschanged", offer, { once: true });
    }

    function on(selector, able, act) {
      const button = document.querySelector(selector);
      if (!button || !able) return;
      button.hidden = false;
      button.addEventListener("click", () => act(button));
    }
  }
})();
