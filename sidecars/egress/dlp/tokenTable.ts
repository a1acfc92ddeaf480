/** How a vendor writes its tokens, and where they may go. */
export interface TokenRule {
  /** Shown in findings. */
  readonly rule: string;
  /** What it begins with, four characters at least; `[...]` at the end stands for any one of a class. */
  readonly leads: readonly string[];
  /**
   * Sticky, from the lead on; its groups together have to look random. Bounded, or of characters of which none begins a
   * lead of this rule: leads may stand as close together as somebody likes.
   */
  readonly pattern: RegExp;
  /** So many characters of base64's URL alphabet do not stand before the lead: it is so short that random text has it by chance. */
  readonly run?: number;
  /** The lead stands inside the token: group 1 of the pattern is what it looks back on. */
  readonly looksBack?: true;
  /** Host names of the vendor; `*.x` is every name below x. */
  readonly home: readonly string[];
  /** How group 1 is judged: random by default. */
  readonly judge?: 'jwt' | 'pem';
}

const github = ['github.com', '*.github.com', '*.githubusercontent.com', '*.githubcopilot.com', 'ghcr.io'];
const gitlab = ['gitlab.com', '*.gitlab.com'];
const amazon = ['*.amazonaws.com', '*.amazonaws.com.cn', '*.api.aws', '*.aws.amazon.com'];
const google = ['*.googleapis.com', 'accounts.google.com', '*.pkg.dev', 'gcr.io', '*.gcr.io'];
const azure = ['*.windows.net', '*.azure.com', '*.azure.net'];
const slack = ['slack.com', '*.slack.com'];
const openai = ['*.openai.com', 'chatgpt.com'];
const grafana = ['*.grafana.net', '*.grafana.com'];

/**
 * What may end in a letter or digit before a token that stands alone: `\n`, `\033`, `%3D`, `\x3d`, `\u003d`, and control
 * sequences of terminals (ECMA-48) such as colours: `[01;31m` however the ESC before it is written, `(B` behind one.
 */
const escapes = String.raw`\\(?:[abefnrtv]|[0-7]{1,3})|%[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\[[0-?]{0,32}[@-~]|(?:\x1b|\\(?:e|0?33|x1[bB]|u001[bB])|\^\[)[ -/][0-~]`;

/** Where something stands alone: `xghp_` is part of some longer word. With `run`, not behind so many characters of base64's URL alphabet, either. */
export const standsAlone = (run?: number): string => String.raw`(?<![A-Za-z0-9])${run === undefined ? '' : `(?<![A-Za-z0-9_-]{${run}})`}|(?<=${escapes})`;

/**
 * Random base64 of the URL alphabet has leads of four or five characters behind its `-` and `_` by chance, one of
 * GitHub's every 300 MB; names in front of a token (`backup_ghp_...`) are shorter than this.
 */
const LONG_RUN = 24;

/** Leads of three characters stand there every 100 MB: nothing of that alphabet is in front of them. */
const ANY_RUN = 1;

/** Shapes of well-known tokens, from the vendors' documentation and the public rule sets of secret scanners. */
export const tokenTable: readonly TokenRule[] = [
  { rule: 'github-token', leads: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], run: LONG_RUN, pattern: /gh[pousr]_([A-Za-z0-9]{36,251})/y, home: github },
  { rule: 'github-fine-grained-token', leads: ['github_pat_'], pattern: /github_pat_([A-Za-z0-9]{22}_[A-Za-z0-9]{59})/y, home: github },
  { rule: 'gitlab-token', leads: ['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glsoat-', 'glft-', 'glimt-', 'glagent-'], run: LONG_RUN, pattern: /gl[a-z]{2,5}-([A-Za-z0-9_-]{20,100})/y, home: gitlab },
  { rule: 'npm-token', leads: ['npm_'], run: LONG_RUN, pattern: /npm_([A-Za-z0-9]{36})(?![A-Za-z0-9])/y, home: ['registry.npmjs.org'] },
  { rule: 'pypi-token', leads: ['pypi-AgE'], pattern: /pypi-AgE([A-Za-z0-9_-]{50,400})/y, home: ['*.pypi.org', 'pypi.org'] },
  { rule: 'rubygems-token', leads: ['rubygems_'], pattern: /rubygems_([a-f0-9]{48})/y, home: ['rubygems.org'] },
  { rule: 'docker-hub-token', leads: ['dckr_pat_', 'dckr_oat_'], pattern: /dckr_[po]at_([A-Za-z0-9_-]{27,64})/y, home: ['*.docker.com', '*.docker.io'] },
  { rule: 'aws-access-key', leads: ['AKIA', 'ASIA', 'ABIA', 'ACCA'], pattern: /A(?:KI|SI|BI|CC)A([A-Z2-7]{16})(?![A-Za-z0-9])/y, home: amazon },
  {
    rule: 'aws-secret-key',
    leads: ['SECRET_ACCESS_KEY', 'secret_access_key', 'SecretAccessKey', 'secretAccessKey', 'aws_secret_key', 'AWS_SECRET_KEY'],
    pattern: /[A-Za-z_]{14,64}\\?["']?\s{0,4}(?:[:=]|=>)\s{0,4}\\?["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/y,
    home: amazon,
  },
  { rule: 'google-api-key', leads: ['AIza'], pattern: /AIza([A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])/y, home: google },
  { rule: 'google-oauth-token', leads: ['ya29.'], pattern: /ya29\.([A-Za-z0-9_-]{30,500})/y, home: google },
  { rule: 'google-oauth-secret', leads: ['GOCSPX-'], pattern: /GOCSPX-([A-Za-z0-9_-]{28})/y, home: google },
  { rule: 'azure-storage-key', leads: ['AccountKey='], pattern: /AccountKey=([A-Za-z0-9+/]{86}==)/y, home: azure },
  { rule: 'azure-shared-access-key', leads: ['SharedAccessKey='], pattern: /SharedAccessKey=([A-Za-z0-9+/]{43}=)/y, home: azure },
  { rule: 'slack-token', leads: ['xoxa-', 'xoxb-', 'xoxe-', 'xoxe.', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'], run: LONG_RUN, pattern: /x(?:ox[abeoprs][-.]|app-)([A-Za-z0-9-]{24,250})/y, home: slack },
  { rule: 'slack-webhook', leads: ['hooks.slack.com/services/'], pattern: /hooks\.slack\.com\/services\/T[A-Z0-9]{6,12}\/B[A-Z0-9]{6,12}\/([A-Za-z0-9]{20,30})/y, home: slack },
  { rule: 'stripe-key', leads: ['sk_live_', 'rk_live_'], pattern: /[sr]k_live_([A-Za-z0-9]{24,250})/y, home: ['*.stripe.com'] },
  { rule: 'stripe-webhook-secret', leads: ['whsec_'], pattern: /whsec_([A-Za-z0-9+/]{32,64})/y, home: ['*.stripe.com'] },
  { rule: 'openai-key', leads: ['sk-proj-', 'sk-svcacct-', 'sk-admin-'], pattern: /sk-[a-z]{1,16}-([A-Za-z0-9_-]{40,250})/y, home: openai },
  { rule: 'openai-key', leads: ['T3BlbkFJ'], looksBack: true, pattern: /(?<=(sk-(?:[a-z]{1,16}-)?[A-Za-z0-9_-]{20,74}))T3BlbkFJ([A-Za-z0-9_-]{20,74})/y, home: openai },
  { rule: 'anthropic-key', leads: ['sk-ant-'], pattern: /sk-ant-[a-z]{3,8}[0-9]{2}-([A-Za-z0-9_-]{40,250})/y, home: ['*.anthropic.com', 'claude.ai', '*.claude.ai', '*.claude.com'] },
  { rule: 'openrouter-key', leads: ['sk-or-v1-'], pattern: /sk-or-v1-([a-f0-9]{64})/y, home: ['openrouter.ai'] },
  { rule: 'huggingface-token', leads: ['hf_[A-Za-z0-9]'], run: ANY_RUN, pattern: /hf_([A-Za-z0-9]{34,40})(?![A-Za-z0-9])/y, home: ['huggingface.co', '*.huggingface.co', '*.hf.co'] },
  { rule: 'groq-key', leads: ['gsk_'], run: LONG_RUN, pattern: /gsk_([A-Za-z0-9]{48,60})/y, home: ['api.groq.com'] },
  { rule: 'xai-key', leads: ['xai-'], run: LONG_RUN, pattern: /xai-([A-Za-z0-9]{70,90})/y, home: ['api.x.ai'] },
  { rule: 'perplexity-key', leads: ['pplx-'], run: LONG_RUN, pattern: /pplx-([A-Za-z0-9]{40,60})/y, home: ['api.perplexity.ai'] },
  { rule: 'replicate-token', leads: ['r8_[A-Za-z0-9]'], run: ANY_RUN, pattern: /r8_([A-Za-z0-9]{37})(?![A-Za-z0-9])/y, home: ['api.replicate.com'] },
  { rule: 'sendgrid-key', leads: ['SG.[A-Za-z0-9_-]'], run: ANY_RUN, pattern: /SG\.([A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})/y, home: ['api.sendgrid.com'] },
  { rule: 'telegram-bot-token', leads: [':AA[A-Za-z0-9_-]'], looksBack: true, pattern: /(?<=(?<![0-9])([0-9]{8,10})):(AA[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])/y, home: ['api.telegram.org'] },
  { rule: 'digitalocean-token', leads: ['dop_v1_', 'doo_v1_', 'dor_v1_'], pattern: /do[opr]_v1_([a-f0-9]{64})/y, home: ['api.digitalocean.com'] },
  { rule: 'shopify-token', leads: ['shpat_', 'shpca_', 'shppa_', 'shpss_'], pattern: /shp(?:at|ca|pa|ss)_([a-fA-F0-9]{32})/y, home: ['*.myshopify.com', '*.shopify.com'] },
  { rule: 'vault-token', leads: ['hvs.', 'hvb.'], pattern: /hv[sb]\.([A-Za-z0-9_-]{24,300})/y, home: ['*.hashicorp.cloud'] },
  { rule: 'terraform-token', leads: ['.atlasv1.'], looksBack: true, pattern: /(?<=([A-Za-z0-9]{14}))\.atlasv1\.([A-Za-z0-9_=-]{60,70})/y, home: ['app.terraform.io'] },
  { rule: 'databricks-token', leads: ['dapi'], pattern: /dapi([a-f0-9]{32})(?![a-zA-Z0-9])/y, home: ['*.databricks.com', '*.azuredatabricks.net'] },
  { rule: 'linear-key', leads: ['lin_api_'], pattern: /lin_api_([A-Za-z0-9]{40})/y, home: ['api.linear.app'] },
  { rule: 'notion-token', leads: ['ntn_'], run: LONG_RUN, pattern: /ntn_([A-Za-z0-9]{40,50})(?![A-Za-z0-9])/y, home: ['api.notion.com'] },
  { rule: 'figma-token', leads: ['figd_'], run: LONG_RUN, pattern: /figd_([A-Za-z0-9_-]{40})/y, home: ['api.figma.com'] },
  { rule: 'grafana-token', leads: ['glsa_'], pattern: /glsa_([A-Za-z0-9]{32}_[a-fA-F0-9]{8})/y, home: grafana },
  { rule: 'supabase-token', leads: ['sbp_'], pattern: /sbp_([a-f0-9]{40})/y, home: ['*.supabase.com', '*.supabase.co'] },
  { rule: 'sentry-token', leads: ['sntrys_', 'sntryu_'], pattern: /sntry[su]_([A-Za-z0-9+/=_-]{60,300})/y, home: ['sentry.io', '*.sentry.io'] },
  { rule: 'new-relic-key', leads: ['NRAK-'], pattern: /NRAK-([A-Z0-9]{27})/y, home: ['*.newrelic.com'] },
  { rule: 'postman-key', leads: ['PMAK-'], pattern: /PMAK-([a-f0-9]{24}-[a-f0-9]{34})/y, home: ['*.getpostman.com', '*.postman.com'] },
  { rule: 'atlassian-token', leads: ['ATATT3xFfGF0'], pattern: /ATATT3xFfGF0([A-Za-z0-9_=-]{60,300})/y, home: ['*.atlassian.com', '*.atlassian.net'] },
  { rule: 'age-secret-key', leads: ['AGE-SECRET-KEY-1'], pattern: /AGE-SECRET-KEY-1([0-9A-Z]{58})/y, home: [] },
  { rule: 'json-web-token', leads: ['.eyJ'], looksBack: true, pattern: new RegExp(String.raw`(?<=(?:${standsAlone()})(eyJ[h-z0-6][A-Za-z0-9_-]{11,600}))\.eyJ[A-Za-z0-9_-]{12,8000}\.[A-Za-z0-9_-]{20,2000}`, 'y'), home: [], judge: 'jwt' },
  {
    rule: 'private-key',
    leads: ['-----BEGIN '],
    pattern: /-----BEGIN (?:[A-Z0-9]{2,9} ){0,2}PRIVATE KEY(?: BLOCK)?-----((?:-?[A-Za-z0-9+/=\s\\"',:]){100,8000})/y,
    home: [],
    judge: 'pem',
  },
];
