#include <popt.h>

/// An entry of popt's table. popt calls a struct and a pointer to it by one name, which Swift cannot tell apart.
typedef struct poptOption CPoptEntry;

/// The variables of the environment, with a null pointer behind them: Swift 6 refuses the C library's mutable global.
static inline char **chancery_environment(void) {
    extern char **environ;
    return environ;
}
