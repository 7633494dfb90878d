import ArchiveServer
import CommandOptions
import LetterModel

extension ValueParser where Value == ArchiveName {
    /// The name of an archive.
    static var archiveName: Self {
        Self(placeholder: "NAME", format: { $0.text }) { text throws(InvalidValue) in
            guard let name = ArchiveName(text) else {
                throw InvalidValue(
                    expected:
                        "a name of up to 64 lower-case letters, digits, dots, hyphens and underscores that begins with a letter or digit"
                )
            }
            return name
        }
    }
}

extension ValueParser where Value == TokenID {
    /// The id of a token.
    static var tokenID: Self {
        Self(placeholder: "ID", format: { $0.description }) { text throws(InvalidValue) in
            guard let id = TokenID(text) else {
                throw InvalidValue(expected: "the id of a token, as `token list` shows it")
            }
            return id
        }
    }
}

extension ValueParser where Value == ListenAddress {
    /// An address to listen on.
    static var listenAddress: Self {
        Self(placeholder: "ADDRESS:PORT", format: \.text) { text throws(InvalidValue) in
            guard let address = ListenAddress(text) else {
                throw InvalidValue(expected: "a numeric address and a port, such as 127.0.0.1:8080 or [::1]:8080")
            }
            return address
        }
    }
}

/// How long a token is good.
enum TokenLifetime: Sendable, Equatable {
    /// For so many hours.
    case hours(Int)
    /// Until it is revoked.
    case unlimited

    /// The longest lifetime with an end: ten years.
    static let maximumHours = 10 * 365 * 24

    /// A lifetime from its spelling: a whole number with `h`, `d` or `w` behind it, or `never`.
    init?(_ text: String) {
        if text.utf8.elementsEqual("never".utf8) {
            self = .unlimited
            return
        }
        let digits = text.utf8.dropLast()
        guard let unit = text.utf8.last, !digits.isEmpty, digits.count <= 6,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(text.dropLast())
        else { return nil }
        let factor = [UInt8(ascii: "h"): 1, UInt8(ascii: "d"): 24, UInt8(ascii: "w"): 24 * 7][unit]
        guard let factor, number > 0, number * factor <= TokenLifetime.maximumHours else { return nil }
        self = .hours(number * factor)
    }

    /// The lifetime; nil for one without an end.
    var duration: Duration? {
        if case .hours(let hours) = self { .seconds(hours * 3600) } else { nil }
    }

    var text: String {
        switch self {
        case .unlimited: "never"
        case .hours(let hours): hours.isMultiple(of: 24) ? "\(hours / 24)d" : "\(hours)h"
        }
    }
}

extension ValueParser where Value == TokenLifetime {
    /// How long a token is good.
    static var tokenLifetime: Self {
        Self(placeholder: "TIME", format: \.text) { text throws(InvalidValue) in
            guard let lifetime = TokenLifetime(text) else {
                throw InvalidValue(expected: "a time such as 12h, 90d or 8w, at most ten years, or never")
            }
            return lifetime
        }
    }
}

extension ValueParser where Value == Int {
    /// A size as `500MB` or `4GiB`: a number of bytes, kB, MB or GB, or KiB, MiB or GiB.
    static func byteCount(in bounds: ClosedRange<Int>) -> Self {
        let units = [
            "": 1, "B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "KiB": 1 << 10, "MiB": 1 << 20,
            "GiB": 1 << 30,
        ]
        return Self(placeholder: "SIZE", format: { "\($0)" }) { text throws(InvalidValue) in
            let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let number = DecimalDigits.value(of: digits),
                let unit = units[String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self)]
            else { throw InvalidValue(expected: "a size such as 500MB or 4GiB") }
            let (bytes, isTooMuch) = number.multipliedReportingOverflow(by: unit)
            guard !isTooMuch, bounds.contains(bytes) else {
                throw InvalidValue(expected: "a size of \(bounds.lowerBound) to \(bounds.upperBound) bytes")
            }
            return bytes
        }
    }
}
