import LetterModel
import XMLParsing

/// Parts of a TEI header that stand in none of the others.
enum TEIHeader {
    /// Notes and relations to other letters, which are no part of the text.
    ///
    /// Source: https://tei-c.org/release/doc/tei-p5-doc/en/html/ref-notesStmt.html
    static func readNotes(_ header: XMLElement?, into letter: inout Letter) {
        guard let statement = header?.first("fileDesc", "notesStmt") else { return }
        var notes = letter.notes
        for (index, note) in statement.elements("note").enumerated() {
            var value = Note()
            let written = note.elements("date").first { $0.attribute("type") == "written" }
            // With a date, the text has an element of its own.
            let isDivided = written != nil && note.elements.count == 2 && note.elements("seg").count == 1
            value.text = isDivided ? note.elements("seg").first.flatMap { TEIText($0).value } : TEIText(note).value
            value.author = note.attribute("resp")
            value.at = written?.attribute("when")
            let key = note.attribute("n").flatMap { $0.isEmpty ? nil : $0 } ?? "notesStmt-\(index + 1)"
            let isTaken = notes.contains { $0.key.hasSameBytes(as: key) }
            if !value.members.isEmpty { notes.append((isTaken ? "\(key)-\(index + 1)" : key, value)) }
        }
        letter.notes = notes
        letter.relations = CorrespDesc.distinct(
            statement.elements("relatedItem").map { item in
                var relation = Relation()
                relation.type = item.attribute("type").flatMap { $0.isEmpty ? nil : RelationType(rawValue: $0) }
                relation.target = item.attribute("target")
                return relation
            })
    }

    /// The manuscripts that the edition is made from.
    static func witnesses(_ sources: [XMLElement]) -> [Witness] {
        func found(_ element: XMLElement, in description: XMLElement?) -> [Witness] {
            element.elements.flatMap { child -> [Witness] in
                switch child.name {
                case "msDesc": found(child, in: child)
                case "msIdentifier": [witness(child, description)]
                default: found(child, in: description)
                }
            }
        }
        return CorrespDesc.distinct(sources.flatMap { found($0, in: nil) })
    }

    private static func witness(_ element: XMLElement, _ description: XMLElement?) -> Witness {
        func text(_ name: String) -> String? { element.first(name).map(XMLText.text) }
        var witness = Witness()
        let keeper = ["settlement", "institution", "repository"].compactMap(text).filter { !$0.isEmpty }
        witness.kind = description?.attribute("type") ?? "manuscript"
        witness.repository = keeper.joined(separator: ", ")
        witness.collection = text("collection")
        witness.shelfmark = text("idno")
        let extent = description?.first("physDesc", "objectDesc", "supportDesc", "extent").map(XMLText.text) ?? ""
        witness.extent = extent.isEmpty ? nil : extent
        return witness
    }
}

/// What a text names, as the second version of CMIF lists it: a note of nothing but references.
///
/// Source: https://encoding-correspondence.bbaw.de/v1/CMIF.html
enum MentionList {
    private static let prefix = "cmif:mentions"
    private static let kinds = [
        ("person", "Person"), ("place", "Place"), ("organisation", "Org"), ("work", "Bibl"), ("date", "Date"),
    ]

    /// Nil if the note is one in words.
    static func read(_ note: XMLElement) -> [Mention]? {
        let refs = note.elements("ref")
        guard !refs.isEmpty, refs.count == note.elements.count,
            refs.allSatisfy({ $0.attribute("type")?.hasPrefix(prefix) ?? false }),
            note.nodes.allSatisfy({ if case .text(let text) = $0 { XMLText.collapsed(text).isEmpty } else { true } })
        else { return nil }
        return CorrespDesc.distinct(
            refs.map { ref in
                var mention = Mention()
                let word = String((ref.attribute("type") ?? "").dropFirst(prefix.utf8.count))
                mention.kind = kinds.first { $0.1.hasSameBytes(as: word) }?.0 ?? (word.isEmpty ? nil : word)
                mention.text = XMLText.text(of: ref)
                mention.uri = ref.attribute("target")
                return mention
            })
    }

    static func write(_ mentions: [Mention], to writer: inout XMLWriter) {
        guard !mentions.isEmpty else { return }
        writer.element("note") { writer in
            for mention in mentions {
                let word = kinds.first { $0.0.hasSameBytes(as: mention.kind ?? "") }?.1 ?? mention.kind ?? ""
                writer.exact("ref", ["type": prefix + word, "target": mention.uri], text: mention.text ?? "")
            }
        }
    }
}
