// Keeps the last copy of each page, for where there is no signal. The network always goes first.
"use strict";
const COPIES = "coldchain-1";
const PARTS = ["/static/console.css", "/static/console.js", "/static/icon.svg"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(COPIES).then((copies) => copies.addAll(PARTS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== COPIES).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

const isKept = (url) => url.pathname === "/" || url.pathname === "/shift" || /^\/(a|m|static)\//.test(url.pathname);

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !isKept(url)) return;
  event.respondWith(answer(event.request, url));
});

const answer = async (request, url) => {
  const copies = await caches.open(COPIES);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) await copies.put(url.pathname, fresh.clone());
    // Who is no longer let in has no use for a copy.
    if (fresh.status === 401 || fresh.status === 403) await caches.delete(COPIES);
    return fresh;
  } catch (error) {
    const copy = await copies.match(url.pathname);
    if (!copy) throw error;
    const headers = new Headers(copy.headers);
    headers.set("x-coldchain-copy", "1");
    return new Response(copy.body, { status: copy.status, headers });
  }
};
