import Glibc

/// The name of a finished file, which nothing may have before.
package enum NewName {
    /// A call of the system that failed.
    package struct Failure: Error {
        package let call: String
        package let number: Int32
    }

    /// Gives a file its name, if nothing has it. False if something has.
    package static func take(_ path: String, for temporary: String) throws(Failure) -> Bool {
        // link refuses a name that is taken, which rename would replace.
        if link(temporary, path) == 0 {
            unlink(temporary)
            return true
        }
        let number = errno
        // USB sticks with FAT have no links. A name that is taken in between would be replaced: nobody makes a file twice at once.
        guard [EPERM, EOPNOTSUPP, ENOSYS].contains(number) else {
            guard number == EEXIST else { throw Failure(call: "link", number: number) }
            return false
        }
        guard try !isTaken(path) else { return false }
        guard rename(temporary, path) == 0 else { throw Failure(call: "rename", number: errno) }
        return true
    }

    /// Whether something has this name.
    package static func isTaken(_ path: String) throws(Failure) -> Bool {
        if access(path, F_OK) == 0 { return true }
        guard errno == ENOENT else { throw Failure(call: "access", number: errno) }
        return false
    }

    /// Makes the names in the folder of a file durable: fsync of a file says nothing of its name.
    package static func syncFolder(of path: String) throws(Failure) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        try sync(slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ".")
    }

    /// Makes a file's bytes durable, or the names in a folder.
    package static func sync(_ path: String) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(call: "open", number: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure(call: "fsync", number: errno) }
    }
}
