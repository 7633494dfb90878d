private import CCurl
import SyncProtocol

/// One easy handle of libcurl: its connections stay open between requests. Used by one thread at a time.
///
/// Source: https://curl.se/libcurl/c/libcurl-easy.html
@safe final class CurlHandle {
    private let curl: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>

    /// What a request is made of.
    struct Request {
        var method: String
        var url: String
        var headers: [(name: String, value: String)]
        var body: [UInt8]?
    }

    /// What a finished transfer tells.
    struct Outcome {
        fileprivate let code: CURLcode
        /// libcurl's sentence: host names and system errors, never a token.
        let detail: String
        let status: Int
    }

    /// Nil where libcurl is not installed.
    init?(_ configuration: CurlConfiguration) {
        guard CurlHandle.isReady else { return nil }
        guard let handle = unsafe chancery_curl_easy_init() else { preconditionFailure("out of memory for libcurl") }
        unsafe curl = unsafe handle
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        configure(configuration)
    }

    deinit {
        unsafe chancery_curl_easy_cleanup(curl)
        unsafe errorText.deallocate()
    }

    /// libcurl wants to be initialised once in a process, before any other call.
    /// Source: https://curl.se/libcurl/c/curl_global_init.html
    private static let isReady = chancery_curl_load()

    /// Loads libcurl, which brings two dozen libraries: some milliseconds, once in a process.
    static func load() { _ = isReady }

    private func configure(_ configuration: CurlConfiguration) {
        unsafe chancery_curl_set_pointer(curl, CURLOPT_ERRORBUFFER, errorText)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // Bodies come as they travelled: they are decompressed here, with limits on window, output and ratio.
        set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeoutMilliseconds)
        set(CURLOPT_LOW_SPEED_LIMIT, configuration.lowSpeedBytesPerSecond)
        set(CURLOPT_LOW_SPEED_TIME, configuration.lowSpeedSeconds)
        set(CURLOPT_BUFFERSIZE, 128 * 1024)
        set(CURLOPT_USERAGENT, configuration.userAgent)
        if let file = configuration.certificateAuthoritiesFile { set(CURLOPT_CAINFO, file) }
        if let key = configuration.pinnedPublicKey { set(CURLOPT_PINNEDPUBLICKEY, key) }
        _ = unsafe chancery_curl_set_receiver(curl, CURLOPT_HEADERFUNCTION, receiveHeader)
        _ = unsafe chancery_curl_set_receiver(curl, CURLOPT_WRITEFUNCTION, receiveBody)
        _ = unsafe chancery_curl_set_progress(curl, reportProgress)
        _ = unsafe chancery_curl_set_debug(curl, countTraffic)
        set(CURLOPT_NOPROGRESS, 0)
        set(CURLOPT_VERBOSE, 1)
    }

    private func set(_ option: CURLoption, _ value: Int) {
        let code = unsafe chancery_curl_set_long(curl, option, value)
        precondition(code == CURLE_OK, "libcurl refuses option \(option.rawValue)")
    }

    private func set(_ option: CURLoption, _ value: String) {
        let code = unsafe chancery_curl_set_string(curl, option, value)
        precondition(code == CURLE_OK, "libcurl refuses option \(option.rawValue)")
    }

    /// Makes one request and blocks until its response has been received or the transfer failed.
    func perform(_ request: Request, receiver: CurlReceiver) -> Outcome {
        let context = unsafe Unmanaged.passUnretained(receiver).toOpaque()
        for option in [CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_XFERINFODATA, CURLOPT_DEBUGDATA] {
            _ = unsafe chancery_curl_set_pointer(curl, option, context)
        }
        set(CURLOPT_URL, request.url)
        set(CURLOPT_NOBODY, request.method == "HEAD" ? 1 : 0)
        if request.method != "HEAD" { set(CURLOPT_HTTPGET, 1) }
        set(CURLOPT_CUSTOMREQUEST, request.method)
        // An empty Expect: spares the round trip in which curl asks whether it may send the body. `Accept: */*`, which curl adds
        // unasked, says what its absence says too.
        // Source: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
        var list: UnsafeMutablePointer<curl_slist>? = unsafe chancery_curl_slist_append(nil, "Expect:")
        unsafe list = unsafe chancery_curl_slist_append(list, "Accept:")
        for header in request.headers {
            unsafe list = unsafe chancery_curl_slist_append(list, "\(header.name): \(header.value)")
        }
        defer {
            _ = unsafe chancery_curl_set_list(curl, CURLOPT_HTTPHEADER, nil)
            unsafe chancery_curl_slist_free_all(list)
        }
        _ = unsafe chancery_curl_set_list(curl, CURLOPT_HTTPHEADER, list)
        unsafe errorText.pointee = 0
        receiver.status = { [unowned self] in status }
        defer { receiver.status = nil }
        let code: CURLcode
        if let body = request.body {
            code = unsafe body.withUnsafeBytes { bytes in
                _ = unsafe chancery_curl_set_offset(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
                // An empty body is sent as an empty string: a null pointer would make libcurl read standard input.
                let empty: StaticString = ""
                _ = unsafe chancery_curl_set_pointer(
                    curl, CURLOPT_POSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer(empty.utf8Start))
                return unsafe chancery_curl_easy_perform(curl)
            }
        } else {
            code = unsafe chancery_curl_easy_perform(curl)
        }
        return Outcome(
            code: code, detail: detail(code),
            status: unsafe chancery_curl_get_long(curl, CURLINFO_RESPONSE_CODE))
    }

    /// Where the response's status stands now, also while its body arrives.
    fileprivate var status: Int { unsafe chancery_curl_get_long(curl, CURLINFO_RESPONSE_CODE) }

    private func detail(_ code: CURLcode) -> String {
        guard code != CURLE_OK else { return "" }
        let text = unsafe String(cString: errorText)
        return unsafe text.isEmpty ? String(cString: chancery_curl_easy_strerror(code)) : text
    }
}

/// The receiver behind the context pointer that `perform` gave; it outlives the transfer.
private func receiver(_ context: UnsafeMutableRawPointer) -> CurlReceiver {
    unsafe Unmanaged<CurlReceiver>.fromOpaque(context).takeUnretainedValue()
}

private func bytes(_ start: UnsafeMutablePointer<CChar>?, _ count: Int) -> [UInt8] {
    guard let start = unsafe start else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
}

/// Source: https://curl.se/libcurl/c/CURLOPT_HEADERFUNCTION.html
private func receiveHeader(
    start: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    return unsafe receiver(context).receive(headerLine: bytes(start, size * count)) ? size * count : 0
}

/// Source: https://curl.se/libcurl/c/CURLOPT_WRITEFUNCTION.html
private func receiveBody(
    start: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    if size * count == 0 { return 0 }
    return unsafe receiver(context).receive(body: bytes(start, size * count)) ? size * count : 0
}

/// Called at least once a second; anything but 0 cancels the transfer.
/// Source: https://curl.se/libcurl/c/CURLOPT_XFERINFOFUNCTION.html
private func reportProgress(
    context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
    guard let context = unsafe context else { return 1 }
    return unsafe receiver(context).wantsToStop ? 1 : 0
}

/// Counts what travels: request and status lines, headers and bodies. Nothing of it is kept.
/// Source: https://curl.se/libcurl/c/CURLOPT_DEBUGFUNCTION.html
private func countTraffic(
    _: UnsafeMutableRawPointer?, kind: curl_infotype, _: UnsafeMutablePointer<CChar>?, count: Int,
    context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context else { return 0 }
    switch kind {
    case CURLINFO_HEADER_OUT, CURLINFO_DATA_OUT: unsafe receiver(context).count(sent: count, received: 0)
    case CURLINFO_HEADER_IN, CURLINFO_DATA_IN: unsafe receiver(context).count(sent: 0, received: count)
    default: break
    }
    return 0
}

extension CurlHandle.Outcome {
    /// What went wrong in terms of the sync protocol; nil for a complete response.
    ///
    /// Source: https://curl.se/libcurl/c/libcurl-errors.html
    func error(host: String) -> TransportError? {
        switch code {
        case CURLE_OK: nil
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
            .unreachable(host: host, reason: detail)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED:
            .tls(host: host, reason: detail)
        // Both limits, that on connecting and that on the rate, end in this code; a response has begun in the second.
        case CURLE_OPERATION_TIMEDOUT: status == 0 ? .timedOut(host: host) : .tooSlow(host: host)
        case CURLE_UNSUPPORTED_PROTOCOL where status == 0, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2: .notHTTP(host: host)
        case CURLE_ABORTED_BY_CALLBACK: .cancelled
        case CURLE_URL_MALFORMAT, CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_NOT_BUILT_IN: .unusable(reason: detail)
        default: .cut(host: host, reason: detail)
        }
    }
}
