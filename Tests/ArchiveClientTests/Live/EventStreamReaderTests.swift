import ArchiveClient
import Testing

/// Server-sent events, as a client reads them.
struct EventStreamReaderTests {
    @Test(arguments: [
        ("data: {\"sequence\":17}\n\n", 17),
        ("data:{\"sequence\":17}\n\n", 17),
        ("data: {\"sequence\":17}\r\n\r\n", 17),
        (": waiting\n\ndata: {\"sequence\":1}\n\ndata: {\"sequence\":2}\n\n", 2),
        ("id: 4\nevent: log\ndata: {\"more\":true,\"sequence\":3}\nretry: 5\n\n", 3),
        ("data: {\"sequence\":0}\n\n: waiting\n\n", 0),
    ])
    func `the newest end is told`(text: String, end: Int) throws {
        var whole = EventStreamReader()
        #expect(try whole.read(Array(text.utf8)) == end)
        var pieces = EventStreamReader()
        var newest: Int?
        for byte in text.utf8 { newest = try pieces.read([byte]) ?? newest }
        #expect(newest == end)
    }

    @Test(arguments: [
        "", "\n\n", ": waiting\n\n", "data: {\"sequence\":17}", "data: {\"sequence\":17}\n", "data: {}\n\n",
        "data: {\"sequence\":-1}\n\n", "data: {\"sequence\":\"1\"}\n\n",
        "data: {\"sequence\":1.5}\n\n", "data: [1]\n\n",
        "data: {\"sequence\":1,\"sequence\":2}\n\n",
        "datum: {\"sequence\":17}\n\n", "data\n\n", "\u{FEFF}\n\n",
    ])
    func `what tells of no end is passed over`(text: String) throws {
        var reader = EventStreamReader()
        #expect(try reader.read(Array(text.utf8)) == nil)
    }

    @Test func `a line without an end is refused`() throws {
        var reader = EventStreamReader()
        #expect(try reader.read([UInt8](repeating: 0x20, count: EventStreamReader.lineLimitBytes)) == nil)
        #expect(throws: EventStreamReader.LineTooLong.self) { try reader.read([0x20]) }
    }
}
