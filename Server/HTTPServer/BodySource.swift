/// Where libmicrohttpd gets the bytes of a response that is made while it is sent.
protocol BodySource: AnyObject {
    /// Copies what there is into the buffer and returns how much; 0 when the connection was suspended for more, or
    /// one of ``BodyMark``.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int
}

/// What a ``BodySource`` returns in the place of a count. Swift does not see libmicrohttpd's macros for them.
enum BodyMark {
    /// The clean end, `MHD_CONTENT_READER_END_OF_STREAM`.
    static let end = -1
    /// A failure, `MHD_CONTENT_READER_END_WITH_ERROR`: the connection is closed without an end mark.
    static let failed = -2
}
