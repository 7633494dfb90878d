/// The check sum of Ethernet, zip and PNG. It finds slips of the hand; it is no security measure.
///
/// Source: https://www.rfc-editor.org/rfc/rfc1952#section-8
enum CRC32 {
    /// The check sum of some bytes.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~remainder
    }
}
