# shellcheck shell=sh
# Population, and how the commits were chosen from it. Sourced by check.sh.

phase='the choice'
rows population.tsv | cut -f 1 | sort -u >"$work/population"
grep -qvxE '[0-9a-f]{40}|[0-9a-f]{64}' "$work/population" && die 'population.tsv has a row that is none'
cut -f 1 "$work/landed" | sort -u >"$work/chosen"
[ "$(about population) $(about chosen)" = "$(wc -l <"$work/population" | tr -d ' ') $(wc -l <"$work/chosen" | tr -d ' ')" ] || fail 'about.tsv counts other commits than the tables have'
case $(about method) in
all) cmp -s "$work/population" "$work/chosen" || fail 'commits.tsv is not the whole population' ;;
sample)
    seed=$(about seed)
    mkdir "$work/lots"
    S=$seed D=$work/lots/ awk '{ file = ENVIRON["D"] $1; printf "%s:%s", ENVIRON["S"], $1 >file; close(file) }' "$work/population"
    # shellcheck disable=SC2086 # the program may have options
    (cd "$work/lots" && find . -type f -exec $sum {} +) | sort | head -n "$(about size)" | sed 's|.*/||' | sort >"$work/drawn"
    cmp -s "$work/drawn" "$work/chosen" || fail "commits.tsv is not the sample of $(about size) by the seed $seed"
    ;;
commits) [ -z "$(comm -13 "$work/population" "$work/chosen")" ] || fail 'commits.tsv has commits that are not in the population' ;;
*) fail 'about.tsv does not say how the commits were chosen' ;;
esac
rows population.tsv | cut -f 1-5 | sort >"$work/everything"
sort "$work/landed" | cut -f 1-5 >"$work/some"
[ -z "$(sort "$work/some" | comm -13 "$work/everything" -)" ] || fail 'commits.tsv has rows that are not in population.tsv'
awk 'NR == FNR { chosen[$1]; next } $1 in chosen' "$work/chosen" "$work/everything" | cmp -s - "$work/some" || fail 'commits.tsv leaves out places where chosen commits landed'
# What one update brought landed on one ref at one time: all of it is in the population, or nothing.
rows population.tsv | cut -f 3,4 | grep -xE "[0-9]+$tab[0-9]+" | sort -u >"$work/updates" || :
while IFS=$tab read -r push position; do
    [ -f "$work/brings.$push.$position" ] || continue
    awk -F '\t' -v e="$push" -v p="$position" '$3 == e && $4 == p { print $1 }' "$work/everything" | sort >"$work/told"
    sort "$work/brings.$push.$position" | comm -23 - "$work/told" >"$work/lost"
    while read -r commit; do fail "population.tsv leaves out $commit, which entry $push brought with others"; done <"$work/lost"
done <"$work/updates"
report choice "$(about chosen) of $(about population) landed commits, by: $(about method)"
