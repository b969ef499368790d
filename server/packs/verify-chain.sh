#!/bin/sh
# sh verify-chain.sh 04-events.jsonl: every line names the SHA-256 of the line before. Prints the last one.
LC_ALL=C
export LC_ALL
if command -v sha256sum >/dev/null 2>&1; then sum() { sha256sum; }; else sum() { shasum -a 256; }; fi
prev=0000000000000000000000000000000000000000000000000000000000000000
n=0
while IFS= read -r line || [ -n "$line" ]; do
  n=$((n + 1))
  case "$line" in
    *"\"prev\":\"$prev\""*) ;;
    *) echo "BROKEN at event $n: it does not follow the event before"; exit 1 ;;
  esac
  case "$line" in
    *"\"seq\":$n,"*) ;;
    *) echo "BROKEN at event $n: it has another number"; exit 1 ;;
  esac
  prev=$(printf '%s' "$line" | sum | cut -d' ' -f1)
done < "$1"
echo "$n events, head $prev"
