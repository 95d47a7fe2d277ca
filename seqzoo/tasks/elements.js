// What the views of all tasks are made of. Whatever comes from a user or a model is set as text, never as HTML.

export function make(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

export const percent = (share) => `${(100 * share).toFixed(1)} %`;
export const heat = (share) => `rgba(var(--heat), ${(0.85 * share).toFixed(3)})`;
export const plain = (piece) => piece.replaceAll("\u2581", " ").trim() || "\u2423";

export function said(text) {
  const element = make("p", "said", text);
  element.dir = "auto";
  return element;
}
