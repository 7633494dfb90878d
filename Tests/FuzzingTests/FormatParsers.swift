import LetterFormats
import LetterModel

/// The importers, and what shows a letter that came from anywhere.
enum FormatParsers {
    /// Reads a file; every letter in it is valid, can be kept, and survives the ways out.
    private static func read(_ bytes: [UInt8], _ importer: some LetterImporter, _ fileName: String) {
        for case .letter(let imported) in importer.items(in: bytes, fileName: fileName) {
            precondition(taken { try imported.letter.validate() } != nil, "what is imported is valid")
            survive(imported.letter, id: imported.id)
        }
    }

    /// A letter is the same after the text form and after JSON Lines, and can be shown.
    private static func survive(_ letter: Letter, id: LetterID) {
        let form = taken { try ChanceryTextForm.parse(ChanceryTextForm.render(letter, id: id)) }
        precondition(form?.id == id && form?.letter.members.canonicalBytes == letter.members.canonicalBytes)
        let line = JSONLinesImporter().items(in: JSONLinesWriter.line(id: id, letter: letter), fileName: "a.jsonl")
        if case .letter(let again)? = line.first {
            precondition(again.id == id && again.letter.members.canonicalBytes == letter.members.canonicalBytes)
        } else {
            // A line is a little longer than its letter; one at the limit is refused by name.
            precondition(letter.members.canonicalBytes.count > Limits.contentBytes / 2, "a letter comes back")
        }
        _ = LetterText.render(letter, id: id)
        let writer = CMIFWriter(title: "a", editor: "b", address: "https://example.org/a", day: "2026-11-25")
        precondition(String(validating: writer.entry(id: id, letter: letter), as: UTF8.self) != nil)
        let edition = TEIWriter(title: "a", publisher: "b", day: "2026-11-25").document(id: id, letter: letter)
        for case .refusal(let refusal) in TEIImporter().items(in: edition, fileName: "a.xml") {
            precondition(refusal.reason != .syntax && refusal.reason != .unsupported, "an edition is well-formed")
        }
        // A letter is one message, and nothing in it begins another or a field that was not meant.
        let message = MailWriter.message(letter)
        precondition(message.allSatisfy { $0 == 0x0A || $0 == 0x09 || (0x20...0x7E).contains($0) })
        precondition(MailboxImporter().items(in: MailWriter.entry(letter), fileName: "a.mbox").count == 1)
    }

    static func text(_ bytes: [UInt8]) { read(bytes, PlainTextImporter(), "a.txt") }

    static func lines(_ bytes: [UInt8]) { read(bytes, JSONLinesImporter(), "a.jsonl") }

    static func csv(_ bytes: [UInt8]) { read(bytes, CSVImporter(), "a.csv") }

    static func tei(_ bytes: [UInt8]) { read(bytes, TEIImporter(), "a.xml") }

    static func cmif(_ bytes: [UInt8]) { read(bytes, CMIFImporter(), "a.xml") }

    static func mail(_ bytes: [UInt8]) { read(bytes, MessageImporter(), "a.eml") }

    /// Whatever a mailbox holds, it makes no difference in which pieces it comes.
    static func mailbox(_ bytes: [UInt8]) {
        read(bytes, MailboxImporter(), "a.mbox")
        var reader = MailboxImporter().reader(fileName: "a.mbox")
        let items = pieces(of: bytes, 7).flatMap { reader.read($0) } + reader.finish()
        precondition(items == MailboxImporter().items(in: bytes, fileName: "a.mbox"))
    }

    static func form(_ bytes: [UInt8]) {
        read(bytes, ChanceryTextFormImporter(), "a.txt")
        guard let document = taken({ try ChanceryTextForm.parse(bytes) }) else { return }
        let again = taken { try ChanceryTextForm.parse(ChanceryTextForm.render(document.letter, id: document.id)) }
        precondition(
            again?.letter.members.canonicalBytes == document.letter.members.canonicalBytes,
            "the form can hold any letter")
    }

    static func recognise(_ bytes: [UInt8]) {
        for name in ["a", "a.txt", "a.xml", "a.jsonl", "a.csv", "a.eml", "a.mbox", "a.json", "a.pdf", "a.docx"] {
            _ = ImporterRegistry.standard.importer(start: bytes, fileName: name)
        }
    }

    /// Nothing that is shown holds a control character, and a file name stays in its folder.
    static func display(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let shown = VisibleText.of(text, keepsLines: false)
        precondition(shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        let name = SafeFileName.make(from: text, fallback: "a")
        precondition(!name.isEmpty && name.utf8.count <= 255 && name != "." && name != "..")
        precondition(!name.utf8.contains(0) && !name.utf8.contains(UInt8(ascii: "/")))
    }
}
