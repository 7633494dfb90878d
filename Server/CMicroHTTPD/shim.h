// What Swift cannot call as it stands in <microhttpd.h>: variadic functions, one shim for each use.

#include <microhttpd.h>

/// MHD_start_daemon takes its options as variadic arguments. The callbacks are parameters here so that the compiler
/// checks their types; numbers and strings come in `options`, which ends with MHD_OPTION_END. All callbacks get
/// `context`. The logger has to be the first option. The port is unused: `options` brings a listening socket.
static inline struct MHD_Daemon *chancery_mhd_start(
    unsigned int flags, void *context, void (*logger)(void *, const char *, va_list),
    void *(*began)(void *, const char *, struct MHD_Connection *), MHD_AccessHandlerCallback access,
    MHD_RequestCompletedCallback completed, MHD_NotifyConnectionCallback connected, struct MHD_OptionItem *options)
{
    return MHD_start_daemon(
        flags, 0, (MHD_AcceptPolicyCallback)0, (void *)0, access, context,
        MHD_OPTION_EXTERNAL_LOGGER, logger, context,
        MHD_OPTION_URI_LOG_CALLBACK, began, context,
        MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, connected, context,
        MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/// MHD_get_connection_info is variadic. Bytes of request line and headers with the empty line, 0 if unknown.
static inline size_t chancery_mhd_header_bytes(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

/// MHD_get_connection_info is variadic. The client's address, NULL if unknown.
static inline const struct sockaddr *chancery_mhd_client_address(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : (const struct sockaddr *)0;
}

/// MHD_get_connection_info is variadic. The connection's socket, -1 if unknown.
static inline int chancery_mhd_socket(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/// MHD_get_connection_info is variadic. What the MHD_NotifyConnectionCallback left for this connection, NULL if nothing.
static inline void *chancery_mhd_socket_context(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : (void *)0;
}

/// MHD_get_connection_info is variadic. The status of the queued response, 0 if there is none.
static inline unsigned int chancery_mhd_status(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS);
    return info ? info->http_status : 0;
}

/// MHD_set_response_options is variadic. Sends the response without chunks and closes the connection after it.
static inline void chancery_mhd_end_with_connection(struct MHD_Response *response)
{
    (void)MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
}
