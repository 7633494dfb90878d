import Testing

@testable import HTTPServer

/// The distances between parsed strings, with addresses made up for `GET /a HTTP/1.1`, `Host: a`, `X: bc`.
@Suite struct HeaderLayoutTests {
    private func hasHiddenBytes(
        target: UInt = 1004, version: UInt = 1007, host: UInt = 1017, value: UInt = 1023, next: UInt = 1026,
        last: UInt = 1029, headerBytes: Int = 35
    ) -> Bool {
        var layout = HeaderLayout(methodAddress: 1000, byteCount: 3)
        layout.append(address: target, byteCount: 2, after: 1)
        layout.append(address: version, byteCount: 8, after: 1)
        layout.append(address: host, byteCount: 4, after: 2)
        layout.append(valueAddress: value, byteCount: 1)
        layout.append(address: next, byteCount: 1, after: 2)
        layout.append(valueAddress: last, byteCount: 2)
        layout.finish(headerBytes: headerBytes)
        return layout.hasHiddenBytes
    }

    @Test func `strings that follow one another hide nothing`() {
        #expect(!hasHiddenBytes())
    }

    @Test func `white space before a value is allowed`() {
        #expect(!hasHiddenBytes(value: 1022, next: 1025, last: 1028, headerBytes: 34))
        #expect(!hasHiddenBytes(value: 1030, next: 1033, last: 1040, headerBytes: 46))
    }

    @Test func `any other distance hides something`() {
        #expect(hasHiddenBytes(target: 1005))
        #expect(hasHiddenBytes(version: 1009))
        #expect(hasHiddenBytes(host: 1016))
        #expect(hasHiddenBytes(host: 1018))
        #expect(hasHiddenBytes(value: 1021))
        #expect(hasHiddenBytes(next: 1025))
        #expect(hasHiddenBytes(next: 1028))
        #expect(hasHiddenBytes(last: 500))
        #expect(hasHiddenBytes(headerBytes: 34))
        #expect(hasHiddenBytes(headerBytes: 36))
        #expect(hasHiddenBytes(headerBytes: 0))
    }
}
