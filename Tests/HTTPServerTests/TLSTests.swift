import Foundation
import HTTPServer
import Testing
import TestScratch

/// TLS, with a certificate made for the test and the openssl program as the client.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs /usr/bin/openssl"))
struct TLSTests {
    /// Runs openssl to its end and returns what it wrote to standard output.
    private func openssl(_ arguments: [String], input: String = "") throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        let stdin = Pipe()
        let stdout = Pipe()
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = FileHandle.nullDevice
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw RawClient.Failure(reason: "openssl failed") }
        return String(decoding: output, as: UTF8.self)
    }

    private func withCertificate(_ body: (_ certificate: URL, _ key: URL) throws -> Void) throws {
        let scratch = Scratch()
        let certificate = scratch.url.appendingPathComponent("certificate.pem")
        let key = scratch.url.appendingPathComponent("key.pem")
        _ = try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-keyout", key.path, "-out", certificate.path,
        ])
        try body(certificate, key)
    }

    @Test func `a request and its answer go through TLS, and plain HTTP does not`() throws {
        try withCertificate { certificate, key in
            let tls = ServerConfiguration.TLS(
                certificatePEM: try String(contentsOf: certificate, encoding: .utf8),
                privateKeyPEM: try String(contentsOf: key, encoding: .utf8))
            #expect(!"\(tls)".contains("PRIVATE"))
            let live = try LiveServer { $0.tls = tls }
            let output = try openssl(
                [
                    "s_client", "-connect", "127.0.0.1:\(live.server.port)", "-quiet", "-verify_return_error",
                    "-CAfile", certificate.path,
                ], input: "GET /stream?chunks=2&bytes=3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(output.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(output.hasSuffix("3\r\nsss\r\n3\r\nsss\r\n0\r\n\r\n"))
            let plain = try live.connect()
            plain.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(plain.readToEnd() != .open)
            #expect(!String(decoding: plain.unread, as: UTF8.self).contains("HTTP"))
        }
    }

    @Test func `a certificate that is none stops the start and is told`() throws {
        let error = #expect(throws: ServerError.self) {
            try LiveServer { $0.tls = .init(certificatePEM: "none", privateKeyPEM: "none") }
        }
        guard case .cannotStart(let message) = error else {
            Issue.record("another error")
            return
        }
        #expect(!message.isEmpty)
        #expect(message != "it gives no reason")
    }
}
