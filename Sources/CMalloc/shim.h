// What the C library says of its memory; the Glibc module of Swift leaves <malloc.h> out.

#include <malloc.h>
