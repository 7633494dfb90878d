import CommandOptions
import LetterMerge
import LetterModel

/// `member=value` on the command line: a string, JSON behind `:=`, and an empty value removes the member.
///
/// A dot goes into an object or, with a number from 0, into a list: `senders.0.role=President`. A backslash takes the
/// meaning from a dot.
struct MemberAssignment: Sendable, Hashable {
    let path: MemberPath
    /// Nil removes the member.
    let value: JSONValue?
    /// As it was typed.
    let text: String

    init(parsing text: String) throws(InvalidValue) {
        self.text = text
        let bytes = Array(text.utf8)
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals > 0 else {
            throw InvalidValue(expected: "MEMBER=VALUE, such as title=Reply")
        }
        let isJSON = bytes[equals - 1] == UInt8(ascii: ":")
        guard let name = String(validating: bytes[..<(isJSON ? equals - 1 : equals)], as: UTF8.self),
            let right = String(validating: bytes[(equals + 1)...], as: UTF8.self),
            let path = MemberPath(parsing: name)
        else { throw InvalidValue(expected: "MEMBER=VALUE, such as title=Reply") }
        self.path = path
        if right.utf8.isEmpty {
            value = nil
        } else if isJSON {
            guard case .success(let value) = Result(catching: { try JSONScanner.parse(Array(right.utf8)) }) else {
                throw InvalidValue(expected: "JSON behind :=")
            }
            self.value = value.isVacant ? nil : value
        } else {
            value = .string(right)
        }
    }

    /// Sets or removes the member.
    ///
    /// - Throws: `Failure` if the path leads into text, or past the end of a list.
    func apply(to letter: inout Letter) throws {
        var json = letter.json
        try MemberAssignment.set(value, at: path.components[...], in: &json, path: path)
        letter.members = json.members ?? JSONObject()
    }

    private static func set(
        _ value: JSONValue?, at components: ArraySlice<String>, in json: inout JSONValue, path: MemberPath
    ) throws {
        guard let name = components.first else { return }
        let rest = components.dropFirst()
        switch json {
        case .object(var object):
            if rest.isEmpty {
                object[name] = value
            } else {
                var inner = object[name] ?? (value == nil ? .null : rest.first.flatMap(index) == nil ? [:] : [])
                guard inner != .null else { return }
                try set(value, at: rest, in: &inner, path: path)
                object[name] = inner.isVacant ? nil : inner
            }
            json = .object(object)
        case .array(var elements):
            guard let index = index(name), index <= elements.count else {
                throw Failure(
                    "usage", "\(path): \(name) is no place in a list of \(elements.count); places are counted from 0",
                    status: .wrongUsage)
            }
            if index == elements.count { elements.append([:]) }
            if rest.isEmpty {
                if let value { elements[index] = value } else { elements.remove(at: index) }
            } else {
                try set(value, at: rest, in: &elements[index], path: path)
                if elements[index].isVacant { elements.remove(at: index) }
            }
            json = .array(elements)
        default:
            throw Failure("usage", "\(path): there is no \(name) inside a single value", status: .wrongUsage)
        }
    }

    private static func index(_ name: String) -> Int? {
        DecimalDigits.value(of: name.utf8)
    }
}

extension MemberPath {
    /// A path as it is written: names joined by dots, a backslash before a dot that belongs to a name. Nil if a name is empty.
    init?(parsing text: String) {
        var names = [""]
        var isEscaped = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\" where !isEscaped: isEscaped = true
            case "." where !isEscaped: names.append("")
            default:
                names[names.count - 1].unicodeScalars.append(scalar)
                isEscaped = false
            }
        }
        guard !isEscaped, names.allSatisfy({ !$0.utf8.isEmpty }) else { return nil }
        self.init(names)
    }
}

extension ValueParser where Value == MemberAssignment {
    /// `MEMBER=VALUE` or `MEMBER:=JSON`.
    static var assignment: ValueParser {
        ValueParser(placeholder: "MEMBER=VALUE", format: \.text) { text throws(InvalidValue) in
            try MemberAssignment(parsing: text)
        }
    }
}
