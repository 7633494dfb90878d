import LetterModel

/// The tokens of this person, by the origin that they are for. Readable by nobody else, and never printed.
struct TokenFile {
    private let path: String
    private let folder: String

    init(_ context: CommandContext) throws {
        folder = try context.configurationFolder()
        path = FileSystem.join(folder, "tokens")
    }

    /// The token for an origin such as `https://letters.example.org`; nil if none was stored.
    func token(for origin: String) throws -> String? {
        try entries().first { $0.origin.hasSameBytes(as: origin) }?.token
    }

    /// Stores the token for an origin in the place of an earlier one.
    func store(_ token: String, for origin: String) throws {
        let kept = try entries().filter { !$0.origin.hasSameBytes(as: origin) }
        let lines = (kept + [(origin, token)]).map { "\($0.origin) \($0.token)\n" }
        try FileSystem.makeFolder(folder, mode: 0o700)
        try FileSystem.write(Array(lines.joined().utf8), to: path, mode: 0o600)
    }

    private func entries() throws -> [(origin: String, token: String)] {
        guard FileSystem.exists(path) else { return [] }
        let bytes = try FileSystem.read(path, limitBytes: 1 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure("tokens", "\(path) is not text; log in again with `chancery login`")
        }
        return text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ")
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
    }
}
