import LetterModel

/// A letter as people read one: what is known of it, then the letter itself.
enum LetterText {
    /// The lines, without a final line feed.
    static func lines(of letter: Letter) -> [String] {
        var lines: [String] = []
        func row(_ name: String, _ value: String?) {
            guard let value, !value.utf8.isEmpty else { return }
            lines.append(name + String(repeating: " ", count: max(1, 12 - name.count)) + value)
        }
        row("Title", letter.title)
        row("From", letter.senders.map(text).joined(separator: "; "))
        row("To", letter.recipients.map(text).joined(separator: "; "))
        row("Date", [letter.date?.edtf, letter.date?.text.map { "(\($0))" }].compactMap { $0 }.joined(separator: " "))
        row("Place", letter.place?.name)
        row("Kind", letter.kind?.rawValue)
        row("Language", letter.language)
        row("Status", letter.status?.rawValue)
        row("Access", letter.access?.level?.rawValue)
        row("Collection", letter.collection)
        row("Tags", letter.tags.joined(separator: ", "))
        row("Summary", letter.summary)
        for attachment in letter.attachments {
            row(
                "Attachment",
                "\(attachment.name ?? "unnamed") (\(attachment.size.map { "\($0) bytes" } ?? "size unknown"))")
        }
        for note in letter.notes { row("Note", note.value.text) }
        let parts = [
            letter.dateline, letter.salutation, letter.body, letter.valediction, letter.signature,
            letter.postscript.map { "P.S. " + $0 },
        ]
        for part in parts.compactMap({ $0 }) {
            if !lines.isEmpty { lines.append("") }
            lines += part.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
        return lines
    }

    private static func text(_ agent: Agent) -> String {
        let name = [agent.honorific, agent.name].compactMap { $0 }.joined(separator: " ")
        let parts = [name.isEmpty ? nil : name, agent.role].compactMap { $0 }
        return parts.isEmpty ? "unknown" : parts.joined(separator: ", ")
    }
}
