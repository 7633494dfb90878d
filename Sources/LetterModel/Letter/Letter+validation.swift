extension Letter {
    /// Checks a letter that is about to be written: known members have their shapes, nothing is vacant, dates are EDTF,
    /// and the limits are kept. Members that this version does not know may hold anything that is not vacant.
    ///
    /// Not for received revisions: what another program wrote is kept as it is.
    public func validate() throws(LetterError) {
        // First what recursion below relies on.
        try LetterValidation.checkValues(.object(members), at: "", depth: 1)
        try LetterValidation.check(members, as: LetterSchema.letter, at: "")
        guard members.largestCanonicalByteCount > Limits.contentBytes else { return }
        let count = members.canonicalBytes.count
        guard count <= Limits.contentBytes else {
            throw LetterError(
                .limit, member: "",
                advice:
                    "a letter has at most \(Limits.contentBytes) bytes, this has \(count); attach long texts as files")
        }
    }
}

/// The walk over a letter's members; paths are written `senders[2].name`, and only for an error: most letters have none. What is only looked at
/// is named by its index: an element that a loop names is copied, which takes longer than the look.
private enum LetterValidation {
    /// Nothing vacant, no number out of range, no nesting too deep, at any level and under any name.
    static func checkValues(_ value: JSONValue, at path: @autoclosure () -> String, depth: Int) throws(LetterError) {
        switch value {
        case .array(let elements):
            try checkDepth(depth, at: path())
            for index in elements.indices where !isSound(elements[index]) {
                try checkVacancy(
                    elements[index], at: "\(path())[\(index)]", advice: "it says nothing; leave the element out")
                try checkValues(elements[index], at: "\(path())[\(index)]", depth: depth + 1)
            }
        case .object(let object):
            try checkDepth(depth, at: path())
            let members = object.members
            for index in members.indices where !isSound(members[index].value) {
                try checkVacancy(
                    members[index].value, at: join(path(), members[index].key),
                    advice: "it says nothing; leave the member out")
                try checkValues(members[index].value, at: join(path(), members[index].key), depth: depth + 1)
            }
        case .integer(let number):
            guard abs(number.clamped) <= JSONValue.integerLimit else {
                throw LetterError(
                    .number, member: path(),
                    advice: "numbers are within ±\(JSONValue.integerLimit); write greater ones as text")
            }
        case .null, .bool, .string: break
        }
    }

    /// Whether a value is text that says something. Most members are, and need no path to be named by.
    private static func isSound(_ value: JSONValue) -> Bool {
        guard case .string(let text) = value else { return false }
        return !text.utf8.isEmpty
    }

    private static func checkVacancy(_ value: JSONValue, at path: @autoclosure () -> String, advice: String)
        throws(LetterError)
    {
        if value.isVacant { throw LetterError(.vacant, member: path(), advice: advice) }
    }

    private static func checkDepth(_ depth: Int, at path: @autoclosure () -> String) throws(LetterError) {
        guard depth <= Limits.jsonDepth else {
            throw LetterError(
                .limit, member: path(), advice: "a letter is nested at most \(Limits.jsonDepth) levels deep")
        }
    }

    /// A name of plain characters joined with a dot, any other quoted, so that a path stays one line.
    private static func join(_ path: String, _ name: String) -> String {
        let isPlain =
            !name.utf8.isEmpty
            && name.utf8.allSatisfy { byte in
                byte > 0x20 && byte != 0x7F && byte != UInt8(ascii: ".") && byte != UInt8(ascii: "[")
                    && byte != UInt8(ascii: "\"")
            }
        let shown = isPlain ? name : JSONValue.string(name).canonicalText
        return path.utf8.isEmpty ? shown : "\(path).\(shown)"
    }

    static func check(_ object: JSONObject, as schema: [LetterSchema.Member], at path: @autoclosure () -> String)
        throws(LetterError)
    {
        let members = object.members
        for index in members.indices {
            guard let known = schema.indices.first(where: { schema[$0].name.hasSameBytes(as: members[index].key) })
            else { continue }
            try check(members[index].value, as: schema[known].shape, at: join(path(), members[index].key))
        }
    }

    private static func check(_ value: JSONValue, as shape: LetterSchema.Shape, at path: @autoclosure () -> String)
        throws(LetterError)
    {
        switch shape {
        case .text:
            guard case .string = value else { throw wrongShape("text", value, at: path()) }
        case .longText:
            let count = try text(value, at: path()).utf8.count
            guard count <= Limits.bodyBytes else {
                throw LetterError(
                    .limit, member: path(),
                    advice: "a text has at most \(Limits.bodyBytes) bytes, this has \(count); attach it as a file")
            }
        case .date:
            do {
                _ = try EDTF(try text(value, at: path()))
            } catch let error as EDTFError {
                throw LetterError(.date, member: path(), advice: error.description)
            } catch let error as LetterError {
                throw error
            } catch {
                preconditionFailure("dates and texts throw no other error: \(error)")
            }
        case .language: try checkLanguage(try text(value, at: path()), at: path())
        case .digest:
            guard BlobID(hex: try text(value, at: path())) != nil else {
                throw LetterError(.digest, member: path(), advice: "a SHA-256 is 64 lower-case hex digits")
            }
        case .integer(let least, let greatest):
            guard let number = value.integer else { throw wrongShape("a whole number", value, at: path()) }
            guard (least...greatest).contains(number) else {
                throw LetterError(.number, member: path(), advice: "it must be \(least) to \(greatest)")
            }
        case .part(let members):
            guard let object = value.members else { throw wrongShape("an object", value, at: path()) }
            try check(object, as: members, at: path())
        case .list(let shape, let limit, let name): try checkList(value, of: shape, limit: limit, by: name, at: path())
        case .map(let key, let members): try checkMap(value, key: key, of: members, at: path())
        case .object:
            guard value.members != nil else { throw wrongShape("an object", value, at: path()) }
        }
    }

    private static func checkList(
        _ value: JSONValue, of shape: LetterSchema.Shape, limit: Int?, by name: String?,
        at path: @autoclosure () -> String
    ) throws(LetterError) {
        guard let elements = value.elements else { throw wrongShape("a list", value, at: path()) }
        if let limit, elements.count > limit {
            throw LetterError(
                .limit, member: path(), advice: "it has at most \(limit) elements, this has \(elements.count)")
        }
        var seen: [JSONValue: Int] = [:]
        for index in elements.indices {
            try check(elements[index], as: shape, at: "\(path())[\(index)]")
            guard elements.count > 1 else { return }
            let identity = name.flatMap { elements[index].members?[$0] } ?? elements[index]
            if let first = seen.updateValue(index, forKey: identity) {
                throw LetterError(
                    .duplicate, member: "\(path())[\(index)]", advice: "it repeats \(path())[\(first)]; leave one out")
            }
        }
    }

    private static func checkMap(
        _ value: JSONValue, key: LetterSchema.Shape, of members: [LetterSchema.Member],
        at path: @autoclosure () -> String
    ) throws(LetterError) {
        guard let object = value.members else { throw wrongShape("an object", value, at: path()) }
        for member in object.members {
            guard member.key.utf8.count <= Limits.labelBytes else {
                throw LetterError(.limit, member: path(), advice: "a key has at most \(Limits.labelBytes) bytes")
            }
            try check(.string(member.key), as: key, at: join(path(), member.key))
            try check(member.value, as: .part(members), at: join(path(), member.key))
        }
    }

    private static func text(_ value: JSONValue, at path: @autoclosure () -> String) throws(LetterError) -> String {
        guard let text = value.text else { throw wrongShape("text", value, at: path()) }
        return text
    }

    /// Only the form of a tag is checked, not the registry: languages are added to it every year.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc5646#section-2.1
    private static func checkLanguage(_ tag: String, at path: @autoclosure () -> String) throws(LetterError) {
        let subtags = tag.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isTag = subtags.allSatisfy { subtag in
            (1...8).contains(subtag.count) && subtag.allSatisfy(isLetterOrDigit)
        }
        let isFirstAlphabetic = subtags.first?.allSatisfy { isLetterOrDigit($0) && $0 > UInt8(ascii: "9") } ?? false
        guard isTag, isFirstAlphabetic else {
            throw LetterError(.language, member: path(), advice: "write a language tag such as en, az-Latn or zh-Hant")
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    private static func wrongShape(_ expected: String, _ value: JSONValue, at path: @autoclosure () -> String)
        -> LetterError
    {
        let found =
            switch value {
            case .null: "null"
            case .bool: "a truth value"
            case .integer: "a number"
            case .string: "text"
            case .array: "a list"
            case .object: "an object"
            }
        return LetterError(.shape, member: path(), advice: "it must be \(expected), this is \(found)")
    }
}

extension Int {
    /// The same number, but for the least one, which has no absolute value.
    fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
