import LetterModel
import Testing

@testable import ArchiveServer

/// The log's lines.
struct ServerLogTests {
    @Test func `a line is one JSON object with its message and fields`() {
        let lines = LogLines()
        lines.log(.info).note(.warning, "disk is slow", ["milliseconds": 12, "text": "a\nb\"\u{301}"])
        #expect(
            lines.all == [
                #"{"level":"warning","message":"disk is slow","milliseconds":12,"text":"a\nb\"\#u{301}","time":"1970-01-01T00:00:00.000Z"}"#
                    + "\n"
            ])
    }

    @Test func `lines that matter less than the level are left out`() {
        for level in LogLevel.allCases {
            let lines = LogLines()
            let log = lines.log(level)
            for other in LogLevel.allCases { log.note(other, "m") }
            #expect(lines.all.count == LogLevel.allCases.filter { $0 >= level }.count)
        }
        #expect(LogLevel.debug < .info && LogLevel.info < .warning && LogLevel.warning < .error)
    }
}
