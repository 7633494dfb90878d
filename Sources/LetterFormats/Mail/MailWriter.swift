import Hashing
public import LetterModel
import MailParsing

/// Mailboxes out: a message a letter, each below its line "From …", so that any number of them can be written one by one.
///
/// Messages are MIME in UTF-8 with lines of at most 76 bytes, or 998 where a file's name needs them; texts are quoted-printable, files
/// base64, so that no line of a text can be taken for anything else. Control characters in headers become spaces: nothing that a
/// letter says begins another field.
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

    /// One letter as an entry of a mailbox.
    public static func entry(_ letter: Letter, files: [File] = []) -> [UInt8] {
        Array("From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n".utf8) + message(letter, files: files) + [0x0A]
    }

    /// One letter as a message, with `\n` as its line end.
    public static func message(_ letter: Letter, files: [File] = []) -> [UInt8] {
        var header = MailHeader()
        header.add("From", letter.senders)
        let recipients = Dictionary(grouping: letter.recipients, by: \.mailField)
        header.add("To", recipients["To"] ?? [])
        header.add("Cc", recipients["Cc"] ?? [])
        header.add("Bcc", recipients["Bcc"] ?? [])
        header.add("Date", plain: letter.date.flatMap(date))
        header.add("Subject", text: letter.title)
        let id = letter.identifiers.first { $0.scheme?.hasSameBytes(as: "message-id") ?? false }?.value
        header.add("Message-ID", ids: [id].compactMap { $0 })
        let parents = ids(.replyTo, letter)
        header.add("In-Reply-To", ids: parents)
        header.add("References", ids: ids(.references, letter) + parents)
        let languages = (letter.languages.isEmpty ? [letter.language].compactMap { $0 } : letter.languages)
            .filter(MailLetter.isLanguage)
        header.add("Content-Language", plain: languages.isEmpty ? nil : languages.joined(separator: ", "))
        header.add("Keywords", phrases: letter.tags.filter { !$0.utf8.contains(UInt8(ascii: ",")) })
        header.add("MIME-Version", plain: "1.0")
        guard !files.isEmpty else { return header.bytes + textPart(letter) }
        // Neither encoding writes these two characters one after the other.
        let boundary = "=_letter"
        header.add("Content-Type", plain: "multipart/mixed; boundary=\"\(boundary)\"")
        var bytes = header.bytes + Array("\n--\(boundary)\n".utf8) + textPart(letter)
        for file in files { bytes += Array("\n--\(boundary)\n".utf8) + part(file) }
        return bytes + Array("\n--\(boundary)--\n".utf8)
    }

    // MARK: Parts

    /// The letter as it would stand on paper.
    private static func textPart(_ letter: Letter) -> [UInt8] {
        let blocks = [
            letter.dateline, letter.salutation, letter.body, letter.valediction, letter.signature, letter.postscript,
        ]
        let text = blocks.compactMap { $0 }.joined(separator: "\n\n")
        var header = MailHeader()
        header.add("Content-Type", plain: "text/plain; charset=utf-8")
        header.add("Content-Transfer-Encoding", plain: "quoted-printable")
        return header.bytes + [0x0A] + QuotedPrintable.encoded(text) + [0x0A]
    }

    private static func part(_ file: File) -> [UInt8] {
        var header = MailHeader()
        let type = file.attachment.mediaType ?? ""
        // A message in a message would have to be written as it is; its bytes matter more than what they are called.
        let isType = MailHeader.isMediaType(type) && !type.hasPrefix("multipart/") && !type.hasPrefix("message/")
        header.add("Content-Type", plain: isType ? type : "application/octet-stream")
        header.add("Content-Transfer-Encoding", plain: "base64")
        header.add(fileName: file.attachment.name)
        return header.bytes + [0x0A] + base64Lines(file.bytes)
    }

    /// In lines of 76 characters, each with its line end.
    private static func base64Lines(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 3 * 4 + bytes.count / 57 + 8)
        for start in stride(from: 0, to: bytes.count, by: 57) {
            result += Array(Base64.encode(Array(bytes[start..<min(start + 57, bytes.count)])).utf8)
            result.append(0x0A)
        }
        return result
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
