import Hashing
import LetterModel
import XMLParsing

/// TEI P5: an edition of one letter, its text and its correspondence metadata, or a teiCorpus of them.
///
/// Source: https://tei-c.org/release/doc/tei-p5-doc/en/html/
public struct TEIImporter: LetterImporter {
    /// The word for `--format`.
    public let format = "tei"
    /// The letter refers to the file; in a teiCorpus, each brings its own document along.
    public let keepsSource = true
    /// The version of the rules, in `source.importerVersion`.
    public static let version = 2

    /// The importer.
    public init() {}

    /// Whether it is TEI and does not begin as a list of letters does. Either importer reads what the file turns out to be.
    public func recognises(start: [UInt8], fileName: String) -> Bool {
        guard XMLText.names(CMIFImporter.namespace, in: start) else { return false }
        return start[...].ranges(of: Array("<correspDesc".utf8)).count < 2
    }

    /// Begins to read one source.
    public func reader(fileName: String) -> any LetterReader {
        TEIReader(fileName: fileName)
    }

    /// The letter of a document that has a text.
    ///
    /// - Parameter around: what a teiCorpus says of all its documents.
    static func letter(
        _ root: XMLElement, bytes: [UInt8], original: Attachment, around: TEIAuthorities = TEIAuthorities()
    ) throws(ImportRefusal) -> ImportedLetter {
        var letter = Letter()
        let authorities = TEIAuthorities(root).merging(around)
        let header = root.first("teiHeader")
        var warnings: [ImportWarning] = []
        if let entry = header?.first("profileDesc", "correspDesc") {
            warnings = CorrespDesc.read(entry, into: &letter, authorities)
        }
        describe(&letter, root, header)
        TEIHeader.readNotes(header, into: &letter)
        if let body = root.first("text", "body") {
            let parts = TEIBody(body)
            parts.fill(&letter)
            for (index, note) in parts.notes.enumerated() {
                var value = Note()
                value.text = TEIText(note).value
                value.author = note.attribute("resp")
                if value.text != nil { letter.notes += [("text-\(index + 1)", value)] }
            }
            letter.mentions = CorrespDesc.distinct(mentions(in: body, authorities) + letter.mentions)
        }
        let identity = SourceIdentity(bytes)
        var source = Source()
        source.sha256 = identity.digest.hex
        source.importer = "tei"
        source.importerVersion = version
        letter.source = source
        letter.attachments = [original]
        do {
            try letter.validate()
        } catch {
            throw ImportRefusal(error.code == .limit ? .tooLong : .invalid, error.description)
        }
        return ImportedLetter(id: id(of: root, header) ?? identity.letterID, letter: letter, warnings: warnings)
    }

    /// A document that names itself, in a publication that names itself.
    private static func id(of root: XMLElement, _ header: XMLElement?) -> LetterID? {
        guard let id = root.xmlAttribute("id"), let number = header?.first("fileDesc", "publicationStmt", "idno") else {
            return nil
        }
        let text = XMLText.collapsed(number.text)
        return text.isEmpty ? nil : LetterID.derived(kind: "tei", key: Array(id.utf8) + [0] + Array(text.utf8))
    }

    private static func describe(_ letter: inout Letter, _ root: XMLElement, _ header: XMLElement?) {
        let description = header?.first("fileDesc")
        let titles = description?.first("titleStmt")?.elements("title") ?? []
        let title = titles.first { $0.attribute("level") == "a" } ?? titles.first
        letter.title = title.map(XMLText.text)
        letter.summary = header?.first("profileDesc", "abstract").flatMap(TEIText.paragraphs)
        letter.tags = (header?.first("profileDesc")?.elements("textClass") ?? []).flatMap { $0.elements("keywords") }
            .flatMap { $0.all("term") }.map(XMLText.text).filter { !$0.isEmpty }
        letter.kind = root.first("text")?.attribute("type").map { Kind(rawValue: $0) }
            .flatMap { Kind.known.contains($0) ? $0 : nil }
        var identifiers: [Identifier] = []
        func add(_ scheme: String, _ value: String) {
            var identifier = Identifier()
            identifier.scheme = scheme
            identifier.value = value
            if !value.isEmpty { identifiers.append(identifier) }
        }
        if let id = root.xmlAttribute("id") { add("tei", id) }
        for number in description?.first("publicationStmt")?.elements("idno") ?? [] {
            add(number.attribute("type").flatMap { $0.isEmpty ? nil : $0 } ?? "idno", XMLText.text(of: number))
        }
        letter.identifiers = CorrespDesc.distinct(identifiers)
        var rights = Rights()
        let licence = description?.first("publicationStmt", "availability", "licence")
        rights.licence = licence?.attribute("target").map(XMLText.collapsed)
        letter.rights = rights.members.isEmpty ? nil : rights
        let idents = (header?.first("profileDesc", "langUsage")?.elements("language") ?? []).compactMap {
            $0.attribute("ident")
        }
        let tags = idents.filter(isLanguage)
        let language = root.first("text")?.xmlAttribute("lang").flatMap { isLanguage($0) ? $0 : nil } ?? tags.first
        // "und" says that it is not known.
        letter.language = language.flatMap { $0.hasSameBytes(as: "und") ? nil : $0 }
        if tags.count > 1 { letter.languages = tags }
        letter.witnesses = TEIHeader.witnesses(description?.elements("sourceDesc") ?? [])
    }

    /// A letter is not refused for a tag that is none: the original keeps it.
    private static func isLanguage(_ tag: String) -> Bool {
        do {
            try Letter(members: ["language": .string(tag)]).validate()
            return true
        } catch {
            return false
        }
    }

    private static let kinds = [
        "persName": "person", "placeName": "place", "orgName": "organisation", "person": "person", "place": "place",
        "org": "organisation", "work": "work",
    ]

    private static func mentions(in body: XMLElement, _ authorities: TEIAuthorities) -> [Mention] {
        func found(_ element: XMLElement) -> [Mention] {
            let below = element.elements.flatMap(found)
            let word = element.name == "rs" ? element.attribute("type") ?? "" : element.name
            guard let kind = kinds[word], let uri = authorities.uris(of: element).first else { return below }
            var mention = Mention()
            mention.kind = kind
            mention.text = TEIText(element).value
            mention.uri = uri
            return [mention] + below
        }
        return CorrespDesc.distinct(found(body))
    }
}
