import Foundation
import LetterFormats
import LetterModel
import Testing

/// 155 real letters, messages and stubs, with what people found in them.
struct WhiteHouseTests {
    static let folder = Corpora.folder("whitehouse-2021-2022")

    struct Truth: Decodable {
        struct Dateline: Decodable {
            let place: String?
            let text: String
            let date: String
        }

        let file: String
        let publicationDate: String
        let isLetter: Bool
        let salutations: [String]?
        let valediction: String?
        let signature: String?
        let dateline: Dateline?
        let bodyFirst: String?
        let bodyLast: String?
    }

    static func truth(_ folder: URL) throws -> [Truth] {
        let text = try String(contentsOf: folder.appending(path: "truth.jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Truth.self, from: Data($0.utf8)) }
    }

    static func folded(_ text: String?) -> String? {
        text.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    }

    static func item(_ url: URL) throws -> ImportItem {
        let items = PlainTextImporter().items(in: try Corpora.bytes(url), fileName: url.lastPathComponent)
        try #require(items.count == 1)
        return items[0]
    }

    @Test(.enabled(if: folder != nil, "the corpus whitehouse-2021-2022 is not beside this checkout"))
    func `98 of 100 labelled greetings, closings and signatures are found exactly, and every stub is refused`() throws {
        let folder = try #require(Self.folder)
        var misses: [String] = []
        var found = ["salutations": 0, "valediction": 0, "signature": 0, "dateline": 0, "body": 0]
        var letters = 0
        var stubs = 0
        let labelled = try Self.truth(folder)
        for truth in labelled {
            let item = try Self.item(folder.appending(path: truth.file))
            guard truth.isLetter else {
                guard case .refusal(let refusal) = item, refusal.reason == .stub else {
                    misses.append("stub: \(truth.file)")
                    continue
                }
                stubs += 1
                continue
            }
            letters += 1
            guard case .letter(let imported) = item else {
                misses.append("refused: \(truth.file)")
                continue
            }
            let letter = imported.letter
            func check(_ name: String, _ isRight: Bool, _ what: @autoclosure () -> String) {
                if isRight {
                    found[name, default: 0] += 1
                } else {
                    misses.append("\(name): \(truth.file)\n    \(what())")
                }
            }
            let salutations = (letter.salutation ?? "").split(separator: "\n").map { Self.folded(String($0)) }
            check("salutations", salutations == truth.salutations, "\(salutations)")
            check("valediction", Self.folded(letter.valediction) == truth.valediction, "\(letter.valediction ?? "-")")
            check("signature", Self.folded(letter.signature) == truth.signature, "\(letter.signature ?? "-")")
            check(
                "dateline",
                letter.date?.edtf == truth.dateline?.date && Self.folded(letter.date?.text) == truth.dateline?.text
                    && letter.place?.name == truth.dateline?.place, "\(letter.dateline ?? "-")")
            // The truth has no emphasis.
            let body = (Self.folded(letter.body) ?? "").replacing("*", with: "")
            check(
                "body",
                body.hasPrefix(Self.folded(truth.bodyFirst) ?? "") && body.hasSuffix(Self.folded(truth.bodyLast) ?? ""),
                "\(body.prefix(60)) … \(body.suffix(60))")
            #expect(letter.source?.harvestedOn == truth.publicationDate)
        }
        FormatTable.show(
            "whitehouse-2021-2022", letters: letters, compared: letters * found.count,
            agreed: found.values.reduce(0, +))
        let report = misses.joined(separator: "\n")
        for (name, count) in found {
            #expect(count * 100 >= letters * 98, "\(name): \(count) of \(letters)\n\(report)")
        }
        #expect(stubs == labelled.count(where: { !$0.isLetter }), "\(report)")
    }

    @Test(.enabled(if: folder != nil, "the corpus whitehouse-2021-2022 is not beside this checkout"))
    func `every word of every file is in its letter`() throws {
        let folder = try #require(Self.folder)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "md" }.sorted { $0.path < $1.path }
        #expect(files.count == 155)
        for file in files {
            guard case .letter(let imported) = try Self.item(file) else { continue }
            let letter = imported.letter
            let text = try String(contentsOf: file, encoding: .utf8)
            let content = text.components(separatedBy: "\n---\n").dropFirst().joined(separator: "\n---\n")
            var kept = [
                letter.salutation, letter.body, letter.valediction, letter.signature, letter.dateline,
                letter.postscript,
            ].compactMap { $0 }
            kept += ["cc", "enclosures", "address"].compactMap { letter.extra[$0]?.text }
            func words(_ text: String) -> [String: Int] {
                let cut = text.split { $0.isWhitespace || "()#\\".contains($0) }.map(String.init)
                return Dictionary(grouping: cut, by: { $0 }).mapValues(\.count)
            }
            let inLetter = words(kept.joined(separator: "\n"))
            let lost = words(content).filter { (inLetter[$0.key] ?? 0) < $0.value }
            #expect(lost.isEmpty, "\(file.lastPathComponent): \(lost)")
        }
    }
}
