import Foundation
import LetterMerge
import LetterModel
import ReplicaStore
import TestScratch

/// Letters, revisions and what they are made of.
enum ModelParsers {
    static func members(_ bytes: [UInt8]) -> JSONObject? { taken { try JSONScanner.parse(bytes).members } ?? nil }

    static func json(_ bytes: [UInt8]) {
        guard let value = taken({ try JSONScanner.parse(bytes) }) else { return }
        let again = taken { try JSONScanner.parse(value.canonicalBytes, form: .canonical) }
        precondition(again == value, "what is written in canonical form is read as the same")
    }

    static func canonical(_ bytes: [UInt8]) {
        guard let value = taken({ try JSONScanner.parse(bytes, form: .canonical) }) else { return }
        precondition(value.canonicalBytes == bytes, "canonical bytes come back as they were")
    }

    static func header(_ bytes: [UInt8]) { _ = taken { try RevisionHeader(parsing: bytes) } }

    /// The first line is the header, the rest the content; none is a tombstone.
    static func revision(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        _ = taken { try Revision(headerBytes: parts[0], contentBytes: parts.count > 1 ? parts[1] : nil) }
    }

    static func letter(_ bytes: [UInt8]) {
        guard let letter = taken({ try Revision.letter(parsing: bytes) }) else { return }
        precondition(letter.members.canonicalBytes == bytes, "a letter's content is canonical")
        _ = taken { try letter.validate() }
    }

    static func edtf(_ bytes: [UInt8]) {
        guard let date = taken({ try EDTF(String(decoding: bytes, as: UTF8.self)) }) else { return }
        precondition(!date.sortKey.isEmpty)
        if let earliest = date.earliest, let latest = date.latest {
            precondition(earliest <= latest, "nothing ends before it begins")
        }
    }

    static func timestamp(_ bytes: [UInt8]) {
        guard let time = Timestamp(String(decoding: bytes, as: UTF8.self)) else { return }
        precondition(Timestamp(time.text) == time, "a time is read as it is written")
    }

    /// Each line is a letter; the first is the parent of all others. The order of the set does not matter.
    static func merge(_ bytes: [UInt8]) {
        let letters = bytes.split(separator: 0x0A).prefix(6).compactMap { line in
            members(Array(line)).map(Letter.init(members:))
        }
        var revisions: [HistoryRevision] = []
        for (number, letter) in letters.enumerated() {
            let id = RevisionID(hex: String(repeating: "\(number + 1)", count: 64))
            guard let id else { preconditionFailure("64 digits are an id") }
            let parents = revisions.first.map { [$0.id] } ?? []
            revisions.append(HistoryRevision(id: id, parents: parents, letter: letter))
        }
        let view = Merge.view(of: revisions)
        let again = Merge.view(of: revisions.reversed() + revisions)
        precondition(view.letter == again.letter, "a view is a function of the set")
        precondition(view.conflicts == again.conflicts, "so are its conflicts")
    }

    /// A database that SQLite does not open: what comes out of it is whole, and it ends.
    static func salvage(_ bytes: [UInt8]) {
        let scratch = Scratch()
        guard let path = taken({ try scratch.file("archive.sqlite", Data(bytes)) }),
            let salvage = taken({ try Salvage(folder: "/nowhere", database: path) })
        else { return }
        var count = 0
        let lost = salvage.forEachPart(maximumBytes: 1 << 16) { count += $0.count }
        precondition(count + lost.count == salvage.revisionCount)
        salvage.forEachLooseContent { _ in }
    }
}
