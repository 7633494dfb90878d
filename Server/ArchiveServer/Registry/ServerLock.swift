import Glibc

/// The right to serve a data folder: held by one process at a time, and let go with the last breath of the process.
///
/// The file's existence and content mean nothing; only the kernel's lock on it does.
/// Source: https://man7.org/linux/man-pages/man2/flock.2.html
final class ServerLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock; `serverRunning` if another process has it.
    init(_ folder: ServerFolder) throws(ServerFailure) {
        let descriptor = open(folder.lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .fileSystem(path: folder.lockPath, reason: SystemCall.reason()) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK else {
                throw .fileSystem(path: folder.lockPath, reason: SystemCall.reason(number))
            }
            throw .serverRunning(path: folder.path)
        }
        self.descriptor = descriptor
    }

    deinit {
        // Closing alone lets go of it only when no other process has the descriptor: a child has ours from its fork to its exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
