#!/usr/bin/env bash
# Builds a C compiler from the libraries of Debian's clang, a C++ program of 100,000
# functions, each in a section of its own: `compiler.sh FOLDER LLD OUTPUT [FLAG...]`
# links FOLDER/OUTPUT with the lld in the folder LLD and some more flags. Needs g++.
set -euo pipefail

source=$(dirname "$(realpath "$0")")/compiler.cpp
cd "$1"
lld=$2
output=$3
shift 3

if [ ! -f compiler.o ] || [ "$source" -nt compiler.o ]; then
    # The version that is Debian's default; unpacked here, without a change to the system.
    version=$(apt-cache depends libclang-dev | sed -n 's/.*Depends: libclang-\([0-9]*\)-dev.*/\1/p')
    mkdir -p packages root
    (cd packages && apt-get -q download "libclang-$version-dev" "llvm-$version-dev")
    for package in packages/*.deb; do
        dpkg -x "$package" root
    done
    ln -sfn "usr/lib/llvm-$version" root/llvm
    flags=(-O2 -std=c++17 -fno-rtti -fno-exceptions -ffunction-sections -fdata-sections
        -D_GNU_SOURCE -D__STDC_CONSTANT_MACROS -D__STDC_FORMAT_MACROS -D__STDC_LIMIT_MACROS
        -Iroot/llvm/include "-Iroot/usr/include/llvm-$version" "-Iroot/usr/include/llvm-c-$version")
    g++ "${flags[@]}" -c "$source" -o compiler.o
fi
# Of the libraries of others only those that run programs are needed.
libraries=(root/llvm/lib/libclang*.a root/llvm/lib/libLLVM*.a)
g++ -no-pie -fuse-ld=lld "-B$lld" -Wl,--gc-sections "$@" -o "$output" compiler.o \
    -Wl,--start-group "${libraries[@]}" -Wl,--end-group \
    -lpthread -ldl -lm -l:libz.so.1 -l:libtinfo.so.6 -l:libz3.so.4
