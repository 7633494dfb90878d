import Glibc
import Testing

@testable import HTTPServer

/// The socket that a server listens on is closed once: its number may be another one's right after.
struct ListeningSocketTests {
    @Test func `a descriptor that became another one's is left alone`() throws {
        let socket = try ListeningSocket(address: "127.0.0.1", port: 0)
        let other = try ListeningSocket(address: "127.0.0.1", port: 0)
        defer { other.close() }
        // In one step, so that no other test gets the number in between.
        #expect(dup2(other.descriptor, socket.descriptor) == socket.descriptor)
        socket.close()
        #expect(fcntl(socket.descriptor, F_GETFD) >= 0)
        close(socket.descriptor)
    }
}
