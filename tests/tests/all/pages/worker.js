// Asks its worker, so that the request is made by the worker and not by the page.
const state = document.querySelector("#state");
const show = (text) => { state.textContent = text; };
navigator.serviceWorker.onmessage = (event) => show(event.data);
navigator.serviceWorker.register("/sw.js");
navigator.serviceWorker.ready.then(() => show("Ready"));
addEventListener("offline", () => { document.title = "offline"; });
addEventListener("online", () => { document.title = "online"; });
window.ask = (address) => navigator.serviceWorker.ready
    .then((registration) => registration.active.postMessage(address));
