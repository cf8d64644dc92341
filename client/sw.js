// Keeps one whole version of the app on the phone, so that it opens with no signal.
//
// The names in double braces are filled in by server/build.rs. A page that the server writes, and
// everything under /api, is never touched here: only the paths listed below are answered.

const CACHE_PREFIX = "fingerpost-";
const VERSION = CACHE_PREFIX + "{{version}}";
// Path -> the first 16 hex digits of the SHA-256 of its content.
const FILES = "{{files}}";
// Paths of the app's own screens; a trailing * stands for anything.
const SCREENS = "{{screens}}";

self.addEventListener("install", (event) => event.waitUntil(keepWholeVersion()));

async function keepWholeVersion() {
  const cache = await caches.open(VERSION);
  await Promise.all(Object.entries(FILES).map(([path, hash]) => keep(cache, path, hash)));
}

// The content is checked, since a hall's Wi-Fi may answer everything with its own sign-in page, and
// a server that is just being replaced may answer with files of two versions.
async function keep(cache, path, hash) {
  const mode = path.startsWith("/assets/") ? "default" : "reload";
  const response = await fetch(new Request(path, { cache: mode }));
  const body = await response.clone().arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body)).slice(0, 8);
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!response.ok || found !== hash) throw new Error(`${path} is not of this version`);
  await cache.put(path, response);
}

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== VERSION);
  await Promise.all(old.map((name) => caches.delete(name)));
  // The page of the very first visit is served from here at once, so it may lose its signal next.
  await self.clients.claim();
}

// A new version waits until the page says that the person agreed. A page that was just loading when
// the first version took over, or was reloaded past it, asks to be served from here again.
self.addEventListener("message", (event) => {
  if (event.data?.type === "activate") self.skipWaiting();
  if (event.data?.type === "claim") event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (isScreen(url.pathname)) event.respondWith(cacheFirst("/", request));
  } else if (Object.hasOwn(FILES, url.pathname)) {
    event.respondWith(cacheFirst(url.pathname, request));
  }
});

function isScreen(path) {
  return SCREENS.some((screen) =>
    screen.endsWith("*") ? path.startsWith(screen.slice(0, -1)) : path === screen,
  );
}

async function cacheFirst(path, request) {
  const cache = await caches.open(VERSION);
  return (await cache.match(path)) ?? fetch(request);
}
