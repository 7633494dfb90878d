import Foundation
import ProgramTestSupport
import SyncTestSupport

/// One call of the system that fails, or at which the program is killed.
struct Injection: Sendable {
    enum Fault: String, Sendable {
        case kill = "signal=SIGKILL"
        case inputOutput = "error=EIO"
        case full = "error=ENOSPC"
        case readOnly = "error=EROFS"
        case reset = "error=ECONNRESET"
    }

    let action: String
    let call: String
    let fault: Fault
    /// The so-manieth of these calls on a thread.
    let number: Int

    /// What the tracer is told.
    var expressions: [String] { ["trace=\(call)", "inject=\(call):\(fault.rawValue):when=\(number)"] }

    /// The calls that matter, and what can befall each.
    static let faults: [String: [Fault]] = [
        "pwrite64": [.kill, .inputOutput, .full], "write": [.kill, .inputOutput, .full],
        "fdatasync": [.kill, .inputOutput], "fsync": [.kill, .inputOutput, .full], "pread64": [.kill, .inputOutput],
        "openat": [.kill, .full, .readOnly], "rename": [.kill, .inputOutput, .full], "link": [.kill, .full],
        "unlink": [.kill, .inputOutput], "ftruncate": [.kill, .inputOutput], "close": [.kill],
        "mkdir": [.kill, .full], "sendto": [.kill, .reset], "recvfrom": [.kill, .reset], "poll": [.kill],
        "fcntl": [.kill], "sendmsg": [.kill, .reset], "writev": [.kill, .reset], "epoll_wait": [.kill],
        "accept4": [.kill],
    ]

    /// Every injection into an action whose calls were counted, but those that no machine makes.
    static func all(_ action: String, counts: [String: Int], without impossible: Set<String> = []) -> [Injection] {
        faults.keys.sorted().flatMap { call -> [Injection] in
            guard let count = counts[call], let faults = faults[call] else { return [] }
            return faults.filter { $0 == .kill || !impossible.contains(call) }.flatMap { fault in
                (1...count).map { Injection(action: action, call: call, fault: fault, number: $0) }
            }
        }
    }

    /// Counts calls in a log of the tracer, whose lines begin with the thread: the tracer counts by thread too.
    static func counts(inLog path: String) throws -> [String: Int] {
        var byThread: [String: [String: Int]] = [:]
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let bracket = words[1].firstIndex(of: "(") else { continue }
            let call = words[1][..<bracket].trimmingCharacters(in: .whitespaces)
            guard faults[call] != nil else { continue }
            byThread[String(words[0]), default: [:]][call, default: 0] += 1
        }
        return byThread.values.reduce(into: [:]) { counts, calls in counts.merge(calls) { max($0, $1) } }
    }

    /// Chosen ones: by the seed; or, for a soak, those from a place on in the list of all. `share` is how many times fewer
    /// are made than the place counts.
    static func chosen(_ all: [Injection], count: Int, share: Int, purpose: UInt64) -> [Injection] {
        let from = Amounts.amount("CHANCERY_INJECTIONS_FROM", otherwise: -1)
        guard from < 0 else { return Array(all.dropFirst(from / share).prefix(count)) }
        // The same number of each call and fault: most calls of a program are few of the kinds.
        var numbers = Amounts.numbers(purpose)
        let kinds = Dictionary(grouping: all) { "\($0.action) \($0.call) \($0.fault.rawValue)" }
        let order = kinds.keys.sorted().shuffled(using: &numbers).compactMap { kinds[$0] }
        guard !order.isEmpty else { return [] }
        return (0..<count).map { index in
            let kind = order[index % order.count]
            return kind[Int(numbers.next() % UInt64(kind.count))]
        }
    }
}

extension Injection: CustomStringConvertible {
    var description: String { "\(action), \(call) \(number), \(fault.rawValue)" }
}
