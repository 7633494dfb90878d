import LetterMerge
import LetterModel

/// Checks names that people write: a slip of the pen must not become a member of its own.
enum MemberNames {
    /// Refuses a path with a name that a letter does not have, and tells the nearest one. Keys of maps, places in lists and
    /// everything in `extra` are free.
    static func check(_ path: MemberPath) throws {
        var members: [LetterSchema.Member]? = LetterSchema.letter
        var components = path.components[...]
        while let name = components.popFirst(), let known = members {
            guard let member = known.first(where: { $0.name.hasSameBytes(as: name) }) else {
                throw unknown(name, in: known.map(\.name), path)
            }
            members = try step(into: member.shape, &components, path)
        }
    }

    /// The members that may be named next; nil where anything may.
    private static func step(
        into shape: LetterSchema.Shape, _ components: inout ArraySlice<String>, _ path: MemberPath
    ) throws -> [LetterSchema.Member]? {
        switch shape {
        case .part(let members): return members
        case .map(_, let members):
            components = components.dropFirst()
            return members
        case .list(let element, _, _):
            components = components.dropFirst()
            return try step(into: element, &components, path)
        case .object: return nil
        case .text, .longText, .date, .language, .digest, .integer:
            guard components.isEmpty else {
                throw Failure("unknownMember", "\(path): there is nothing inside a single value", status: .wrongUsage)
            }
            return nil
        }
    }

    private static func unknown(_ name: String, in names: [String], _ path: MemberPath) -> Failure {
        let nearest = names.min { distance(name, $0) < distance(name, $1) } ?? ""
        return Failure(
            "unknownMember",
            "a letter has no \(path); did you mean \(nearest)? Fields of your own go into extra, as extra.\(name)",
            status: .wrongUsage)
    }

    /// The number of bytes to insert, remove or replace.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.lowercased().utf8), Array(right.lowercased().utf8))
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
