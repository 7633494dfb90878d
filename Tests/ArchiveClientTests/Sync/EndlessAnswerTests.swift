import ArchiveClient
import LetterModel
import ReplicaStore
import SyncProtocol
import SyncTestSupport
import Testing

/// Answers that are well-formed and meant to hurt: without an end, or with what a terminal would obey.
struct EndlessAnswerTests {
    /// Says of so many revisions that they are damaged, before the first page.
    final class Mourner: RewritingTransport {
        let count: Int

        init(_ base: any Transport, count: Int) {
            self.count = count
            super.init(base)
        }

        override func rewrite(answer lines: [[UInt8]]) throws -> [[UInt8]] {
            let damaged = (0..<count).map { number in
                let digits = String(number)
                return Array("{\"damaged\":\"\(String(repeating: "0", count: 64 - digits.utf8.count))\(digits)\"}".utf8)
            }
            return lines.prefix(1) + damaged + lines.dropFirst()
        }
    }

    @Test func `of very many damaged revisions some are told, the others counted`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = try SyncFaultTests.strangers(world)
        let transport = Mourner(LoopbackTransport(to: server.store), count: SyncReport.noticeLimit + 50)
        let report = try laptop.sync(over: transport, options: SyncOptions(maximumFailures: 1))
        #expect(report.failure != nil, "the chain does not lead to the checkpoint")
        #expect(report.notices.filter { $0.code == "damagedThere" }.count <= SyncReport.noticeLimit)
        #expect(report.unlistedNotices >= 50)
        #expect(report.isPartial)
        try laptop.sync(with: server).expectDone()
        try expectSame(laptop, server)
    }

    @Test func `damaged revisions without an end are a page without an end`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = try SyncFaultTests.strangers(world)
        let transport = Mourner(LoopbackTransport(to: server.store), count: ProtocolLimits.unclosedPageBytes / 128 + 1)
        let report = try laptop.sync(over: transport, options: SyncOptions(maximumFailures: 1))
        #expect(report.failure == .malformedResponse(detail: "a page has no end"))
        #expect(report.notices.count <= SyncReport.noticeLimit)
    }

    @Test func `what a stranger says is shown without what a terminal would obey`() throws {
        let laptop = try TestWorld(.inMemory).replica("laptop")
        try laptop.write(1, "one")
        let hostile = "https://a/\u{1B}[31m\u{9B}2J\u{202E}\u{2066}\u{200B}\u{2028}\u{7F}\u{85}\u{FEFF}\u{E000}b"
        let transport = SyncFaultTests.faulty(try TestWorld(.inMemory).replica("server")) { _ in
            .answer(status: 302, headers: [HeaderField("Location", hostile)], body: [])
        }
        let report = try laptop.sync(over: transport, options: SyncOptions(maximumFailures: 1))
        #expect(try #require(report.failure).description.contains("(https://a/?[31m?2J????????b)"))
    }
}
