import Testing

@testable import ServerCommands

/// Texts on the command line that become values.
struct ValueParserTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080, true), ("[::1]:0", "::1", 0, true),
        ("0.0.0.0:65535", "0.0.0.0", 65535, false),
        ("[::]:1", "::", 1, false), ("127.8.9.1:9", "127.8.9.1", 9, true),
        ("[2001:db8::1]:443", "2001:db8::1", 443, false),
    ])
    func `an address to listen on is a numeric one with a port`(text: String, host: String, port: Int, loopback: Bool)
        throws
    {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.isLoopback == loopback)
        #expect(address.text == text)
    }

    @Test(arguments: [
        "", ":", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:+80", "127.0.0.1:65536", "127.0.0.1:-1", "localhost:80",
        "::1:80", "[::1]", "[]:80", "[127.0.0.1:80", "127.0.0.1:80 ", "127.0.0.1:８０", "127.0.0.1:000080",
    ])
    func `anything else is no address to listen on`(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func `the URL of an address names the scheme and the real port`() throws {
        #expect(try #require(ListenAddress("[::1]:0")).url(port: 81, isSecure: false) == "http://[::1]:81")
        #expect(try #require(ListenAddress("10.0.0.1:0")).url(port: 443, isSecure: true) == "https://10.0.0.1:443")
    }

    @Test(arguments: [("12h", 12), ("90d", 2160), ("8w", 1344), ("1h", 1), ("3650d", 87_600)])
    func `a lifetime is a number with its unit`(text: String, hours: Int) {
        #expect(TokenLifetime(text) == .hours(hours))
        #expect(TokenLifetime(text)?.duration == .seconds(hours * 3600))
    }

    @Test func `a lifetime may have no end`() {
        #expect(TokenLifetime("never") == .unlimited)
        #expect(TokenLifetime("never")?.duration == nil)
    }

    @Test(arguments: [
        "", "d", "0d", "90", "90 d", "+9d", "-1d", "9y", "9D", "1.5d", "3651d", "999999w", "99999999999999999999d",
        "ever",
    ])
    func `anything else is no lifetime`(text: String) {
        #expect(TokenLifetime(text) == nil)
    }
}
