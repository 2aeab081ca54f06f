# The verdict about one commit, flattened -> lines `said`, `lift`, `rule`, `signoff`, with a tab between their fields.
function text(path,  found) {
    found = value[path]
    gsub(/^"|"$/, "", found)
    return (found == "" || found == "null") ? "-" : found
}
function list(path,  x, found) { # what is in an array, with commas between
    found = ""
    for (x = 0; ((path "/" x) in value); x++) found = found (x ? "," : "") text(path "/" x)
    return (found == "") ? "-" : found
}
{ value[$1] = $2 }
END {
    print "said\t" text("\"outcome\"") "\t" text("\"declaration\"/\"state\"") "\t" text("\"authorship\"/\"claimed\"") \
        "\t" text("\"authorship\"/\"proved\"") "\t" text("\"authorship\"/\"proof\"")
    l = "\"lift\"/"
    if ((l "\"source\"") in value)
        print "lift\t" text(l "\"source\"") "\t" text(l "\"by\"") "\t" text(l "\"statement\"") "\t" text(l "\"due\"") \
            "\t" text(l "\"reason\"")
    for (r = 0; (("\"rules\"/" r "/\"rule\"") in value); r++) {
        p = "\"rules\"/" r "/"
        print "rule\t" text(p "\"rule\"") "\t" text(p "\"applies\"") "\t" text(p "\"outcome\"") "\t" text(p "\"enforcement\"") \
            "\t" text(p "\"needed\"") "\t" text(p "\"lifted\"")
        for (s = 0; ((p "\"signoffs\"/" s "/\"statement\"") in value); s++) {
            q = p "\"signoffs\"/" s "/"
            print "signoff\t" text(p "\"rule\"") "\t" text(q "\"statement\"") "\t" text(q "\"signer\"") "\t" text(q "\"counts\"") \
                "\t" text(q "\"flaw\"") "\t" list(q "\"reviewed\"") "\t," list(p "\"excluded\"") ","
        }
    }
}
