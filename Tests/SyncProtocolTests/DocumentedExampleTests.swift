import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// The example of Documentation/sync-protocol.md, read from there: whoever writes another client checks it with this.
struct DocumentedExampleTests {
    /// The blocks of the example, in order: Ada's request, its answer, Ben's request, its answer.
    static func blocks() throws -> [[UInt8]] {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Documentation/sync-protocol.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let example = try #require(text.components(separatedBy: "\n## An example\n").dropFirst().first)
            .components(separatedBy: "\n## ")[0]
        let parts = example.components(separatedBy: "```\n")
        return stride(from: 1, to: parts.count, by: 2).map { Array(parts[$0].utf8) }
    }

    @Test func `the documented exchanges are what travels, byte for byte`() throws {
        let blocks = try Self.blocks()
        #expect(blocks.count == 4)
        let archive = try #require(ArchiveID("019ab1c2-7f00-7000-8000-0000000000aa"))
        let server = InMemoryReplicaStore(archive: archive, epoch: "00000000000000ff")
        for (request, expected) in [(blocks[0], blocks[1]), (blocks[2], blocks[3])] {
            let responder = ExchangeResponder(store: server, encoding: .identity)
            try responder.receive(request)
            let answer = try responder.finish(role: "writer", mayPush: true, acceptsZstandard: false)
            var bytes: [UInt8] = []
            while let chunk = try answer.nextChunk() { bytes += chunk }
            #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
        }
    }
}
