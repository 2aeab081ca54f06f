"""`gatekeeper audit evidence`: what an auditor can check without us."""

from __future__ import annotations

import click

from gatekeeper.auditing import audit
from gatekeeper.cli import OK, REFUSED
from gatekeeper.cli.common import FORMAT, REPO, err, out, print_json
from gatekeeper.cli.looking import find_repositories, now, progress, selection
from gatekeeper.core.audit import Selection
from gatekeeper.core.sampling import UnfitSeedError
from gatekeeper.evidencing import Evidence, UnknownCommitError, Wanted, export
from gatekeeper.formats.audit_words import exception_text
from gatekeeper.formats.text import plural
from gatekeeper.ledger import Ledger
from gatekeeper.opening import Server
from gatekeeper.packing import INSIDE, OccupiedError, Package
from gatekeeper.touring import open_ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("evidence")
@REPO
@click.option("--since", metavar="WHEN", help="What landed from then on: 90d, 2026-01-01, 2026-01-01T09:00:00Z.")
@click.option("--until", metavar="WHEN", help="What landed before then.")
@click.option("--ref", "refs", multiple=True, metavar="REF", help="Only this ref or pattern. Can be repeated.")
@click.option("--commit", "commits", multiple=True, metavar="ID", help="Only this commit. Can be repeated.")
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
    since: str | None,
    until: str | None,
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
        selection=selection(since, until, refs, (), now()),
        commits=commits,
        size=size,
        seed=seed,
        whole_roster=whole_roster,
        whole_ledger=whole_ledger,
        contents=contents,
    )
    paths = find_repositories([repo])
    if len(paths) > 1:
        raise click.UsageError(f"{repo} is {plural(len(paths), 'repository', 'repositories')}; name one at a time")
    try:
        with Package(target) as package, open_ledger(paths[0]) as (server, ledger):
            exceptions = _exceptions(ctx, server, ledger)
            evidence = export(server, ledger, wanted, package, exceptions)
    except (OccupiedError, UnfitSeedError, UnknownCommitError) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write {target}: {error.strerror}") from None
    if form == "json":
        print_json(_data(evidence, package, len(exceptions)))
    else:
        _tell(ctx, evidence, package, exceptions)
    return REFUSED if exceptions else OK


def _exceptions(ctx: click.Context, server: Server, ledger: Ledger) -> list[str]:
    """Audit the whole repository: what is amiss elsewhere can concern the chosen commits too."""
    with progress(ctx) as shown:
        task = shown.add_task("audit", total=None)

        def tick(done: int, everything: int) -> None:
            shown.update(task, completed=done, total=everything)

        found = audit(server, ledger, Selection(), figures=False, tick=tick).audit
    return [f"{each.kind}: {exception_text(each)}" for each in found.exceptions]


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
