import Glibc
import LetterModel

/// Says in a folder which machine and process uses it: a file that appears whole or not at all, and only where there is none.
///
/// One that this machine left behind (its process is gone, or the machine was started anew since) is taken over; another machine's is
/// not: nobody here can know whether it still runs. One that says nothing is nobody's to take over either.
final class FolderLock: Sendable {
    /// The file's name in the folder.
    static let fileName = "in-use"

    private let folder: String
    private let holder: FolderHolder

    /// Takes the lock of a folder.
    ///
    /// - Throws: `RemoteFolderError.inUse`, `.busy`, `.foreignLock`, `.unusable`.
    init(folder: String, holder: FolderHolder = .current()) throws(RemoteFolderError) {
        let turn = try FolderTurn(folder)
        try withExtendedLifetime(turn) { () throws(RemoteFolderError) in
            try FolderLock.clear(folder, for: holder)
            try FolderLock.publish(holder.text, in: folder)
        }
        // Last: a lock that was not taken must not be given back.
        self.folder = folder
        self.holder = holder
    }

    deinit {
        // What cannot be given back is a dead process's soon: the disk may be gone.
        guard case .success(let turn) = Result(catching: { () throws(RemoteFolderError) in try FolderTurn(folder) })
        else { return }
        withExtendedLifetime(turn) {
            let path = FolderLock.path(in: folder)
            // Only our own: somebody may have deleted it by hand and let another machine in.
            if case .text(let text) = SmallFile.read(path), text.hasSameBytes(as: holder.text) { unlink(path) }
        }
    }

    private static func path(in folder: String) -> String { "\(folder)/\(fileName)" }

    /// Removes what a dead process of this machine left; whoever else holds the folder keeps it.
    private static func clear(_ folder: String, for here: FolderHolder) throws(RemoteFolderError) {
        let path = path(in: folder)
        switch SmallFile.read(path) {
        case .missing: return
        case .unreadable(let reason): throw .unusable(path: folder, reason: "\(fileName): \(reason)")
        case .notAFile: throw .foreignLock(path: folder)
        case .text(let text):
            guard let other = FolderHolder(text) else { throw .foreignLock(path: folder) }
            guard other.isHere(here) else { throw .inUse(path: folder, host: VisibleName.of(other.host)) }
            guard other.isGone(here: here) else { throw .busy(path: folder, process: other.process) }
            guard unlink(path) == 0 else { throw .unusable(path: folder, reason: String(cString: strerror(errno))) }
        }
    }

    /// Makes the file, which nothing may have: nobody ever sees half of one. A name that a power cut takes away needs not be durable.
    private static func publish(_ text: String, in folder: String) throws(RemoteFolderError) {
        var rest: [UInt8]? = Array(text.utf8)
        do {
            // Other people of this machine have to be able to read who it is.
            try NewFile.make(path(in: folder), for: .all) { rest.take() }
        } catch NewFile.Failure.system(let reason) {
            throw .unusable(path: folder, reason: reason)
        } catch {
            throw .unusable(path: folder, reason: String(cString: strerror(EEXIST)))
        }
    }
}

/// A process's turn to look at a folder's lock and to change it: of two that find a dead one on one machine, the second finds the first's.
///
/// The kernel's lock on the folder itself, which ends with the process that has it. Held for a moment only.
/// Source: https://man7.org/linux/man-pages/man2/flock.2.html
private final class FolderTurn {
    private static let waits = 1500
    private static let waitMilliseconds = 20
    private let descriptor: Int32

    init(_ folder: String) throws(RemoteFolderError) {
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unusable(path: folder, reason: String(cString: strerror(errno))) }
        for _ in 0..<FolderTurn.waits {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw .unusable(path: folder, reason: String(cString: strerror(errno)))
            }
            MachineClock.sleep(milliseconds: FolderTurn.waitMilliseconds)
        }
        throw .unusable(path: folder, reason: "another process has been about to sync with it for half a minute")
    }

    deinit {
        guard descriptor >= 0 else { return }
        // Closing alone lets go of it only when no other process has the descriptor: a child has ours from its fork to its exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}

/// A host's name as it may stand in a message: a file on a carried disk may hold anything.
private enum VisibleName {
    static func of(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.prefix(64).filter { $0.value > 0x20 && $0.value < 0x7F }))
    }
}
