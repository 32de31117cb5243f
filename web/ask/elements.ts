type Listener = (event: Event) => void;
type Attributes = Readonly<Record<string, string | boolean | Listener>>;

/** A new element. Functions become listeners, `true` an empty attribute, `false` none; text only ever becomes text nodes. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** An element of the page by its id, of the type that it must have. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page has no ${type.name} with the id ${id}.`);
}

/** Says something to those who cannot see the page change. */
export function announce(message: string): void {
  byId('status', HTMLDivElement).textContent = message;
}
