#pragma once

#include <curl/curl.h>
#include <stdbool.h>

// What Chancery calls of libcurl. It is found at the first request and not when the program starts: it brings two dozen libraries, and most
// commands ask nobody. curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one function per type of argument.

/// Loads the library, which stays, and initialises it; false if it is not installed, or does not want to. Once, before any other call.
bool chancery_curl_load(void);

CURL *chancery_curl_easy_init(void);
CURLcode chancery_curl_easy_perform(CURL *handle);
void chancery_curl_easy_cleanup(CURL *handle);
const char *chancery_curl_easy_strerror(CURLcode code);
struct curl_slist *chancery_curl_slist_append(struct curl_slist *list, const char *text);
void chancery_curl_slist_free_all(struct curl_slist *list);

/// CURLOPTTYPE_LONG
CURLcode chancery_curl_set_long(CURL *handle, CURLoption option, long value);

/// CURLOPTTYPE_OFF_T
CURLcode chancery_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value);

/// CURLOPTTYPE_STRINGPOINT; libcurl copies the string
CURLcode chancery_curl_set_string(CURL *handle, CURLoption option, const char *value);

/// CURLOPTTYPE_OBJECTPOINT and CURLOPTTYPE_CBPOINT; libcurl keeps the pointer
CURLcode chancery_curl_set_pointer(CURL *handle, CURLoption option, const void *value);

/// CURLOPTTYPE_SLISTPOINT; libcurl keeps the list
CURLcode chancery_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);

/// CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION
CURLcode chancery_curl_set_receiver(CURL *handle, CURLoption option, curl_write_callback value);

/// CURLOPT_XFERINFOFUNCTION
CURLcode chancery_curl_set_progress(CURL *handle, curl_xferinfo_callback value);

/// CURLOPT_DEBUGFUNCTION
CURLcode chancery_curl_set_debug(CURL *handle, curl_debug_callback value);

/// CURLINFO_LONG
long chancery_curl_get_long(CURL *handle, CURLINFO info);
