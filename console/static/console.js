// What the pages do beyond the essential, which needs no script: they stay fresh while they are
// looked at, keep a copy for a cold store without signal, and keep a tap until it has arrived.
//
// A tap is written down first and sent then: whether there is signal is known only by an answer
// (a phone that shows bars may reach nobody). It is taken off when the server has answered it;
// what was not entered is said in words, until somebody has read it.
"use strict";
(() => {
  const FRESH_MS = 15000;
  const PATIENCE_MS = 20000;
  const KEY = "coldchain-waiting";
  const who = document.body.dataset.who;
  const signal = document.getElementById("signal");
  const unsent = document.getElementById("unsent");

  const say = (word) => {
    const told = word ? signal.dataset[word] : "";
    if (signal.textContent !== told) signal.textContent = told;
    signal.hidden = !word;
  };
  const complain = (word, reason) => {
    unsent.querySelector("p").textContent = unsent.dataset[word] + reason;
    unsent.hidden = false;
    unsent.scrollIntoView({ block: "center" });
  };
  unsent.querySelector("button").addEventListener("click", () => (unsent.hidden = true));

  const all = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY) || "[]");
    } catch {
      return [];
    }
  };
  // A tap is its person's: whoever else comes in on this phone does not send it.
  const waiting = () => all().filter((one) => one.who === who);
  const keep = (list) => localStorage.setItem(KEY, JSON.stringify(list));
  const forget = (id) => keep(all().filter((one) => one.id !== id));

  const ask = async (path, more) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    try {
      return await fetch(path, { ...more, signal: patience.signal });
    } finally {
      clearTimeout(timer);
    }
  };
  const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  const reason = async (answer) => (await read(answer)).querySelector(".refused")?.textContent.trim() || "";
  const isCopy = (answer) => answer.headers.get("x-coldchain-copy") === "1";

  // A form in somebody's hand is left alone: only what is marked live is replaced.
  const refresh = async () => {
    if (document.hidden || !document.querySelector("[data-live]")) return;
    try {
      const answer = await ask(location.pathname, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = await read(answer);
      const [old, fresh] = [document, page].map((one) => one.querySelector("[data-live]"));
      if (old && fresh && old.innerHTML !== fresh.innerHTML && !old.contains(document.activeElement))
        old.replaceWith(fresh);
      if (!isCopy(answer)) document.getElementById("as-of").textContent = page.getElementById("as-of").textContent;
      say(waiting().length ? "queued" : isCopy(answer) ? "offline" : "");
    } catch {
      say(waiting().length ? "queued" : "offline");
    }
  };

  // The proof that a form carries is its session's; a tap may have waited into the next one.
  const proofNow = async () => {
    const answer = await ask("/proof", { cache: "no-store" });
    if (answer.status === 401 || answer.status === 403) return { over: await reason(answer) };
    if (!answer.ok) throw new Error("no answer");
    const found = await answer.json();
    return found.who === who ? found : { over: found.who };
  };

  // Sends what waits, the oldest first. The page that the last of them led to, if it was answered.
  let sending = null;
  const send = () => (sending ??= sendAll().finally(() => (sending = null)));
  const sendAll = async () => {
    let page = null;
    let proof = null;
    for (const one of waiting()) {
      let answer;
      try {
        proof ??= await proofNow();
        if ("over" in proof) {
          // Kept: it is sent once its person has come in again.
          say("");
          complain("kept", proof.over);
          return null;
        }
        const fields = one.fields.filter(([name]) => name !== "proof");
        const body = new URLSearchParams([...fields, ["proof", proof.proof], ["tap", one.id]]);
        answer = await ask(one.path, { method: "POST", body });
      } catch {
        say("queued");
        return null;
      }
      if (answer.status >= 500) {
        say("queued");
        return null;
      }
      forget(one.id);
      if (answer.ok) page = answer.url;
      else complain("lost", await reason(answer));
    }
    say("");
    return page;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-kept]") || event.defaultPrevented) return;
    const fields = [...new FormData(form, event.submitter), ["tapped", String(Date.now())]];
    const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    try {
      keep([...all(), { id, who, path: new URL(form.action).pathname, fields }]);
    } catch {
      return; // nothing can be kept here: the browser sends it itself, and says if it could not
    }
    event.preventDefault();
    say("sending");
    if (sending) await sending;
    const page = await send();
    if (page) location.assign(page);
  });

  const due = () => (waiting().length ? send() : Promise.resolve()).then(refresh);
  addEventListener("online", due);
  addEventListener("offline", () => say(waiting().length ? "queued" : "offline"));
  document.addEventListener("visibilitychange", () => document.hidden || due());
  setInterval(due, FRESH_MS);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/worker.js").catch(() => {});
  if (!navigator.onLine) say("offline");
  if (who && waiting().length) due();
})();
