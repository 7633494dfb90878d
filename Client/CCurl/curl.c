#include "CCurl.h"

#include <dlfcn.h>

#define FUNCTIONS(FUNCTION) \
    FUNCTION(curl_global_init) \
    FUNCTION(curl_easy_init) \
    FUNCTION(curl_easy_setopt) \
    FUNCTION(curl_easy_getinfo) \
    FUNCTION(curl_easy_perform) \
    FUNCTION(curl_easy_cleanup) \
    FUNCTION(curl_easy_strerror) \
    FUNCTION(curl_slist_append) \
    FUNCTION(curl_slist_free_all)

static struct {
#define MEMBER(name) __typeof__(&name) name;
    FUNCTIONS(MEMBER)
} library;

bool chancery_curl_load(void) {
    // Of its two dozen libraries a request calls little: what is not called is not looked up.
    void *found = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
    if (found == NULL) return false;
#define FIND(name) \
    library.name = (__typeof__(library.name))dlsym(found, #name); \
    if (library.name == NULL) return false;
    FUNCTIONS(FIND)
    return library.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

CURL *chancery_curl_easy_init(void) { return library.curl_easy_init(); }
CURLcode chancery_curl_easy_perform(CURL *handle) { return library.curl_easy_perform(handle); }
void chancery_curl_easy_cleanup(CURL *handle) { library.curl_easy_cleanup(handle); }
const char *chancery_curl_easy_strerror(CURLcode code) { return library.curl_easy_strerror(code); }

struct curl_slist *chancery_curl_slist_append(struct curl_slist *list, const char *text) {
    return library.curl_slist_append(list, text);
}

void chancery_curl_slist_free_all(struct curl_slist *list) { library.curl_slist_free_all(list); }

// The header has macros of the same names, which check types; names in parentheses are the functions themselves.

CURLcode chancery_curl_set_long(CURL *handle, CURLoption option, long value) {
    return (library.curl_easy_setopt)(handle, option, value);
}

CURLcode chancery_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return (library.curl_easy_setopt)(handle, option, value);
}

CURLcode chancery_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return (library.curl_easy_setopt)(handle, option, value);
}

CURLcode chancery_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return (library.curl_easy_setopt)(handle, option, value);
}

CURLcode chancery_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return (library.curl_easy_setopt)(handle, option, value);
}

CURLcode chancery_curl_set_receiver(CURL *handle, CURLoption option, curl_write_callback value) {
    return (library.curl_easy_setopt)(handle, option, value);
}

CURLcode chancery_curl_set_progress(CURL *handle, curl_xferinfo_callback value) {
    return (library.curl_easy_setopt)(handle, CURLOPT_XFERINFOFUNCTION, value);
}

CURLcode chancery_curl_set_debug(CURL *handle, curl_debug_callback value) {
    return (library.curl_easy_setopt)(handle, CURLOPT_DEBUGFUNCTION, value);
}

long chancery_curl_get_long(CURL *handle, CURLINFO info) {
    long value = 0;
    return (library.curl_easy_getinfo)(handle, info, &value) == CURLE_OK ? value : 0;
}
