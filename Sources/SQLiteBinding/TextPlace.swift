/// Where the bytes of a text are in memory. Two texts that are there at the same time in one place are the same text.
struct TextPlace: Equatable {
    private let address: UInt
    private let count: Int

    /// The place of a text; nil for a short one, whose bytes move with the value.
    init?(_ text: String) {
        count = text.utf8.count
        guard count > TextPlace.movingByteCount else { return nil }
        address = unsafe text.utf8.span.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }

    /// Up to so many bytes are kept in the value itself.
    private static let movingByteCount = 15

    /// A number below `count` that texts of the same place have in common, and others seldom.
    func slot(of count: Int) -> Int {
        Int((address ^ address >> 8 ^ address >> 16) % UInt(count))
    }
}
