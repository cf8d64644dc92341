// Finds what a person would find: things by the words that they show or are announced with.
const squeeze = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const isShown = (element) =>
  element.getClientRects().length > 0 &&
  element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });

// An open modal dialog makes everything behind it inert, so only what is in it can be found.
const root = () => document.querySelector("dialog:modal") ?? document;

function announced(element) {
  const labelledBy = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
  const words = labelledBy.map((id) => document.getElementById(id)?.innerText).join(" ");
  return squeeze(words) || squeeze(element.getAttribute("aria-label"));
}

function pressableNames(element) {
  const shown = element.matches("input") ? element.value : element.innerText;
  const picture = element.querySelector("img[alt], svg[aria-label], svg title");
  const drawn = picture?.getAttribute("alt") ?? picture?.getAttribute("aria-label");
  return [announced(element), squeeze(shown), squeeze(drawn ?? picture?.textContent)];
}

function fieldNames(element) {
  const label = squeeze([...(element.labels ?? [])].map((label) => label.innerText).join(" "));
  const name = announced(element) || label || squeeze(element.getAttribute("placeholder"));
  const legend = squeeze(element.closest("fieldset")?.querySelector("legend")?.innerText);
  // A part of a date is called Day in every date of a page: "Next step Day" tells them apart.
  return [name, legend && `${legend} ${name}`];
}

function pick(elements, namesOf, text) {
  const wanted = squeeze(text);
  const named = elements
    .filter((element) => isShown(element) && !element.closest("[inert]"))
    .map((element) => ({ element, names: namesOf(element).filter(Boolean) }));
  const exact = named.filter(({ names }) => names.includes(wanted));
  const partial = named.filter(({ names }) => names.some((name) => name.includes(wanted)));
  const found = exact.length > 0 ? exact : partial;
  return {
    element: found.length === 1 ? found[0].element : null,
    found: found.map(({ names }) => names[0]),
    present: named.map(({ names }) => names[0]).filter(Boolean),
  };
}

function pressable(text) {
  const kinds =
    "a[href], button, summary, input[type=submit], input[type=button], [role=button], " +
    "[role=link], [role=tab], [role=menuitem], [role=option], [role=switch], label";
  const elements = [...root().querySelectorAll(kinds)].filter(
    // The label of a text field is read, not pressed; that of a choice is its target.
    (element) => !element.matches("label") || element.control?.matches("[type=radio], [type=checkbox]"),
  );
  return pick(elements, pressableNames, text);
}

function field(text) {
  const kinds = "input:not([type=hidden]), select, textarea, [contenteditable=true]";
  const elements = [...root().querySelectorAll(kinds)];
  return pick(elements, fieldNames, text);
}

// What has the focus, and whether a person can see that: by an outline, or by a shadow or a ground
// that it has only with the focus. A choice is drawn by its label, beside the input itself.
function focused() {
  const element = document.activeElement;
  if (!element || element === document.body) return { words: "", kind: "body", visible: false };
  const drawn = element.matches("[type=radio], [type=checkbox]") ? element.labels[0] : element;
  const looks = () => {
    const all = [drawn, ...drawn.children].flatMap((part) => [
      getComputedStyle(part),
      getComputedStyle(part, "::before"),
    ]);
    return all.map((of) => [of.outline, of.boxShadow, of.backgroundColor].join()).join();
  };
  const outline = getComputedStyle(drawn);
  // Part of a date or a time, on which the browser draws its own ring.
  const within = !element.matches(":focus") && element.matches(":focus-within");
  const outlined = outline.outlineStyle !== "none" && parseFloat(outline.outlineWidth) > 0;
  const names = element.matches("input, textarea, select")
    ? fieldNames(element)
    : pressableNames(element);
  const box = drawn.getBoundingClientRect();
  const onScreen = box.bottom > 0 && box.top < innerHeight && box.width > 0;
  return {
    words: names.filter(Boolean).at(-1) ?? "",
    kind: element.type === "radio" || element.type === "checkbox" ? element.type
      : element.localName,
    visible: onScreen && (within || outlined || looks().includes("rgb(255, 235, 59)")),
  };
}
