import { generateKeyPairSync } from 'node:crypto';
import { alphanumeric, digits, hex, lower } from './alphabets.ts';
import type { Random } from '../../support/random.ts';

const upper = lower.toUpperCase();
const url = `${alphanumeric}_-`;
const base64 = `${alphanumeric}+/`;

/** Made-up tokens in the shapes of their vendors: nobody ever issued one of these. */
export const tokenMakers: Readonly<Record<string, (random: Random) => string>> = {
  'github-token': (r) => `gh${r.pick(['p', 'o', 'u', 's', 'r'])}_${r.text(alphanumeric, 36)}`,
  'github-fine-grained-token': (r) => `github_pat_${r.text(alphanumeric, 22)}_${r.text(alphanumeric, 59)}`,
  'gitlab-token': (r) => `glpat-${r.text(url, 20)}`,
  'npm-token': (r) => `npm_${r.text(alphanumeric, 36)}`,
  'pypi-token': (r) => `pypi-AgEIcHlwaS5vcmc${r.text(url, 120)}`,
  'rubygems-token': (r) => `rubygems_${r.text(hex, 48)}`,
  'docker-hub-token': (r) => `dckr_pat_${r.text(url, 27)}`,
  'aws-access-key': (r) => `${r.pick(['AKIA', 'ASIA'])}${r.text(`${upper}234567`, 16)}`,
  'aws-secret-key': (r) => `${r.pick(['aws_secret_access_key = ', 'AWS_SECRET_ACCESS_KEY=', '"SecretAccessKey": "'])}${r.text(base64, 40)}`,
  'google-api-key': (r) => `AIza${r.text(url, 34)}${r.text(alphanumeric, 1)}`,
  'google-oauth-token': (r) => `ya29.${r.text(url, 120)}`,
  'google-oauth-secret': (r) => `GOCSPX-${r.text(url, 28)}`,
  'azure-storage-key': (r) => `AccountKey=${r.text(base64, 86)}==`,
  'azure-shared-access-key': (r) => `SharedAccessKey=${r.text(base64, 43)}=`,
  'slack-token': (r) => `xoxb-${r.text(digits, 12)}-${r.text(digits, 12)}-${r.text(alphanumeric, 24)}`,
  'slack-webhook': (r) => `https://hooks.slack.com/services/T${r.text(`${upper}${digits}`, 9)}/B${r.text(`${upper}${digits}`, 9)}/${r.text(alphanumeric, 24)}`,
  'stripe-key': (r) => `${r.pick(['sk', 'rk'])}_live_${r.text(alphanumeric, 48)}`,
  'stripe-webhook-secret': (r) => `whsec_${r.text(alphanumeric, 32)}`,
  'openai-key': (r) => r.pick([`sk-proj-${r.text(url, 74)}T3BlbkFJ${r.text(url, 74)}`, `sk-${r.text(alphanumeric, 20)}T3BlbkFJ${r.text(alphanumeric, 20)}`]),
  'anthropic-key': (r) => `sk-ant-${r.pick(['api', 'oat', 'sid'])}0${r.text('123', 1)}-${r.text(url, 93)}AA`,
  'openrouter-key': (r) => `sk-or-v1-${r.text(hex, 64)}`,
  'huggingface-token': (r) => `hf_${r.text(`${lower}${upper}`, 34)}`,
  'groq-key': (r) => `gsk_${r.text(alphanumeric, 52)}`,
  'sendgrid-key': (r) => `SG.${r.text(url, 22)}.${r.text(url, 43)}`,
  'telegram-bot-token': (r) => `${r.text('123456789', 10)}:AA${r.text(url, 32)}${r.text(alphanumeric, 1)}`,
  'digitalocean-token': (r) => `dop_v1_${r.text(hex, 64)}`,
  'shopify-token': (r) => `shpat_${r.text(hex, 32)}`,
  'vault-token': (r) => `hvs.${r.text(url, 90)}`,
  'databricks-token': (r) => `dapi${r.text(hex, 32)}`,
  'linear-key': (r) => `lin_api_${r.text(alphanumeric, 40)}`,
  'supabase-token': (r) => `sbp_${r.text(hex, 40)}`,
  'json-web-token': (r) => [{ alg: 'RS256', typ: 'JWT' }, { iss: 'https://login.corp.example', sub: r.text(alphanumeric, 12), exp: 1_900_000_000 }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + `.${r.text(url, 86)}`,
  'private-key': () => generateKeyPairSync('ed25519', { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey + generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey,
};

/** What an agent would really send a token in. */
export const carriers: readonly ((token: string, random: Random) => string)[] = [
  (token) => JSON.stringify({ model: 'some-model', messages: [{ role: 'user', content: `Here is my configuration:\n\n${token}\n\nWhat is wrong with it?` }] }),
  (token) => `NODE_ENV=production\nAPI_TOKEN=${token}\nPORT=3000\n`,
  (token) => `const client = new Client({ key: '${token.replaceAll('\n', '\\n')}', retries: 3 });\n`,
  (token) => `diff --git a/.env b/.env\n+++ b/.env\n+TOKEN="${token}"\n`,
  (token) => `curl -H "Authorization: Bearer ${token}" https://api.corp.example/v1\n`,
  (token, r) => `log line ${r.text(digits, 6)} user=${r.text(lower, 5)} token=${token};path=/x\n`,
  (token) => `<setting name="key" value="${token}"/>`,
  (token) => `credentials:\n  token: ${token}\n  user: someone\n`,
];
