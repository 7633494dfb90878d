import LetterModel
import MailParsing

/// The header of a message or a part that is written: the one place where fields are made.
struct MailHeader {
    private(set) var bytes: [UInt8] = []
    /// Lines are folded behind so many bytes.
    private static let lineBytes = 76

    /// A field whose value is known to be ASCII without control characters.
    mutating func add(_ name: String, plain value: String?) {
        guard let value else { return }
        append(name, [value])
    }

    /// A field of any text.
    mutating func add(_ name: String, text: String?) {
        guard let text else { return }
        append(name, MailHeader.words(MailHeader.sanitized(text)))
    }

    /// A field of addresses. Who has none is written as a group without anybody in it.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc6854
    mutating func add(_ name: String, _ agents: [Agent]) {
        let addresses = agents.compactMap(MailHeader.address)
        guard !addresses.isEmpty else { return }
        var words: [String] = []
        for (index, address) in addresses.enumerated() {
            var address = address
            if index < addresses.count - 1 { address[address.count - 1] += "," }
            words += address
        }
        append(name, words)
    }

    /// A field of ids; those that no header can hold are left out.
    mutating func add(_ name: String, ids: [String]) {
        let written = ids.filter(MailAddressText.isWritable).map { "<\($0)>" }
        if !written.isEmpty { append(name, written) }
    }

    /// A field of words of any text, with commas between.
    mutating func add(_ name: String, phrases: [String]) {
        var words: [String] = []
        for phrase in phrases {
            let parts = MailHeader.words(MailHeader.sanitized(phrase))
            if !words.isEmpty { words[words.count - 1] += "," }
            words += parts
        }
        if !words.isEmpty { append(name, words) }
    }

    /// The field that makes a part a file.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc2231#section-4
    mutating func add(fileName: String?) {
        var words = ["attachment"]
        if let fileName, !fileName.utf8.isEmpty {
            words[0] += ";"
            let name = SafeFileName.make(from: fileName, fallback: "file")
            let isPlain = name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "-._ ()".utf8.contains(byte)
            }
            words.append(isPlain ? "filename=\"\(name)\"" : "filename*=utf-8''\(MailHeader.percented(name))")
        }
        append("Content-Disposition", words)
    }

    /// Whether it is a media type that a field can hold.
    static func isMediaType(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 2 && text.utf8.count <= 120
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || "-.+_".utf8.contains(byte)
                    }
            }
    }

    // MARK: Lines

    /// Appends a field, folded between its words.
    private mutating func append(_ name: String, _ words: [String]) {
        var line = "\(name):"
        for (index, word) in words.enumerated() {
            if index > 0, line.utf8.count + word.utf8.count + 1 > MailHeader.lineBytes {
                bytes += Array(line.utf8) + [0x0A]
                line = ""
            }
            line += " \(word)"
        }
        precondition(!line.utf8.contains { $0 < 0x20 || $0 > 0x7E }, "a field is printable ASCII")
        bytes += Array(line.utf8) + [0x0A]
    }

    /// Without control characters, each of which becomes a space.
    private static func sanitized(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            result.append(isControl || [0x2028, 0x2029].contains(scalar.value) ? " " : scalar)
        }
        return String(result)
    }

    // MARK: Words

    /// The words of a text; encoded if a reader could change it otherwise.
    private static func words(_ text: String) -> [String] {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let isPlain = words.allSatisfy { word in
            !word.utf8.isEmpty && word.utf8.count <= 200 && word.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        }
        return isPlain && !text.contains("=?") ? words : encodedWords(text)
    }

    /// Source: https://www.rfc-editor.org/rfc/rfc2047
    private static func encodedWords(_ text: String) -> [String] {
        // Quoted-printable: some readers end at the padding of base64. With its marks a word has at most 75 characters.
        var pieces: [String] = [""]
        for scalar in text.unicodeScalars {
            let written = scalar == " " ? "_" : percented(String(scalar), mark: "=")
            if (pieces.last?.utf8.count ?? 0) + written.utf8.count > 62 { pieces.append("") }
            pieces[pieces.count - 1] += written
        }
        return pieces.filter { !$0.utf8.isEmpty }.map { "=?utf-8?Q?\($0)?=" }
    }

    /// With letters and digits as they are, and every other byte by its number behind a mark.
    private static func percented(_ name: String, mark: String = "%") -> String {
        name.utf8.reduce(into: "") { result, byte in
            if (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += mark + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    // MARK: Addresses

    private static func address(_ agent: Agent) -> [String]? {
        let scheme = MailLetter.addressScheme
        let uri = agent.uris.first { $0.hasPrefix(scheme) }
        let address = uri.map { String($0.dropFirst(scheme.utf8.count)) }.flatMap {
            MailAddressText.isWritable($0) ? $0 : nil
        }
        let name = (agent.name ?? agent.role).map(sanitized)
        switch (name, address) {
        case (nil, nil): return nil
        case (nil, let address?): return ["<\(address)>"]
        case (let name?, let address?):
            if name.hasSameBytes(as: address) { return [address] }
            return phrase(name) + ["<\(address)>"]
        case (let name?, nil):
            var words = phrase(name)
            words[words.count - 1] += ":;"
            return words
        }
    }

    /// A name before an address: words as they are, in quotes, or encoded.
    private static func phrase(_ name: String) -> [String] {
        let parts = words(name)
        guard !parts.isEmpty else { return ["\"\""] }
        let isEncoded = parts[0].hasPrefix("=?")
        let isAtom = parts.allSatisfy { part in
            part.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "'-_".utf8.contains(byte)
            }
        }
        if isEncoded || isAtom { return parts }
        let isQuotable = !name.utf8.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        return isQuotable && name.utf8.count <= 60 ? ["\"\(name)\""] : encodedWords(name)
    }
}

/// Text whose lines are safe on any way.
///
/// Source: https://www.rfc-editor.org/rfc/rfc2045#section-6.7
enum QuotedPrintable {
    /// With `\n` as its only line end.
    static func encoded(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for (number, line) in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if number > 0 { result.append(0x0A) }
            let bytes = Array(line)
            // Programs that keep mailboxes change lines that begin so, and servers those that are one dot.
            let isFrom = bytes.starts(with: "From ".utf8) || bytes.first == UInt8(ascii: ".")
            var length = 0
            for (index, byte) in bytes.enumerated() {
                let isLast = index == bytes.count - 1
                let isPlain =
                    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") && !(isFrom && index == 0)
                    || (byte == 0x20 || byte == 0x09) && !isLast
                let count = isPlain ? 1 : 3
                if length + count > 75 {
                    result += [UInt8(ascii: "="), 0x0A]
                    length = 0
                }
                result += isPlain ? [byte] : EncodedWords.escaped(byte)
                length += count
            }
        }
        return result
    }
}
