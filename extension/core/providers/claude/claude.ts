import type { Route } from '../../../../schemas/policy/route.ts';
import type { Provider, ProviderRequest, Provision } from '../provider.ts';
import { npmTool } from '../npmTool.ts';
import { claudeRoutes } from './routes.ts';
import { claudeFiles, claudePromptPath } from './settings.ts';

/** Shape-preserving stand-ins: the CLI accepts them, no vendor does. The proxy swaps the header for the real one. */
const placeholders = {
  oauth: { name: 'CLAUDE_CODE_OAUTH_TOKEN', value: 'sk-ant-oat01-egress-placeholder' },
  'api-key': { name: 'ANTHROPIC_API_KEY', value: 'sk-ant-api03-egress-placeholder' },
} as const;

/** Switches off every call that is not the model's, all seen to be harmless to lose with 2.1.329. */
const quiet = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_AUTOUPDATER: '1',
};

/** Claude Code, the real CLI, at full autonomy. */
export function createClaudeProvider(deps: { readonly toolsFolder: string; readonly extraCa: string | undefined }): Provider {
  return {
    name: 'claude',
    image: 'claude',
    provision,
    hostTool: (backend) =>
      backend === 'bubblewrap'
        ? npmTool({
            name: 'claude',
            version: '2.1.329',
            packages: { x64: '@anthropic-ai/claude-code-linux-x64', arm64: '@anthropic-ai/claude-code-linux-arm64' },
            file: 'claude',
            folder: deps.toolsFolder,
            extraCa: deps.extraCa,
          })
        : undefined,
  };
}

function provision(request: ProviderRequest): Provision {
  const placeholder = request.credential === null ? null : placeholders[request.credential.kind];
  return {
    argv: argvOf(request),
    env: { ...quiet, ...(placeholder === null ? {} : { [placeholder.name]: placeholder.value }) },
    hiddenEnv: placeholder === null ? [] : [placeholder.name],
    files: claudeFiles(request, request.credential?.kind === 'api-key' ? placeholders['api-key'].value : null),
    routes: routesOf(request),
  };
}

function argvOf(request: ProviderRequest): string[] {
  const argv = ['claude', '--dangerously-skip-permissions'];
  if (request.agent.prompt !== '') argv.push('--append-system-prompt-file', claudePromptPath(request));
  if (request.headless) argv.push('-p');
  if (request.prompt !== null) argv.push('--', request.prompt);
  return argv;
}

function routesOf(request: ProviderRequest): Route[] {
  const base = request.bottle.env.get('ANTHROPIC_BASE_URL');
  const token = request.bottle.agentProvider.authToken;
  return claudeRoutes({
    baseUrl: base?.kind === 'literal' ? base.value : undefined,
    credential: token === null || request.credential === null ? null : { tokenEnv: token, scheme: request.credential.kind === 'oauth' ? 'Bearer' : 'x-api-key' },
  });
}
