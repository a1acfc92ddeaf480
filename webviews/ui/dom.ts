/** What an element gets besides its children. Text goes in as text nodes only, so nothing shown is ever parsed as HTML. */
export interface Shape {
  readonly class?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** Creates an element. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, shape: Shape = {}, children: readonly Node[] = []): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (shape.class !== undefined) element.className = shape.class;
  for (const [name, value] of Object.entries(shape.attributes ?? {})) element.setAttribute(name, value);
  if (shape.text !== undefined) element.textContent = shape.text;
  element.append(...children);
  return element;
}

/** An icon of the editor's icon font, hidden from screen readers. */
export function icon(name: string): HTMLElement {
  return make('span', { class: `codicon codicon-${name}`, attributes: { 'aria-hidden': 'true' } });
}

/** Puts arguments into the places `{0}`, `{1}` of a text. */
export function fill(text: string, ...args: readonly (string | number)[]): string {
  return text.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
}
