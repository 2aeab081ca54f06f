# A flattened entry of the ledger, taken apart into files whose names begin with OUT; N is its number.
#   facts.N        kind, outcome, time, policy, roster, pause, whether an emergency was declared: with tabs between
#   brings.N.P     the ids of the commits of the update P
#   verdict.N.P.C  the verdict about the commit C on the ref of the update P, flattened
# What is left is printed.
BEGIN { out = ENVIRON["OUT"]; n = ENVIRON["N"] }
function bare(text) { gsub(/^"|"$/, "", text); return text }
function fact(path) { return path in value && value[path] != "null" && value[path] != "\"\"" ? bare(value[path]) : "-" }
function finish(  file, i) {
    if (commit ~ /^[0-9a-f]+$/) {
        file = out "verdict." n "." place "." commit
        for (i = 1; i <= lines; i++) print line[i] >file
        close(file)
    }
    lines = 0; commit = ""
}
match($1, /^\/"data"\/"verdict"\/"refs"\/[0-9]+\/"commits"\/[0-9]+\//) {
    start = substr($1, 1, RLENGTH)
    if (start != last) finish()
    last = start
    split(start, part, "/"); place = part[5]
    member = substr($1, RLENGTH + 1)
    if (member == "\"commit\"") commit = bare($2)
    line[++lines] = member "\t" $2
    next
}
$1 ~ /^\/"data"\/"updates"\/[0-9]+\/"commits"\// {
    split($1, part, "/")
    if (part[7] == "\"id\"" && $1 ~ /\/[0-9]+\/"id"$/) print bare($2) >(out "brings." n "." part[4])
    next
}
$1 ~ /^\/"data"\/"(seen|ranges|versions|first_pushes|in_flight)"\// { next }
{ value[$1] = $2; print }
END {
    finish()
    d = "/\"data\"/"
    printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", fact("/\"kind\""), fact(d "\"outcome\""), fact("/\"time\""), fact(d "\"policy\""), \
        fact(d "\"roster\""), fact(d "\"pause\""), fact(d "\"emergency\"/\"counts\"") >(out "facts." n)
}
