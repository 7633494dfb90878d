import Foundation
import ServerTestSupport
import Synchronization

/// A listener on 127.0.0.1 that answers each request with the next of some prepared byte strings, and keeps what it was sent.
/// Answers that are used up close the connection.
final class ScriptedServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let state: Mutex<State>

    struct State {
        var answers: [String]
        var requests: [String] = []
        var connections = 0
    }

    private let closes: Bool

    /// - Parameter closes: whether the connection ends behind each answer, whole or not.
    init(_ answers: String..., closes: Bool = false) throws {
        self.closes = closes
        let (listener, port) = try Loopback.listen()
        self.listener = listener
        self.port = port
        state = Mutex(State(answers: answers))
        Thread.detachNewThread { [self] in
            // Ends when `stop` shuts the listener down.
            while let connection = Loopback.accept(listener) {
                state.withLock { $0.connections += 1 }
                serve(connection)
                close(connection)
            }
            // Closed by its only user: its number may be another test's socket right after.
            close(listener)
        }
    }

    var origin: String { "http://127.0.0.1:\(port)" }
    var requests: [String] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve(_ connection: Int32) {
        while let request = readRequest(connection) {
            let answer = state.withLock { state in
                state.requests.append(request)
                return state.answers.isEmpty ? nil : state.answers.removeFirst()
            }
            guard let answer else { return }
            _ = answer.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
            if closes || answer.contains("Connection: close") { return }
        }
    }

    /// A request with its body; nil when the client is gone.
    private func readRequest(_ connection: Int32) -> String? {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            if let end = text.range(of: "\r\n\r\n") {
                let length =
                    text[..<end.lowerBound].components(separatedBy: "\r\n")
                    .first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                if text[end.upperBound...].utf8.count >= length { return text }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }
}
