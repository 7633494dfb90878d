import LetterModel
import SQLiteBinding
import ServerTestSupport
import Synchronization
import Testing
import TestScratch

@testable import ArchiveServer

/// The writer that takes entries from many requests to the disk.
struct RegistryWriterTests {
    let folder: Scratch
    let registry: ServerRegistry
    let clock = ManualClock()
    let lines = LogLines()

    init() throws {
        folder = Scratch()
        registry = try ServerRegistry(ServerFolder(folder.path + "/data"), create: true)
    }

    func writer() -> RegistryWriter {
        RegistryWriter(registry, now: clock.clocks.now, log: lines.log(.debug))
    }

    @Test func `entries of many threads are all there after a flush, those of one thread in order`() async throws {
        let writer = writer()
        await withTaskGroup { group in
            for thread in 0..<8 {
                group.addTask {
                    for number in 0..<50 { writer.append(ServerRegistryTests.entry("\(thread)-\(number)")) }
                }
            }
        }
        writer.flush()
        let written = try registry.auditLines()
        #expect(written.count == 400)
        for thread in 0..<8 {
            let own = written.filter { $0.contains("\"action\":\"\(thread)-") }
            #expect(own.indices.allSatisfy { own[$0].contains("\"\(thread)-\($0)\"") })
        }
        #expect(try registry.checkAuditLog() == (400, nil))
        #expect(lines.all.isEmpty)
    }

    @Test func `the last use of a token is noted`() throws {
        let token = ServerRegistryTests.token
        _ = try registry.addToken(
            token, role: .reader, archive: nil, label: "", creator: "", expires: nil,
            entry: ServerRegistryTests.entry())
        let writer = writer()
        writer.noteUse(of: token.id, at: clock.now)
        writer.flush()
        #expect(try registry.token(token.id)?.grant.lastUsed?.text == "2027-01-15")
    }

    @Test func `entries that the disk did not take are written when it does again`() throws {
        let path = folder.path + "/data/server.sqlite"
        let connection = try Connection(path: path, access: .write, policy: .shared(busyTimeoutMilliseconds: 1000))
        let refusal = "CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no'); END"
        try connection.execute(refusal)
        let writer = writer()
        writer.append(ServerRegistryTests.entry("first"))
        writer.flush()
        #expect(try registry.auditLines().isEmpty)
        #expect(lines.all.contains { $0.contains("audit log failed") })
        try connection.execute("DROP TRIGGER refuse")
        writer.append(ServerRegistryTests.entry("second"))
        writer.flush()
        let written = try registry.auditLines()
        #expect(written.map { $0.contains("\"first\"") } == [true, false])
        #expect(written.count == 2)
    }

    @Test func `entries past the bound are counted instead of kept`() throws {
        let path = folder.path + "/data/server.sqlite"
        let connection = try Connection(path: path, access: .write, policy: .shared(busyTimeoutMilliseconds: 1000))
        try connection.execute("CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no'); END")
        let writer = writer()
        for _ in 0..<RegistryWriter.maximumPendingCount + 7 { writer.append(ServerRegistryTests.entry()) }
        writer.flush()
        try connection.execute("DROP TRIGGER refuse")
        writer.flush()
        let written = try registry.auditLines()
        #expect(written.count == RegistryWriter.maximumPendingCount + 1)
        #expect(written.last?.contains("\"details\":{\"count\":7}") == true)
    }
}

/// The lines of a log, for a test to look at.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// A log that writes here, with the time 0.
    func log(_ level: LogLevel) -> ServerLog {
        ServerLog(level: level, now: { Timestamp(milliseconds: 0) }) { line in
            self.lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
    }

    var all: [String] { lines.withLock { $0 } }
}
