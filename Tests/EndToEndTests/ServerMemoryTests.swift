import Foundation
import Glibc
import ProgramTestSupport
import ServerTestSupport
import Testing
import TestScratch

/// The memory of the real `chancery-server` while clients do their worst, all at once. It serves the next client afterwards.
@Suite(.serialized) struct ServerMemoryTests {
    /// The budget of bodies is 128 MiB; each connection has 16 KiB and a chunk of its answer.
    static let limitBytes = 320 << 20

    let server: Server
    let ada: Machine
    let token: String

    init() throws {
        server = try Server(archives: "letters")
        token = try server.token(for: "letters")
        ada = try Machine("ada", token: token)
        try ada.expect("clone", server.url("letters"))
    }

    private func connect(receiveBytes: Int32? = nil) throws -> Int32 {
        let port = try #require(UInt16(server.origin.split(separator: ":").last ?? ""))
        return try Loopback.connect(port: Int(port), receiveBufferBytes: receiveBytes)
    }

    /// Sends until all is sent or the server takes no more; nobody waits longer than the server's own deadlines.
    @discardableResult
    private func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    private func receive(_ descriptor: Int32, atLeast wanted: Int = 1) -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while all.count < wanted {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            all += buffer[..<count]
        }
        return all
    }

    private func head(_ method: String, _ path: String, _ fields: String...) -> [UInt8] {
        let all = ["Host: a", "Authorization: Bearer \(token)"] + fields
        return Array("\(method) /v1/archives/letters/\(path) HTTP/1.1\r\n\(all.joined(separator: "\r\n"))\r\n\r\n".utf8)
    }

    private func expectBounded(_ name: String) throws {
        let process = try #require(server.processIdentifier)
        let peak = try #require(try ClientMemoryTests.peakBytes(of: process))
        print("figures ServerMemoryTests peak=\(peak) # \(name)")
        #expect(peak < Self.limitBytes, "\(name)")
        try ada.expect("import", ada.scratch.file("a.txt", "Dear Ben,\n\nCome home.\n\nYours,\nAda\n"))
        try ada.expect("sync")
    }

    @Test func `fifty slow downloads of the largest attachment cost no copies of it`() throws {
        let scan = Data((0..<(32 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 12) })
        let file = try ada.scratch.file("scan.bin", scan)
        let sum = try Programs.run("/usr/bin/sha256sum", [file], environment: [:], in: ada.scratch.url)
        let hash = String(sum.output.prefix(64))
        let letter =
            #"{"letter":{"attachments":[{"blob":"\#(hash)","name":"scan.bin","role":"scan","size":\#(scan.count)}],"body":"See the scan.","kind":"letter"}}"#
        try ada.expect("import", ada.scratch.file("letter.jsonl", letter + "\n"))
        try ada.expect("sync")
        let upload = try connect()
        send(head("PUT", "blobs/\(hash)", "Content-Length: \(scan.count)") + Array(scan), to: upload)
        #expect(String(decoding: receive(upload), as: UTF8.self).hasPrefix("HTTP/1.1 201"))
        close(upload)
        var downloads: [Int32] = []
        defer { for download in downloads { close(download) } }
        for _ in 0..<50 {
            let download = try connect(receiveBytes: 4096)
            downloads.append(download)
            send(head("GET", "blobs/\(hash)"), to: download)
        }
        for download in downloads {
            let start = String(decoding: receive(download, atLeast: 8192), as: UTF8.self)
            #expect(start.hasPrefix("HTTP/1.1 200") && start.contains("Content-Length: \(scan.count)"))
        }
        try expectBounded("fifty slow downloads of 32 MiB")
        // One that is read to its end is whole.
        let whole = try connect()
        defer { close(whole) }
        send(head("GET", "blobs/\(hash)"), to: whole)
        let answer = Data(receive(whole, atLeast: scan.count))
        let rest = Data(receive(whole, atLeast: scan.count + 2048 > answer.count ? 0 : 1))
        let end = try #require(answer.range(of: Data("\r\n\r\n".utf8))?.upperBound)
        var body = answer[end...] + rest
        while body.count < scan.count {
            let more = receive(whole)
            if more.isEmpty { break }
            body += more
        }
        #expect(body.elementsEqual(scan))
    }

    @Test func `uploads, bombs and headers without an end, from many at once`() throws {
        // 32 MiB each are announced, eight are sent.
        var uploads: [Int32] = []
        defer { for upload in uploads { close(upload) } }
        let part = [UInt8](repeating: 7, count: 8 << 20)
        let hash = String(repeating: "ab", count: 32)
        for _ in 0..<40 {
            let upload = try connect()
            uploads.append(upload)
            send(head("PUT", "blobs/\(hash)", "Content-Length: \(32 << 20)"), to: upload)
        }
        for upload in uploads { send(part, to: upload) }
        // They hold the budget as long as they are open: others are told to come again.
        for upload in uploads { close(upload) }
        uploads = []
        try expectBounded("forty uploads of 32 MiB, a quarter of each sent")

        // Four bytes spell 128 KiB of spaces.
        let block: [UInt8] = [0x02, 0x00, 0x10, 0x20]
        let bomb = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38] + [[UInt8]](repeating: block, count: 16_384).joined()
        for _ in 0..<40 {
            let push = try connect()
            uploads.append(push)
            send(
                head(
                    "POST", "sync", "Content-Type: application/x-ndjson", "Content-Encoding: zstd",
                    "Content-Length: \(bomb.count)") + bomb, to: push)
        }
        for upload in uploads {
            let status = String(decoding: receive(upload), as: UTF8.self).prefix(12)
            #expect(["HTTP/1.1 413", "HTTP/1.1 400", "HTTP/1.1 503"].contains(status), "\(status)")
        }
        try expectBounded("forty bombs of 64 KiB that become 2 GiB each")
        for upload in uploads { close(upload) }
        uploads = []

        let line = Array("X-A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n".utf8)
        let lines = Array([[UInt8]](repeating: line, count: 20_000).joined())
        for _ in 0..<200 {
            let flood = try connect()
            uploads.append(flood)
            send(Array("GET /healthz HTTP/1.1\r\nHost: a\r\n".utf8) + lines, to: flood)
        }
        try expectBounded("two hundred heads without an end")
    }
}
