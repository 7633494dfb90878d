import Glibc
import Foundation
import ServerTestSupport

/// A relay on 127.0.0.1 between a client and a server that counts bytes, and cuts a connection after a chosen one.
///
/// Unchecked: `lock` guards all that changes.
final class FaultProxy: @unchecked Sendable {
    /// Which bytes are counted.
    enum Direction: String, CaseIterable, Sendable {
        case toServer
        case toClient
    }

    /// How bytes are passed on.
    enum Pace: Sendable {
        /// As they come.
        case whole
        /// One at a time, each in a segment of its own.
        case single
    }

    /// How a connection ends at the cut.
    enum End: Sendable {
        /// The ends that a connection has by itself.
        static let allCases: [End] = [.reset, .closed, .late]

        /// By a reset: what is on its way is lost too.
        case reset
        /// In order, as if the other side had nothing more to say.
        case closed
        /// By a reset for the client; the server gets what was on its way later, when the client is back on another
        /// connection.
        case late
        /// Not at all: nothing more comes through, until something else is asked for. Then by a reset.
        case held
    }

    let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let lock = NSCondition()
    private var isStopped = false
    private var passed: [Direction: Int] = [:]
    private var cut: (direction: Direction, position: Int, end: End)?
    private var pace = Pace.whole
    /// How often something was asked for.
    private var askedCount = 0

    init(to target: UInt16) throws {
        self.target = target
        (listener, port) = try Loopback.listen()
        Thread { [self] in accept() }.start()
    }

    /// Ends the relay; its thread has it until then.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        lock.withLock {
            isStopped = true
            lock.broadcast()
        }
    }

    /// Passes everything on from now on, and counts from zero.
    func pass(_ pace: Pace = .whole) {
        lock.withLock {
            cut = nil
            passed = [:]
            self.pace = pace
            askedCount += 1
            lock.broadcast()
        }
    }

    /// Cuts the connection on which byte `position` of this direction would come, once.
    func cut(_ direction: Direction, after position: Int, by end: End) {
        lock.withLock {
            passed = [:]
            cut = (direction, position, end)
            pace = .whole
            askedCount += 1
            lock.broadcast()
        }
    }

    /// How many bytes went this way since the last call that set something.
    func count(_ direction: Direction) -> Int { lock.withLock { passed[direction] ?? 0 } }

    /// Whether the cut was made.
    var isCut: Bool { lock.withLock { cut == nil } }

    /// Waits until the cut is made.
    func waitForCut() {
        lock.withLock { while cut != nil, !isStopped { lock.wait() } }
    }

    // MARK: Relaying

    private func accept() {
        while let client = Loopback.accept(listener) {
            let server: Int32
            do {
                server = try Loopback.connect(port: Int(target))
            } catch {
                close(client)
                continue
            }
            let pair = Pair(client: client, server: server)
            Thread { [self] in relay(pair, .toServer) }.start()
            Thread { [self] in relay(pair, .toClient) }.start()
        }
        close(listener)
    }

    /// Two sockets, closed when both directions are done with them.
    private final class Pair: Sendable {
        let client: Int32
        let server: Int32

        init(client: Int32, server: Int32) {
            self.client = client
            self.server = server
            for descriptor in [client, server] {
                var on: Int32 = 1
                setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            }
        }

        deinit {
            close(client)
            close(server)
        }

        func end(_ end: End) {
            for descriptor in end == .late ? [client] : [client, server] {
                if end != .closed {
                    // What was not sent yet is thrown away, and the other side is told so.
                    var now = linger(l_onoff: 1, l_linger: 0)
                    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
                }
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
        }
    }

    private func relay(_ pair: Pair, _ direction: Direction) {
        let (source, sink) = direction == .toServer ? (pair.client, pair.server) : (pair.server, pair.client)
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else {
                shutdown(sink, Int32(SHUT_WR))
                return
            }
            let (allowed, end, pace) = take(count, direction)
            FaultProxy.send(buffer[..<allowed], to: sink, pace)
            if end == .held { waitForAnotherWish() }
            if let end {
                pair.end(end)
                guard end == .late, direction == .toServer else { return }
                waitForAnotherConnection()
                FaultProxy.send(buffer[allowed..<count], to: sink, .whole)
                shutdown(sink, Int32(SHUT_WR))
                return
            }
        }
    }

    /// Waits until the client has an answer on another connection, or nobody waits for one any more.
    private func waitForAnotherConnection() {
        lock.withLock {
            let before = passed[.toClient] ?? 0
            while !isStopped, (passed[.toClient] ?? 0) <= before, !passed.isEmpty { lock.wait() }
        }
    }

    /// Waits until something else is asked for, or nobody asks any more.
    private func waitForAnotherWish() {
        lock.withLock {
            let before = askedCount
            while !isStopped, askedCount == before { lock.wait() }
        }
    }

    /// How many of these bytes may pass, and how the connection ends after them.
    private func take(_ count: Int, _ direction: Direction) -> (allowed: Int, end: End?, pace: Pace) {
        lock.withLock {
            let before = passed[direction] ?? 0
            guard let cut, cut.direction == direction, before + count > cut.position else {
                passed[direction] = before + count
                lock.broadcast()
                return (count, nil, pace)
            }
            passed[direction] = cut.position
            self.cut = nil
            lock.broadcast()
            return (cut.position - before, cut.end, pace)
        }
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to sink: Int32, _ pace: Pace) {
        var rest = bytes
        while !rest.isEmpty {
            let length: Int
            switch pace {
            case .whole: length = rest.count
            case .single: length = 1
            }
            let count = rest.withUnsafeBytes { Glibc.send(sink, $0.baseAddress, length, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
