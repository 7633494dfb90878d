import Foundation
import Testing

/// Where the letters are that tests read.
enum Corpora {
    /// The package's folder.
    static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The letter that the product starts from, as it is in Examples/.
    static func firstLetter() throws -> [UInt8] {
        try bytes(package.appending(path: "Examples/2020-07-15-aliyev-to-oic-secretary-general.txt"))
    }

    /// The folder of a corpus that is not part of the package: in `CHANCERY_CORPORA`, or in `shared` beside the
    /// checkout.
    static func folder(_ name: String) -> URL? {
        var places = [package.appending(path: "../shared/corpora")]
        // A worktree lies one folder deeper.
        places.append(package.appending(path: "../../shared/corpora"))
        if let named = ProcessInfo.processInfo.environment["CHANCERY_CORPORA"] {
            places.insert(URL(filePath: named), at: 0)
        }
        return places.map { $0.appending(path: name).standardizedFileURL }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }

    static func bytes(_ url: URL) throws -> [UInt8] {
        Array(try Data(contentsOf: url))
    }
}
