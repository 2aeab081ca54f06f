"""The table of AI tools: what each leaves in a commit by default. Data only; `tools.py` says how it is read.

One row per tool: id, name, vendor, environment variables, signals. One line per signal: kind, pattern,
strength, example, counter-example. Patterns are lower-case, and `*` is the only wildcard. Kinds:

    address    an exact address, of an author, committer, co-author or signer
    account    `[number+]PATTERN@users.noreply.github.com`; an app's name ends in `[bot]`
    name       the whole name of an identity
    committer  an address or name that proves less when it stands in the committer header only
    trailer    `key: value`, at the start of an unindented line
    footer     the start of an unindented line, after a few characters that are no letters (emoji)
    url        a line that is one address on the web
    subject    the start of the message
    agent      the tool's name in a value such as that of `Assisted-by`, or in a disclosure
    model      the same, of a model; counts for the tool only if no agent is named
    notes      a ref that holds Git notes; read elsewhere, no part of a commit

Strong: nobody but the tool writes it. Weak: people have it too (a name, a shared address). A weak agent or model
counts where it cannot be a person's name: alone in the value, or beside a version. An exact address is never a
whole domain: vendors' staff commit from the vendors' domains. Most rows were counted in 648,094 commits of 76
public repositories; a tool without signals writes nothing by default as far as is known.
"""

# ruff: noqa: E501 - a table: one signal, one line
# fmt: off

from __future__ import annotations

S, W = "strong", "weak"

ROWS: tuple[tuple[str, str, str, tuple[str, ...], tuple[tuple[str, str, str, str, str], ...]], ...] = (
    ("claude-code", "Claude Code", "Anthropic", ("CLAUDECODE",), (
        ("address", "noreply@anthropic.com", S, "Claude <noreply@anthropic.com>", "Ann <ann@anthropic.com>"),
        ("address", "claude@anthropic.com", S, "Claude <Claude@Anthropic.com>", "Claude <claude@anthropic.company>"),
        ("account", "claude[bot]", S, "claude[bot] <209825114+claude[bot]@users.noreply.github.com>", "c <x+claude[bot]@users.noreply.github.com>"),
        ("account", "claude", W, "Claudette <claude@users.noreply.github.com>", "Ann <claude-ann@users.noreply.github.com>"),
        ("name", "claude", W, "Claude <claude@example.fr>", "Claude Dupont <claude@example.fr>"),
        ("trailer", "claude-session: https://claude.ai/code/session_*", S, "Claude-Session: https://claude.ai/code/session_01Gr", "Claude-Session: none yet"),
        ("trailer", "claude-generated-by: *", S, "Claude-Generated-By: Claude Code (cli/opus=100%)", "Claude-Generated-By:"),
        ("trailer", "claude-steers: *", S, "Claude-Steers: 3", "Claude steers: left"),
        ("trailer", "claude-escapes: *", S, "Claude-Escapes: 0", "Claude escapes: never"),
        ("trailer", "claude-permission-prompts: *", S, "Claude-Permission-Prompts: 1", "Claude permission prompts: one"),
        ("footer", "generated with [claude code", S, "🤖 Generated with [Claude Code](https://claude.com/claude-code)", "It is generated with [Claude Code](x)"),
        ("footer", "generated with claude code", S, "Generated with Claude Code", "Generated with Claude Codec"),
        ("url", "https://claude.ai/code/session_*", S, "https://claude.ai/code/session_01Eke2", "see https://claude.ai/code/session_01Eke2"),
        ("agent", "claude code", S, "Assisted-by: Claude Code 2.0", "Assisted-by: Claude Codrington"),
        ("model", "claude", W, "Assisted-by: Claude", "Assisted-by: Xavier Claude"),
        ("model", "opus", W, "Assisted-by: Opus 4.7", "Assisted-by: Opus Smith"),
        ("model", "sonnet", W, "Assisted-by: Sonnet 4.5", "Assisted-by: Ann Sonnet"),
        ("model", "haiku", W, "Assisted-by: Haiku 4.5", "Assisted-by: Haiku Tanaka"),
        ("model", "fable", W, "Assisted-by: Fable 5", "Assisted-by: Ann Fable"),
    )),
    ("copilot", "GitHub Copilot", "GitHub", ("COPILOT_CLI",), (
        ("account", "copilot", S, "Copilot <198982749+Copilot@users.noreply.github.com>", "Cop <copilot-fan@users.noreply.github.com>"),
        ("address", "copilot@github.com", S, "Copilot <copilot@github.com>", "GitHub <noreply@github.com>"),
        ("name", "copilot-swe-agent", S, "copilot-swe-agent <bot@example.com>", "copilot swe fan <bot@example.com>"),
        ("name", "copilot-swe-agent[bot]", S, "copilot-swe-agent[bot] <bot@example.com>", "swe-agent[bot] <bot@example.com>"),
        ("name", "github copilot", W, "GitHub Copilot <noreply@github.com>", "GitHub <noreply@github.com>"),
        ("trailer", "agent-logs-url: https://github.com/*/sessions/*", S, "Agent-Logs-Url: https://github.com/o/r/sessions/32e80eef", "Agent-Logs-Url: https://logs.example.com/1"),
        ("trailer", "copilot-session: *-*-*-*-*", S, "Copilot-Session: 32e80eef-6e81-443a-a9f1-3c75a35f33be", "Copilot-Session: expired"),
        ("agent", "copilot", S, "Assisted-by: GitHub Copilot", "Assisted-by: Co Pilot"),
    )),
    ("copilot-autofix", "Copilot Autofix", "GitHub", (), (
        ("name", "copilot autofix powered by ai", S, "Copilot Autofix powered by AI <62310815+github-advanced-security[bot]@users.noreply.github.com>", "Autofix <a@example.com>"),
        ("account", "github-advanced-security[bot]", W, "scan <62310815+github-advanced-security[bot]@users.noreply.github.com>", "s <security[bot]@users.noreply.github.com>"),
        ("agent", "copilot autofix", S, "Assisted-by: Copilot Autofix", "Assisted-by: Autofix"),
    )),
    ("cursor", "Cursor", "Anysphere", ("CURSOR_AGENT",), (
        ("address", "cursoragent@cursor.com", S, "Cursor Agent <cursoragent@cursor.com>", "Ann <ann@cursor.com>"),
        ("account", "cursor[bot]", S, "cursor[bot] <206951365+cursor[bot]@users.noreply.github.com>", "cursor <cursor@users.noreply.github.com>"),
        ("address", "ai@cursor.sh", W, "Helper <ai@cursor.sh>", "Ann <ann@cursor.sh>"),
        ("address", "composer@cursor.com", W, "Helper <composer@cursor.com>", "Ann <comp@cursor.com>"),
        ("name", "cursor", W, "Cursor <c@example.com>", "Ann Cursor <c@example.com>"),
        ("trailer", "made-with: cursor", S, "Made-with: Cursor", "Made-with: love"),
        ("footer", "made with [cursor", S, "Made with [Cursor](https://cursor.com)", "Made with [cursors](x)"),
        ("footer", "made with cursor", S, "Made with Cursor", "Made with cursory care"),
        ("agent", "cursor", W, "Assisted-by: Cursor", "Assisted-by: Blinking Cursor"),
    )),
    ("codex", "Codex", "OpenAI", ("CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED", "CODEX_THREAD_ID", "CODEX_CI"), (
        ("address", "noreply@openai.com", S, "Codex <noreply@openai.com>", "Ann <ann@openai.com>"),
        ("address", "codex@openai.com", S, "Codex <codex@openai.com>", "Codie <codie@openai.com>"),
        ("account", "chatgpt-codex-connector[bot]", S, "chatgpt-codex-connector[bot] <199175422+chatgpt-codex-connector[bot]@users.noreply.github.com>", "c <codex[bot]@users.noreply.github.com>"),
        ("address", "codex@example.com", W, "Helper <codex@example.com>", "Ann <ann@example.com>"),
        ("name", "codex", W, "Codex <me@example.net>", "Codex Sinaiticus <me@example.net>"),
        ("name", "codex agent", W, "Codex Agent <me@example.net>", "Codex Reader <me@example.net>"),
        ("url", "https://chatgpt.com/codex/tasks/*", S, "https://chatgpt.com/codex/tasks/task_e_68", "https://chatgpt.com/codex/tasks/ fails"),
        ("agent", "codex", S, "Assisted-by: Codex:gpt-5.2", "Assisted-by: Codexa Smith"),
    )),
    ("aider", "Aider", "Aider-AI", (), (
        ("address", "aider@aider.chat", S, "aider (gpt-5.2) <aider@aider.chat>", "Ann <ann@aider.chat>"),
        ("address", "noreply@aider.chat", S, "aider <noreply@aider.chat>", "Ann <no-reply@aider.chat>"),
        ("address", "noreply@aider.dev", S, "aider <noreply@aider.dev>", "Ann <ann@aider.dev>"),
        ("name", "aider (*)", S, "aider (openai/gpt-5.2) <me@example.com>", "aider <me@example.com>"),
        ("name", "* (aider)", S, "Ann Lee (aider) <me@example.com>", "Ann Lee (raider) <me@example.com>"),
        ("committer", "* (aider)", W, "Ann Lee (aider) <me@example.com>", "Ann Lee <me@example.com>"),
        ("subject", "aider: ", W, "aider: Add a test", "raider: Add a test"),
        ("agent", "aider", W, "Assisted-by: Aider", "Assisted-by: Tom Aider"),
    )),
    ("gemini-cli", "Gemini CLI", "Google", ("GEMINI_CLI",), (
        ("trailer", "signed-off-by: gemini", S, "Signed-off-by: Gemini", "Signed-off-by: Geminiano"),
        ("trailer", "signed-off-by: gemini,*", S, "Signed-off-by: Gemini, your friendly code agent.", "Signed-off-by: Ann, Gemini team"),
        ("trailer", "signed-off-by: gemini <*", S, "Signed-off-by: Gemini <g@example.com>", "Signed-off-by: Gemini Smith <g@example.com>"),
        ("trailer", "signed-off-by: gemini cli", S, "Signed-off-by: Gemini CLI", "Signed-off-by: Gemini Clifford"),
        ("trailer", "signed-off-by: your witty ai assistant*", S, "Signed-off-by: Your Witty AI Assistant", "Signed-off-by: Your Witty Friend"),
        ("name", "gemini", W, "Gemini <g@example.com>", "Gemini Smith <g@example.com>"),
        ("address", "gemini-cli@google.com", W, "Helper <gemini-cli@google.com>", "gemini-cli-robot <gemini-cli-robot@google.com>"),
        ("address", "gemini@google.com", W, "Helper <gemini@google.com>", "Ann <ann@google.com>"),
        ("address", "noreply@google.com", W, "Helper <noreply@google.com>", "Ann <reply@google.com>"),
        ("account", "google-gemini", W, "Helper <google-gemini@users.noreply.github.com>", "g <google@users.noreply.github.com>"),
        ("account", "google-gemini-bot", W, "Helper <google-gemini-bot@users.noreply.github.com>", "g <gemini-bot@users.noreply.github.com>"),
        ("agent", "gemini cli", S, "Assisted-by: Gemini CLI", "Assisted-by: Gemini Clifford"),
        ("model", "gemini", W, "Assisted-by: gemini-2.5-pro", "Assisted-by: Carla Gemini"),
    )),
    ("gemini-code-assist", "Gemini Code Assist", "Google", (), (
        ("account", "gemini-code-assist[bot]", S, "gemini-code-assist[bot] <176961590+gemini-code-assist[bot]@users.noreply.github.com>", "g <224641728+gemini-cli-robot@users.noreply.github.com>"),
        ("agent", "gemini code assist", S, "Assisted-by: Gemini Code Assist", "Assisted-by: Code Assist"),
    )),
    ("jules", "Jules", "Google", (), (
        ("account", "google-labs-jules[bot]", S, "google-labs-jules[bot] <161369871+google-labs-jules[bot]@users.noreply.github.com>", "Jules <jules@users.noreply.github.com>"),
        ("account", "jules-fleet[bot]", S, "jules-fleet[bot] <1+jules-fleet[bot]@users.noreply.github.com>", "Jules <fleet[bot]@users.noreply.github.com>"),
        ("agent", "jules", W, "Generated-by: Google Jules", "Assisted-by: Jules Verne"),
    )),
    ("devin", "Devin", "Cognition", (), (
        ("account", "devin-ai-integration[bot]", S, "Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>", "Devin <devin@users.noreply.github.com>"),
        ("footer", "generated with [devin](https://devin.ai", S, "Generated with [Devin](https://devin.ai)", "Generated with [Devin](https://example.com)"),
        ("footer", "generated with [devin](https://cli.devin.ai", S, "Generated with [Devin](https://cli.devin.ai/docs)", "See: generated with [Devin](https://cli.devin.ai)"),
        ("agent", "devin", W, "Assisted-by: Devin", "Assisted-by: Devin Booker"),
    )),
    ("windsurf", "Windsurf", "Cognition", (), (
        ("address", "windsurf@codeium.com", W, "Helper <windsurf@codeium.com>", "Ann <ann@codeium.com>"),
        ("address", "noreply@codeium.com", W, "Helper <noreply@codeium.com>", "Ann <ann@codeium.com>"),
        ("address", "cascade@codeium.com", W, "Helper <cascade@codeium.com>", "Ann <ann@codeium.com>"),
        ("address", "windsurf@windsurf.com", W, "Helper <windsurf@windsurf.com>", "Ann <ann@windsurf.com>"),
        ("address", "noreply@windsurf.com", W, "Helper <noreply@windsurf.com>", "Ann <ann@windsurf.com>"),
        ("address", "cascade@windsurf.com", W, "Helper <cascade@windsurf.com>", "Ann <ann@windsurf.com>"),
        ("address", "windsurf@windsurf.ai", W, "Helper <windsurf@windsurf.ai>", "Ann <ann@windsurf.ai>"),
        ("address", "noreply@windsurf.ai", W, "Helper <noreply@windsurf.ai>", "Ann <ann@windsurf.ai>"),
        ("address", "cascade@windsurf.ai", W, "Helper <cascade@windsurf.ai>", "Ann <ann@windsurf.ai>"),
        ("name", "windsurf", W, "Windsurf <w@example.com>", "Ann Windsurf <w@example.com>"),
        ("name", "cascade", W, "Cascade <w@example.com>", "Ann Cascade <w@example.com>"),
        ("agent", "windsurf", W, "Assisted-by: Windsurf", "Assisted-by: Windsurf Club"),
    )),
    ("amp", "Amp", "Amp", (), (
        ("address", "amp@ampcode.com", S, "Amp <amp@ampcode.com>", "Ann <ann@ampcode.com>"),
        ("address", "amp@example.com", W, "Helper <amp@example.com>", "Ann <ann@example.com>"),
        ("name", "amp", W, "Amp <x@example.com>", "Amp Lee <x@example.com>"),
        ("trailer", "amp-thread-id: https://ampcode.com/threads/t-*", S, "Amp-Thread-ID: https://ampcode.com/threads/T-0f1e", "Amp-Thread-ID: 17"),
        ("trailer", "amp-thread: https://ampcode.com/threads/t-*", S, "Amp-Thread: https://ampcode.com/threads/T-0f1e", "Amp-Thread: M8"),
        ("url", "https://ampcode.com/threads/t-*", S, "https://ampcode.com/threads/T-019cb9fe", "https://ampcode.com/threads/ is down"),
        ("agent", "amp", W, "Assisted-by: Amp", "Assisted-by: Amp Lee"),
    )),
    ("openhands", "OpenHands", "All Hands AI", (), (
        ("address", "openhands@all-hands.dev", S, "openhands <openhands@all-hands.dev>", "Ann <ann@all-hands.dev>"),
        ("address", "openhands@openhands.dev", S, "openhands <openhands@openhands.dev>", "Ann <ann@openhands.dev>"),
        ("committer", "openhands@all-hands.dev", W, "openhands <openhands@all-hands.dev>", "Ann <ann@all-hands.dev>"),
        ("agent", "openhands", S, "Assisted-by: OpenHands", "Assisted-by: Open Handsome"),
    )),
    ("roo", "Roo Code", "Roo Code", (), (
        ("address", "roomote@roocode.com", S, "Roo Code <roomote@roocode.com>", "Ann <ann@roocode.com>"),
        ("account", "roomote[bot]", S, "roomote[bot] <219738659+roomote[bot]@users.noreply.github.com>", "r <roomote@users.noreply.github.com>"),
        ("account", "roomote-v0[bot]", S, "roomote-v0[bot] <1+roomote-v0[bot]@users.noreply.github.com>", "r <roomote-v1[bot]@users.noreply.github.com>"),
        ("agent", "roo code", S, "Assisted-by: Roo Code", "Assisted-by: Roo Codrington"),
    )),
    ("cline", "Cline", "Cline", ("CLINE_ACTIVE",), (
        ("account", "cline-cloud[bot]", S, "cline-cloud[bot] <1+cline-cloud[bot]@users.noreply.github.com>", "c <cline@users.noreply.github.com>"),
        ("account", "cline-agent", S, "Cline <1+cline-agent@users.noreply.github.com>", "c <patsy-cline@users.noreply.github.com>"),
        ("address", "cline@cline.bot", W, "Helper <cline@cline.bot>", "Nik <nik@cline.bot>"),
        ("address", "agent@cline.bot", W, "Helper <agent@cline.bot>", "Cline Evaluation <cline@example.com>"),
        ("agent", "cline", W, "Assisted-by: Cline", "Assisted-by: Patsy Cline"),
    )),
    ("crush", "Crush", "Charm", (), (
        ("address", "crush@charm.land", S, "Crush <crush@charm.land>", "Ann <ann@charm.land>"),
        ("address", "crush@charm.sh", S, "Crush <crush@charm.sh>", "Ann <ann@charm.sh>"),
        ("address", "noreply@crush.charm.land", S, "Crush <noreply@crush.charm.land>", "Ann <ann@crush.charm.land>"),
        ("footer", "generated with [crush", S, "💘 Generated with [Crush](https://charm.land/crush)", "Generated with [crushed ice](x)"),
        ("footer", "generated with crush", S, "💘 Generated with Crush", "Generated with crushing force"),
        ("agent", "crush", W, "Assisted-by: GLM 4.6 via Crush", "Assisted-by: Ann Crush"),
    )),
    ("warp", "Warp", "Warp", (), (
        ("address", "oz-agent@warp.dev", S, "Oz <oz-agent@warp.dev>", "Ann <ann@warp.dev>"),
        ("address", "agent@warp.dev", S, "Warp <agent@warp.dev>", "Ann <agents@warp.dev>"),
        ("account", "oz-for-oss[bot]", S, "oz-for-oss[bot] <1+oz-for-oss[bot]@users.noreply.github.com>", "oz <oz@users.noreply.github.com>"),
        ("account", "oz-by-warp[bot]", S, "oz-by-warp[bot] <1+oz-by-warp[bot]@users.noreply.github.com>", "oz <by-warp[bot]@users.noreply.github.com>"),
        ("account", "oz-for-x[bot]", S, "oz-for-x[bot] <1+oz-for-x[bot]@users.noreply.github.com>", "oz <for-x[bot]@users.noreply.github.com>"),
        ("account", "warp-for-oss[bot]", S, "warp-for-oss[bot] <1+warp-for-oss[bot]@users.noreply.github.com>", "oz <for-oss[bot]@users.noreply.github.com>"),
        ("footer", "this pr was generated with [oz]", S, "_This PR was generated with [Oz](https://warp.dev/oz)._", "_This PR was generated with [ozone](x)_"),
        ("agent", "warp", W, "Assisted-by: Warp", "Assisted-by: Warp Drive Ltd"),
        ("agent", "oz", W, "Assisted-by: Oz", "Assisted-by: Amos Oz"),
    )),
    ("opencode", "opencode", "Anomaly", ("OPENCODE",), (
        ("address", "noreply@opencode.ai", S, "opencode <noreply@opencode.ai>", "Ann <ann@opencode.ai>"),
        ("account", "opencode-agent[bot]", W, "Helper <1+opencode-agent[bot]@users.noreply.github.com>", "o <opencode@users.noreply.github.com>"),
        ("name", "opencode", W, "opencode <x@example.com>", "open coder <x@example.com>"),
        ("name", "opencode-agent[bot]", W, "opencode-agent[bot] <x@example.com>", "agent[bot] <x@example.com>"),
        ("footer", "generated with [opencode", S, "🤖 Generated with [opencode](https://opencode.ai)", "Generated with [opencoded](x)"),
        ("footer", "generated with opencode", S, "Generated with opencode", "Generated with opencoder"),
        ("agent", "opencode", S, "Assisted-by: opencode:kimi-k2", "Assisted-by: Open Coder"),
    )),
    ("goose", "goose", "Block", ("GOOSE_TERMINAL",), (
        ("name", "goose", W, "goose <g@example.com>", "Maverick and Goose <g@example.com>"),
        ("agent", "goose", W, "Assisted-by: goose", "Assisted-by: Mother Goose"),
    )),
    ("amazon-q", "Amazon Q Developer", "AWS", (), (
        ("footer", "assisted by [amazon q developer", S, "🤖 Assisted by [Amazon Q Developer](https://aws.amazon.com/q/developer)", "Assisted by [Amazon](x)"),
        ("footer", "assisted by amazon q developer", S, "Assisted by Amazon Q Developer", "Assisted by Amazon Q Developers' forum"),
        ("account", "amazon-q-developer[bot]", S, "amazon-q-developer[bot] <208079219+amazon-q-developer[bot]@users.noreply.github.com>", "q <q-developer[bot]@users.noreply.github.com>"),
        ("agent", "amazon q", S, "Assisted-by: Amazon Q Developer", "Assisted-by: Amazon Queen"),
    )),
    ("kiro", "Kiro", "AWS", (), (
        ("account", "kiro-agent[bot]", S, "kiro-agent[bot] <244629292+kiro-agent[bot]@users.noreply.github.com>", "k <kiro@users.noreply.github.com>"),
        ("account", "kiro-agent", S, "Kiro Agent <244629292+kiro-agent@users.noreply.github.com>", "k <kiro-agents@users.noreply.github.com>"),
        ("agent", "kiro", W, "Assisted-by: Kiro", "Assisted-by: Kiro Tanaka"),
    )),
    ("junie", "Junie", "JetBrains", (), (
        ("address", "junie@jetbrains.com", S, "Junie <junie@jetbrains.com>", "Ann <ann@jetbrains.com>"),
        ("agent", "junie", W, "Generated-by: Jetbrains Junie", "Assisted-by: Junie Moon"),
    )),
    ("factory-droid", "Droid", "Factory", (), (
        ("account", "factory-droid[bot]", S, "factory-droid[bot] <138933559+factory-droid[bot]@users.noreply.github.com>", "d <droid[bot]@users.noreply.github.com>"),
        ("agent", "factory droid", S, "Assisted-by: Factory Droid", "Assisted-by: Droid"),
    )),
    ("qwen-code", "Qwen Code", "Alibaba", ("QWEN_CODE",), (
        ("address", "qwen-coder@alibabacloud.com", S, "Qwen-Coder <qwen-coder@alibabacloud.com>", "Ann <ann@alibabacloud.com>"),
        ("notes", "refs/notes/ai-attribution", S, "refs/notes/ai-attribution", "refs/notes/commits"),
        ("agent", "qwen code", S, "Assisted-by: Qwen Code", "Assisted-by: Qw Code"),
        ("model", "qwen", S, "Assisted-by: Qwen3-Coder", "Assisted-by: Qwenda Lee"),
    )),
    ("git-ai", "git-ai", "git-ai project", (), (
        ("notes", "refs/notes/ai", S, "refs/notes/ai", "refs/notes/commits"),
    )),
    ("entire", "Entire CLI", "Entire", (), (
        ("trailer", "entire-checkpoint: *", W, "Entire-Checkpoint: bcb1ad8ffbac", "Entire checkpoint: done"),
        ("trailer", "entire-session: *", W, "Entire-Session: 2026-01-02-x", "Entire session: lost"),
        ("trailer", "entire-agent: *", W, "Entire-Agent: Claude", "Entire agent: x"),
        ("trailer", "entire-strategy: *", W, "Entire-Strategy: manual", "Entire strategy: x"),
        ("trailer", "entire-metadata: *", W, "Entire-Metadata: .entire/x", "Entire metadata: x"),
    )),
    ("agent-trace", "Agent Trace", "Cursor and others", (), ()),
    ("replit", "Replit Agent", "Replit", (), (
        ("trailer", "replit-commit-author: agent", S, "Replit-Commit-Author: Agent", "Replit-Commit-Author: Deployer"),
        ("trailer", "replit-commit-author: assistant", S, "Replit-Commit-Author: Assistant", "Replit-Commit-Author: User"),
        ("address", "agent@replit.com", S, "Replit Agent <agent@replit.com>", "Ann <12-ann@users.noreply.replit.com>"),
        ("agent", "replit agent", S, "Assisted-by: Replit Agent", "Assisted-by: Ann of Replit"),
    )),
    ("lovable", "Lovable", "Lovable", (), (
        ("account", "lovable-dev[bot]", S, "lovable-dev[bot] <1+lovable-dev[bot]@users.noreply.github.com>", "l <lovable-dev@users.noreply.github.com>"),
        ("account", "gpt-engineer-app[bot]", S, "gpt-engineer-app[bot] <159125892+gpt-engineer-app[bot]@users.noreply.github.com>", "g <gpt-engineer@users.noreply.github.com>"),
        ("agent", "lovable", W, "Assisted-by: Lovable", "Assisted-by: Lovable Ann"),
    )),
    ("v0", "v0", "Vercel", (), (
        ("account", "v0[bot]", S, "v0[bot] <v0[bot]@users.noreply.github.com>", "v <v0@users.noreply.github.com>"),
        ("agent", "v0", W, "Assisted-by: v0", "Generated-by: schema v0"),
    )),
    ("bolt", "Bolt.new", "StackBlitz", (), (
        ("name", "bolt-new-by-stackblitz[bot]", W, "bolt-new-by-stackblitz[bot] <b@example.com>", "Usain Bolt <b@example.com>"),
        ("agent", "bolt.new", S, "Assisted-by: Bolt.new", "Assisted-by: Usain Bolt"),
    )),
    ("ellipsis", "Ellipsis", "Ellipsis", (), (
        ("account", "ellipsis-dev[bot]", S, "ellipsis-dev[bot] <65095814+ellipsis-dev[bot]@users.noreply.github.com>", "e <ellipsis-dev@users.noreply.github.com>"),
    )),
    ("greptile", "Greptile", "Greptile", (), (
        ("account", "greptile-apps[bot]", S, "greptile-apps[bot] <165735046+greptile-apps[bot]@users.noreply.github.com>", "g <greptile@users.noreply.github.com>"),
    )),
    ("coderabbit", "CodeRabbit", "CodeRabbit", (), (
        ("account", "coderabbitai[bot]", S, "coderabbitai[bot] <136622811+coderabbitai[bot]@users.noreply.github.com>", "c <coderabbit@users.noreply.github.com>"),
        ("agent", "coderabbit", S, "Assisted-by: CodeRabbit", "Assisted-by: Code Rabbit Hole"),
    )),
    ("sourcery", "Sourcery", "Sourcery", (), (
        ("account", "sourcery-ai[bot]", W, "Helper <1+sourcery-ai[bot]@users.noreply.github.com>", "s <sourcery@users.noreply.github.com>"),
    )),
    ("sweep", "Sweep", "Sweep", (), (
        ("account", "sweep-ai[bot]", W, "Helper <1+sweep-ai[bot]@users.noreply.github.com>", "s <sweep@users.noreply.github.com>"),
    )),
    ("codeflash", "Codeflash", "Codeflash", (), (
        ("account", "codeflash-ai[bot]", S, "codeflash-ai[bot] <148906541+codeflash-ai[bot]@users.noreply.github.com>", "c <codeflash@users.noreply.github.com>"),
    )),
    ("mintlify", "Mintlify agent", "Mintlify", (), (
        ("account", "mintlify[bot]", W, "Helper <109931778+mintlify[bot]@users.noreply.github.com>", "m <mintlify@users.noreply.github.com>"),
    )),
    ("aikido", "Aikido AutoFix", "Aikido", (), (
        ("account", "aikido-autofix[bot]", W, "Helper <1+aikido-autofix[bot]@users.noreply.github.com>", "a <aikido@users.noreply.github.com>"),
    )),
    ("firebender", "Firebender", "Firebender", (), (
        ("footer", "generated with [firebender]", S, "🤖 Generated with [Firebender](https://firebender.com)", "Not generated with [Firebender](x)"),
        ("address", "help@firebender.com", S, "Firebender <help@firebender.com>", "Ann <ann@firebender.com>"),
    )),
    ("nori", "Nori", "Tilework", (), (
        ("footer", "generated with [nori]", S, "🤖 Generated with [Nori](https://nori.example)", "Rolls generated with [Nori](x)"),
        ("address", "contact@tilework.tech", S, "Nori <contact@tilework.tech>", "Ann <ann@tilework.tech>"),
    )),
    ("claude-flow", "claude-flow", "ruv", (), (
        ("address", "ruv@ruv.net", S, "claude-flow <ruv@ruv.net>", "Ann <ann@ruv.net>"),
        ("agent", "claude flow", S, "Assisted-by: claude-flow", "Assisted-by: Claude Flowers"),
    )),
    ("oh-my-opencode", "Sisyphus", "code-yeongyu", (), (
        ("address", "clio-agent@sisyphuslabs.ai", S, "Sisyphus <clio-agent@sisyphuslabs.ai>", "Ann <ann@sisyphuslabs.ai>"),
        ("footer", "ultraworked with [sisyphus]", S, "Ultraworked with [Sisyphus](https://example.com)", "We ultraworked with [Sisyphus](x)"),
        ("agent", "oh my opencode", S, "Assisted-by: oh-my-opencode", "Assisted-by: Oh My"),
    )),
    ("oh-my-codex", "oh-my-codex", "OmX", (), (
        ("address", "omx@oh-my-codex.dev", S, "OmX <omx@oh-my-codex.dev>", "Ann <ann@oh-my-codex.dev>"),
        ("agent", "oh my codex", S, "Assisted-by: oh-my-codex", "Assisted-by: Oh My"),
    )),
    ("antigravity", "Antigravity", "Google", ("ANTIGRAVITY_AGENT",), (
        ("agent", "antigravity", S, "Assisted-by: Google Antigravity", "Assisted-by: Anti Gravity"),
    )),
    ("continue", "Continue", "Continue", (), (
        ("address", "noreply@continue.dev", W, "Helper <noreply@continue.dev>", "Ann <ann@continue.dev>"),
        ("name", "continue", W, "Continue <c@example.com>", "Continue Reading <c@example.com>"),
    )),
    ("kilo", "Kilo Code", "Kilo", (), (
        ("agent", "kilo code", S, "Assisted-by: Kilo Code", "Assisted-by: Kilo Ren"),
    )),
    ("zed", "Zed", "Zed Industries", (), (
        ("agent", "zed", W, "Assisted-by: Zed", "Assisted-by: Zed Shaw"),
    )),
    ("augment", "Augment Code", "Augment", ("AUGMENT_AGENT",), (
        ("agent", "augment code", S, "Assisted-by: Augment Code", "Assisted-by: Augment Smith"),
    )),
    ("tabnine", "Tabnine", "Tabnine", (), (
        ("agent", "tabnine", S, "Assisted-by: Tabnine", "Assisted-by: Tab Nine"),
    )),
    ("jetbrains-ai", "JetBrains AI Assistant", "JetBrains", (), (
        ("agent", "jetbrains ai", S, "Assisted-by: JetBrains AI Assistant", "Assisted-by: Ann of JetBrains"),
    )),
    ("graphite", "Graphite Agent", "Graphite", (), (
        ("agent", "graphite agent", S, "Assisted-by: Graphite Agent", "Assisted-by: Graphite Pencil"),
    )),
    ("trae", "Trae", "ByteDance", ("TRAE_AI_SHELL_ID",), (
        ("agent", "trae", W, "Assisted-by: Trae", "Assisted-by: Trae Young"),
    )),
    ("unknown", "an AI tool that is not named", "", ("AI_AGENT",), (
        ("trailer", "synthesized-by: *", W, "Synthesized-By: something", "Synthesized by: chemistry"),
        ("trailer", "agent-signature: *", W, "Agent-Signature: x", "Agent signature: x"),
        ("trailer", "agent-id: *", W, "Agent-Id: 7", "Agent id: 7"),
        ("trailer", "agent-task: *", W, "Agent-Task: 7", "Agent task: 7"),
        ("model", "ai", W, "Assisted-by: AI", "Assisted-by: Ai Weiwei"),
        ("model", "llm", S, "Assisted-by: an LLM", "Assisted-by: Lloyd M"),
        ("model", "llms", S, "Assisted-by: LLMs", "Assisted-by: Llmsa Lee"),
        ("model", "chatbot", S, "Assisted-by: chatbot", "Assisted-by: chat bottle"),
        ("model", "chatgpt", S, "Assisted-by: ChatGPT", "Assisted-by: chat"),
        ("model", "gpt", S, "Assisted-by: gpt-5.2", "Assisted-by: gpterm"),
        ("model", "kimi", W, "Assisted-by: Kimi K2", "Assisted-by: Kimi Raikkonen"),
        ("model", "glm", W, "Assisted-by: GLM 4.6", "Assisted-by: Glm Jones"),
        ("model", "deepseek", S, "Assisted-by: DeepSeek V3", "Assisted-by: Deep Seeker"),
        ("model", "grok", W, "Assisted-by: Grok 4", "Assisted-by: Grok Smith"),
        ("model", "minimax", S, "Assisted-by: MiniMax M2", "Assisted-by: Mini Max"),
        ("model", "llama", W, "Assisted-by: Llama 4", "Assisted-by: Dolly Llama"),
        ("model", "mistral", W, "Assisted-by: Mistral Large 2", "Assisted-by: Gabriela Mistral"),
    )),
)
"""53 tools, and last the row for marks that name none."""
