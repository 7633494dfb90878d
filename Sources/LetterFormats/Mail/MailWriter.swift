import Hashing
public import LetterModel
import MailParsing

/// Mailboxes out: a message a letter, each below its line "From …", so that any number of them can be written one by one.
///
/// Messages are MIME in UTF-8 with lines of at most 76 bytes, or 998 where a file's name needs them; texts are quoted-printable, files
/// base64, so that no line of a text can be taken for anything else. Control characters in headers become spaces: nothing that a
/// letter says begins another field.
///
/// A message with large files need not be in memory as a whole: it is ``opening(_:id:files:)``, for each file ``opening(of:)`` and the ``FileLines``
/// of its bytes, and ``closing(files:)``.
///
/// Source: https://www.rfc-editor.org/rfc/rfc5322, https://www.rfc-editor.org/rfc/rfc4155
public enum MailWriter {
    /// A file that goes with a letter.
    public struct File: Sendable {
        /// What the letter says of it.
        public let attachment: Attachment
        /// Its bytes.
        public let bytes: [UInt8]

        /// A file of its parts.
        public init(attachment: Attachment, bytes: [UInt8]) {
            self.attachment = attachment
            self.bytes = bytes
        }
    }

    /// The most bytes of files that one message carries: as base64 they stay below what is read again.
    public static let fileBytes = 90 * 1024 * 1024

    /// Whether a message carries this attachment: all but originals, which `export --format original` gives back.
    public static func carries(_ attachment: Attachment) -> Bool {
        attachment.role != .original
    }

    /// The line of a mailbox above a message.
    public static let separator = Array("From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n".utf8)
    /// What stands in a mailbox below a message.
    public static let separatorEnd: [UInt8] = [0x0A]
    /// Neither encoding writes these two characters one after the other.
    private static let boundary = "=_letter"

    /// One letter as an entry of a mailbox.
    public static func entry(_ letter: Letter, id: LetterID? = nil, files: [File] = []) -> [UInt8] {
        separator + message(letter, id: id, files: files) + separatorEnd
    }

    /// One letter as a message, with `\n` as its line end.
    public static func message(_ letter: Letter, id: LetterID? = nil, files: [File] = []) -> [UInt8] {
        var bytes = opening(letter, id: id, files: files.map(\.attachment))
        for file in files {
            var lines = FileLines()
            bytes += opening(of: file.attachment) + lines.encode(file.bytes) + lines.finish()
        }
        return bytes + closing(files: files.map(\.attachment))
    }

    /// What a message begins with: its header and the text of the letter.
    ///
    /// - Parameters:
    ///   - letter: The letter.
    ///   - id: Its id, which stands in a field of its own: letters that say the same stay two, since a message is known by its bytes. The field also says
    ///     that this is a letter, of which neither sender nor recipient, date or title may be known.
    ///   - files: The attachments whose bytes follow.
    public static func opening(_ letter: Letter, id: LetterID? = nil, files: [Attachment] = []) -> [UInt8] {
        var header = MailHeader()
        header.add("From", letter.senders)
        let recipients = Dictionary(grouping: letter.recipients, by: \.mailField)
        header.add("To", recipients["To"] ?? [])
        header.add("Cc", recipients["Cc"] ?? [])
        header.add("Bcc", recipients["Bcc"] ?? [])
        header.add("Date", plain: letter.date.flatMap(date))
        header.add("Subject", text: letter.title)
        let name = letter.identifiers.first { $0.scheme?.hasSameBytes(as: "message-id") ?? false }?.value
        header.add("Message-ID", ids: [name].compactMap { $0 })
        let parents = ids(.replyTo, letter)
        header.add("In-Reply-To", ids: parents)
        header.add("References", ids: ids(.references, letter) + parents)
        let languages = (letter.languages.isEmpty ? [letter.language].compactMap { $0 } : letter.languages)
            .filter(MailLetter.isLanguage)
        header.add("Content-Language", plain: languages.isEmpty ? nil : languages.joined(separator: ", "))
        header.add("Keywords", phrases: letter.tags.filter { !$0.utf8.contains(UInt8(ascii: ",")) })
        header.add(MailMessage.letterField, plain: id?.text ?? "unnamed")
        header.add("MIME-Version", plain: "1.0")
        guard !files.isEmpty else { return header.bytes + textPart(letter) }
        header.add("Content-Type", plain: "multipart/mixed; boundary=\"\(boundary)\"")
        return header.bytes + Array("\n--\(boundary)\n".utf8) + textPart(letter)
    }

    /// What stands before the bytes of a file.
    public static func opening(of file: Attachment) -> [UInt8] {
        var header = MailHeader()
        let type = file.mediaType ?? ""
        // A message in a message would have to be written as it is; its bytes matter more than what they are called.
        let isType = MailHeader.isMediaType(type) && !type.hasPrefix("multipart/") && !type.hasPrefix("message/")
        header.add("Content-Type", plain: isType ? type : "application/octet-stream")
        header.add("Content-Transfer-Encoding", plain: "base64")
        header.add(fileName: file.name)
        return Array("\n--\(boundary)\n".utf8) + header.bytes + [0x0A]
    }

    /// What a message ends with, behind the last of these files.
    public static func closing(files: [Attachment]) -> [UInt8] {
        files.isEmpty ? [] : Array("\n--\(boundary)--\n".utf8)
    }

    /// The bytes of a file as lines of base64, of 76 characters each with its line end, piece by piece.
    public struct FileLines: Sendable {
        private static let lineBytes = 57
        /// What came and fills no line.
        private var rest: [UInt8] = []

        /// No bytes yet.
        public init() {}

        /// The lines that further bytes fill.
        public mutating func encode(_ bytes: [UInt8]) -> [UInt8] {
            rest += bytes
            let end = rest.count / Self.lineBytes * Self.lineBytes
            let lines = Self.lines(rest[..<end])
            rest.removeFirst(end)
            return lines
        }

        /// The last line, if there is one.
        public mutating func finish() -> [UInt8] {
            defer { rest = [] }
            return Self.lines(rest[...])
        }

        private static func lines(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count / 3 * 4 + bytes.count / lineBytes + 8)
            for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: lineBytes) {
                result += Array(Base64.encode(Array(bytes[start..<min(start + lineBytes, bytes.endIndex)])).utf8)
                result.append(0x0A)
            }
            return result
        }
    }

    // MARK: Parts

    /// The letter as it would stand on paper.
    private static func textPart(_ letter: Letter) -> [UInt8] {
        let blocks = [
            letter.dateline, letter.salutation, letter.body, letter.valediction, letter.signature, letter.postscript,
        ]
        var text = blocks.compactMap { $0 }.joined(separator: "\n\n")
        // Of a mark at the beginning a reader takes one away.
        if text.unicodeScalars.first == "\u{FEFF}" { text = "\u{FEFF}" + text }
        var header = MailHeader()
        header.add("Content-Type", plain: "text/plain; charset=utf-8")
        header.add("Content-Transfer-Encoding", plain: "quoted-printable")
        return header.bytes + [0x0A] + QuotedPrintable.encoded(text) + [0x0A]
    }

    // MARK: Fields

    private static func ids(_ type: RelationType, _ letter: Letter) -> [String] {
        letter.relations.filter { $0.type == type }.compactMap { relation in
            guard let target = relation.target, target.hasPrefix(MailLetter.idScheme) else { return nil }
            return MailAddressText.unescaped(target.dropFirst(MailLetter.idScheme.utf8.count))
        }
    }

    /// The date as it stood in a message, if it did; else the day alone, at an hour and in a zone that nobody knows.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.3
    private static func date(_ date: LetterDate) -> String? {
        // What is doubtful, or less than a day, is no date of a message.
        guard let day = date.parsed?.day, let edtf = date.edtf, edtf.hasSameBytes(as: day.text),
            (1...9999).contains(day.year)
        else { return nil }
        if let text = date.text, isDate(text, of: day) { return text }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(day.day) \(months[day.month - 1]) \(DecimalDigits.text(day.year, width: 4)) 00:00:00 -0000"
    }

    private static func isDate(_ text: String, of day: CalendarDay) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || " ,:+-()".utf8.contains(byte)
        }
        guard isPlain, text.utf8.count <= 60, text.utf8.contains(UInt8(ascii: ":")), text.utf8.first != 0x20,
            text.utf8.last != 0x20
        else { return false }
        do {
            let found = try MailParser.message(Array("Date: \(text)\n\n".utf8)).day
            return found.map { $0 == (day.year, day.month, day.day) } ?? false
        } catch {
            return false
        }
    }
}

extension Agent {
    /// The field of a message that names it.
    fileprivate var mailField: String {
        switch self[text: "field"] {
        case "cc": "Cc"
        case "bcc": "Bcc"
        default: "To"
        }
    }
}
