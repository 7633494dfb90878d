public import LetterModel

/// TEI P5 out: a document a letter, or a teiCorpus of them with a start and an end, so that any number of letters can be written one by
/// one.
///
/// What TEI can hold comes back equal when it is read again: see Documentation/formats.md for what it cannot.
///
/// Source: https://tei-c.org/release/doc/tei-p5-doc/en/html/
public struct TEIWriter: Sendable {
    private let title: String
    private let publisher: String
    private let day: String

    /// A writer of one archive's letters.
    ///
    /// - Parameters:
    ///   - title: what a corpus of them is called.
    ///   - publisher: who answers for the files.
    ///   - day: the day on which they were made, `2026-11-26`.
    public init(title: String, publisher: String, day: String) {
        self.title = title
        self.publisher = publisher
        self.day = day
    }

    /// A document with one letter. An instruction that no reader has to follow names it: letters that say the same stay two, since a document
    /// without a name of its own is known by its bytes.
    public func document(id: LetterID, letter: Letter) -> [UInt8] {
        var writer = XMLWriter(depth: 0)
        write(letter, isRoot: true, to: &writer)
        return Array("\(XMLWriter.declaration)<?chancery letter=\"\(id.text)\"?>\n".utf8) + writer.bytes
    }

    /// What stands before the first letter of a corpus.
    public var header: [UInt8] {
        var writer = XMLWriter(depth: 1)
        writer.element("teiHeader") { writer in
            writer.element("fileDesc") { writer in
                writer.element("titleStmt") { $0.exact("title", text: title) }
                writer.element("publicationStmt") { writer in
                    writer.exact("publisher", text: publisher)
                    writer.element("date", ["when": day])
                }
                writer.element("sourceDesc") { $0.element("p") }
            }
        }
        return Array("\(XMLWriter.declaration)<teiCorpus xmlns=\"\(CMIFImporter.namespace)\">\n".utf8) + writer.bytes
    }

    /// One letter of a corpus.
    public func entry(id: LetterID, letter: Letter) -> [UInt8] {
        var writer = XMLWriter(depth: 1)
        write(letter, isRoot: false, to: &writer)
        return writer.bytes
    }

    /// What stands after the last letter of a corpus.
    public var footer: [UInt8] { Array("</teiCorpus>\n".utf8) }

    // MARK: Document

    private func write(_ letter: Letter, isRoot: Bool, to writer: inout XMLWriter) {
        let name = letter.identifiers.first { isOwnName($0) }?.value
        writer.element("TEI", ["xmlns": isRoot ? CMIFImporter.namespace : nil, "xml:id": name]) { writer in
            writer.element("teiHeader") { writer in
                writer.element("fileDesc") { writeFile(letter, named: name, to: &$0) }
                writeProfile(letter, to: &writer)
            }
            writeText(letter, to: &writer)
        }
    }

    /// Whether an identifier is the name that a document had.
    private func isOwnName(_ identifier: Identifier) -> Bool {
        guard identifier.scheme?.hasSameBytes(as: "tei") ?? false, let value = identifier.value else { return false }
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") }
        // Names in other scripts are written as numbers of the publication: XML has many rules for them.
        return value.utf8.first.map(isLetter) ?? false
            && value.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "-.".utf8.contains($0) }
    }

    private func writeFile(_ letter: Letter, named name: String?, to writer: inout XMLWriter) {
        writer.element("titleStmt") { $0.exact("title", ["level": "a"], text: letter.title ?? "") }
        writer.element("publicationStmt") { writer in
            writer.exact("publisher", text: publisher)
            writer.element("date", ["when": day])
            var isNamed = name == nil
            for identifier in letter.identifiers {
                if !isNamed, isOwnName(identifier), identifier.value?.hasSameBytes(as: name ?? "") ?? false {
                    isNamed = true
                    continue
                }
                writer.exact("idno", ["type": identifier.scheme], text: identifier.value ?? "")
            }
            if let licence = letter.rights?.licence {
                writer.element("availability") { $0.element("licence", ["target": licence], text: licence) }
            }
        }
        writeNotes(letter, to: &writer)
        writer.element("sourceDesc") { writer in
            guard !letter.witnesses.isEmpty else { return writer.element("p") }
            writer.element("listWit") { writer in
                for witness in letter.witnesses { write(witness, to: &writer) }
            }
        }
    }

    private func writeNotes(_ letter: Letter, to writer: inout XMLWriter) {
        guard !letter.notes.isEmpty || !letter.relations.isEmpty else { return }
        writer.element("notesStmt") { writer in
            for (key, note) in letter.notes {
                let attributes: XMLWriter.Attributes = ["n": key, "resp": note.author]
                guard let at = note.at else {
                    writer.exact("note", attributes, text: note.text ?? "", lineEnd: "lb")
                    continue
                }
                writer.element("note", attributes) { writer in
                    writer.element("date", ["type": "written", "when": at])
                    if let text = note.text { writer.exact("seg", text: text, lineEnd: "lb") }
                }
            }
            for relation in letter.relations {
                writer.element("relatedItem", ["type": relation.type?.rawValue, "target": relation.target])
            }
        }
    }

    private func write(_ witness: Witness, to writer: inout XMLWriter) {
        writer.element("witness") { writer in
            writer.element("msDesc", ["type": witness.kind]) { writer in
                writer.element("msIdentifier") { writer in
                    if let text = witness.repository { writer.exact("repository", text: text) }
                    if let text = witness.collection { writer.exact("collection", text: text) }
                    if let text = witness.shelfmark { writer.exact("idno", text: text) }
                }
                guard let extent = witness.extent else { return }
                writer.element("physDesc") { writer in
                    writer.element("objectDesc") { writer in
                        writer.element("supportDesc") { $0.exact("extent", text: extent) }
                    }
                }
            }
        }
    }

    private func writeProfile(_ letter: Letter, to writer: inout XMLWriter) {
        writer.element("profileDesc") { writer in
            if let summary = letter.summary { writer.element("abstract") { writeParagraphs(summary, to: &$0) } }
            let languages = letter.languages.isEmpty ? [letter.language].compactMap { $0 } : letter.languages
            if !languages.isEmpty {
                writer.element("langUsage") { writer in
                    for language in languages { writer.element("language", ["ident": language], text: language) }
                }
            }
            if !letter.tags.isEmpty {
                writer.element("textClass") { writer in
                    writer.element("keywords") { writer in
                        for tag in letter.tags { writer.exact("term", text: tag) }
                    }
                }
            }
            CorrespDesc.writeEdition(letter, to: &writer)
        }
    }

    // MARK: Text

    private func writeText(_ letter: Letter, to writer: inout XMLWriter) {
        let language = letter.language ?? (letter.languages.isEmpty ? nil : "und")
        writer.element("text", ["type": letter.kind?.rawValue, "xml:lang": language]) { writer in
            writer.element("body") { writer in
                writer.element("div", ["type": "letter"]) { writeParts(letter, to: &$0) }
            }
        }
    }

    private func writeParts(_ letter: Letter, to writer: inout XMLWriter) {
        if letter.dateline != nil || letter.salutation != nil {
            writer.element("opener") { writer in
                if let text = letter.dateline { writer.exact("dateline", text: text, lineEnd: "lb") }
                if let text = letter.salutation { writer.exact("salute", text: text, lineEnd: "lb") }
            }
        }
        if let body = letter.body { writeParagraphs(body, to: &writer) } else { writer.element("p") }
        if letter.valediction != nil || letter.signature != nil {
            writer.element("closer") { writer in
                if let text = letter.valediction { writer.exact("salute", text: text, lineEnd: "lb") }
                if let text = letter.signature { writer.exact("signed", text: text, lineEnd: "lb") }
            }
        }
        if let postscript = letter.postscript {
            writer.element("postscript") { writeParagraphs(postscript, to: &$0) }
        }
    }

    /// A paragraph for each piece between empty lines.
    private func writeParagraphs(_ text: String, to writer: inout XMLWriter) {
        var pieces: [[UInt8]] = [[]]
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            if byte == 0x0A, bytes.first == 0x0A {
                bytes = bytes.dropFirst()
                pieces.append([])
            } else {
                pieces[pieces.count - 1].append(byte)
            }
        }
        for piece in pieces { writer.exact("p", text: String(decoding: piece, as: UTF8.self), lineEnd: "lb") }
    }
}
