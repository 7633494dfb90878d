#include "CGMime.h"

#include <dlfcn.h>

static chancery_gmime gmime;

const chancery_gmime *chancery_gmime_load(void) {
    void *library = dlopen("libgmime-3.0.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return NULL;
    // GLib's are found too: a library is searched together with those that it was linked to.
#define FIND(result, name, parameters) \
    gmime.name = (__typeof__(gmime.name))dlsym(library, #name); \
    if (gmime.name == NULL) return NULL;
    CHANCERY_GMIME_FUNCTIONS(FIND)
    gmime.g_mime_init();
    return &gmime;
}

chancery_gmime_options *chancery_gmime_new_options(void) {
    static const char *charsets[] = {"utf-8", "windows-1252", NULL};
    chancery_gmime_options *options = gmime.g_mime_parser_options_new();
    gmime.g_mime_parser_options_set_fallback_charsets(options, charsets);
    return options;
}
