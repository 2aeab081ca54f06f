# shellcheck shell=sh
# Names behind pseudonyms; entries of the ledger, their chain, and receipts. Sourced by check.sh.

phase='the names'
: >"$work/names"
rows names.tsv >"$work/rows"
while IFS=$tab read -r pseudonym salt encoded name; do
    made=$({ printf 'gatekeeper name v1\000%s\000' "$salt" && printf '%s' "$encoded" | base64 -d; } | sha256 | cut -c 1-32)
    if [ "$pseudonym" = "p:$made" ]; then
        printf '%s\t%s\n' "$pseudonym" "$name" >>"$work/names"
    else
        fail "names.tsv: $pseudonym is not the pseudonym of $name"
    fi
done <"$work/rows"

entry() { # the facts of the entry $1, which is here: kind, outcome, date, policy, roster, pause, declared
    [ -f "$work/facts.$1" ] || return 1
    IFS=$tab read -r kind result date policy roster pause declared <"$work/facts.$1"
    date=$(when "$date")
}

named() { # put names in the place of pseudonyms
    NAMES=$work/names awk -F '\t' -v OFS='\t' 'FILENAME == ENVIRON["NAMES"] { name["\"" $1 "\""] = "\"" $2 "\""; next } $2 in name { $2 = name[$2] } 1' "$work/names" -
}


phase='the ledger'
awk -F '\t' 'NR == 2 { at = $1 } NR > 1 { if ($1 != at++ || $2 !~ /^[0-9a-f]+$/ || length($2) != 64) exit 1 }
    END { if (NR < 2) exit 1 }' ledger/chain.tsv || die 'ledger/chain.tsv is not numbers in order with a hash each'
head=$(about ledger_entries)
[ "$(tail -n 1 ledger/chain.tsv)" = "$head$tab$(about ledger_head)" ] || fail 'ledger/chain.tsv does not end where about.tsv says'
grep -E '^ledger/entries/[1-9][0-9]*\.json$' "$work/found" | sed 's|.*/\([0-9]*\)\.json|\1|' | sort -n >"$work/entries"
while read -r number; do
    file=ledger/entries/$number.json
    previous=$(row ledger/chain.tsv $((number - 1)) | cut -f 2)
    [ "$number" != 1 ] || previous=$(printf '%064d' 0)
    hash=$({ printf 'gatekeeper ledger v1\000%s\000' "$previous" && cat "$file"; } | sha256)
    [ "$hash" = "$(row ledger/chain.tsv "$number" | cut -f 2)" ] ||
        fail "$file does not fit its hash, or the entry before it: its text, number or place was changed"
    ! grep -q '[^ -~]' "$file" || { fail "$file has characters that no entry has"; continue; }
    { cat "$file" && echo; } | flatten >"$work/flat" || { fail "$file is no JSON"; continue; }
    named <"$work/flat" | OUT=$work/ N=$number awk -F '\t' -f "$here/check/entry.awk" >"$work/entry.$number"
    [ "$(value "$work/entry.$number" '/"number"')" = "$number" ] || fail "$file is not the entry $number"
done <"$work/entries"
joined=$(sort -rn "$work/entries" | awk -v at="$head" '$1 != at { exit } { at-- } END { print at + 1 }')
report ledger "$(count "$work/entries") of $head entries are here, each fits its hash and the hash before it"
if [ "$joined" -gt "$head" ]; then
    echo '              the last entry is not here: the hashes between are as stated, and not recomputed'
else
    printf '              recomputed without a gap: entries %s to %s\n' "$joined" "$head"
fi
for receipt in "$@"; do
    number=$(printf '%s\n' "$receipt" | sed -n 's/^.*-\([0-9][0-9]*\)-[0-9a-f]*$/\1/p') digits=${receipt##*-}
    hash=$(row ledger/chain.tsv "${number:-none}" | cut -f 2)
    [ -n "$hash" ] && [ ${#digits} -ge 8 ] || { fail "receipt $receipt: there is no such entry, or it has too few digits"; continue; }
    case $hash in "$digits"*) ;; *) fail "receipt $receipt does not fit: entry $number is not what it was"; continue ;; esac
    from=$(sort -rn "$work/entries" | awk -v at="$number" '$1 > at { next } $1 != at { exit } { at-- } END { print at + 1 }')
    if [ "$from" -gt "$number" ]; then
        printf 'receipt       %s has the hash that is stated for it; the entry itself is not here\n' "$receipt"
    else
        printf 'receipt       %s fits; it vouches for the entries %s to %s\n' "$receipt" "$from" "$number"
    fi
done
