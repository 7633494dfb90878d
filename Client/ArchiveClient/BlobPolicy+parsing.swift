import LetterModel

/// A text that names no policy for blobs.
public struct BlobPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What can be written.
    public var description: String {
        "which attachments a sync fetches is written as `all`, `none`, or `smaller-than 5MB` (kB, MB or GB)"
    }
}

extension BlobPolicy {
    /// A policy as people write it: `all`, `none`, `smaller-than 5MB`.
    public init(parsing text: String) throws(BlobPolicyError) {
        let words = text.utf8.split(separator: UInt8(ascii: " ")).map { Array($0) }
        switch (words.count, words.first.map { String(decoding: $0, as: UTF8.self) }) {
        case (1, "all"?): self = .all
        case (1, "none"?): self = .none
        case (2, "smaller-than"?):
            let digits = words[1].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            let units = ["": 1, "B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000]
            guard let number = DecimalDigits.value(of: digits), number <= 1_000_000,
                let unit = units[String(decoding: words[1].dropFirst(digits.count), as: UTF8.self)]
            else { throw BlobPolicyError() }
            self = .upTo(byteCount: number * unit)
        default: throw BlobPolicyError()
        }
    }
}
