// Stores a note with a strict transaction, and tries to store a farewell when the page is left.
const state = document.querySelector("#state");
const opening = indexedDB.open("notes", 1);
opening.onupgradeneeded = () => opening.result.createObjectStore("notes");
function put(key, value, done) {
    const transaction = opening.result.transaction("notes", "readwrite", { durability: "strict" });
    transaction.objectStore("notes").put(value, key);
    transaction.oncomplete = done;
}
opening.onsuccess = () => {
    const all = opening.result.transaction("notes").objectStore("notes").getAll();
    all.onsuccess = () => { state.textContent = `Here: ${[...all.result, localStorage.farewell ?? "no goodbye"].join(", ")}.`; };
};
document.querySelector("#keep").onclick = () => {
    put("note", document.querySelector("#note").value, () => { state.textContent = "Kept"; });
};
addEventListener("pagehide", () => localStorage.setItem("farewell", "goodbye"));
