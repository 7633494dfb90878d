import LetterModel
import MailParsing

/// The parts of a message, divided into what is to be read and what hangs on it.
///
/// Of alternatives the first in plain text counts that says anything, else one in HTML, as text. Every other part but HTML is a file.
struct MailText {
    /// A part that is no text of the message.
    struct File {
        let name: String
        let mediaType: String
        let bytes: [UInt8]
    }

    private(set) var files: [File] = []
    private(set) var charset: String?
    private(set) var warnings: [ImportWarning] = []
    private var texts: [String] = []

    init(_ content: MailPart?) {
        if let content { take(content, isRoot: true) }
    }

    /// The text: paragraphs separated by one empty line; nil if there is none.
    var body: String? {
        let whole = texts.joined(separator: "\n\n")
        return whole.isEmpty ? nil : whole
    }

    private mutating func take(_ part: MailPart, isRoot: Bool = false) {
        switch part.content {
        case .message(let bytes):
            add(part, bytes, extension: "eml")
        case .bytes(let bytes):
            let isNamed = part.fileName != nil && !isRoot
            guard !part.isAttachment, !isNamed, MailText.isText(part) || isRoot && part.mediaType.hasPrefix("text/"),
                let decoded = decode(part, bytes)
            else { return add(part, bytes, extension: nil) }
            if !decoded.isEmpty { texts.append(decoded) }
        case .parts(let parts):
            switch part.mediaType {
            case "multipart/alternative": takeAlternatives(parts)
            case "multipart/related", "multipart/signed":
                // The first is the text, the others are its pictures, or its signature.
                for (index, child) in parts.enumerated() {
                    index == 0 || !MailText.isText(child) ? take(child) : addFile(child)
                }
            default: parts.forEach { take($0) }
            }
        }
    }

    private mutating func takeAlternatives(_ parts: [MailPart]) {
        let chosen =
            parts.firstIndex { says($0, "text/plain") } ?? parts.firstIndex { says($0, "text/html") }
            ?? parts.firstIndex { MailText.isText($0) }
        for (index, part) in parts.enumerated() {
            if index == chosen { take(part) } else { takeFiles(part) }
        }
    }

    /// Whether there is text of this type in a part that is no attachment.
    private func says(_ part: MailPart, _ mediaType: String) -> Bool {
        switch part.content {
        case .message: return false
        case .bytes(let bytes):
            return part.mediaType == mediaType && !part.isAttachment && bytes.contains { $0 > 0x20 }
        case .parts(let parts): return parts.contains { says($0, mediaType) }
        }
    }

    /// Of an alternative that is not read, the pictures and the like.
    private mutating func takeFiles(_ part: MailPart) {
        switch part.content {
        case .parts(let parts): parts.forEach { takeFiles($0) }
        case .bytes, .message:
            if !part.mediaType.hasPrefix("text/") || part.isAttachment || part.fileName != nil { addFile(part) }
        }
    }

    private mutating func addFile(_ part: MailPart) {
        switch part.content {
        case .parts(let parts): parts.forEach { addFile($0) }
        case .bytes(let bytes): add(part, bytes, extension: nil)
        case .message(let bytes): add(part, bytes, extension: "eml")
        }
    }

    private mutating func add(_ part: MailPart, _ bytes: [UInt8], extension known: String?) {
        guard !bytes.isEmpty || part.fileName != nil else { return }
        let subtype = part.mediaType.split(separator: "/").last.map(String.init) ?? ""
        let isShort = (1...5).contains(subtype.utf8.count) && subtype.utf8.allSatisfy { (0x61...0x7A).contains($0) }
        let fallback = "part-\(files.count + 1).\(known ?? (isShort ? subtype : "bin"))"
        files.append(
            File(
                name: part.fileName.map { SafeFileName.make(from: $0, fallback: fallback) } ?? fallback,
                mediaType: part.mediaType, bytes: bytes))
    }

    private static func isText(_ part: MailPart) -> Bool {
        part.mediaType == "text/plain" || part.mediaType == "text/html"
    }

    /// The text of a part, without line ends at its end; nil if it is none.
    private mutating func decode(_ part: MailPart, _ bytes: [UInt8]) -> String? {
        guard let decoded = MailCharset.decode(bytes, part.charset) else {
            warnings.append(ImportWarning(.undecodableBytes, "a part that calls itself text is none; it is attached"))
            return nil
        }
        charset = charset ?? decoded.charset
        warnings += decoded.warnings
        var text = MailText.lines(of: decoded.text)
        if part.mediaType == "text/html" {
            text = HTMLText.text(of: text)
        } else if part.isFlowed {
            text = FlowedText.joined(text, deletesSpaces: part.deletesSpaces)
        }
        while text.utf8.last == 0x0A { text.unicodeScalars.removeLast() }
        return text
    }

    /// With `\n` as the only line end.
    private static func lines(of text: String) -> String {
        guard text.utf8.contains(0x0D) else { return text }
        var bytes: [UInt8] = []
        var isAfterReturn = false
        for byte in text.utf8 {
            if !(byte == 0x0A && isAfterReturn) { bytes.append(byte == 0x0D ? 0x0A : byte) }
            isAfterReturn = byte == 0x0D
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Bytes of a part as text, by the charset that it declares, or else by what they look like.
enum MailCharset {
    /// Nil if the bytes are no text.
    static func decode(
        _ bytes: [UInt8], _ declared: String?
    ) -> (text: String, charset: String, warnings: [ImportWarning])? {
        let name = declared.flatMap(known)
        if let name, let text = MailParser.text(bytes, charset: name) { return (unmarked(text), name, []) }
        // Every byte is a character of ISO-8859-1, if only a control character.
        if name == "windows-1252", let text = MailParser.text(bytes, charset: "iso-8859-1") {
            return (text, "iso-8859-1", [])
        }
        if bytes.isEmpty { return ("", "utf-8", []) }
        guard let guess = DecodedText(bytes) else { return nil }
        guard declared != nil, guess.warnings.isEmpty, name != "utf-8" else {
            return (guess.text, guess.charset, guess.warnings)
        }
        let warning = ImportWarning(
            .charsetAssumed, "the text is not in the charset that it names, and was read as \(guess.charset)")
        return (guess.text, guess.charset, [warning])
    }

    /// The charset to read by: what a name stands for in practice, nil for one that says nothing.
    ///
    /// Source: https://encoding.spec.whatwg.org/#names-and-labels
    private static func known(_ declared: String) -> String? {
        let name = declared.lowercased()
        let isName = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || "-_.:".utf8.contains(byte)
        }
        guard isName, (1...40).contains(name.utf8.count) else { return nil }
        switch name {
        case "us-ascii", "ascii", "utf8", "ansi_x3.4-1968": return "utf-8"
        case "iso-8859-1", "iso8859-1", "latin1", "iso_8859-1": return "windows-1252"
        case "gb2312", "gbk", "x-gbk": return "gb18030"
        case "ks_c_5601-1987", "ks_c_5601-1989", "euc-kr": return "cp949"
        case "shift_jis", "shift-jis", "x-sjis": return "cp932"
        case "iso-8859-9": return "windows-1254"
        default: return name
        }
    }

    private static func unmarked(_ text: String) -> String {
        text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }
}

/// Text whose paragraphs were cut into lines for the way, put together again.
///
/// Source: https://www.rfc-editor.org/rfc/rfc3676#section-4
enum FlowedText {
    static func joined(_ text: String, deletesSpaces: Bool) -> String {
        var result: [UInt8] = []
        var openDepth: Int?
        for (number, line) in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let content = line.drop { $0 == UInt8(ascii: ">") }
            let depth = line.count - content.count
            var words = Array(content.first == 0x20 ? content.dropFirst() : content)
            let isMark = words.elementsEqual("-- ".utf8)
            let continues = openDepth == depth && !isMark && !words.isEmpty
            if !continues {
                if number > 0 { result.append(0x0A) }
                result += repeatElement(UInt8(ascii: ">"), count: depth)
                if depth > 0, !words.isEmpty { result.append(0x20) }
            }
            let isOpen = words.last == 0x20 && !isMark
            if isOpen, deletesSpaces { words.removeLast() }
            result += words
            openDepth = isOpen ? depth : nil
        }
        return String(decoding: result, as: UTF8.self)
    }
}
