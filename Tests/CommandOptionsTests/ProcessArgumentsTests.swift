import Foundation
import Testing

@testable import CommandOptions

/// Arguments arrive as bytes, also where Swift does not find them.
struct ProcessArgumentsTests {
    @Test func `arguments as the kernel gives them keep empty ones and any byte`() {
        let bytes = Array("chancery\0edit\0\0--set\0title=".utf8) + [0xFF, 0]
        let expected = ["edit", "", "--set"].map { Array($0.utf8) } + [Array("title=".utf8) + [0xFF]]
        #expect(argumentBytes(ofProcess: bytes) == expected)
        #expect(argumentBytes(ofProcess: Array("chancery\0".utf8)) == [])
        #expect(argumentBytes(ofProcess: []) == [])
    }

    @Test func `the environment is that of the process, but for what is no text`() {
        #expect(environmentVariables()["PATH"] == ProcessInfo.processInfo.environment["PATH"])
        #expect(environmentVariables()["PATH"] != nil)
    }
}
