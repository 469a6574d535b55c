// What the pages do beyond the essential, which needs no script: they stay fresh while they are
// looked at, keep a copy for a cold store without signal, and keep a tap until there is signal.
"use strict";
(() => {
  const FRESH_MS = 15000;
  const KEY = "coldchain-waiting";
  const signal = document.getElementById("signal");

  const say = (word) => {
    signal.textContent = word ? signal.dataset[word] : "";
    signal.hidden = !word;
  };
  const waiting = () => JSON.parse(localStorage.getItem(KEY) || "[]");
  const keep = (list) => localStorage.setItem(KEY, JSON.stringify(list));

  // Only what is marked live is replaced, so that no form is lost under somebody's finger.
  const refresh = async () => {
    if (document.hidden || !document.querySelector("[data-live]")) return;
    try {
      const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const [old, fresh] = [document, page].map((one) => one.querySelector("[data-live]"));
      if (old && fresh && old.innerHTML !== fresh.innerHTML && !old.contains(document.activeElement))
        old.replaceWith(fresh);
      const isCopy = answer.headers.get("x-coldchain-copy") === "1";
      if (!isCopy) document.getElementById("as-of").textContent = page.getElementById("as-of").textContent;
      say(isCopy ? "offline" : waiting().length ? "queued" : "");
    } catch {
      say(waiting().length ? "queued" : "offline");
    }
  };

  const flush = async () => {
    for (const one of waiting()) {
      try {
        const answer = await fetch(one.path, { method: "POST", body: new URLSearchParams(one.fields) });
        // Refused is an answer, too: it would be refused again.
        if (answer.status >= 500) return;
      } catch {
        return;
      }
      keep(waiting().filter((other) => other.id !== one.id));
      await refresh();
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (navigator.onLine || form.method !== "post") return;
    event.preventDefault();
    const fields = [...new FormData(form, event.submitter)];
    fields.push(["tapped", String(Date.now())]);
    const path = new URL(form.action).pathname;
    keep([...waiting(), { id: `${Date.now()}-${Math.random()}`, path, fields }]);
    say("queued");
  });

  addEventListener("online", () => flush().then(refresh));
  addEventListener("offline", () => say("offline"));
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, FRESH_MS);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/worker.js").catch(() => {});
  if (!navigator.onLine) say("offline");
  flush();
})();
