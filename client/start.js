// Starts the app, then makes it ready for places with no signal.
//
// With the app it talks in two events on `window`:
//   "update-waiting"  from here: a new version is on this phone (also <html data-update="waiting">)
//   "update-agreed"   from the app: the person agreed and no draft is open; swap and reload
import init from "{{glue}}";

async function start() {
  try {
    await init({ module_or_path: "{{wasm}}" });
  } catch (error) {
    document.getElementById("start-failed").hidden = false;
    throw error;
  } finally {
    document.getElementById("opening").remove();
  }
}

async function keepForOffline() {
  const workers = navigator.serviceWorker;
  // Not every browser window has one: private windows of some browsers, or plain http.
  if (!workers) return;
  const registration = await workers.register("/sw.js", { updateViaCache: "none" });

  const announce = () => {
    // Without a controller this is the first install, which needs nobody's agreement.
    if (!registration.waiting || !workers.controller) return;
    document.documentElement.dataset.update = "waiting";
    window.dispatchEvent(new Event("update-waiting"));
  };
  announce();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", announce);
  });

  if (!workers.controller) {
    const { active } = await workers.ready;
    if (!workers.controller) active.postMessage({ type: "claim" });
  }

  window.addEventListener("update-agreed", () => {
    // Only the page that asked reloads: another one may have a draft open.
    workers.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting?.postMessage({ type: "activate" });
  });
}

await start();
await keepForOffline();
