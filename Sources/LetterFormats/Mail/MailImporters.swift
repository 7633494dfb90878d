import LetterModel
import MailParsing

/// One e-mail in a file of its own, as mail programs save them (`.eml`).
///
/// The message is the letter's attachment of role `original`, and what hangs on it are its further attachments: the file as such is not kept.
///
/// Source: https://www.rfc-editor.org/rfc/rfc5322
public struct MessageImporter: LetterImporter {
    /// The word for `--format`.
    public let format = "eml"
    /// A letter brings its message along.
    public let keepsSource = false
    /// A message does not change.
    public let replacesLetters = false

    /// The importer.
    public init() {}

    /// Whether it is called so, or begins with a header that only mail has.
    public func recognises(start: [UInt8], fileName: String) -> Bool {
        if MailboxReader.isMailbox(start) { return false }
        return fileName.lowercased().hasSuffix(".eml") || MessageImporter.isMessage(start)
    }

    /// Begins to read one source.
    public func reader(fileName: String) -> any LetterReader {
        Reader()
    }

    /// People put "From:" and "Date:" above letters too; what nobody but a mail program writes must be there.
    private static func isMessage(_ start: [UInt8]) -> Bool {
        var names: [String] = []
        for line in start.split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard let first = line.first, first != 0x0D else { break }
            if first == 0x20 || first == 0x09, !names.isEmpty { continue }
            guard let name = MailboxReader.fieldName(line) else { break }
            names.append(name)
        }
        if names.contains(MailMessage.letterField.lowercased()) { return true }
        let byPrograms = [
            "message-id", "mime-version", "received", "return-path", "delivered-to", "content-transfer-encoding",
        ]
        return names.contains { byPrograms.contains($0) }
            && names.contains { ["from", "date", "subject", "to", "sender"].contains($0) }
    }

    private struct Reader: LetterReader {
        private var buffer = SourceBuffer(limit: MailLimits.messageBytes)

        mutating func read(_ bytes: [UInt8]) -> [ImportItem] {
            buffer.append(bytes)
            return []
        }

        mutating func finish() -> [ImportItem] {
            [MailLetter.item(buffer.bytes, isTooLong: buffer.isTooLong, line: nil)]
        }
    }
}

/// A mailbox: messages one after the other in one file, each below a line that begins with "From ".
///
/// Source: https://www.rfc-editor.org/rfc/rfc4155
public struct MailboxImporter: LetterImporter {
    /// The word for `--format`.
    public let format = "mbox"
    /// A letter brings its message along.
    public let keepsSource = false
    /// A message does not change.
    public let replacesLetters = false

    /// The importer.
    public init() {}

    /// Whether it begins as a mailbox does, or is called so.
    public func recognises(start: [UInt8], fileName: String) -> Bool {
        MailboxReader.isMailbox(start) || fileName.lowercased().hasSuffix(".mbox")
    }

    /// Begins to read one source.
    public func reader(fileName: String) -> any LetterReader {
        MailboxReader()
    }
}
