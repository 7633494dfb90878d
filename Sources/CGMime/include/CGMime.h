#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What Chancery calls of GMime and of GLib below it. They are found at the first message and not when the program starts: loading them and
// what they need takes longer than most commands, and only mail needs them. Objects are opaque here; all of GMime's are GObjects.
// Source: https://developer-old.gnome.org/gmime/stable/

typedef struct chancery_gmime_object chancery_gmime_object;
typedef struct chancery_gmime_options chancery_gmime_options;
typedef struct chancery_gmime_references chancery_gmime_references;
typedef struct chancery_gmime_date chancery_gmime_date;

/// GByteArray
typedef struct {
    uint8_t *data;
    unsigned int len;
} chancery_gmime_bytes;

#define CHANCERY_GMIME_FUNCTIONS(FUNCTION) \
    FUNCTION(void, g_mime_init, (void)) \
    FUNCTION(chancery_gmime_options *, g_mime_parser_options_new, (void)) \
    FUNCTION(void, g_mime_parser_options_free, (chancery_gmime_options *)) \
    FUNCTION(void, g_mime_parser_options_set_fallback_charsets, (chancery_gmime_options *, const char **)) \
    FUNCTION(chancery_gmime_object *, g_mime_parser_new_with_stream, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_parser_construct_message, (chancery_gmime_object *, chancery_gmime_options *)) \
    FUNCTION(chancery_gmime_object *, g_mime_stream_mem_new, (void)) \
    FUNCTION(chancery_gmime_object *, g_mime_stream_mem_new_with_buffer, (const char *, size_t)) \
    FUNCTION(chancery_gmime_bytes *, g_mime_stream_mem_get_byte_array, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_message_get_from, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_message_get_sender, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_message_get_to, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_message_get_cc, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_message_get_bcc, (chancery_gmime_object *)) \
    FUNCTION(const char *, g_mime_message_get_subject, (chancery_gmime_object *)) \
    FUNCTION(const char *, g_mime_message_get_message_id, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_date *, g_mime_message_get_date, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_message_get_mime_part, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_message_part_get_message, (chancery_gmime_object *)) \
    FUNCTION(size_t, g_mime_message_part_get_type, (void)) \
    FUNCTION(size_t, g_mime_multipart_get_type, (void)) \
    FUNCTION(int, g_mime_multipart_get_count, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_multipart_get_part, (chancery_gmime_object *, int)) \
    FUNCTION(size_t, g_mime_part_get_type, (void)) \
    FUNCTION(chancery_gmime_object *, g_mime_part_get_content, (chancery_gmime_object *)) \
    FUNCTION(ssize_t, g_mime_data_wrapper_write_to_stream, (chancery_gmime_object *, chancery_gmime_object *)) \
    FUNCTION(const char *, g_mime_object_get_header, (chancery_gmime_object *, const char *)) \
    FUNCTION(chancery_gmime_object *, g_mime_object_get_header_list, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_object_get_content_type, (chancery_gmime_object *)) \
    FUNCTION(const char *, g_mime_object_get_content_type_parameter, (chancery_gmime_object *, const char *)) \
    FUNCTION(const char *, g_mime_object_get_disposition, (chancery_gmime_object *)) \
    FUNCTION(ssize_t, g_mime_object_write_to_stream, (chancery_gmime_object *, void *, chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_header_list_get_header, (chancery_gmime_object *, const char *)) \
    FUNCTION(const char *, g_mime_header_get_raw_value, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, g_mime_content_type_parse, (chancery_gmime_options *, const char *)) \
    FUNCTION(const char *, g_mime_content_type_get_media_type, (chancery_gmime_object *)) \
    FUNCTION(const char *, g_mime_content_type_get_media_subtype, (chancery_gmime_object *)) \
    FUNCTION(const char *, g_mime_content_type_get_parameter, (chancery_gmime_object *, const char *)) \
    FUNCTION(chancery_gmime_object *, g_mime_content_disposition_parse, (chancery_gmime_options *, const char *)) \
    FUNCTION(const char *, g_mime_content_disposition_get_parameter, (chancery_gmime_object *, const char *)) \
    FUNCTION(chancery_gmime_references *, g_mime_references_parse, (chancery_gmime_options *, const char *)) \
    FUNCTION(int, g_mime_references_length, (chancery_gmime_references *)) \
    FUNCTION(const char *, g_mime_references_get_message_id, (chancery_gmime_references *, int)) \
    FUNCTION(void, g_mime_references_free, (chancery_gmime_references *)) \
    FUNCTION(char *, g_mime_utils_header_decode_text, (chancery_gmime_options *, const char *)) \
    FUNCTION(int, internet_address_list_length, (chancery_gmime_object *)) \
    FUNCTION(chancery_gmime_object *, internet_address_list_get_address, (chancery_gmime_object *, int)) \
    FUNCTION(const char *, internet_address_get_name, (chancery_gmime_object *)) \
    FUNCTION(size_t, internet_address_group_get_type, (void)) \
    FUNCTION(chancery_gmime_object *, internet_address_group_get_members, (chancery_gmime_object *)) \
    FUNCTION(size_t, internet_address_mailbox_get_type, (void)) \
    FUNCTION(const char *, internet_address_mailbox_get_addr, (chancery_gmime_object *)) \
    FUNCTION(int, g_type_check_instance_is_a, (chancery_gmime_object *, size_t)) \
    FUNCTION(void, g_object_unref, (chancery_gmime_object *)) \
    FUNCTION(void, g_date_time_get_ymd, (chancery_gmime_date *, int *, int *, int *)) \
    FUNCTION(char *, g_convert, (const char *, ssize_t, const char *, const char *, size_t *, size_t *, void **)) \
    FUNCTION(void, g_free, (char *))

#define CHANCERY_GMIME_MEMBER(result, name, parameters) result(*name) parameters;

/// The functions by their names.
typedef struct {
    CHANCERY_GMIME_FUNCTIONS(CHANCERY_GMIME_MEMBER)
} chancery_gmime;

/// Loads the library, which stays, finds all of the functions and makes its tables; NULL if it is not installed, or lacks one of them. Once, before
/// any other call.
const chancery_gmime *chancery_gmime_load(void);

/// Options under which bytes of a header that are not declared are UTF-8, or else windows-1252; free them.
chancery_gmime_options *chancery_gmime_new_options(void);
