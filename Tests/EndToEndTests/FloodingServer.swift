import Foundation
import Glibc
import ServerTestSupport

/// A server that answers one sort of request without end, and passes all others on to a real one.
///
/// Unchecked: `lock` guards what changes.
final class FloodingServer: @unchecked Sendable {
    /// What it answers: something first, then something again and again.
    struct Flood: Sendable {
        var head: String
        var opening: [UInt8] = []
        var block: [UInt8]
    }

    /// After so many bytes it stops by itself: whoever took them all has not defended itself.
    static let limitBytes = 3 << 30

    let port: UInt16
    private let listener: Int32
    private let flood: Flood
    private let marker: [UInt8]
    private let target: UInt16?
    private let lock = NSCondition()
    private var sent = 0
    private var finished = 0

    /// - Parameters:
    ///   - marker: Requests with these bytes get the flood; all do if it is empty.
    ///   - target: The port of the real server.
    init(_ flood: Flood, to marker: String = "", else target: UInt16? = nil) throws {
        self.flood = flood
        self.marker = Array(marker.utf8)
        self.target = target
        (listener, port) = try Loopback.listen()
        Thread.detachNewThread { [self] in accept() }
    }

    /// Ends it; its thread closes the socket.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// The bytes of floods that clients took so far.
    var sentBytes: Int { lock.withLock { sent } }

    /// Waits until so many floods are over.
    func waitForFloods(_ count: Int) {
        lock.withLock { while finished < count { lock.wait() } }
    }

    private func accept() {
        while let client = Loopback.accept(listener) {
            Thread.detachNewThread { [self] in serve(client) }
        }
        close(listener)
    }

    /// Passes requests on until one is to be flooded.
    private func serve(_ client: Int32) {
        defer { close(client) }
        var server: Int32 = -1
        let isBackDone = DispatchSemaphore(value: 0)
        defer {
            if server >= 0 {
                shutdown(server, Int32(SHUT_RDWR))
                isBackDone.wait()
                close(server)
            }
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            if Data(buffer[..<count]).range(of: Data(marker)) != nil || marker.isEmpty { return pour(into: client) }
            guard let target else { return }
            if server < 0 {
                do {
                    server = try Loopback.connect(port: Int(target))
                } catch {
                    return
                }
                let descriptor = server
                Thread.detachNewThread {
                    var buffer = [UInt8](repeating: 0, count: 65_536)
                    while true {
                        let count = recv(descriptor, &buffer, buffer.count, 0)
                        guard count > 0, FloodingServer.send(buffer[..<count], to: client) else { break }
                    }
                    isBackDone.signal()
                }
            }
            guard FloodingServer.send(buffer[..<count], to: server) else { return }
        }
    }

    private func pour(into client: Int32) {
        defer {
            lock.withLock {
                finished += 1
                lock.broadcast()
            }
        }
        guard pourAll((Array(flood.head.utf8) + flood.opening)[...], into: client) else { return }
        var poured = 0
        while poured < FloodingServer.limitBytes {
            guard pourAll(flood.block[...], into: client) else { return }
            poured += flood.block.count
        }
    }

    /// Sends bytes of a flood, and counts those that were taken, all or not; false if not all were.
    private func pourAll(_ bytes: ArraySlice<UInt8>, into client: Int32) -> Bool {
        let taken = FloodingServer.taken(bytes, by: client)
        lock.withLock { sent += taken }
        return taken == bytes.count
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        taken(bytes, by: descriptor) == bytes.count
    }

    /// How many of these bytes were taken until all were, or the connection broke.
    private static func taken(_ bytes: ArraySlice<UInt8>, by descriptor: Int32) -> Int {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.send(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, Int32(MSG_NOSIGNAL))
                guard count > 0 else { break }
                done += count
            }
            return done
        }
    }
}
