import Foundation
import Hashing
import Testing

struct Base64Tests {
    @Test func `it is what everybody else's base64 is`() {
        var numbers = SystemRandomNumberGenerator()
        for count in 0..<300 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
            let text = Base64.encode(bytes)
            #expect(text == Data(bytes).base64EncodedString())
            #expect(Base64.decode(text) == bytes)
        }
    }

    @Test(arguments: [
        "A", "AA", "AAA", "AAAAA", "=", "====", "A===", "AA=A", "=AAA", "AAA=AAAA", "AA==AAAA", "AB==", "AAB=", "AAA\n",
        "AA A", "AA-_",
        "é==", "AAAA=",
    ])
    func `what is no base64, or a second spelling, is refused`(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
