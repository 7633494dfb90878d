// Training with given parameters, and a dictionary that stands where it is, are of the static library, which is what the programs are linked with.
#define ZDICT_STATIC_LINKING_ONLY
#define ZSTD_STATIC_LINKING_ONLY
#include <zdict.h>
#include <zstd.h>
#include <zstd_errors.h>
