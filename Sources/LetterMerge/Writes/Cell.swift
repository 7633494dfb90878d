import LetterModel

/// Names the smallest part of a member that is written and merged by itself.
enum CellKey: Hashable {
    /// The member as a whole: the value of a scalar, text or list; of the other classes a value that has not their shape.
    case whole
    /// An element of a set, in or out.
    case element(JSONValue)
    /// A key: of a record its value; of a map or the attachments whether there is an entry.
    case key(ByteKey)
    /// A member of an entry: its key and the member's name.
    case part(ByteKey, ByteKey)

    /// The entry that the cell lies in.
    var entry: ByteKey? {
        if case .part(let key, _) = self { key } else { nil }
    }

    /// The names from the member on.
    func path(in member: String) -> MemberPath {
        switch self {
        case .whole, .element: MemberPath([member])
        case .key(let key): MemberPath([member, key.text])
        case .part(let key, let name): MemberPath([member, key.text, name.text])
        }
    }
}

/// By which rule the live writes of a cell become its value.
enum CellRule {
    /// One value, or a conflict.
    case scalar
    /// In while an addition is live.
    case presence
    /// Three-way by paragraphs and words.
    case text
    /// An ordered set.
    case list
    /// The most restrictive one.
    case access
    /// The newest importer's.
    case source
    /// The least by bytes.
    case least
    /// Whether a map has an entry; an edit inside the entry is a write of it.
    case entry

    /// Whether an edit of a member inside counts as a write of this cell too.
    var isEntry: Bool { self == .entry || self == .presence }
}

/// A cell with the value that a letter holds there.
struct CellValue {
    let key: CellKey
    let rule: CellRule
    let value: JSONValue
}

extension MergeClass {
    /// What stands for "there is an entry": its members are cells of their own.
    static let entryMarker = JSONValue.object(JSONObject())

    /// The cells of a member's value. Every value has some, and they hold all of it: what does not have the shape of its
    /// class, or is empty, is one scalar.
    func cells(of value: JSONValue?) -> [CellValue] {
        guard let value else { return [] }
        switch self {
        case .scalar: return [CellValue(key: .whole, rule: .scalar, value: value)]
        case .text: return [CellValue(key: .whole, rule: .text, value: value)]
        case .orderedSet: return [CellValue(key: .whole, rule: .list, value: value)]
        case .access: return [CellValue(key: .whole, rule: .access, value: value)]
        case .source: return [CellValue(key: .whole, rule: .source, value: value)]
        case .set, .attachments, .map, .record:
            return structured(value) ?? [CellValue(key: .whole, rule: .scalar, value: value)]
        }
    }

    /// The cells of a set, record, map or list of attachments; nil if the value has not the shape, or holds nothing.
    private func structured(_ value: JSONValue) -> [CellValue]? {
        guard !value.isVacant else { return nil }
        switch self {
        case .set(let shape):
            guard let elements = value.elements, elements.allSatisfy({ shape.fits($0) }) else { return nil }
            return elements.map { CellValue(key: .element($0), rule: .presence, value: true) }
        case .record:
            return value.members?.members.map { member in
                CellValue(key: .key(ByteKey(member.key)), rule: .scalar, value: member.value)
            }
        case .map(let text):
            return value.members?.members.flatMap { member in
                MergeClass.entry(ByteKey(member.key), member.value) { $0.hasSameBytes(as: text) ? .text : .scalar }
            }
        case .attachments:
            return MergeClass.attachments(value)
        case .scalar, .text, .orderedSet, .access, .source:
            return nil
        }
    }

    /// An entry of a map and its members. What is no object is the entry's own value.
    private static func entry(
        _ key: ByteKey, _ value: JSONValue, rule: (String) -> CellRule
    ) -> [CellValue] {
        guard let members = value.members else { return [CellValue(key: .key(key), rule: .entry, value: value)] }
        return [CellValue(key: .key(key), rule: .entry, value: entryMarker)]
            + members.members.map { member in
                CellValue(key: .part(key, ByteKey(member.key)), rule: rule(member.key), value: member.value)
            }
    }

    /// Attachments by blob; nil if one has no blob, or two have the same.
    private static func attachments(_ value: JSONValue) -> [CellValue]? {
        guard let elements = value.elements else { return nil }
        var blobs: Set<ByteKey> = []
        var cells: [CellValue] = []
        for element in elements {
            guard let members = element.members, let blob = members["blob"]?.text,
                blobs.insert(ByteKey(blob)).inserted
            else { return nil }
            cells.append(CellValue(key: .key(ByteKey(blob)), rule: .presence, value: true))
            for member in members.members where !member.key.hasSameBytes(as: "blob") {
                let rule: CellRule = member.key.hasSameBytes(as: "name") ? .least : .scalar
                cells.append(
                    CellValue(key: .part(ByteKey(blob), ByteKey(member.key)), rule: rule, value: member.value))
            }
        }
        return cells
    }
}

extension MergeClass.Element {
    /// Whether a value has the shape of the set's elements.
    func fits(_ value: JSONValue) -> Bool {
        switch self {
        case .string: value.text != nil
        case .object: value.members != nil
        }
    }
}
