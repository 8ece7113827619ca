/** Elements are made one by one and text is set as text, so nothing that a peer sent is ever read as markup. */

export type Child = Node | string | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** `true` sets an attribute without a value, `false` and `undefined` leave it out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function filled<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** An element of the template; that it is missing is a fault of ours. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** The element around an event that carries this data attribute, and its value as a number. */
export function numberAt(event: Event, attribute: string): number | undefined {
  const found = event.target instanceof Element ? event.target.closest(`[${attribute}]`) : null;
  const value = found?.getAttribute(attribute);
  return value === null || value === undefined ? undefined : Number(value);
}

/** Within a widget one item is in the order of the Tab key; the arrow keys move between the others. */
export function roveTo(items: readonly (HTMLElement | SVGElement)[], place: number): void {
  items.forEach((item, i) => item.setAttribute('tabindex', i === place ? '0' : '-1'));
}

/** Where an arrow key leads in a list; undefined for other keys. */
export function stepOf(key: string, place: number, count: number): number | undefined {
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, place + 1);
    case 'ArrowUp':
      return Math.max(0, place - 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}
