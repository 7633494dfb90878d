import Compression
import Foundation
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance

@testable import SyncProtocol

/// What is looked up in a replica: searches that people type, and frames that name revisions.
enum StoreParsers {
    // MARK: Searches

    /// Letters of several scripts, with names, tags, dates and a conflict, in a real index.
    private static let library: SQLiteReplicaStore = {
        do {
            return try makeLibrary()
        } catch {
            preconditionFailure("no index to search in: \(error)")
        }
    }()

    private static let bodies = [
        "Come home, my dear; the garden is in bloom.", "Gardens of Vienna, and the \"Burgtheater\" of 1914",
        "家信:家書抵萬金", "Əziz İlham, ışıq və ağ çiçək", "رسالة إلى بغداد",
        "Liebe Freundin, größte Mühe! Dr.-Ing. AND OR NOT NEAR",
        "naïve café — l’été 2020-07-15", "मेरे प्रिय मित्र", "שלום רב", "ไปรษณีย์", "x* y^2 {senders} : (a) + b", "家",
    ]

    private static func agent(_ name: String) -> Agent {
        var agent = Agent()
        agent.name = name
        return agent
    }

    private static let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-search-\(getpid())").path

    private static func makeLibrary() throws -> SQLiteReplicaStore {
        if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
        // It is used for as long as the process runs.
        atexit { try? FileManager.default.removeItem(atPath: StoreParsers.folder) }
        let maker = RevisionMaker()
        let store = try SQLiteReplicaStore.create(
            folder: folder, archive: maker.archive, name: "letters", label: "ada", epoch: "00000000000000aa",
            mode: .local)
        var revisions: [Revision] = []
        for (number, body) in bodies.enumerated() {
            var letter = Letter()
            letter.body = body
            letter.title = "Letter \(number)"
            letter.senders = [agent(number.isMultiple(of: 2) ? "H. H. Asquith" : "Aliyev, İlham")]
            letter.recipients = [agent("Ada «Countess» Lovelace")]
            letter.tags = number.isMultiple(of: 3) ? ["printed", "to do: scan"] : ["家"]
            var date = LetterDate()
            date.edtf = ["1914-08", "1914~/1918", "1873", "2020-07-15"][number % 4]
            letter.date = date
            let first = try maker.revision(number, letter: letter)
            revisions.append(first)
            guard number == 0 else { continue }
            for side in ["one", "two"] {
                letter.title = side
                revisions.append(try maker.revision(number, letter: letter, after: [first], author: side))
            }
        }
        _ = try store.ingest(maker.ingestion(revisions))
        return store
    }

    /// Whatever somebody types is refused by name or runs, and pages of what it finds follow each other.
    static func search(_ bytes: [UInt8]) {
        guard let query = taken({ try SearchQuery(String(decoding: bytes, as: UTF8.self)) }) else { return }
        for order in [nil] + SearchQuery.Order.allCases {
            var ordered = query
            ordered.order = order
            do {
                let all = try library.search(ordered, limit: 100, offset: 0).hits.map(\.letter.id)
                precondition(Set(all).count == all.count, "each letter is found once")
                let pages = try stride(from: 0, through: all.count, by: 5).flatMap { offset in
                    try library.search(ordered, limit: 5, offset: offset).hits.map(\.letter.id)
                }
                precondition(pages == all, "pages follow each other")
            } catch {
                preconditionFailure("a query that is one cannot be run: \(error)")
            }
        }
    }

    // MARK: Thin frames

    /// Letters with edits, and their revisions in the order of the log.
    private static let desk: (store: InMemoryReplicaStore, revisions: [Revision]) = {
        let maker = RevisionMaker()
        let store = InMemoryReplicaStore(archive: maker.archive, epoch: "00000000000000aa")
        do {
            for number in 0..<8 {
                let first = try maker.revision(
                    number, "Letter \(number): " + String(repeating: "come home; ", count: 40))
                _ = try store.ingest(maker.ingestion([first]))
                let edit = try maker.revision(number, "Letter \(number), edited", after: [first])
                _ = try store.ingest(maker.ingestion([edit]))
            }
            return (store, try store.allRevisions())
        } catch {
            preconditionFailure("no revisions to name: \(error)")
        }
    }()

    /// The bytes as they are; and as a note and a frame that fit each other, which no random bytes would: the first byte says how many revisions the
    /// note names, one byte each, and the rest is what the frame holds.
    static func thin(_ bytes: [UInt8]) {
        let one = events(pieces(of: bytes, 1 << 20))
        let many = events(pieces(of: bytes, 7))
        precondition(zip(one.events, many.events).allSatisfy { $0 == $1 }, "the pieces do not matter")
        guard let count = bytes.first, bytes.count > Int(count) else { return }
        let chosen = bytes.dropFirst().prefix(Int(count))
        let plain = Array(bytes.dropFirst(1 + Int(count)))
        let note = chosen.flatMap { byte -> [UInt8] in
            let index = Int(byte)
            return index < desk.revisions.count
                ? desk.revisions[index].id.digest.bytes : [UInt8](repeating: byte, count: 32)
        }
        var lines = MessageLines()
        for byte in chosen where Int(byte) < desk.revisions.count { lines.append(desk.revisions[Int(byte)]) }
        let frame = Zstandard.compress(plain, against: lines.bytes)
        let thin = events(pieces(of: ZstandardDecoder.encodedNote(note) + frame, 7))
        let isHeld = chosen.allSatisfy { Int($0) < desk.revisions.count } && Set(chosen).count == chosen.count
        if isHeld, chosen.count <= ProtocolLimits.basesPerFrame {
            let thick = events([Zstandard.compress(plain)])
            precondition(
                thin.events == thick.events && thin.isWhole == thick.isWhole, "a thin frame says what a thick one says")
        } else {
            precondition(thin.events.isEmpty && !thin.isWhole, "a frame against what is not held says nothing")
        }
    }

    private static func events(_ pieces: [[UInt8]]) -> (events: [MessageDecoder.Event], isWhole: Bool) {
        var events: [MessageDecoder.Event] = []
        var decoder = MessageDecoder(encoding: .zstandard, allowance: .request, basesIn: desk.store)
        do {
            for piece in pieces { try decoder.decode(piece) { events.append($0) } }
            try decoder.finish()
            return (events, true)
        } catch {
            // Refused: what came before it counts all the same.
            return (events, false)
        }
    }

    /// Messages with thin frames, as the programs write them.
    static func thinSeeds() throws -> [[UInt8]] {
        let request = ExchangeRequest(
            replica: "ada", archive: ArchiveDescription(id: RevisionMaker.archive(1), isOpen: false, mergeRule: 1),
            cursor: nil, limitBytes: 100)
        var envelope = MessageLines()
        envelope.append(envelope: request.envelope)
        let maker = RevisionMaker()
        let edits: [[UInt8]] = try (0..<4).map { number in
            let parent = desk.revisions[number * 2 + 1]
            let edit = try maker.revision(number, "Letter \(number), edited once more", after: [parent])
            var lines = MessageLines()
            lines.append(edit)
            let bases = try Bases(of: [.whole(edit)], in: desk.store)
            return Zstandard.compress(envelope.bytes) + bases.compress(lines.bytes)
        }
        return edits + [[2, 1, 3], [1, 200], [0]].map { $0 + envelope.bytes }
    }
}
