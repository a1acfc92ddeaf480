/** Places whose files run on the host, or steer what does, without anybody typing their name. */
export interface RiskRow {
  readonly why: string;
  /**
   * Names separated by blanks, wherever in the workspace they lie and however they are spelled. `*` stands for any part
   * of one name, `a/b` for a `b` in an `a`; with a `/` at the end it is the name itself and everything below.
   */
  readonly places: string;
}

export const riskTable: readonly RiskRow[] = [
  { why: 'Git runs hooks and commands that this names, on your machine.', places: '.git/' },
  { why: 'Git takes a folder with a file of this name for a repository and runs what the config beside it names.', places: 'HEAD' },
  { why: 'Git fetches or runs what this names, on your machine.', places: '.gitmodules .gitattributes .lfsconfig .gitconfig* gitconfig *.gitconfig' },
  { why: 'A version control program runs hooks and commands that this names.', places: '.hg/ .hgrc .hgsub .bzr/ .svn/ .jj/ .sl/' },
  {
    why: 'Git hooks run this on your next commit or push.',
    places:
      '.husky/ .huskyrc* husky.config.* .githooks/ .git-hooks/ githooks/ git-hooks/ lefthook*.yml lefthook*.yaml lefthook*.toml lefthook*.json .lefthook*/ .pre-commit-config.y*ml .pre-commit-hooks.y*ml prek.toml .lintstagedrc* lint-staged.config.* .simple-git-hooks* simple-git-hooks.* .commitlintrc* commitlint.config.* .overcommit.yml captainhook.json grumphp.yml* .nano-staged* nano-staged.*',
  },
  { why: 'VS Code runs tasks, settings and debuggers from this.', places: '.vscode/ .vscode-*/ *.code-workspace' },
  {
    why: 'An editor or IDE acts on this when it opens the project.',
    places:
      '.idea/ *.iml .fleet/ .zed/ .vs/ *.sln *.slnx *.suo .nova/ .theia/ .helix/ .settings/ .project .classpath .factorypath .cproject nbproject/ *.xcodeproj/ *.xcworkspace/ .swiftpm/ *.sublime-project .vim/ .vimrc _vimrc .lvimrc .exrc .nvim/ .nvimrc .nvim.lua .neoconf.json .nlsettings/ coc-settings.json .dir-locals*.el .projectile .bsp/ .metals/ .bloop/',
  },
  {
    why: 'A language server or IDE evaluates this as soon as the project is open.',
    places:
      '.ycm_extra_conf.py .clangd .ccls .luarc.json* rust-analyzer.toml .rust-analyzer.toml rust-toolchain rust-toolchain.toml analysis_options.yaml .pyre_configuration* .ruby-lsp/ .solargraph.yml *.csproj *.fsproj *.vbproj *.vcxproj *.csproj.user directory.*.props directory.*.targets directory.*.rsp CMakeLists.txt *.cmake CMakePresets.json CMakeUserPresets.json *.gradle *.gradle.kts gradle.properties gradlew gradlew.bat gradle/wrapper/ .gradle/ pom.xml mvnw mvnw.cmd .mvn/ *.sbt project/build.properties build.sc mix.exs Package.swift build.rs build.zig cabal.project* Setup.hs hie.yaml project.clj shadow-cljs.edn nx.json .nx/',
  },
  {
    why: 'A linter, formatter or test finder of your editor runs this while you look at other files.',
    places:
      'eslint.config.* .eslintrc* prettier.config.* .prettierrc* stylelint.config.* .stylelintrc* tslint.json .markdownlint-cli2.* .markdownlint.* .remarkrc* .textlintrc* .pylintrc pylintrc .flake8 mypy.ini .mypy.ini setup.cfg .sqlfluff .rubocop*.yml .standard.yml .php-cs-fixer*.php phpstan.neon* phpcs.xml* .phpcs.xml* psalm.xml* .credo.exs .formatter.exs babel.config.* .babelrc* postcss.config.* .postcssrc* tailwind.config.* svelte.config.* graphql.config.* .graphqlrc* jest.config.* vitest.config.* vitest.workspace.* vite.config.* playwright.config.* .mocharc* ava.config.*',
  },
  { why: 'A dev container or cloud workspace built from this runs its commands.', places: '.devcontainer/ .devcontainer.json devcontainer.json .gitpod.yml .gitpod.dockerfile .codesandbox/ .stackblitzrc .replit .idx/' },
  {
    why: 'Your shell runs this, or programs of its choice, on entering the folder.',
    places:
      '.envrc .direnv/ .mise.toml .mise.*.toml .mise/ mise.toml mise.*.toml mise/config*.toml .rtx.toml .rtx.*.toml .tool-versions .prototools .autoenv* .shadowenv.d/ flake.nix shell.nix default.nix devenv.nix devenv.yaml devbox.json .flox/',
  },
  {
    why: 'A shell or program runs this when it starts.',
    places:
      '*bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile *zshrc *zshenv *zprofile .zlogin .zlogout *kshrc *inputrc .screenrc *tmux.conf .xprofile .xinitrc .xsession* .config/fish/ .config/nushell/ .config/nvim/ .config/git/ .config/direnv/ .config/mise/ .config/mise.toml .config/autostart/ .config/systemd/ .local/bin/ .local/share/applications/ LaunchAgents/ .ssh/ .gnupg/ .aws/ .kube/ .docker/ .gdbinit .lldbinit* .Rprofile .Renviron .irbrc .pryrc .psqlrc .sqliterc .curlrc .wgetrc sitecustomize.py usercustomize.py jupyter_*config.py jupyter_*config.json ipython_config.py',
  },
  {
    why: 'CI or a hosting service runs this with its own secrets.',
    places:
      '.github/workflows/ .github/actions/ action.yml action.yaml .gitlab-ci*.yml .gitlab-ci*.yaml .gitlab/ci/ Jenkinsfile* .circleci/ .travis.yml azure-pipelines*.yml azure-pipelines*.yaml .azure-pipelines/ .azuredevops/ bitbucket-pipelines.yml .drone.yml .drone.yaml .woodpecker/ .woodpecker.yml .woodpecker.yaml .buildkite/ appveyor.yml .appveyor.yml .forgejo/workflows/ .gitea/workflows/ .cirrus.yml .cirrus.star .teamcity/ cloudbuild.yml cloudbuild.yaml buildspec.yml .semaphore/ .builds/ .build.yml netlify.toml vercel.json',
  },
  {
    why: 'A build or test command runs this on your machine.',
    places:
      'Makefile Makefile.* GNUmakefile GNUmakefile.* *.mk justfile .justfile *.just Taskfile*.yml Taskfile*.yaml Rakefile *.rake noxfile.py tasks.py setup.py conftest.py tox.ini gulpfile.* gruntfile.* SConstruct build.xml magefile.go Dockerfile* *.dockerfile Containerfile* compose*.yml compose*.yaml docker-compose*.yml docker-compose*.yaml Vagrantfile Procfile* Tiltfile Earthfile Guardfile Brewfile .bazelrc .bazeliskrc tools/bazel .buckconfig*',
  },
  {
    why: 'A package manager takes its sources and commands from this.',
    places:
      '.npmrc .yarnrc .yarnrc.yml .yarn/ .pnpmfile.* pnpmfile.* pnpm-workspace.yaml .pnp.* package.yaml package.json5 .corepack.env bunfig.toml .bowerrc binding.gyp *.gypi .cargo/ pip.conf pip.ini .pypirc Gemfile gems.rb *.gemspec .bundle/ composer.json nuget.config paket.dependencies conanfile.py rush.json',
  },
  { why: 'Installed dependencies are programs; installing them yourself is safer than taking these.', places: 'node_modules/ bower_components/ .venv/ venv/ site-packages/ .terraform/' },
  {
    why: 'Coding agents outside a bottle take orders from this.',
    places:
      'AGENT.md AGENTS.md AGENT.*.md AGENTS.*.md .agent/ .agents/ CLAUDE.md CLAUDE.*.md .claude*/ GEMINI.md GEMINI.*.md .gemini*/ QWEN.md .qwen/ CODEX.md .codex*/ CRUSH.md .crush*/ crush.json WARP.md .warp/ GROK.md .grok/ .rules copilot-instructions*.md .copilot/ .github/copilot*/ .github/instructions/ .github/prompts/ .github/agents/ .github/chatmodes/ .github/skills/ .github/hooks/ .cursor*/ .windsurf*/ .codeium/ .aider*/ .roo*/ .kilocode*/ .cline*/ .kiro/ .amazonq/ .amp/ .augment*/ .continue*/ .opencode/ opencode.json opencode.jsonc .goose*/ .junie/ .trae/ .factory/ .openhands/ .devin/ .pi/ .mcp.json mcp.json .mcp/ SKILL.md .bot-bottle/',
  },
  { why: 'Your desktop acts on this when it shows the folder.', places: 'desktop.ini autorun.inf *.lnk *.scf *.desktop .directory' },
  { why: 'A command may read this name as an option.', places: '-*/' },
  { why: 'Windows takes this for the short form of another name.', places: '*~1/ *~2/ *~3/ *~4/ *~1.*/ *~2.*/ *~3.*/ *~4.*/' },
];
