import ArchiveClient
import Testing

struct ServerAddressTests {
    @Test(arguments: [
        ("https://letters.example.org/presidency", "https://letters.example.org", "", "presidency"),
        ("https://LETTERS.example.org:443/a", "https://letters.example.org", "", "a"),
        ("https://example.org:8443/x/y/a-1_2.b/", "https://example.org:8443", "/x/y", "a-1_2.b"),
        ("http://127.0.0.1:8080/letters", "http://127.0.0.1:8080", "", "letters"),
        ("http://localhost/letters", "http://localhost", "", "letters"),
        ("http://[::1]:9/letters", "http://[::1]:9", "", "letters"),
    ])
    func `an address has an origin, a prefix and an archive`(
        text: String, origin: String, prefix: String, archive: String
    ) throws {
        let address = try ServerAddress(parsing: text)
        #expect(address.origin == origin)
        #expect(address.prefix == prefix)
        #expect(address.archive == archive)
        #expect(try ServerAddress(parsing: address.text) == address)
    }

    @Test(arguments: [
        "", "letters", "ftp://example.org/a", "https://", "https:///a", "https://user@example.org/a",
        "https://example.org/a?b", "https://example.org/a#b", "https://example.org/%61", "https://example.org:0/a",
        "https://example.org:99999/a", "https://example.org:+1/a", "https://exa mple.org/a", "https://::1/a",
        "https://example.org/\u{e9}",
    ])
    func `what is no URL of an archive is refused`(text: String) {
        #expect(throws: RemoteAddressError.notAURL) { try ServerAddress(parsing: text) }
    }

    @Test func `other faults are told apart`() {
        #expect(throws: RemoteAddressError.noArchive) { try ServerAddress(parsing: "https://example.org/") }
        #expect(throws: RemoteAddressError.archiveName("A")) { try ServerAddress(parsing: "https://example.org/A") }
        #expect(throws: RemoteAddressError.archiveName("a")) { try ServerAddress(parsing: "https://example.org/../a") }
        for host in ["example.org", "10.0.0.1", "127.0.0.1.example.org", "128.0.0.1", "localhost.example.org"] {
            #expect(throws: RemoteAddressError.plainHTTP(host: host)) {
                try ServerAddress(parsing: "http://\(host)/a")
            }
        }
    }
}

struct BlobPolicyTests {
    @Test func `policies are written as people say them`() throws {
        #expect(try BlobPolicy(parsing: "all") == .all)
        #expect(try BlobPolicy(parsing: "none") == .none)
        #expect(try BlobPolicy(parsing: "smaller-than 5MB") == .upTo(byteCount: 5_000_000))
        #expect(try BlobPolicy(parsing: "smaller-than 10kB") == .upTo(byteCount: 10_000))
        #expect(try BlobPolicy(parsing: "smaller-than 7") == .upTo(byteCount: 7))
    }

    @Test(arguments: ["", "some", "smaller-than", "smaller-than MB", "smaller-than -1", "smaller-than 5 MB", "all all"])
    func `anything else is refused`(text: String) {
        #expect(throws: BlobPolicyError.self) { try BlobPolicy(parsing: text) }
    }
}
