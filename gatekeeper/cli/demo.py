"""`gatekeeper demo`: the main path, for real, in a temporary directory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatekeeper.core.ids import ObjectId
from gatekeeper.delivering import file_signoff
from gatekeeper.desk import Clone
from gatekeeper.resources import resource
from gatekeeper.schemes.ssh_keygen import public_key_of
from gatekeeper.signing import Terms, propose, sign

if TYPE_CHECKING:
    from collections.abc import Sequence

KEPT = ("PATH", "TMPDIR", "LANG", "SSL_CERT_FILE", "COVERAGE_PROCESS_CONFIG")
PEOPLE = {"junior": "junior-1", "senior": "senior-1"}
ASSISTED = """Retry a payment that timed out

Co-Authored-By: Claude <noreply@anthropic.com>
"""
ROSTER = """version: 1
levels: [intern, junior, mid, senior, staff, principal]
people:
  - id: junior-1
    name: June Junior
    emails: [june@example.com]
    level: junior
    accounts: [june]
    keys: ["{junior}"]
  - id: senior-1
    name: Sam Senior
    emails: [sam@example.com]
    level: senior
    accounts: [sam]
    keys: ["{senior}"]
"""
WHO = {
    "junior": ("June Junior", "june@example.com", "june"),
    "senior": ("Sam Senior", "sam@example.com", "sam"),
}


class DemoError(click.ClickException):
    """A step did not do what it claims."""


@click.command("demo")
@click.option("--keep", is_flag=True, help="Keep the temporary directory, to look around.")
def command(keep: bool) -> None:
    """Play the main path for real, in a temporary directory.

    Real pushes, keys and hooks: a push is refused, signed for and accepted, a forgery is refused, the auditor looks
    back. Exit status 1 if any step does not do what it claims.
    """
    if keep:
        root = tempfile.mkdtemp(prefix="gatekeeper-demo-")
        _Demo(Path(root)).play()
        click.echo(f"\nKept in {root}")
        return
    with tempfile.TemporaryDirectory(prefix="gatekeeper-demo-", ignore_cleanup_errors=True) as root:
        _Demo(Path(root)).play()


class _Demo:
    """The play: a server, a junior, a senior."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        home = self.root / "home"
        home.mkdir()
        self.environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environment |= {
            "HOME": str(home),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "TERM": "dumb",
            "COLUMNS": "110",
        }

    def play(self) -> None:
        """Run every act in order."""
        self.prepare_the_server()
        self.plain_work_goes_through()
        self.assisted_work_is_refused()
        self.the_senior_signs()
        self.the_same_push_is_accepted()
        self.a_forged_signoff_is_refused()
        self.the_audit_tells()
        click.echo("\nEvery step did what it claims.")

    def say(self, text: str) -> None:
        """Print a heading."""
        click.echo()
        click.secho(f"# {text}", bold=True)

    def run(
        self,
        who: str,
        *arguments: str,
        expect: int | Sequence[int] = 0,
        shown: str | None = None,
        quiet: bool = False,
    ) -> str:
        """Run a command as somebody, show it with its output, and insist on its status.

        Raises:
            DemoError: if the status is another one.
        """
        place = {"server": self.root}.get(who, self.root / who)
        environment = self.environment | ({"GATEKEEPER_USER": WHO[who][2]} if who in WHO else {})
        command = list(arguments)
        if command[0] == "gatekeeper":
            command[:1] = [sys.executable, "-m", "gatekeeper"]
        if not quiet:
            click.secho(f"{who}$ {shown or ' '.join(map(_quoted, arguments))}", fg="cyan")
        try:
            done = subprocess.run(
                command,
                cwd=place,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        except OSError as error:
            raise DemoError(f"cannot run {command[0]}: {error.strerror}") from None
        if not quiet:
            click.echo("".join(f"  {line.rstrip()}\n" for line in done.stdout.splitlines()), nl=False)
        allowed = [expect] if isinstance(expect, int) else list(expect)
        if done.returncode not in allowed:
            raise DemoError(f"`{' '.join(arguments)}` ended with {done.returncode}, not {allowed[0]}:\n{done.stdout}")
        return done.stdout

    def insist(self, text: str, *wanted: str) -> None:
        """Insist that an output says something.

        Raises:
            DemoError: if it does not.
        """
        for part in wanted:
            if part not in text:
                raise DemoError(f"the output does not say {part!r}:\n{text}")

    def prepare_the_server(self) -> None:
        """A bare repository, a roster with two people, the default policy, the gate."""
        self.say("The owner of the Git server arms a repository")
        for name in WHO:
            self.run(
                "server",
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                name,
                "-f",
                f"{name}.key",
                quiet=True,
            )
        keys = {name: " ".join((self.root / f"{name}.key.pub").read_text().split()[:2]) for name in WHO}
        (self.root / "roster.yaml").write_text(ROSTER.format(**keys))
        (self.root / "policy.yaml").write_bytes(resource("policies", "default.yaml").read_bytes())
        self.run("server", "git", "init", "--quiet", "--bare", "--initial-branch=main", "shop.git")
        self.run(
            "server",
            "gatekeeper",
            "install",
            "--repo",
            "shop.git",
            "--policy",
            "policy.yaml",
            "--roster",
            "roster.yaml",
            "--name",
            "example/shop",
            "--server",
            "ssh",
        )
        for name, (person, address, _) in WHO.items():
            self.run("server", "git", "clone", "--quiet", "shop.git", name, quiet=True)
            for key, value in (
                ("user.name", person),
                ("user.email", address),
                ("user.signingKey", str(self.root / f"{name}.key")),
            ):
                self.run(name, "git", "config", key, value, quiet=True)

    def commit(self, name: str, content: str, message: str) -> ObjectId:
        """Let the junior commit a file."""
        (self.root / "junior" / name).write_text(content)
        self.run("junior", "git", "add", name, quiet=True)
        shown = "git commit -m '" + message.strip().replace("\n\n", "' -m '") + "'"
        self.run("junior", "git", "commit", "--quiet", "-m", message, shown=shown)
        return ObjectId(self.run("junior", "git", "rev-parse", "HEAD", quiet=True).strip())

    def plain_work_goes_through(self) -> None:
        """Nothing assisted, nothing asked."""
        self.say("Work without AI goes through as before")
        self.commit("pay.py", "def pay(): ...\n", "Add payment")
        self.insist(self.run("junior", "git", "push", "origin", "HEAD:main"), "gatekeeper: main: ok")

    def assisted_work_is_refused(self) -> None:
        """The refusal says what is missing, who can give it, and the next command."""
        self.say("A junior pushes a commit that an AI tool helped to write")
        self.assisted = self.commit("pay.py", "def pay(): ...\ndef retry(): pay()\n", ASSISTED)
        said = self.run("junior", "git", "push", "origin", "HEAD:main", expect=1)
        self.insist(said, "gatekeeper: REFUSED main", "Missing: 1 sign-off by senior or above", "sam@example.com")
        self.say("The junior does what the refusal says")
        ask = re.search(r"git push origin (\S+)", said)
        if ask is None:
            raise DemoError(f"the refusal names no command:\n{said}")
        self.run("junior", "git", "push", "--quiet", "origin", ask.group(1))
        self.branch = ask.group(1).split(":refs/heads/")[1]

    def the_senior_signs(self) -> None:
        """One command, one signature."""
        self.say("The senior looks and signs; history is not rewritten")
        self.run("senior", "gatekeeper", "setup")
        self.run("senior", "git", "fetch", "--quiet")
        said = self.run("senior", "gatekeeper", "sign", "--yes", f"origin/{self.branch}")
        self.insist(said, "Retry a payment that timed out", "Signed: 1 commit")
        self.run("senior", "gatekeeper", "show", f"origin/{self.branch}")

    def the_same_push_is_accepted(self) -> None:
        """The commit is the same as before; now it carries a sign-off."""
        self.say("The same push again")
        said = self.run("junior", "git", "push", "origin", "HEAD:main")
        self.insist(said, "gatekeeper: main: 1 AI-assisted commit in order. Receipt: shop-")
        self.receipt = said.split("Receipt: ")[1].split()[0]

    def a_forged_signoff_is_refused(self) -> None:
        """The junior signs in the senior's name with the junior's own key, past the client's checks."""
        self.say("The junior forges a sign-off: the senior's name, the junior's key")
        commit = self.commit("pay.py", "def pay(): ...\ndef retry(): pay(); pay()\n", ASSISTED)
        self.insist(self.run("junior", "gatekeeper", "sign", "--yes", expect=2), "may not approve")
        with Clone(str(self.root / "junior"), environment=self.environment) as clone:
            published = clone.published()
            bench = clone.bench(published)
            senior = published.roster.person(PEOPLE["senior"])
            if senior is None:
                raise DemoError("the senior is not in what the server publishes")
            key = str(self.root / "junior.key")
            terms = Terms(repository=published.repository)
            envelope = sign(
                propose(bench, commit, None),
                terms,
                senior,
                key=key,
                fingerprint=public_key_of(key).fingerprint,
                now=clone.now,
            )
            file_signoff(clone, envelope)
        said = self.run("junior", "git", "push", "origin", "refs/gatekeeper/signoffs", "HEAD:main", expect=1)
        self.insist(said, "gatekeeper: REFUSED", "its signer is not the owner of its key")
        self.insist(self.run("junior", "git", "push", "origin", "HEAD:main", expect=1), "gatekeeper: REFUSED main")

    def the_audit_tells(self) -> None:
        """Everything that landed, who approved it, and that the record holds together."""
        self.say("The auditor looks back")
        said = self.run("server", "gatekeeper", "audit", "--repo", "shop.git")
        self.insist(
            said,
            "No exceptions",
            "2 commits, 1 AI-assisted",
            "1 needed a sign-off, 1 had it before landing",
        )
        self.run("server", "gatekeeper", "ledger", "verify", "--repo", "shop.git", "--receipt", self.receipt)
        self.insist(self.run("server", "git", "--git-dir", "shop.git", "rev-parse", "main", quiet=True), self.assisted)


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w@%+=:,./-]+", word) else f"'{word}'"
