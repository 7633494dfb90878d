#!/bin/sh
# symbols.sh BUILD OUTPUT: writes the symbol graphs of the library's public interface, from the modules that are built in
# the folder BUILD, into the folder OUTPUT, which it makes anew. One module a file, and no network.
set -eu

build=$1
output=$2

rm -rf "$output"
mkdir -p "$output"
# The module maps of the C libraries are found through their folders; those of C targets are made by the build.
maps=""
for folder in Sources/C* Client/C* "$build"/C*.build; do
    [ -f "$folder/module.modulemap" ] && maps="$maps -I $folder"
done
target=$(swift -print-target-info | jq --raw-output .target.unversionedTriple)
for module in ArchiveClient LetterModel LetterMerge ReplicaStore; do
    # shellcheck disable=SC2086 # several words on purpose
    swift symbolgraph-extract -module-name "$module" -target "$target" -I "$build/Modules" $maps \
        -output-dir "$output" -minimum-access-level public -skip-synthesized-members
    [ -s "$output/$module.symbols.json" ] || { echo "symbols: nothing was written for $module" >&2; exit 1; }
done
