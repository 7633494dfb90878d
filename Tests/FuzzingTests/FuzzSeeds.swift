import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import TestScratch

/// Good inputs for the parsers of what only the programs write: compressed messages, bundles, revisions, tokens.
package enum FuzzSeeds {
    /// Writes them into a folder for each parser.
    package static func write(below folder: String) throws {
        let replica = TestReplica.inMemory("ada")
        for number in 0..<8 { try replica.write(number % 3, number == 7 ? nil : "letter \(number): come home") }
        let blob = Array("a scan, not a large one".utf8)
        let bundle = try whole(replica)
        try save(bundle, folder, "bundle", "log")

        let revisions = try replica.store.allRevisions()
        let identity = try replica.store.identity()
        let archive = ArchiveDescription(
            id: identity.archive, isOpen: identity.isArchiveOpen, mergeRule: identity.mergeRule)
        let request = ExchangeRequest(replica: "ada", archive: archive, cursor: "x", limitBytes: 100)
        var lines = MessageLines()
        lines.append(envelope: request.envelope)
        for revision in revisions { lines.append(revision) }
        lines.append(damaged: revisions[0].id)
        lines.append(checkpoint: Cursor(try replica.store.logState().end))
        for piece in BlobPiece.pieces(of: BlobID(ofContent: blob), blob) { lines.append(piece) }
        try save(lines.bytes, folder, "message", "all")
        for target in ["zstandard", "response", "bundle"] {
            try save(EncodedBody(compressing: lines.bytes).bytes, folder, target, "all")
        }
        try save(try packed(revisions, request), folder, "zstandard", "packed")
        try save(try packed(revisions, request), folder, "response", "packed")
        try save(request.envelope.canonicalBytes, folder, "request-envelope", "all")
        for (number, revision) in revisions.enumerated() {
            let content = revision.contentBytes.map { [0x0A] + $0 } ?? []
            try save(revision.headerBytes + content, folder, "revision", "\(number)")
            try save(revision.headerBytes, folder, "header", "\(number)")
            if let content = revision.contentBytes { try save(content, folder, "letter", "\(number)") }
        }
        try save(Array(Cursor(try replica.store.logState().end).text.utf8), folder, "cursor", "end")
        try save(try database(of: revisions), folder, "salvage", "pages")
        for (number, message) in try StoreParsers.thinSeeds().enumerated() {
            try save(message, folder, "thin", "\(number)")
        }
    }

    /// A message of which every other content travels as it is stored, in two frames of lines.
    private static func packed(_ revisions: [Revision], _ request: ExchangeRequest) throws -> [UInt8] {
        let dictionary = try WordDictionary.make()
        var travelling: TravellingDictionary? = TravellingDictionary(dictionary, isHeld: false)
        var bytes: [UInt8] = []
        for part in [revisions.prefix(4), revisions.dropFirst(4)] {
            var lines = MessageLines()
            if bytes.isEmpty { lines.append(envelope: request.envelope) }
            for (number, revision) in part.enumerated() {
                lines.append(number % 2 == 0 ? try dictionary.packed(revision) : .whole(revision), by: &travelling)
            }
            bytes += lines.frames
        }
        return bytes
    }

    /// The first page of a replica's database, and those that hold rows: few enough for one input.
    private static func database(of revisions: [Revision]) throws -> [UInt8] {
        let scratch = Scratch()
        let archive = revisions[0].header.archive
        let store = try SQLiteReplicaStore.create(
            folder: scratch.path("replica"), archive: archive, name: "letters", label: "ada", epoch: "00000000000000aa",
            mode: .local)
        _ = try store.ingest(Ingestion(archive: archive, revisions: revisions))
        let bytes = [UInt8](try Data(contentsOf: scratch.url.appending(path: "replica/archive.sqlite")))
        let pageBytes = Int(bytes[16]) << 8 | Int(bytes[17])
        let pages = stride(from: pageBytes, to: bytes.count, by: pageBytes).map { bytes[$0..<$0 + pageBytes] }
        // A leaf of a table, with at least one row.
        return Array(bytes[..<pageBytes])
            + pages.filter { $0.first == 0x0D && $0.dropFirst(3).prefix(2) != [0, 0] }.prefix(9).joined()
    }

    private static func whole(_ replica: TestReplica) throws -> [UInt8] {
        let stream = try BundleStream(of: replica.store, since: nil, includesBlobs: true)
        var bytes: [UInt8] = []
        while let chunk = try stream.nextChunk() { bytes += chunk }
        return bytes
    }

    private static func save(_ bytes: [UInt8], _ folder: String, _ target: String, _ name: String) throws {
        let place = URL(filePath: folder).appending(path: target)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Data(bytes).write(to: place.appending(path: "seed-program-\(name)"))
    }
}
