# shellcheck shell=sh
# Commits, trees and files as Git objects, and changes computed from them. Sourced by check.sh.

phase='the Git objects'
format=$(about object_format)
case $format in sha1 | sha256) ;; *) die 'about.tsv names no object format' ;; esac
if [ -n "$keep" ]; then GIT_DIR=$keep; fi
git init -q --bare --template= --object-format="$format"
for kind in commit tree blob; do
    grep -E "^objects/$kind/[0-9a-f]+\$" "$work/found" >"$work/objects.$kind" || :
    [ -s "$work/objects.$kind" ] || continue
    git hash-object -t "$kind" -w --literally --no-filters --stdin-paths <"$work/objects.$kind" >"$work/ids"
    sed 's|.*/||' "$work/objects.$kind" | paste - "$work/ids" | awk '$1 != $2 { print $1 }' >"$work/changed"
    while read -r id; do fail "objects/$kind/$id does not have the id in its name: it was changed"; done <"$work/changed"
done
counts="$(count "$work/objects.commit") commits, $(count "$work/objects.tree") trees, $(count "$work/objects.blob") files"
report objects "$counts, each with the id in its name"

has_commit() { is_id "$1" && [ -f "objects/commit/$1" ]; }
ids() { sed '/^$/q' "objects/commit/$2" | sed -n "s/^$1 \([0-9a-f]*\)\$/\1/p"; } # `tree` or `parent` of the commit $2

diff_of() { # the change from tree $1 (empty: nothing) to tree $2, as the fields of a change digest, a line each
    if [ -n "$1" ]; then set -- "$1" "$2"; else set -- "$(git hash-object -t tree -w /dev/null)" "$2"; fi
    git diff-tree -r -z --raw --no-renames --no-abbrev -O/dev/null "$1" "$2" >"$work/raw" || return 1
    [ "$(tr -cd '\n' <"$work/raw" | wc -c)" -eq 0 ] || return 2 # a path with a line end: not for a shell
    tr '\000' '\n' <"$work/raw" | awk 'NR % 2 { meta = $0; next } { print meta "\t" $0 }' | sort -t "$tab" -k 2 | awk '{
        i = index($0, "\t"); split(substr($0, 2, i - 2), part, " "); path = substr($0, i + 1)
        print part[1]; print part[2]; print part[3]; print part[4]; print length(path); print path }'
}

change_of() { # the change digest of the commit $1, empty for no change; 1 if something is missing, 2 if no shell can tell
    ids parent "$1" >"$work/parents"
    new=$(ids tree "$1")
    if [ "$(wc -l <"$work/parents")" -gt 1 ]; then
        printf '%s\n' 'gatekeeper merge v1' "$format" >"$work/fields"
        while read -r parent; do
            has_commit "$parent" || return 1
            diff_of "$(ids tree "$parent")" "$new" >"$work/diff" || return $?
            echo $(($(wc -l <"$work/diff") / 6)) >>"$work/fields"
            cat "$work/diff" >>"$work/fields"
        done <"$work/parents"
    else
        parent=$(cat "$work/parents") old=''
        if [ -n "$parent" ]; then has_commit "$parent" || return 1; old=$(ids tree "$parent"); fi
        diff_of "$old" "$new" >"$work/diff" || return $?
        [ -s "$work/diff" ] || return 0
        { printf '%s\n' 'gatekeeper change v1' "$format" && cat "$work/diff"; } >"$work/fields"
    fi
    tr '\n' '\000' <"$work/fields" | sha256
}
