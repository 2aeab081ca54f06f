# shellcheck shell=sh
# Each landed commit: what the ledger says of it, and what its sign-offs prove. Sourced by check.sh.

rule() { # does the rule hold: is each approval that counted good, and are there enough people?
    id=$1 applies=$2 outcome=$3 enforcement=$4 needed=$5 lifted=$6
    [ "$applies" != false ] || return 0
    if [ "$outcome" != accepted ]; then
        if [ "$lifted" = true ]; then
            owed="$owed $id"
        elif [ "$enforcement" = refuse ]; then
            why="rule $id was not satisfied, and it landed all the same"
            return 1
        else
            soft="$soft $id"
            note="$note; rule $id was not satisfied, and only set to $enforcement"
        fi
        return 0
    fi
    asked="$asked $id"
    stated=$(row "policies/$policy.rules.tsv" "$id" | cut -f 2)
    [ "$stated" = "$needed" ] || { why="the policy's rule $id asks for ${stated:-no} sign-offs, and the verdict for $needed"; return 1; }
    : >"$work/signers"
    R=$id awk -F '\t' '$1 == "signoff" && $2 == ENVIRON["R"] && $5 == "true"' "$work/facts" >"$work/counted"
    while IFS=$tab read -r _ _ statement who _ _ reviewed excluded; do
        approval "$statement" "$id" "$reviewed" || return 1
        case $who in "$signer" | p:*) ;; *) why="statement $statement is by $signer, and the verdict says $who"; return 1 ;; esac
        case $excluded in *",$signer,"*) why="$signer had a hand in it: no independent approval"; return 1 ;; esac
        carried "$reviewed"
        printf '%s\n' "$signer" >>"$work/signers"
    done <"$work/counted"
    [ "$(sort -u "$work/signers" | wc -l)" -ge "$needed" ] || { why="rule $id needs $needed people, and fewer approved"; return 1; }
}

lift() { # by what rules were lifted, and is it in the record?
    source=$1 person=$2 lifting=$3 due=$4 reason=$5
    case $source in
    option) [ "$declared" = true ] || { why="entry $judged declares no emergency that counts"; return 1; } ;;
    pause) printf '%s\n' "$pause" | grep -qxE '[1-9][0-9]*' && entry "$pause" && [ "$kind" = pause ] || { why="the pause of entry $judged is not here"; return 1; } ;;
    statement) has_statement "$lifting" && grep -qx "$commit" "$work/statement/$lifting.commits" && of_signer "$lifting" && [ "$decision" = emergency ] ||
        { why="the emergency statement $lifting is not good, or not here"; return 1; } ;;
    pure_revert) ;;
    *) why="it was lifted by nothing that is known"; return 1 ;;
    esac
    debt=$(C=$commit R=$ref awk -F '\t' 'NR > 1 && $1 == ENVIRON["C"] && $2 == ENVIRON["R"] { print $6 }' debts.tsv)
    [ "$debt" = settled ] || { debt=open; mark=OWED; }
    [ "$debt" = open ] || awk -F '\t' -v c="$commit" '$1 == c && $2 == "approve" { found = 1 } END { exit !found }' "$work/said" ||
        debt='settled, as debts.tsv says, though no approval of it is here'
    note="$note; lifted by $source of $person ($reason), owed by $due: $debt"
}

landed() { # check one landed commit; sets `why` if something does not fit
    mark=ok why='' note='' by='' asked='' owed='' soft=''
    has_commit "$commit" || { why='its object is not here'; return 1; }
    entry "$push" || { why="entry $push is not here"; return 1; }
    [ "$kind $result" = 'push accepted' ] || { why="entry $push is no accepted push"; return 1; }
    [ "$(value "$work/entry.$push" "/\"data\"/\"updates\"/$position/\"ref\"")" = "$ref" ] || { why="entry $push is not about $ref"; return 1; }
    grep -qx "$commit" "$work/brings.$push.$position" || { why="entry $push does not bring it"; return 1; }
    [ -f "$work/entry.$landing" ] || { why="entry $landing is not here"; return 1; }
    E=$push P=$position awk -F '\t' '
        $1 ~ /^\/"data"\/"landed"\/[0-9]+\/"entry"$/ && $2 == ENVIRON["E"] { split($1, part, "/"); pushes[part[4]] = 1 }
        $1 ~ /^\/"data"\/"landed"\/[0-9]+\/"position"$/ && $2 == ENVIRON["P"] { split($1, part, "/"); places[part[4]] = 1 }
        $1 == "/\"kind\"" { kind = $2 }
        END { for (i in pushes) if (i in places && kind == "\"landing\"") exit 0; exit 1 }' "$work/entry.$landing" ||
        { why="entry $landing does not say that it landed"; return 1; }
    landed_at=$date
    [ "$judged" != 0 ] || [ "$(about pruned)" != 0 ] || { why='no entry has a verdict about it'; return 1; }
    [ "$judged $judged_position" = "$push $position" ] || [ ! -f "$work/verdict.$push.$position.$commit" ] ||
        { why="entry $push has a verdict of its own about it"; return 1; }
    if [ "$judged" = 0 ]; then
        mark=GONE what='had landed in order before; the entry with the verdict was pruned'
        return 0
    fi
    [ "$judged" = "$push" ] || note="; had landed in order before, judged in entry $judged"
    entry "$judged" || { why="entry $judged is not here"; return 1; }
    [ "$result" = accepted ] || { why="entry $judged, which judged it, accepted nothing"; return 1; }
    is_id "$policy" && is_id "$roster" || { why="entry $judged names no policy and roster"; return 1; }
    [ -f "policies/$policy.yaml" ] && [ -f "policies/$policy.rules.tsv" ] || { why="the policy $policy is not here"; return 1; }
    roster=rosters/$roster
    for file in people.tsv keys.tsv levels.txt allowed_signers; do [ -f "$roster/$file" ] || { why="$roster/$file is not here"; return 1; }; done
    verdict=$work/verdict.$judged.$judged_position.$commit
    [ -f "$verdict" ] || { why="entry $judged has no verdict about it"; return 1; }
    awk -F '\t' -f "$here/check/finding.awk" "$verdict" >"$work/facts"
    grep "^rule$tab" "$work/facts" >"$work/rules" || :
    while IFS=$tab read -r _ id applies outcome enforcement needed lifted; do
        rule "$id" "$applies" "$outcome" "$enforcement" "$needed" "$lifted" || return 1
    done <"$work/rules"
    IFS=$tab read -r _ outcome state claimed proved proof <"$work/facts"
    [ "$outcome" = accepted ] || { why="the verdict about it is $outcome, and it landed all the same"; return 1; }
    if grep "^lift$tab" "$work/facts" >"$work/lift"; then
        IFS=$tab read -r _ source person lifting due reason <"$work/lift"
        lift "$source" "$person" "$lifting" "$due" "$reason" || return 1
    elif [ -n "$owed" ]; then why="rules were lifted, and nothing says by what:$owed"; return 1; fi
    # Sign-offs that the gate saw and did not count.
    uncounted=$(awk -F '\t' '$1 == "signoff" && $5 != "true" { print $4 " (" $6 ")" }' "$work/facts" | sort -u | tr '\n' ' ')
    [ -z "$uncounted" ] || note="$note; did not count: $uncounted"
    what="rule$asked: ${by#; }"
    rejected=$(C=$commit awk -F '\t' '$1 == ENVIRON["C"] && $2 == "reject" { print $3 " in entry " $4 }' "$work/said" | tr '\n' ' ')
    [ -z "$rejected" ] || note="$note; rejected by $rejected"
    case $claimed:$proved in
    -:-) author='' ;;
    *:-) author="; author $claimed, not proved" ;;
    *) author="; author $proved, proved by $proof" ;;
    esac
    [ -n "$asked" ] || what="no rule asked for a sign-off (AI: $state$author)"
    [ -n "$asked" ] || [ -z "$owed$soft" ] || what="rule$owed$soft: nobody (AI: $state$author)"
}

phase='the landed commits'
rows commits.tsv >"$work/landed"
good=0 debts=0 total=0
while IFS=$tab read -r commit ref push position landing judged judged_position; do
    total=$((total + 1))
    printf '%s %s %s %s %s %s\n' "$commit" "$push" "$position" "$landing" "$judged" "$judged_position" |
        grep -qxE '([0-9a-f]{40}|[0-9a-f]{64}) [0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9]+' || die 'commits.tsv has a row that is none'
    if ! landed; then fail "$commit on $ref: $why"; continue; fi
    case $mark in
    ok) good=$((good + 1)) ;;
    OWED) debts=$((debts + 1)) ;;
    esac
    printf '%-4s  %s on %s, entry %s, %s: %s%s\n' "$mark" "$commit" "$ref" "$push" "$landed_at" "$what" "$note"
done <"$work/landed"
