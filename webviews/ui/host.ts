/** The editor's side of a webview, as the page sees it. */
interface EditorApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): EditorApi;

/** The extension behind this page. What it says is parsed; what does not parse is dropped. */
export interface Host<Out> {
  post(message: Out): void;
  /** What `remember` was last given, also after the page was closed; anything may be in it. */
  remembered(): unknown;
  remember(state: unknown): void;
}

/** Connects the page with its extension. May be called once in a page. */
export function connect<In, Out>(parse: (message: unknown) => In | undefined, receive: (message: In) => void): Host<Out> {
  const api = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = parse(event.data);
    if (message !== undefined) receive(message);
  });
  return { post: (message) => api.postMessage(message), remembered: () => api.getState(), remember: (state) => api.setState(state) };
}
