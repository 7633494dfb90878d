import LetterModel
import MailParsing

/// Cuts a mailbox into its messages. Keeps at most one of them, and at most `MailLimits.messageBytes` of it.
///
/// A message begins at a line "From …" with a time and a year in it that stands before a field of a header: in texts, lines begin with
/// "From " too, and not every program marks them, nor leaves an empty line before a message. One `>` goes from lines that begin
/// with `>From `, `>>From ` and so on, which is how programs mark them.
///
/// Source: https://www.loc.gov/preservation/digital/formats/fdd/fdd000385.shtml
struct MailboxReader: LetterReader {
    /// No line that matters here is longer.
    private static let lineBytes = 64 * 1024

    private var line: [UInt8] = []
    private var isWithinLine = false
    private var lineNumber = 1
    private var message = SourceBuffer(limit: MailLimits.messageBytes)
    private var messageLine: Int?
    /// A line that begins a message if the next one is a field.
    private var held: [UInt8]?

    mutating func read(_ bytes: [UInt8]) -> [ImportItem] {
        var items: [ImportItem] = []
        var rest = bytes[...]
        while let newline = rest.firstIndex(of: 0x0A) {
            line.append(contentsOf: rest[...newline])
            rest = rest[(newline + 1)...]
            if let item = takeLine() { items.append(item) }
        }
        line.append(contentsOf: rest)
        if line.count > MailboxReader.lineBytes {
            if !isWithinLine, let item = startLine() { items.append(item) }
            append(line)
            line = []
            isWithinLine = true
        }
        return items
    }

    mutating func finish() -> [ImportItem] {
        var items: [ImportItem] = []
        if !line.isEmpty, let item = takeLine() { items.append(item) }
        if let held {
            // Nothing comes after it: it begins no message.
            append(held)
            self.held = nil
        }
        if let item = takeMessage() { items.append(item) }
        return items.isEmpty ? [.refusal(ImportRefusal(.empty))] : items
    }

    /// Takes a line with its end; the message before it, if it begins the next one.
    private mutating func takeLine() -> ImportItem? {
        defer {
            line.removeAll(keepingCapacity: line.capacity <= MailboxReader.lineBytes)
            lineNumber += 1
        }
        guard !isWithinLine else {
            append(line)
            isWithinLine = false
            return nil
        }
        let item = startLine()
        if MailboxReader.isSeparator(line) {
            held = line
        } else {
            append(MailboxReader.unmarked(line))
        }
        return item
    }

    /// Decides on the line before this one.
    private mutating func startLine() -> ImportItem? {
        guard let before = held else { return nil }
        held = nil
        // Some programs put a line of their own, or a marked one, below it.
        guard MailboxReader.fieldName(line[...]) != nil || MailboxReader.isMarked(line) else {
            append(before)
            return nil
        }
        let item = takeMessage()
        messageLine = lineNumber - 1
        return item
    }

    private mutating func append(_ bytes: [UInt8]) {
        if messageLine == nil {
            // What stands before the first message belongs to none; white space is nothing.
            guard bytes.contains(where: { $0 > 0x20 }) else { return }
            messageLine = lineNumber
        }
        message.append(bytes)
    }

    /// The message that is complete now, without the empty line that ends it in a mailbox.
    private mutating func takeMessage() -> ImportItem? {
        guard let first = messageLine else { return nil }
        messageLine = nil
        defer { message = SourceBuffer(limit: MailLimits.messageBytes) }
        var bytes = message.bytes
        for end in [[0x0D, 0x0A, 0x0D, 0x0A], [0x0A, 0x0A]] as [[UInt8]]
        where bytes.suffix(end.count).elementsEqual(end) {
            bytes.removeLast(end.count / 2)
            break
        }
        return MailLetter.item(bytes, isTooLong: message.isTooLong, line: first)
    }

    /// Whether a source begins as a mailbox does.
    static func isMailbox(_ start: [UInt8]) -> Bool {
        let lines = start.drop { $0 == 0x0A || $0 == 0x0D }.split(separator: 0x0A, maxSplits: 2)
        return lines.count >= 2 && isSeparator(Array(lines[0])) && fieldName(lines[1]) != nil
    }

    /// "From ada@example.org Wed Jul 15 10:00:00 2020"
    private static func isSeparator(_ line: [UInt8]) -> Bool {
        guard line.starts(with: "From ".utf8) else { return false }
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        let words = line.dropFirst(5).split { $0 <= 0x20 }
        return words.contains { $0.count == 4 && $0.allSatisfy(isDigit) }
            && words.contains { word in
                let parts = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
                return parts.count >= 2 && parts.allSatisfy { (1...2).contains($0.count) && $0.allSatisfy(isDigit) }
            }
    }

    /// The name of the field that a line begins with, in lower case.
    static func fieldName(_ line: ArraySlice<UInt8>) -> String? {
        let name = line.prefix(80).prefix { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        let rest = line[name.endIndex...].drop { $0 == 0x20 || $0 == 0x09 }
        guard !name.isEmpty, rest.first == UInt8(ascii: ":") else { return nil }
        return String(decoding: name, as: UTF8.self).lowercased()
    }

    private static func isMarked(_ line: [UInt8]) -> Bool {
        let rest = line.drop { $0 == UInt8(ascii: ">") }
        return rest.startIndex > 0 && rest.starts(with: "From ".utf8)
    }

    private static func unmarked(_ line: [UInt8]) -> [UInt8] {
        isMarked(line) ? Array(line.dropFirst()) : line
    }
}
