#!/bin/bash
# canned.sh EXE DIR: a copy of the collector in DIR that asks canned answers where Wine has none of its own: local groups
# and shares (all of netapi32.dll), user rights and descriptors (some calls of advapi32.dll).
#
# A program directory's netapi32.dll goes before Wine's with WINEDLLOVERRIDES=netapi32=n. advapi32.dll cannot be replaced
# like that, because others need it whole: the copy imports a DLL of another name of the same length, which hands on
# what it does not answer itself.
set -euo pipefail
EXE=$1 DIR=$2
HERE=$(cd "$(dirname "$0")" && pwd)
CC=x86_64-w64-mingw32-gcc
mkdir -p "$DIR"
LC_ALL=C sed 's/advapi32\.dll/advapi3x.dll/g' "$EXE" > "$DIR/cmlint-collect.exe"
{
  echo 'LIBRARY advapi3x.dll'
  echo 'EXPORTS'
  x86_64-w64-mingw32-objdump -p "$EXE" | awk '
    /DLL Name:/ { inside = (tolower($3) == "advapi32.dll") }
    inside && $1 ~ /^[0-9a-f]+$/ && NF >= 3 && $NF ~ /^[A-Z][A-Za-z0-9]*$/ { print $NF }' | sort -u | while read -r name; do
    if grep -q "canned_$name(" "$HERE/advapi3x.c"; then echo " $name = canned_$name"; else echo " $name = advapi32.$name"; fi
  done
} > "$DIR/advapi3x.def"
$CC -shared -O2 -Wall -o "$DIR/advapi3x.dll" "$HERE/advapi3x.c" "$DIR/advapi3x.def" -ladvapi32
$CC -shared -O2 -Wall -o "$DIR/netapi32.dll" "$HERE/netapi32.c" "$HERE/netapi32.def" -ladvapi32
