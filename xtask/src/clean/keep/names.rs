//! The tables of names that keep their place; lists are words between blanks, sorted.

/// Names with a common reason.
#[derive(Debug)]
pub struct Group {
    /// Why they stay.
    pub what: &'static str,
    /// Patterns.
    pub names: &'static str,
}

/// Endings of copies: nothing looks for a name with one of them.
pub const BACKUPS: &str = ".backup .bak .broken .disabled .old .orig .rej .save .swp ~";

/// Folders that keep their place.
pub const FOLDERS: &str = ".bzr .circleci .git .github .gitlab .hg .jj .svn .vscode";

/// Endings that a document can have, in capitals.
pub const FORMS: &str = ".ADOC .ASCIIDOC .HTML .MARKDOWN .MD .MDX .ORG .RST .TEXT .TXT .YAML .YML";

/// What follows a document's name for its translations: codes of languages, and those of countries and scripts that
/// are often used in their place.
pub const LANGUAGES: &str = "AR BG BN BR CA CN CS DA DE EL EN ES ET EU FA FI FR GL HANS HANT HE HI HR HU ID IT JA JP KO KR \
    LT LV MS NB NL NO PL PT RO RU SK SL SR SV TA TH TR TW UK UR US VI ZH";

/// Names of documents without ending, in capitals and with `_` for `-`.
pub const DOCUMENTS: &str = "ADOPTERS API ARCHITECTURE AUTHORS BACKERS BENCHMARKS BUILD BUILDING CHANGES CITATION CLA CODEOWNERS \
    CODE_OF_CONDUCT CODE_STYLE COMMITTERS COMPATIBILITY CONFIGURATION CONTRIBUTING CONTRIBUTORS \
    CONVENTIONS COPYRIGHT CREDITS DCO DEPENDENCIES DEPLOY DEPLOYING DEPLOYMENT DESIGN DEVELOPER DEVELOPERS \
    DEVELOPING DEVELOPMENT DISCLAIMER ENVIRONMENT EXAMPLES FAQ FEATURES FUNDING GETTING_STARTED GLOSSARY \
    GOVERNANCE HACKING HISTORY INDEX INSTALL INSTALLATION INSTALLING INTERNALS ISSUE_TEMPLATE MAINTAINERS \
    MAINTAINING MANIFESTO MANUAL MIGRATE MIGRATING MIGRATION NEWS NOTICES OVERVIEW OWNERS PATENTS \
    PERFORMANCE PHILOSOPHY PORTING PRIVACY PROTOCOL PULL_REQUEST_TEMPLATE QUICKSTART QUICK_START RATIONALE \
    REFERENCE RELEASE RELEASES RELEASE_PROCESS RELEASING REVIEWERS ROADMAP SECURITY SECURITY_CONTACTS \
    SETUP SPEC SPECIFICATION SPONSORS STATUS STYLE STYLEGUIDE STYLE_GUIDE SUMMARY SUPPORT TERMS TESTING \
    THANKS THIRD_PARTY_LICENSES THIRD_PARTY_NOTICES TRADEMARK TRADEMARKS TROUBLESHOOTING TUTORIAL \
    UNLICENSE UPGRADE UPGRADE_GUIDE UPGRADING USAGE VERSION VISION WHATSNEW";

/// Further names, by the reason that they stay for.
pub const GROUPS: &[Group] = &[
    Group {
        what: "Documents whose names go on in many ways",
        names: "CHANGELOG* CITATION.cff COPYING* LICENCE* LICENSE* NOTICE NOTICE-* NOTICE.* README* \
            RELEASE-NOTES* RELEASENOTES* RELEASE_NOTES* ROADMAP-* ROADMAP_* THIRD-PARTY* THIRD_PARTY*",
    },
    Group {
        what: "Tools that write or review code read their instructions by name",
        names: ".aider* .clinerules .cursorrules .goosehints .rules .windsurfrules AGENT.md AGENTS*.md \
            CLAUDE*.md CODEX*.md CONTEXT.md COPILOT*.md CRUSH.md CURSOR*.md GEMINI*.md GROK.md JULES.md \
            MEMORY.md PROMPT.md QWEN*.md RULES.md SKILL.md SKILLS.md WARP.md WINDSURF*.md ai.txt \
            copilot-instructions.md llm.txt llms-*.txt llms.txt",
    },
    Group {
        what: "Sites are built and served from them",
        names: ".nojekyll .readthedocs.y*ml 404.html 404.md CNAME _config.toml _config.yml _coverpage.md \
            _headers _index.* _navbar.md _redirects _sidebar.md _toc.yml ads.txt app-ads.txt book.toml \
            conf.py docusaurus.config.* favicon* humans.txt index.* manifest.json manifest.webmanifest \
            mkdocs.yaml mkdocs.yml netlify.toml openapi.* robots.txt security.txt sidebars.* sitemap* \
            swagger.* vercel.json",
    },
    Group {
        what: "Builds and packages are made from them",
        names: "*.Dockerfile *.bzl *.cabal *.cmake *.config.cjs *.config.js *.config.json *.config.mjs \
            *.config.ts *.csproj *.fsproj *.gemspec *.mk *.nuspec *.opam *.props *.sln *.spec *.targets \
            *.tf *.vbproj .clippy.toml .dockerignore .node-version .nvmrc .python-version .ruby-version \
            .rustfmt.toml .terraform.lock.hcl .tool-versions BSDmakefile BUILD.bazel Brewfile* \
            CMakeLists.txt CMakePresets.json CMakeUserPresets.json Caddyfile Cargo.* Cartfile* Chart.yaml \
            Containerfile* Dangerfile Dockerfile* Earthfile Fastfile GNUmakefile* Gemfile* Gruntfile.* \
            Guardfile Jenkinsfile* Justfile MANIFEST.in MODULE.bazel* Makefile* PKGBUILD Package.resolved \
            Package.swift Pipfile* Podfile* Procfile* Rakefile SConscript SConstruct Taskfile.* Tiltfile \
            VERSION Vagrantfile* WORKSPACE* angular.json autogen.sh bootstrap* bower.json build.gradle* \
            build.rs build.sbt build.xml build.zig* bun.lock* cabal.project* clippy.toml compose*.y*ml \
            composer.json composer.lock conanfile.* configure configure.ac configure.in constraints*.txt \
            default.nix deno.json* deno.lock deny.toml docker-bake.* docker-compose*.y*ml dune-project \
            elm.json environment*.y*ml flake.lock flake.nix global.json go.mod go.sum go.work go.work.sum \
            gradle.properties gradlew* gulpfile.* jsconfig*.json jsr.json justfile kustomization.y*ml \
            lerna.json manage.py meson.build meson.options meson_options.txt mix.exs mix.lock mvnw* \
            noxfile.py npm-shrinkwrap.json nuget.config nx.json package-lock.json package.json \
            packages.config pdm.lock pnpm-lock.yaml pnpm-workspace.yaml poetry.lock pom.xml pubspec.* \
            pyproject.toml rebar.config requirements*.txt runtime.txt rush.json rust-toolchain* \
            rustfmt.toml serverless.y*ml settings.gradle* setup.cfg setup.py shard.yml shell.nix \
            skaffold.yaml snapcraft.yaml stack.yaml* terraform.tfvars tox.ini tsconfig*.json turbo.json \
            uv.lock values*.yaml vcpkg.json version.txt yarn.lock",
    },
    Group {
        what: "Settings of git, editors, checks and tests",
        names: "*.code-workspace .appveyor.yml .babelrc* .bazelrc .bazelversion .browserslistrc .c8rc* \
            .clang-* .clangd .codecov.y*ml .coveragerc .coveragerc.* .coveralls.yml .cspell* .drone.yml \
            .editorconfig .env* .envrc .eslint* .flake8 .git* .gitlab-ci.yml .golangci.* .goreleaser.* \
            .isort.cfg .istanbul.yml .lcovrc .mailmap .markdownlint* .netrc .npmrc .nycrc* .pre-commit-* \
            .prettier* .pylintrc .pypirc .release-please-manifest.json .renovaterc* .simplecov .stylelint* \
            .tarpaulin.toml .travis.yml .yamllint* .yarnrc* appveyor.yml azure-pipelines*.y*ml \
            bitbucket-pipelines.yml buildspec*.y*ml cliff.toml cloudbuild*.y*ml codecov.y*ml \
            compile_commands.json compile_flags.txt cspell.* dependabot.yml dictionary*.txt jest.config.* \
            lcovrc lefthook.yml phpunit.xml* pytest.ini release-please-config.json release.toml \
            renovate.json* sonar-project.properties tarpaulin.toml",
    },
];
