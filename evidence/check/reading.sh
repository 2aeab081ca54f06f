# shellcheck shell=sh
# Looking things up in tables, JSON and times. Sourced by check.sh.

flatten() { # one line of JSON -> lines `path TAB value`; strings keep their quotes and escapes. What is no JSON fails.
    awk '{ gsub(/"([^"\\]|\\.)*"|[][{},:]/, "\n&\n"); print }' | awk -f "$here/check/json.awk"
}

value() { # the value at path $2 of the flattened file $1, a string without its quotes
    P=$2 awk -F '\t' '$1 == ENVIRON["P"] { print $2; exit }' "$1" | sed 's/^"\(.*\)"$/\1/'
}

members() { # the values at $2/0$3, $2/1$3, ... of the flattened file $1
    P="$2/" E=$3 awk -F '\t' 'index($1, ENVIRON["P"]) == 1 {
        rest = substr($1, length(ENVIRON["P"]) + 1); number = rest; sub(/\/.*/, "", number)
        if (rest == number ENVIRON["E"]) print $2 }' "$1" | sed 's/^"\(.*\)"$/\1/'
}

about() { A=$1 awk -F '\t' '$1 == ENVIRON["A"] { print $2 }' about.tsv; }
row() { K=$2 awk -F '\t' 'NR > 1 && $1 == ENVIRON["K"]' "$1"; } # the rows of the table $1 whose first field is $2
rows() { sed 1d "$1"; }

when() { # seconds since 1970 as 2026-11-23T09:00:00Z (days to dates: Fliegel and Van Flandern, with eras of 400 years)
    awk -v t="$1" 'BEGIN {
        d = int(t / 86400); s = t - d * 86400; z = d + 719468; era = int(z / 146097); e = z - era * 146097
        y = int((e - int(e / 1460) + int(e / 36524) - int(e / 146096)) / 365)
        n = e - (365 * y + int(y / 4) - int(y / 100)); m = int((5 * n + 2) / 153)
        day = n - int((153 * m + 2) / 5) + 1; month = m < 10 ? m + 3 : m - 9; year = y + era * 400 + (month <= 2)
        printf "%04d-%02d-%02dT%02d:%02d:%02dZ\n", year, month, day, int(s / 3600), int(s / 60) % 60, s % 60 }'
}

is_id() { # is $1 a full id of Git or a SHA-256, and so a name that leads nowhere else?
    case $1 in *[!0-9a-f]*) return 1 ;; esac
    [ ${#1} -eq 40 ] || [ ${#1} -eq 64 ]
}

later() { [ "$1" != "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort | tail -n 1)" = "$1" ]; } # is time $1 later than $2?
within() { # is the time $3 in the window from $1, inclusive, until $2, exclusive? `-` is open
    { [ "$1" = - ] || ! later "$1" "$3"; } && { [ "$2" = - ] || later "$2" "$3"; }
}
