import LetterModel

/// Reads server-sent events as they come: the end of a remote's log, from `data: {"sequence":…}`. A pure value.
///
/// Comments, other fields and events that say nothing of a sequence are passed over.
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
package struct EventStreamReader {
    /// A line that is no part of any event that we know of.
    package struct LineTooLong: Error, Equatable {}

    /// The longest line that is read: an event is thirty bytes.
    package static let lineLimitBytes = 4_096

    private var line: [UInt8] = []
    private var sequence: Int?

    package init() {}

    /// Takes the next bytes, and gives the newest end that they tell of; nil if they tell of none.
    package mutating func read(_ bytes: [UInt8]) throws(LineTooLong) -> Int? {
        var newest: Int?
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                guard line.count < EventStreamReader.lineLimitBytes else { throw LineTooLong() }
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty {
                newest = sequence ?? newest
                sequence = nil
            } else if let value = EventStreamReader.sequence(inField: line) {
                sequence = value
            }
            line.removeAll(keepingCapacity: true)
        }
        return newest
    }

    private static func sequence(inField line: [UInt8]) -> Int? {
        let name = Array("data:".utf8)
        guard line.starts(with: name) else { return nil }
        do {
            let value = try JSONScanner.parse(Array(line.dropFirst(name.count).drop { $0 == 0x20 }))
            return value.members?["sequence"]?.integer.flatMap { $0 >= 0 ? $0 : nil }
        } catch {
            // Some other event, of a newer server.
            return nil
        }
    }
}
