#!/bin/bash
# wine.sh PREFIX: a Wine prefix without a screen, in which the Windows build of the collector runs. Run it inside of
# the realm's namespaces: with them its services end, and from them it takes its network and its name.
#
# Its services are started with no descriptor of ours open, because they keep what they inherit, and a test would wait
# for them.
set -euo pipefail
mkdir -p "$1"
export WINEPREFIX=$1 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
unset DISPLAY
SERVER=$(command -v wineserver || echo /usr/lib/wine/wineserver64)
setsid wine wineboot -i < /dev/null > /dev/null 2>&1
# Wine before 9 has no bcryptprimitives.dll, from which Rust's standard library takes its random numbers.
DLL=$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll
if [ ! -e "$DLL" ]; then
  cat > "$WINEPREFIX/random.c" <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE at, SIZE_T len) { return RtlGenRandom(at, (ULONG)len); }
C
  x86_64-w64-mingw32-gcc -shared -O2 -o "$DLL" "$WINEPREFIX/random.c" -ladvapi32
fi
"$SERVER" -w 2> /dev/null || true
# It stays for the next program.
setsid "$SERVER" -p < /dev/null > /dev/null 2>&1
setsid wine cmd /c exit < /dev/null > /dev/null 2>&1
