# A flattened statement -> a line for each of its commits: id, and what is claimed as parent, change and author.
function bare(text) { sub(/^"/, "", text); sub(/"$/, "", text); return text }
function finish() { if (last != "") print id "\t" parent "\t" change "\t" author; id = parent = change = author = "" }
match($1, /^\/"predicate"\/"commits"\/[0-9]+\//) {
    start = substr($1, 1, RLENGTH); member = substr($1, RLENGTH + 1)
    if (start != last) finish()
    last = start
    if (member == "\"id\"") id = bare($2)
    if (member == "\"parent\"") parent = bare($2)
    if (member == "\"change\"") change = bare($2)
    if (member == "\"author\"") author = bare($2)
}
END { finish() }
