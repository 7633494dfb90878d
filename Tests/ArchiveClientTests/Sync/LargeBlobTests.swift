import ArchiveClient
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// Blobs that travel in pieces: they go on where they stopped, whatever happened, and what is wrong does not count.
struct LargeBlobTests {
    private static let megabyte = 1_000_000
    /// More than two pieces of an upload, each thousand bytes other ones.
    private static let bytes: [UInt8] = (0..<9_000).flatMap { number -> [UInt8] in
        [UInt8(number & 255), UInt8(number >> 8)] + [UInt8](repeating: UInt8(number % 251), count: 998)
    }
    private static let blob = BlobID(SHA256.digest(of: bytes))
    private var bytes: [UInt8] { LargeBlobTests.bytes }
    private var blob: BlobID { LargeBlobTests.blob }
    /// What keeps the folders of replicas until a test has ended.
    private let worlds = Worlds()
    private let all = SyncOptions(blobs: .all)

    private final class Worlds {
        var all: [TestWorld] = []
    }

    /// Answers or breaks requests about blobs, and remembers how many of their bytes went up and came down.
    private final class Relay: Transport {
        enum Fault {
            case none
            case unreachable
            case lostRequest
            case lostAnswer
            case cut(afterBytes: Int)
            case answer(Int, [HeaderField], [UInt8])
            case changed(TransportResponse)
        }

        private let base: LoopbackTransport
        private let plan: (Int, TransportRequest) -> Fault
        /// Requests about one blob, in order.
        private(set) var requests: [TransportRequest] = []
        private(set) var bytesDown = 0
        var traffic: Traffic { base.traffic }
        var bytesUp: Int { requests.reduce(0) { $0 + ($1.body?.count ?? 0) } }

        init(to server: TestReplica, _ plan: @escaping (_ number: Int, _ request: TransportRequest) -> Fault) {
            base = LoopbackTransport(to: server.store)
            self.plan = plan
        }

        func send(
            _ request: TransportRequest, cancellation: Cancellation, head: (TransportResponse) throws -> Void,
            chunk: ([UInt8]) throws -> Void
        ) throws {
            guard BlobPath.blob(in: request.path) != nil else {
                return try base.send(request, cancellation: cancellation, head: head, chunk: chunk)
            }
            let fault = plan(requests.count, request)
            requests.append(request)
            let lost = TransportError.cut(host: "test", reason: "test")
            var left = Int.max
            switch fault {
            case .none: break
            case .unreachable: throw TransportError.unreachable(host: "test", reason: "test")
            case .lostRequest: throw lost
            case .lostAnswer:
                try base.send(request, cancellation: cancellation, head: { _ in }, chunk: { _ in })
                throw lost
            case .cut(let bytes): left = bytes
            case .answer(let status, let headers, let body):
                try head(TransportResponse(status: status, headers: headers))
                return body.isEmpty ? () : try chunk(body)
            case .changed(let response):
                return try base.send(
                    request, cancellation: cancellation, head: { _ in try head(response) }, chunk: chunk)
            }
            try base.send(request, cancellation: cancellation, head: head) { bytes in
                let part = Array(bytes.prefix(left))
                left -= part.count
                bytesDown += part.count
                if !part.isEmpty { try chunk(part) }
                if part.count < bytes.count { throw lost }
            }
        }
    }

    private func world(_ kind: StoreKind = .sqlite) throws -> (TestWorld, server: TestReplica, ada: TestReplica) {
        let world = TestWorld(kind)
        worlds.all.append(world)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        try ada.attach(bytes, to: 1)
        return (world, server, ada)
    }

    // MARK: Up

    @Test(arguments: StoreKind.allCases)
    func `a large blob goes up in pieces and comes down as it was`(_ kind: StoreKind) throws {
        let (world, server, ada) = try world(kind)
        let relay = Relay(to: server) { _, _ in .none }
        let push = try ada.sync(over: relay, options: all)
        #expect(push.failure == nil && push.blobsSent == 1 && push.notices.isEmpty)
        #expect(relay.requests.map(\.method) == [.head, .put, .put, .put])
        #expect(relay.bytesUp == bytes.count)
        let ben = try world.replica("ben")
        #expect(try ben.sync(with: server, options: all).blobsReceived == 1)
        #expect(try ben.store.blob(blob) == bytes)
        #expect(try ada.sync(with: server, options: all).requests == 1)
    }

    @Test(arguments: [0, 1, 2, 3], [true, false])
    func `an upload that breaks goes on behind what arrived`(at request: Int, answerIsLost: Bool) throws {
        let (_, server, ada) = try world()
        let relay = Relay(to: server) { number, _ in
            number == request ? (answerIsLost ? .lostAnswer : .lostRequest) : .none
        }
        let push = try ada.sync(over: relay, options: all)
        #expect(push.failure == nil && push.blobsSent + (answerIsLost && request == 3 ? 1 : 0) == 1, "\(push)")
        #expect(try server.store.blob(blob) == bytes)
        #expect(relay.bytesUp <= bytes.count + ProtocolLimits.blobPieceBytes)
    }

    @Test func `an upload that breaks again and again goes up in smaller pieces, and every piece that arrives counts`()
        throws
    {
        let (_, server, ada) = try world()
        // No request with more than 300,000 bytes arrives.
        let relay = Relay(to: server) { _, request in (request.body?.count ?? 0) > 300_000 ? .lostRequest : .none }
        var reports = 0
        repeat {
            _ = try ada.sync(over: relay, options: all)
            reports += 1
        } while try !server.store.hasBlob(blob) && reports < 20
        #expect(try server.store.blob(blob) == bytes)
        #expect(reports == 1, "a piece that arrived is none of five failures in a row")
    }

    @Test func `a proxy that takes no large requests gets small ones`() throws {
        let (_, server, ada) = try world()
        let relay = Relay(to: server) { _, request in
            (request.body?.count ?? 0) > 1_048_576
                ? .answer(413, [HeaderField("Content-Type", "text/html")], [60]) : .none
        }
        let push = try ada.sync(over: relay, options: all)
        #expect(push.failure == nil && push.blobsSent == 1 && push.notices.isEmpty)
    }

    @Test func `a server that holds other bytes throws them away, and gets the right ones`() throws {
        let (_, server, ada) = try world()
        let other = [UInt8](repeating: 9, count: 2 * Self.megabyte)
        _ = try server.store.takeBlobPiece(other, of: blob, at: 0, byteCount: bytes.count)
        let push = try ada.sync(with: server, options: all)
        #expect(push.failure == nil && push.blobsSent == 1 && push.notices.isEmpty)
        #expect(try server.store.blob(blob) == bytes)
    }

    @Test func `a server that takes whole blobs only gets what goes in one piece, and the rest is told`() throws {
        let (_, server, ada) = try world()
        let huge = [UInt8](repeating: 5, count: ProtocolLimits.blobInOnePieceBytes + 1)
        try ada.attach(huge, to: 2)
        let old = Relay(to: server) { _, request in
            request.method == .head
                ? .answer(404, [HeaderField("Content-Type", "application/problem+json")], []) : .none
        }
        let push = try ada.sync(over: old, options: all)
        #expect(push.failure == nil && push.blobsSent == 1 && push.isPartial)
        #expect(push.notices == [.blobRefused(BlobID(SHA256.digest(of: huge)), code: "too-large")])
        #expect(try server.store.blob(blob) == bytes)
    }

    @Test func `a server that names its limit is not asked to take it in small pieces`() throws {
        let (_, server, ada) = try world()
        let body = Array(#"{"code":"too-large","limit":100,"status":413,"title":"x","type":"about:blank"}"#.utf8)
        let relay = Relay(to: server) { _, request in
            request.method == .put
                ? .answer(413, [HeaderField("Content-Type", "application/problem+json")], body) : .none
        }
        let push = try ada.sync(over: relay, options: all)
        #expect(push.failure == nil && push.notices == [.blobRefused(blob, code: "too-large")])
        #expect(relay.requests.count == 2)
    }

    // MARK: Down

    @Test(arguments: StoreKind.allCases, [1, 999_999, 1_048_576, 5_000_001, 8_999_999])
    func `a download that breaks goes on behind what came, in this process or another`(_ kind: StoreKind, at byte: Int)
        throws
    {
        let (world, server, ada) = try world(kind)
        try ada.sync(with: server, options: all).expectDone()
        let ben = try world.replica("ben")
        let first = Relay(to: server) { number, _ in number == 0 ? .cut(afterBytes: byte) : .unreachable }
        let broken = try ben.sync(over: first, options: all)
        #expect(broken.failure == nil && broken.isPartial, "the letters have come")
        #expect(broken.notices == [.blobsLeft(count: 1, code: "unreachable")])
        #expect(try ben.store.partialBlobByteCount(blob) == byte)
        #expect(try ben.store.missingBlobs(limit: 9).map(\.blob) == [blob])
        let second = Relay(to: server) { _, _ in .none }
        #expect(try ben.sync(over: second, options: all).blobsReceived == 1)
        #expect(second.requests.first?.header("Range") == "bytes=\(byte)-")
        #expect(second.bytesDown == bytes.count - byte)
        #expect(try ben.store.blob(blob) == bytes)
        #expect(try ben.store.partialBlobByteCount(blob) == 0)
    }

    @Test func `a server without ranges sends all of it again, and what is here is passed over`() throws {
        let (world, server, ada) = try world()
        try ada.sync(with: server, options: all).expectDone()
        let ben = try world.replica("ben")
        _ = try ben.store.takeBlobPiece(Array(bytes[..<3_000_000]), of: blob, at: 0, byteCount: bytes.count)
        let deaf = Relay(to: server) { _, _ in
            .answer(
                200,
                [
                    HeaderField("Content-Type", BlobResponder.contentType),
                    HeaderField("Content-Length", "\(self.bytes.count)"),
                ], self.bytes)
        }
        #expect(try ben.sync(over: deaf, options: all).blobsReceived == 1)
        #expect(try ben.store.blob(blob) == bytes)
    }

    @Test func `what was here before and is wrong is thrown away, and all of it comes`() throws {
        let (world, server, ada) = try world()
        try ada.sync(with: server, options: all).expectDone()
        for wrong in [[UInt8](repeating: 3, count: 2_000_000), [UInt8](repeating: 3, count: bytes.count)] {
            let ben = try world.replica("ben")
            _ = try ben.store.takeBlobPiece(wrong, of: blob, at: 0, byteCount: bytes.count + 1)
            let report = try ben.sync(with: server, options: all)
            #expect(report.failure == nil && report.blobsReceived == 1 && report.notices.isEmpty)
            #expect(try ben.store.blob(blob) == bytes)
        }
    }

    @Test func `more than the blob has ever had is thrown away, and all of it comes`() throws {
        let (world, server, ada) = try world()
        try ada.sync(with: server, options: all).expectDone()
        let ben = try world.replica("ben")
        _ = try ben.store.takeBlobPiece(
            [UInt8](repeating: 3, count: bytes.count + 5), of: blob, at: 0, byteCount: bytes.count + 6)
        let report = try ben.sync(with: server, options: all)
        #expect(report.failure == nil && report.blobsReceived == 1)
        #expect(try ben.store.blob(blob) == bytes)
    }

    @Test func `bytes with another hash are thrown away and said, and delay no other blob`() throws {
        let (world, server, ada) = try world()
        try ada.attach([1, 2, 3], to: 2)
        try ada.sync(with: server, options: all).expectDone()
        let ben = try world.replica("ben")
        let lying = Relay(to: server) { _, request in
            guard BlobPath.blob(in: request.path) == self.blob else { return .none }
            let wrong = [UInt8](repeating: 1, count: self.bytes.count)
            return .answer(
                200,
                [
                    HeaderField("Content-Type", BlobResponder.contentType),
                    HeaderField("Content-Length", "\(wrong.count)"),
                ], wrong)
        }
        let report = try ben.sync(over: lying, options: all)
        #expect(report.failure == nil && report.blobsReceived == 1 && report.blobsMissing == 1 && report.isPartial)
        #expect(report.notices == [.wrongBlob(blob)])
        #expect(try ben.store.partialBlobByteCount(blob) == 0)
        #expect(try ben.store.blob(BlobID(SHA256.digest(of: [1, 2, 3]))) == [1, 2, 3])
    }

    @Test(arguments: [
        (206, "bytes 0-8999999/9000000", "9000000"), (206, "bytes 3000001-8999999/9000000", "5999999"),
        (206, "bytes 3000000-8999998/9000000", "5999999"), (206, "", "6000000"), (206, "bytes */9000000", "6000000"),
        (200, "", ""), (200, "", "-1"), (200, "", "99999999999999999999"), (416, "bytes */9000000", ""), (416, "", ""),
    ])
    func `a server that lies about a part is not believed, and letters are not concerned`(
        status: Int, range: String, length: String
    ) throws {
        let (world, server, ada) = try world()
        try ada.sync(with: server, options: all).expectDone()
        let ben = try world.replica("ben")
        _ = try ben.store.takeBlobPiece(Array(bytes[..<3_000_000]), of: blob, at: 0, byteCount: bytes.count)
        var headers = [HeaderField("Content-Type", BlobResponder.contentType)]
        if !range.isEmpty { headers.append(HeaderField("Content-Range", range)) }
        if !length.isEmpty { headers.append(HeaderField("Content-Length", length)) }
        let response = TransportResponse(status: status, headers: headers)
        let lying = Relay(to: server) { _, _ in .changed(response) }
        let report = try ben.sync(over: lying, options: all)
        #expect(report.failure == nil && report.blobsReceived == 0 && report.isPartial)
        #expect(report.notices == [.blobFailed(blob, code: "malformedResponse")])
        #expect(try ben.store.partialBlobByteCount(blob) == 3_000_000, "what came before stays")
        #expect(try ben.sync(with: server, options: all).blobsReceived == 1)
    }

    @Test func `a blob longer than it was said to be is cut off, and nothing of it counts`() throws {
        let (world, server, ada) = try world()
        try ada.sync(with: server, options: all).expectDone()
        let ben = try world.replica("ben")
        let endless = Relay(to: server) { _, _ in
            .answer(
                200, [HeaderField("Content-Type", BlobResponder.contentType), HeaderField("Content-Length", "1000")],
                self.bytes)
        }
        let report = try ben.sync(over: endless, options: all)
        #expect(report.failure == nil && report.blobsReceived == 0)
        #expect(report.notices == [.blobFailed(blob, code: "malformedResponse")])
    }

    // MARK: Letters first

    @Test func `a blob that fails is told, is no failure of the sync, and is tried again with the next`() throws {
        let (world, server, ada) = try world()
        try ada.attach([1, 2, 3], to: 2)
        let failing = Relay(to: server) { _, request in
            BlobPath.blob(in: request.path) == self.blob && request.method == .put ? .answer(500, [], []) : .none
        }
        let push = try ada.sync(over: failing, options: all)
        #expect(push.failure == nil && push.isPartial && push.pushed == 2 && push.blobsSent == 1)
        #expect(push.notices == [.blobFailed(blob, code: "remoteFailed")])
        #expect(try ada.sync(with: server, options: all).blobsSent == 1)
        let ben = try world.replica("ben")
        #expect(try ben.sync(with: server, options: all).blobsReceived == 2)
    }

    @Test func `a connection that is lost among blobs leaves them, and the letters stand`() throws {
        let (world, server, ada) = try world()
        try ada.attach([1, 2, 3], to: 2)
        let away = Relay(to: server) { _, _ in .unreachable }
        let push = try ada.sync(over: away, options: all)
        #expect(push.failure == nil && push.isPartial && push.pushed == 2)
        #expect(push.notices == [.blobsLeft(count: 2, code: "unreachable")])
        #expect(try ada.sync(with: server, options: all).blobsSent == 2)
        try ada.sync(with: server, options: all).expectDone()
        let ben = try world.replica("ben")
        #expect(try ben.sync(with: server, options: all).blobsReceived == 2)
        try expectSame(ben, server)
    }

    @Test func `letters that come while a blob travels go first, and the blob goes on behind`() throws {
        let (world, server, ada) = try world()
        try ada.sync(with: server, options: all).expectDone()
        let (ben, carol) = (try world.replica("ben"), try world.replica("carol"))
        var asked = 0
        let relay = Relay(to: server) { _, _ in .none }
        let report = try ben.sync(
            over: relay, options: all,
            lettersWait: {
                asked += 1
                guard asked == 2 else { return false }
                // While the second megabyte arrives, Carol writes.
                try carol.sync(with: server, options: SyncOptions(blobs: .none)).expectDone()
                try carol.write(7, "This cannot wait.")
                try carol.sync(with: server, options: SyncOptions(blobs: .none)).expectDone()
                return true
            })
        #expect(report.failure == nil && report.blobsReceived == 1 && report.pulled == 2)
        try expectSame(ben, server)
        #expect(relay.requests.count == 2)
        #expect(relay.requests.last?.header("Range") == "bytes=2097152-")
        #expect(try ben.store.blob(blob) == bytes)
    }

    @Test func `blobs that somebody asks for come whatever the policy says, and no letters travel`() throws {
        let (world, server, ada) = try world()
        try ada.sync(with: server, options: all).expectDone()
        let ben = try world.replica("ben")
        try ben.sync(with: server, options: SyncOptions(blobs: .none)).expectDone()
        try server.write(5, "Not asked for.")
        let nobody = BlobID(SHA256.digest(of: [0]))
        let report = try ben.fetch([blob, nobody], from: server)
        #expect(report.failure == nil && report.blobsReceived == 1 && report.blobsMissing == 1 && report.pulled == 0)
        #expect(try ben.store.blob(blob) == bytes)
    }

    @Test func `progress tells of bytes, never goes back, and ends at the end`() throws {
        let (world, server, ada) = try world()
        var seen: [SyncProgress] = []
        try ada.sync(over: LoopbackTransport(to: server.store), options: all) { seen.append($0) }.expectDone()
        let sending = seen.filter { $0.phase == .sendingBlobs }
        #expect(sending.last?.doneBytes == bytes.count && sending.last?.totalBytes == bytes.count)
        seen = []
        let ben = try world.replica("ben")
        try ben.sync(over: LoopbackTransport(to: server.store), options: all) { seen.append($0) }.expectDone()
        let fetching = seen.filter { $0.phase == .fetchingBlobs }
        for list in [sending, fetching] {
            #expect(list.count > 2)
            #expect(zip(list, list.dropFirst()).allSatisfy { $0.doneBytes <= $1.doneBytes && $0.done <= $1.done })
            #expect(list.last?.done == 1 && list.last?.total == 1)
            #expect(list.allSatisfy { $0.doneBytes <= $0.totalBytes })
        }
    }
}
