// Training with given parameters is of the static library, which is what the programs are linked with.
#define ZDICT_STATIC_LINKING_ONLY
#include <zdict.h>
#include <zstd.h>
#include <zstd_errors.h>
