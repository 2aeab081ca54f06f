# A line of JSON, with each string and each mark of punctuation on a line of its own -> lines `path TAB value`.
# Strings keep their quotes and escapes. What is no JSON, or names a member twice, ends with status 1.
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
/^"([^"\\]|\\.)*"$/ || /^(true|false|null|-?[0-9][0-9.eE+-]*)$/ {
    if (after != 0 && !(after == 2 && kind[depth] == "[")) fail()
    where = path()
    if (where in seen) fail()
    seen[where] = 1
    print where "\t" $0; value(); next
}
{ fail() }
END { if (failed || !ended) exit 1 }
