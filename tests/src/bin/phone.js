// What a page is told before anything else in it runs: to note when things happen.

const noted = {};
window.noted = noted;

const decrypt = SubtleCrypto.prototype.decrypt;
SubtleCrypto.prototype.decrypt = function (...all) {
  noted.opening ??= performance.now();
  return decrypt.apply(this, all);
};

const encrypt = SubtleCrypto.prototype.encrypt;
SubtleCrypto.prototype.encrypt = function (...all) {
  noted.sealing ??= performance.now();
  return encrypt.apply(this, all);
};

const transaction = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (...all) {
  const begun = transaction.apply(this, all);
  begun.addEventListener("complete", () => {
    if (noted.sealing !== undefined) noted.stored ??= performance.now();
  });
  return begun;
};

const instantiate = WebAssembly.instantiateStreaming;
WebAssembly.instantiateStreaming = async (...all) => {
  const made = await instantiate.apply(WebAssembly, all);
  window.wasmMemory = made.instance.exports.memory;
  return made;
};

// Resolves once the screen says this and was painted.
window.says = (words) =>
  new Promise((resolve) => {
    const look = () => {
      const main = document.getElementById("maincontent");
      if (!main?.textContent.includes(words)) return false;
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now()), 0));
      return true;
    };
    if (look()) return;
    const observer = new MutationObserver(() => look() && observer.disconnect());
    observer.observe(document, { childList: true, characterData: true, subtree: true });
  });

says("Unlock Fingerpost").then((at) => {
  noted.locked = at;
});
