import Hashing
import LetterModel
import XMLParsing

/// Reads a document in TEI: an edition of one letter, a list of letters, or a teiCorpus of any number of editions, whose letters are
/// given as they come.
///
/// The original of a letter in a teiCorpus is its own TEI element, as a document that can stand alone: the same letter comes from it.
///
/// Source: https://tei-c.org/release/doc/tei-p5-doc/en/html/ref-teiCorpus.html
struct TEIReader: LetterReader {
    private let fileName: String
    private let stream = XMLStream(parts: "TEI", in: "teiCorpus", namespace: CMIFImporter.namespace)
    private var isRefused = false
    private var partCount = 0
    private var corpus: TEIAuthorities?

    init(fileName: String) {
        self.fileName = fileName
    }

    mutating func read(_ bytes: [UInt8]) -> [ImportItem] {
        guard !isRefused else { return [] }
        do throws(XMLError) {
            var items = try stream.read(bytes).map { item($0) }
            if let fault = stream.fault { items.append(refuse(XMLText.refusal(fault))) }
            return items
        } catch {
            return [refuse(XMLText.refusal(error))]
        }
    }

    mutating func finish() -> [ImportItem] {
        guard !isRefused else { return [] }
        do throws(XMLError) {
            let (parts, root, bytes) = try stream.finish()
            let items = parts.map { item($0) }
            guard partCount == 0 else { return items }
            do throws(ImportRefusal) {
                guard !root.name.hasSameBytes(as: "teiCorpus") else {
                    throw ImportRefusal(.invalid, "there is no TEI in its teiCorpus", line: root.line)
                }
                return try CMIFImporter.items(of: root, in: bytes, fileName: fileName)
            } catch {
                return [.refusal(error)]
            }
        } catch {
            return [refuse(XMLText.refusal(error))]
        }
    }

    private mutating func refuse(_ refusal: ImportRefusal) -> ImportItem {
        isRefused = true
        return .refusal(refusal)
    }

    /// The letter of one document of a teiCorpus.
    private mutating func item(_ part: XMLStream.Part) -> ImportItem {
        partCount += 1
        // The header comes first: what it lists does not change any more.
        let around = corpus ?? TEIAuthorities(in: stream.rootElements)
        corpus = around
        let line = part.element.line
        do throws(ImportRefusal) {
            guard !CMIFImporter.isList(part.element) else {
                throw ImportRefusal(
                    .unsupported, "a document without a text in a teiCorpus; a list of letters is a file of its own",
                    line: line)
            }
            let digest = SHA256.digest(of: part.bytes)
            var original = Attachment()
            original.blob = BlobID(digest)
            original.name = SafeFileName.make(
                from: "\(part.element.xmlAttribute("id") ?? digest.hex.prefix(12).description).xml",
                fallback: "letter.xml")
            original.mediaType = "application/tei+xml"
            original.size = part.bytes.count
            original.role = .original
            let found = try TEIImporter.letter(part.element, bytes: part.bytes, original: original, around: around)
            return .letter(
                ImportedLetter(
                    id: found.id, letter: found.letter, warnings: found.warnings, line: line, files: [part.bytes]))
        } catch {
            return .refusal(ImportRefusal(error.reason, error.context, line: error.line ?? line))
        }
    }
}
