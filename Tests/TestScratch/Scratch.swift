public import Foundation
import Synchronization

/// A folder for a test, gone when its owner is.
public final class Scratch: Sendable {
    /// The folder.
    public let url: URL
    private let count = Atomic<Int>(0)
    private let mayStay: Bool

    /// The folder's path.
    public var path: String { url.path }

    /// Makes a folder.
    ///
    /// - Parameter mayStay: Whether programs that are still ending may write into it when it goes, so that it cannot always be removed.
    public init(mayStay: Bool = false) {
        self.mayStay = mayStay
        url = FileManager.default.temporaryDirectory.appending(path: "chancery-test-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            preconditionFailure("a test's folder cannot be made: \(error)")
        }
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            guard mayStay else { preconditionFailure("a test's folder cannot be removed: \(error)") }
        }
    }

    /// The path of something in it.
    public func path(_ name: String) -> String { url.appending(path: name).path }

    /// A path in it that nothing has yet.
    public func newPath() -> String { path("\(count.add(1, ordering: .relaxed).newValue)") }

    /// Writes a file into it and gives its path.
    public func file(_ name: String, _ text: String) throws -> String {
        try file(name, Data(text.utf8))
    }

    /// Writes a file into it and gives its path.
    public func file(_ name: String, _ data: Data) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
        return file.path
    }
}
