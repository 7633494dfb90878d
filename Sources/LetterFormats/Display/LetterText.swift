public import LetterModel

/// A letter for people to read: the facts on top, then the letter as it would stand on paper.
///
/// For reading only: it leaves out what people rarely ask for, and nothing reads it back. The form that does is
/// `ChanceryTextForm`.
public enum LetterText {
    /// The text, with a newline at the end. Safe for terminals.
    public static func render(_ letter: Letter, id: LetterID? = nil) -> String {
        var blocks: [String?] = [facts(of: letter, id: id)]
        blocks += [
            letter.salutation, letter.body, letter.valediction, letter.signature, letter.dateline, letter.postscript,
        ]
        blocks += letter.translations.map { language, translation in
            translation.body.map { "[\(language)]\n\n\($0)" }
        }
        blocks += letter.notes.map { _, note in
            note.text.map { text in "Note\(note.author.map { " by \($0)" } ?? ""): \(text)" }
        }
        let shown = blocks.compactMap { $0 }.filter { !$0.utf8.isEmpty }
        return VisibleText.of(shown.joined(separator: "\n\n"), keepsLines: true) + "\n"
    }

    private static func facts(of letter: Letter, id: LetterID?) -> String {
        var lines: [(String, String?)] = [("Letter", id?.text), ("Title", letter.title)]
        lines.append(("Kind", letter.kind == .letter ? nil : letter.kind?.rawValue))
        lines += letter.senders.map { ("From", agent($0)) }
        lines += letter.recipients.map { ("To", agent($0)) }
        lines.append(("Date", letter.date.flatMap(date)))
        lines.append(("Place", letter.place?.name))
        lines.append(("Status", letter.status?.rawValue))
        lines.append(("Tags", letter.tags.isEmpty ? nil : letter.tags.joined(separator: ", ")))
        lines.append(("Collection", letter.collection))
        lines.append(("Summary", letter.summary))
        lines += letter.attachments.map { ("File", attachment($0)) }
        return lines.compactMap { name, value in
            value.map {
                "\(name):\(String(repeating: " ", count: 12 - name.utf8.count))\(VisibleText.of($0, keepsLines: false))"
            }
        }.joined(separator: "\n")
    }

    /// "Mr. Ilham Aliyev, President of the Republic of Azerbaijan"; the office alone where there is no name.
    public static func agent(_ agent: Agent) -> String? {
        let name = [agent.honorific, agent.name ?? agent.role].compactMap { $0 }.joined(separator: " ")
        let office = agent.name == nil ? nil : agent.role
        let parts = [name.utf8.isEmpty ? nil : name, office].compactMap { $0 }
        return parts.isEmpty ? agent.onBehalfOf : parts.joined(separator: ", ")
    }

    /// "2020-07-15 (15 July 2020)"
    public static func date(_ date: LetterDate) -> String? {
        switch (date.edtf, date.text) {
        case (let edtf?, let text?) where !edtf.hasSameBytes(as: text): "\(edtf) (\(text))"
        case (let edtf, let text): edtf ?? text
        }
    }

    private static func attachment(_ attachment: Attachment) -> String {
        let name = attachment.name ?? attachment.blob?.hex ?? "without a name"
        let facts = [attachment.role?.rawValue, attachment.size.map { "\($0) bytes" }].compactMap { $0 }
        return facts.isEmpty ? name : "\(name) (\(facts.joined(separator: ", ")))"
    }
}
