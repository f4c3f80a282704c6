#!/usr/bin/env bash
# Installs from Debian's packages what Simple is measured beside, and the
# optional extras of the tests (gdb, binutils). Neither building Simple nor its
# tests need any of it: a tool that is missing is left out of the tables.
set -euo pipefail

packages=(
    gcc g++ libc6-dev   # C and C++, and the linker of the others
    clang           # C
    tcc             # C, for speed of compiling
    golang-go       # Go
    musl-tools      # a small static C hello
    binutils        # as, ld: the smallest hello there can be; objdump, readelf
    make tcl        # build the C program whose start is laid out
    gdb             # reads the debug information that the tests write
    hyperfine       # for measuring by hand
)

as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -q -y --no-install-recommends "${packages[@]}"
