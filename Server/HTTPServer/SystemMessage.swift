import Glibc

/// The system's words for its error numbers.
enum SystemMessage {
    /// The message of an `errno`, safe on any thread.
    /// Source: https://man7.org/linux/man-pages/man3/strerror.3.html
    static func text(_ number: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
