#!/bin/sh
# Verifies sign-offs about one commit with Git, OpenSSH and the usual text tools: nothing of gatekeeper is used.
# docs/formats.md describes what is checked here. Whether a sign-off counts (level, independence, vetoes, revocation,
# the time of receipt) only the server knows.
set -eu
LC_ALL=C GIT_NO_REPLACE_OBJECTS=1
export LC_ALL GIT_NO_REPLACE_OBJECTS
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_NAMESPACE

usage() {
    cat >&2 <<'END'
usage: verify-signoff.sh [-n NAME] [-r REF] [-t TIME] REPOSITORY COMMIT ALLOWED_SIGNERS [STATEMENT]

Looks at every sign-off about COMMIT (a full object id), or only at STATEMENT, and prints a line for each.
ALLOWED_SIGNERS is a file as in ssh-keygen(1); the principal of a key is the id of its person in the roster.

  -n NAME   the repository's stable name; default: gatekeeper.repository of REPOSITORY
  -r REF    the store; default: refs/gatekeeper/signoffs
  -t TIME   what counts as now, as 2026-11-23T09:00:00Z

exit status: 0 all that were looked at are good, 1 one is not, or there is none, 2 wrong use
END
    exit 2
}

name='' store=refs/gatekeeper/signoffs now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
while getopts n:r:t: option; do
    case $option in
    n) name=$OPTARG ;;
    r) store=$OPTARG ;;
    t) now=$OPTARG ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 3 ] || [ $# -eq 4 ] || usage
commit=$2 signers=$3 only=${4-}
if [ -d "$1/objects" ]; then GIT_DIR=$1; else GIT_DIR=$(git -C "$1" rev-parse --absolute-git-dir) || exit 2; fi
export GIT_DIR
[ -n "$name" ] || name=$(git config gatekeeper.repository) || usage
[ -r "$signers" ] || usage

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

sha256() { # of standard input, in hex
    if command -v sha256sum >/dev/null; then sha256sum; else openssl dgst -sha256 -r; fi | cut -c 1-64
}

is_hex() { # is $1 made of lower-case hex digits alone, and 40 or 64 of them?
    case $1 in *[!0-9a-f]*) return 1 ;; esac
    [ ${#1} -eq 40 ] || [ ${#1} -eq 64 ]
}

is_time() {
    case $1 in
    [0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z) ;;
    *) return 1 ;;
    esac
}

later() { [ "$(printf '%s\n' "$1" "$2" | sort | tail -n 1)" = "$1" ] && [ "$1" != "$2" ]; } # is $1 later than $2?

bad() {
    printf 'BAD  %s: %s\n' "$statement" "$1"
    status=1
}

# Canonical JSON -> lines `path TAB value`; strings keep their quotes and escapes. Anything else fails.
flatten() {
    # A string or a mark of punctuation on each line: the payload itself holds no line end.
    awk '{ gsub(/"([^"\\]|\\.)*"|[][{},:]/, "\n&\n"); print }' | awk '
        function fail() { failed = 1; exit 1 }
        function value() { after = 1; if (depth == 0) ended = 1 }
        function path(  i, text) {
            text = ""
            for (i = 1; i <= depth; i++) text = text "/" (kind[i] == "{" ? key[i] : count[i])
            return text
        }
        $0 == "" { next }
        ended { fail() }
        # after: 0 a value must come, 1 a value has come, 2 an opening: value or end, 3 a key must come, 4 a colon
        $0 == "{" || $0 == "[" {
            if (after != 0 && !(after == 2 && kind[depth] == "[")) fail()
            kind[++depth] = $0; count[depth] = 0; after = 2; next
        }
        $0 == "}" || $0 == "]" {
            if (depth == 0 || kind[depth] != ($0 == "}" ? "{" : "[") || (after != 1 && after != 2)) fail()
            depth--; value(); next
        }
        $0 == "," { if (after != 1 || depth == 0) fail(); count[depth]++; after = kind[depth] == "{" ? 3 : 0; next }
        $0 == ":" { if (after != 4) fail(); after = 0; next }
        /^"([^"\\]|\\.)*"$/ && (after == 3 || (after == 2 && kind[depth] == "{")) { key[depth] = $0; after = 4; next }
        /^"([^"\\]|\\.)*"$/ || $0 == "true" || $0 == "false" {
            if (after != 0 && !(after == 2 && kind[depth] == "[")) fail()
            where = path()
            if (where in seen) fail()
            seen[where] = 1
            print where "\t" $0; value(); next
        }
        { fail() }
        END { if (failed || !ended) exit 1 }'
}

one() { # the string at path $1 of the statement, without quotes; empty if it is none
    awk -F '\t' -v path="$1" '$1 == path { print $2 }' "$work/flat" | sed -n 's/^"\(.*\)"$/\1/p'
}

list() { # the strings $1[0]$2, $1[1]$2, ...
    awk -F '\t' -v start="$1/" -v end="$2" '
        index($1, start) == 1 {
            rest = substr($1, length(start) + 1)
            number = rest; sub(/\/.*/, "", number)
            if (rest == number end) print $2
        }' "$work/flat" | sed 's/^"\(.*\)"$/\1/'
}

verify() { # the blob $1 of the store, in a file named $statement
    git cat-file blob "$1" >"$work/envelope" || { bad 'it cannot be read'; return; }
    [ "$(wc -c <"$work/envelope")" -le 1048576 ] || { bad 'it is larger than 1 MiB'; return; }

    # The envelope has one form; what was taken out of it must give it again, byte for byte.
    sed -n 's/^{"payload":"\([^"]*\)".*$/\1/p' "$work/envelope" >"$work/payload.b64"
    sed -n 's/.*"signatures":\[{"keyid":"\([^"]*\)".*$/\1/p' "$work/envelope" >"$work/keyid"
    sed -n 's/.*,"sig":"\([^"]*\)"}\]}$/\1/p' "$work/envelope" >"$work/sig.b64"
    keyid=$(cat "$work/keyid")
    {
        printf '{"payload":"' && tr -d '\n' <"$work/payload.b64"
        printf '","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"%s","sig":"' "$keyid"
        tr -d '\n' <"$work/sig.b64" && printf '"}]}'
    } | cmp -s - "$work/envelope" || { bad 'it is no canonical envelope with one signature'; return; }
    for part in payload sig; do
        base64 -d <"$work/$part.b64" >"$work/$part" 2>/dev/null || { bad "its $part is no base64"; return; }
        base64 <"$work/$part" | tr -d '\n' >"$work/again"
        tr -d '\n' <"$work/$part.b64" | cmp -s - "$work/again" || { bad "its $part is not strict base64"; return; }
    done

    # Pre-authentication encoding; and the statement's id, by which the file is named.
    {
        printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c <"$work/payload")"
        cat "$work/payload"
    } >"$work/pae"
    id=$({ cat "$work/pae" && printf '%s' "$keyid"; } | sha256)
    [ "$id" = "$statement" ] || { bad "its file name is not its statement id, $id"; return; }

    # The statement.
    tr -d '\000-\037' <"$work/payload" | cmp -s - "$work/payload" || { bad 'its payload has control characters'; return; }
    { cat "$work/payload" && echo; } | flatten >"$work/flat" || { bad 'its payload is no canonical JSON'; return; }
    [ "$(one '/"_type"')" = https://in-toto.io/Statement/v1 ] || { bad 'it is no in-toto Statement v1'; return; }
    [ "$(one '/"predicateType"')" = tag:gatekeeper,2026:senior-signoff/v1 ] || { bad 'it is no sign-off'; return; }
    decision=$(one '/"predicate"/"decision"')
    case $decision in approve | reject | author | emergency | revoke) ;; *) bad 'it decides nothing'; return ;; esac
    [ "$(one '/"predicate"/"repository"')" = "$escaped" ] || { bad "it is not for $name"; return; }
    list '/"predicate"/"commits"' '/"id"' >"$work/commits"
    list '/"subject"' '/"digest"/"gitCommit"' >"$work/subjects"
    cmp -s "$work/commits" "$work/subjects" || { bad 'its subjects are not its commits'; return; }
    list '/"subject"' '/"name"' | sort -u >"$work/names"
    printf '%s\n' "$escaped" | cmp -s - "$work/names" || { bad "a subject of it is not $name"; return; }
    grep -qx "$commit" "$work/subjects" || { bad "it is not about $commit"; return; }
    grep -qvxE '[0-9a-f]{40}|[0-9a-f]{64}' "$work/subjects" && { bad 'a subject is no commit id'; return; }

    # It is filed under all of its commits, always the same blob.
    sed "s|^\(..\)\(..\)\(.*\)\$|$tip:commits/\1/\2/\3/$statement.json|" "$work/subjects" |
        git cat-file --batch-check='%(objectname)' | sort -u >"$work/blobs"
    printf '%s\n' "$1" | cmp -s - "$work/blobs" || { bad 'it is not filed under each of its commits'; return; }

    # The signature: by the person whom the statement names, with the key that the envelope names.
    signer=$(one '/"predicate"/"signer"')
    case $signer in '' | -* | *[!a-z0-9._-]*) bad 'its signer is no id of a person'; return ;; esac
    {
        echo '-----BEGIN SSH SIGNATURE-----'
        { tr -d '\n' <"$work/sig.b64" && echo; } | fold -w 70
        echo '-----END SSH SIGNATURE-----'
    } >"$work/armoured"
    ssh-keygen -Y verify -f "$signers" -I "$signer" -n gatekeeper-signoff -s "$work/armoured" \
        <"$work/pae" >"$work/said" 2>&1 || { bad "no good signature of $signer: $(tail -n 1 "$work/said")"; return; }
    case $(cat "$work/said") in
    *" key $keyid") ;;
    *) bad "it was not signed with $keyid"; return ;;
    esac

    issued=$(one '/"predicate"/"issuedAt"') expires=$(one '/"predicate"/"expiresAt"')
    is_time "$issued" && is_time "$expires" && later "$expires" "$issued" || { bad 'its times are not in order'; return; }
    case $decision in
    reject | revoke) ;; # these stay
    *) later "$expires" "$now" || { bad "it expired at $expires"; return; } ;;
    esac
    printf 'good %s: %s by %s, issued %s, expires %s\n' "$statement" "$decision" "$signer" "$issued" "$expires"
}

is_time "$now" && is_hex "$commit" || usage
escaped=$(printf '%s' "$name" | sed 's/[\\"]/\\&/g') # as a JSON string has it
tip=$(git rev-parse --verify --quiet "$store^{commit}") || { echo "there is no store at $store"; exit 1; }
directory=$(printf '%s\n' "$commit" | sed 's|^\(..\)\(..\)\(.*\)$|commits/\1/\2/\3|')
status=0
git ls-tree "$tip:$directory" >"$work/entries" 2>/dev/null || :
while read -r mode _ blob file; do
    statement=${file%.json}
    [ -z "$only" ] || [ "$only" = "$statement" ] || continue
    found=yes
    if [ "$mode" = 100644 ]; then verify "$blob"; else bad 'it is no regular file'; fi
done <"$work/entries"
[ -n "${found-}" ] || { echo "there is no such sign-off about $commit"; exit 1; }
exit "$status"
