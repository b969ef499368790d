#!/bin/sh
# sh verify.sh: checks the files of this folder with sha256sum and openssl, and with pdfsig where it is installed.
# It asks nobody, writes only to a folder of its own under /tmp, and ends with 0 when every check holds, with 1 otherwise.
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0
ok() { echo "ok    $1"; }
bad() { echo "FAIL  $1"; failed=1; }
holds() { what=$1; shift; if "$@" >"$tmp/said" 2>&1; then ok "$what"; else bad "$what"; fi; }
if command -v sha256sum >/dev/null 2>&1; then sums() { sha256sum "$@"; }; else sums() { shasum -a 256 "$@"; }; fi
sum() { sums "$1" | cut -d' ' -f1; }
fact() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" pack.json; }

holds "the list of files bears the shop's signature" sh -c \
  'openssl x509 -in keys/shop-seal.crt -pubkey -noout > "$1/key.pem" && openssl dgst -sha256 -verify "$1/key.pem" -signature SHA256SUMS.sig SHA256SUMS' sh "$tmp"
holds "the certificate of the seal was issued under the shop's root" \
  openssl verify -attime "$(fact made_at_epoch)" -CAfile keys/shop-root.crt keys/shop-seal.crt
if sums -c SHA256SUMS >"$tmp/said" 2>/dev/null; then ok "every file is as it was"; else
  bad "every file is as it was"; grep -v ': OK$' "$tmp/said"
fi
find . -type f ! -path ./SHA256SUMS ! -path ./SHA256SUMS.sig | sed 's|^\./||' | sort >"$tmp/there"
sed 's/^[0-9a-f]*  //' SHA256SUMS | sort >"$tmp/listed"
find . ! -type f ! -type d | sed 's|^\./||' >>"$tmp/there"
holds "no file was added or taken out" cmp -s "$tmp/there" "$tmp/listed"

chain=$(sh verify-chain.sh 04-events.jsonl)
case "$chain" in
  "$(fact events) events, head $(fact head_sha256)") ok "the history holds: $chain" ;;
  *) bad "the history holds: $chain" ;;
esac
grep -E '"type":"approval\.(signed|recorded)"' 04-events.jsonl | grep "\"approval\":\"$(fact approval)\"" | tr -d '\n' >"$tmp/approval"
says() { grep -q "\"$1\":\"$2\"" "$tmp/approval"; }
holds "the approved proof is the one that was signed" says proof_sha256 "$(sum 02-approved-proof.pdf)"
holds "the words are those that were signed" says statement_sha256 "$(sum terms/approval-statement.txt)"
holds "the artwork is the one that was proofed" says artwork_sha256 "$(sum "artwork/$(fact artwork)")"
if [ -f 03-approval-certificate.pdf ]; then
  holds "the approval certificate is the one that was made" \
    grep -q "\"sha256\":\"$(sum 03-approval-certificate.pdf)\",\"subject\":\"$(fact approval)\"" 04-events.jsonl
fi

# A PDF's seal: everything but the seal itself, and the seal (a CMS signature), which stands there in hexadecimal.
octal() {
  awk '{ n = length($0); for (i = 1; i <= n; i += 2) {
    v = (index("0123456789abcdef", substr($0, i, 1)) - 1) * 16 + index("0123456789abcdef", substr($0, i + 1, 1)) - 1
    printf "\\%03o", v } }'
}
seal() {
  set -- "$1" $(grep -a -o '/ByteRange *\[[0-9 ]*\]' "$1" | tail -n 1 | tr -dc '0-9 ')
  [ $# -eq 5 ] && [ "$2" -eq 0 ] && [ $(($4 + $5)) -eq "$(($(wc -c <"$1")))" ] || return 1
  { head -c "$3" "$1"; tail -c "$5" "$1"; } >"$tmp/content"
  hex=$(head -c "$4" "$1" | tail -c $(($4 - $3)) | tr -d '<>\n' | tr A-F a-f)
  printf "$(printf '%s\n' "$hex" | octal)" >"$tmp/seal"
  openssl cms -verify -inform DER -in "$tmp/seal" -content "$tmp/content" -binary -purpose any \
    -no_check_time -CAfile keys/shop-root.crt -out /dev/null
}
for pdf in $(fact sealed | tr ' ' '\n'); do
  holds "the seal on $pdf holds" seal "$pdf"
  if command -v pdfsig >/dev/null 2>&1; then
    pdfsig -nocert "$pdf" >"$tmp/pdfsig" 2>/dev/null
    if grep -q 'Signature is Valid' "$tmp/pdfsig" && grep -q 'Total document signed' "$tmp/pdfsig"; then
      ok "pdfsig says the same of $pdf"
    else bad "pdfsig says the same of $pdf"; fi
  fi
done

for stamp in timestamps/*.tsr; do
  [ -f "$stamp" ] || continue
  id=$(basename "$stamp" .tsr)
  event=$(grep -E '"type":"approval\.(signed|recorded)"' 04-events.jsonl | grep "\"approval\":\"$id\"" | tr -d '\n' | sums | cut -d' ' -f1)
  holds "the outside time stamp is of this approval" \
    openssl ts -verify -digest "$event" -in "$stamp" -CAfile keys/time-roots.pem -no_check_time
done

echo "      the shop's root certificate: $(openssl x509 -in keys/shop-root.crt -noout -fingerprint -sha256 | cut -d= -f2 | tr -d ':' | tr A-F a-f)"
echo "      compare it with the one printed on the approval certificate that the customer received"
[ "$failed" -eq 0 ] && echo "Every check holds." || echo "At least one check FAILED."
exit "$failed"
