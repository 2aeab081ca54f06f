# shellcheck shell=sh
# Each statement on its own: form, id, signature, and that the server had it. Sourced by check.sh.

phase='the statements'
mkdir "$work/statement"
: >"$work/said" # lines: commit, and decision, signer, entry, id of a statement about it
: >"$work/revoked" # lines: statement that was taken back, and the same of the statement that did it
has_statement() { is_id "$1" && [ -f "$work/statement/$1" ]; }
of_signer() { # the facts of the statement $1: decision, signer, key, entry, received, issued, expires
    IFS=$tab read -r decision signer key taken received _ expires <"$work/statement/$1"
}
escaped=$(about repository)
TIME='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z'
SAYS="(approve|reject|author|emergency|revoke) [a-z0-9][a-z0-9._-]* $TIME $TIME"
took_it() { # did the server have the statement $1, and when? By the entry $2 that took it in; 0: it was pruned, then by $3
    if [ "$2" = 0 ]; then
        [ "$(about pruned)" != 0 ] || { bad 'no entry took it in'; return 1; }
        date=$3
        return 0
    fi
    entry "$2" && [ "$result" = accepted ] || { bad "the entry $2, which took it in, is not here"; return 1; }
    S=$1 awk -F '\t' '$1 ~ /^\/"data"\/"receipts"\/[0-9]+\/"statement"$/ && $2 == "\"" ENVIRON["S"] "\"" { print $1 }' "$work/entry.$2" >"$work/receipt"
    receipt=$(sed 's|/"statement"$||' "$work/receipt")
    [ "$(value "$work/entry.$2" "$receipt/\"envelope\"")" = "$(sha256 <"$envelope")" ] || { bad "the entry $2 did not take in this envelope"; return 1; }
}

statement() { # check the statement $1 on its own: form, id, receipt, signature by the key that it names
    folder=statements/$1 envelope=statements/$1/envelope.json
    for file in envelope.json payload.json signed signature; do
        [ -f "$folder/$file" ] || { bad "$file is missing"; return; }
    done
    sed -n 's/^{"payload":"\([^"]*\)".*$/\1/p' "$envelope" | tr -d '\n' >"$work/payload.b64"
    keyid=$(sed -n 's/.*"signatures":\[{"keyid":"\([^"]*\)".*$/\1/p' "$envelope")
    sed -n 's/.*,"sig":"\([^"]*\)"}\]}$/\1/p' "$envelope" | tr -d '\n' >"$work/sig.b64"
    printf '%s\n' "$keyid" | grep -qxE 'SHA256:[A-Za-z0-9+/]{43}' || { bad 'envelope.json names no key'; return; }
    {
        printf '{"payload":"' && cat "$work/payload.b64"
        printf '","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"%s","sig":"' "$keyid"
        cat "$work/sig.b64" && printf '"}]}'
    } | cmp -s - "$envelope" || { bad 'envelope.json is no canonical envelope with one signature'; return; }
    base64 -d <"$work/payload.b64" 2>/dev/null | cmp -s - "$folder/payload.json" ||
        { bad 'payload.json is not the payload of envelope.json'; return; }
    {
        printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c <"$folder/payload.json")"
        cat "$folder/payload.json"
    } | cmp -s - "$folder/signed" || { bad 'signed is not the encoding of payload.json'; return; }
    {
        echo '-----BEGIN SSH SIGNATURE-----'
        { cat "$work/sig.b64" && echo; } | fold -w 70
        echo '-----END SSH SIGNATURE-----'
    } | cmp -s - "$folder/signature" || { bad 'signature is not the signature of envelope.json'; return; }
    id=$({ cat "$folder/signed" && printf '%s' "$keyid"; } | sha256)
    [ "$id" = "$1" ] || { bad "its id is $id"; return; }
    said=$(ssh-keygen -Y check-novalidate -n gatekeeper-signoff -s "$folder/signature" <"$folder/signed" 2>&1) ||
        { bad 'its signature is not good'; return; }
    case $said in *" key $keyid") ;; *) bad "it was not signed with $keyid"; return ;; esac
    [ "$(tr -cd '\000-\037' <"$folder/payload.json" | wc -c)" -eq 0 ] || { bad 'its payload has control characters'; return; }
    flat=$work/statement/$1
    { cat "$folder/payload.json" && echo; } | flatten >"$flat.flat" || { bad 'its payload is no JSON'; return; }
    [ "$(value "$flat.flat" '/"predicateType"')" = tag:gatekeeper,2026:senior-signoff/v1 ] || { bad 'it is no sign-off'; return; }
    [ "$(value "$flat.flat" '/"predicate"/"repository"')" = "$escaped" ] || { bad 'it is for another repository'; return; }
    awk -F '\t' -f "$here/check/claims.awk" "$flat.flat" >"$flat.claims"
    cut -f 1 "$flat.claims" >"$flat.commits"
    members "$flat.flat" '/"predicate"/"refs"' '' >"$flat.refs"
    members "$flat.flat" '/"subject"' '/"digest"/"gitCommit"' | cmp -s - "$flat.commits" || { bad 'its subjects are not its commits'; return; }
    took_it "$1" "$2" "$3" || return 0
    decision=$(value "$flat.flat" '/"predicate"/"decision"') signer=$(value "$flat.flat" '/"predicate"/"signer"')
    issued=$(value "$flat.flat" '/"predicate"/"issuedAt"') expires=$(value "$flat.flat" '/"predicate"/"expiresAt"')
    printf '%s %s %s %s\n' "$decision" "$signer" "$issued" "$expires" | grep -qxE "$SAYS" ||
        { bad 'its decision, signer or times are none'; return; }
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$decision" "$signer" "$keyid" "$2" "$date" "$issued" "$expires" >"$flat"
    taken=$2
    said="$tab$decision$tab$signer$tab$taken$tab$1"
    S=$said awk '{ print $0 ENVIRON["S"] }' "$flat.commits" >>"$work/said"
    [ "$decision" != revoke ] || printf '%s%s\n' "$(value "$flat.flat" '/"predicate"/"revokes"')" "$said" >>"$work/revoked"
}
bad() { fail "statement $about_statement: $1"; }
rows statements.tsv | sort -u >"$work/rows"
while IFS=$tab read -r about_statement taken received _; do
    printf '%s %s %s\n' "$about_statement" "$taken" "$received" | grep -qxE "[0-9a-f]{64} (0|[1-9][0-9]*) $TIME" ||
        die 'statements.tsv has a row that is none'
    statement "$about_statement" "$taken" "$received"
done <"$work/rows"

rows statements.tsv | cut -f 1 >"$work/given"
rows commits.tsv | cut -f 1 >"$work/wanted"
while read -r number; do # an approval's revocation must not be left out where the entry that took it in is here
    awk -F '\t' '
        function bare(text) { gsub(/"/, "", text); return text }
        FILENAME == ARGV[1] { given[$1]; next }
        FILENAME == ARGV[2] { wanted[$1]; next }
        $1 == "/\"data\"/\"outcome\"" { accepted = $2 == "\"accepted\"" }
        $1 ~ /^\/"data"\/"receipts"\/[0-9]+\/"commits"\/[0-9]+$/ && bare($2) in wanted { split($1, part, "/"); about[part[4]] }
        $1 ~ /^\/"data"\/"receipts"\/[0-9]+\/"statement"$/ {
            split($1, part, "/")
            if (accepted && part[4] in about && !(bare($2) in given)) print bare($2)
        }' "$work/given" "$work/wanted" "$work/entry.$number" >"$work/lacking"
    while read -r lacking; do fail "statements.tsv leaves out $lacking, which entry $number took in"; done <"$work/lacking"
done <"$work/entries"
report statements "$(count "$work/rows"), each signed with the key that it names, and taken in by the stated entry"
