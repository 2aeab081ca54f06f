"""`gatekeeper audit evidence`: what an auditor can check without us."""

from __future__ import annotations

import click

from gatekeeper.auditing import audit
from gatekeeper.cli.common import FORMAT, REPO, err, open_server, out, print_json
from gatekeeper.core.audit import Selection
from gatekeeper.core.clock import MalformedTimeError, parse_time
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.sampling import UnfitSeedError
from gatekeeper.evidencing import Evidence, UnknownCommitError, Wanted, export
from gatekeeper.formats.audit_words import exception_text
from gatekeeper.formats.text import plural
from gatekeeper.packing import INSIDE, OccupiedError, Package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def _time(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> Timestamp | None:
    """Read a date, of which the first second is meant, or a time."""
    try:
        return None if value is None else parse_time(value if "T" in value else f"{value}T00:00:00Z")
    except MalformedTimeError:
        raise click.BadParameter(f"{value} is no date such as 2026-11-23", param=parameter) from None


@click.command("evidence")
@REPO
@click.option(
    "--since", callback=_time, metavar="DATE", help="Only what landed at or after the beginning of DATE (UTC)."
)
@click.option("--until", callback=_time, metavar="DATE", help="Only what landed before the beginning of DATE (UTC).")
@click.option(
    "--ref", "refs", multiple=True, metavar="REF", help="Only what landed on REF; `*` and `**` stand for any."
)
@click.option("--commit", "commits", multiple=True, metavar="ID", help="Only this commit; may be repeated.")
@click.option("--sample", "size", type=click.IntRange(min=1), metavar="N", help="Draw N commits.")
@click.option("--seed", default="", metavar="TEXT", help="What the draw depends on: let the auditor choose it.")
@click.option("--whole-roster", is_flag=True, help="Put in whole rosters, not only the people concerned.")
@click.option(
    "--whole-ledger", is_flag=True, help="Put in every entry of the ledger, so that its whole chain can be followed."
)
@click.option("--contents", is_flag=True, help="Put in the files that the commits change, not only their ids.")
@click.option("-o", "target", required=True, metavar="DIR|FILE.tar.gz", help="Where to write; never overwrites.")
@FORMAT
@click.pass_context
def command(  # noqa: PLR0917 - click hands over every option
    ctx: click.Context,
    repo: str,
    since: Timestamp | None,
    until: Timestamp | None,
    refs: tuple[str, ...],
    commits: tuple[str, ...],
    size: int | None,
    seed: str,
    whole_roster: bool,
    whole_ledger: bool,
    contents: bool,
    target: str,
    form: str,
) -> int:
    """Write evidence about landed commits, for an auditor to check without a network and without gatekeeper.

    The package says how in README.txt; check.sh in it needs git, ssh-keygen and a shell. Without --commit or
    --sample every commit of the period is put in. Exit status 1 if the audit finds something that needs a person.
    """
    if size is not None and commits:
        raise click.UsageError("--sample and --commit exclude each other")
    if (size is None) != (not seed):
        raise click.UsageError("--sample and --seed belong together; the auditor chooses the seed")
    wanted = Wanted(
        selection=Selection(since=since, until=until, refs=refs),
        commits=commits,
        size=size,
        seed=seed,
        whole_roster=whole_roster,
        whole_ledger=whole_ledger,
        contents=contents,
    )
    try:
        with open_server(repo) as server:
            ledger = server.ledger()
            found = audit(server, ledger, Selection(), figures=False).audit
            exceptions = [f"{each.kind}: {exception_text(each)}" for each in found.exceptions]
            with Package(target) as package:
                evidence = export(server, ledger, wanted, package, exceptions)
    except (OccupiedError, UnfitSeedError, UnknownCommitError) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write {target}: {error.strerror}") from None
    if form == "json":
        print_json(_data(evidence, package, len(exceptions)))
    else:
        _tell(ctx, evidence, package, exceptions)
    return 1 if exceptions else 0


def _tell(ctx: click.Context, evidence: Evidence, package: Package, exceptions: Sequence[str]) -> None:
    screen = out(ctx)
    what = f"{evidence.chosen} of {plural(evidence.population, 'landed commit')} of {evidence.repository}"
    screen.print(f"Evidence about {what}: {package.target} ({plural(package.files, 'file')})")
    screen.print(f"SHA-256 of its MANIFEST: {package.manifest_digest}")
    screen.print("Tell the auditor this digest on another way than the package itself. To check the package:")
    if package.is_archive:
        screen.print(f"  tar xzf {package.target} && sh {INSIDE}/check.sh")
    else:
        screen.print(f"  sh {package.target}/check.sh")
    if exceptions:
        err(ctx).print(
            f"The audit found {plural(len(exceptions), 'exception')}; they are in exceptions.txt.", style="red"
        )


def _data(evidence: Evidence, package: Package, exceptions: int) -> dict[str, object]:
    return {
        "version": 1,
        "kind": "evidence",
        "repository": evidence.repository,
        "path": str(package.target),
        "manifest": package.manifest_digest,
        "files": package.files,
        "population": evidence.population,
        "chosen": evidence.chosen,
        "exceptions": exceptions,
    }
