#!/bin/sh
# docs.sh BUILD OUTPUT: makes the library's documentation from the modules that are built in the folder BUILD and from the
# articles beside their sources. A warning is an error: links lead somewhere, every parameter is documented.
set -eu

build=$1
output=$2

Scripts/symbols.sh "$build" "$output/symbols"
docc convert Client/ArchiveClient/ArchiveClient.docc \
    --additional-symbol-graph-dir "$output/symbols" --output-dir "$output/ArchiveClient.doccarchive" \
    --fallback-display-name ArchiveClient --fallback-bundle-identifier chancery.ArchiveClient \
    --fallback-default-module-kind Library \
    --warnings-as-errors
pages=$(find "$output/ArchiveClient.doccarchive/data/documentation" -name '*.json' | wc -l)
[ -f "$output/ArchiveClient.doccarchive/data/documentation/archiveclient/afternoon.json" ] ||
    { echo "docs: the articles are not there" >&2; exit 1; }
echo "docs: $pages pages in $output/ArchiveClient.doccarchive"
