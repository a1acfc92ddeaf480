/** A rule about paths whose files run on the host, or steer what does, without anybody starting them. */
interface RiskRule {
  /** Matches the canonical path: small letters, folded, `/`-separated, with a leading `/`. */
  readonly path: RegExp;
  readonly why: string;
}

const rules: readonly RiskRule[] = [
  { path: /\/\.git(?:\/.*)?$/, why: 'Git runs hooks and commands that this names, on your machine.' },
  { path: /\/\.git(?:modules|attributes|config)$/, why: 'Git fetches or runs what this names, on your machine.' },
  { path: /\/\.(?:husky|githooks|git-hooks)\/|\/lefthook[^/]*\.(?:ya?ml|toml|json)$|\/\.lefthook[^/]*$|\/\.pre-commit-(?:config|hooks)\.ya?ml$|\/\.(?:lintstagedrc|huskyrc|simple-git-hooks)[^/]*$|\/lint-staged\.config\.[^/]+$/, why: 'Git hooks run this on your next commit or push.' },
  { path: /\/\.vscode(?:-[^/]*)?\/|\.code-workspace$/, why: 'VS Code runs tasks, settings and debuggers from this.' },
  { path: /\/\.(?:idea|fleet|zed|vs)\/|\.(?:iml|sln|csproj|vcxproj)$|\/\.(?:vimrc|exrc|nvim\.lua|nvimrc|dir-locals\.el)$/, why: 'An editor or IDE acts on this when it opens the project.' },
  { path: /\/\.devcontainer(?:\/|\.json$)/, why: 'A dev container built from this runs its commands.' },
  { path: /\/\.envrc$|\/\.(?:mise|rtx)(?:\.[^/]+)?\.toml$|\/mise(?:\.[^/]+)?\.toml$|\/\.tool-versions$|\/\.autoenv$/, why: 'Your shell runs this on entering the folder.' },
  { path: /\/\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zshenv|zprofile|zlogin|kshrc|inputrc|tmux\.conf)$|\/\.config\/fish\//, why: 'A shell runs this when it starts.' },
  { path: /\/\.github\/(?:workflows|actions)\/|\/\.gitlab-ci[^/]*\.ya?ml$|\/\.gitlab\/ci\/|\/jenkinsfile[^/]*$|\/\.circleci\/|\/\.travis\.yml$|\/azure-pipelines[^/]*\.ya?ml$|\/bitbucket-pipelines\.yml$|\/\.drone\.ya?ml$|\/\.woodpecker(?:\/|\.ya?ml$)|\/\.buildkite\/|\/appveyor\.yml$|\/\.(?:forgejo|gitea)\/workflows\/|\/\.cirrus\.(?:yml|star)$|\/\.teamcity\/|\/cloudbuild\.ya?ml$/, why: 'CI runs this with its own secrets.' },
  { path: /\/(?:gnu)?makefile(?:\.[^/]*)?$|\.mk$|\/\.?justfile$|\.just$|\/taskfile[^/]*\.ya?ml$|\/rakefile$|\/(?:noxfile|tasks|setup|conftest)\.py$|\/tox\.ini$|\/(?:gulpfile|gruntfile)\.[^/]+$|\/build\.(?:rs|zig)$|\/build\.gradle(?:\.kts)?$|\/gradlew(?:\.bat)?$|\/mvnw(?:\.cmd)?$|\/\.(?:gradle|mvn)\/|\/dockerfile[^/]*$|\/(?:docker-)?compose[^/]*\.ya?ml$|\/vagrantfile$/, why: 'A build or test command runs this on your machine.' },
  { path: /\/\.(?:npmrc|yarnrc(?:\.yml)?|pnpmfile\.cjs|pypirc)$|\/(?:bunfig|\.cargo\/config)(?:\.toml)?$|\/pip\.conf$|\/\.yarn\/(?:plugins|releases)\//, why: 'A package manager takes its sources and commands from this.' },
  { path: /\/(?:node_modules|\.venv|venv|site-packages|bower_components)\//, why: 'Installed dependencies are programs; installing them yourself is safer than taking these.' },
  { path: /\/(?:claude|agents|gemini|copilot-instructions)(?:\.local)?\.md$|\/\.(?:claude|codex|cursor|windsurf|gemini|aider[^/]*|roo|continue|bot-bottle)(?:\/|$)|\/\.(?:cursorrules|windsurfrules|clinerules|mcp\.json|goosehints)$|\/\.github\/(?:instructions|prompts|agents)\//, why: 'Coding agents outside a bottle take orders from this.' },
  { path: /\/-[^/]*$/, why: 'A command may read this name as an option.' },
];

/** Fields of package.json that make a program run by themselves or replace one. */
const packageFields = ['scripts', 'bin', 'gypfile', 'husky', 'lint-staged', 'simple-git-hooks', 'pre-commit', 'pre-push', 'packageManager'] as const;

/**
 * Why a change needs its own yes, or null. Content is asked for only where the path alone does not decide; undefined
 * is a side without a readable file.
 */
export function riskOf(path: string, content: { readonly base: () => string | undefined; readonly bottle: () => string | undefined }): string | null {
  const canonical = `/${canonicalPath(path)}`;
  const rule = rules.find((one) => one.path.test(canonical));
  if (rule !== undefined) return rule.why;
  if (canonical.endsWith('/package.json')) return packageRisk(content.base(), content.bottle());
  return null;
}

/** One spelling for names that a case-folding or Unicode-ignoring file system takes for the same. */
export function canonicalPath(path: string): string {
  return path
    .normalize('NFKC')
    .replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u00AD]/g, '')
    .toLowerCase()
    .split('/')
    .map((name) => (/^\.+$/.test(name) ? name : name.replace(/[. ]+$/, '')))
    .join('/');
}

function packageRisk(base: string | undefined, bottle: string | undefined): string | null {
  if (bottle === undefined) return null;
  const before = packageFacts(base);
  const after = packageFacts(bottle);
  if (after === undefined) return 'This package.json cannot be read as JSON, so what it runs is unknown.';
  const changed = packageFields.filter((field) => JSON.stringify(before?.[field]) !== JSON.stringify(after[field]));
  return changed.length === 0 ? null : `package.json changes what npm runs: ${changed.join(', ')}.`;
}

function packageFacts(text: string | undefined): Partial<Record<(typeof packageFields)[number], unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
