import Hashing
import LetterModel
import XMLParsing

/// CMIF 1.1: the correspondence metadata of an edition or a catalogue, one `correspDesc` a letter, no texts.
///
/// The file must be read to its end before the first letter is known: a `ref` names a letter only if it occurs once in the file.
///
/// Source: https://encoding-correspondence.bbaw.de/v1/CMIF.html
public struct CMIFImporter: LetterImporter {
    /// The word for `--format`.
    public let format = "cmif"
    /// Every letter refers to the file that it is listed in.
    public let keepsSource = true
    /// The version of the rules, in `source.importerVersion`.
    public static let version = 2
    /// The namespace of TEI.
    static let namespace = "http://www.tei-c.org/ns/1.0"

    /// The importer.
    public init() {}

    /// Whether it is TEI. Whether it is a list or an edition with a text is known when it has been read: its header may be longer
    /// than `start`.
    public func recognises(start: [UInt8], fileName: String) -> Bool {
        XMLText.names(CMIFImporter.namespace, in: start)
    }

    /// Begins to read one source.
    public func reader(fileName: String) -> any LetterReader {
        TEIReader(fileName: fileName)
    }

    /// What a document that is complete holds.
    static func items(of root: XMLElement, in bytes: [UInt8], fileName: String) throws(ImportRefusal) -> [ImportItem] {
        guard root.namespace.hasSameBytes(as: namespace), root.name.hasSameBytes(as: "TEI") else {
            throw ImportRefusal(.unsupported, "this is XML, but its root is no TEI element", line: root.line)
        }
        // A list has a text without words; that of a letter which nobody has the words of says that it is one.
        guard isList(root) else {
            let original = File(root: root, bytes: bytes, fileName: fileName, entries: []).original
            return [.letter(try TEIImporter.letter(root, bytes: bytes, original: original))]
        }
        let entries = root.elements("teiHeader").flatMap { $0.elements("profileDesc") }
            .flatMap { $0.elements("correspDesc") }
        guard !entries.isEmpty else {
            throw ImportRefusal(.invalid, "there is no correspDesc in the profileDesc of its header", line: root.line)
        }
        let file = File(root: root, bytes: bytes, fileName: fileName, entries: entries)
        return entries.enumerated().map { index, entry in
            do throws(ImportRefusal) {
                return .letter(try file.letter(entry, index: index))
            } catch {
                return .refusal(error)
            }
        }
    }

    /// Whether a document has no text of a letter.
    static func isList(_ root: XMLElement) -> Bool {
        root.elements("text").allSatisfy { text in
            XMLText.collapsed(text.text).isEmpty && !text.all("div").contains { $0.attribute("type") == "letter" }
        }
    }

    /// What all letters of a file share.
    private struct File {
        let bytes: [UInt8]
        let original: Attachment
        let source: Source
        let rights: Rights
        let authorities: TEIAuthorities
        /// The titles that `source` refers to, by their `xml:id`.
        var titles: [String: XMLElement] = [:]
        var refCounts: [ByteKey: Int] = [:]

        init(root: XMLElement, bytes: [UInt8], fileName: String, entries: [XMLElement]) {
            self.bytes = bytes
            let identity = SourceIdentity(bytes)
            var source = Source()
            source.sha256 = identity.digest.hex
            source.importer = "cmif"
            source.importerVersion = CMIFImporter.version
            self.source = source
            var original = Attachment()
            original.blob = BlobID(identity.digest)
            original.name = fileName
            original.mediaType = "application/tei+xml"
            original.size = identity.byteCount
            original.role = .original
            self.original = original
            let description = root.first("teiHeader", "fileDesc")
            var rights = Rights()
            let licence = description?.first("publicationStmt", "availability", "licence")
            rights.licence = licence?.attribute("target").map(XMLText.collapsed)
            self.rights = rights
            authorities = TEIAuthorities(root)
            for title in description?.elements("sourceDesc").flatMap({ $0.all("bibl") }) ?? [] {
                if let id = title.xmlAttribute("id") { titles[id] = title }
            }
            for entry in entries {
                if let ref = entry.attribute("ref") { refCounts[ByteKey(ref), default: 0] += 1 }
            }
        }

        func letter(_ entry: XMLElement, index: Int) throws(ImportRefusal) -> ImportedLetter {
            guard !entry.elements("correspAction").isEmpty else {
                throw ImportRefusal(.invalid, "a correspDesc has at least one correspAction", line: entry.line)
            }
            var letter = Letter()
            let warnings = CorrespDesc.read(entry, into: &letter, authorities)
            var identifiers: [Identifier] = []
            for (scheme, name) in [("cmif", "key"), ("url", "ref")] {
                guard let value = entry.attribute(name).map(XMLText.collapsed), !value.isEmpty else { continue }
                var identifier = Identifier()
                identifier.scheme = scheme
                identifier.value = value
                identifiers.append(identifier)
            }
            letter.identifiers = identifiers
            letter.rights = rights.members.isEmpty ? nil : rights
            letter.extra = extra(of: entry, letter.extra)
            letter.attachments = [original]
            var source = source
            source.index = index
            letter.source = source
            do {
                try letter.validate()
            } catch {
                throw ImportRefusal(error.code == .limit ? .tooLong : .invalid, error.description, line: entry.line)
            }
            return ImportedLetter(id: id(of: entry, index: index), letter: letter, warnings: warnings, line: entry.line)
        }

        /// Where the edition lists the letter: `source`, the title that it refers to, and `sameAs`.
        private func extra(of entry: XMLElement, _ extra: JSONObject) -> JSONObject {
            var extra = extra
            var members = JSONObject()
            for name in ["source", "sameAs"] {
                guard let value = entry.attribute(name).map(XMLText.collapsed), !value.isEmpty else { continue }
                members[name] = .string(value)
            }
            let title = entry.attribute("source").flatMap { titles[String($0.dropFirst())] }
            let text = XMLText.collapsed(title?.text ?? "")
            if !text.isEmpty { members["title"] = .string(text) }
            if let type = title?.attribute("type"), !type.isEmpty { members["type"] = .string(type) }
            if !members.isEmpty { extra["cmif"] = .object(members) }
            return extra
        }

        /// The letter's URL if no other entry of the file has it, else the bytes of the entry and its place. A key is no name of a
        /// letter: in real files one key stands for several.
        private func id(of entry: XMLElement, index: Int) -> LetterID {
            if let ref = entry.attribute("ref"), !ref.isEmpty, refCounts[ByteKey(ref)] == 1 {
                return LetterID.derived(kind: "cmif-ref", key: Array(ref.utf8))
            }
            let digest = SHA256.digest(of: Array(bytes[entry.range]))
            return LetterID.derived(kind: "cmif", key: Array("\(digest.hex) \(index)".utf8))
        }
    }
}
