# The verdict about one commit, flattened -> lines `said`, `lift`, `rule`, `signoff`, with a tab between their fields.
function text(path,  found) { found = value[path]; gsub(/^"|"$/, "", found); return found == "" || found == "null" ? "-" : found }
{ value[$1] = $2 }
END {
    printf "said\t%s\t%s\t%s\t%s\t%s\n", text("\"outcome\""), text("\"declaration\"/\"state\""), text("\"authorship\"/\"claimed\""), text("\"authorship\"/\"proved\""), text("\"authorship\"/\"proof\"")
    if ("\"lift\"/\"source\"" in value)
        printf "lift\t%s\t%s\t%s\t%s\t%s\n", text("\"lift\"/\"source\""), text("\"lift\"/\"by\""), text("\"lift\"/\"statement\""), text("\"lift\"/\"due\""), text("\"lift\"/\"reason\"")
    for (r = 0; (p = "\"rules\"/" r "/") "\"rule\"" in value; r++) {
        rule = text(p "\"rule\""); excluded = ""
        for (x = 0; (p "\"excluded\"/" x) in value; x++) excluded = excluded "," text(p "\"excluded\"/" x)
        printf "rule\t%s\t%s\t%s\t%s\t%s\t%s\n", rule, text(p "\"applies\""), text(p "\"outcome\""), text(p "\"enforcement\""), text(p "\"needed\""), text(p "\"lifted\"")
        for (s = 0; (q = p "\"signoffs\"/" s "/") "\"statement\"" in value; s++) {
            reviewed = ""
            for (x = 0; (q "\"reviewed\"/" x) in value; x++) reviewed = reviewed (x ? "," : "") text(q "\"reviewed\"/" x)
            printf "signoff\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", rule, text(q "\"statement\""), text(q "\"signer\""), text(q "\"counts\""), text(q "\"flaw\""), reviewed == "" ? "-" : reviewed, excluded == "" ? "-" : excluded ","
        }
    }
}
