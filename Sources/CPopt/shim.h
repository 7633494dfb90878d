#include <popt.h>

/// An entry of popt's table. popt calls a struct and a pointer to it by one name, which Swift cannot tell apart.
typedef struct poptOption CPoptEntry;
