// Elements out of text. Nothing is ever parsed as markup: children are nodes or become text.

const SVG = "http://www.w3.org/2000/svg";

/** Letters that turn the direction of what follows them could make it read as something else. */
const clear = (value) => (typeof value === "string" ? value.replace(/[\u202a-\u202e\u2066-\u2069]/g, "\ufffd") : value);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : clear(String(value)));
  }
  const shown = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
  element.append(...shown.map(clear));
  return element;
}

export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** A sign beside words that say the same. */
export const icon = (name, attributes = {}) =>
  s("svg", { class: `icon ${name}`, viewBox: "0 0 16 16", "aria-hidden": "true", ...attributes }, s("use", { href: `#i-${name}` }));

const shown = new WeakMap();

/** Builds the content of `container` anew when `value` is another one; focus, scrolling and what is open stay. */
export function show(container, value, build) {
  const key = JSON.stringify(value);
  if (shown.get(container) === key) return false;
  shown.set(container, key);
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const keyed = (selector) => [...container.querySelectorAll(selector)];
  const open = new Map(keyed("details[data-key]").map((it) => [it.dataset.key, it.open]));
  const scrolled = new Map(keyed("[data-scroll]").map((it) => [it.dataset.scroll, [it.scrollLeft, it.scrollTop]]));
  container.replaceChildren(...[build(value)].flat(Infinity).filter(Boolean));
  for (const it of keyed("details[data-key]")) if (open.has(it.dataset.key)) it.open = open.get(it.dataset.key);
  for (const it of keyed("[data-scroll]")) [it.scrollLeft, it.scrollTop] = scrolled.get(it.dataset.scroll) ?? [0, 0];
  if (focused) keyed("[data-key]").find((it) => it.dataset.key === focused)?.focus({ preventScroll: true });
  return true;
}
