#!/bin/bash
# windows.sh DIR: Rust's standard library for x86_64-pc-windows-gnu in DIR/sysroot, for the compiler that is installed.
#
# Where rustup has the target, that one is used, and DIR/sysroot is a link to it. Otherwise the library is built from
# Debian's rust-src of the very same version (trixie-backports), with a package configuration of its own: the sources of
# the system are left alone. Then
#
#   CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTFLAGS="--sysroot DIR/sysroot" cargo build --target x86_64-pc-windows-gnu
#
# Root is needed for the package lists, and gcc-mingw-w64-x86-64-win32 to build and link. It ends with 3 where no such
# version is to be had.
set -euo pipefail
TARGET=x86_64-pc-windows-gnu
mkdir -p "$1"
DIR=$(cd "$1" && pwd)
OWN=$(rustc --print sysroot)
STAMP=$DIR/for-$(rustc -vV | sha256sum | cut -c1-16)
[ -e "$STAMP" ] && exit 0
rm -rf "$DIR"/sysroot "$DIR"/for-*
if compgen -G "$OWN/lib/rustlib/$TARGET/lib/libstd-*.rlib" > /dev/null; then
  ln -s "$OWN" "$DIR/sysroot"
  touch "$STAMP"
  exit 0
fi
VERSION=$(rustc -V | awk '{print $2}')
APT=$DIR/apt
mkdir -p "$APT"/{state/lists/partial,cache/archives/partial,etc/apt.conf.d,etc/preferences.d,etc/sources.list.d}
MIRROR=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2> /dev/null | head -n 1)
cat > "$APT/etc/sources.list.d/rust.sources" <<S
Types: deb
URIs: ${MIRROR:-http://deb.debian.org/debian}
Suites: trixie trixie-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
S
cat > "$APT/apt.conf" <<S
Dir::State "$APT/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$APT/cache";
Dir::Etc "$APT/etc";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$APT/etc/sources.list.d";
Acquire::Languages "none";
APT::Sandbox::User "root";
S
export APT_CONFIG=$APT/apt.conf
apt-get -q update > /dev/null
PACKAGE=$(apt-cache madison rust-src | awk -F'|' -v v="$VERSION" '{gsub(/ /,"",$2)} index($2, v"+")==1 {print $2; exit}')
if [ -z "$PACKAGE" ]; then
  echo "no rust-src $VERSION is packaged: install the target with rustup target add $TARGET" >&2
  exit 3
fi
(cd "$DIR" && apt-get -q download "rust-src=$PACKAGE" > /dev/null)
unset APT_CONFIG
rm -rf "$DIR/src" "$DIR/empty"
mkdir -p "$DIR/src" "$DIR/empty/src"
dpkg-deb --fsys-tarfile "$DIR"/rust-src_*.deb | tar -x -C "$DIR/src" --strip-components=4 "./usr/src/rustc-$VERSION/library"
echo 'fn main() {}' > "$DIR/empty/src/main.rs"
printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' > "$DIR/empty/Cargo.toml"
# The library is built as part of an empty program; the compiler's bootstrap switch is for this one call alone.
(cd "$DIR/empty" && env -u CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTFLAGS RUSTC_BOOTSTRAP=1 \
  __CARGO_TESTS_ONLY_SRC_ROOT="$DIR/src/library" CARGO_TARGET_DIR="$DIR/build" \
  cargo build -q --release -Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test --target $TARGET)
mkdir -p "$DIR/sysroot/lib/rustlib/$TARGET/lib"
cp "$DIR/build/$TARGET/release/deps/"lib*.rlib "$DIR/sysroot/lib/rustlib/$TARGET/lib/"
rm -rf "$DIR/build" "$DIR/empty" "$DIR"/rust-src_*.deb "$APT"
touch "$STAMP"
