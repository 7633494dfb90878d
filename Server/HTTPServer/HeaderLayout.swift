/// Finds bytes of a header block that libmicrohttpd left out of the strings it hands over.
///
/// libmicrohttpd 0.9.75 parses in place and ends each string with a NUL where a space, colon or CR was. A NUL that the
/// client sent cuts a string short and hides what follows; a bare CR or LF ends a line; a folded line is copied
/// elsewhere. All of these show in the distances between the strings, so the addresses are compared as numbers;
/// nothing is read through them. The end is compared with the size of the block that the library counted.
struct HeaderLayout {
    private let start: UInt
    private var end: UInt
    /// Whether any distance so far was not what the characters of HTTP explain.
    private(set) var hasHiddenBytes = false

    /// A layout that begins with the method.
    init(methodAddress: UInt, byteCount: Int) {
        start = methodAddress
        end = methodAddress &+ UInt(byteCount)
    }

    /// Adds a string that follows after exactly so many bytes (1 for a space, 2 for CRLF).
    mutating func append(address: UInt, byteCount: Int, after gap: UInt) {
        if address != end &+ gap { hasHiddenBytes = true }
        end = address &+ UInt(byteCount)
    }

    /// Adds a value that follows its name after a colon and any white space.
    mutating func append(valueAddress address: UInt, byteCount: Int) {
        if address <= end { hasHiddenBytes = true }
        end = address &+ UInt(byteCount)
    }

    /// Compares with the size of the block, which ends with two CRLF.
    mutating func finish(headerBytes: Int) {
        if start &+ UInt(headerBytes) != end &+ 4 { hasHiddenBytes = true }
    }
}
