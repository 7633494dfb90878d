import Hashing

extension RevisionHeader {
    /// Reads a header that somebody else wrote. The bytes must be canonical; unknown members are kept.
    public init(parsing bytes: [UInt8]) throws(RevisionError) {
        guard bytes.count <= Limits.headerBytes else {
            throw RevisionError(.tooLarge, "a header has at most \(Limits.headerBytes) bytes")
        }
        var members = Members()
        let isObject: Bool
        do throws(JSONError) {
            isObject = try JSONScanner.readObject(bytes) { (name, value) throws(JSONError) in
                try members.read(name, from: &value)
            }
        } catch {
            throw RevisionError(.headerSyntax, error.description)
        }
        guard isObject else { throw RevisionError(.headerSyntax, "it is not an object") }

        let version = try members.version.required("v")
        guard version == RevisionHeader.version else { throw RevisionError(.version, "v is \(version)") }
        archive = try members.archive.required("archive")
        letter = try members.letter.required("letter")
        parents = try members.parents.required("parents")
        content = try members.content.allowed("content")
        author = try members.author.allowed("author")
        device = try members.device.allowed("device")
        time = try members.time.allowed("time")
        reason = try members.reason.required("reason")
        unknown = JSONObject(inCanonicalOrder: members.unknown)
    }

    /// What was found in the bytes of a header. Whether they are JSON at all is told first, whatever a member is.
    private struct Members {
        var version = Member<Int>.missing
        var archive = Member<ArchiveID>.missing
        var letter = Member<LetterID>.missing
        var parents = Member<[RevisionID]>.missing
        var content = Member<Digest>.missing
        var author = Member<Author>.missing
        var device = Member<String>.missing
        var time = Member<Timestamp>.missing
        var reason = Member<Reason>.missing
        var unknown: [JSONObject.Member] = []

        mutating func read(_ name: String, from value: inout JSONScanner) throws(JSONError) {
            // No other text is canonically equivalent to one of these names.
            switch name {
            case "v": version = Member(try value.member().integer)
            case "archive": archive = Member(try value.text { ArchiveID(text: $0) })
            case "letter": letter = Member(try value.text { LetterID(text: $0) })
            case "parents":
                parents = Member(try value.texts { Digest(hexDigits: $0).map(RevisionID.init) }.flatMap(checked))
            case "content": content = Member(try value.text { Digest(hexDigits: $0) })
            case "author": author = Member(try value.member().members.map(Author.init(members:)))
            case "device": device = Member(try value.member().text)
            case "time": time = Member(try value.text { Timestamp(text: $0) })
            case "reason": reason = Member(try value.member().members.map(Reason.init(members:)))
            default: unknown.append(JSONObject.Member(key: name, value: try value.member()))
            }
        }

        /// Strictly ascending revision ids, at most `Limits.parents`.
        private func checked(_ ids: [RevisionID]) -> [RevisionID]? {
            guard ids.count <= Limits.parents else { return nil }
            for index in ids.indices.dropFirst() where ids[index - 1] >= ids[index] { return nil }
            return ids
        }
    }

    /// A member of a header, as it came.
    private enum Member<Value> {
        case missing
        case malformed
        case read(Value)

        init(_ value: Value?) {
            self = value.map(Member.read) ?? .malformed
        }

        func required(_ name: String) throws(RevisionError) -> Value {
            guard let value = try allowed(name) else { throw RevisionError(.headerMember, name) }
            return value
        }

        func allowed(_ name: String) throws(RevisionError) -> Value? {
            switch self {
            case .missing: return nil
            case .malformed: throw RevisionError(.headerMember, name)
            case .read(let value): return value
            }
        }
    }
}
