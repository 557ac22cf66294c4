#!/bin/sh
# The demo: record `ls -la /` of this machine, look at it twice, replay it.
set -eu
k="node dist/ktrace.cjs"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
say() { printf '\n\033[1m$ %s\033[0m\n' "$1"; }
[ -t 1 ] || say() { printf '\n$ %s\n' "$1"; }
say "ktrace record -o ls.ktrace -- ls -la /";   $k record -o "$dir/ls.ktrace" -- ls -la /
say "ktrace report --summary ls.ktrace";        $k report "$dir/ls.ktrace" --summary
say "ktrace report --sched ls.ktrace";          $k report "$dir/ls.ktrace" --sched
say "ktrace replay ls.ktrace";                  $k replay "$dir/ls.ktrace" >/dev/null
