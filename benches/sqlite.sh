#!/usr/bin/env bash
# Compiles SQLite's shell, a C program of 2,000 functions, from Debian's source
# package, each function in a section of its own: `sqlite.sh FOLDER` leaves
# shell.o and sqlite3.o there. Needs gcc, make and tclsh.
set -euo pipefail

cd "$1"
if [ -f shell.o ] && [ -f sqlite3.o ]; then
    exit 0
fi
# Sources come from where packages come from, without a change to the system.
mkdir -p parts lists/partial
for list in /etc/apt/sources.list.d/*.sources; do
    sed 's/^Types: deb$/Types: deb-src/' "$list" >"parts/$(basename "$list")"
done
if [ -s /etc/apt/sources.list ]; then
    sed 's/^deb /deb-src /' /etc/apt/sources.list >parts/plain.list
fi
apt_get=(apt-get -q -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$PWD/parts"
    -o "Dir::State::lists=$PWD/lists")
"${apt_get[@]}" update
"${apt_get[@]}" source --download-only sqlite3
mkdir -p source
tar -xf sqlite3_*.orig.tar.* --strip-components=1 -C source
cd source
./configure --disable-tcl >configure.log 2>&1
make sqlite3.c shell.c >make.log 2>&1
flags=(-O2 -ffunction-sections -fdata-sections -DSQLITE_THREADSAFE=0
    -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE -I.)
gcc "${flags[@]}" -c sqlite3.c -o ../sqlite3.o
gcc "${flags[@]}" -c shell.c -o ../shell.o
