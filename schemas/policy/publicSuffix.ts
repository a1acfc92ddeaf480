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
 * that anybody put there. From the private section of the public suffix list, and providers of sign-in, whose customers
 * have a name each.
 */
const sharedPlatforms = new Set([
  'accounts.dev', 'amplifyapp.com', 'app.github.dev', 'appspot.com', 'auth0.com', 'azure-api.net', 'azurecontainerapps.io', 'azureedge.net', 'azurefd.net', 'azurestaticapps.net', 'azurewebsites.net', 'b2clogin.com', 'blob.core.windows.net', 'blogspot.com',
  'ciamlogin.com', 'clerk.accounts.dev', 'cloudapp.net', 'cloudflareaccess.com', 'cloudfront.net', 'cloudfunctions.net', 'codeberg.page', 'csb.app', 'ddns.net', 'deno.dev', 'devtunnels.ms', 'digitaloceanspaces.com', 'duckdns.org', 'dyndns.org', 'elasticbeanstalk.com', 'execute-api.amazonaws.com',
  'fastly.net', 'file.core.windows.net', 'firebaseapp.com', 'firebaseio.com', 'fly.dev', 'github.io', 'gitlab.io', 'gitpod.io', 'glitch.me', 'herokuapp.com', 'hf.space', 'lhr.life', 'localtunnel.me', 'loca.lt', 'lovable.app', 'modal.run', 'myshopify.com', 'netlify.app', 'ngrok-free.app', 'ngrok-free.dev', 'ngrok.app', 'ngrok.dev', 'ngrok.io',
  'nip.io', 'no-ip.org', 'now.sh', 'okta-emea.com', 'okta.com', 'oktapreview.com', 'ondigitalocean.app', 'onelogin.com', 'onrender.com', 'oast.fun', 'oast.live', 'oast.me', 'oast.online', 'oast.pro', 'oast.site', 'pages.dev', 'pipedream.net', 'queue.core.windows.net', 'r.appspot.com', 'r2.dev', 'railway.app', 'readthedocs.io', 'replit.app', 'replit.dev', 'repl.co',
  'run.app', 's3.amazonaws.com', 'serveo.net', 'storage.googleapis.com', 'sslip.io', 'streamlit.app', 'supabase.co', 'surge.sh', 'table.core.windows.net', 'trafficmanager.net', 'trycloudflare.com', 'ts.net', 'up.railway.app', 'vercel.app', 'web.app', 'web.core.windows.net', 'webflow.io',
  'wixsite.com', 'wordpress.com', 'workers.dev',
  'br.com', 'cn.com', 'co.com', 'de.com', 'eu.com', 'eu.org', 'gb.net', 'hu.net', 'in.net', 'jp.net', 'jpn.com', 'mex.com', 'ru.com', 'sa.com', 'se.net', 'uk.com', 'uk.net', 'us.com', 'za.com',
]);

/** The same with a region in the name: `s3.eu-west-1.amazonaws.com`, `eu.auth0.com`, `europe-west1.run.app`. */
const regionalPlatforms: readonly RegExp[] = [
  /^(?:s3|s3-website|s3-accesspoint)[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/,
  /^(?:execute-api|elb)\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/,
  /^(?:[a-z0-9-]+\.(?:elb|compute)|compute-1)\.amazonaws\.com(?:\.cn)?$/,
  /^lambda-url\.[a-z0-9-]+\.on\.aws$/,
  /^auth(?:-fips)?\.[a-z0-9-]+\.amazoncognito\.com$/,
  /^[a-z0-9-]+\.elasticbeanstalk\.com$/,
  /^[a-z0-9-]+\.digitaloceanspaces\.com$/,
  /^[a-z]{2}(?:-[0-9])?\.auth0\.com$/,
  /^[a-z0-9-]+\.run\.app$/,
  /^[a-z]{2}\.r\.appspot\.com$/,
  /^[a-z0-9-]+\.cloudapp\.azure\.com$/,
  /^[a-z0-9]+-[0-9]{2}\.azurewebsites\.net$/,
  /^(?:[a-z0-9]+\.)?[0-9]\.azurestaticapps\.net$/,
  /^[a-z][0-9]{2}\.azurefd\.net$/,
  /^[a-z0-9-]+\.azurecontainerapps\.io$/,
  /^[a-z]{2}\.ngrok\.io$/,
];

/**
 * Whether names below `host` belong to different owners, so that `*.host` names nobody in particular. Errs on the side of
 * refusing for short names under country codes; a domain that is not in the tables is taken for one owner's.
 */
export function isPublicSuffix(host: string): boolean {
  const labels = host.split('.');
  const [first = '', second = ''] = labels;
  if (labels.length < 2) return true;
  if (labels.length === 2 && second.length === 2 && registryNames.has(first)) return true;
  return sharedPlatforms.has(host) || regionalPlatforms.some((pattern) => pattern.test(host));
}
