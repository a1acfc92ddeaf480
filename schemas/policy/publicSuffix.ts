/**
 * Second-level names under which country registries sell domains (`co.uk`, `com.au`, `or.jp`): the second column of most
 * country sections of the public suffix list (publicsuffix.org), which as a whole is too large to carry.
 */
const registryNames = new Set([
  'ac', 'asn', 'biz', 'co', 'com', 'ed', 'edu', 'fin', 'firm', 'gen', 'go', 'gob', 'gouv', 'gov', 'govt', 'gub', 'id', 'ind', 'inf', 'info',
  'k12', 'lg', 'ltd', 'me', 'med', 'mil', 'muni', 'ne', 'net', 'nhs', 'nic', 'nom', 'or', 'org', 'plc', 'police', 'pro', 'pvt', 'res', 'sch', 'web',
]);

/**
 * Places where anybody gets a name of their own within minutes: a wildcard over one would let the agent reach a server
 * that anybody put there. From the private section of the public suffix list.
 */
const sharedPlatforms = new Set([
  'amplifyapp.com', 'appspot.com', 'azureedge.net', 'azurefd.net', 'azurestaticapps.net', 'azurewebsites.net', 'blob.core.windows.net', 'blogspot.com', 'cloudapp.net', 'cloudfront.net',
  'cloudfunctions.net', 'codeberg.page', 'ddns.net', 'deno.dev', 'devtunnels.ms', 'duckdns.org', 'dyndns.org', 'execute-api.amazonaws.com', 'fastly.net', 'firebaseapp.com', 'firebaseio.com',
  'fly.dev', 'github.io', 'gitlab.io', 'glitch.me', 'herokuapp.com', 'hf.space', 'localtunnel.me', 'loca.lt', 'lovable.app', 'netlify.app', 'ngrok-free.app', 'ngrok-free.dev', 'ngrok.app', 'ngrok.io',
  'nip.io', 'no-ip.org', 'onrender.com', 'oast.fun', 'oast.live', 'oast.me', 'oast.online', 'oast.pro', 'oast.site', 'pages.dev', 'pipedream.net', 'r2.dev', 'railway.app', 'readthedocs.io', 'replit.app', 'replit.dev', 'repl.co',
  'run.app', 's3.amazonaws.com', 'serveo.net', 'storage.googleapis.com', 'sslip.io', 'supabase.co', 'surge.sh', 'trycloudflare.com', 'ts.net', 'up.railway.app', 'vercel.app', 'web.app', 'webflow.io',
  'wixsite.com', 'wordpress.com', 'workers.dev',
]);

/** Bucket hosts of one region: `s3.eu-west-1.amazonaws.com`, `s3-eu-west-1.amazonaws.com`. */
const regionalBuckets = /^s3[.-][a-z0-9-]+\.amazonaws\.com(\.cn)?$/;

/**
 * Whether names below `host` belong to different owners, so that `*.host` names nobody in particular. Errs on the side of
 * refusing for short names under country codes; a domain that is not in the tables is taken for one owner's.
 */
export function isPublicSuffix(host: string): boolean {
  const labels = host.split('.');
  const [first = '', second = ''] = labels;
  if (labels.length < 2) return true;
  if (labels.length === 2 && second.length === 2 && registryNames.has(first)) return true;
  return sharedPlatforms.has(host) || regionalBuckets.test(host);
}
