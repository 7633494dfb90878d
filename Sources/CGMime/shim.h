#pragma once

#include <gmime/gmime.h>
#include <stdbool.h>

// GObject's types are told apart and cast by macros, which Swift does not see: one function per macro that is needed.
// Source: https://developer-old.gnome.org/gmime/stable/

static inline bool chancery_gmime_is_multipart(GMimeObject *object) { return GMIME_IS_MULTIPART(object); }
static inline bool chancery_gmime_is_message_part(GMimeObject *object) { return GMIME_IS_MESSAGE_PART(object); }
static inline bool chancery_gmime_is_part(GMimeObject *object) { return GMIME_IS_PART(object); }
static inline bool chancery_gmime_is_group(InternetAddress *address) { return INTERNET_ADDRESS_IS_GROUP(address); }
static inline bool chancery_gmime_is_mailbox(InternetAddress *address) { return INTERNET_ADDRESS_IS_MAILBOX(address); }

static inline GMimeMultipart *chancery_gmime_multipart(GMimeObject *object) { return (GMimeMultipart *)object; }
static inline GMimeMessagePart *chancery_gmime_message_part(GMimeObject *object) { return (GMimeMessagePart *)object; }
static inline GMimePart *chancery_gmime_part(GMimeObject *object) { return (GMimePart *)object; }
static inline GMimeObject *chancery_gmime_object(GMimeMessage *message) { return (GMimeObject *)message; }
static inline GMimeStreamMem *chancery_gmime_memory(GMimeStream *stream) { return (GMimeStreamMem *)stream; }
static inline InternetAddressGroup *chancery_gmime_group(InternetAddress *address) { return (InternetAddressGroup *)address; }
static inline InternetAddressMailbox *chancery_gmime_mailbox(InternetAddress *address) {
    return (InternetAddressMailbox *)address;
}

/// Options under which bytes of a header that are not declared are UTF-8, or else windows-1252; free them.
static inline GMimeParserOptions *chancery_gmime_options(void) {
    static const char *charsets[] = {"utf-8", "windows-1252", NULL};
    GMimeParserOptions *options = g_mime_parser_options_new();
    g_mime_parser_options_set_fallback_charsets(options, charsets);
    return options;
}
