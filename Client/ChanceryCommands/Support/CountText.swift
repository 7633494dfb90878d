/// Numbers with their nouns.
enum CountText {
    /// `1 letter`, `2 letters`.
    static func of(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }

    /// `1 letter has`, `2 letters have`.
    static func of(_ count: Int, _ noun: String, _ one: String, _ many: String) -> String {
        "\(of(count, noun)) \(count == 1 ? one : many)"
    }
}
