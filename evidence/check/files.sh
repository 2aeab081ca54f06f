# shellcheck shell=sh
# The package itself: every file is listed, is what MANIFEST says, and is no link. Sourced by check.sh.

phase='the files of the package'
for file in MANIFEST about.tsv population.tsv commits.tsv statements.tsv names.tsv debts.tsv ledger/chain.tsv; do
    [ -f "$file" ] && [ ! -h "$file" ] || die "$file is missing"
done
grep -qvE '^[0-9a-f]{64}  [A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$' MANIFEST && die 'MANIFEST has a line that is not its own'
cut -c 67- MANIFEST | sort >"$work/listed"
[ -z "$(uniq -d <"$work/listed")" ] || die 'MANIFEST lists a file twice'
find . ! -type f ! -type d >"$work/odd"
[ ! -s "$work/odd" ] || die "the package has something that is neither file nor folder"
find . -type f | sed 's|^\./||' | grep -vx MANIFEST | sort >"$work/found"
comm -13 "$work/listed" "$work/found" >"$work/more"
[ ! -s "$work/more" ] || die "MANIFEST does not list $(head -n 1 "$work/more" | tr -cd 'A-Za-z0-9._/-')"
comm -23 "$work/listed" "$work/found" >"$work/lost"
while read -r file; do fail "$file is missing"; done <"$work/lost"
# shellcheck disable=SC2086 # the program may have options
comm -12 "$work/listed" "$work/found" | xargs $sum | sort >"$work/sums"
sort MANIFEST | comm -13 - "$work/sums" | cut -c 67- >"$work/changed"
while read -r file; do fail "$file is not what MANIFEST says"; done <"$work/changed"
grep '\.tsv$' "$work/found" | while read -r file; do
    ! grep -q "[^ -~$tab]" "$file" || printf '%s\n' "$file"
done >"$work/odd"
[ ! -s "$work/odd" ] || die "$(head -n 1 "$work/odd") has characters that no table has"
report files "$(count "$work/listed"), as MANIFEST lists them, which has the SHA-256 $(sha256 <MANIFEST)"

grep -E '^(policies/[0-9a-f]{64}\.yaml|rosters/[0-9a-f]{64}/roster\.yaml)$' "$work/found" >"$work/archived" || :
while read -r file; do
    digest=$(printf '%s\n' "$file" | sed 's|^[a-z]*/\([0-9a-f]*\).*|\1|')
    [ "$(sha256 <"$file")" = "$digest" ] || fail "$file does not have the digest in its name"
done <"$work/archived"
