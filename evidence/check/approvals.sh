# shellcheck shell=sh
# Whether a statement counts for a rule and a commit. Sourced by check.sh.

eligible() { # does the rule's `from` (fields of rules.tsv) take the person, by the people and levels of that day?
    LEVEL=$1 TEAMS=$2 PERSON=$3 awk -F '\t' '
        BEGIN { level = ENVIRON["LEVEL"]; teams = ENVIRON["TEAMS"]; person = ENVIRON["PERSON"] }
        function listed(name, list) { return index("," list ",", "," name ",") > 0 }
        function rank(name) { return name in place ? place[name] : -1 }
        NR == FNR { place[$1] = FNR; next }
        {
            if ($3 != "-" && rank(level) < rank($3)) exit 1
            if ($4 != "-" && rank(level) >= rank($4)) exit 1
            if ($5 != "-" && rank(level) != rank($5)) exit 1
            found = $6 == "-"
            n = split($6, wanted, ",")
            for (i = 1; i <= n; i++) if (listed(wanted[i], teams)) found = 1
            if (!found) exit 1
            if ($7 != "-" && !listed(person, $7)) exit 1
        }' "$roster/levels.txt" -
}

claims() { # are parent, change and author that the statement $1 claims for the commit $2 what the commit is?
    if ! has_commit "$2"; then
        [ -f missing.txt ] && grep -qxF "$2" missing.txt || { why="$2, which was reviewed, is not here"; return 1; }
        note="$note; $2, which was reviewed, was no longer in the repository"
        return 0
    fi
    claim=$(grep "^$2$tab" "$work/statement/$1.claims")
    [ "$(printf '%s\n' "$claim" | cut -f 2)" = "$(ids parent "$2" | head -n 1)" ] || { why="statement $1 claims another parent of $2"; return 1; }
    author=$(sed -n 's/^author [^<]*<\([^>]*\)>.*$/\1/p; /^$/q' "objects/commit/$2" | sed 's/[\\"]/\\&/g') claimed=$(printf '%s\n' "$claim" | cut -f 4)
    printf '%s' "$author$claimed" | grep -q '[^ -~]' || [ "$claimed" = "$author" ] || { why="statement $1 claims another author of $2"; return 1; }
    change=$(change_of "$2") && result=0 || result=$?
    case $result in
    0) ;;
    2) note="$note; the change of $2 was not computed" && return 0 ;;
    *) why="the objects that show what $2 changes are not here" && return 1 ;;
    esac
    [ "$(printf '%s\n' "$claim" | cut -f 3)" = "$change" ] || { why="statement $1 claims another change of $2"; return 1; }
}

approval() { # does the statement $1 count for the rule $2, for the reviewed commits $3 (`-`: for the commit itself)?
    has_statement "$1" || { why="a statement that counted is not good, or not here"; return 1; }
    of_signer "$1"
    [ "$decision" = approve ] || { why="statement $1 says $decision, not approve"; return 1; }
    [ "$taken" -le "$judged" ] || { why="statement $1 came after the verdict"; return 1; }
    person=$(row "$roster/people.tsv" "$signer")
    [ -n "$person" ] || { why="$signer is not in that day's roster"; return 1; }
    printf '%s\n' "$person" | { IFS=$tab read -r _ level teams _ bot from until _
        [ "$bot" = no ] || { printf '%s is a bot' "$signer"; exit; }
        within "$from" "$until" "$received" || { printf '%s did not work here at %s' "$signer" "$received"; exit; }
        row "policies/$policy.rules.tsv" "$2" >"$work/rule"
        [ -s "$work/rule" ] || { printf 'the policy has no rule %s that asks for sign-offs' "$2"; exit; }
        eligible "$level" "$teams" "$signer" <"$work/rule" ||
            printf '%s was %s on that day, which rule %s does not take' "$signer" "$level" "$2"
    } >"$work/why"
    why=$(cat "$work/why")
    [ -z "$why" ] || return 1
    level=$(printf '%s\n' "$person" | cut -f 2)
    window=$(row "$roster/keys.tsv" "$signer" | K=$key awk -F '\t' '$2 == ENVIRON["K"]')
    [ -n "$window" ] || { why="$key was no key of $signer in that day's roster"; return 1; }
    [ "$(printf '%s\n' "$window" | cut -f 6)" = no ] || { why="$key of $signer was revoked in that day's roster"; return 1; }
    within "$(printf '%s\n' "$window" | cut -f 4)" "$(printf '%s\n' "$window" | cut -f 5)" "$received" ||
        { why="$key of $signer was not in force when the sign-off was received, $received"; return 1; }
    if [ ! -f "$work/good.${roster##*/}.$1" ]; then
        ssh-keygen -Y verify -f "$roster/allowed_signers" -I "$signer" -n gatekeeper-signoff -s "statements/$1/signature" \
            <"statements/$1/signed" >/dev/null 2>&1 || { why="statement $1 has no good signature of $signer by $roster/allowed_signers"; return 1; }
        : >"$work/good.${roster##*/}.$1"
    fi
    { ! later "$expires" "$date"; } && { why="statement $1 had expired at $expires"; return 1; }
    case $ref in *\\*) ;; *) # a name in escapes is left alone
        [ ! -s "$work/statement/$1.refs" ] || grep -qxF -e "$ref" "$work/statement/$1.refs" || { why="statement $1 is not for $ref"; return 1; } ;;
    esac
    grep "^$1$tab" "$work/revoked" >"$work/back" || :
    while IFS=$tab read -r _ _ revoker back _; do # it counts if its signer or an administrator takes it back
        [ "$revoker" = "$signer" ] || [ "$(row "$roster/people.tsv" "$revoker" | cut -f 4)" = yes ] || continue
        [ "$back" -gt "$judged" ] || { why="statement $1 had been taken back by $revoker in entry $back"; return 1; }
        note="$note; taken back later by $revoker, in entry $back"
    done <"$work/back"
    covers=''
    if [ "$3" = - ]; then printf '%s\n' "$commit"; else printf '%s\n' "$3" | tr , '\n'; fi >"$work/covered"
    while read -r subject; do
        is_id "$subject" && grep -qx "$subject" "$work/statement/$1.commits" || continue
        covers=yes
        claims "$1" "$subject" || return 1
    done <"$work/covered"
    [ -n "$covers" ] || { why="statement $1 is not about what was reviewed"; return 1; }
    by="$by; $signer ($level), received $received in entry $taken"
    [ "$taken" != 0 ] || by="$by, which was pruned: the time is as statements.tsv says"
    now=$(about roster_now)
    is_id "$now" && row "rosters/$now/keys.tsv" "$signer" | K=$key awk -F '\t' '$2 == ENVIRON["K"] && $6 == "no" { found = 1 } END { exit !found }' ||
        note="$note; the key of $signer has been revoked or removed since"
}

carried() { # how what landed compares with the commits $1 that were reviewed for it
    [ "$1" != - ] || return 0
    case $1 in *,*) note="$note; a squash of $1: compare them yourself"; return 0 ;; esac
    if ! has_commit "$1" || ! one=$(change_of "$1") || ! other=$(change_of "$commit"); then
        note="$note; carried over from $1, not compared"
    elif [ "$one" = "$other" ]; then
        note="$note; carried over from $1, the same change to the byte"
    else
        note="$note; carried over from $1, replayed onto another parent: compare them yourself"
    fi
}
