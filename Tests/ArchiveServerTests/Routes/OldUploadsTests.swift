import ArchiveServer
import Foundation
import LetterModel
import ServerTestSupport
import Testing

/// What came of attachments that nobody goes on with.
struct OldUploadsTests {
    /// The file in which a piece of so many bytes waits for the rest.
    private func partialFile(_ live: LiveServer, byteCount: Int) throws -> String {
        let names = FileManager.default.enumerator(atPath: live.data.path)?.compactMap { $0 as? String } ?? []
        let files = try names.map { "\(live.data.path)/\($0)" }.filter {
            try FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int == byteCount
        }
        return try #require(files.first)
    }

    @Test func `an upload that nobody goes on with is kept for thirty days, and looked at once an hour`() throws {
        let uploads = try BlobPieceRouteTests()
        let (live, clock) = (uploads.live, uploads.live.clock)
        #expect(try uploads.put(0..<40_000).status == 202)
        // The server's clock is the test's, the file's time is the machine's.
        let begun = Date(timeIntervalSince1970: Double(clock.now.milliseconds) / 1000)
        try FileManager.default.setAttributes(
            [.modificationDate: begun], ofItemAtPath: try partialFile(live, byteCount: 40_000))

        live.server.tidyUp()
        #expect(try uploads.offset() == "40000")
        clock.advance(seconds: 30 * 86_400 - 60)
        live.server.tidyUp()
        #expect(try uploads.offset() == "40000")
        // Over thirty days now, but it was looked at a moment ago.
        clock.advance(seconds: 120)
        live.server.tidyUp()
        #expect(try uploads.offset() == "40000")
        clock.advance(seconds: 3_600)
        live.server.tidyUp()
        #expect(try uploads.offset() == "0")
        #expect(live.lines.all.contains { $0.contains("forgot uploads that nobody went on with") })
        #expect(try uploads.put(0..<100_000).status == 201)
    }
}
