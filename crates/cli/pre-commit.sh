#!/bin/sh
# Builds cmlint where it is not built yet, and runs it in the current folder. pre-commit cannot build it by
# itself, because the package is not at the root of the repository.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
exec cargo run --quiet --release --locked --manifest-path "$root/Cargo.toml" --package cmlint --bin cmlint -- "$@"
