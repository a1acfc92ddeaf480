import { describe, expect, it } from 'vitest';
import { webviewHtml } from './html.ts';

const page = webviewHtml({
  title: 'Egress <b>',
  language: 'en',
  source: 'https://files.example',
  script: 'https://files.example/index.js?a&b',
  styles: ['https://files.example/index.css'],
  nonce: 'N0nce',
});
const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';

describe('the document of a webview', () => {
  it('allows nothing by default and nothing inline', () => {
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page).not.toMatch(/ style=| on[a-z]+=/);
  });

  it('runs only the script with the nonce', () => {
    expect(policy).toContain("script-src 'nonce-N0nce'");
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('nonce="N0nce"');
  });

  it('escapes what it is given', () => {
    expect(page).toContain('<title>Egress &lt;b&gt;</title>');
    expect(page).toContain('index.js?a&amp;b');
  });
});
