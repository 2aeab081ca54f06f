#!/bin/sh
# Checks a package of evidence without any network and without gatekeeper: with sh, git, ssh-keygen, awk, sha256sum and
# the like. README.txt says what is proven by that and what is not.
#
# usage: sh check.sh [-k DIR] [-p PACKAGE] [RECEIPT]...
#
#   RECEIPT     as a push printed it, such as shop-18231-9f86d081884c; of a checkpoint x-NUMBER-HASH
#   -p PACKAGE  the folder to check; default: the one that this script is in. With a copy of this script and of check/
#               that you trust, you need not trust those in the package
#   -k DIR      keep the commits of this package as a Git repository in DIR, to look at with `git -C DIR show`
#
# exit status: 0 everything fits, 1 something does not, 2 the check could not be made
set -eu
LC_ALL=C
export LC_ALL
unset CDPATH
tab=$(printf '\t')
failures=0 reported=0 keep='' package='' phase='nothing was checked'
while getopts k:p: option; do
    case $option in
    p) package=$OPTARG ;;
    k) keep=$OPTARG ;;
    *) sed -n '2,13s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
    esac
done
shift $((OPTIND - 1))
case $keep in '' | /*) ;; *) keep=$PWD/$keep ;; esac
[ ! -e "$keep" ] || { echo "$keep is there already" >&2; exit 2; }
here=$(cd -- "$(dirname -- "$0")" && pwd)
cd -- "${package:-$here}"
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -z "$phase" ] || { echo "NOT FINISHED: it ended at $phase" >&2; exit 2; }' EXIT
trap 'exit 2' HUP INT TERM
for name in $(env | sed -n 's/^\(GIT_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
HOME=$work XDG_CONFIG_HOME=$work GIT_CONFIG_NOSYSTEM=1 GIT_NO_REPLACE_OBJECTS=1 GIT_DIR=$work/repository
export HOME XDG_CONFIG_HOME GIT_CONFIG_NOSYSTEM GIT_NO_REPLACE_OBJECTS GIT_DIR

fail() {
    printf 'FAIL  %s\n' "$1"
    failures=$((failures + 1))
}

die() { # what makes it senseless, or unsafe, to go on
    fail "$1"
    phase=''
    echo "FAILED: the rest was not checked"
    exit 1
}

report() { # what was found, unless something did not fit since the last report
    if [ "$failures" = "$reported" ]; then printf '%-13s %s\n' "$1" "$2"; else printf '%-13s see FAIL above\n' "$1"; fi
    reported=$failures
}

count() { wc -l <"$1" | tr -d ' '; } # the lines of a file

if command -v sha256sum >/dev/null; then sum=sha256sum; else sum='shasum -a 256'; fi
sha256() { $sum | cut -c 1-64; } # of standard input, in hex

for part in reading files ledger objects statements approvals commits choice; do
    # shellcheck source=/dev/null
    . "$here/check/$part.sh"
done

phase=''
if [ "$failures" -gt 0 ]; then
    printf 'FAILED: %s things do not fit; of %s landings %s are in order, %s owed\n' "$failures" "$total" "$good" "$debts"
    exit 1
fi
printf 'PASSED: of %s landings %s are in order, %s owed\n' "$total" "$good" "$debts"
