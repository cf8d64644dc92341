// What a desk does beside its forms where scripts run: copies numbers and codes, and moves along a
// list with keys. It asks the server for nothing.

const rows = [...document.querySelectorAll("main tbody tr")].filter((row) =>
    row.querySelector("button[name=filed]"),
);
const said = document.createElement("p");
said.setAttribute("role", "status");
said.className = "nhsuk-u-visually-hidden";
document.body.append(said);

async function copy(element) {
    const text = element.dataset.copy || element.textContent.trim();
    try {
        await navigator.clipboard.writeText(text);
        said.textContent = `${text} copied`;
    } catch {
        // Where the browser does not allow it, the text is marked, to be copied by hand.
        getSelection().selectAllChildren(element);
        said.textContent = "Press Ctrl and C to copy";
    }
}

for (const element of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fp-desk-copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${element.dataset.copy || element.textContent.trim()}`);
    button.addEventListener("click", () => copy(element));
    element.after(" ", button);
}

let at = -1;

function go(to) {
    if (rows.length === 0) return;
    rows[at]?.classList.remove("fp-desk-here");
    at = Math.min(Math.max(to, 0), rows.length - 1);
    rows[at].classList.add("fp-desk-here");
    rows[at].querySelector("button[name=filed]").focus();
}

// Where the page opens at an entry to do, the keys go on from it.
const open = rows.findIndex((row) => row.id && location.hash === `#${row.id}`);
if (open >= 0) go(open);

document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select");
    if (isTyping || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "c" && rows[at]) copy(rows[at].querySelector("[data-copy]"));
    else if (event.key === "f" && rows[at]) rows[at].querySelector("button[name=filed]").click();
    else return;
    event.preventDefault();
});
