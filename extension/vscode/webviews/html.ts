/** Addresses of a surface's files and what its security policy needs. */
export interface WebviewPage {
  readonly title: string;
  readonly language: string;
  /** `webview.cspSource`. */
  readonly source: string;
  readonly script: string;
  readonly styles: readonly string[];
  /** Random, one a page. */
  readonly nonce: string;
}

/** The document of a webview: nothing inline, nothing from elsewhere, one script with a nonce. */
export function webviewHtml(page: WebviewPage): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.source}`,
    `font-src ${page.source}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  const styles = page.styles.map((address) => `<link rel="stylesheet" href="${escaped(address)}">`).join('\n');
  return `<!DOCTYPE html>
<html lang="${escaped(page.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(page.title)}</title>
${styles}
</head>
<body>
<div id="app"></div>
<script type="module" nonce="${page.nonce}" src="${escaped(page.script)}"></script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
