import Foundation
import LetterFormats
import LetterModel
import Testing

/// Every letter of every corpus is written in each format and read again: rows of the table that `make formats` prints.
struct RoundTripTests {
    static let corpora = ["seed", "whitehouse-2021-2022", "schnitzler", "cmif"]
    static let isHere = corpora.allSatisfy { Corpora.folder($0) != nil }

    /// A format, and how much of a letter it holds.
    enum Way: String, CaseIterable {
        case jsonl = "JSON Lines"
        case text = "the text form"
        case tei = "TEI"
        case teiCorpus = "a teiCorpus"
        case cmif = "CMIF, people and places and dates"
        case mbox = "a mailbox, people and days and texts"
    }

    /// The letters of a corpus, as their importers make them.
    static func letters(_ corpus: String) throws -> [ImportedLetter] {
        let folder = try #require(Corpora.folder(corpus))
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted().filter { name in
            switch corpus {
            case "schnitzler": name.hasPrefix("editions/")
            case "cmif": name.hasSuffix(".xml")
            case "seed": name.hasSuffix(".txt")
            default: name.hasSuffix(".md")
            }
        }
        return try names.flatMap { name -> [ImportedLetter] in
            let bytes = try Corpora.bytes(folder.appending(path: name))
            let importer = try #require(ImporterRegistry.standard.importer(start: bytes, fileName: name))
            return importer.items(in: bytes, fileName: name).compactMap { item in
                if case .letter(let letter) = item { letter } else { nil }
            }
        }
    }

    /// The letters again, after they were written in this format.
    static func again(_ letters: [ImportedLetter], _ way: Way) throws -> [ImportedLetter] {
        func read(_ bytes: [UInt8], _ fileName: String) throws -> [ImportedLetter] {
            let importer = try #require(ImporterRegistry.standard.importer(start: bytes, fileName: fileName))
            return importer.items(in: bytes, fileName: fileName).compactMap { item in
                if case .letter(let letter) = item { letter } else { nil }
            }
        }
        switch way {
        case .jsonl:
            return try read(letters.flatMap { JSONLinesWriter.line(id: $0.id, letter: $0.letter) }, "a.jsonl")
        case .text: return try letters.flatMap { try read(ChanceryTextForm.render($0.letter, id: $0.id), "a.txt") }
        case .tei:
            return try letters.flatMap {
                try read(TEIWriterTests.writer.document(id: $0.id, letter: $0.letter), "a.xml")
            }
        case .teiCorpus:
            let writer = TEIWriterTests.writer
            return try read(
                writer.header + letters.flatMap { writer.entry(id: $0.id, letter: $0.letter) } + writer.footer, "a.xml")
        case .cmif:
            let writer = CMIFWriter(title: "T", editor: "E", address: "urn:x", day: "2026-11-26")
            return try read(
                writer.header + letters.flatMap { writer.entry(id: $0.id, letter: $0.letter) } + writer.footer, "a.xml")
        case .mbox: return try read(letters.flatMap { MailWriter.entry($0.letter) }, "a.mbox")
        }
    }

    /// What a format holds of a letter, each part by its name.
    static func held(_ letter: Letter, _ way: Way) -> [String: String] {
        var parts: [String: String] = [:]
        switch way {
        case .jsonl, .text:
            for member in letter.members.members { parts[member.key] = member.value.canonicalText }
        case .tei, .teiCorpus:
            let left = [
                "source", "attachments", "collection", "registry", "access", "status", "translations", "extra",
                "rights",
            ]
            for member in letter.members.members where !left.contains(member.key) {
                parts[member.key] = member.value.canonicalText
            }
            parts["licence"] = letter.rights?.licence
            parts["context"] = letter.extra["correspContext"]?.canonicalText
        case .cmif:
            parts["senders"] = people(letter.senders)
            parts["recipients"] = people(letter.recipients)
            parts["place"] = letter.place?.json.canonicalText
            var date = letter.date
            date?.calendar = nil
            parts["date"] = date?.json.canonicalText
            parts["events"] = letter.members["events"]?.canonicalText
        case .mbox:
            parts["title"] = letter.title
            let blocks = [
                letter.dateline, letter.salutation, letter.body, letter.valediction, letter.signature,
                letter.postscript,
            ]
            parts["text"] = blocks.compactMap { $0 }.joined(separator: "\n\n")
            if parts["text"] == "" { parts["text"] = nil }
            parts["senders"] = names(letter.senders)
            parts["recipients"] = names(letter.recipients)
            if let edtf = letter.date?.edtf, letter.date?.parsed?.day?.text == edtf { parts["day"] = edtf }
        }
        return parts
    }

    /// Names, or offices where there are none, with their records; nobody is unknown.
    private static func people(_ agents: [Agent]) -> String {
        let unknown = "http://correspSearch.net/unknown"
        let told = agents.map { agent in
            let isUnnamed = agent.name == nil && agent.role == nil
            let uris = agent.uris.isEmpty && isUnnamed ? [unknown] : agent.uris
            return "\(agent.name ?? agent.role ?? "Unknown") \(uris) \(agent.certainty ?? "") \(agent.evidence ?? "")"
        }
        return told.isEmpty ? "Unknown \([unknown])  " : told.joined(separator: "\n")
    }

    /// Names, or offices where there are none.
    private static func names(_ agents: [Agent]) -> String? {
        let names = agents.compactMap { $0.name ?? $0.role }
        return names.isEmpty ? nil : names.joined(separator: "\n")
    }

    @Test(
        .enabled(if: isHere, "the corpora are not beside this checkout"), arguments: corpora, Way.allCases)
    func `every letter comes back equal, as far as the format holds it`(corpus: String, way: Way) throws {
        let before = try Self.letters(corpus)
        #expect(before.count == ["seed": 1, "whitehouse-2021-2022": 136, "schnitzler": 452, "cmif": 1_135][corpus])
        let after = try Self.again(before, way)
        try #require(after.count == before.count)
        var table = FormatTable("\(corpus) through \(way.rawValue)")
        for (one, other) in zip(before, after) {
            table.letters += 1
            let (expected, found) = (Self.held(one.letter, way), Self.held(other.letter, way))
            for name in Set(expected.keys).union(found.keys).sorted() {
                let isEqual = expected[name].map { Array($0.utf8) } == found[name].map { Array($0.utf8) }
                table.compare(isEqual, "\(name): \(expected[name] ?? "-") is \(found[name] ?? "-")")
            }
            if way == .jsonl || way == .text { table.compare(one.id == other.id, "id") }
        }
        table.show()
        #expect(table.compared >= before.count, "something was compared")
        #expect(table.misses.isEmpty, "\(table.misses.count): \(table.misses.prefix(5).joined(separator: "\n"))")
    }
}
